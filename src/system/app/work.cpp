#include "app/work.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/project_store.h"
#include "base/clock.h"
#include "base/language.h"
#include "base/problem.h"
#include "catalog/checked_catalog.h"
#include "column/days.h"
#include "column/readers.h"
#include "engine/program.h"
#include "files/atomic_file.h"
#include "files/folder.h"
#include "rule/lint.h"
#include "rule/printer.h"

namespace tagsmith::app {
namespace {

constexpr size_t kUsersFileBytesMax = size_t{1} << 30;

base::Error usage_error(std::string message, std::string hint) {
  base::Error error = base::invalid_argument(std::move(message));
  error.hint = std::move(hint);
  return error;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(separator, start), text.size());
    parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

// U1,U2 or @FILE with an id a line. Read before the working folder changes.
base::Result<std::optional<std::vector<std::string>>> read_users(const std::string& text) {
  using Users = std::optional<std::vector<std::string>>;
  if (text.empty()) {
    return Users();
  }
  if (!text.starts_with('@')) {
    return Users(TAGSMITH_TRY(read_list("--users", text)));
  }
  auto bytes = files::read_file(text.substr(1), kUsersFileBytesMax);
  if (!bytes) {
    return std::move(bytes).error().while_doing("--users");
  }
  std::vector<std::string> users;
  for (std::string& line : split(*bytes, '\n')) {
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    if (!line.empty()) {
      users.push_back(std::move(line));
    }
  }
  if (users.empty()) {
    return usage_error(base::message("--users {}: the file names no user", base::quote(text)),
                       base::tr("write one id a line"));
  }
  return Users(std::move(users));
}

base::Result<std::int64_t> read_start(const std::string& text) {
  if (text.empty()) {
    return base::system_clock().utc_micros();
  }
  const auto moment = column::read_moment(text);
  if (!moment || moment->is_day) {
    return usage_error(base::message("--started-at {} is no time", base::quote(text)),
                       base::tr("write UTC as '2025-11-22 10:30:00'"));
  }
  return moment->micros;
}

std::string line_of(const CheckedProject& checked, const catalog::TagProblem& problem) {
  const std::string json =
      project::to_json(project::located(checked.project, problem.place, problem.problem));
  return fmt::format("{{\"tag_id\":{},{}\n", problem.tag_id, json.substr(1));
}

// Prints all problems. Whether the run may go on: only rules are refused, and they may be.
bool pass_problems(const CheckedProject& checked, bool skip_refused) {
  std::string lines;
  project::FileProblems others = checked.problems;
  for (const catalog::TagProblem& problem : checked.checked.problems) {
    lines += line_of(checked, problem);
    std::erase(others, project::located(checked.project, problem.place, problem.problem));
  }
  const bool may_go_on = checked.data && others.empty() && (lines.empty() || skip_refused);
  if (console().errors == ErrorFormat::kText) {
    report(checked.problems);
  } else {
    lines = problems_text(others, /*json=*/true) + lines;
    std::fwrite(lines.data(), 1, lines.size(), stderr);
  }
  return may_go_on;
}

}  // namespace

base::Result<std::string> make_state_folder(const std::string& name) {
  const std::string state(kStateFolder);
  const auto make = [](const std::string& path) -> base::Status {
    std::error_code ignored;  // what cannot be looked at is no folder
    if (::mkdir(path.c_str(), 0700) == 0) {
      return {};
    }
    if (errno == EEXIST) {
      if (std::filesystem::is_directory(path, ignored)) {
        return {};
      }
      errno = ENOTDIR;
    }
    return base::Error{
        .code = base::ErrorCode::kUnavailable,
        .message = base::message("cannot make the folder {}: {}", base::quote(path),
                                 base::tr(std::strerror(errno))),  // NOLINT(concurrency-*)
        .path = path,
        .hint = base::tr("runs keep their changes there: what has that name must be a folder "
                         "that can be written")};
  };
  TAGSMITH_TRY(make(state));
  const std::string ignore = files::join(state, ".gitignore");
  if (!files::file_status(ignore)) {
    auto file = TAGSMITH_TRY(files::AtomicFile::create(ignore, files::Access::kOwnerOnly));
    TAGSMITH_TRY(file.write("*\n"));
    TAGSMITH_TRY(file.commit());
  }
  std::string path = files::join(state, name);
  TAGSMITH_TRY(make(path));
  return path;
}

PassingFolder::~PassingFolder() {
  std::error_code ignored;  // what stays is in nobody's way
  std::filesystem::remove_all(path_, ignored);
}

std::string PassingFolder::path(const std::string& name) const { return files::join(path_, name); }

base::Result<std::vector<std::string>> read_list(std::string_view option, const std::string& text) {
  std::vector<std::string> parts = split(text, ',');
  if (std::ranges::find(parts, "") != parts.end()) {
    return usage_error(base::message("{} {}: a name is empty", option, base::quote(text)),
                       base::tr("write names with a comma between them and no blanks"));
  }
  return parts;
}

run::Workplace Work::place(store::Store& store, const Progress& progress) const {
  const project::Project& project = checked.project;
  std::map<std::string, std::string> changed_at;
  std::string population = project.population;
  for (const project::Dataset& dataset : project.datasets) {
    if (!dataset.changed_at.empty()) {
      changed_at[full_name(dataset)] = dataset.changed_at;
    }
  }
  return {.reader = *reader,
          .data = *checked.data,
          .population = std::move(population),
          .changed_at = std::move(changed_at),
          .catalog = project.catalog,
          .checked = checked.checked,
          .guards = project.guards,
          .tags = store.tags(),
          .runs = store.runs(),
          .versions = store.catalog(),
          .progress = [&progress](std::string_view activity) { progress.show(activity); }};
}

base::Result<std::optional<Work>> prepare(const WorkOptions& options, const Progress& progress) {
  Work work{.request = {.started_at = TAGSMITH_TRY(read_start(options.started_at)),
                        .days = options.days,
                        .rewind = options.rewind}};
  run::Request& request = work.request;
  request.mode =
      options.mode == "incremental" || options.days ? run::Mode::kIncremental : run::Mode::kFull;
  if (options.mode == "full" && options.days) {
    return usage_error(base::tr("--mode full looks at everybody, --days at some"),
                       base::tr("leave one of the two away"));
  }
  request.users = TAGSMITH_TRY(read_users(options.users));
  if (!options.tags.empty()) {
    request.tags = TAGSMITH_TRY(read_list("--tags", options.tags));
  }
  TAGSMITH_TRY(enter_project(options.project));

  // What day it is depends on the zone, which the project says; one that does not exist is told
  // with the other mistakes of the project.
  const project::Project settings = project::read_folder(".", options.project.environment).project;
  const std::string& day = options.as_of.empty() ? options.day : options.as_of;
  request.as_of = day.empty()
                      ? day_in_zone(request.started_at, settings.zone)
                      : TAGSMITH_TRY(read_day(options.as_of.empty() ? "--dt" : "--as-of", day));
  work.as_of = column::day_text(request.as_of);
  request.partition = options.day.empty() ? work.as_of : options.day;

  work.reader = TAGSMITH_TRY(make_reader(options.resources));
  work.checked = TAGSMITH_TRY(
      check_project(options.project, request.partition, request.as_of, *work.reader, progress));
  if (!pass_problems(work.checked, options.skip_refused)) {
    return std::optional<Work>();
  }
  request.zone = work.checked.project.zone;
  request.upper_bound = work.checked.project.upper_bound;
  work.actor = actor_of(options.actor);
  work.commit = git_commit(".");
  return std::optional<Work>(std::move(work));
}

std::string stages_text(const Work& work) {
  // has_tag asks the store through a table that no rule can name.
  column::Schema schema = work.checked.data->schema;
  column::TableSchema store{.name = "(store)"};
  catalog::TagInputs inputs;
  for (const catalog::Tag& tag : work.checked.project.catalog.tags) {
    catalog::TagInputs::Columns& columns = inputs.by_code[tag.code];
    columns.in_run = work.checked.checked.texts.contains(tag.id);
    for (const auto& [place, name] :
         {std::pair(&columns.grant, "grant"), std::pair(&columns.block, "block"),
          std::pair(&columns.stored, "stored")}) {
      *place = {.table = schema.tables.size(), .column = store.columns.size()};
      store.columns.push_back({.name = fmt::format("{} {}", name, tag.code),
                               .type = {.kind = column::TypeKind::kBoolean}});
    }
  }
  schema.tables.push_back(std::move(store));
  const catalog::CheckedRules& rules = work.checked.checked.rules;
  const rule::LoweredRules lowered =
      catalog::lower_rules(rules, schema, work.request.as_of, inputs);
  std::string out;
  for (size_t i = 0; i < rules.rules.size(); ++i) {
    const catalog::CheckedRule& checked = rules.rules[i];
    out += fmt::format("rule {}, tag {} {}\n{}\n", i, checked.tag_id, base::quote(checked.name),
                       rule::print(checked.rule, schema));
    for (const rule::Remark& remark : rule::lint(checked.rule, schema)) {
      out += fmt::format("remark {} {}\n", remark.code, remark.message);
    }
    out += fmt::format("lowered\n{}\n\n", rule::to_text(lowered[i], schema));
  }
  return out + "program\n" + engine::compile(lowered, schema)->stages() + "\n";
}

}  // namespace tagsmith::app
