#include "interpret/own_readers_internal.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/assert.h"

namespace tagsmith::interpret {
namespace {

using column::Int128;

constexpr Int128 kMicrosOfDay = Int128{24} * 60 * 60 * 1'000'000;
constexpr std::string_view kDigits = "0123456789";

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  while (!text.empty() && kBlanks.find(text.front()) != std::string_view::npos) {
    text.remove_prefix(1);
  }
  while (!text.empty() && kBlanks.find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  return text;
}

bool only_digits(std::string_view text) {
  return text.find_first_not_of(kDigits) == std::string_view::npos;
}

// Takes the sign from the front of `text`, if there is one; true for a minus.
bool take_sign(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  return negative;
}

// What stands before and after the first of `separators`; nothing after when there is none.
struct Halves {
  std::string_view before;
  std::optional<std::string_view> after;
};
Halves split(std::string_view text, std::string_view separators) {
  const size_t at = text.find_first_of(separators);
  if (at == std::string_view::npos) {
    return {.before = text, .after = std::nullopt};
  }
  return {.before = text.substr(0, at), .after = text.substr(at + 1)};
}

int small_number(std::string_view digits) {
  return digits.empty() ? 0 : std::stoi(std::string(digits));
}

// The number 0.DIGITS x 10^point; `digits` neither begins nor ends with a zero.
Digits placed(bool negative, std::string digits, int point) {
  Digits number{.negative = negative};
  if (point <= 0) {
    number.fraction = std::string(static_cast<size_t>(-point), '0') + digits;
    return number;
  }
  const auto whole = static_cast<size_t>(point);
  if (digits.size() <= whole) {
    number.whole = digits.append(whole - digits.size(), '0');
    return number;
  }
  number.whole = digits.substr(0, whole);
  number.fraction = digits.substr(whole);
  return number;
}

// Every digit as '9', everything else as it is: "2025-11-22" has the shape "9999-99-99".
std::string shape_of(std::string_view text) {
  std::string shape(text);
  std::ranges::replace_if(
      shape, [](char c) { return kDigits.find(c) != std::string_view::npos; }, '9');
  return shape;
}

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<size_t>(month - 1)];
}

// Days from 0001-01-01 to the first of January of `year`.
int days_before_year(int year) {
  const int past = year - 1;
  return past * 365 + past / 4 - past / 100 + past / 400;
}

std::optional<int> day_number(int year, int month, int day) {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) {
    return std::nullopt;
  }
  int number = days_before_year(year) - days_before_year(1970) + day - 1;
  for (int earlier = 1; earlier < month; ++earlier) {
    number += days_in_month(year, earlier);
  }
  return number;
}

}  // namespace

std::string Digits::to_text() const {
  return (negative ? "-" : "") + (whole.empty() ? "0" : whole) +
         (fraction.empty() ? "" : "." + fraction);
}

double Digits::to_double() const {
  const std::string text = to_text();
  double nearest = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), nearest);
  TAGSMITH_ASSERT(error == std::errc() && end == text.data() + text.size());
  return nearest;
}

float Digits::to_float() const {
  const std::string text = to_text();
  float nearest = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), nearest);
  TAGSMITH_ASSERT(error == std::errc() && end == text.data() + text.size());
  return nearest;
}

