#include "run/standing.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/language.h"

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
  if (!newest.empty() && newest[0].state == RunState::kPublished &&
      same_run(newest[0].pins, pins) && newest[0].pins.started_at == pins.started_at) {
    return Standing{.kind = Kind::kPublished, .record = std::move(newest[0])};
  }
  return Standing{};
}

base::Status check_start(RunStore& runs, const Pins& pins) {
  const auto last = TAGSMITH_TRY(runs.last_published(/*full=*/false));
  if (!last || pins.started_at >= last->pins.started_at) {
    return {};
  }
  return base::Error{.code = base::ErrorCode::kInvalidArgument,
                     .message = base::message(
                         "a run that started at {} cannot come after run {}, which started at "
                         "{}",
                         membership::time_text(pins.started_at), last->id,
                         membership::time_text(last->pins.started_at)),
                     .symbol = std::string(kRunStart),
                     .hint = base::tr("leave --started-at away, and look at this machine's clock")};
}

}  // namespace tagsmith::run
