#pragma once

#include <cstdint>

namespace tagsmith::job {

/// Microseconds: a span, or a point in time since 1970-01-01 00:00:00 UTC where the name ends in
/// `_at`, `until` or `after`. Times that a platform told are the platform's; all others are the
/// supervisor's, whose clock never goes back: not within a life, and not below what it stored. It
/// runs with the steady clock of its host; hosts that take over from each other agree within five
/// seconds, which the margins of the waits allow for.
using Micros = std::int64_t;

inline constexpr Micros kSecond = 1'000'000;
inline constexpr Micros kMinute = 60 * kSecond;
inline constexpr Micros kHour = 60 * kMinute;
inline constexpr Micros kDay = 24 * kHour;

}  // namespace tagsmith::job
