#include "job/slo.h"

#include <gtest/gtest.h>

namespace tagsmith::job {
namespace {

TEST(Slo, UnknownAndPlannedTimeAreNeitherUpNorDown) {
  Ledger ledger;
  EXPECT_EQ(availability(ledger), std::nullopt);
  add_span(ledger, Condition::kUp, 9 * kMinute);
  add_span(ledger, Condition::kDown, kMinute);
  add_span(ledger, Condition::kUnknown, kDay);
  add_span(ledger, Condition::kPlanned, kDay);
  EXPECT_DOUBLE_EQ(availability(ledger).value(), 0.9);
  EXPECT_EQ(ledger.unknown, kDay);
}

TEST(Slo, ASpanIsNeverNegative) {
  Ledger ledger;
  add_span(ledger, Condition::kUp, -kDay);
  EXPECT_EQ(ledger, Ledger());
}

TEST(Slo, TellsTheTimesOfARecoveryByPhase) {
  Ledger ledger;
  add_recovery(ledger, {.ended_at = 100 * kSecond,
                        .detected_at = 110 * kSecond,
                        .sent_at = 125 * kSecond,
                        .running_at = 130 * kSecond,
                        .healthy_at = 190 * kSecond});
  add_recovery(ledger, {.ended_at = 0,
                        .detected_at = 20 * kSecond,
                        .sent_at = 25 * kSecond,
                        .running_at = 40 * kSecond,
                        .healthy_at = 60 * kSecond});
  EXPECT_EQ(ledger.detecting, 30 * kSecond);
  EXPECT_EQ(ledger.deciding, 20 * kSecond);
  EXPECT_EQ(ledger.starting, 20 * kSecond);
  EXPECT_EQ(ledger.proving, 80 * kSecond);
  EXPECT_EQ(mean_time_to_detect(ledger), 15 * kSecond);
  EXPECT_EQ(mean_time_to_recover(ledger), 35 * kSecond);
}

TEST(Slo, SharesAreBetweenZeroAndOne) {
  Ledger ledger{
      .recoveries = 19, .given_up = 1, .checkpoints_completed = 999, .checkpoints_failed = 1};
  EXPECT_DOUBLE_EQ(recovery_success(ledger).value(), 0.95);
  EXPECT_DOUBLE_EQ(checkpoint_success(ledger).value(), 0.999);
  EXPECT_EQ(checkpoint_success(Ledger()), std::nullopt);
}

}  // namespace
}  // namespace tagsmith::job
