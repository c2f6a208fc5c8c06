#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/plan_report.h"
#include "app/project_store.h"
#include "app/run.h"
#include "app/terminal.h"
#include "app/work.h"
#include "base/clock.h"
#include "base/language.h"
#include "base/problem.h"
#include "explain/why.h"
#include "run/saved_plan.h"
#include "run/standing.h"

namespace tagsmith::app {
namespace {

std::string as_absolute(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).string();
}

std::string way_on(const run::RunRecord& unfinished) {
  return unfinished.state == run::RunState::kPinned ? base::tr("`tagsmith run` ends it first")
                                                    : base::tr("`tagsmith run` completes it first");
}

// Why the first users of each tag enter it, and leave it; `count_max` of either.
base::Result<std::vector<MoveReason>> reasons_of(const run::PlanSummary& plan, const Work& work,
                                                 store::Store& store, size_t count_max) {
  const explain::CurrentData current{.reader = *work.reader,
                                     .data = *work.checked.data,
                                     .checked = work.checked.checked,
                                     .population = work.checked.project.population,
                                     .as_of = work.request.as_of};
  std::vector<MoveReason> reasons;
  for (const run::TagPlan& tag : plan.tags) {
    for (const auto* users : {&tag.entered_sample, &tag.left_sample}) {
      for (size_t i = 0; i < std::min(count_max, users->size()); ++i) {
        const auto answer = TAGSMITH_TRY(explain::why(store.tags(), store.runs(),
                                                      work.checked.project.catalog, &current,
                                                      {.user_id = (*users)[i],
                                                       .tag_id = tag.tag_id,
                                                       .view = {.live = true, .at = {}},
                                                       .now = work.request.started_at}));
        if (answer && !answer->tags.empty()) {
          reasons.push_back({.tag_id = tag.tag_id,
                             .user_id = (*users)[i],
                             .enters = users == &tag.entered_sample,
                             .text = explain::decision_text(answer->tags.front(), *answer)});
        }
      }
    }
  }
  return reasons;
}

base::Result<int> run_plan(const PlanOptions& plan_options) {
  const WorkOptions& options = plan_options.work;
  const Progress progress;
  const std::int64_t start = base::system_clock().steady_micros();
  const std::string save = as_absolute(plan_options.save);
  const std::optional<Work> work = TAGSMITH_TRY(prepare(options, progress));
  if (!work) {
    return kRefused;
  }
  if (!save.empty()) {
    TAGSMITH_TRY(check_output_of_project("--save", save, work->checked.project));
  }
  const PassingFolder folder(TAGSMITH_TRY(make_state_folder(fmt::format("plan-{}", getpid()))));
  // Before the first run there is no store, and a plan makes none: it compares with an empty one.
  auto found = open_store(work->checked.project.store, /*create=*/false);
  const bool is_new_store = !found && found.error().code == base::ErrorCode::kNotFound;
  if (is_new_store) {
    found = open_store("sqlite:" + folder.path("empty.db"), /*create=*/true);
  }
  const auto store = TAGSMITH_TRY(std::move(found));
  const auto unfinished = TAGSMITH_TRY(store->runs().unfinished());
  if (unfinished && !save.empty()) {
    return base::Error{
        .code = base::ErrorCode::kConflict,
        .message = base::message("run {} is unfinished: it would not be this plan that "
                                 "is run next",
                                 unfinished->id),
        .symbol = "E_RUN_UNFINISHED",
        .hint = way_on(*unfinished)};
  }
  const run::Workplace place = work->place(*store, progress);
  const run::Pinned pinned =
      TAGSMITH_TRY(run::pin(place, work->request, work->actor, work->commit));
  TAGSMITH_TRY(run::check_start(store->runs(), pinned.pins));
  if (!save.empty()) {
    TAGSMITH_TRY(run::check_can_be_saved(pinned.pins));
  }
  const run::PlanOutcome outcome = TAGSMITH_TRY(run::make_plan(
      place, pinned, {.accept = options.accept, .is_shown = true}, folder.path("changes")));
  const bool saves = !save.empty() && outcome.run_trips.empty();
  if (saves) {
    run::SavedPlan saved{.pins = outcome.plan.pins,
                         .summary = outcome.plan.summary,
                         .new_versions = pinned.new_versions,
                         .store = TAGSMITH_TRY(store->tags().mark()),
                         .change_set_hash = outcome.plan.change_set_hash};
    if (is_new_store) {
      saved.store.store_id.clear();  // the run makes it
    }
    TAGSMITH_TRY(run::save_plan(save, saved, outcome.plan.change_set));
  }
  const auto reasons =
      TAGSMITH_TRY(reasons_of(outcome.plan.summary, *work, *store, plan_options.users_told));
  progress.clear();
  const PlanReport report{.plan = outcome.plan.summary,
                          .run_trips = outcome.run_trips,
                          .to_accept = outcome.to_accept,
                          .reasons = reasons,
                          .as_of = work->as_of,
                          .rows_written = outcome.plan.summary.changed_users,
                          .entered = outcome.plan.summary.entered,
                          .left = outcome.plan.summary.left,
                          .duration_micros = base::system_clock().steady_micros() - start};
  std::string text = options.stages && !options.project.json ? stages_text(*work) : "";
  if (options.project.json) {
    text += to_json(report);
  } else {
    text += to_text(report, width_of(Stream::kOut), "tagsmith run");
    text += unfinished
                ? base::message("run {} is unfinished: {}\n", unfinished->id, way_on(*unfinished))
                : "";
    text += save.empty() || saves
                ? ""
                : base::tr("the plan is not saved: nothing of it may be published\n");
  }
  TAGSMITH_TRY(print(text));
  return exit_code(report);
}

}  // namespace

int plan(const PlanOptions& options) {
  const auto result = run_plan(options);
  return result ? *result : report(result.error());
}

}  // namespace tagsmith::app
