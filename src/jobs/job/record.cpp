#include "job/record.h"

#include <algorithm>

#include "base/assert.h"

namespace tagsmith::job {
namespace {

// Time counts, and a lost attempt is missed.
bool is_wanted(const Record& record) {
  const bool is_done = record.desired == Desired::kDoneOnce && record.phase == Phase::kFinished;
  return should_run(record.desired) && !is_done;
}

// Applies one event; the time of it has been accounted for.
class Step {
 public:
  Step(Record& record, Micros at) : record_(record), at_(at) {}

  void operator()(const event::SpecChanged& it) { record_.spec = it.spec; }

  void operator()(const event::DesiredChanged& it) {
    record_.desired = it.desired;
    record_.savepoint_tries = 0;
  }

  void operator()(const event::PhaseChanged& it) {
    const TransitionRow& row = row_of(it.transition);
    TAGSMITH_ASSERT(row.from.contains(record_.phase));
    record_.phase = row.to;
    record_.phase_since = at_;
    record_.moved_at = at_;
    record_.until = it.until;
    record_.because = it.because;
    record_.held = row.hold;
    TAGSMITH_ASSERT(record_.held.has_value() == (row.to == Phase::kHeld));
    if (row.to != Phase::kRunning) {
      record_.healthy_since.reset();
    }
    switch (row.to) {
      case Phase::kRunning:
        if (record_.recovery && record_.recovery->running_at == 0) {
          record_.recovery->running_at = at_;
        }
        break;
      case Phase::kFailed:
        record_.ledger.given_up += record_.recovery ? 1 : 0;
        record_.recovery.reset();
        break;
      case Phase::kIdle:
        reset_budget();
        record_.recovery.reset();
        break;
      case Phase::kSuspended:
      case Phase::kFinished:
      case Phase::kCancelled:
        record_.recovery.reset();
        break;
      case Phase::kStarting:
      case Phase::kRecovering:
      case Phase::kHeld:
      case Phase::kSuspending:
      case Phase::kStopping:
        break;
    }
  }

  void operator()(const event::AttemptPlanned& it) {
    TAGSMITH_ASSERT(record_.live_attempt() == nullptr);
    TAGSMITH_ASSERT(it.attempt.state == row_of(AttemptStep::kPlan).to);
    record_.attempts.push_back(it.attempt);
    if (record_.attempts.size() > kAttemptsKept) {
      record_.attempts.erase(record_.attempts.begin());
    }
    record_.attempts_made = it.attempt.number;
    record_.had_state |= it.attempt.restored_from.has_value();
    record_.loss_accepted = false;
    record_.moved_at = at_;
  }

  void operator()(const event::Sent& it) {
    if (it.intent.kind == IntentKind::kSubmit) {
      take(it.intent.tries == 1 ? AttemptStep::kSend : AttemptStep::kResend);
      if (record_.recovery && record_.recovery->sent_at == 0) {
        record_.recovery->sent_at = at_;
      }
    }
    live().was_told_to_stop |= it.intent.kind == IntentKind::kStop;
    record_.intent = it.intent;
    record_.moved_at = at_;
  }

  void operator()(const event::Refused& it) {
    TAGSMITH_ASSERT(record_.intent.has_value());
    record_.intent->refusal = it.failure;
  }

  void operator()(const event::IntentDropped&) {
    TAGSMITH_ASSERT(record_.intent.has_value());
    record_.savepoint_tries += record_.intent->kind == IntentKind::kStop ? 1 : 0;
    record_.intent.reset();
    record_.moved_at = at_;
  }

  void operator()(const event::AttemptAccepted&) {
    Attempt& attempt = take(AttemptStep::kAccept);
    attempt.accepted_at = at_;
    attempt.progress.progressed_at = at_;
    record_.intent.reset();
    record_.silent_since.reset();
    record_.moved_at = at_;
  }

  void operator()(const event::AttemptEnded& it) {
    Attempt& attempt = take(it.step);
    const bool was_accepted = attempt.state != AttemptState::kVoid;
    attempt.ended_at = it.ended_at;
    attempt.last_alive_at = std::max(attempt.last_alive_at, it.ended_at);
    attempt.failure = it.failure;
    record_.had_state |= was_accepted && !it.left_no_state;
    record_.may_work_until = std::max(record_.may_work_until, it.may_work_until);
    record_.intent.reset();
    record_.silent_since.reset();
    record_.healthy_since.reset();
    record_.savepoint_tries = 0;
    record_.moved_at = at_;
    const bool is_lost = it.step == AttemptStep::kFail || it.step == AttemptStep::kVanish;
    if (is_lost && is_wanted(record_)) {
      ++record_.ledger.failures;
    }
    if (record_.recovery) {
      record_.recovery->running_at = 0;  // it goes on from the first attempt that was lost
    } else if (was_accepted && is_wanted(record_)) {
      record_.recovery = Recovery{.ended_at = it.ended_at, .detected_at = at_};
    }
  }

