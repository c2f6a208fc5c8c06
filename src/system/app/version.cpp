#include "app/version.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <CLI/Version.hpp>
#include <exception>
#include <fstream>
#include <utility>
#include <vector>

#include "app/wiring.h"
#include "base/json.h"
#include "files/sha256.h"

namespace tagsmith::app {
namespace {

// The database of the system says in its first line which one it is: "# version 2025b".
std::string tz_version() {
  try {
    const std::string& known = date::get_tzdb().version;
    if (!known.empty() && known != "unknown") {
      return known;
    }
  } catch (const std::exception&) {
    return "none";
  }
  constexpr std::string_view kStart = "# version ";
  std::ifstream file("/usr/share/zoneinfo/tzdata.zi");
  std::string line;
  std::getline(file, line);
  return line.starts_with(kStart) ? line.substr(kStart.size()) : "unknown";
}

}  // namespace

base::Result<std::string> version_text(bool json) {
  const AdapterVersions adapters = TAGSMITH_TRY(adapter_versions());
  const std::vector<std::pair<std::string, std::string>> libraries = {
      {"DuckDB", adapters.duckdb},
      {"SQLite", adapters.sqlite},
      {"OpenSSL", files::crypto_version()},
      {"fmt",
       fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"CLI11", CLI11_VERSION},
      {"nlohmann json", TAGSMITH_JSON_VERSION},
      {"yaml-cpp", TAGSMITH_YAML_VERSION},
      {"date", TAGSMITH_DATE_VERSION},
      {"tz database", tz_version()}};
  if (json) {
    std::string list;
    for (const auto& [name, version] : libraries) {
      list += fmt::format("{}{}:{}", list.empty() ? "" : ",", base::json_quoted(name),
                          base::json_quoted(version));
    }
    const std::string commit = built_commit().empty() ? "null" : base::json_quoted(built_commit());
    return fmt::format(R"({{"version":"{}","commit":{},"build":"{}","libraries":{{{}}}}})"
                       "\n",
                       TAGSMITH_VERSION, commit, TAGSMITH_BUILD_TYPE, list);
  }
  std::string out =
      fmt::format("tagsmith {}\ncommit {}\nbuild {}\n", TAGSMITH_VERSION,
                  built_commit().empty() ? "unknown" : built_commit(), TAGSMITH_BUILD_TYPE);
  for (const auto& [name, version] : libraries) {
    out += fmt::format("{} {}\n", name, version);
  }
  return out;
}

}  // namespace tagsmith::app
