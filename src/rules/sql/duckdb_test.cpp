#include <gtest/gtest.h>
TEST(Placeholder, None) { EXPECT_TRUE(true); }
