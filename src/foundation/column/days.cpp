#include "column/days.h"

#include <fmt/format.h>

#include <chrono>

namespace tagsmith::column {

std::optional<std::int32_t> days_from_civil(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::string day_text(std::int32_t days) {
  // The library's year has 16 bits; a cell may hold any 32-bit day. 400 years have 146097 days.
  constexpr std::int64_t kDaysPerEra = 146097;
  const std::int64_t era = days >= 0 ? days / kDaysPerEra : (days - kDaysPerEra + 1) / kDaysPerEra;
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(days - era * kDaysPerEra))};
  const std::int64_t year = static_cast<int>(date.year()) + era * 400;
  return fmt::format("{:04}-{:02}-{:02}", year, static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::int32_t day_of(std::int64_t micros) {
  const std::int64_t days = micros / kMicrosPerDay - (micros % kMicrosPerDay < 0 ? 1 : 0);
  return static_cast<std::int32_t>(days);
}

std::string timestamp_text(std::int64_t micros) {
  const std::int32_t day = day_of(micros);
  // Unsigned: near the ends of int64 the product overflows, the difference does not.
  const auto in_day = static_cast<std::int64_t>(static_cast<std::uint64_t>(micros) -
                                                static_cast<std::uint64_t>(day) *
                                                    static_cast<std::uint64_t>(kMicrosPerDay));
  const std::int64_t seconds = in_day / 1'000'000;
  std::string text = fmt::format("{} {:02}:{:02}:{:02}", day_text(day), seconds / 3600,
                                 seconds / 60 % 60, seconds % 60);
  if (const std::int64_t fraction = in_day % 1'000'000; fraction != 0) {
    text += fmt::format(".{:06}", fraction);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

}  // namespace tagsmith::column
