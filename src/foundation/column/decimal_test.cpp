#include "column/decimal.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "column/readers.h"

namespace tagsmith::column {
namespace {

Decimal number(std::string_view text) { return read_number(text).value(); }

TEST(Decimal, EqualNumbersAreEqualMembers) {
  EXPECT_EQ(number("1.50"), number("15e-1"));
  EXPECT_EQ(number("-0.0"), Decimal());
  EXPECT_EQ(Decimal::from_scaled(1500, 3), number("1.5"));
  EXPECT_EQ(Decimal::from_int(std::numeric_limits<std::int64_t>::min()),
            number("-9223372036854775808"));
}

TEST(Decimal, ComparesExactlyWhereDoublesAreEqual) {
  EXPECT_GT(number("1000000000.00000001"), number("1000000000"));
  EXPECT_GT(number("9007199254740993"), number("9007199254740992"));
  EXPECT_LT(number("-2"), number("-1.9999999999999999999999999999999999999"));
  EXPECT_LT(number("1e-38"), number("99999999999999999999999999999999999999"));
  EXPECT_LT(number("-1e-38"), number("0"));
}

TEST(Decimal, PrintsPlainDigitsThatReadBack) {
  for (const std::string_view text : {"0", "-0.001", "100000", "12.5", "0.1", "-7"}) {
    EXPECT_EQ(number(text).to_text(), text);
  }
  const std::string smallest = number("1e-38").to_text();
  EXPECT_EQ(read_number(smallest), number("1e-38"));
}

TEST(Decimal, RoundsToTheNearestDouble) {
  EXPECT_EQ(number("0.1").to_double(), 0.1);
  EXPECT_EQ(number("9007199254740993").to_double(), 9007199254740992.0);
  EXPECT_EQ(number("0.1").to_float(), 0.1F);
}

TEST(Decimal, ScalesByFloorAndSaysWhetherItWasExact) {
  const auto check = [](std::string_view text, int scale, std::int64_t floor, bool exact) {
    const auto scaled = scale_down(number(text), scale);
    ASSERT_TRUE(scaled) << text;
    EXPECT_TRUE(scaled->floor == floor) << text;
    EXPECT_EQ(scaled->exact, exact) << text;
  };
  check("18.555", 2, 1855, false);
  check("-18.555", 2, -1856, false);
  check("18.55", 2, 1855, true);
  check("18", 2, 1800, true);
  check("1e-38", 0, 0, false);
  check("-1e-38", 0, -1, false);
  check("0", 5, 0, true);
  EXPECT_FALSE(scale_down(number("1e37"), 2));
}

}  // namespace
}  // namespace tagsmith::column
