#include "app/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/exit_code.h"
#include "app/plan_report.h"
#include "app/project_store.h"
#include "app/terminal.h"
#include "app/turn.h"
#include "app/work.h"
#include "base/clock.h"
#include "base/language.h"
#include "base/problem.h"
#include "column/days.h"
#include "files/folder.h"
#include "membership/membership.h"
#include "membership/verify.h"
#include "run/planner.h"
#include "run/publisher.h"
#include "run/saved_plan.h"
#include "run/standing.h"

namespace tagsmith::app {
namespace {

using run::RunRecord;
using run::RunState;

void note_run(std::int64_t id, std::string_view what) {
  note(base::message("run {} {}", id, what), {{"run", id}});
}

run::Plan stored_plan(const RunRecord& record) {
  return {.pins = record.pins,
          .summary = record.plan.value_or(run::PlanSummary()),
          .change_set = record.change_set,
          .change_set_hash = record.change_set_hash};
}

// One run from its pins to its end, in a store where nobody else runs.
class Running {
 public:
  Running(const RunOptions& options, const std::optional<run::SavedPlan>& shown, const Work& work,
          store::Store& store, const Progress& progress)
      : options_(options),
        shown_(shown),
        work_(work),
        store_(store),
        progress_(progress),
        place_(work.place(store, progress)) {}

  base::Result<PlanReport> run() {
    auto report = run_to_end();
    if (!report) {
      return with_way_on(std::move(report).error());
    }
    return report;
  }

 private:
  base::Result<PlanReport> run_to_end() {
    TAGSMITH_TRY(pin());
    run::Standing standing = TAGSMITH_TRY(run::standing(store_.runs(), pinned_.pins));
    TAGSMITH_TRY(check_not_reverting(standing));
    if (standing.kind == run::Standing::Kind::kAnother) {
      TAGSMITH_TRY(check_not_before(*standing.record));
      TAGSMITH_TRY(end_other(*standing.record));
      TAGSMITH_TRY(pin());  // it may have published what this run starts from
      standing = TAGSMITH_TRY(run::standing(store_.runs(), pinned_.pins));
    }
    using enum run::Standing::Kind;
    switch (standing.kind) {
      case kPublished:
        note_run(standing.record->id, base::tr("of this start is published already"));
        remove_changes(standing.record->id);  // it may have been killed before it could
        return report_of(*standing.record);
      case kPublishing:
        note_run(standing.record->id, base::tr("was cut off while it published: going on with it"));
        return publish(standing.record->id, stored_plan(*standing.record), {});
      case kPinned:
        if (shown_ && standing.record->pins != shown_->pins) {
          TAGSMITH_TRY(end_other(*standing.record));
          break;
        }
        note_run(standing.record->id,
                 base::tr("was cut off before it published: going on with it"));
        return plan_and_publish(standing.record->id, standing.record->pins);
      case kNew:
      case kAnother:
        break;
    }
    if (shown_) {
      TAGSMITH_TRY(check_not_moved());
    }
    TAGSMITH_TRY(run::check_start(store_.runs(), pinned_.pins));
    const auto id = TAGSMITH_TRY(store_.runs().begin(pinned_.pins, work_.actor));
    return plan_and_publish(id, pinned_.pins);
  }

  base::Status pin() {
    pinned_ = TAGSMITH_TRY(run::pin(place_, work_.request, work_.actor, work_.commit));
    return {};
  }

  static base::Status check_not_reverting(const run::Standing& standing) {
    if (!standing.record || !standing.record->is_reverting) {
      return {};
    }
    const std::int64_t id = standing.record->id;
    return base::Error{
        .code = base::ErrorCode::kConflict,
        .message = base::message("run {} is being given up", id),
        .symbol = "E_RUN_UNFINISHED",
        .path = {},
        .hint = base::message("`tagsmith runs abandon {}` goes on with that; then run again", id)};
  }

