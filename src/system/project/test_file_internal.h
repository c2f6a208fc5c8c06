#pragma once

#include <optional>
#include <string>
#include <vector>

#include "project/fields_internal.h"
#include "project/project.h"

namespace tagsmith::project {

/// Adds the tests of one file of tests/. `codes` are those of all tags; nothing where
/// they are not known.
void read_tests(YamlFile& file, const YamlNode& root,
                const std::optional<std::vector<std::string>>& codes, std::vector<RuleTest>& tests);

}  // namespace tagsmith::project
