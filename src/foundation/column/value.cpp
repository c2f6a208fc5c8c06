#include "column/value.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "base/words.h"
#include "column/days.h"
#include "column/decimal.h"

namespace tagsmith::column {
namespace {

// One number is left below that for -infinity; it is no day either.
template <typename T>
std::string finite_or_infinity(T value, T infinite, std::string (*text)(T)) {
  return value >= infinite ? "infinity" : value <= -infinite ? "-infinity" : text(value);
}

std::string decimal_text(Int128 unscaled, int scale) {
  if (unscaled == kUnreadableDecimal) {
    return "(more than 38 digits)";
  }
  std::string text = Decimal::from_scaled(unscaled, scale).to_text();
  // A scale of 2 shows two decimals: 12.50.
  const size_t point = text.find('.');
  const size_t decimals = point == std::string::npos ? 0 : text.size() - point - 1;
  if (point == std::string::npos && scale > 0) {
    text += '.';
  }
  return text.append(static_cast<size_t>(scale) - decimals, '0');
}

}  // namespace

std::string to_text(const Value& value, const Type& type) {
  if (std::holds_alternative<std::monostate>(value)) {
    return "null";
  }
  switch (type.kind) {
    case TypeKind::kInt:
      return std::to_string(std::get<std::int64_t>(value));
    case TypeKind::kDecimal:
      return decimal_text(std::get<Int128>(value), type.scale);
    case TypeKind::kDouble:
      return fmt::format("{}", std::get<double>(value));
    case TypeKind::kFloat:
      return fmt::format("{}", std::get<float>(value));
    case TypeKind::kText:
      return base::in_quotes(std::get<std::string>(value), '\'');
    case TypeKind::kBoolean:
      return std::get<bool>(value) ? "true" : "false";
    case TypeKind::kDate:
      return finite_or_infinity(std::get<std::int32_t>(value), kInfiniteDay, day_text);
    case TypeKind::kTimestamp:
      return finite_or_infinity(std::get<std::int64_t>(value), kInfiniteMicros, timestamp_text);
    case TypeKind::kTextList: {
      std::string out;
      for (const std::optional<std::string>& element : std::get<TextList>(value)) {
        out += (out.empty() ? "" : ", ") + (element ? base::in_quotes(*element, '\'') : "null");
      }
      return "[" + out + "]";
    }
    case TypeKind::kUnusable:
      break;
  }
  return "(unusable)";
}

}  // namespace tagsmith::column
