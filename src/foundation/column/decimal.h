#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "column/int128.h"

namespace tagsmith::column {

/// An exact decimal number: (-1)^negative x coefficient x 10^exponent (SEMANTICS 5).
///
/// Normalised: the coefficient has no trailing zero and at most 38 digits; zero is coefficient 0,
/// exponent 0, not negative. So equal numbers are equal members.
class Decimal {
 public:
  Decimal() = default;  // zero
  static Decimal from_int(std::int64_t value);

  /// `unscaled` x 10^-scale; |unscaled| < 10^38.
  static Decimal from_scaled(Int128 unscaled, int scale);

  /// coefficient x 10^exponent; coefficient < 10^38.
  static Decimal from_parts(bool negative, UInt128 coefficient, int exponent);

  [[nodiscard]] bool negative() const { return negative_; }
  [[nodiscard]] UInt128 coefficient() const { return coefficient_; }
  [[nodiscard]] int exponent() const { return exponent_; }
  [[nodiscard]] bool is_zero() const { return coefficient_ == 0; }

  /// Plain digits, no exponent: "-0.001", "100000". At most 77 characters.
  [[nodiscard]] std::string to_text() const;

  /// The nearest double / float (ties to even), rounded once from the exact value.
  [[nodiscard]] double to_double() const;
  [[nodiscard]] float to_float() const;

  bool operator==(const Decimal&) const = default;

 private:
  bool negative_ = false;
  UInt128 coefficient_ = 0;
  int exponent_ = 0;
};

/// Exact, by value.
std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);

/// The number of decimal digits of `value`; 0 for 0.
int digit_count(UInt128 value);

/// 10^n for 0 <= n <= 38.
UInt128 power_of_ten(int n);

/// Decimal digits of a 128-bit integer.
std::string to_text(Int128 value);

/// `number` at `scale` as an integer: floor(number x 10^scale), and whether that was exact.
/// Nothing when the result is outside +-10^38.
struct Scaled {
  Int128 floor = 0;
  bool exact = true;
};
std::optional<Scaled> scale_down(const Decimal& number, int scale);

}  // namespace tagsmith::column
