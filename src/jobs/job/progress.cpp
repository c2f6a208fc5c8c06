#include "job/progress.h"

namespace tagsmith::job {
namespace {

// What a counter has counted since `before`, when it may have started over.
std::uint64_t counted(std::uint64_t before, std::uint64_t now) {
  return now >= before ? now - before : now;
}

}  // namespace

Progress advance(Progress progress, const Details& details, Micros now) {
  const std::uint64_t restarts = counted(progress.last.restarts, details.restarts);
  progress.restarts += restarts;
  progress.restarts_since_checkpoint += restarts;
  progress.checkpoints_completed +=
      counted(progress.last.checkpoints_completed, details.checkpoints_completed);
  progress.checkpoints_failed +=
      counted(progress.last.checkpoints_failed, details.checkpoints_failed);
  if (details.checkpoint_id > progress.checkpoint_id) {
    progress.checkpoint_id = details.checkpoint_id;
    progress.restarts_since_checkpoint = 0;
    progress.progressed_at = now;
  }
  progress.last = details;
  return progress;
}

bool is_crash_loop(const Progress& progress, const Policy& policy) {
  return progress.restarts_since_checkpoint >=
         static_cast<std::uint64_t>(policy.crash_loop_restarts);
}

bool is_stalled(const Progress& progress, const Policy& policy, Micros now) {
  return now - progress.progressed_at >
         policy.stall_intervals * policy.checkpoint_interval + policy.checkpoint_timeout;
}

}  // namespace tagsmith::job
