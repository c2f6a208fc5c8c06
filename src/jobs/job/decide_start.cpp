#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/assert.h"
#include "job/draft_internal.h"
#include "job/random_internal.h"

namespace tagsmith::job {
namespace {

using effect::LookFor;

void plan_attempt(Draft& draft, Transition how, std::optional<RestorePoint> restore_from,
                  std::string because) {
  const Record& record = draft.record();
  Attempt attempt{.number = record.attempts_made + 1,
                  .spec_version = record.spec.version,
                  .engine = {.cluster = record.spec.cluster, .id = new_id(draft.situation())},
                  .restored_from = std::move(restore_from),
                  .planned_at = draft.now()};
  const std::uint64_t number = attempt.number;
  draft.rule(because);
  draft.add(event::AttemptPlanned{std::move(attempt)});
  draft.move(how, std::move(because));
  draft.act(effect::Prepare{number});
}

void hold(Draft& draft, const start::Hold& hold) {
  draft.rule("a person is asked: " + hold.because);
  if (draft.record().held == hold.reason) {
    draft.look(LookFor::kRestorePoints);  // new proof may come
    return;
  }
  draft.move(hold.reason == HoldReason::kRewind ? Transition::kHoldRewind
                                                : Transition::kHoldNoRestorePoint,
             hold.because);
}

Micros alive_until(const Record& record) {
  Micros latest = 0;
  for (const Attempt& attempt : record.attempts) {
    latest = std::max(latest, attempt.last_alive_at);
  }
  return latest;
}

// The start itself, once it is known what there is to start from.
void start_from(Draft& draft, Transition how, const seen::RestorePoints& listing) {
  const Record& record = draft.record();
  RestoreChoice choice = choose_start({.points = listing.points,
                                       .bad = record.bad_points,
                                       .policy = draft.policy(),
                                       .engine_major = listing.engine_major,
                                       .had_state = record.had_state,
                                       .loss_accepted = record.loss_accepted,
                                       .alive_until = alive_until(record)});
  for (Rejected& rejected : choice.rejected) {
    draft.reject(std::move(rejected.alternative), std::move(rejected.because));
  }
  if (auto* from = std::get_if<start::From>(&choice.start)) {
    plan_attempt(
        draft, how, from->point,
        fmt::format("it starts from {}, replaying {} s", from->point.path, from->rewind / kSecond));
  } else if (const auto* empty = std::get_if<start::Empty>(&choice.start)) {
    plan_attempt(draft, how, std::nullopt, "it starts without state: " + empty->because);
  } else {
    hold(draft, std::get<start::Hold>(choice.start));
  }
}

void begin_start(Draft& draft, Transition how) {
  const Record& record = draft.record();
  if (draft.now() < record.may_work_until) {
    draft.rule(fmt::format("tasks of the last attempt may work for another {} s",
                           (record.may_work_until - draft.now()) / kSecond));
    draft.reject("start now", "two attempts would work at once");
    return;
  }
  if (!record.spec.is_stateful || record.attempts_made == 0) {
    plan_attempt(draft, how, std::nullopt,
                 record.spec.is_stateful ? "it starts for the first time" : "it has no state");
    return;
  }
  if (const auto* listing = std::get_if<seen::RestorePoints>(&draft.observation().seen)) {
    start_from(draft, how, *listing);
    return;
  }
  draft.rule("restore points are listed anew before a start");
  draft.reject("start from the last checkpoint that was told", "a newer one may be there");
  draft.look(LookFor::kRestorePoints);
}

void decide_recovering(Draft& draft) {
  const Record& record = draft.record();
  const Brake& brake = draft.situation().brake;
  if (draft.now() < record.until) {
    draft.rule(fmt::format("the wait goes on for {} s", (record.until - draft.now()) / kSecond));
  } else if (brake.is_on && draft.now() < brake.may_start_at) {
    draft.rule("jobs of the cluster start one after the other: " + brake.because);
    draft.reject("start now", "the cluster is the likely cause, and all would start at once");
  } else {
    begin_start(draft, Transition::kRecover);
  }
}

void decide_held(Draft& draft) {
  const Seen& seen = draft.observation().seen;
  switch (*draft.record().held) {
    case HoldReason::kRewind:
    case HoldReason::kNoRestorePoint:
      begin_start(draft, Transition::kRetake);
      return;
    case HoldReason::kDependency:
      draft.rule("what the job needs does not answer");
      draft.reject("start another attempt", "it would fail as the last one did");
      if (std::holds_alternative<seen::DependencyUp>(seen)) {
        draft.move(Transition::kDependencyBack, "what the job needs answers again", draft.now());
      } else {
        draft.look(LookFor::kDependency);
      }
      return;
    case HoldReason::kUnreachable:
      draft.rule("the cluster is asked whether it is there");
      if (!std::holds_alternative<seen::Nothing>(seen) &&
          !std::holds_alternative<seen::NoAnswer>(seen)) {
        draft.move(Transition::kReachable, "the cluster answers again", draft.now());
      } else {
        draft.look(LookFor::kRestorePoints);
      }
      return;
    case HoldReason::kDoubt:
    case HoldReason::kSavepoint:
      break;  // of an attempt, and there is none
  }
  TAGSMITH_ASSERT(false);
  std::abort();
}

// A person does not want it to run, and nothing does.
void settle(Draft& draft) {
  const bool is_suspended = draft.record().desired == Desired::kSuspended;
  draft.rule("no attempt is there");
  draft.move(is_suspended ? Transition::kSuspendBeforeStart : Transition::kStopBeforeStart,
             "no attempt is there");
}

}  // namespace

std::string new_id(const Situation& situation) {
  const std::uint64_t first = scrambled(situation.seed);
  return fmt::format("{:016x}{:016x}", first, scrambled(first ^ situation.record.attempts_made));
}

void decide_without_attempt(Draft& draft) {
  const Record& record = draft.record();
  const bool should = should_run(record.desired);
  switch (record.phase) {
    case Phase::kIdle:
      draft.rule("it should not run, and does not");
      if (should) {
        begin_start(draft, Transition::kStart);
      }
      return;
    case Phase::kRecovering:
      should ? decide_recovering(draft) : settle(draft);
      return;
    case Phase::kHeld:
      should ? decide_held(draft) : settle(draft);
      return;
    case Phase::kSuspended:
      draft.rule("it is suspended");
      if (should) {
        begin_start(draft, Transition::kResume);
      } else if (record.desired == Desired::kStopped) {
        settle(draft);
      }
      return;
    case Phase::kFinished:
    case Phase::kFailed:
    case Phase::kCancelled:
      draft.rule("it is over: a person starts it again");
      return;
    case Phase::kStarting:
    case Phase::kRunning:
    case Phase::kSuspending:
    case Phase::kStopping:
      break;  // phases of an attempt
  }
  TAGSMITH_ASSERT(false);
  std::abort();
}

}  // namespace tagsmith::job
