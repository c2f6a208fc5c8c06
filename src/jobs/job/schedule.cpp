#include "job/schedule.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <utility>

#include "base/problem.h"

namespace tagsmith::job {
namespace {

using LocalMicros = date::local_time<std::chrono::microseconds>;
using SysMicros = date::sys_time<std::chrono::microseconds>;

// Leap days of one weekday are 28 years apart, and 40 over the year 2100.
constexpr int kSearchDays = 40 * 366 + 1;

base::Error schedule_error(base::ErrorCode code, std::string message, std::string hint) {
  return {.code = code,
          .message = std::move(message),
          .symbol = "E_SCHEDULE",
          .path = {},
          .hint = std::move(hint)};
}

// A zone of the tz database; UTC needs none.
class Zone {
 public:
  static base::Result<Zone> find(const std::string& name) {
    if (name == "UTC") {
      return Zone(nullptr);
    }
    try {
      date::get_tzdb();
    } catch (const std::exception&) {
      return schedule_error(base::ErrorCode::kUnavailable, "there is no tz database here",
                            "install the package tzdata");
    }
    try {
      return Zone(date::locate_zone(name));
    } catch (const std::exception&) {
      return schedule_error(base::ErrorCode::kInvalidArgument,
                            fmt::format("there is no time zone {}", base::quote(name)),
                            "write a name like Asia/Shanghai");
    }
  }

  [[nodiscard]] LocalMicros local_at(Micros instant) const {
    const SysMicros time{std::chrono::microseconds(instant)};
    return zone_ == nullptr ? LocalMicros(time.time_since_epoch()) : zone_->to_local(time);
  }

  // The first instant that shows this time; in a gap, the instant at which it ends.
  [[nodiscard]] Micros instant_of(LocalMicros local) const {
    return zone_ == nullptr
               ? local.time_since_epoch().count()
               : zone_->to_sys(local, date::choose::earliest).time_since_epoch().count();
  }

 private:
  explicit Zone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;
};

bool matches_day(const Schedule& schedule, date::local_days day) {
  const date::year_month_day ymd{day};
  if (!schedule.months[static_cast<unsigned>(ymd.month())]) {
    return false;
  }
  const bool by_day = schedule.days[static_cast<unsigned>(ymd.day())];
  const bool by_weekday = schedule.weekdays[date::weekday(day).c_encoding()];
  const bool all_days = schedule.days.count() == 31;
  const bool both_restricted = !all_days && !schedule.weekdays.all();
  return both_restricted ? by_day || by_weekday : by_day && by_weekday;
}

// The first time of `day` whose instant comes after `after`: the wall decides.
std::optional<Micros> next_on_the_wall(const Schedule& schedule, const Zone& zone,
                                       date::local_days day, Micros after) {
  for (std::size_t hour = 0; hour < 24; ++hour) {
    for (std::size_t minute = 0; schedule.hours[hour] && minute < 60; ++minute) {
      if (!schedule.minutes[minute]) {
        continue;
      }
      const Micros instant =
          zone.instant_of(day + std::chrono::hours(hour) + std::chrono::minutes(minute));
      if (instant > after) {
        return instant;
      }
    }
  }
  return std::nullopt;
}

// The same for a schedule of every hour, minute after minute that passes.
std::optional<Micros> next_that_passes(const Schedule& schedule, const Zone& zone,
                                       date::local_days day, Micros after) {
  const Micros begin = zone.instant_of(day);
  const Micros end = zone.instant_of(day + date::days(1));
  const Micros first = after < begin ? begin : after - (after - begin) % kMinute + kMinute;
  for (Micros instant = first; instant < end; instant += kMinute) {
    const LocalMicros local = zone.local_at(instant);
    const auto minute =
        std::chrono::floor<std::chrono::minutes>(local - date::floor<date::days>(local));
    if (schedule.minutes[static_cast<std::size_t>(minute.count() % 60)]) {
      return instant;
    }
  }
  return std::nullopt;
}

std::optional<Micros> next_in_zone(const Schedule& schedule, const Zone& zone, Micros after) {
  date::local_days day = date::floor<date::days>(zone.local_at(after));
  for (int searched = 0; searched < kSearchDays; ++searched, day += date::days(1)) {
    if (!matches_day(schedule, day)) {
      continue;
    }
    const std::optional<Micros> found = schedule.hours.all()
                                            ? next_that_passes(schedule, zone, day, after)
                                            : next_on_the_wall(schedule, zone, day, after);
    if (found) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace

base::Result<std::optional<Micros>> next_after(const Schedule& schedule, Micros after) {
  const Zone zone = TAGSMITH_TRY(Zone::find(schedule.zone));
  return next_in_zone(schedule, zone, after);
}

base::Result<Due> due(const Schedule& schedule, Micros last, Micros now) {
  const Zone zone = TAGSMITH_TRY(Zone::find(schedule.zone));
  std::deque<Micros> came;  // the latest ones
  std::uint64_t count = 0;
  std::optional<Micros> next = next_in_zone(schedule, zone, last);
  for (; next && *next <= now; next = next_in_zone(schedule, zone, *next)) {
    came.push_back(*next);
    ++count;
    if (came.size() > kMissedMax) {
      came.pop_front();
    }
  }
  switch (schedule.missed) {
    case Missed::kRunLast:
      while (came.size() > 1) {
        came.pop_front();
      }
      break;
    case Missed::kRunAll:
      break;
    case Missed::kSkip:
      std::erase_if(came, [&](Micros at) { return at + kOnTime < now; });
      break;
  }
  return Due{.runs = {came.begin(), came.end()}, .skipped = count - came.size(), .next = next};
}

}  // namespace tagsmith::job
