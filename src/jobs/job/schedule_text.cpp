#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <span>
#include <utility>

#include "base/problem.h"
#include "base/words.h"
#include "job/schedule.h"

namespace tagsmith::job {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed",
                                                       "thu", "fri", "sat"};
constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
// The most that a month has: 29 February comes.
constexpr std::array<std::size_t, 13> kDaysMax = {0,  31, 29, 31, 30, 31, 30,
                                                  31, 31, 30, 31, 30, 31};

base::Error refused(std::string message) {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = std::move(message),
          .symbol = "E_SCHEDULE",
          .path = {},
          .hint =
              "write 'hourly at :15', 'daily at 02:00', 'weekly on mon at 02:00' or "
              "'cron 0 2 * * *'"};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

// What stands between `separators`, which are never part of a word; no word is empty.
std::vector<std::string_view> words_of(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) {
      return words;
    }
    text.remove_prefix(begin);
    const std::size_t end = text.find_first_of(separators);
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end, text.size()));
  }
}

// One or two digits.
std::optional<std::size_t> small_number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole =
      error == std::errc() && end == text.data() + text.size() && text.size() <= 2;
  return is_whole ? std::optional(number) : std::nullopt;
}

// What one field of a cron line may hold.
struct Field {
  std::string_view name;
  std::size_t least;
  std::size_t most;
  std::span<const std::string_view> names = {};  // the first one stands for `least`
};

constexpr Field kMinuteField{"minute", 0, 59};
constexpr Field kHourField{"hour", 0, 23};
constexpr Field kDayField{"day", 1, 31};
constexpr Field kMonthField{"month", 1, 12, kMonths};
constexpr Field kWeekdayField{"weekday", 0, 7, kWeekdays};

base::Result<std::size_t> value_of(const Field& field, std::string_view text) {
  const auto named = std::ranges::find(field.names, base::lower(text));
  if (named != field.names.end()) {
    return field.least + static_cast<std::size_t>(named - field.names.begin());
  }
  const std::optional<std::size_t> number = small_number(text);
  if (!number || *number < field.least || *number > field.most) {
    return refused(fmt::format("{} {} is not within {} to {}", field.name, base::quote(text),
                               field.least, field.most));
  }
  return *number;
}

// N, N-M, *, each with /STEP.
base::Result<std::vector<std::size_t>> values_of_part(const Field& field, std::string_view part) {
  const std::size_t slash = part.find('/');
  const std::string_view range = part.substr(0, slash);
  std::size_t step = 1;
  if (slash != std::string_view::npos) {
    step = small_number(part.substr(slash + 1)).value_or(0);
    if (step == 0) {
      return refused(
          fmt::format("the step of {} {} is no number from 1", field.name, base::quote(part)));
    }
  }
  std::size_t first = field.least;
  std::size_t last = field.most;
  if (range != "*") {
    const std::size_t dash = range.find('-');
    first = TAGSMITH_TRY(value_of(field, range.substr(0, dash)));
    last = slash == std::string_view::npos ? first : field.most;  // N/STEP goes to the end
    if (dash != std::string_view::npos) {
      last = TAGSMITH_TRY(value_of(field, range.substr(dash + 1)));
    }
    if (first > last) {
      return refused(fmt::format("{} {} runs backwards", field.name, base::quote(part)));
    }
  }
  std::vector<std::size_t> values;
  for (std::size_t value = first; value <= last; value += step) {
    values.push_back(value);
  }
  return values;
}

base::Result<std::vector<std::size_t>> values_of(const Field& field, std::string_view text) {
  std::vector<std::size_t> values;
  for (const std::string_view part : split(text, ',')) {
    const std::vector<std::size_t> more = TAGSMITH_TRY(values_of_part(field, part));
    values.insert(values.end(), more.begin(), more.end());
  }
  return values;
}

template <std::size_t Size>
std::bitset<Size> set_of(const std::vector<std::size_t>& values) {
  std::bitset<Size> set;
  for (const std::size_t value : values) {
    set.set(value % Size);  // weekday 7 is 0
  }
  return set;
}

template <std::size_t Size>
std::bitset<Size> range_of(std::size_t first, std::size_t last) {
  std::bitset<Size> set;
  for (std::size_t value = first; value <= last; ++value) {
    set.set(value);
  }
  return set;
}

Schedule every_minute(std::string zone) {
  return {.minutes = range_of<60>(0, 59),
          .hours = range_of<24>(0, 23),
          .days = range_of<32>(1, 31),
          .months = range_of<13>(1, 12),
          .weekdays = range_of<7>(0, 6),
          .zone = std::move(zone)};
}

// Some month of the schedule has some day of it, or a weekday does.
bool comes(const Schedule& schedule) {
  if (!schedule.weekdays.all()) {
    return true;
  }
  for (std::size_t month = 1; month <= 12; ++month) {
    for (std::size_t day = 1; schedule.months[month] && day <= kDaysMax[month]; ++day) {
      if (schedule.days[day]) {
        return true;
      }
    }
  }
  return false;
}

