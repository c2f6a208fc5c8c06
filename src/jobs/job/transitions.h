#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "job/attempt.h"
#include "job/job.h"

namespace tagsmith::job {

/// Every way in which a job changes its phase. No other one exists: apply() stops the process at a
/// step that the table does not have.
enum class Transition {
  kStart,
  kResume,
  kRecover,
  kRetake,
  kAllRunning,
  kEngineRestarts,
  kSeenAgain,
  kFail,
  kRestoreBad,
  kVanish,
  kVoid,
  kGiveUp,
  kEnd,
  kCancelledOutside,
  kRecoverCancelled,
  kHoldRewind,
  kHoldNoRestorePoint,
  kHoldDoubt,
  kHoldUnreachable,
  kHoldDependency,
  kHoldSavepoint,
  kDependencyBack,
  kReachable,
  kLossAccepted,
  kSuspend,
  kSuspended,
  kSuspendBeforeStart,
  kStop,
  kStopped,
  kStopCancelled,
  kStopFailed,
  kStopBeforeStart,
  kSavepointFailed,
  kReplace,
  kReplaced,
  kAgain,
};
inline constexpr std::size_t kTransitions = 36;

/// Every step of an attempt.
enum class AttemptStep {
  kPlan,
  kSend,
  kResend,
  kAccept,
  kFinish,
  kFail,
  kCancel,
  kVanish,
  kVoid,
};
inline constexpr std::size_t kAttemptSteps = 9;

/// A set of values of an enumeration with fewer than 32.
template <typename Enum>
class SetOf {
 public:
  constexpr SetOf(std::initializer_list<Enum> values) {
    for (const Enum value : values) {
      bits_ |= 1U << static_cast<unsigned>(value);
    }
  }
  [[nodiscard]] constexpr bool contains(Enum value) const {
    return (bits_ >> static_cast<unsigned>(value) & 1U) != 0;
  }

 private:
  std::uint32_t bits_ = 0;
};

struct TransitionRow {
  Transition transition;
  std::string_view name;
  SetOf<Phase> from;
  Phase to;
  std::string_view when;
  std::optional<HoldReason> hold = {};  // of a row to kHeld: what it waits for
};

struct AttemptStepRow {
  AttemptStep step;
  std::string_view name;
  SetOf<AttemptState> from;  // empty: there was no attempt
  AttemptState to;
  std::string_view when;
};

std::span<const TransitionRow> transition_rows();
std::span<const AttemptStepRow> attempt_step_rows();
const TransitionRow& row_of(Transition transition);
const AttemptStepRow& row_of(AttemptStep step);

/// Both tables as text, for a person and for the documents.
std::string transitions_text();

}  // namespace tagsmith::job
