#include "run/standing.h"

#include <utility>
#include <vector>

namespace tagsmith::run {

base::Result<Standing> standing(RunStore& runs, const Pins& pins) {
  using Kind = Standing::Kind;
  std::optional<RunRecord> unfinished = TAGSMITH_TRY(runs.unfinished());
  if (unfinished) {
    const Kind if_same = unfinished->state == RunState::kPinned ? Kind::kPinned : Kind::kPublishing;
    const bool is_same = same_run(unfinished->pins, pins);
    return Standing{.kind = is_same ? if_same : Kind::kAnother, .record = std::move(unfinished)};
  }
  std::vector<RunRecord> newest = TAGSMITH_TRY(runs.runs(1));
  if (!newest.empty() && newest[0].state == RunState::kPublished && newest[0].pins == pins) {
    return Standing{.kind = Kind::kPublished, .record = std::move(newest[0])};
  }
  return Standing{};
}

}  // namespace tagsmith::run
