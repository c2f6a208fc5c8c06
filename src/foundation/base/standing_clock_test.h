#pragma once

#include <cstdint>

#include "base/clock.h"

namespace tagsmith::base {

/// Stands still for what is written, and passes for who waits: what a process writes does not say
/// how often it had to try. Not thread-safe.
class StandingClock final : public Clock {
 public:
  explicit StandingClock(std::int64_t utc_micros) : utc_(utc_micros) {}
  std::int64_t utc_micros() override { return utc_; }
  std::int64_t steady_micros() override { return steady_; }
  void sleep_micros(std::int64_t micros) override { steady_ += micros; }

 private:
  std::int64_t utc_;
  std::int64_t steady_ = 0;
};

}  // namespace tagsmith::base
