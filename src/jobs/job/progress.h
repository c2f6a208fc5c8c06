#pragma once

#include <cstdint>

#include "job/policy.h"
#include "job/time.h"

namespace tagsmith::job {

/// What the details of an attempt say: restarts by the engine itself, and the newest completed
/// checkpoint. Counters start over when the engine's master does; checkpoint ids go on.
struct Details {
  std::uint64_t restarts = 0;
  std::uint64_t checkpoint_id = 0;  // 0: none
  Micros checkpoint_at = 0;         // the platform's
  std::uint64_t checkpoints_completed = 0;
  std::uint64_t checkpoints_failed = 0;

  bool operator==(const Details&) const = default;
};

/// What all details of an attempt so far come to.
struct Progress {
  Details last;                     // as they were told
  std::uint64_t checkpoint_id = 0;  // the greatest
  std::uint64_t restarts = 0;       // over all masters
  std::uint64_t restarts_since_checkpoint = 0;
  std::uint64_t checkpoints_completed = 0;  // over all masters
  std::uint64_t checkpoints_failed = 0;
  Micros progressed_at = 0;  // when a new checkpoint was last seen, or the attempt was accepted

  bool operator==(const Progress&) const = default;
};

Progress advance(Progress progress, const Details& details, Micros now);

/// The engine restarts the attempt again and again, and no checkpoint is completed between: never
/// FAILED, and never getting on.
bool is_crash_loop(const Progress& progress, const Policy& policy);

/// No checkpoint was completed for longer than several intervals and a timeout.
bool is_stalled(const Progress& progress, const Policy& policy, Micros now);

}  // namespace tagsmith::job
