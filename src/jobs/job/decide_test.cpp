#include "job/decide.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "job/command.h"

namespace tagsmith::job {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr Micros kNoon = 1'763'812'800 * kSecond;

// A job and its supervisor: what is decided is committed at once, and time passes by the word.
class Life {
 public:
  explicit Life(Desired desired = Desired::kRunning) {
    record.spec = {.name = "orders", .cluster = "c", .artifact = "orders.jar"};
    commit(want(record, desired, "test", now));
  }

  void commit(const std::vector<Event>& events) {
    for (const Event& event : events) {
      apply(record, event);
      log.push_back(to_text(event));
    }
  }

  // What is seen is told about the live attempt, by the leader.
  Decision see(Seen seen, const std::string& leader = "L1") {
    now += kSecond;
    Observation observation{.leader_token = leader,
                            .begun_at = now,
                            .ended_at = now,
                            .seen = std::move(seen),
                            .strays = {}};
    if (record.live_attempt() != nullptr) {
      observation.engine_id = attempt().engine.id;
    }
    return tell(observation);
  }

  Decision tell(const Observation& observation) {
    Decision decision = decide({.record = record,
                                .observation = observation,
                                .policy = policy,
                                .brake = brake,
                                .epoch = 7,
                                .now = now,
                                .seed = ++seed});
    commit(decision.events);
    last = decision;
    effects.clear();
    for (const Effect& effect : decision.effects) {
      effects.push_back(to_text(effect));
    }
    return decision;
  }

  Life& wait(Micros span) {
    now += span;
    return *this;
  }

  // Up to all vertices running.
  Life& start() {
    see(seen::Nothing{});
    if (record.phase != Phase::kStarting) {
      see(seen::RestorePoints{.engine_major = 2, .points = points});
    }
    see(seen::Prepared{"jar-1"});
    see(seen::Taken{});
    see(running(0));
    return *this;
  }

  [[nodiscard]] seen::Job running(std::uint64_t checkpoint, std::uint64_t restarts = 0) const {
    return {.state = EngineState::kRunning,
            .word = "RUNNING",
            .all_running = true,
            .started_at = kNoon,
            .platform_now = now,
            .details = Details{.restarts = restarts, .checkpoint_id = checkpoint}};
  }

  [[nodiscard]] seen::Job ended(EngineState state, std::optional<Failure> failure = {}) const {
    return {.state = state,
            .word = std::string(name_of(state)),
            .ended_at = now,
            .platform_now = now,
            .failure = std::move(failure)};
  }

  [[nodiscard]] const Attempt& attempt() const { return record.attempts.back(); }
  [[nodiscard]] std::string phase() const {
    return std::string(name_of(record.phase)) +
           (record.held ? ": " + std::string(name_of(*record.held)) : "");
  }

