#include "column/days.h"

#include <gtest/gtest.h>

#include <limits>

namespace tagsmith::column {
namespace {

TEST(Days, KnowTheCalendar) {
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(days_from_civil(2000, 2, 29), 11016);
  EXPECT_FALSE(days_from_civil(1900, 2, 29));
  EXPECT_FALSE(days_from_civil(2025, 2, 29));
  EXPECT_FALSE(days_from_civil(0, 1, 1));
  EXPECT_FALSE(days_from_civil(10000, 1, 1));
  EXPECT_EQ(days_from_civil(1, 1, 1), -719162);
}

TEST(Days, PrintTheDayThatTheyWereMadeFrom) {
  EXPECT_EQ(day_text(0), "1970-01-01");
  EXPECT_EQ(day_text(-719162), "0001-01-01");
  EXPECT_EQ(day_text(*days_from_civil(9999, 12, 31)), "9999-12-31");
  EXPECT_FALSE(day_text(std::numeric_limits<std::int32_t>::max()).empty());
}

TEST(Days, ATimeBefore1970LiesOnTheEarlierDay) {
  EXPECT_EQ(day_of(-1), -1);
  EXPECT_EQ(day_of(kMicrosPerDay - 1), 0);
  EXPECT_EQ(day_of(kMicrosPerDay), 1);
  EXPECT_EQ(timestamp_text(-1), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(timestamp_text(36'000'500'000), "1970-01-01 10:00:00.5");
  EXPECT_FALSE(timestamp_text(std::numeric_limits<std::int64_t>::min()).empty());
}

}  // namespace
}  // namespace tagsmith::column
