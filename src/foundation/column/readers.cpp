#include "column/readers.h"

#include <algorithm>
#include <array>

#include "base/words.h"
#include "column/days.h"

namespace tagsmith::column {
namespace {

// Reads a text from left to right; every step either takes something or leaves the position.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ == text_.size(); }
  bool next_is_digit() const { return !at_end() && base::is_digit(text_[position_]); }

  bool take(char c) {
    if (at_end() || text_[position_] != c) {
      return false;
    }
    ++position_;
    return true;
  }
  bool take_any(std::string_view choices) {
    if (at_end() || choices.find(text_[position_]) == std::string_view::npos) {
      return false;
    }
    ++position_;
    return true;
  }

  std::string_view take_digits() {
    const size_t start = position_;
    while (next_is_digit()) {
      ++position_;
    }
    return text_.substr(start, position_ - start);
  }

  // Exactly `width` digits as a number, or nothing.
  std::optional<int> take_number(size_t width) {
    if (text_.size() - position_ < width) {
      return std::nullopt;
    }
    int value = 0;
    for (size_t i = 0; i < width; ++i, ++position_) {
      if (!next_is_digit()) {
        return std::nullopt;
      }
      value = value * 10 + (text_[position_] - '0');
    }
    return value;
  }

 private:
  std::string_view text_;
  size_t position_ = 0;
};

// "HH:MM", "HH:MM:SS" or "HH:MM:SS.ffffff" to the end of the text, in microseconds.
std::optional<std::int64_t> take_time(Scanner& scanner) {
  const auto hour = scanner.take_number(2);
  if (!hour || *hour > 23 || !scanner.take(':')) {
    return std::nullopt;
  }
  const auto minute = scanner.take_number(2);
  if (!minute || *minute > 59) {
    return std::nullopt;
  }
  std::int64_t micros = (*hour * 60 + *minute) * std::int64_t{60'000'000};
  if (scanner.take(':')) {
    const auto second = scanner.take_number(2);
    if (!second || *second > 59) {
      return std::nullopt;
    }
    micros += *second * std::int64_t{1'000'000};
    if (scanner.take('.')) {
      const std::string_view fraction = scanner.take_digits();
      if (fraction.empty() || fraction.size() > 6) {
        return std::nullopt;
      }
      std::int64_t unit = 100'000;
      for (const char digit : fraction) {
        micros += (digit - '0') * unit;
        unit /= 10;
      }
    }
  }
  return scanner.at_end() ? std::optional(micros) : std::nullopt;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_word) {
  return std::equal(text.begin(), text.end(), lower_word.begin(), lower_word.end(),
                    [](char a, char b) { return base::lower(a) == b; });
}

}  // namespace

std::string_view trim_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) {
    return {};
  }
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

std::optional<Decimal> read_number(std::string_view text) {
  Scanner scanner(trim_blanks(text));
  const bool negative = scanner.take('-');
  if (!negative) {
    scanner.take('+');
  }
  const std::string_view whole = scanner.take_digits();
  const std::string_view fraction = scanner.take('.') ? scanner.take_digits() : std::string_view();
  if (whole.empty() && fraction.empty()) {
    return std::nullopt;
  }
  int exponent = 0;
  if (scanner.take_any("eE")) {
    const bool down = scanner.take('-');
    if (!down) {
      scanner.take('+');
    }
    const std::string_view power = scanner.take_digits();
    if (power.empty() || power.size() > 4) {
      return std::nullopt;
    }
    for (const char digit : power) {
      exponent = exponent * 10 + (digit - '0');
    }
    exponent = down ? -exponent : exponent;
  }
  if (!scanner.at_end()) {
    return std::nullopt;
  }

  // Significant digits: without leading zeros, and trailing zeros move into the exponent.
  constexpr int kCoefficientDigitsMax = 38;
  UInt128 coefficient = 0;
  int digits = 0;          // of the coefficient
  std::int64_t zeros = 0;  // seen after the last non-zero digit, not yet in the coefficient
  for (const std::string_view part : {whole, fraction}) {
    for (const char c : part) {
      if (c == '0') {
        zeros += digits > 0 ? 1 : 0;
        continue;
      }
      if (digits + zeros + 1 > kCoefficientDigitsMax) {
        return std::nullopt;
      }
      const int shift = static_cast<int>(zeros) + 1;
      coefficient = coefficient * power_of_ten(shift) + static_cast<UInt128>(c - '0');
      digits += shift;
      zeros = 0;
    }
  }
  if (coefficient == 0) {
    return Decimal();
  }
  const std::int64_t scale =
      std::int64_t{exponent} - static_cast<std::int64_t>(fraction.size()) + zeros;
  const std::int64_t magnitude = scale + digits;  // 10^(magnitude-1) <= |x| < 10^magnitude
  if (magnitude > kCoefficientDigitsMax || magnitude - 1 < -kCoefficientDigitsMax) {
    return std::nullopt;
  }
  return Decimal::from_parts(negative, coefficient, static_cast<int>(scale));
}

std::optional<Moment> read_moment(std::string_view text) {
  Scanner scanner(trim_blanks(text));
  const auto year = scanner.take_number(4);
  if (!year || !scanner.take('-')) {
    return std::nullopt;
  }
  const auto month = scanner.take_number(2);
  if (!month || !scanner.take('-')) {
    return std::nullopt;
  }
  const auto day = scanner.take_number(2);
  const auto days = day ? days_from_civil(*year, *month, *day) : std::nullopt;
  if (!days) {
    return std::nullopt;
  }
  const std::int64_t midnight = *days * kMicrosPerDay;
  if (scanner.at_end()) {
    return Moment{.micros = midnight, .is_day = true};
  }
  if (!scanner.take_any(" T")) {
    return std::nullopt;
  }
  const auto time = take_time(scanner);
  if (!time) {
    return std::nullopt;
  }
  return Moment{.micros = midnight + *time, .is_day = false};
}

std::optional<bool> read_boolean(std::string_view text) {
  const std::string_view word = trim_blanks(text);
  for (const std::string_view yes : {"true", "t", "yes", "y", "1"}) {
    if (equals_ignoring_case(word, yes)) {
      return true;
    }
  }
  for (const std::string_view no : {"false", "f", "no", "n", "0"}) {
    if (equals_ignoring_case(word, no)) {
      return false;
    }
  }
  return std::nullopt;
}

}  // namespace tagsmith::column
