#include "job/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace tagsmith::job {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Policy, HasTheValuesOfTheSeeds) {
  const Policy policy = policy_of(Profile::kDefault);
  EXPECT_EQ(policy.backoff.first, 10 * kSecond);
  EXPECT_EQ(policy.backoff.longest, 120 * kSecond);
  EXPECT_EQ(policy.backoff.reset_after, 600 * kSecond);
  EXPECT_EQ(policy.cool_down, 300 * kSecond);
  EXPECT_EQ(policy.budget_of(FailureClass::kUnknown).attempts, 3);
  EXPECT_EQ(policy.checkpoint_interval, 300 * kSecond);
  EXPECT_EQ(policy.checkpoint_timeout, 600 * kSecond);
  EXPECT_EQ(policy.checkpoint_failures_max, 3);

  EXPECT_EQ(policy_of(Profile::kThroughput).checkpoint_interval, 10 * kMinute);
  EXPECT_EQ(policy_of(Profile::kThroughput).checkpoint_timeout, 15 * kMinute);
  EXPECT_EQ(policy_of(Profile::kThroughput).tick, kMinute);
  EXPECT_EQ(policy_of(Profile::kLatency).checkpoint_interval, kMinute);
  EXPECT_EQ(policy_of(Profile::kLatency).checkpoint_timeout, 5 * kMinute);
  EXPECT_EQ(policy_of(Profile::kLatency).tick, 10 * kSecond);
  EXPECT_EQ(policy_of(Profile::kReliability).checkpoint_failures_max, 5);
  EXPECT_EQ(policy_of(Profile::kReliability).budget_of(FailureClass::kUserCode).attempts, 5);
  EXPECT_EQ(policy_of(Profile::kReliability).cool_down, kMinute);
}

TEST(Policy, WhatIsCertainToFailAgainIsNeverTriedAgain) {
  for (const Profile profile :
       {Profile::kDefault, Profile::kThroughput, Profile::kLatency, Profile::kReliability}) {
    SCOPED_TRACE(name_of(profile));
    const Policy policy = policy_of(profile);
    EXPECT_EQ(policy.budget_of(FailureClass::kConfiguration).attempts, 0);
    EXPECT_EQ(policy.budget_of(FailureClass::kStateIncompatible).attempts, 0);
    EXPECT_FALSE(policy.allow_empty_start);
    EXPECT_THAT(contradictions(policy), IsEmpty());
  }
}

TEST(Policy, SaysWhatContradictsItself) {
  Policy policy;
  policy.backoff.first = kHour;
  policy.backoff.jitter = 1;
  EXPECT_THAT(contradictions(policy),
              ElementsAre("the first wait (3600 s) is longer than the longest wait (120 s)",
                          HasSubstr("jitter")));
  Policy rewind;
  rewind.rewind_max = kMinute;
  EXPECT_THAT(contradictions(rewind), ElementsAre(HasSubstr("rewind budget (60 s)")));
}

TEST(Backoff, DoublesUpToTheLongestWait) {
  const Backoff backoff{.jitter = 0};
  const auto waits = [&](int step) { return wait_before(backoff, step, 1) / kSecond; };
  EXPECT_THAT((std::array{waits(0), waits(1), waits(2), waits(3), waits(4), waits(1'000'000)}),
              ElementsAre(10, 20, 40, 80, 120, 120));
}

TEST(Backoff, SpreadsByItsJitterAndRepeatsBySeed) {
  const Backoff backoff;
  std::set<Micros> different;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Micros wait = wait_before(backoff, 1, seed);
    EXPECT_GE(wait, 18 * kSecond);
    EXPECT_LE(wait, 22 * kSecond);
    EXPECT_EQ(wait, wait_before(backoff, 1, seed));
    different.insert(wait);
  }
  EXPECT_GT(different.size(), 990U);
  EXPECT_LT(*different.begin(), 18 * kSecond + kSecond / 4);
  EXPECT_GT(*different.rbegin(), 22 * kSecond - kSecond / 4);
}

}  // namespace
}  // namespace tagsmith::job
