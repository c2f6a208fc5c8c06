#include "job/transitions.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "base/assert.h"

namespace tagsmith::job {
namespace {

using enum Phase;

// Phases in which an attempt may be alive.
constexpr SetOf<Phase> kWithAttempt = {kStarting, kRunning, kHeld, kSuspending, kStopping};

// Calls, since a formatter would give every part of a braced row its own line.
constexpr TransitionRow row(Transition transition, std::string_view name, SetOf<Phase> from,
                            Phase to, std::string_view when,
                            std::optional<HoldReason> hold = std::nullopt) {
  return {transition, name, from, to, when, hold};
}

constexpr AttemptStepRow row(AttemptStep step, std::string_view name, SetOf<AttemptState> from,
                             AttemptState to, std::string_view when) {
  return {step, name, from, to, when};
}

constexpr std::array<TransitionRow, kTransitions> kRows{{
    row(Transition::kStart, "start", {kIdle}, kStarting, "it should run: an attempt is planned"),
    row(Transition::kResume, "resume", {kSuspended}, kStarting,
        "it should run again, from its newest restore point"),
    row(Transition::kRecover, "recover", {kRecovering}, kStarting,
        "the wait is over and a start is chosen"),
    row(Transition::kRetake, "retake", {kHeld}, kStarting,
        "a restore point that is good enough has been found"),
    row(Transition::kAllRunning, "all running", {kStarting, kHeld}, kRunning, "every vertex runs"),
    row(Transition::kEngineRestarts, "engine restarts", {kRunning}, kStarting,
        "not every vertex runs any more"),
    row(Transition::kSeenAgain, "seen again", {kHeld}, kStarting,
        "the attempt is there: the platform or a person says so"),
    row(Transition::kFail, "fail", kWithAttempt, kRecovering,
        "the attempt failed, and the budget of its class has an attempt left"),
    row(Transition::kRestoreBad, "restore bad", kWithAttempt, kRecovering,
        "its restore point could not be read: the next older is taken, outside the budget"),
    row(Transition::kVanish, "vanish", kWithAttempt, kRecovering,
        "the attempt is proven to be gone, and the budget has an attempt left"),
    row(Transition::kVoid, "void", {kStarting, kHeld}, kRecovering,
        "the attempt is proven never to have started"),
    row(Transition::kGiveUp, "give up", kWithAttempt, kFailed,
        "no attempt is left, or another one is certain to fail"),
    row(Transition::kEnd, "end", kWithAttempt, kFinished, "the attempt finished by itself"),
    row(Transition::kCancelledOutside, "cancelled outside", kWithAttempt, kCancelled,
        "somebody else cancelled it: reported"),
    row(Transition::kRecoverCancelled, "recover cancelled", kWithAttempt, kRecovering,
        "somebody else cancelled it, and the policy brings it back"),
    row(Transition::kHoldRewind, "hold: rewind", {kIdle, kRecovering, kSuspended, kHeld}, kHeld,
        "the newest restore point would replay more than the budget", HoldReason::kRewind),
    row(Transition::kHoldNoRestorePoint, "hold: no restore point",
        {kIdle, kRecovering, kSuspended, kHeld}, kHeld,
        "it had state, and no restore point validates", HoldReason::kNoRestorePoint),
    row(Transition::kHoldDoubt, "hold: doubt", {kStarting}, kHeld,
        "nobody can say whether the submission was done", HoldReason::kDoubt),
    row(Transition::kHoldUnreachable, "hold: unreachable", {kStarting, kRunning}, kHeld,
        "the cluster does not answer", HoldReason::kUnreachable),
    row(Transition::kHoldDependency, "hold: dependency", kWithAttempt, kHeld,
        "what the job needs does not answer", HoldReason::kDependency),
    row(Transition::kHoldSavepoint, "hold: savepoint", {kSuspending, kStopping}, kHeld,
        "the savepoint failed too often", HoldReason::kSavepoint),
    row(Transition::kDependencyBack, "dependency back", {kHeld}, kRecovering,
        "what the job needs answers again"),
    row(Transition::kReachable, "reachable", {kHeld}, kRecovering,
        "the cluster answers, and no attempt is there"),
    row(Transition::kLossAccepted, "loss accepted", {kHeld}, kRecovering,
        "a person accepts what is lost or replayed"),
    row(Transition::kSuspend, "suspend", {kRunning}, kSuspending,
        "a stop with a savepoint is asked for"),
    row(Transition::kSuspended, "suspended", kWithAttempt, kSuspended, "the attempt has ended"),
    row(Transition::kSuspendBeforeStart, "suspend before start", {kStarting, kRecovering, kHeld},
        kSuspended, "no attempt is there"),
    row(Transition::kStop, "stop", {kStarting, kRunning, kHeld}, kStopping,
        "a stop or a cancel is asked for"),
    row(Transition::kStopped, "stopped", kWithAttempt, kFinished,
        "the attempt ended with its savepoint"),
    row(Transition::kStopCancelled, "stop: cancelled", kWithAttempt, kCancelled,
        "the attempt was cancelled"),
    row(Transition::kStopFailed, "stop: failed", kWithAttempt, kFailed,
        "the attempt was lost on the way"),
    row(Transition::kStopBeforeStart, "stop before start",
        {kStarting, kRecovering, kHeld, kSuspended}, kCancelled, "no attempt is there"),
    row(Transition::kSavepointFailed, "savepoint failed", {kSuspending, kStopping}, kStarting,
        "the attempt goes on, and the stop is tried again"),
    row(Transition::kReplace, "replace", {kStarting, kRunning}, kStopping,
        "a crash loop is cancelled, to restore from an older point"),
    row(Transition::kReplaced, "replaced", kWithAttempt, kRecovering,
        "the attempt has ended, and the job should run"),
    row(Transition::kAgain, "again", {kFinished, kFailed, kCancelled}, kIdle,
        "a person asks for a new start"),
}};

constexpr std::array<AttemptStepRow, kAttemptSteps> kStepRows{{
    row(AttemptStep::kPlan, "plan", {}, AttemptState::kPlanned, "its id is chosen and committed"),
    row(AttemptStep::kSend, "send", {AttemptState::kPlanned}, AttemptState::kSent,
        "the intent is committed; the call follows"),
    row(AttemptStep::kResend, "resend", {AttemptState::kSent}, AttemptState::kSent,
        "not there, the request is dead, the leader is the same"),
    row(AttemptStep::kAccept, "accept", {AttemptState::kSent}, AttemptState::kAccepted,
        "found by its id, in any state"),
    row(AttemptStep::kFinish, "finish", {AttemptState::kAccepted}, AttemptState::kFinished,
        "the platform says so"),
    row(AttemptStep::kFail, "fail", {AttemptState::kAccepted}, AttemptState::kFailed,
        "the platform says so"),
    row(AttemptStep::kCancel, "cancel", {AttemptState::kAccepted}, AttemptState::kCancelled,
        "the platform says so"),
    row(AttemptStep::kVanish, "vanish", {AttemptState::kAccepted}, AttemptState::kVanished,
        "an elected leader does not know it, and no worker works for it"),
    row(AttemptStep::kVoid, "void", {AttemptState::kPlanned, AttemptState::kSent},
        AttemptState::kVoid, "proven never to have started"),
}};

template <typename Row>
constexpr bool is_in_order(const Row& rows) {
  for (std::size_t index = 0; index < rows.size(); ++index) {
    if constexpr (requires { rows[index].transition; }) {
      if (static_cast<std::size_t>(rows[index].transition) != index) {
        return false;
      }
    } else if (static_cast<std::size_t>(rows[index].step) != index) {
      return false;
    }
  }
  return true;
}
static_assert(is_in_order(kRows) && is_in_order(kStepRows), "row_of() finds a row by its number");

template <typename Enum>
std::string names_in(const SetOf<Enum>& set, int count) {
  std::vector<std::string_view> names;
  for (int value = 0; value < count; ++value) {
    if (set.contains(static_cast<Enum>(value))) {
      names.push_back(name_of(static_cast<Enum>(value)));
    }
  }
  return names.empty() ? "-" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::span<const TransitionRow> transition_rows() { return kRows; }
std::span<const AttemptStepRow> attempt_step_rows() { return kStepRows; }

const TransitionRow& row_of(Transition transition) {
  return kRows.at(static_cast<std::size_t>(transition));
}

const AttemptStepRow& row_of(AttemptStep step) {
  return kStepRows.at(static_cast<std::size_t>(step));
}

std::string transitions_text() {
  constexpr int kPhaseCount = 11;
  constexpr int kAttemptStateCount = 8;
  std::string text = fmt::format("{:<24}{:<50}{:<12}{}\n", "job", "from", "to", "when");
  for (const TransitionRow& row : kRows) {
    text += fmt::format("{:<24}{:<50}{:<12}{}\n", row.name, names_in(row.from, kPhaseCount),
                        name_of(row.to), row.when);
  }
  text += fmt::format("\n{:<24}{:<50}{:<12}{}\n", "attempt", "from", "to", "when");
  for (const AttemptStepRow& row : kStepRows) {
    text += fmt::format("{:<24}{:<50}{:<12}{}\n", row.name, names_in(row.from, kAttemptStateCount),
                        name_of(row.to), row.when);
  }
  return text;
}

}  // namespace tagsmith::job
