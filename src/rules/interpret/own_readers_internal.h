#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "column/int128.h"

namespace tagsmith::interpret {

/// An exact number as the digits that a person would write. No leading zero in `whole`, no trailing
/// zero in `fraction`; zero has neither digits nor a sign. So equal numbers are equal members.
struct Digits {
  bool negative = false;
  std::string whole;
  std::string fraction;

  /// "-0.001", "100000".
  [[nodiscard]] std::string to_text() const;
  /// The nearest double / float.
  [[nodiscard]] double to_double() const;
  [[nodiscard]] float to_float() const;

  bool operator==(const Digits&) const = default;
};
std::strong_ordering operator<=>(const Digits& a, const Digits& b);

/// The digits of an integer divided by 10^scale.
Digits digits_of(column::Int128 unscaled, int scale);

/// A number by SEMANTICS 5; nothing when `text` is none.
std::optional<Digits> read_digits(std::string_view text);

/// Microseconds since 1970-01-01T00:00. Wider than 64 bits: a date column may hold any 32-bit day.
struct Instant {
  column::Int128 micros = 0;

  [[nodiscard]] column::Int128 day() const;  // since 1970-01-01
  [[nodiscard]] Instant midnight() const;    // of its day

  auto operator<=>(const Instant&) const = default;
};
Instant instant_of_day(column::Int128 day);

/// A date by SEMANTICS 6, a day being its midnight; nothing when `text` is none.
std::optional<Instant> read_instant(std::string_view text);

/// A boolean word by SEMANTICS 14.
std::optional<bool> read_word(std::string_view text);

}  // namespace tagsmith::interpret
