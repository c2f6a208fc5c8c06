#pragma once

#include <string>
#include <vector>

#include "catalog/checked_catalog.h"
#include "column/schema.h"
#include "explain/explain.h"
#include "project/project.h"
#include "rule/check.h"

namespace tagsmith::project {

/// A test with what the rules gave.
struct TestResult {
  const RuleTest* test = nullptr;
  std::vector<std::string> tags;  // codes, sorted; without grants and blocks
  explain::UserReasons reasons;   // of the tags that differ; empty where none does

  [[nodiscard]] bool passed() const { return tags == test->tags; }
};

/// The rule tests of a project, and what is wrong with them.
struct TestRun {
  std::vector<TestResult> results;  // of the tests without a problem, in their order
  FileProblems problems;
};

/// Evaluates all tests by the reference interpreter. The cells of a user get the types of the
/// columns that they name; other columns are null, and a table of which no column is named has no
/// row of the user. Problems: a column that is not there, a value that its column cannot hold, a
/// day that rules with today() need, a tag that no rule gives. A test of a tag that is refused has
/// no result: the catalogue has its problem. `checked` is the project's catalogue checked against
/// `schema`; `options` as for it. The project must outlive the result.
TestRun run_tests(const Project& project, const catalog::CheckedCatalog& checked,
                  const column::Schema& schema, const rule::CheckOptions& options);

}  // namespace tagsmith::project