  // Before anything is written: the other run is completed first, and ours would be older then.
  [[nodiscard]] base::Status check_not_before(const RunRecord& other) const {
    const auto is_in_both = [&](const run::PinnedTag& tag) {
      return std::ranges::find(other.pins.tags, tag.tag_id, &run::PinnedTag::tag_id) !=
             other.pins.tags.end();
    };
    if (other.state != RunState::kPublishing || work_.request.rewind ||
        work_.request.as_of >= other.pins.as_of ||
        std::ranges::none_of(pinned_.pins.tags, is_in_both)) {
      return {};
    }
    return base::Error{
        .code = base::ErrorCode::kInvalidArgument,
        .message = base::message(
            "run {} as of {} is unfinished and has to be completed first; {} is "
            "before it",
            other.id, column::day_text(other.pins.as_of), column::day_text(work_.request.as_of)),
        .symbol = std::string(run::kRunRewind),
        .path = {},
        .hint = base::message("--rewind publishes an older day on purpose; `tagsmith runs abandon "
                              "{}` takes the other one back",
                              other.id)};
  }

  // The run of a process that ended, with other pins than ours (PROTOCOLS 1).
  base::Status end_other(const RunRecord& record) {
    if (record.state == RunState::kPinned) {
      note_run(record.id, base::tr("ended before it published anything: marked as failed"));
      return store_.runs().end_unpublished(
          record.id, RunState::kFailed,
          std::string(base::marked("its process ended before it published anything")),
          base::system_clock().utc_micros());
    }
    note_run(record.id,
             base::tr("was cut off while it published: completing it first, as it was planned"));
    const auto completed = publish(record.id, stored_plan(record), {});
    id_.reset();
    if (!completed) {
      base::Error error = completed.error();
      if (error.symbol == run::kChangeSetBroken) {
        error.hint =
            base::message("tagsmith runs abandon {} takes back what it published", record.id);
      }
      return std::move(error).while_doing(base::message("complete run {}", record.id));
    }
    return {};
  }

  base::Result<PlanReport> plan_and_publish(std::int64_t id, const run::Pins& pins) {
    id_ = id;
    // A run that is gone on with keeps its times.
    pinned_.pins = pins;
    for (catalog::RuleVersion& version : pinned_.new_versions) {
      version.recorded_micros = pins.started_at;
    }
    auto outcome = shown_ ? planned(id) : plan(id);
    if (!outcome) {
      return give_up(std::move(outcome).error());
    }
    if (!outcome->run_trips.empty()) {
      return hold(*outcome, outcome->run_trips.front().message);
    }
    if (!TAGSMITH_TRY(confirmed(*outcome))) {
      return hold(*outcome, base::marked("its changed rules were not confirmed"));
    }
    return publish(id, outcome->plan, shown_ ? shown_->new_versions : pinned_.new_versions);
  }

  base::Result<run::PlanOutcome> plan(std::int64_t id) {
    TAGSMITH_TRY(make_state_folder("runs"));
    const std::string changes = TAGSMITH_TRY(changes_path(store_, id));
    return run::make_plan(place_, pinned_,
                          {.accept = options_.work.accept, .is_shown = options_.yes || can_ask()},
                          changes);
  }

  // The plan of --plan; its changes move to where this run keeps them.
  base::Result<run::PlanOutcome> planned(std::int64_t id) {
    TAGSMITH_TRY(make_state_folder("runs"));
    const std::string changes = TAGSMITH_TRY(changes_path(store_, id));
    TAGSMITH_TRY(run::load_plan(options_.plan_file, changes));
    return run::PlanOutcome{.plan = {.pins = shown_->pins,
                                     .summary = shown_->summary,
                                     .change_set = changes,
                                     .change_set_hash = shown_->change_set_hash},
                            .run_trips = {},
                            .to_accept = {}};
  }