base::Result<Schedule> parse_cron(std::span<const std::string_view> fields, std::string zone) {
  if (fields.size() != 5) {
    return refused(fmt::format("a cron line has five fields, this one {}", fields.size()));
  }
  Schedule schedule;
  schedule.minutes = set_of<60>(TAGSMITH_TRY(values_of(kMinuteField, fields[0])));
  schedule.hours = set_of<24>(TAGSMITH_TRY(values_of(kHourField, fields[1])));
  schedule.days = set_of<32>(TAGSMITH_TRY(values_of(kDayField, fields[2])));
  schedule.months = set_of<13>(TAGSMITH_TRY(values_of(kMonthField, fields[3])));
  schedule.weekdays = set_of<7>(TAGSMITH_TRY(values_of(kWeekdayField, fields[4])));
  schedule.zone = std::move(zone);
  if (!comes(schedule)) {
    return refused("no month of this schedule has such a day");
  }
  return schedule;
}

// "at :MM" or "at HH:MM", the last two words; an hourly schedule has no hour.
base::Status parse_time(std::span<const std::string_view> words, bool with_hour,
                        Schedule& schedule) {
  const std::string_view time = words.empty() ? "" : words.back();
  const std::size_t colon = time.find(':');
  const std::string_view minute = colon == std::string_view::npos ? "" : time.substr(colon + 1);
  if (words.size() != 2 || words.front() != "at" || minute.size() != 2 ||
      (colon == 0) == with_hour) {
    return refused(fmt::format("where is 'at {}'?", with_hour ? "HH:MM" : ":MM"));
  }
  schedule.minutes.reset().set(TAGSMITH_TRY(value_of(kMinuteField, minute)));
  if (with_hour) {
    schedule.hours.reset().set(TAGSMITH_TRY(value_of(kHourField, time.substr(0, colon))));
  }
  return {};
}

base::Result<Schedule> parse_weekly(std::span<const std::string_view> words, Schedule schedule) {
  const auto at = std::ranges::find(words, "at");
  const auto day_count = static_cast<std::size_t>(at - words.begin());
  if (day_count < 2 || words.front() != "on") {
    return refused("where is 'on mon'?");
  }
  schedule.weekdays.reset();
  for (const std::string_view day : words.subspan(1, day_count - 1)) {
    if (std::ranges::find(kWeekdays, base::lower(day)) == kWeekdays.end()) {
      return refused(fmt::format("{} is no weekday (mon, tue ... sun)", base::quote(day)));
    }
    schedule.weekdays.set(TAGSMITH_TRY(value_of(kWeekdayField, day)));
  }
  TAGSMITH_TRY(parse_time(words.subspan(day_count), true, schedule));
  return schedule;
}

template <std::size_t Size>
std::string field_text(const std::bitset<Size>& set, const Field& field) {
  const std::size_t most = std::min(field.most, Size - 1);
  std::string text;
  std::size_t count = 0;
  for (std::size_t value = field.least; value <= most; ++value) {
    if (!set[value]) {
      continue;
    }
    std::size_t last = value;
    while (last < most && set[last + 1]) {
      ++last;
    }
    text += text.empty() ? "" : ",";
    text += last == value ? fmt::format("{}", value) : fmt::format("{}-{}", value, last);
    count += last - value + 1;
    value = last;
  }
  return count == most - field.least + 1 ? "*" : text;
}

template <std::size_t Size>
std::size_t first_of(const std::bitset<Size>& set) {
  std::size_t value = 0;
  while (!set[value]) {
    ++value;
  }
  return value;
}

std::string weekday_list(const std::bitset<7>& weekdays) {
  std::vector<std::string_view> names;
  for (std::size_t from_monday = 0; from_monday < 7; ++from_monday) {
    const std::size_t day = (from_monday + 1) % 7;
    if (weekdays[day]) {
      names.push_back(kWeekdays.at(day));
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

base::Result<Schedule> parse_schedule(std::string_view text, std::string zone) {
  const std::vector<std::string_view> words = words_of(text, " \t");
  const std::string_view kind = words.empty() ? "" : words.front();
  if (kind == "cron") {
    return parse_cron(std::span(words).subspan(1), std::move(zone));
  }
  Schedule schedule = every_minute(std::move(zone));
  if (kind == "hourly" || kind == "daily") {
    TAGSMITH_TRY(parse_time(std::span(words).subspan(1), kind == "daily", schedule));
    return schedule;
  }
  if (kind == "weekly") {
    const std::vector<std::string_view> parts = words_of(text, " \t,");
    return parse_weekly(std::span(parts).subspan(1), std::move(schedule));
  }
  return refused(fmt::format("{} is no schedule", base::quote(text)));
}

std::string to_text(const Schedule& schedule) {
  const bool every_date = schedule.days.count() == 31 && schedule.months.count() == 12;
  if (every_date && schedule.minutes.count() == 1) {
    const std::size_t minute = first_of(schedule.minutes);
    if (schedule.hours.all() && schedule.weekdays.all()) {
      return fmt::format("hourly at :{:02}", minute);
    }
    if (schedule.hours.count() == 1) {
      const std::string at = fmt::format("at {:02}:{:02}", first_of(schedule.hours), minute);
      return schedule.weekdays.all()
                 ? "daily " + at
                 : fmt::format("weekly on {} {}", weekday_list(schedule.weekdays), at);
    }
  }
  return fmt::format("cron {} {} {} {} {}", field_text(schedule.minutes, kMinuteField),
                     field_text(schedule.hours, kHourField), field_text(schedule.days, kDayField),
                     field_text(schedule.months, kMonthField),
                     field_text(schedule.weekdays, kWeekdayField));
}

}  // namespace tagsmith::job
