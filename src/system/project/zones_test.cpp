#include "project/zones.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tagsmith::project {
namespace {

using ::testing::HasSubstr;

TEST(Zones, AZoneIsOneOfTheDatabase) {
  const std::vector<std::string> names = zone_names();
  for (const std::string zone : {"UTC", "Asia/Shanghai"}) {
    EXPECT_TRUE(check_zone(zone, names)) << zone;
  }
  for (const std::string zone : {"", "Asia", "asia/shanghai", "../UTC", "+08:00"}) {
    const base::Status status = check_zone(zone, names);
    ASSERT_FALSE(status) << zone;
    EXPECT_EQ(status.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_THAT(status.error().message, HasSubstr("no time zone"));
  }
  EXPECT_THAT(check_zone("Asia/Shangai", names).error().hint, HasSubstr("Asia/Shanghai"));
}

TEST(Zones, WithoutADatabaseThereIsUtcAlone) {
  EXPECT_TRUE(check_zone("UTC", {}));
  const base::Status status = check_zone("Asia/Shanghai", {});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(status.error().message, HasSubstr("no tz database"));
  EXPECT_THAT(status.error().hint, HasSubstr("tzdata"));
}

}  // namespace
}  // namespace tagsmith::project
