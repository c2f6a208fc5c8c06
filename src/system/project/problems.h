#pragma once

#include <string_view>

namespace tagsmith::project {

/// The codes of mistakes in the files of a project; those of rules are in rule/problems.h. Stable:
/// scripts depend on them.
inline constexpr std::string_view kProjectFile = "E_PROJECT_FILE";    // no such file, unreadable
inline constexpr std::string_view kProjectYaml = "E_PROJECT_YAML";    // no YAML that is read
inline constexpr std::string_view kDuplicateKey = "E_DUPLICATE_KEY";  // a key twice in one map
inline constexpr std::string_view kProjectKey = "E_PROJECT_KEY";      // unknown or missing key
inline constexpr std::string_view kProjectType = "E_PROJECT_TYPE";    // a list for a text, ...
inline constexpr std::string_view kProjectValue = "E_PROJECT_VALUE";  // not a value of the key
inline constexpr std::string_view kProjectRepeated = "E_PROJECT_REPEATED";  // an id or code twice
inline constexpr std::string_view kProjectUnknown = "E_PROJECT_UNKNOWN";  // names nothing there is

}  // namespace tagsmith::project
