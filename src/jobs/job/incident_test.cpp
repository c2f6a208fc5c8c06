#include "job/incident.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace tagsmith::job {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Trouble kCrashes{Cause::kCrashLoop, "4 restarts"};
const Trouble kIsHeld{Cause::kHeld, "held (rewind)"};

// A job whose troubles change: keeps what is told.
class Watch {
 public:
  void at(Micros now, const std::vector<Trouble>& troubles) {
    for (const IncidentChange& change : reconcile(open, troubles, made + 1, policy, now)) {
      if (auto key = delivery_key("orders", open, change)) {
        told.push_back(*std::move(key));
      }
      made += std::holds_alternative<incident::Opened>(change) ? 1 : 0;
      apply(open, change, now);
    }
  }

  Policy policy;
  std::vector<Incident> open;
  std::uint64_t made = 0;
  std::vector<std::string> told;
};

TEST(Incident, IsToldWhenItOpensAndWhenItIsResolved) {
  Watch watch;
  watch.at(0, {kCrashes});
  watch.at(10 * kSecond, {kCrashes});
  watch.at(20 * kSecond, {});
  watch.at(79 * kSecond, {});
  EXPECT_THAT(watch.told, ElementsAre("orders/1/opened"));
  watch.at(80 * kSecond, {});
  EXPECT_THAT(watch.told, ElementsAre("orders/1/opened", "orders/1/resolved"));
  EXPECT_THAT(watch.open, IsEmpty());
}

TEST(Incident, ACauseThatComesAndGoesIsOneIncident) {
  Watch watch;
  for (Micros now = 0; now < kHour; now += 10 * kSecond) {
    watch.at(now, now / (10 * kSecond) % 3 == 0 ? std::vector{kCrashes} : std::vector<Trouble>());
  }
  EXPECT_THAT(watch.told, ElementsAre("orders/1/opened"));
}

TEST(Incident, EachCauseHasItsOwn) {
  Watch watch;
  watch.at(0, {kCrashes});
  watch.at(1, {kCrashes, kIsHeld});
  watch.at(kHour, {kIsHeld});
  watch.at(2 * kHour, {kIsHeld});
  EXPECT_THAT(watch.told, ElementsAre("orders/1/opened", "orders/2/opened", "orders/1/resolved"));
}

TEST(Incident, AHeldJobIsToldAgainEveryDayAndNothingElseIs) {
  Watch watch;
  for (Micros now = 0; now <= 3 * kDay; now += kHour) {
    watch.at(now, {kIsHeld, kCrashes});
  }
  EXPECT_THAT(watch.told, ElementsAre("orders/1/opened", "orders/2/opened", "orders/1/repeated/1",
                                      "orders/1/repeated/2", "orders/1/repeated/3"));
}

}  // namespace
}  // namespace tagsmith::job
