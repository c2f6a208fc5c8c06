#include "job/transitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace tagsmith::job {
namespace {

using testing::HasSubstr;

TEST(Transitions, HaveEachAName) {
  std::set<std::string_view> names;
  for (const TransitionRow& row : transition_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.when.empty()) << row.name;
    EXPECT_EQ(row.hold.has_value(), row.to == Phase::kHeld) << row.name;
  }
}

TEST(Transitions, OnlyAPersonLeavesAPhaseThatIsOver) {
  for (const TransitionRow& row : transition_rows()) {
    for (const Phase phase : {Phase::kFinished, Phase::kFailed, Phase::kCancelled}) {
      EXPECT_EQ(row.from.contains(phase), row.transition == Transition::kAgain) << row.name;
    }
  }
}

TEST(Transitions, NoStepLeavesAnEndedAttempt) {
  for (const AttemptStepRow& row : attempt_step_rows()) {
    for (const AttemptState state :
         {AttemptState::kFinished, AttemptState::kFailed, AttemptState::kCancelled,
          AttemptState::kVanished, AttemptState::kVoid}) {
      EXPECT_TRUE(is_final(state));
      EXPECT_FALSE(row.from.contains(state)) << row.name;
    }
  }
}

TEST(Transitions, PrintAsOneTable) {
  const std::string text = transitions_text();
  EXPECT_THAT(text, HasSubstr("\nall running             starting, held "));
  EXPECT_THAT(text, HasSubstr("\nvoid                    planned, sent "));
  EXPECT_EQ(std::ranges::count(text, '\n'),
            static_cast<std::ptrdiff_t>(kTransitions + kAttemptSteps + 3));
}

}  // namespace
}  // namespace tagsmith::job