  void operator()(const event::Seen& it) {
    Attempt& attempt = live();
    TAGSMITH_ASSERT(attempt.state == AttemptState::kAccepted);
    const Progress& before = attempt.progress;
    record_.ledger.checkpoints_completed +=
        it.progress.checkpoints_completed - before.checkpoints_completed;
    record_.ledger.checkpoints_failed += it.progress.checkpoints_failed - before.checkpoints_failed;
    attempt.engine_state = it.state;
    attempt.word = it.word;
    attempt.started_at = it.started_at;
    attempt.last_alive_at = std::max(attempt.last_alive_at, it.platform_now);
    attempt.progress = it.progress;
    record_.had_state |= it.progress.checkpoint_id > 0;
    record_.silent_since.reset();
  }

  void operator()(const event::Silent& it) {
    record_.silent_since = at_;
    record_.silence = it.why;
  }

  void operator()(const event::Heard&) { record_.silent_since.reset(); }

  void operator()(const event::StraysSeen& it) { record_.strays = it.ids; }

  void operator()(const event::Healthy&) {
    record_.healthy_since = at_;
    if (record_.recovery) {
      record_.recovery->healthy_at = at_;
      add_recovery(record_.ledger, *record_.recovery);
      record_.recovery.reset();
    }
  }

  void operator()(const event::BudgetSpent& it) {
    record_.budget_attempts = it.attempts;
    record_.budget_round = it.round;
    ++record_.attempts_since_reset;
  }

  void operator()(const event::BudgetReset&) { reset_budget(); }

  void operator()(const event::PointMarkedBad& it) { record_.bad_points.insert(it.path); }

  void operator()(const event::LossAccepted&) { record_.loss_accepted = true; }

  void operator()(const event::EvidenceKept& it) {
    const auto found = std::ranges::find(record_.attempts, it.attempt, &Attempt::number);
    TAGSMITH_ASSERT(found != record_.attempts.end());
    found->is_captured = true;
  }

  void operator()(const event::IncidentChanged& it) {
    job::apply(record_.incidents, it.change, at_);
    if (const auto* opened = std::get_if<incident::Opened>(&it.change)) {
      record_.incidents_made = opened->incident.number;
    }
  }

 private:
  Attempt& live() {
    TAGSMITH_ASSERT(record_.live_attempt() != nullptr);
    return record_.attempts.back();
  }

  Attempt& take(AttemptStep step) {
    Attempt& attempt = live();
    const AttemptStepRow& row = row_of(step);
    TAGSMITH_ASSERT(row.from.contains(attempt.state));
    attempt.state = row.to;
    return attempt;
  }

  void reset_budget() {
    record_.budget_attempts = 0;
    record_.budget_round = 0;
    record_.attempts_since_reset = 0;
  }

  Record& record_;
  Micros at_;
};

}  // namespace

const Attempt* Record::live_attempt() const {
  return attempts.empty() || is_final(attempts.back().state) ? nullptr : &attempts.back();
}

std::vector<std::string> Record::watched_ids() const {
  std::vector<std::string> ids;
  for (const Attempt& attempt : attempts) {
    if (is_final(attempt.state)) {
      ids.push_back(attempt.engine.id);
    }
  }
  return ids;
}

void apply(Record& record, const Event& event) {
  if (record.accounted_until != 0) {
    add_span(record.ledger, condition_of(record), event.at - record.accounted_until);
  }
  record.accounted_until = std::max(record.accounted_until, event.at);
  std::visit(Step(record, event.at), event.kind);
}

Condition condition_of(const Record& record) {
  if (!is_wanted(record)) {
    return Condition::kPlanned;
  }
  const Attempt* attempt = record.live_attempt();
  if (attempt != nullptr) {
    const bool is_in_doubt = attempt->state == AttemptState::kSent;
    const bool is_strange =
        attempt->engine_state == EngineState::kUnknown && !attempt->word.empty();
    if (record.silent_since || is_in_doubt || is_strange) {
      return Condition::kUnknown;
    }
  }
  return record.phase == Phase::kRunning ? Condition::kUp : Condition::kDown;
}

Ledger ledger_at(const Record& record, Micros now) {
  Ledger ledger = record.ledger;
  if (record.accounted_until != 0) {
    add_span(ledger, condition_of(record), now - record.accounted_until);
  }
  return ledger;
}

}  // namespace tagsmith::job
