#include "lease/heartbeat.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "lease/fake_lease_store_test.h"

namespace tagsmith::lease {
namespace {

constexpr std::int64_t kMilli = 1'000;

// Whether `condition` comes true within ten seconds.
template <typename Condition>
bool soon(Condition condition) {
  for (int tries = 0; tries < 10'000; ++tries) {
    if (condition()) {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

TEST(Heartbeat, BeatsUntilItIsDestroyed) {
  FakeLeaseStore store;
  const Fence fence = store.take("publish", "a", 0).value();
  std::uint64_t beats = 0;
  {
    const Heartbeat heartbeat(fence, [&](const Fence& it) { return store.beat(it); }, kMilli);
    EXPECT_TRUE(soon([&] { return store.read("publish")->beats >= 3; }));
    EXPECT_FALSE(heartbeat.lost());
  }
  beats = store.read("publish")->beats;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(store.read("publish")->beats, beats);
}

TEST(Heartbeat, StopsAtOnceThoughItsPeriodIsLong) {
  const auto start = std::chrono::steady_clock::now();
  {
    const Heartbeat heartbeat(Fence{}, [](const Fence&) { return base::Status(); });
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(Heartbeat, NoticesATakeover) {
  FakeLeaseStore store;
  const Fence fence = store.take("publish", "a", 0).value();
  const Heartbeat heartbeat(fence, [&](const Fence& it) { return store.beat(it); }, kMilli);
  ASSERT_TRUE(store.take("publish", "b", fence.epoch));
  EXPECT_TRUE(soon([&] { return heartbeat.lost(); }));
}

TEST(Heartbeat, GoesOnAfterAFailureOfTheWorld) {
  std::atomic<int> beats{0};
  const Heartbeat heartbeat(
      Fence{},
      [&](const Fence&) {
        return ++beats < 3 ? base::Status(base::unavailable("no route")) : base::Status();
      },
      kMilli);
  EXPECT_TRUE(soon([&] { return beats.load() >= 5; }));
  EXPECT_FALSE(heartbeat.lost());
}

}  // namespace
}  // namespace tagsmith::lease
