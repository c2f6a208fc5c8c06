#include "app/rule_tests.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/color.h"
#include "app/exit_code.h"
#include "app/terminal.h"
#include "base/json.h"
#include "base/language.h"
#include "explain/explain.h"
#include "project/rule_test_run.h"

namespace tagsmith::app {
namespace {

std::string list_text(const std::vector<std::string>& codes) {
  return codes.empty() ? "no tag" : fmt::format("{}", fmt::join(codes, ", "));
}

std::string list_json(const std::vector<std::string>& codes) {
  std::vector<std::string> quoted;
  std::ranges::transform(codes, std::back_inserter(quoted), base::json_quoted);
  return fmt::format("[{}]", fmt::join(quoted, ","));
}

// The trees of the tags that differ, without the line that names the user.
std::string reasons_text(const explain::UserReasons& reasons) {
  const std::string text = with_painted_marks(explain::to_text(reasons, stdout_shows_signs()));
  std::string out;
  for (size_t start = text.find('\n') + 1; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = text.substr(start, end - start);
    out += line.empty() ? "" : "    " + line + "\n";
    start = end + 1;
  }
  return out;
}

std::string result_text(const project::TestResult& result) {
  const project::RuleTest& test = *result.test;
  return base::message("{}: {}{}\n  expected: {}\n  got:      {}\n{}\n", test.place,
                       test.name.empty() ? "" : test.name + ": ",
                       painted(Stream::kOut, Meaning::kFalse, base::tr("FAILED")),
                       list_text(test.tags), list_text(result.tags), reasons_text(result.reasons));
}

std::string result_json(const project::TestResult& result) {
  const project::RuleTest& test = *result.test;
  return fmt::format(R"({{"place":{},"name":{},"passed":{},"expected":{},"got":{},"reasons":{}}})"
                     "\n",
                     base::json_quoted(test.place), base::json_quoted(test.name), result.passed(),
                     list_json(test.tags), list_json(result.tags),
                     result.passed() ? "null" : explain::to_json(result.reasons));
}

std::string summary(size_t tests, size_t failed, bool json) {
  if (json) {
    return fmt::format("{{\"tests\":{},\"failed\":{}}}\n", tests, failed);
  }
  if (failed > 0) {
    return base::message("{} of {} failed\n", grouped(failed), counted(tests, "test"));
  }
  return tests == 0 ? base::tr("no tests: write some in tests/*.yaml\n")
                    : base::message("{} passed\n", counted(tests, "test"));
}

base::Result<int> run_rule_tests(const RuleTestsOptions& options) {
  TAGSMITH_TRY(enter_project(options.project));
  const Progress progress;
  const auto reader = TAGSMITH_TRY(make_reader(options.resources));
  const CheckedProject checked =
      TAGSMITH_TRY(check_project(options.project, options.day, std::nullopt, *reader, progress));
  const bool json = options.project.json;
  if (!checked.problems.empty()) {
    TAGSMITH_TRY(print(problems_text(checked.problems, json) +
                       (json ? ""
                             : base::message("{}: no test was run\n",
                                             counted(checked.problems.size(), "error")))));
    return kRefused;
  }
  const project::TestRun run = project::run_tests(checked.project, checked.checked,
                                                  checked.data->schema, checked.check_options);
  std::string out;
  size_t failed = 0;
  for (const project::TestResult& result : run.results) {
    failed += result.passed() ? 0 : 1;
    if (json) {
      out += result_json(result);
    } else if (!result.passed()) {
      out += result_text(result);
    }
  }
  TAGSMITH_TRY(print(out + summary(run.results.size(), failed, json)));
  return failed == 0 ? kDone : kFailed;
}

}  // namespace

int rule_tests(const RuleTestsOptions& options) {
  const auto result = run_rule_tests(options);
  return result ? *result : report(result.error());
}

}  // namespace tagsmith::app
