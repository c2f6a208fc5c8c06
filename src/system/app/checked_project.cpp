#include "app/checked_project.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "app/color.h"
#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/terminal.h"
#include "base/assert.h"
#include "base/language.h"
#include "base/similar.h"
#include "dataset/discover.h"
#include "project/problems.h"
#include "project/rule_test_run.h"

namespace tagsmith::app {
namespace {

bool is_of_the_world(const base::Error& error) {
  switch (error.code) {
    case base::ErrorCode::kUnavailable:
    case base::ErrorCode::kCancelled:
    case base::ErrorCode::kInternal:
    case base::ErrorCode::kResourceExhausted:
      return true;
    case base::ErrorCode::kInvalidArgument:
    case base::ErrorCode::kNotFound:
    case base::ErrorCode::kConflict:
      break;
  }
  return false;
}

base::Problem problem_of(const base::Error& error) {
  const bool names_option = error.hint.find("--key") != std::string::npos;
  return {
      .code = error.symbol.empty() ? "E_DATA_FILE" : error.symbol,
      .path = error.path,
      .message = error.message,
      .hint = names_option ? base::tr("name the column with 'key:' of the dataset") : error.hint};
}

// What counted() makes of its nouns, for the catalogue.
[[maybe_unused]] constexpr std::string_view kCounted[] = {
    base::marked("{} error"),  base::marked("{} errors"), base::marked("{} file"),
    base::marked("{} files"),  base::marked("{} remark"), base::marked("{} remarks"),
    base::marked("{} rule"),   base::marked("{} rules"),  base::marked("{} table"),
    base::marked("{} tables"), base::marked("{} tag"),    base::marked("{} tags"),
    base::marked("{} test"),   base::marked("{} tests"),  base::marked("{} user"),
    base::marked("{} users"),
};

class Checking {
 public:
  Checking(const ProjectOptions& options, const std::string& day,
           const std::optional<std::int32_t>& as_of)
      : day_(day), as_of_(as_of) {
    project::Reading reading = project::read_folder(".", options.environment);
    out_.project = std::move(reading.project);
    out_.problems = std::move(reading.problems);
    out_.check_options = {.search = out_.project.search, .upper_bound = out_.project.upper_bound};
    settings_read_ = reading.settings_read;
  }

  base::Status open_data(dataset::Reader& reader) {
    if (!settings_read_) {
      return {};
    }
    std::vector<dataset::TableSource> sources;
    for (const project::Dataset& dataset : out_.project.datasets) {
      auto source = project::table_source(out_.project, dataset, day_);
      if (source) {
        sources.push_back(std::move(source).value());
      } else {
        TAGSMITH_TRY(add_error(dataset.place, source.error()));
      }
    }
    if (sources.size() != out_.project.datasets.size()) {
      return {};
    }
    auto data = dataset::describe(reader, sources);
    if (data) {
      out_.data = std::move(data).value();
      tell_tables(*out_.data);
      return {};
    }
    return find_culprits(reader, sources, data.error());
  }

  CheckedProject finish() {
    if (out_.data) {
      check_changed_at();
      rule::CheckOptions options = out_.check_options;  // tests have days of their own
      options.as_of = as_of_;
      out_.checked = catalog::check_catalog(out_.project.catalog, out_.data->schema, options);
      for (const catalog::TagProblem& found : out_.checked.problems) {
        add(found.place, found.problem);
      }
      auto tests =
          project::run_tests(out_.project, out_.checked, out_.data->schema, out_.check_options);
      std::ranges::move(tests.problems, std::back_inserter(out_.problems));
    } else {
      add_unread_rules();
    }
    sort_problems(out_.problems);
    return std::move(out_);
  }

 private:
  void add(const std::string& place, const base::Problem& problem) {
    out_.problems.push_back(project::located(out_.project, place, problem));
  }

  base::Status add_error(const std::string& place, const base::Error& error) {
    if (is_of_the_world(error)) {
      return error;
    }
    add(place, problem_of(error));
    return {};
  }

  // Which tables are to blame; where none is by itself, all are together.
  base::Status find_culprits(dataset::Reader& reader,
                             const std::vector<dataset::TableSource>& sources,
                             const base::Error& together) {
    if (is_of_the_world(together)) {
      return together;
    }
    const size_t before = out_.problems.size();
    for (size_t i = 0; i < sources.size(); ++i) {
      if (const auto described = reader.describe(sources[i]); !described) {
        TAGSMITH_TRY(add_error(out_.project.datasets[i].place, described.error()));
      }
    }
    if (out_.problems.size() == before) {
      add(out_.project.datasets.front().place, problem_of(together));
    }
    return {};
  }

  // The tables stand in the order of their names, the datasets in that of the file.
  [[nodiscard]] const column::TableSchema& table_of(const project::Dataset& dataset) const {
    const auto table = std::ranges::find(out_.data->schema.tables, full_name(dataset),
                                         &column::TableSchema::full_name);
    TAGSMITH_ASSERT(table != out_.data->schema.tables.end());
    return *table;
  }