  base::Status check_not_moved() {
    const membership::StoreMark mark = TAGSMITH_TRY(store_.tags().mark());
    run::SavedPlan shown = *shown_;
    if (shown.store.store_id.empty()) {  // there was no store yet
      shown.store.store_id = mark.store_id;
    }
    return run::check_not_moved(shown, pinned_.pins, mark);
  }

  // A changed rule is published when its plan was shown and somebody said yes.
  base::Result<bool> confirmed(const run::PlanOutcome& outcome) {
    if (outcome.to_accept.empty() || options_.yes || shown_) {
      return true;
    }
    progress_.clear();
    PlanReport shown = report(outcome.plan);
    shown.to_accept = outcome.to_accept;
    shown.state = "planned";
    TAGSMITH_TRY(print(to_text(shown, width_of(Stream::kOut), "tagsmith run")));
    const bool yes = ask(base::tr("Publish it?"));
    return base::interrupted() ? base::Result<bool>(base::cancelled()) : yes;
  }

  // A plan that failed leaves nothing to go on with; one that was interrupted does.
  base::Error give_up(base::Error error) {
    if (error.code == base::ErrorCode::kCancelled) {
      return error;
    }
    const base::Status ended =
        store_.runs().end_unpublished(*id_, RunState::kFailed, base::english_of(error.message),
                                      base::system_clock().utc_micros());
    if (ended) {
      remove_changes(*id_);
      id_.reset();
    }
    return error;
  }

  base::Result<PlanReport> hold(const run::PlanOutcome& outcome, std::string_view why) {
    TAGSMITH_TRY(store_.runs().end_unpublished(*id_, RunState::kHeld, std::string(why),
                                               base::system_clock().utc_micros()));
    remove_changes(*id_);
    PlanReport held = report(outcome.plan);
    held.run_id = std::exchange(id_, std::nullopt);
    held.run_trips = outcome.run_trips;
    held.state = "held";
    held.rows_written = held.entered = held.left = 0;
    return held;
  }

  base::Result<PlanReport> publish(std::int64_t id, const run::Plan& plan,
                                   const std::vector<catalog::RuleVersion>& new_versions) {
    id_ = id;
    is_publishing_ = true;
    progress_.show(base::tr("publishing"));
    const run::PublishPorts ports{.tags = store_.tags(),
                                  .runs = store_.runs(),
                                  .leases = store_.leases(),
                                  .reconnect = [this] { return store_.reconnect(); },
                                  .clock = base::system_clock(),
                                  .holder = lease::new_holder(),
                                  .beat = make_beat(work_.checked.project.store),
                                  .progress =
                                      [this](std::uint64_t done, std::uint64_t all) {
                                        progress_.show(base::tr("publishing"), done, all,
                                                       base::tr("users"));
                                      }};
    const membership::PublishCounts counts =
        TAGSMITH_TRY(run::publish(ports, id, plan, new_versions));
    is_publishing_ = false;
    id_.reset();
    remove_changes(id);
    PlanReport done = report(plan);
    done.run_id = id;
    done.state = "published";
    done.rows_written = counts.rows_written;
    done.entered = counts.entered;
    done.left = counts.left;
    return done;
  }

