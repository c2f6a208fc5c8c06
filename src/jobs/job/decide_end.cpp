#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "job/draft_internal.h"

namespace tagsmith::job {
namespace {

// What was known when the attempt ended.
struct End {
  event::AttemptEnded how;
  bool was_told_to_stop = false;
  bool was_cancelled_by_us = false;
};

// Tasks of a submission that went to a lost leader may work on until their time-out.
constexpr Micros kVoidMargin = 10 * kSecond;

bool is_restore_error(const Attempt& attempt, const Failure& failure) {
  return failure.failure_class == FailureClass::kRestorePoint && attempt.restored_from &&
         !attempt.has_own_checkpoint();
}

// The wait before the next attempt, or nothing when the budget has none left.
std::optional<Micros> spend_budget(Draft& draft, FailureClass failure_class) {
  const Record& record = draft.record();
  const Budget& budget = draft.policy().budget_of(failure_class);
  const int spent = record.budget_attempts;
  if (spent < budget.attempts) {
    draft.add(event::BudgetSpent{spent + 1, record.budget_round});
    return wait_before(draft.policy().backoff, spent, draft.situation().seed);
  }
  if (budget.attempts > 0 && record.budget_round + 1 < budget.rounds) {
    draft.add(event::BudgetSpent{1, record.budget_round + 1});
    return draft.policy().cool_down;
  }
  return std::nullopt;
}

void recover(Draft& draft, Transition how, const Failure& failure) {
  const std::string because = fmt::format("{}: {}", name_of(failure.failure_class), failure.text);
  const Attempt attempt = draft.attempt();
  if (is_restore_error(attempt, failure)) {
    draft.rule("its restore point could not be read: the next older one is taken");
    draft.add(event::PointMarkedBad{attempt.restored_from->path, failure.text});
    draft.move(Transition::kRestoreBad, because, draft.now());
    return;
  }
  if (failure.failure_class == FailureClass::kDependency) {
    draft.rule("what the job needs does not answer: another attempt would fail as well");
    draft.move(Transition::kHoldDependency, because);
    return;
  }
  const FailureClass budgeted = failure.failure_class == FailureClass::kRestorePoint
                                    ? FailureClass::kUnknown
                                    : failure.failure_class;
  const std::optional<Micros> wait = spend_budget(draft, budgeted);
  if (!wait) {
    draft.rule("the budget of its failure has no attempt left");
    draft.reject("try again", because);
    draft.move(Transition::kGiveUp, because);
    return;
  }
  const Micros until = std::max(draft.now() + *wait, draft.record().may_work_until);
  draft.rule(fmt::format("another attempt in {} s", (until - draft.now()) / kSecond));
  draft.move(how, because, until);
}

void end_void(Draft& draft, const End& end) {
  if (end.how.failure) {
    recover(draft, Transition::kFail, *end.how.failure);
  } else {
    draft.move(Transition::kVoid, "the attempt never started",
               std::max(draft.now(), draft.record().may_work_until));
  }
}

void end_running(Draft& draft, const End& end) {
  if (end.was_cancelled_by_us || (end.was_told_to_stop && end.how.step == AttemptStep::kFinish)) {
    draft.rule("the attempt has ended, and another one takes its place");
    draft.move(Transition::kReplaced, "the attempt has ended, and the job should run", draft.now());
    return;
  }
  switch (end.how.step) {
    case AttemptStep::kFinish:
      draft.rule("the attempt finished by itself");
      draft.move(Transition::kEnd, "the attempt finished by itself");
      return;
    case AttemptStep::kCancel:
      if (draft.policy().on_external_cancel == OnExternalCancel::kReport) {
        draft.rule("somebody else cancelled it: reported");
        draft.reject("bring it back", "the policy says 'report'");
        draft.move(Transition::kCancelledOutside, "somebody else cancelled it");
      } else {
        draft.rule("somebody else cancelled it: it is brought back");
        draft.move(Transition::kRecoverCancelled, "somebody else cancelled it",
                   draft.now() + draft.policy().backoff.first);
      }
      return;
    case AttemptStep::kFail:
      recover(draft, Transition::kFail,
              end.how.failure.value_or(Failure{FailureClass::kUnknown, "no reason was told"}));
      return;
    case AttemptStep::kVanish:
      recover(draft, Transition::kVanish, *end.how.failure);
      return;
    case AttemptStep::kVoid:
      end_void(draft, end);
      return;
    case AttemptStep::kPlan:
    case AttemptStep::kSend:
    case AttemptStep::kResend:
    case AttemptStep::kAccept:
      break;  // no end
  }
  TAGSMITH_ASSERT(false);
}

void end_suspending(Draft& draft, const End& end) {
  if (end.how.step == AttemptStep::kVoid) {
    draft.move(Transition::kSuspendBeforeStart, "the attempt never started");
  } else if (end.how.step == AttemptStep::kFinish && !end.was_told_to_stop) {
    draft.move(Transition::kEnd, "the attempt finished by itself");
  } else {
    draft.move(Transition::kSuspended,
               fmt::format("the attempt has ended ({})", row_of(end.how.step).name));
  }
}

void end_stopping(Draft& draft, const End& end) {
  switch (end.how.step) {
    case AttemptStep::kFinish:
      draft.move(end.was_told_to_stop ? Transition::kStopped : Transition::kEnd,
                 "the attempt has finished");
      return;
    case AttemptStep::kCancel:
      draft.move(Transition::kStopCancelled, "the attempt was cancelled");
      return;
    case AttemptStep::kFail:
    case AttemptStep::kVanish:
      draft.move(Transition::kStopFailed,
                 end.how.failure ? end.how.failure->text : "no reason was told");
      return;
    case AttemptStep::kVoid:
      draft.move(Transition::kStopBeforeStart, "the attempt never started");
      return;
    case AttemptStep::kPlan:
    case AttemptStep::kSend:
    case AttemptStep::kResend:
    case AttemptStep::kAccept:
      break;  // no end
  }
  TAGSMITH_ASSERT(false);
}

}  // namespace

void end_attempt(Draft& draft, event::AttemptEnded ended) {
  const Record& record = draft.record();
  if (ended.step == AttemptStep::kVoid && draft.attempt().state == AttemptState::kSent) {
    ended.may_work_until = draft.now() + draft.policy().heartbeat_timeout + kVoidMargin;
  }
  const End end{.how = ended,
                .was_told_to_stop = draft.attempt().was_told_to_stop,
                .was_cancelled_by_us = record.intent && record.intent->kind == IntentKind::kCancel};
  draft.add(std::move(ended));
  switch (record.desired) {
    case Desired::kRunning:
    case Desired::kDoneOnce:
      end_running(draft, end);
      return;
    case Desired::kSuspended:
      draft.rule("the attempt has ended, and the job should be suspended");
      end_suspending(draft, end);
      return;
    case Desired::kStopped:
      draft.rule("the attempt has ended, and the job should be stopped");
      end_stopping(draft, end);
      return;
  }
}

}  // namespace tagsmith::job
