#include "column/decimal.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/assert.h"

namespace tagsmith::column {
namespace {

constexpr int kDigitsMax = 38;

constexpr std::array<UInt128, kDigitsMax + 1> kPowers = [] {
  std::array<UInt128, kDigitsMax + 1> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) {
    powers[i] = powers[i - 1] * 10;
  }
  return powers;
}();

std::string digits_of(UInt128 value) {
  std::string reversed;
  do {
    reversed += static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

// |a| against |b|, neither zero.
std::strong_ordering compare_magnitudes(const Decimal& a, const Decimal& b) {
  const int digits_a = digit_count(a.coefficient());
  const int digits_b = digit_count(b.coefficient());
  if (const auto order = digits_a + a.exponent() <=> digits_b + b.exponent(); order != 0) {
    return order;
  }
  // The leading digits stand at one place: bring both to 38 digits and compare.
  return a.coefficient() * power_of_ten(kDigitsMax - digits_a) <=>
         b.coefficient() * power_of_ten(kDigitsMax - digits_b);
}

}  // namespace

int digit_count(UInt128 value) {
  return static_cast<int>(std::upper_bound(kPowers.begin(), kPowers.end(), value) -
                          kPowers.begin());
}

UInt128 power_of_ten(int n) {
  TAGSMITH_ASSERT(n >= 0 && n <= kDigitsMax);
  return kPowers[static_cast<size_t>(n)];
}

std::string to_text(Int128 value) {
  const bool negative = value < 0;
  const UInt128 magnitude =
      negative ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
  return (negative ? "-" : "") + digits_of(magnitude);
}

Decimal Decimal::from_parts(bool negative, UInt128 coefficient, int exponent) {
  TAGSMITH_ASSERT(coefficient < power_of_ten(kDigitsMax));
  Decimal number;
  if (coefficient == 0) {
    return number;
  }
  while (coefficient % 10 == 0) {
    coefficient /= 10;
    ++exponent;
  }
  number.negative_ = negative;
  number.coefficient_ = coefficient;
  number.exponent_ = exponent;
  return number;
}

Decimal Decimal::from_scaled(Int128 unscaled, int scale) {
  const bool negative = unscaled < 0;
  return from_parts(
      negative,
      negative ? UInt128{0} - static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled),
      -scale);
}

Decimal Decimal::from_int(std::int64_t value) { return from_scaled(value, 0); }

std::string Decimal::to_text() const {
  std::string digits = digits_of(coefficient_);
  if (exponent_ >= 0) {
    digits.append(static_cast<size_t>(exponent_), '0');
  } else {
    const auto fraction = static_cast<size_t>(-exponent_);
    if (digits.size() <= fraction) {
      digits.insert(0, fraction - digits.size() + 1, '0');
    }
    digits.insert(digits.size() - fraction, ".");
  }
  return (negative_ ? "-" : "") + digits;
}

// strtod and strtof of glibc round correctly from the exact decimal text.
double Decimal::to_double() const { return std::strtod(to_text().c_str(), nullptr); }
float Decimal::to_float() const { return std::strtof(to_text().c_str(), nullptr); }

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const int sign_a = a.is_zero() ? 0 : a.negative() ? -1 : 1;
  const int sign_b = b.is_zero() ? 0 : b.negative() ? -1 : 1;
  if (sign_a != sign_b || sign_a == 0) {
    return sign_a <=> sign_b;
  }
  return sign_a > 0 ? compare_magnitudes(a, b) : compare_magnitudes(b, a);
}

std::optional<Scaled> scale_down(const Decimal& number, int scale) {
  TAGSMITH_ASSERT(scale >= 0 && scale <= kDigitsMax);
  const int shift = number.exponent() + scale;
  if (number.is_zero()) {
    return Scaled{};
  }
  if (digit_count(number.coefficient()) + shift > kDigitsMax) {
    return std::nullopt;
  }
  UInt128 magnitude = 0;
  bool exact = true;
  if (shift >= 0) {
    magnitude = number.coefficient() * power_of_ten(shift);
  } else if (-shift <= kDigitsMax) {
    magnitude = number.coefficient() / power_of_ten(-shift);
    exact = number.coefficient() % power_of_ten(-shift) == 0;
  } else {
    exact = false;
  }
  Scaled scaled{.floor = static_cast<Int128>(magnitude), .exact = exact};
  if (number.negative()) {
    scaled.floor = -scaled.floor - (exact ? 0 : 1);
  }
  return scaled;
}

}  // namespace tagsmith::column
