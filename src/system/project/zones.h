#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace tagsmith::project {

/// The names of the tz database of this machine; empty where there is none.
std::vector<std::string> zone_names();

/// Refuses a zone that is not among the names: kInvalidArgument, or kUnavailable where there are no
/// names at all. UTC needs none.
base::Status check_zone(const std::string& zone, const std::vector<std::string>& names);

}  // namespace tagsmith::project
