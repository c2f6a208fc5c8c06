#include "base/similar.h"

#include <gtest/gtest.h>

#include <vector>

namespace tagsmith::base {
namespace {

TEST(Similar, FindsTheNearestNameAndNothingFar) {
  const std::vector<std::string> names = {"user_level", "age", "total_asset_value"};
  EXPECT_EQ(nearest("usr_level", names), "user_level");
  EXPECT_EQ(nearest("AGE", names), "age");
  EXPECT_EQ(nearest("country", names), "");
  EXPECT_EQ(did_you_mean("agee", names), "did you mean 'age'?");
  EXPECT_EQ(did_you_mean("country", names), "");
  EXPECT_EQ(nearest("aeg", names), "age");
  EXPECT_EQ(nearest("suer_levle", names), "user_level");
  const std::vector<std::string> symbols = {"=", ">="};
  EXPECT_EQ(nearest("~", symbols), "") << "one character, and another one: nothing in common";
  EXPECT_EQ(nearest(">", symbols), ">=");
}

}  // namespace
}  // namespace tagsmith::base
