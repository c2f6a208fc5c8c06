#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace tagsmith::column {

inline constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

/// What systems write into a date or timestamp column for "infinity"; for "-infinity" the same with
/// a minus. Such a cell is not null and not readable (SEMANTICS 23).
inline constexpr std::int32_t kInfiniteDay = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t kInfiniteMicros = std::numeric_limits<std::int64_t>::max();

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, or nothing when the
/// calendar has no such day or the year is outside 1 ... 9999.
std::optional<std::int32_t> days_from_civil(int year, int month, int day);

/// "2025-11-22"; years outside 0 ... 9999 with as many digits as they need, and a sign.
std::string day_text(std::int32_t days);

/// "2025-11-22 10:30:00", with ".5" and up to six decimals when there is a fraction.
std::string timestamp_text(std::int64_t micros);

/// The day that a point in time lies on (floor, also before 1970).
std::int32_t day_of(std::int64_t micros);

}  // namespace tagsmith::column