  Record record;
  Policy policy;
  Brake brake;
  Micros now = kNoon;
  std::uint64_t seed = 0;
  std::vector<RestorePoint> points;
  std::vector<std::string> log;
  std::vector<std::string> effects;
  Decision last;
};

const Failure kUserError{FailureClass::kUserCode, "NullPointerException"};
const Failure kLostMachine{FailureClass::kInfrastructure, "TaskManager lost"};

RestorePoint point(std::uint64_t attempt, std::uint64_t id, Micros at) {
  return {.path = fmt::format("a{}/chk-{}", attempt, id),
          .attempt = attempt,
          .id = id,
          .completed_at = at,
          .engine_major = 2,
          .invalid_because = {}};
}

// ---- submitting

TEST(Submitting, CommitsTheIntentWithTheCallBehindIt) {
  Life life;
  life.see(seen::Nothing{});
  EXPECT_THAT(life.effects, ElementsAre("prepare attempt 1"));
  EXPECT_EQ(life.attempt().state, AttemptState::kPlanned);

  life.see(seen::Prepared{"jar-1"});
  ASSERT_TRUE(life.record.intent);
  const Intent& intent = *life.record.intent;
  EXPECT_EQ(intent.id, life.attempt().engine.id);
  EXPECT_EQ(intent.id.size(), 32U);
  EXPECT_EQ(intent.epoch, 7U);
  EXPECT_EQ(intent.leader_token, "L1");
  EXPECT_EQ(intent.not_after, life.now + life.policy.request_patience);
  EXPECT_THAT(life.effects, ElementsAre("submit " + intent.id + ", without state"));
  EXPECT_EQ(life.attempt().state, AttemptState::kSent);

  life.see(seen::Taken{});
  EXPECT_EQ(life.attempt().state, AttemptState::kAccepted);
  EXPECT_EQ(life.phase(), "starting");
  life.see(life.running(0));
  EXPECT_EQ(life.phase(), "running");
}

TEST(Submitting, NothingIsSentWhileNobodyLeadsTheCluster) {
  Life life;
  life.see(seen::Nothing{});
  life.see(seen::Prepared{"jar-1"}, "");
  EXPECT_EQ(life.attempt().state, AttemptState::kPlanned);
}

Life in_doubt() {
  Life life;
  life.see(seen::Nothing{});
  life.see(seen::Prepared{"jar-1"});
  return life;
}

TEST(Submitting, ARefusalIsNoProof) {
  Life life = in_doubt();
  life.see(seen::Refused{kUserError});
  EXPECT_EQ(life.attempt().state, AttemptState::kSent);
  EXPECT_THAT(life.effects, ElementsAre("look for job"));
  // Flink answers 400 and has the job all the same.
  life.see(life.running(0));
  EXPECT_EQ(life.attempt().state, AttemptState::kAccepted);

  Life refused = in_doubt();
  refused.see(seen::Refused{kUserError});
  refused.wait(kMinute).see(seen::Absent{});
  EXPECT_EQ(refused.attempt().state, AttemptState::kVoid);
  EXPECT_EQ(refused.phase(), "recovering");
  EXPECT_EQ(refused.record.attempts_since_reset, 1);
}

TEST(Submitting, AbsenceCountsOnlyOnceTheRequestIsDead) {
  Life life = in_doubt();
  const Micros dead_at = life.record.intent->answerable_after(life.policy);
  life.now = dead_at - kSecond;
  life.see(seen::Absent{});  // begun at that very moment
  EXPECT_EQ(life.record.intent->tries, 1);
  life.see(seen::Absent{});
  EXPECT_EQ(life.record.intent->tries, 2);
}

TEST(Submitting, TheSameLeaderGetsTheSameIdAgain) {
  Life life = in_doubt();
  const std::string id = life.attempt().engine.id;
  life.wait(kMinute).see(seen::Absent{});
  EXPECT_THAT(life.effects, ElementsAre("submit " + id + ", without state"));
  EXPECT_EQ(life.record.intent->not_after, life.now + life.policy.request_patience);
  EXPECT_EQ(life.record.attempts.size(), 1U);
}

TEST(Submitting, AnotherLeaderMakesItVoidAndTheNextIdWaitsForOldTasks) {
  Life life = in_doubt();
  const std::string id = life.attempt().engine.id;
  life.wait(kMinute).see(seen::Absent{}, "L2");
  EXPECT_EQ(life.attempt().state, AttemptState::kVoid);
  EXPECT_EQ(life.record.until, life.now + life.policy.heartbeat_timeout + 10 * kSecond);
  life.wait(59 * kSecond - kSecond).see(seen::RestorePoints{.engine_major = 2});
  EXPECT_EQ(life.record.attempts.size(), 1U);
  life.see(seen::RestorePoints{.engine_major = 2});
  ASSERT_EQ(life.record.attempts.size(), 2U);
  EXPECT_NE(life.attempt().engine.id, id);
  EXPECT_THAT(life.record.watched_ids(), ElementsAre(id));
}

TEST(Submitting, OldTasksAreWaitedForByWhoStopsAndStartsAgain) {
  Life life = in_doubt();
  life.commit(want(life.record, Desired::kStopped, "test", life.now));
  life.wait(kMinute).see(seen::Absent{}, "L2");
  ASSERT_EQ(life.phase(), "cancelled");
  const Micros void_at = life.now;
  life.commit(want(life.record, Desired::kRunning, "test", life.now));
  life.see(seen::RestorePoints{.engine_major = 2});
  EXPECT_EQ(life.record.attempts.size(), 1U);
  EXPECT_THAT(life.last.explanation.rule, HasSubstr("tasks of the last attempt may work"));
  life.now = void_at + life.policy.heartbeat_timeout + 10 * kSecond;
  life.see(seen::RestorePoints{.engine_major = 2});
  EXPECT_EQ(life.record.attempts.size(), 2U);
}

TEST(Submitting, MetadataOfTheEngineForbidsASecondOne) {
  Life life = in_doubt();
  life.wait(kMinute).see(seen::Absent{.has_ha_metadata = true});
  EXPECT_EQ(life.record.intent->tries, 1);
  EXPECT_THAT(life.effects, ElementsAre("look for job"));
}

TEST(Submitting, ADoubtOfTenMinutesIsForAPerson) {
  Life life = in_doubt();
  life.wait(10 * kMinute).see(seen::NoAnswer{"timeout"});
  EXPECT_EQ(life.phase(), "held: doubt");
  EXPECT_EQ(life.attempt().state, AttemptState::kSent);
  Life found = life;
  found.see(life.running(0));
  EXPECT_EQ(found.phase(), "running");
  Life sent_again = life;
  sent_again.see(seen::Absent{});
  EXPECT_EQ(sent_again.record.intent->tries, 2);
  EXPECT_THAT(
      resolve(sent_again.record, Resolution::kNeverStarted, "ann", sent_again.now).error().message,
      HasSubstr("it may still start"));
  life.commit(resolve(life.record, Resolution::kNeverStarted, "ann", life.now).value());
  EXPECT_EQ(life.phase(), "recovering");
}

TEST(Submitting, AStopWaitsForTheDoubt) {
  Life life = in_doubt();
  life.commit(want(life.record, Desired::kStopped, "ann", life.now));
  life.see(seen::Nothing{});
  EXPECT_EQ(life.attempt().state, AttemptState::kSent);
  life.wait(kMinute).see(seen::Absent{});
  EXPECT_EQ(life.phase(), "cancelled");
  EXPECT_EQ(life.attempt().state, AttemptState::kVoid);
}

// ---- observing

TEST(Observing, SilenceEndsNoAttempt) {
  Life life;
  life.start();
  for (int minute = 0; minute < 9; ++minute) {
    life.wait(kMinute).see(seen::NoAnswer{"503"});
  }
  EXPECT_EQ(life.phase(), "running");
  EXPECT_EQ(condition_of(life.record), Condition::kUnknown);
  life.wait(3 * kMinute).see(seen::NoAnswer{"503"});
  EXPECT_EQ(life.phase(), "held: unreachable");
  EXPECT_EQ(life.attempt().state, AttemptState::kAccepted);
  life.see(life.running(1));
  EXPECT_EQ(life.phase(), "running");
}

TEST(Observing, AJobThatIsNotListedIsLookedUp) {
  Life life;
  life.start();
  life.see(seen::NotListed{});
  EXPECT_EQ(life.phase(), "running");
  EXPECT_THAT(life.effects, ElementsAre("look for job"));
}

TEST(Observing, AbsenceNeedsALeaderAndClearWorkers) {
  Life life;
  life.start();
  life.see(seen::Absent{.workers_are_clear = true}, "");
  EXPECT_EQ(life.attempt().state, AttemptState::kAccepted);
  life.see(seen::Absent{});
  EXPECT_EQ(life.attempt().state, AttemptState::kAccepted);
  EXPECT_THAT(life.effects, ElementsAre("look for absence"));
  life.see(seen::Absent{.workers_are_clear = true, .has_ha_metadata = true});
  EXPECT_EQ(life.attempt().state, AttemptState::kAccepted);
  life.see(seen::Absent{.workers_are_clear = true});
  EXPECT_EQ(life.attempt().state, AttemptState::kVanished);
  EXPECT_EQ(life.phase(), "recovering");
}

TEST(Observing, AnUnknownStateIsNeverTakenForRunning) {
  Life life;
  life.see(seen::Nothing{});
  life.see(seen::Prepared{"jar-1"});
  life.see(seen::Job{.state = EngineState::kUnknown, .word = "DREAMING", .all_running = true});
  EXPECT_EQ(life.phase(), "starting");
  EXPECT_EQ(condition_of(life.record), Condition::kUnknown);
  EXPECT_THAT(life.log, Contains(HasSubstr("opened, unknown state")));
}

TEST(Observing, AnAnswerFromBeforeTheLastStepIsDropped) {
  Life life;
  life.start();
  const Micros asked_at = life.now;
  life.commit(want(life.record, Desired::kSuspended, "ann", life.now));
  life.see(life.running(1));
  ASSERT_EQ(life.phase(), "suspending");
  Observation old{.engine_id = life.attempt().engine.id,
                  .leader_token = "L1",
                  .begun_at = asked_at,
                  .ended_at = life.now,
                  .seen = life.ended(EngineState::kFinished),
                  .strays = {}};
  life.tell(old);
  EXPECT_EQ(life.phase(), "suspending");
  EXPECT_THAT(life.last.explanation.rejected,
              Contains(Rejected{"use the answer: FINISHED",
                                "its question was sent before the job's last step"}));
}

TEST(Observing, RunningMeansEveryVertex) {
  Life life;
  life.start();
  seen::Job partly = life.running(1);
  partly.all_running = false;
  life.see(partly);
  EXPECT_EQ(life.phase(), "starting");
  life.see(life.running(1));
  EXPECT_EQ(life.phase(), "running");
}

TEST(Observing, AnOldAttemptThatIsAliveIsCancelledAndTold) {
  Life life;
  life.start();
  life.see(life.ended(EngineState::kFailed, kLostMachine));
  const std::string old_id = life.attempt().engine.id;
  life.wait(kMinute).start();
  Observation overview{.engine_id = life.attempt().engine.id,
                       .leader_token = "L1",
                       .begun_at = life.now + 1,
                       .ended_at = life.now + 1,
                       .seen = life.running(0),
                       .strays = std::vector<std::string>{old_id}};
  life.wait(kSecond).tell(overview);
  EXPECT_THAT(life.effects, Contains("cancel " + old_id));
  EXPECT_THAT(life.log, Contains(HasSubstr("opened, stray attempt")));
}

// ---- recovering

TEST(Recovering, WhatIsCertainToFailAgainIsNotTriedAgain) {
  for (const FailureClass certain :
       {FailureClass::kConfiguration, FailureClass::kStateIncompatible}) {
    Life life;
    life.start();
    life.see(life.ended(EngineState::kFailed, Failure{certain, "no such class"}));
    EXPECT_EQ(life.phase(), "failed");
    EXPECT_THAT(life.log, Contains(HasSubstr("opened, failed")));
    life.wait(kDay).see(seen::Nothing{});
    EXPECT_EQ(life.record.attempts.size(), 1U);
  }
}

TEST(Recovering, AUserErrorHasThreeMoreAttemptsWithGrowingWaits) {
  Life life;
  life.points = {point(1, 1, kNoon)};
  std::vector<Micros> waits;
  for (int failure = 0; failure < 4; ++failure) {
    life.start();
    life.see(life.ended(EngineState::kFailed, kUserError));
    waits.push_back((life.record.until - life.now + kSecond) / (10 * kSecond));
    life.wait(2 * kMinute);
  }
  EXPECT_EQ(life.phase(), "failed");
  EXPECT_EQ(life.record.attempts.size(), 4U);
  EXPECT_THAT(std::vector(waits.begin(), waits.begin() + 3), ElementsAre(1, 2, 4));
}

TEST(Recovering, InfrastructureRestsAndThenHasAnotherRound) {
  Life life;
  life.points = {point(1, 1, kNoon)};
  for (int failure = 0; failure < 4; ++failure) {
    life.start();
    life.see(life.ended(EngineState::kFailed, kLostMachine));
    if (failure < 3) {
      life.wait(2 * kMinute);
    }
  }
  EXPECT_EQ(life.phase(), "recovering");
  EXPECT_EQ(life.record.until, life.now + life.policy.cool_down);
  EXPECT_EQ(life.record.budget_round, 1);
}

TEST(Recovering, TenHealthyMinutesMakeTheBudgetWhole) {
  Life life;
  life.start();
  life.see(life.ended(EngineState::kFailed, kUserError));
  life.points = {point(1, 1, kNoon)};
  life.wait(kMinute).start();
  EXPECT_EQ(life.record.attempts_since_reset, 1);
  life.see(life.running(2));  // healthy
  life.wait(10 * kMinute - 2 * kSecond).see(life.running(2));
  EXPECT_EQ(life.record.attempts_since_reset, 1);
  life.see(life.running(2));
  EXPECT_EQ(life.record.attempts_since_reset, 0);
  EXPECT_EQ(life.record.ledger.recoveries, 1U);
}

TEST(Recovering, ADependencyIsWaitedFor) {
  Life life;
  life.start();
  life.see(life.ended(EngineState::kFailed, Failure{FailureClass::kDependency, "db refused"}));
  EXPECT_EQ(life.phase(), "held: dependency");
  life.wait(kHour).see(seen::Nothing{});
  EXPECT_THAT(life.effects, Contains("look for dependency"));
  EXPECT_EQ(life.record.attempts_since_reset, 0);
  life.see(seen::DependencyUp{});
  EXPECT_EQ(life.phase(), "recovering");
}

TEST(Recovering, StartsFromTheNewestPointAndMarksABadOne) {
  Life life;
  life.start();
  life.see(life.running(12));
  life.points = {point(1, 11, life.now - kMinute), point(1, 12, life.now)};
  life.see(life.ended(EngineState::kFailed, kLostMachine));
  life.wait(kMinute).see(seen::Nothing{});
  EXPECT_THAT(life.effects, Contains("look for restore points"));
  life.start();
  EXPECT_EQ(life.attempt().restored_from->path, "a1/chk-12");
  life.see(life.ended(EngineState::kFailed, Failure{FailureClass::kRestorePoint, "EOF"}));
  EXPECT_EQ(life.record.attempts_since_reset, 1);  // outside the budget
  life.start();
  EXPECT_EQ(life.attempt().restored_from->path, "a1/chk-11");
}

TEST(Recovering, AJobThatHadStateNeverStartsEmptyByItself) {
  Life life;
  life.start();
  life.see(life.running(1));
  life.see(life.ended(EngineState::kFailed, kLostMachine));
  life.wait(kMinute).see(seen::RestorePoints{.engine_major = 2});
  EXPECT_EQ(life.phase(), "held: no restore point");
  // New proof, and then a person's word.
  Life proof = life;
  proof.see(seen::RestorePoints{.engine_major = 2, .points = {point(1, 1, life.now)}});
  EXPECT_EQ(proof.phase(), "starting");
  life.commit(resolve(life.record, Resolution::kAcceptLoss, "ann", life.now).value());
  life.see(seen::RestorePoints{.engine_major = 2});
  EXPECT_EQ(life.phase(), "starting");
  EXPECT_FALSE(life.attempt().restored_from);
  EXPECT_FALSE(life.record.loss_accepted);  // for one start
}

TEST(Recovering, ACancelByAnOutsiderIsReportedOrMendedAsThePolicySays) {
  Life life;
  life.start();
  Life mended = life;
  life.see(life.ended(EngineState::kCanceled));
  EXPECT_EQ(life.phase(), "cancelled");
  EXPECT_THAT(life.log, Contains(HasSubstr("opened, ended outside")));
  mended.policy.on_external_cancel = OnExternalCancel::kRecover;
  mended.see(life.ended(EngineState::kCanceled));
  EXPECT_EQ(mended.phase(), "recovering");
}

TEST(Recovering, ACrashLoopIsFoundInsideOfRunning) {
  Life life;
  life.start();
  life.see(life.running(1, 1));
  life.see(life.running(1, 3));
  EXPECT_THAT(life.log, Not(Contains(HasSubstr("crash loop"))));
  Life older = life;
  life.see(life.running(1, 4));
  EXPECT_THAT(life.log, Contains(HasSubstr("opened, crash loop")));
  EXPECT_EQ(life.phase(), "running");
  older.policy.on_crash_loop = OnCrashLoop::kRestoreOlder;
  older.see(life.running(1, 4));
  EXPECT_EQ(older.phase(), "stopping");
  older.see(older.ended(EngineState::kCanceled));
  EXPECT_EQ(older.phase(), "recovering");
}

TEST(Recovering, TheBrakeOfTheClusterIsWaitedFor) {
  Life life;
  life.start();
  life.see(life.ended(EngineState::kFailed, kLostMachine));
  life.wait(kMinute);
  life.brake = {.is_on = true, .may_start_at = life.now + kMinute, .because = "5 of 9 failed"};
  life.see(seen::RestorePoints{.engine_major = 2});
  EXPECT_EQ(life.phase(), "recovering");
  EXPECT_THAT(life.last.explanation.rule, HasSubstr("5 of 9 failed"));
  life.wait(kMinute).see(seen::RestorePoints{.engine_major = 2, .points = {point(1, 1, kNoon)}});
  EXPECT_EQ(life.phase(), "starting");
}

// ---- stopping

TEST(Stopping, SuspendsWithASavepointOfItsOwn) {
  Life life;
  life.start();
  life.commit(want(life.record, Desired::kSuspended, "ann", life.now));
  life.see(life.running(1));
  ASSERT_TRUE(life.record.intent);
  const std::string trigger = life.record.intent->id;
  EXPECT_EQ(life.record.intent->target, "orders/" + trigger);
  EXPECT_NE(trigger, life.attempt().engine.id);
  life.see(seen::Savepoint{.trigger_id = trigger, .state = seen::SavepointState::kCompleted});
  EXPECT_EQ(life.phase(), "suspending");
  life.see(life.ended(EngineState::kFinished));
  EXPECT_EQ(life.phase(), "suspended");
  life.commit(want(life.record, Desired::kRunning, "ann", life.now));
  life.points = {point(1, 2, life.now)};
  life.start();
  EXPECT_EQ(life.phase(), "running");
  EXPECT_EQ(life.attempt().restored_from->path, "a1/chk-2");
}

TEST(Stopping, ASavepointThatFailsIsTriedThriceAndNeverReplacedByACancel) {
  Life life;
  life.start();
  life.commit(want(life.record, Desired::kStopped, "ann", life.now));
  for (int round = 0; round < 3; ++round) {
    life.see(life.running(1));
    life.see(life.running(1));
    ASSERT_TRUE(life.record.intent) << round;
    life.see(seen::Savepoint{.trigger_id = life.record.intent->id,
                             .state = seen::SavepointState::kFailed,
                             .text = "no such directory"});
  }
  EXPECT_EQ(life.phase(), "held: savepoint");
  life.see(life.running(1));
  EXPECT_EQ(life.phase(), "held: savepoint");
  EXPECT_THAT(life.log, Not(Contains(HasSubstr("cancel: sent"))));
}

TEST(Stopping, WhatFailedOnTheWayIsNotFinished) {
  Life life;
  life.start();
  life.commit(want(life.record, Desired::kStopped, "ann", life.now));
  life.see(life.running(1));
  life.see(life.ended(EngineState::kFailed, kUserError));
  EXPECT_EQ(life.phase(), "failed");
  EXPECT_EQ(life.attempt().state, AttemptState::kFailed);
}

TEST(Stopping, ACallThatCameToNothingIsMadeAgainWithItsTrigger) {
  Life life;
  life.start();
  life.commit(want(life.record, Desired::kSuspended, "ann", life.now));
  life.see(life.running(1));
  const std::string trigger = life.record.intent->id;
  const seen::Savepoint forgotten{.trigger_id = trigger, .state = seen::SavepointState::kForgotten};
  life.see(forgotten);
  EXPECT_EQ(life.record.intent->tries, 1);
  life.wait(kMinute).see(forgotten);
  EXPECT_EQ(life.record.intent->tries, 2);
  EXPECT_EQ(life.record.intent->id, trigger);
}

TEST(Stopping, AJobThatIsOverIsStartedAgainByAPersonAlone) {
  Life life;
  life.policy.on_stop = OnStop::kCancel;
  life.start();
  life.commit(want(life.record, Desired::kStopped, "ann", life.now));
  life.see(life.running(1));
  life.see(life.ended(EngineState::kCanceled));
  EXPECT_EQ(life.phase(), "cancelled");
  life.see(life.running(1));  // of whatever
  EXPECT_EQ(life.phase(), "cancelled");
  EXPECT_EQ(life.attempt().state, AttemptState::kCancelled);
  life.commit(want(life.record, Desired::kRunning, "ann", life.now));
  EXPECT_EQ(life.phase(), "idle");
}

// ---- evidence and reasons

TEST(Deciding, AsksForEvidenceUntilItIsKept) {
  Life life;
  life.start();
  life.see(life.ended(EngineState::kFailed, kUserError));
  life.see(seen::Nothing{});
  EXPECT_THAT(life.effects, Contains(HasSubstr("keep the evidence of attempt 1")));
  life.see(seen::Captured{1});
  life.see(seen::Nothing{});
  EXPECT_THAT(life.effects, Not(Contains(HasSubstr("evidence"))));
}

TEST(Deciding, SaysWhyAndWhatElseCouldHaveBeenDone) {
  Life life;
  life.start();
  life.see(seen::NoAnswer{"503"});
  EXPECT_THAT(life.last.explanation.inputs,
              ElementsAre("desired: running", "phase: running for 1 s", "seen: no answer (503)",
                          "attempt: 1, accepted"));
  EXPECT_EQ(life.last.explanation.rule, "no answer is no answer: tracking goes on");
  EXPECT_THAT(
      life.last.explanation.rejected,
      ElementsAre(Rejected{"take the attempt for lost", "nobody has proven that it is gone"}));
}

TEST(Deciding, IsTheSameForTheSameSituation) {
  Life a;
  Life b;
  a.start();
  b.start();
  EXPECT_EQ(a.log, b.log);
  EXPECT_EQ(a.attempt(), b.attempt());
}

TEST(Resolving, RefusesAWordThatNobodyWaitsFor) {
  Life life;
  life.start();
  for (const Resolution word : {Resolution::kStarted, Resolution::kNeverStarted,
                                Resolution::kAcceptLoss, Resolution::kLost}) {
    const auto answer = resolve(life.record, word, "ann", life.now);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().symbol, "E_JOB_STATE");
    EXPECT_EQ(answer.error().message,
              fmt::format("job 'orders' is running: it does not wait for '{}'", name_of(word)));
  }
}

}  // namespace
}  // namespace tagsmith::job
