#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "app/asking.h"
#include "app/exit_code.h"
#include "app/questions.h"
#include "app/terminal.h"
#include "app/turn.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/language.h"
#include "column/days.h"
#include "lease/lease.h"

namespace tagsmith::app {
namespace {

struct Health {
  std::string store;
  bool can_read_project = true;  // else the next run is refused, and held tags may be missing here
  std::optional<run::RunRecord> last;
  std::optional<run::RunRecord> unfinished;
  std::vector<std::pair<std::string, std::string>> held;  // code, why
  std::string holder;                                     // of the lease of runs; empty: nobody
  bool holder_is_gone = false;
  std::int64_t now = 0;

  [[nodiscard]] bool is_well() const { return can_read_project && !unfinished && held.empty(); }
};

base::Result<Health> look(const Asking& asking) {
  Health health{.store = asking.project.store,
                .can_read_project = asking.is_whole,
                .now = base::system_clock().utc_micros()};
  store::Store& store = *asking.store;
  health.last = TAGSMITH_TRY(store.runs().last_published(/*full=*/false));
  health.unfinished = TAGSMITH_TRY(store.runs().unfinished());
  for (const run::TagState& state : TAGSMITH_TRY(store.runs().tag_states())) {
    const auto tag =
        std::ranges::find(asking.project.catalog.tags, state.tag_id, &catalog::Tag::id);
    if (state.stale && tag != asking.project.catalog.tags.end() && tag->is_active) {
      health.held.emplace_back(tag->code, *state.stale);
    }
  }
  const lease::FenceRow fence = TAGSMITH_TRY(store.leases().read(kRunLease));
  health.holder = fence.holder;
  health.holder_is_gone = !fence.holder.empty() && lease::is_gone(fence.holder);
  return health;
}

std::string age_text(std::int64_t micros) {
  const std::int64_t minutes = std::max<std::int64_t>(micros, 0) / 60'000'000;
  const std::int64_t hours = minutes / 60;
  if (hours == 0) {
    return base::message("{} min", minutes);
  }
  return hours < 48 ? base::message("{} h", hours) : base::message("{} days", hours / 24);
}

std::string_view state_of(const run::RunRecord& run) {
  if (run.is_reverting) {
    return base::marked("being given up");
  }
  return run.state == run::RunState::kPublishing ? base::marked("publishing")
                                                 : base::marked("pinned");
}

std::string text_of(const Health& health) {
  std::string out =
      base::message("store       {}, of tagsmith {}\n", health.store, TAGSMITH_VERSION);
  if (health.last) {
    const std::int64_t ended = health.last->ended_at.value_or(health.last->pins.started_at);
    out += base::message("last run    {}, as of {}, published {} ago\n", health.last->id,
                         column::day_text(health.last->pins.as_of), age_text(health.now - ended));
  } else {
    out += base::tr("last run    none is published\n");
  }
  if (health.unfinished) {
    const std::int64_t id = health.unfinished->id;
    const bool works = !health.holder.empty() && !health.holder_is_gone;
    const std::string way = health.unfinished->is_reverting
                                ? base::message("tagsmith runs abandon {} goes on", id)
                                : base::message("run it again, or tagsmith runs abandon {}", id);
    out += base::message("unfinished  run {}, {}; {}\n", id, base::tr(state_of(*health.unfinished)),
                         works ? base::tr("it is at work") : way);
  } else {
    out += base::tr("unfinished  none\n");
  }
  out +=
      base::message("lease       {}{}\n", health.holder.empty() ? base::tr("free") : health.holder,
                    health.holder_is_gone ? base::tr(", which is gone") : "");
  out += health.can_read_project ? "" : base::tr("project     cannot be read: tagsmith validate\n");
  out += health.can_read_project && health.held.empty() ? base::tr("held        none\n") : "";
  for (const auto& [code, why] : health.held) {
    out += base::message("held        {}: {}\n", code, base::retold(why));
  }
  return out;
}

std::string json_of(const Health& health) {
  std::string held;
  for (const auto& [code, why] : health.held) {
    held += fmt::format(R"({}{{"code":{},"why":{}}})", held.empty() ? "" : ",",
                        base::json_quoted(code), base::json_quoted(why));
  }
  std::string last = "null";
  if (health.last) {
    const std::int64_t ended = health.last->ended_at.value_or(health.last->pins.started_at);
    last = fmt::format(R"({{"run_id":{},"as_of":"{}","ended_at":"{}","age_s":{}}})",
                       health.last->id, column::day_text(health.last->pins.as_of),
                       membership::time_text(ended), (health.now - ended) / 1'000'000);
  }
  return fmt::format(
      R"({{"healthy":{},"project_read":{},"store":{},"version":"{}","last_run":{},"unfinished":{},"held":[{}],)"
      R"("lease_holder":{}}})"
      "\n",
      health.is_well(), health.can_read_project, base::json_quoted(health.store), TAGSMITH_VERSION,
      last,
      health.unfinished ? fmt::format(R"({{"run_id":{},"state":"{}"}})", health.unfinished->id,
                                      state_of(*health.unfinished))
                        : "null",
      held, health.holder.empty() ? "null" : base::json_quoted(health.holder));
}

base::Result<int> answer(const ProjectOptions& options) {
  const auto asking = TAGSMITH_TRY(open_asking(options));
  if (!asking) {
    return kRefused;
  }
  const Health health = TAGSMITH_TRY(look(*asking));
  TAGSMITH_TRY(print(options.json ? json_of(health) : text_of(health)));
  return health.is_well() ? kDone : kHeldBack;
}

}  // namespace

int health(const ProjectOptions& options) {
  const auto result = answer(options);
  if (result) {
    return *result;
  }
  // A store that is not there is as bad as one that does not answer.
  const bool of_the_store = result.error().symbol.starts_with("E_STORE");
  const int code = report(result.error());
  return of_the_store ? kFailed : code;
}

}  // namespace tagsmith::app
