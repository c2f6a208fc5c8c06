#include "interpret/reading_internal.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/language.h"

namespace tagsmith::interpret {
namespace {

using column::TypeKind;

constexpr Unreadable kNoNumber{.why = base::marked("not a number")};
constexpr Unreadable kNoDate{.why = base::marked("not a date")};
constexpr Unreadable kNoBoolean{.why = base::marked("not a boolean")};

Reading number_of(const column::Value& cell, const column::Type& type) {
  switch (type.kind) {
    case TypeKind::kInt:
      return Number(digits_of(std::get<std::int64_t>(cell), 0));
    case TypeKind::kDecimal: {
      const auto unscaled = std::get<column::Int128>(cell);
      if (unscaled == column::kUnreadableDecimal) {
        return kNoNumber;
      }
      return Number(digits_of(unscaled, type.scale));
    }
    case TypeKind::kDouble: {
      const double number = std::get<double>(cell);
      return std::isnan(number) ? Reading(kNoNumber) : Reading(Number(number));
    }
    case TypeKind::kFloat: {
      const float number = std::get<float>(cell);
      return std::isnan(number) ? Reading(kNoNumber) : Reading(Number(number));
    }
    case TypeKind::kText: {
      auto digits = read_digits(std::get<std::string>(cell));
      return digits ? Reading(Number(*std::move(digits))) : Reading(kNoNumber);
    }
    case TypeKind::kBoolean:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTextList:
    case TypeKind::kUnusable:
      break;
  }
  TAGSMITH_ASSERT(false && "a checked number condition reads a number or a text");
  return kNoNumber;
}

// The highest number of the type is infinity, the two lowest are -infinity (SEMANTICS 23).
template <typename T>
bool is_infinite(T number) {
  using Limits = std::numeric_limits<T>;
  return number == Limits::max() || number == Limits::min() || number == Limits::min() + 1;
}

Reading date_of(const column::Value& cell, const column::Type& type, rule::Reader reader) {
  switch (type.kind) {
    case TypeKind::kDate: {
      const auto day = std::get<std::int32_t>(cell);
      return is_infinite(day) ? Reading(kNoDate) : Reading(instant_of_day(day));
    }
    case TypeKind::kTimestamp: {
      const auto micros = std::get<std::int64_t>(cell);
      return is_infinite(micros) ? Reading(kNoDate) : Reading(Instant{.micros = micros});
    }
    case TypeKind::kText: {
      const auto instant = read_instant(std::get<std::string>(cell));
      if (!instant) {
        return kNoDate;
      }
      return reader == rule::Reader::kDay ? instant->midnight() : *instant;
    }
    case TypeKind::kInt:
    case TypeKind::kDecimal:
    case TypeKind::kDouble:
    case TypeKind::kFloat:
    case TypeKind::kBoolean:
    case TypeKind::kTextList:
    case TypeKind::kUnusable:
      break;
  }
  TAGSMITH_ASSERT(false && "a checked date condition reads a date, a timestamp or a text");
  return kNoDate;
}

Reading boolean_of(const column::Value& cell, const column::Type& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return std::get<bool>(cell);
    case TypeKind::kInt: {
      const auto number = std::get<std::int64_t>(cell);
      return number == 0 || number == 1 ? Reading(number == 1) : Reading(kNoBoolean);
    }
    case TypeKind::kText: {
      const auto word = read_word(std::get<std::string>(cell));
      return word ? Reading(*word) : Reading(kNoBoolean);
    }
    case TypeKind::kDecimal:
    case TypeKind::kDouble:
    case TypeKind::kFloat:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTextList:
    case TypeKind::kUnusable:
      break;
  }
  TAGSMITH_ASSERT(false && "a checked boolean condition reads a boolean, an int or a text");
  return kNoBoolean;
}

}  // namespace

const column::Value& cell_of(const Row& row, const rule::TypedOperand& operand) {
  static const column::Value null;
  const auto found = row.find(operand.column);
  return found == row.end() ? null : found->second;
}

Reading read(const rule::TypedOperand& operand, rule::ConditionType condition, const Row& row,
             const Context& context) {
  const column::Value& cell = cell_of(row, operand);
  const column::Type& type = context.schema->type(operand.column);
  if (std::holds_alternative<std::monostate>(cell)) {
    return Null{};
  }
  switch (condition) {
    case rule::ConditionType::kNumber:
      return number_of(cell, type);
    case rule::ConditionType::kDate:
      return date_of(cell, type, operand.reader);
    case rule::ConditionType::kBoolean:
      return boolean_of(cell, type);
    case rule::ConditionType::kString:
    case rule::ConditionType::kEnum:
      return std::get<std::string>(cell);
    case rule::ConditionType::kList:
      return std::get<column::TextList>(cell);
  }
  return Null{};
}

}  // namespace tagsmith::interpret
