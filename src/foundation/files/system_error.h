#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace tagsmith::files {

/// The Error of a system call that failed with `error_number`: "cannot read 'x': No such file or
/// directory". `activity` is a marked text, translated here. kNotFound for what is not there,
/// kInvalidArgument for a wrong kind of path, else kUnavailable.
base::Error system_error(std::string_view activity, const std::string& path, int error_number);

}  // namespace tagsmith::files
