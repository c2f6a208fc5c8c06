#include "base/words.h"

#include <gtest/gtest.h>

namespace tagsmith::base {
namespace {

TEST(Words, OnlyAsciiLettersHaveACase) {
  EXPECT_EQ(lower("AbZ@[_9"), "abz@[_9");
  EXPECT_EQ(lower("\xC3\x84"), "\xC3\x84");
}

TEST(Words, IdentifiersAreLettersDigitsAndUnderscores) {
  for (const char* name : {"a", "_", "Z9", "x_1"}) {
    EXPECT_TRUE(is_identifier(name)) << name;
  }
  for (const char* name : {"", "1a", "a b", "a.b", "\xC3\xA4", "a-"}) {
    EXPECT_FALSE(is_identifier(name)) << name;
  }
}

TEST(Words, QuotesInsideAreDoubled) {
  EXPECT_EQ(in_quotes("it's \"x\"", '\''), "'it''s \"x\"'");
  EXPECT_EQ(in_quotes("it's \"x\"", '"'), "\"it's \"\"x\"\"\"");
  EXPECT_EQ(in_quotes("", '\''), "''");
}

}  // namespace
}  // namespace tagsmith::base
