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
}

}  // namespace
}  // namespace tagsmith::base
