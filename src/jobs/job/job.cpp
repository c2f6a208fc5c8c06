#include "job/job.h"

#include <cstdlib>

#include "base/assert.h"
#include "job/names_internal.h"

namespace tagsmith::job {
namespace {

constexpr Names<Desired, 4> kDesired{{"running", "suspended", "stopped", "done once"}};
constexpr Names<Phase, 11> kPhases{{"idle", "starting", "running", "recovering", "held",
                                    "suspending", "suspended", "stopping", "finished", "failed",
                                    "cancelled"}};
constexpr Names<HoldReason, 6> kHoldReasons{
    {"rewind", "no restore point", "doubt", "unreachable", "dependency", "savepoint"}};

}  // namespace

std::string_view name_of(Desired desired) { return kDesired.of(desired); }
std::string_view name_of(Phase phase) { return kPhases.of(phase); }
std::string_view name_of(HoldReason reason) { return kHoldReasons.of(reason); }

bool should_run(Desired desired) {
  return desired == Desired::kRunning || desired == Desired::kDoneOnce;
}

bool is_over(Phase phase) {
  return phase == Phase::kFinished || phase == Phase::kFailed || phase == Phase::kCancelled;
}

bool is_settled(Desired desired, Phase phase) {
  switch (desired) {
    case Desired::kRunning:
      return phase == Phase::kRunning;
    case Desired::kSuspended:
      return phase == Phase::kSuspended || phase == Phase::kIdle;
    case Desired::kStopped:
      return phase == Phase::kIdle || is_over(phase);
    case Desired::kDoneOnce:
      return phase == Phase::kFinished;
  }
  TAGSMITH_ASSERT(false);
  std::abort();
}

std::string_view status_word(Phase phase, bool is_known) {
  switch (phase) {
    case Phase::kIdle:
      return "created";
    case Phase::kStarting:
      return is_known ? "created" : "reconciling";
    case Phase::kRunning:
    case Phase::kSuspending:
    case Phase::kStopping:
      return is_known ? "running" : "reconciling";
    case Phase::kRecovering:
    case Phase::kHeld:
      return "reconciling";
    case Phase::kSuspended:
      return "suspended";
    case Phase::kFinished:
      return "finished";
    case Phase::kFailed:
      return "failed";
    case Phase::kCancelled:
      return "cancelled";
  }
  TAGSMITH_ASSERT(false);
  std::abort();
}

}  // namespace tagsmith::job
