#include "rule/operator.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/words.h"

namespace tagsmith::rule {
namespace {

using enum Operator;
using enum ValueShape;

constexpr unsigned bit_of(ConditionType type) { return 1U << static_cast<unsigned>(type); }
constexpr unsigned kNumberBit = bit_of(ConditionType::kNumber);
constexpr unsigned kStringBit = bit_of(ConditionType::kString);
constexpr unsigned kDateBit = bit_of(ConditionType::kDate);
constexpr unsigned kBooleanBit = bit_of(ConditionType::kBoolean);
constexpr unsigned kListBit = bit_of(ConditionType::kList);
constexpr unsigned kOrdered = kNumberBit | kStringBit | kDateBit;
constexpr unsigned kListed = kOrdered | bit_of(ConditionType::kEnum);
constexpr unsigned kScalars = kListed | kBooleanBit;
constexpr unsigned kAll = kScalars | kListBit;

constexpr std::array kTable = {
    OperatorRow{kEqual, "=", kScalar, kScalars},
    OperatorRow{kNotEqual, "!=", kScalar, kScalars},
    OperatorRow{kGreater, ">", kScalar, kOrdered},
    OperatorRow{kLess, "<", kScalar, kOrdered},
    OperatorRow{kGreaterEqual, ">=", kScalar, kOrdered},
    OperatorRow{kLessEqual, "<=", kScalar, kOrdered},
    OperatorRow{kIn, "in", kListOrScalar, kListed},
    OperatorRow{kNotIn, "not_in", kListOrScalar, kListed},
    OperatorRow{kBelongsTo, "belongs_to", kList, kListed},
    OperatorRow{kNotBelongsTo, "not_belongs_to", kList, kListed},
    OperatorRow{kInRange, "in_range", kRange, kNumberBit | kDateBit},
    OperatorRow{kNotInRange, "not_in_range", kRange, kNumberBit | kDateBit},
    OperatorRow{kDateInRange, "date_in_range", kRange, kDateBit},
    OperatorRow{kDateNotInRange, "date_not_in_range", kRange, kDateBit},
    OperatorRow{kDateBetween, "date_between", kRange, kDateBit},
    OperatorRow{kRecentDays, "recent_days", kScalar, kDateBit},
    OperatorRow{kDaysAgo, "days_ago", kScalar, kDateBit},
    OperatorRow{kDaysAgoBetween, "days_ago_between", kRange, kDateBit},
    OperatorRow{kContains, "contains", kScalar, kStringBit},
    OperatorRow{kNotContains, "not_contains", kListOrScalar, kStringBit | kListBit},
    OperatorRow{kStartsWith, "starts_with", kScalar, kStringBit},
    OperatorRow{kEndsWith, "ends_with", kScalar, kStringBit},
    OperatorRow{kContainsAny, "contains_any", kList, kListBit},
    OperatorRow{kContainsAll, "contains_all", kList, kListBit},
    OperatorRow{kIntersects, "intersects", kList, kListBit},
    OperatorRow{kNoIntersection, "no_intersection", kList, kListBit},
    OperatorRow{kIsTrue, "is_true", kIgnored, kBooleanBit},
    OperatorRow{kIsFalse, "is_false", kIgnored, kBooleanBit},
    OperatorRow{kIsNull, "is_null", kIgnored, kAll},
    OperatorRow{kIsNotNull, "is_not_null", kIgnored, kAll},
};

constexpr bool in_order() {
  for (size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<size_t>(kTable[i].op) != i) {
      return false;
    }
  }
  return true;
}
static_assert(in_order(), "row_of() indexes the table by the enumeration");

constexpr std::array<std::pair<std::string_view, ConditionType>, 20> kTypeNames = {{
    {"number", ConditionType::kNumber},   {"int", ConditionType::kNumber},
    {"integer", ConditionType::kNumber},  {"bigint", ConditionType::kNumber},
    {"long", ConditionType::kNumber},     {"float", ConditionType::kNumber},
    {"double", ConditionType::kNumber},   {"decimal", ConditionType::kNumber},
    {"string", ConditionType::kString},   {"str", ConditionType::kString},
    {"text", ConditionType::kString},     {"varchar", ConditionType::kString},
    {"enum", ConditionType::kEnum},       {"date", ConditionType::kDate},
    {"datetime", ConditionType::kDate},   {"timestamp", ConditionType::kDate},
    {"boolean", ConditionType::kBoolean}, {"bool", ConditionType::kBoolean},
    {"list", ConditionType::kList},       {"array", ConditionType::kList},
}};

}  // namespace

std::span<const OperatorRow> operator_table() { return kTable; }

const OperatorRow& row_of(Operator op) { return kTable[static_cast<size_t>(op)]; }

std::optional<Operator> find_operator(std::string_view name) {
  const auto* row = std::ranges::find(kTable, name, &OperatorRow::name);
  return row == kTable.end() ? std::nullopt : std::optional(row->op);
}

bool has_operator(ConditionType type, Operator op) {
  return (row_of(op).types & bit_of(type)) != 0;
}

bool only_for_dates(Operator op) { return op >= kDateInRange && op <= kDaysAgoBetween; }

std::string_view name_of(ConditionType type) {
  static constexpr std::string_view kNames[] = {"number", "string",  "enum",
                                                "date",   "boolean", "list"};
  return kNames[static_cast<size_t>(type)];
}

std::vector<std::string> condition_type_names() {
  std::vector<std::string> names;
  for (const auto& [name, type] : kTypeNames) {
    names.emplace_back(name);
  }
  return names;
}

std::optional<ConditionType> find_condition_type(std::string_view name) {
  const std::string lower = base::lower(name);
  if (lower == "list<string>" || lower == "array<string>") {
    return ConditionType::kList;
  }
  for (const auto& [known, type] : kTypeNames) {
    if (known == lower) {
      return type;
    }
  }
  return std::nullopt;
}

}  // namespace tagsmith::rule
