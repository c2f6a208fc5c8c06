#include "column/readers.h"

#include <gtest/gtest.h>

#include <string>

#include "column/days.h"

namespace tagsmith::column {
namespace {

TEST(Readers, Decision5WhatIsANumber) {
  for (const std::string_view text :
       {"0", "5.", ".5", "+1", "-1", " 1 ", "\t1\n", "1e5", "1E-5", "1e0005", "00012", "0.10",
        "99999999999999999999999999999999999999", "1e37", "9.9e37", "1e-38", "0e9999",
        "0.00000000000000000000000000000000000001", "1000000000000000000000000000000000000.000"}) {
    EXPECT_TRUE(read_number(text)) << text;
  }
  for (const std::string_view text : {"",
                                      " ",
                                      ".",
                                      "+",
                                      "e5",
                                      "1e",
                                      "1e+",
                                      "1e00005",
                                      "1_000",
                                      "1,000",
                                      "0x1A",
                                      "1f",
                                      "NaN",
                                      "inf",
                                      "Infinity",
                                      "--1",
                                      "+-1",
                                      "1 2",
                                      "1e38",
                                      "1e-39",
                                      "9.99e-39",
                                      "100000000000000000000000000000000000000",
                                      "1.23456789012345678901234567890123456789",
                                      "\xEF\xBC\x91",
                                      "\xC2\xA0 1",
                                      "1\xC2\xA0"}) {
    EXPECT_FALSE(read_number(text)) << text;
  }
}

TEST(Readers, Decision5AZeroByteIsNoBlank) {
  EXPECT_FALSE(read_number(std::string_view("1\0", 2)));
}

TEST(Readers, Decision6WhatIsADate) {
  const auto day = read_moment(" 2025-11-22 ");
  ASSERT_TRUE(day);
  EXPECT_TRUE(day->is_day);
  EXPECT_EQ(day->micros, *days_from_civil(2025, 11, 22) * kMicrosPerDay);

  const auto time = read_moment("2025-11-22T10:30:00.5");
  ASSERT_TRUE(time);
  EXPECT_FALSE(time->is_day);
  EXPECT_EQ(time->micros - day->micros, (10 * 60 + 30) * 60'000'000LL + 500'000);
  EXPECT_FALSE(read_moment("2025-11-22 00:00")->is_day);

  for (const std::string_view text :
       {"", "2025-2-3", "20251122", "2025-02-29", "0000-01-01", "2025-13-01", "2025-11-22 24:00",
        "2025-11-22 10", "2025-11-22 10:30:60", "2025-11-22 10:30:00.", "2025-11-22 10:30:00Z",
        "2025-11-22 10:30:00.1234567", "2025-11-22  10:30", "2025-11-22x", "10000-01-01",
        "2025-11-22 10:60", "-2025-11-22"}) {
    EXPECT_FALSE(read_moment(text)) << text;
  }
}

TEST(Readers, Decision14WhatIsABoolean) {
  for (const std::string_view text : {"true", "T", "Yes", "y", "1", " TRUE\n"}) {
    EXPECT_EQ(read_boolean(text), true) << text;
  }
  for (const std::string_view text : {"false", "F", "nO", "n", "0"}) {
    EXPECT_EQ(read_boolean(text), false) << text;
  }
  for (const std::string_view text : {"", "2", "on", "tru", "yess", "01", "1.0"}) {
    EXPECT_FALSE(read_boolean(text)) << text;
  }
}

}  // namespace
}  // namespace tagsmith::column
