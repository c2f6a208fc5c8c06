#include "job/job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "job/engine_state.h"

namespace tagsmith::job {
namespace {

using testing::ElementsAre;

constexpr std::array kPhases = {Phase::kIdle,       Phase::kStarting, Phase::kRunning,
                                Phase::kRecovering, Phase::kHeld,     Phase::kSuspending,
                                Phase::kSuspended,  Phase::kStopping, Phase::kFinished,
                                Phase::kFailed,     Phase::kCancelled};

std::vector<std::string> settled_phases(Desired desired) {
  std::vector<std::string> names;
  for (const Phase phase : kPhases) {
    if (is_settled(desired, phase)) {
      names.emplace_back(name_of(phase));
    }
  }
  return names;
}

TEST(Job, IsSettledWhereItWasAskedToBe) {
  EXPECT_THAT(settled_phases(Desired::kRunning), ElementsAre("running"));
  EXPECT_THAT(settled_phases(Desired::kSuspended), ElementsAre("idle", "suspended"));
  EXPECT_THAT(settled_phases(Desired::kDoneOnce), ElementsAre("finished"));
  EXPECT_THAT(settled_phases(Desired::kStopped),
              ElementsAre("idle", "finished", "failed", "cancelled"));
}

TEST(Job, WhatNobodyKnowsIsNeverTheSeedsRunning) {
  for (const Phase phase : kPhases) {
    SCOPED_TRACE(name_of(phase));
    EXPECT_NE(status_word(phase, false), "running");
  }
  EXPECT_EQ(status_word(Phase::kRunning, true), "running");
  EXPECT_EQ(status_word(Phase::kHeld, true), "reconciling");
}

TEST(EngineState, HasANameForEach) {
  std::vector<std::string_view> names;
  for (int state = 0; state <= static_cast<int>(EngineState::kUnknown); ++state) {
    names.push_back(name_of(static_cast<EngineState>(state)));
  }
  EXPECT_THAT(names, ElementsAre("INITIALIZING", "CREATED", "RUNNING", "RESTARTING", "RECONCILING",
                                 "FAILING", "CANCELLING", "SUSPENDED", "FINISHED", "FAILED",
                                 "CANCELED", "unknown"));
}

TEST(EngineState, IsFinalOnlyWhereItIsNeverLeft) {
  EXPECT_TRUE(is_final(EngineState::kFinished));
  EXPECT_TRUE(is_final(EngineState::kFailed));
  EXPECT_TRUE(is_final(EngineState::kCanceled));
  EXPECT_FALSE(is_final(EngineState::kSuspended));
  EXPECT_FALSE(is_final(EngineState::kFailing));
  EXPECT_FALSE(is_final(EngineState::kCancelling));
  EXPECT_FALSE(is_final(EngineState::kUnknown));
}

}  // namespace
}  // namespace tagsmith::job
