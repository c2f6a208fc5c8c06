#include "app/runs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/exit_code.h"
#include "app/plan_report.h"
#include "app/project_store.h"
#include "app/terminal.h"
#include "app/text_table.h"
#include "app/turn.h"
#include "app/work.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/language.h"
#include "base/problem.h"
#include "column/days.h"
#include "files/folder.h"
#include "membership/membership.h"
#include "project/project.h"
#include "run/publish.h"
#include "run/run_store.h"

namespace tagsmith::app {
namespace {

using run::RunRecord;
using run::RunState;

std::string_view name_of(RunState state) {
  switch (state) {
    case RunState::kPinned:
      return base::marked("pinned");
    case RunState::kPublishing:
      return base::marked("publishing");
    case RunState::kPublished:
      return base::marked("published");
    case RunState::kHeld:
      return base::marked("held");
    case RunState::kFailed:
      return base::marked("failed");
    case RunState::kAbandoned:
      break;
  }
  return base::marked("abandoned");
}

std::string_view state_of(const RunRecord& record) {
  return record.is_reverting ? base::marked("being given up") : name_of(record.state);
}

// The store of the project alone: what is wrong with rules or tables is no reason to hide runs.
base::Result<std::string> store_of(const ProjectOptions& options) {
  TAGSMITH_TRY(enter_project(options));
  const project::Reading reading = project::read_folder(".", options.environment);
  if (!reading.settings_read) {
    base::Error error{.code = base::ErrorCode::kInvalidArgument,
                      .message = base::tr("tagsmith.yaml has mistakes"),
                      .symbol = "E_PROJECT_FILE",
                      .path = "tagsmith.yaml",
                      .hint = base::tr("`tagsmith validate` shows them")};
    for (const project::FileProblem& problem : reading.problems) {
      if (problem.file == "tagsmith.yaml") {
        error.message = project::to_text(problem);
        break;
      }
    }
    return error;
  }
  return reading.project.store;
}

base::Error unknown_run(std::int64_t run_id) {
  return {.code = base::ErrorCode::kNotFound,
          .message = base::message("there is no run {}", run_id),
          .symbol = "E_RUN_UNKNOWN",
          .path = {},
          .hint = base::tr("`tagsmith runs list` shows the runs")};
}

std::string seconds_text(membership::Micros time) {
  constexpr size_t kToSeconds = 19;  // "2025-11-22 10:30:00"
  return membership::time_text(time).substr(0, kToSeconds);
}

std::string scope_text(const run::Pins& pins) {
  const std::string tags = pins.all_tags ? base::tr("all tags") : counted(pins.tags.size(), "tag");
  const std::string users =
      pins.users ? counted(pins.users->size(), "user") : base::tr("all users");
  return base::message("{}, {}", tags, users);
}

std::string json_of(const RunRecord& record) {
  const membership::PublishCounts& counts = record.progress.counts;
  const run::PlanSummary plan = record.plan.value_or(run::PlanSummary());
  return fmt::format(
      R"({{"run":{},"state":"{}","mode":"{}","as_of":"{}","partition":{},"started_at":"{}",)"
      R"("ended_at":{},"actor":{},"users":{},"tags":{},"entered":{},"left":{},"gone":{},"held":{},)"
      R"("rows_written":{},"error":{}}})",
      record.id, state_of(record), run::name_of(record.pins.mode),
      column::day_text(record.pins.as_of), base::json_quoted(record.pins.partition),
      membership::time_text(record.pins.started_at),
      record.ended_at ? fmt::format("\"{}\"", membership::time_text(*record.ended_at)) : "null",
      base::json_quoted(record.actor), plan.users, record.pins.tags.size(), counts.entered,
      counts.left, plan.gone, plan.held.size(), counts.rows_written,
      base::json_quoted(record.error));
}

std::string table_of(const std::vector<RunRecord>& records) {
  using enum TextTable::Align;
  using enum TextTable::Fit;
  TextTable table({{base::tr("run"), kRight},
                   {base::tr("state")},
                   {base::tr("as of")},
                   {base::tr("started (UTC)"), kLeft, kDrop},
                   {base::tr("of"), kLeft, kCut},
                   {base::tr("rows"), kRight, kDrop},
                   {base::tr("gains"), kRight, kDrop},
                   {base::tr("losses"), kRight, kDrop},
                   {base::tr("held"), kRight, kDrop, Meaning::kWarning},
                   {base::tr("by"), kLeft, kCut}});
  for (const RunRecord& record : records) {
    const membership::PublishCounts& counts = record.progress.counts;
    const size_t held = record.plan ? record.plan->held.size() : 0;
    table.add({std::to_string(record.id), base::tr(state_of(record)),
               column::day_text(record.pins.as_of), seconds_text(record.pins.started_at),
               scope_text(record.pins), grouped(counts.rows_written), grouped(counts.entered),
               grouped(counts.left), held == 0 ? "" : std::to_string(held), record.actor});
  }
  return table.text(0, table_width());
}

base::Result<int> run_list(const ProjectOptions& options, size_t count_max) {
  const std::string store_url = TAGSMITH_TRY(store_of(options));
  const auto store = TAGSMITH_TRY(open_store(store_url, /*create=*/false));
  const std::vector<RunRecord> records = TAGSMITH_TRY(store->runs().runs(count_max));
  std::string text;
  if (options.json) {
    for (const RunRecord& record : records) {
      text += json_of(record) + "\n";
    }
  } else {
    text = records.empty() ? base::tr("no runs yet\n") : table_of(records);
  }
  TAGSMITH_TRY(print(text));
  return kDone;
}

std::string details_of(const RunRecord& record) {
  std::string out = base::message("run {}, {}\n", record.id, base::tr(state_of(record)));
  if (!record.error.empty()) {
    out += base::message("because {}\n", base::retold(record.error));
  }
  out += base::message("{}, {}, as of {}, partition {}, zone {}\n", run::name_of(record.pins.mode),
                       scope_text(record.pins), column::day_text(record.pins.as_of),
                       record.pins.partition, record.pins.zone);
  out += base::message(
      "started {} UTC by {}{}\n", seconds_text(record.pins.started_at), record.actor,
      record.ended_at ? base::message(", ended {}", seconds_text(*record.ended_at)) : "");
  out += base::message("read {}\n", counted(record.pins.files.size(), "file"));
  if (record.plan) {
    const membership::PublishCounts& counts = record.progress.counts;
    out += "\n" + to_text({.plan = *record.plan,
                           .run_trips = {},
                           .to_accept = {},
                           .as_of = column::day_text(record.pins.as_of),
                           .run_id = record.id,
                           .state = "published",
                           .rows_written = counts.rows_written,
                           .entered = counts.entered,
                           .left = counts.left},
                          width_of(Stream::kOut), "tagsmith run");
  }
  if (record.is_reverting) {
    out += base::message("`tagsmith runs abandon {}` goes on giving it up\n", record.id);
  } else if (record.state == RunState::kPinned || record.state == RunState::kPublishing) {
    out += base::message(
        "it is unfinished: `tagsmith run` goes on with it, `tagsmith runs abandon "
        "{}` takes it back\n",
        record.id);
  }
  return out;
}

base::Result<int> run_show(const ProjectOptions& options, std::int64_t run_id) {
  const std::string store_url = TAGSMITH_TRY(store_of(options));
  const auto store = TAGSMITH_TRY(open_store(store_url, /*create=*/false));
  const std::optional<RunRecord> record = TAGSMITH_TRY(store->runs().run(run_id));
  if (!record) {
    return unknown_run(run_id);
  }
  if (options.json) {
    const std::string plan = record->plan ? run::to_json(*record->plan) : "null";
    std::string text = json_of(*record);
    text.pop_back();
    TAGSMITH_TRY(print(
        fmt::format("{},\"pins\":{},\"plan\":{}}}\n", text, run::to_json(record->pins), plan)));
  } else {
    TAGSMITH_TRY(print(details_of(*record)));
  }
  return kDone;
}

base::Result<int> run_abandon(const ProjectOptions& options, std::int64_t run_id) {
  const std::string store_url = TAGSMITH_TRY(store_of(options));
  const auto store = TAGSMITH_TRY(open_store(store_url, /*create=*/false));
  const auto turn = TAGSMITH_TRY(Turn::take(*store, store_url));
  base::Clock& clock = base::system_clock();
  const lease::Fence fence =
      TAGSMITH_TRY(lease::acquire(store->leases(), std::string(run::kPublishLease),
                                  lease::new_holder(), lease::kPatienceMicros, clock));
  const auto counts = store->runs().abandon(fence, run_id, clock.utc_micros());
  [[maybe_unused]] const base::Status released = store->leases().release(fence);
  if (!counts) {
    return counts.error();
  }
  std::error_code ignored;  // the changes are of no use any more
  std::filesystem::remove(TAGSMITH_TRY(changes_path(*store, run_id)), ignored);
  TAGSMITH_TRY(print(
      options.json ? fmt::format(R"({{"run":{},"state":"abandoned","entered":{},"left":{},)"
                                 R"("rows_written":{}}})"
                                 "\n",
                                 run_id, counts->entered, counts->left, counts->rows_written)
                   : base::message(
                         "run {} is abandoned: {} rows written, {} gains and {} losses, which undo "
                         "what it had published\n",
                         run_id, grouped(counts->rows_written), grouped(counts->entered),
                         grouped(counts->left))));
  return kDone;
}

int code_of(const base::Result<int>& result) { return result ? *result : report(result.error()); }

}  // namespace

int list_runs(const ProjectOptions& options, size_t count_max) {
  return code_of(run_list(options, count_max));
}

int show_run(const ProjectOptions& options, std::int64_t run_id) {
  return code_of(run_show(options, run_id));
}

int abandon_run(const ProjectOptions& options, std::int64_t run_id) {
  return code_of(run_abandon(options, run_id));
}

}  // namespace tagsmith::app
