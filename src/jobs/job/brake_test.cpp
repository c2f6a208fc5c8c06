#include "job/brake.h"

#include <gtest/gtest.h>

#include <vector>

namespace tagsmith::job {
namespace {

constexpr Micros kNow = kHour;

std::vector<LostAttempt> lost(int jobs, Micros at) {
  std::vector<LostAttempt> all;
  for (int job = 0; job < jobs; ++job) {
    all.push_back({.job = "job " + std::to_string(job), .at = at});
  }
  return all;
}

TEST(Brake, IsOnWhenManyJobsOfAClusterFailTogether) {
  const Policy policy;  // at least 3 jobs, and 30 %, within 2 minutes
  EXPECT_FALSE(judge_brake(lost(2, kNow), 3, 0, policy, kNow).is_on);
  EXPECT_TRUE(judge_brake(lost(3, kNow), 10, 0, policy, kNow).is_on);
  EXPECT_FALSE(judge_brake(lost(3, kNow), 11, 0, policy, kNow).is_on);
  EXPECT_FALSE(judge_brake(lost(9, kNow - 2 * kMinute - 1), 10, 0, policy, kNow).is_on);
  EXPECT_TRUE(judge_brake(lost(9, kNow - 2 * kMinute), 10, 0, policy, kNow).is_on);
}

TEST(Brake, OneJobThatFailsOftenIsNoCluster) {
  const std::vector<LostAttempt> often(20, LostAttempt{.job = "orders", .at = kNow});
  EXPECT_FALSE(judge_brake(often, 1, 0, Policy(), kNow).is_on);
}

TEST(Brake, LetsJobsStartOneAfterTheOther) {
  const Brake brake = judge_brake(lost(3, kNow), 4, kNow - kSecond, Policy(), kNow);
  EXPECT_EQ(brake.may_start_at, kNow + 9 * kSecond);
  EXPECT_EQ(brake.because, "3 of 4 jobs of the cluster failed within 120 s");
}

}  // namespace
}  // namespace tagsmith::job
