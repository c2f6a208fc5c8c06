#include "base/clock.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/interrupt.h"

namespace tagsmith::base {
namespace {

// How late an interrupt may be noticed.
constexpr std::int64_t kSliceMicros = 20'000;

template <typename SomeClock>
std::int64_t micros_of() {
  const auto since_start = SomeClock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since_start).count();
}

class SystemClock final : public Clock {
 public:
  std::int64_t utc_micros() override { return micros_of<std::chrono::system_clock>(); }

  std::int64_t steady_micros() override { return micros_of<std::chrono::steady_clock>(); }

  void sleep_micros(std::int64_t micros) override {
    const std::int64_t end = steady_micros() + micros;
    for (std::int64_t left = micros; left > 0 && !interrupted(); left = end - steady_micros()) {
      std::this_thread::sleep_for(std::chrono::microseconds(std::min(left, kSliceMicros)));
    }
  }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

}  // namespace tagsmith::base
