#pragma once

#include <cstdint>
#include <mutex>

#include "base/clock.h"

namespace tagsmith::base {

/// A clock for tests: it stands still but for sleep_micros(), which returns at once, and advance().
/// Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t utc_micros = 0) : utc_at_start_(utc_micros) {}

  std::int64_t utc_micros() override {
    const std::lock_guard lock(mutex_);
    return utc_at_start_ + passed_;
  }

  std::int64_t steady_micros() override {
    const std::lock_guard lock(mutex_);
    return passed_;
  }

  void sleep_micros(std::int64_t micros) override {
    advance(micros);
    const std::lock_guard lock(mutex_);
    slept_ += micros;
  }

  void advance(std::int64_t micros) {
    const std::lock_guard lock(mutex_);
    passed_ += micros;
  }

  /// What all calls of sleep_micros() waited together.
  [[nodiscard]] std::int64_t slept_micros() {
    const std::lock_guard lock(mutex_);
    return slept_;
  }

 private:
  std::mutex mutex_;
  const std::int64_t utc_at_start_;
  std::int64_t passed_ = 0;
  std::int64_t slept_ = 0;
};

}  // namespace tagsmith::base
