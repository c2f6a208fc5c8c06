#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace tagsmith::base {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) {
    return invalid_argument("odd");
  }
  return value / 2;
}

Result<std::string> quarter(int value) {
  const int halved = TAGSMITH_TRY(half(value));
  return std::to_string(TAGSMITH_TRY(half(halved)));
}

Status check(int value) {
  TAGSMITH_TRY(half(value));
  return {};
}

TEST(Result, TryHandsOnTheErrorAndTheValue) {
  EXPECT_EQ(quarter(12).value(), "3");
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_TRUE(check(2));
  EXPECT_FALSE(check(3));
}

TEST(Result, HoldsAValueThatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 7);
}

TEST(ResultDeathTest, ReadingTheMissingSideStopsTheProcess) {
  EXPECT_DEATH((void)half(3).value(), "has_value");
  EXPECT_DEATH((void)half(2).error(), "has_value");
}

TEST(Quote, CutsAtACharacterBoundaryAndEscapesControls) {
  EXPECT_EQ(quote("a\nb"), "'a\\nb'");
  EXPECT_EQ(quote("aüü", 2), "'a...'");
}

}  // namespace
}  // namespace tagsmith::base
