#pragma once

#include <cstdint>

namespace tagsmith::base {

/// The time, as an argument: whoever needs it is given a Clock, so that a test can stop it.
/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Microseconds since 1970-01-01 00:00:00 UTC: for what people read.
  [[nodiscard]] virtual std::int64_t utc_micros() = 0;

  /// Microseconds of a clock that is never set back: for how long something took.
  [[nodiscard]] virtual std::int64_t steady_micros() = 0;

  /// Waits; returns early when base::interrupted().
  virtual void sleep_micros(std::int64_t micros) = 0;
};

/// The clock of the machine.
Clock& system_clock();

}  // namespace tagsmith::base
