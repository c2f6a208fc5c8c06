#include "project/zones.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>

#include "base/language.h"
#include "base/problem.h"
#include "base/similar.h"

namespace tagsmith::project {

std::vector<std::string> zone_names() {
  std::vector<std::string> names;
  try {
    std::ranges::transform(date::get_tzdb().zones, std::back_inserter(names),
                           [](const date::time_zone& one) { return one.name(); });
  } catch (const std::exception&) {
    names.clear();
  }
  return names;
}

base::Status check_zone(const std::string& zone, const std::vector<std::string>& names) {
  if (zone == "UTC" || std::ranges::find(names, zone) != names.end()) {
    return {};
  }
  if (names.empty()) {
    base::Error none = base::unavailable(base::message(
        "the time zone {} is unknown: there is no tz database here", base::quote(zone)));
    none.hint = base::tr("install the package tzdata");
    return none;
  }
  base::Error error =
      base::invalid_argument(base::message("there is no time zone {}", base::quote(zone)));
  const std::string hint = base::did_you_mean(zone, names);
  error.hint = hint.empty() ? base::tr("write a name like Asia/Shanghai") : hint;
  return error;
}

}  // namespace tagsmith::project
