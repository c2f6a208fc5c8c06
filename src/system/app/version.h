#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tagsmith::app {

/// The versions of the program and of the libraries that it runs with: a line each, or one object.
base::Result<std::string> version_text(bool json);

/// The commit that was built; empty where it is not known. cmake/Commit.cmake writes its source.
std::string_view built_commit();

}  // namespace tagsmith::app
