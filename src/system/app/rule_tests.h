#pragma once

#include <string>

#include "app/checked_project.h"
#include "app/wiring.h"

namespace tagsmith::app {

/// The options of `tagsmith test`.
struct RuleTestsOptions {
  ProjectOptions project;
  std::string day;  // --dt; empty: the newest partition
  Resources resources;
};

/// Runs the rule tests of a project and prints those that fail, with why; gives the exit code: 1
/// where a test fails, 2 where the project or a test has a mistake and none was run.
int rule_tests(const RuleTestsOptions& options);

}  // namespace tagsmith::app
