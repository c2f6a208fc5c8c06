#include "job/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/assert.h"
#include "job/draft_internal.h"
#include "job/names_internal.h"
#include "job/troubles.h"

namespace tagsmith::job {
namespace {

using effect::LookFor;

// Whether the observation may count: a question that was sent before the job's last step tells of a
// time that is over.
bool is_stale(const Record& record, const Observation& observation) {
  const bool has_question = !std::holds_alternative<seen::Nothing>(observation.seen);
  return has_question && observation.begun_at <= record.moved_at;
}

bool is_about(const Observation& observation, const Attempt& attempt) {
  return observation.engine_id == attempt.engine.id;
}

// Platforms answer "unknown job" also while nobody leads; only a leader's word counts.
bool is_proof(const Observation& observation) { return !observation.leader_token.empty(); }

void watch_strays(Draft& draft) {
  const Observation& observation = draft.observation();
  if (observation.strays && *observation.strays != draft.record().strays) {
    draft.add(event::StraysSeen{*observation.strays});
  }
  for (const std::string& id : draft.record().strays) {
    draft.act(effect::Cancel{id});
  }
}

void keep_evidence(Draft& draft) {
  if (const auto* captured = std::get_if<seen::Captured>(&draft.observation().seen)) {
    const auto& attempts = draft.record().attempts;
    const auto found = std::ranges::find(attempts, captured->attempt, &Attempt::number);
    if (found != attempts.end() && is_final(found->state) && !found->is_captured) {
      draft.add(event::EvidenceKept{captured->attempt});
    }
  }
  for (const Attempt& attempt : draft.record().attempts) {
    if (is_final(attempt.state) && attempt.state != AttemptState::kVoid && !attempt.is_captured) {
      draft.act(effect::Capture{attempt.number, attempt.engine.id});
    }
  }
}

void hear_silence(Draft& draft, const seen::NoAnswer& silence) {
  const Record& record = draft.record();
  if (!record.silent_since) {
    draft.add(event::Silent{silence.why});
  }
  const Micros silent_for = draft.now() - *record.silent_since;
  const bool may_hold = record.phase == Phase::kStarting || record.phase == Phase::kRunning;
  const bool is_in_doubt = draft.attempt().state == AttemptState::kSent;  // has its own patience
  if (may_hold && !is_in_doubt && silent_for > draft.policy().unreachable_after) {
    draft.rule("the cluster gave no answer for too long: a person is asked");
    if (draft.attempt().state == AttemptState::kPlanned) {
      draft.add(event::AttemptEnded{.step = AttemptStep::kVoid});
    }
    draft.move(Transition::kHoldUnreachable, silence.why);
    return;
  }
  draft.rule("no answer is no answer: tracking goes on");
  draft.reject("take the attempt for lost", "nobody has proven that it is gone");
}

// ---- planned: nothing was sent, so everything is still free.

void drop_plan(Draft& draft) {
  draft.rule("the attempt was never sent: it is dropped");
  end_attempt(draft, {.step = AttemptStep::kVoid});
}

void send(Draft& draft, const seen::Prepared& prepared) {
  const Attempt& attempt = draft.attempt();
  const Intent intent = sent_now(draft, {.kind = IntentKind::kSubmit,
                                         .id = attempt.engine.id,
                                         .artifact_id = prepared.artifact_id,
                                         .leader_token = draft.observation().leader_token,
                                         .tries = 0});
  draft.rule("the artifact is there: the intent is committed, then the call is made");
  draft.add(event::Sent{intent});
  draft.act(effect::Submit{intent, attempt.restored_from});
}

void decide_planned(Draft& draft) {
  const Observation& observation = draft.observation();
  if (!should_run(draft.record().desired)) {
    drop_plan(draft);
    return;
  }
  draft.rule("the artifact has to be there before anything is sent");
  if (is_about(observation, draft.attempt())) {
    if (const auto* refused = std::get_if<seen::Refused>(&observation.seen)) {
      draft.rule("the platform refused the artifact");
      end_attempt(draft, {.step = AttemptStep::kVoid, .failure = refused->failure});
      return;
    }
    const auto* prepared = std::get_if<seen::Prepared>(&observation.seen);
    if (prepared != nullptr && is_proof(observation)) {
      send(draft, *prepared);
      return;
    }
    if (const auto* silence = std::get_if<seen::NoAnswer>(&observation.seen)) {
      hear_silence(draft, *silence);
      if (draft.record().phase == Phase::kHeld) {
        return;
      }
    } else if (draft.record().silent_since) {
      draft.add(event::Heard{});
    }
  }
  draft.act(effect::Prepare{draft.attempt().number});
}

// ---- sent: in doubt until somebody has looked.

void accept(Draft& draft) {
  draft.add(event::AttemptAccepted{});
  if (draft.record().phase == Phase::kHeld) {
    draft.move(Transition::kSeenAgain, "the platform has the attempt");
  }
}

void stay_in_doubt(Draft& draft) {
  const Record& record = draft.record();
  const Micros in_doubt_for = draft.now() - record.intent->first_sent_at;
  if (record.phase != Phase::kHeld && in_doubt_for > draft.policy().doubt_max) {
    draft.move(Transition::kHoldDoubt, "nobody can say whether the attempt was started");
  }
  draft.look(LookFor::kJob);
}

void resolve_absent(Draft& draft, const seen::Absent& absent) {
  const Record& record = draft.record();
  const Intent& intent = *record.intent;
  const Observation& observation = draft.observation();
  if (observation.begun_at <= intent.answerable_after(draft.policy())) {
    draft.rule("the request may still be under way");
    draft.reject("send again", "the platform could get both requests");
    stay_in_doubt(draft);
    return;
  }
  if (absent.has_ha_metadata) {
    draft.rule("the engine keeps metadata of the attempt and will bring it back");
    draft.reject("send again", "the engine would start it a second time");
    stay_in_doubt(draft);
    return;
  }
  if (observation.leader_token != intent.leader_token) {
    draft.rule("another leader does not know the attempt: it is void");
    draft.reject("send again", "the leader that the request went to is gone, and its word too");
    end_attempt(draft, {.step = AttemptStep::kVoid});
    return;
  }
  if (intent.refusal) {
    draft.rule("the platform refused the attempt and does not know it");
    end_attempt(draft, {.step = AttemptStep::kVoid, .failure = intent.refusal});
    return;
  }
  if (!should_run(record.desired)) {
    drop_plan(draft);
    return;
  }
  const Intent again = sent_now(draft, intent);
  draft.rule("the same leader does not know the attempt: it is sent again with its id");
  draft.add(event::Sent{again});
  draft.act(effect::Submit{again, draft.attempt().restored_from});
}

void decide_accepted(Draft& draft);

void decide_sent(Draft& draft) {
  const Observation& observation = draft.observation();
  const Seen& seen = observation.seen;
  if (!is_about(observation, draft.attempt())) {
    draft.rule("the submission is in doubt: it is looked up before anything else");
    stay_in_doubt(draft);
    return;
  }
  if (std::holds_alternative<seen::Job>(seen) || std::holds_alternative<seen::Taken>(seen)) {
    accept(draft);
    decide_accepted(draft);
    return;
  }
  if (const auto* absent = std::get_if<seen::Absent>(&seen); absent && is_proof(observation)) {
    resolve_absent(draft, *absent);
    return;
  }
  if (const auto* refused = std::get_if<seen::Refused>(&seen)) {
    draft.add(event::Refused{refused->failure});
    draft.rule("a refusal is no proof: the id is looked up");
    draft.reject("take the attempt for failed", "platforms refuse and start the job all the same");
  } else {
    draft.rule("the submission is in doubt: it is looked up before anything else");
  }
  stay_in_doubt(draft);
}

// ---- accepted: the platform has it.

// Events are costly, each is a commit: one for what is new, and one a minute as a sign of life.
bool is_news(const Attempt& attempt, const Record& record, const event::Seen& seen) {
  return seen.state != attempt.engine_state || seen.word != attempt.word ||
         seen.progress != attempt.progress || record.silent_since.has_value() ||
         seen.started_at != attempt.started_at ||
         seen.platform_now - attempt.last_alive_at >= kMinute;
}

void note_job(Draft& draft, const seen::Job& job) {
  const Attempt& attempt = draft.attempt();
  event::Seen seen{.state = job.state,
                   .word = job.state == EngineState::kUnknown ? job.word : std::string(),
                   .all_running = job.all_running,
                   .started_at = job.started_at,
                   .platform_now = job.platform_now,
                   .progress = attempt.progress};
  if (job.details) {
    seen.progress = advance(attempt.progress, *job.details, draft.now());
  }
  if (is_news(attempt, draft.record(), seen)) {
    draft.add(std::move(seen));
  }
}

void follow_phase(Draft& draft, const seen::Job& job) {
  const Phase phase = draft.record().phase;
  const bool is_held_for_silence =
      phase == Phase::kHeld && draft.record().held != HoldReason::kSavepoint;
  if (job.state == EngineState::kUnknown) {
    draft.rule("the platform told a state that nobody here knows: nothing is done");
    draft.reject("take it for running", "an unknown state is unknown");
    return;
  }
  const bool runs = job.state == EngineState::kRunning && job.all_running;
  if (runs && (phase == Phase::kStarting || is_held_for_silence)) {
    draft.rule("every vertex runs");
    draft.move(Transition::kAllRunning, "every vertex runs");
  } else if (!runs && phase == Phase::kRunning) {
    draft.rule("not every vertex runs: the engine is at it");
    draft.move(Transition::kEngineRestarts, std::string(name_of(job.state)));
  } else if (!runs && is_held_for_silence) {
    draft.rule("the attempt is there");
    draft.move(Transition::kSeenAgain, "the attempt is there");
  } else {
    draft.rule(runs ? "the attempt runs" : "the engine is at it");
  }
}

void look_at_health(Draft& draft) {
  const Record& record = draft.record();
  if (record.phase != Phase::kRunning) {
    return;
  }
  const bool is_healthy = !record.spec.is_stateful || draft.attempt().has_own_checkpoint();
  if (is_healthy && !record.healthy_since) {
    draft.add(event::Healthy{});
  }
  const bool is_stable = record.healthy_since &&
                         draft.now() - *record.healthy_since >= draft.policy().backoff.reset_after;
  if (is_stable && record.attempts_since_reset > 0) {
    draft.add(event::BudgetReset{});
  }
}

void see_end(Draft& draft, const seen::Job& job) {
  AttemptStep step = AttemptStep::kFinish;
  if (job.state == EngineState::kFailed) {
    step = AttemptStep::kFail;
  } else if (job.state == EngineState::kCanceled) {
    step = AttemptStep::kCancel;
  }
  const Attempt& attempt = draft.attempt();
  const bool left_no_state = job.details && job.details->checkpoint_id == 0 &&
                             attempt.progress.checkpoint_id == 0 && !attempt.restored_from;
  end_attempt(draft, {.step = step,
                      .ended_at = job.ended_at,
                      .left_no_state = left_no_state,
                      .failure = job.failure});
}

void see_job(Draft& draft, const seen::Job& job) {
  note_job(draft, job);
  if (is_final(job.state)) {
    see_end(draft, job);
    return;
  }
  follow_phase(draft, job);
  look_at_health(draft);
  if (job.state != EngineState::kUnknown) {
    pursue_desired(draft);
  }
}

void see_absent(Draft& draft, const seen::Absent& absent) {
  if (!is_proof(draft.observation())) {
    hear_silence(draft, {"nobody leads the cluster"});
    return;
  }
  if (absent.has_ha_metadata) {
    draft.rule("the engine keeps metadata of the attempt and will bring it back");
    draft.reject("start another attempt", "the engine would start this one beside it");
    return;
  }
  if (!absent.workers_are_clear) {
    draft.rule("the leader does not know the attempt, but its workers may still work for it");
    draft.reject("start another attempt", "two would work at once");
    draft.look(LookFor::kAbsence);
    return;
  }
  draft.rule("the leader does not know the attempt, and no worker works for it: it has vanished");
  const Micros alive_until = draft.attempt().last_alive_at;
  end_attempt(draft, {.step = AttemptStep::kVanish,
                      .ended_at = alive_until,
                      .failure = Failure{FailureClass::kInfrastructure, "the attempt vanished"}});
}

void decide_accepted(Draft& draft) {
  const Observation& observation = draft.observation();
  if (!is_about(observation, draft.attempt())) {
    draft.rule("nothing new about the attempt");
    draft.look(LookFor::kJob);
    return;
  }
  const Seen& seen = observation.seen;
  if (const auto* job = std::get_if<seen::Job>(&seen)) {
    see_job(draft, *job);
  } else if (const auto* absent = std::get_if<seen::Absent>(&seen)) {
    see_absent(draft, *absent);
  } else if (const auto* silence = std::get_if<seen::NoAnswer>(&seen)) {
    hear_silence(draft, *silence);
  } else if (const auto* savepoint = std::get_if<seen::Savepoint>(&seen)) {
    follow_savepoint(draft, *savepoint);
  } else {
    draft.rule("the attempt is looked up");
    if (std::holds_alternative<seen::NotListed>(seen)) {
      draft.reject("take the attempt for gone", "an overview leaves out who does not answer it");
    }
    draft.look(LookFor::kJob);
  }
}

void decide_attempt(Draft& draft) {
  const Attempt* attempt = draft.record().live_attempt();
  if (attempt == nullptr) {
    decide_without_attempt(draft);
    return;
  }
  switch (attempt->state) {
    case AttemptState::kPlanned:
      decide_planned(draft);
      return;
    case AttemptState::kSent:
      decide_sent(draft);
      return;
    case AttemptState::kAccepted:
      decide_accepted(draft);
      return;
    case AttemptState::kFinished:
    case AttemptState::kFailed:
    case AttemptState::kCancelled:
    case AttemptState::kVanished:
    case AttemptState::kVoid:
      break;
  }
  TAGSMITH_ASSERT(false);
  std::abort();
}

void tell_incidents(Draft& draft) {
  const Record& record = draft.record();
  const std::vector<Trouble> troubles = troubles_of(record, draft.policy(), draft.now());
  for (IncidentChange& change : reconcile(record.incidents, troubles, record.incidents_made + 1,
                                          draft.policy(), draft.now())) {
    draft.add(event::IncidentChanged{std::move(change)});
  }
}

}  // namespace

Intent sent_now(const Draft& draft, Intent intent) {
  intent.epoch = draft.situation().epoch;
  intent.sent_at = draft.now();
  intent.first_sent_at = intent.tries == 0 ? draft.now() : intent.first_sent_at;
  intent.not_after = draft.now() + draft.policy().request_patience;
  ++intent.tries;
  return intent;
}

Decision Draft::finish() && {
  const Record& before = situation_.record;
  explanation_.inputs = {
      fmt::format("desired: {}", name_of(before.desired)),
      fmt::format("phase: {} for {} s", name_of(before.phase),
                  (now() - before.phase_since) / kSecond),
      fmt::format("seen: {}", to_text(observation().seen)),
  };
  if (const Attempt* attempt = before.live_attempt()) {
    explanation_.inputs.push_back(
        fmt::format("attempt: {}, {}", attempt->number, name_of(attempt->state)));
  }
  if (before.attempts_since_reset > 0) {
    explanation_.inputs.push_back(
        fmt::format("budget: {} attempts spent", before.attempts_since_reset));
  }
  return {.events = std::move(events_),
          .effects = std::move(effects_),
          .explanation = std::move(explanation_)};
}

Decision decide(const Situation& situation) {
  static const Observation nothing;
  if (is_stale(situation.record, situation.observation)) {
    const Situation later{.record = situation.record,
                          .observation = nothing,
                          .policy = situation.policy,
                          .brake = situation.brake,
                          .epoch = situation.epoch,
                          .now = situation.now,
                          .seed = situation.seed};
    Decision decision = decide(later);
    decision.explanation.rejected.push_back(
        {"use the answer: " + to_text(situation.observation.seen),
         "its question was sent before the job's last step"});
    return decision;
  }
  Draft draft(situation);
  watch_strays(draft);
  keep_evidence(draft);
  decide_attempt(draft);
  tell_incidents(draft);
  return std::move(draft).finish();
}

}  // namespace tagsmith::job
