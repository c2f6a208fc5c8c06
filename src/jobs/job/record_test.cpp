#include "job/record.h"

#include <gtest/gtest.h>

namespace tagsmith::job {
namespace {

Event moved(Transition transition) {
  return {.at = kHour, .kind = event::PhaseChanged{transition}};
}

Attempt planned(std::uint64_t number) {
  return {.number = number, .engine = {.cluster = "c", .id = std::to_string(number)}};
}

TEST(RecordDeath, StopsAtAStepThatNoTableHas) {
  Record record;
  EXPECT_DEATH(apply(record, moved(Transition::kAllRunning)), "row.from.contains");
  EXPECT_DEATH(apply(record, {.at = 1, .kind = event::AttemptAccepted{}}), "live_attempt");
  apply(record, {.at = 1, .kind = event::AttemptPlanned{planned(1)}});
  EXPECT_DEATH(apply(record, {.at = 1, .kind = event::AttemptAccepted{}}), "row.from.contains");
  apply(record, {.at = 1, .kind = event::AttemptEnded{.step = AttemptStep::kVoid}});
  EXPECT_DEATH(apply(record, {.at = 2, .kind = event::AttemptEnded{.step = AttemptStep::kFail}}),
               "live_attempt");
}

TEST(Record, RemembersAFewAttempts) {
  Record record;
  for (std::uint64_t number = 1; number <= 2 * kAttemptsKept; ++number) {
    apply(record, {.at = 1, .kind = event::AttemptPlanned{planned(number)}});
    apply(record, {.at = 1, .kind = event::AttemptEnded{.step = AttemptStep::kVoid}});
  }
  EXPECT_EQ(record.attempts.size(), kAttemptsKept);
  EXPECT_EQ(record.attempts.back().number, 2 * kAttemptsKept);
  EXPECT_EQ(record.attempts_made, 2 * kAttemptsKept);
}

TEST(Record, HadStateOnceAnAttemptIsPlannedFromSome) {
  Record record;
  apply(record, {.at = 1, .kind = event::AttemptPlanned{planned(1)}});
  apply(record, {.at = 1, .kind = event::AttemptEnded{.step = AttemptStep::kVoid}});
  EXPECT_FALSE(record.had_state);
  Attempt restored = planned(2);
  restored.restored_from = RestorePoint{.path = "a1/chk-1", .invalid_because = {}};
  apply(record, {.at = 1, .kind = event::AttemptPlanned{restored}});
  EXPECT_TRUE(record.had_state);
}

TEST(Record, AccountsForTheTimeBetweenItsEvents) {
  Record record;
  apply(record, {.at = kHour, .kind = event::DesiredChanged{Desired::kRunning, "ann"}});
  apply(record, {.at = kHour + kMinute, .kind = event::Heard{}});
  EXPECT_EQ(record.ledger.down, kMinute);
  EXPECT_EQ(ledger_at(record, kHour + 3 * kMinute).down, 3 * kMinute);
}

}  // namespace
}  // namespace tagsmith::job
