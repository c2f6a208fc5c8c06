#include "app/validate.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/language.h"
#include "rule/lint.h"

namespace tagsmith::app {
namespace {

// What lint says about the rules, each at its rule.
project::FileProblems remarks_of(const CheckedProject& checked) {
  std::vector<const std::string*> places;  // of the rules of active tags, by position
  for (const catalog::Tag& tag : checked.project.catalog.tags) {
    for (const catalog::TagRule& rule : tag.rules) {
      if (tag.is_active) {
        places.push_back(&rule.place);
      }
    }
  }
  project::FileProblems remarks;
  for (const catalog::CheckedRule& rule : checked.checked.rules.rules) {
    for (rule::Remark& remark : rule::lint(rule.rule, checked.data->schema)) {
      remarks.push_back(project::located(
          checked.project, *places.at(rule.position),
          {.code = remark.code, .path = "", .message = std::move(remark.message), .hint = ""}));
    }
  }
  sort_problems(remarks);
  return remarks;
}

struct Counts {
  size_t tags = 0;
  size_t rules = 0;
  size_t tables = 0;
  size_t tests = 0;
};

Counts counts_of(const project::Project& project) {
  Counts counts{.tags = project.catalog.tags.size(),
                .tables = project.datasets.size(),
                .tests = project.tests.size()};
  for (const catalog::Tag& tag : project.catalog.tags) {
    counts.rules += tag.rules.size();
  }
  return counts;
}

std::string summary(const CheckedProject& checked, const project::FileProblems& remarks,
                    bool json) {
  const Counts counts = counts_of(checked.project);
  if (json) {
    return fmt::format(R"({{"tags":{},"rules":{},"tables":{},"tests":{},"errors":{},"remarks":{}}})"
                       "\n",
                       counts.tags, counts.rules, counts.tables, counts.tests,
                       checked.problems.size(), remarks.size());
  }
  std::string verdict = base::tr("all good");
  if (!checked.problems.empty()) {
    std::set<std::string> files;
    for (const project::FileProblem& problem : checked.problems) {
      files.insert(problem.file);
    }
    verdict = base::message("{} in {}", counted(checked.problems.size(), "error"),
                            counted(files.size(), "file"));
    if (!checked.data) {
      verdict += base::tr("; without the tables the rules could not be checked");
    }
  }
  return base::message(
      "{}, {}, {}, {}: {}{}\n", counted(counts.tags, "tag"), counted(counts.rules, "rule"),
      counted(counts.tables, "table"), counted(counts.tests, "test"), verdict,
      remarks.empty() ? "" : base::message(", {}", counted(remarks.size(), "remark")));
}

base::Result<int> run_validate(const ValidateOptions& options) {
  TAGSMITH_TRY(enter_project(options.project));
  const Progress progress;
  const auto reader = TAGSMITH_TRY(make_reader(options.resources));
  const std::string zone = project::read_folder(".", options.project.environment).project.zone;
  const std::string& day = options.as_of.empty() ? options.day : options.as_of;
  const std::int32_t as_of =
      day.empty() ? day_in_zone(base::system_clock().utc_micros(), zone)
                  : TAGSMITH_TRY(read_day(options.as_of.empty() ? "--dt" : "--as-of", day));
  const CheckedProject checked =
      TAGSMITH_TRY(check_project(options.project, options.day, as_of, *reader, progress));
  const project::FileProblems remarks = remarks_of(checked);
  const bool json = options.project.json;
  TAGSMITH_TRY(print(problems_text(checked.problems, json) + problems_text(remarks, json) +
                     summary(checked, remarks, json)));
  return checked.problems.empty() ? kDone : kRefused;
}

}  // namespace

int validate(const ValidateOptions& options) {
  const auto result = run_validate(options);
  return result ? *result : report(result.error());
}

}  // namespace tagsmith::app