std::strong_ordering operator<=>(const Digits& a, const Digits& b) {
  if (a.negative != b.negative) {
    return a.negative ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  // Of two positive numbers the one with more whole digits is the greater one; with as many, the
  // first digit that differs decides, and a fraction that goes on is greater than one that ended.
  const Digits& smaller_side = a.negative ? b : a;
  const Digits& greater_side = a.negative ? a : b;
  if (smaller_side.whole.size() != greater_side.whole.size()) {
    return smaller_side.whole.size() <=> greater_side.whole.size();
  }
  if (smaller_side.whole != greater_side.whole) {
    return smaller_side.whole <=> greater_side.whole;
  }
  return smaller_side.fraction <=> greater_side.fraction;
}

Digits digits_of(Int128 unscaled, int scale) {
  std::string digits;
  for (Int128 rest = unscaled; rest != 0; rest /= 10) {
    const int last = static_cast<int>(rest % 10);  // not positive below zero
    digits.insert(digits.begin(), static_cast<char>('0' + (last < 0 ? -last : last)));
  }
  const int point = static_cast<int>(digits.size()) - scale;
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits.empty() ? Digits() : placed(unscaled < 0, digits, point);
}

std::optional<Digits> read_digits(std::string_view text) {
  std::string_view rest = without_blanks(text);
  const bool negative = take_sign(rest);

  const Halves power = split(rest, "eE");
  int exponent = 0;
  if (power.after) {
    std::string_view digits = *power.after;
    const bool down = take_sign(digits);
    if (digits.empty() || digits.size() > 4 || !only_digits(digits)) {
      return std::nullopt;
    }
    exponent = down ? -small_number(digits) : small_number(digits);
  }

  const Halves point = split(power.before, ".");
  std::string digits = std::string(point.before) + std::string(point.after.value_or(""));
  if (digits.empty() || !only_digits(digits)) {
    return std::nullopt;
  }
  const size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, zeros);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.empty()) {
    return Digits();
  }

  // The number is 0.DIGITS x 10^magnitude, so its first digit stands for 10^(magnitude - 1).
  const std::int64_t magnitude =
      static_cast<std::int64_t>(point.before.size()) - static_cast<std::int64_t>(zeros) + exponent;
  if (digits.size() > 38 || magnitude - 1 < -38 || magnitude - 1 >= 38) {
    return std::nullopt;
  }
  return placed(negative, digits, static_cast<int>(magnitude));
}

Int128 Instant::day() const {
  const Int128 in_day = ((micros % kMicrosOfDay) + kMicrosOfDay) % kMicrosOfDay;
  return (micros - in_day) / kMicrosOfDay;
}

Instant Instant::midnight() const { return instant_of_day(day()); }

Instant instant_of_day(Int128 day) { return {.micros = day * kMicrosOfDay}; }

std::optional<Instant> read_instant(std::string_view text) {
  constexpr std::array<std::string_view, 9> kTimeShapes = {
      "",
      "99:99",
      "99:99:99",
      "99:99:99.9",
      "99:99:99.99",
      "99:99:99.999",
      "99:99:99.9999",
      "99:99:99.99999",
      "99:99:99.999999",
  };
  constexpr size_t kDayLength = 10;
  const std::string_view rest = without_blanks(text);
  const std::string_view day_part = rest.substr(0, kDayLength);
  std::string_view time_part = rest.substr(day_part.size());
  if (!time_part.empty()) {
    if (time_part.size() == 1 || (time_part.front() != ' ' && time_part.front() != 'T')) {
      return std::nullopt;
    }
    time_part.remove_prefix(1);
  }
  if (shape_of(day_part) != "9999-99-99" ||
      std::ranges::find(kTimeShapes, shape_of(time_part)) == kTimeShapes.end()) {
    return std::nullopt;
  }

  const auto day =
      day_number(small_number(day_part.substr(0, 4)), small_number(day_part.substr(5, 2)),
                 small_number(day_part.substr(8, 2)));
  // "10:30" is "10:30:00.000000".
  std::string time = "00:00:00.000000";
  time.replace(0, time_part.size(), time_part);
  const std::string_view full = time;
  const int hour = small_number(full.substr(0, 2));
  const int minute = small_number(full.substr(3, 2));
  const int second = small_number(full.substr(6, 2));
  if (!day || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  const Int128 seconds = (Int128{hour} * 60 + minute) * 60 + second;
  return Instant{.micros =
                     *day * kMicrosOfDay + seconds * 1'000'000 + small_number(full.substr(9, 6))};
}

std::optional<bool> read_word(std::string_view text) {
  std::string word(without_blanks(text));
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  if (word == "true" || word == "t" || word == "yes" || word == "y" || word == "1") {
    return true;
  }
  if (word == "false" || word == "f" || word == "no" || word == "n" || word == "0") {
    return false;
  }
  return std::nullopt;
}

}  // namespace tagsmith::interpret
