#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "job/time.h"

namespace tagsmith::job {

/// What to do about runs whose time came while nobody was there to start them.
enum class Missed {
  kRunLast,  // the latest of them, once
  kRunAll,   // each, oldest first, at most kMissedMax
  kSkip,     // none that is older than kOnTime
};

/// How late a run may start and still count as on time.
inline constexpr Micros kOnTime = 5 * kMinute;
/// Missed runs that are made up for at once.
inline constexpr std::size_t kMissedMax = 100;

/// When a job runs: at each local time of `zone` whose parts are all in these sets. As in cron, a
/// day matches by its number or by its weekday where both are restricted.
struct Schedule {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days;      // of the month, from 1
  std::bitset<13> months;    // from 1
  std::bitset<7> weekdays;   // 0: Sunday
  std::string zone = "UTC";  // of the tz database
  Missed missed = Missed::kRunLast;

  bool operator==(const Schedule&) const = default;
};

/// Reads one of
///
///   hourly at :MM                        every hour
///   daily at HH:MM
///   weekly on mon[, tue ...] at HH:MM
///   cron MINUTE HOUR DAY MONTH WEEKDAY
///
/// A field of a cron line is *, N or N-M, each with /STEP where wanted, or several with commas;
/// months and weekdays have names too (jan, mon); weekdays 0 and 7 are Sunday.
///
/// kInvalidArgument (E_SCHEDULE): the text is none of these, or its day never comes (30 February).
base::Result<Schedule> parse_schedule(std::string_view text, std::string zone = "UTC");

/// The shortest of these texts, and for equal schedules the same. parse_schedule() reads it back.
std::string to_text(const Schedule& schedule);

/// The first instant after `after`, or nothing within the next forty years. A pure function of its
/// arguments and the tz database.
///
/// Where clocks change, a schedule of every hour follows the instants: each hour that passes has
/// its run, none has two. One that names hours follows the wall: a time that is skipped comes when
/// the gap ends, one that is repeated comes the first time only.
///
/// kInvalidArgument (E_SCHEDULE): the tz database has no such zone; kUnavailable: there is none.
base::Result<std::optional<Micros>> next_after(const Schedule& schedule, Micros after);

/// The runs that are due at `now` after the one at `last`.
struct Due {
  std::vector<Micros> runs;    // to be started now, oldest first
  std::uint64_t skipped = 0;   // came and are not made up for
  std::optional<Micros> next;  // the first one after `now`

  bool operator==(const Due&) const = default;
};
base::Result<Due> due(const Schedule& schedule, Micros last, Micros now);

}  // namespace tagsmith::job
