#include "job/progress.h"

#include <gtest/gtest.h>

namespace tagsmith::job {
namespace {

Progress after(std::initializer_list<Details> told) {
  Progress progress;
  Micros now = 0;
  for (const Details& details : told) {
    progress = advance(progress, details, now += kMinute);
  }
  return progress;
}

TEST(Progress, CountsRestartsOverMastersThatStartOver) {
  const Progress progress = after({{.restarts = 2}, {.restarts = 5}, {.restarts = 1}});
  EXPECT_EQ(progress.restarts, 6U);
  EXPECT_EQ(progress.restarts_since_checkpoint, 6U);
}

TEST(Progress, GoesByTheIdsOfCheckpointsAndNotByTheirCount) {
  const Progress progress = after({{.checkpoint_id = 7, .checkpoints_completed = 7},
                                   {.checkpoint_id = 0, .checkpoints_completed = 0},
                                   {.checkpoint_id = 8, .checkpoints_completed = 1}});
  EXPECT_EQ(progress.checkpoint_id, 8U);
  EXPECT_EQ(progress.checkpoints_completed, 8U);
  EXPECT_EQ(progress.progressed_at, 3 * kMinute);
}

TEST(Progress, ACrashLoopIsRestartsWithoutACheckpointBetween) {
  const Policy policy;
  EXPECT_FALSE(is_crash_loop(after({{.restarts = 2}}), policy));
  EXPECT_TRUE(is_crash_loop(after({{.restarts = 3}}), policy));
  EXPECT_TRUE(is_crash_loop(after({{.restarts = 1}, {.restarts = 3}}), policy));
  EXPECT_FALSE(is_crash_loop(
      after({{.restarts = 2}, {.restarts = 4, .checkpoint_id = 1}, {.restarts = 5}}), policy));
}

TEST(Progress, AStallIsSeveralIntervalsAndATimeoutWithoutACheckpoint) {
  const Policy policy;  // 3 x 5 min + 10 min
  const Progress progress = after({{.checkpoint_id = 1}});
  EXPECT_FALSE(is_stalled(progress, policy, kMinute + 25 * kMinute));
  EXPECT_TRUE(is_stalled(progress, policy, kMinute + 25 * kMinute + 1));
}

}  // namespace
}  // namespace tagsmith::job