  void check_changed_at() {
    for (const project::Dataset& dataset : out_.project.datasets) {
      const column::TableSchema& table = table_of(dataset);
      if (dataset.changed_at.empty() || table.find(dataset.changed_at)) {
        continue;
      }
      std::vector<std::string> names;
      std::ranges::transform(table.columns, std::back_inserter(names), &column::Column::name);
      add(dataset.place, {.code = std::string(project::kProjectUnknown),
                          .path = "",
                          .message = base::message("the table {} has no column {} for 'changed_at'",
                                                   base::quote(table.full_name()),
                                                   base::quote(dataset.changed_at)),
                          .hint = base::did_you_mean(dataset.changed_at, names)});
    }
  }

  // Without columns only what cannot be read at all is known.
  void add_unread_rules() {
    for (const catalog::Tag& tag : out_.project.catalog.tags) {
      for (const catalog::TagRule& rule : tag.rules) {
        for (const base::Problem& problem : rule.problems) {
          add(rule.place, problem);
        }
      }
    }
  }

  std::string day_;
  std::optional<std::int32_t> as_of_;
  bool settings_read_ = false;
  CheckedProject out_;
};

// A line for stdout, with its code in the color of what it is.
std::string painted_line(const project::FileProblem& problem) {
  std::string line = project::to_text(problem);
  const std::string& code = problem.problem.code;
  const Meaning meaning = code.starts_with("W_") ? Meaning::kWarning : Meaning::kError;
  const size_t at = line.find(": " + code + ":");
  return at == std::string::npos
             ? line
             : line.replace(at + 2, code.size(), painted(Stream::kOut, meaning, code));
}

int rank_of(const std::string& file) {
  return file.starts_with("tags") && !file.starts_with("tagsmith") ? 1
         : file.starts_with("tests")                               ? 2
                                                                   : 0;
}

}  // namespace

base::Status enter_project(const ProjectOptions& options) {
  const std::string folder = TAGSMITH_TRY(project::find_project(options.folder));
  std::error_code error;
  std::filesystem::current_path(folder, error);
  if (error) {
    return base::unavailable(base::message(
        "cannot go to {}: {}", base::quote(folder, folder.size()), base::tr(error.message())));
  }
  return {};
}

base::Result<CheckedProject> check_project(const ProjectOptions& options, const std::string& day,
                                           const std::optional<std::int32_t>& as_of,
                                           dataset::Reader& reader, const Progress& progress) {
  if (!day.empty()) {
    TAGSMITH_TRY(read_day("--dt", day));
  }
  progress.show(base::tr("reading the project"));
  Checking checking(options, day, as_of);
  progress.show(base::tr("looking at the tables"));
  TAGSMITH_TRY(checking.open_data(reader));
  progress.show(base::tr("checking the rules"));
  CheckedProject checked = checking.finish();
  progress.clear();
  return checked;
}

void sort_problems(project::FileProblems& problems) {
  // those of one place stay in the order they were found
  std::multimap<std::tuple<int, std::string, size_t, size_t>, project::FileProblem> sorted;
  for (project::FileProblem& problem : problems) {
    const std::tuple key(rank_of(problem.file), problem.file, problem.line, problem.column);
    sorted.emplace(key, std::move(problem));
  }
  problems.clear();
  for (auto& [key, problem] : sorted) {
    problems.push_back(std::move(problem));
  }
}

std::string problems_text(const project::FileProblems& problems, bool json) {
  std::string text;
  for (const project::FileProblem& problem : problems) {
    text += (json ? project::to_json(problem) : painted_line(problem)) + "\n";
  }
  return text;
}

int report(const project::FileProblems& problems) {
  std::string text;
  if (console().errors == ErrorFormat::kText) {
    for (const project::FileProblem& problem : problems) {
      const std::string line =
          problem.line == 0 ? "" : fmt::format(":{}:{}", problem.line, problem.column);
      text += error_text({.code = base::ErrorCode::kInvalidArgument,
                          .message = problem.problem.message,
                          .symbol = problem.problem.code,
                          .path = problem.file + line,
                          .hint = problem.problem.hint},
                         ErrorFormat::kText) +
              "\n";
    }
  } else {
    for (const project::FileProblem& problem : problems) {
      const bool json = console().errors == ErrorFormat::kJson;
      text += (json ? project::to_json(problem) : project::to_text(problem)) + "\n";
    }
  }
  std::fwrite(text.data(), 1, text.size(), stderr);
  return kRefused;
}

std::string counted(size_t count, const std::string& noun) {
  const std::string english = "{} " + noun + (count == 1 ? "" : "s");
  return fmt::vformat(base::tr(english), fmt::make_format_args(grouped(count)));
}

}  // namespace tagsmith::app
