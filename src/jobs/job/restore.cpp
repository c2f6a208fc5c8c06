#include "job/restore.h"

#include <fmt/format.h>

#include <algorithm>

namespace tagsmith::job {
namespace {

std::string why_not(const RestorePoint& point, const RestoreQuestion& question) {
  if (!point.invalid_because.empty()) {
    return point.invalid_because;
  }
  if (question.bad.contains(point.path)) {
    return "an attempt could not be restored from it";
  }
  if (point.engine_major != question.engine_major) {
    return fmt::format("it was written by version {} of the engine, the cluster has {}",
                       point.engine_major, question.engine_major);
  }
  return {};
}

RestoreChoice choose_without_points(const RestoreQuestion& question,
                                    std::vector<Rejected> rejected) {
  // A point that does not validate was written by somebody.
  if (!question.had_state && question.points.empty()) {
    return {.start = start::Empty{"no attempt has completed a checkpoint"},
            .rejected = std::move(rejected)};
  }
  if (question.loss_accepted) {
    return {.start = start::Empty{"a person accepted the loss"}, .rejected = std::move(rejected)};
  }
  if (question.policy.allow_empty_start) {
    return {.start = start::Empty{"the policy allows an empty start"},
            .rejected = std::move(rejected)};
  }
  rejected.push_back({"start without state", "neither the policy nor a person permits it"});
  return {.start = start::Hold{HoldReason::kNoRestorePoint, "no restore point validates"},
          .rejected = std::move(rejected)};
}

}  // namespace

RestoreChoice choose_start(const RestoreQuestion& question) {
  std::vector<const RestorePoint*> ladder;
  std::ranges::transform(question.points, std::back_inserter(ladder),
                         [](const RestorePoint& point) { return &point; });
  std::ranges::sort(ladder, [](const RestorePoint* a, const RestorePoint* b) {
    return a->attempt != b->attempt ? a->attempt > b->attempt : a->id > b->id;
  });
  std::vector<Rejected> rejected;
  for (const RestorePoint* point : ladder) {
    std::string because = why_not(*point, question);
    if (!because.empty()) {
      rejected.push_back({"restore " + point->path, std::move(because)});
      continue;
    }
    const Micros rewind = std::max<Micros>(0, question.alive_until - point->completed_at);
    if (rewind > question.policy.rewind_max && !question.loss_accepted) {
      std::string why = fmt::format("it would replay {} s, the rewind budget is {} s",
                                    rewind / kSecond, question.policy.rewind_max / kSecond);
      rejected.push_back({"restore " + point->path, why});
      return {.start = start::Hold{HoldReason::kRewind, std::move(why)},
              .rejected = std::move(rejected)};
    }
    return {.start = start::From{*point, rewind}, .rejected = std::move(rejected)};
  }
  return choose_without_points(question, std::move(rejected));
}

}  // namespace tagsmith::job