  // Also what a killed process of this run had begun to write beside it.
  void remove_changes(std::int64_t id) {
    const auto changes = changes_path(store_, id);
    if (!changes) {
      return;  // they stay, in nobody's way
    }
    const std::filesystem::path path = *changes;
    const std::string begun = fmt::format(".{}.", path.filename().string());
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), ignored)) {
      const std::string name = entry.path().filename().string();
      if (name == path.filename() || name.starts_with(begun)) {
        std::filesystem::remove(entry.path(), ignored);
      }
    }
  }

  [[nodiscard]] static PlanReport report(const run::Plan& plan) {
    return {.plan = plan.summary,
            .as_of = column::day_text(plan.pins.as_of),
            .rows_written = plan.summary.changed_users,
            .entered = plan.summary.entered,
            .left = plan.summary.left};
  }

  [[nodiscard]] static PlanReport report_of(const RunRecord& record) {
    PlanReport done = report(stored_plan(record));
    done.run_id = record.id;
    done.state = "published";
    done.rows_written = record.progress.counts.rows_written;
    done.entered = record.progress.counts.entered;
    done.left = record.progress.counts.left;
    return done;
  }

  // What becomes of a run that could not end.
  base::Error with_way_on(base::Error error) const {
    if (!id_) {
      return error;
    }
    const std::string where = is_publishing_ ? base::tr("publishes, and what it published stays")
                                             : base::tr("published nothing yet");
    const std::string way = base::message(
        "run {} {}; the same command goes on with it, `tagsmith runs abandon {}` takes it back",
        *id_, where, *id_);
    if (error.code == base::ErrorCode::kCancelled) {
      error.message = base::tr("interrupted");
      error.hint.clear();  // it says the same
    }
    error.hint = error.hint.empty() ? way : base::message("{}; {}", error.hint, way);
    return error;
  }

  const RunOptions& options_;
  const std::optional<run::SavedPlan>& shown_;  // --plan
  const Work& work_;
  store::Store& store_;
  const Progress& progress_;
  const run::Workplace place_;
  run::Pinned pinned_;
  std::optional<std::int64_t> id_;  // of the run that is not at its end
  bool is_publishing_ = false;
};

// What --plan says. Its changes are read again, to where the run keeps them, once it has a number.
base::Result<run::SavedPlan> read_plan(const RunOptions& options) {
  TAGSMITH_TRY(enter_project(options.work.project));
  const PassingFolder folder(TAGSMITH_TRY(make_state_folder(fmt::format("plan-{}", getpid()))));
  return run::load_plan(options.plan_file, folder.path("changes"));
}

base::Result<int> run_run(RunOptions options) {
  const Progress progress;
  const std::int64_t start = base::system_clock().steady_micros();
  std::optional<run::SavedPlan> shown;
  if (!options.plan_file.empty()) {
    options.plan_file = std::filesystem::absolute(options.plan_file).string();
    shown = TAGSMITH_TRY(read_plan(options));
    options.work.project.folder = ".";
    options.work.as_of = column::day_text(shown->pins.as_of);
    options.work.day = shown->pins.partition;
  }
  std::optional<Work> work = TAGSMITH_TRY(prepare(options.work, progress));
  if (!work) {
    return kRefused;
  }
  if (shown) {
    const bool rewind = work->request.rewind;
    work->request = run::request_of(shown->pins, work->request);
    work->request.rewind = rewind;
  }
  const std::string& store_url = work->checked.project.store;
  const auto store = TAGSMITH_TRY(open_store(store_url, /*create=*/true));
  const auto turn = TAGSMITH_TRY(Turn::take(*store, store_url));
  if (!shown && options.work.started_at.empty()) {
    work->request.started_at =
        base::system_clock().utc_micros();  // another run may just have ended
  }
  if (options.verify) {
    progress.show(base::tr("comparing the store with its feed"));
    TAGSMITH_TRY(membership::verify(store->tags()));
  }
  if (options.work.stages && !options.work.project.json) {
    progress.clear();
    TAGSMITH_TRY(print(stages_text(*work)));
  }
  PlanReport report = TAGSMITH_TRY(Running(options, shown, *work, *store, progress).run());
  report.duration_micros = base::system_clock().steady_micros() - start;
  progress.clear();
  TAGSMITH_TRY(print(options.work.project.json
                         ? to_json(report)
                         : to_text(report, width_of(Stream::kOut), "tagsmith run")));
  return exit_code(report);
}

}  // namespace

int run_tags(const RunOptions& options) {
  const auto result = run_run(options);
  return result ? *result : report(result.error());
}

}  // namespace tagsmith::app
