#include "base/clock.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "base/interrupt.h"
#include "base/manual_clock_test.h"

namespace tagsmith::base {
namespace {

constexpr std::int64_t kMilli = 1'000;
constexpr std::int64_t kSecond = 1'000'000;

TEST(Clock, SleepsAtLeastAsLongAsAsked) {
  Clock& clock = system_clock();
  const std::int64_t start = clock.steady_micros();
  clock.sleep_micros(30 * kMilli);
  EXPECT_GE(clock.steady_micros() - start, 30 * kMilli);
}

TEST(Clock, CountsMicrosecondsSince1970) {
  constexpr std::int64_t k2020 = 1'577'836'800 * kSecond;
  constexpr std::int64_t k2200 = 7'258'118'400 * kSecond;
  EXPECT_GT(system_clock().utc_micros(), k2020);
  EXPECT_LT(system_clock().utc_micros(), k2200);
}

TEST(ManualClock, StandsStillButForWhatItIsTold) {
  ManualClock clock(5 * kSecond);
  EXPECT_EQ(clock.utc_micros(), 5 * kSecond);
  EXPECT_EQ(clock.steady_micros(), 0);
  clock.sleep_micros(2 * kSecond);
  clock.advance(kSecond);
  EXPECT_EQ(clock.utc_micros(), 8 * kSecond);
  EXPECT_EQ(clock.steady_micros(), 3 * kSecond);
  EXPECT_EQ(clock.slept_micros(), 2 * kSecond);
}

// In a process of its own: an interrupt that came is never forgotten.
TEST(ClockDeathTest, AnInterruptEndsASleep) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    SCOPED_TRACE(signal);
    EXPECT_EXIT(
        {
          std::signal(SIGHUP, SIG_DFL);  // whatever the test was started by
          catch_interrupts();
          std::thread interrupter([signal] {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            std::raise(signal);
          });
          const std::int64_t start = system_clock().steady_micros();
          system_clock().sleep_micros(60 * kSecond);
          interrupter.join();
          std::_Exit(system_clock().steady_micros() - start < 30 * kSecond ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
  }
}

TEST(ClockDeathTest, AnIgnoredHangUpStaysIgnored) {
  EXPECT_EXIT(
      {
        std::signal(SIGHUP, SIG_IGN);
        catch_interrupts();
        std::raise(SIGHUP);
        std::_Exit(interrupted() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tagsmith::base
