#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tagsmith::rule {

/// The operators of both JSON forms; the text form uses a part of them ("between" is kInRange,
/// has_any is kContainsAny, has_none is kNoIntersection). Synonyms stay apart here because an error
/// names what was written; the type check makes them one.
enum class Operator {
  kEqual,
  kNotEqual,
  kGreater,
  kLess,
  kGreaterEqual,
  kLessEqual,
  kIn,
  kNotIn,
  kBelongsTo,
  kNotBelongsTo,
  kInRange,
  kNotInRange,
  kDateInRange,
  kDateNotInRange,
  kDateBetween,
  kRecentDays,
  kDaysAgo,
  kDaysAgoBetween,
  kContains,
  kNotContains,
  kStartsWith,
  kEndsWith,
  kContainsAny,
  kContainsAll,
  kIntersects,
  kNoIntersection,
  kIsTrue,
  kIsFalse,
  kIsNull,
  kIsNotNull,
};

/// The type of a condition (SEMANTICS 8). The text form declares none.
enum class ConditionType { kNumber, kString, kEnum, kDate, kBoolean, kList };

/// What the value of an operator looks like (SEMANTICS 10, 11, 12, 16, 17).
enum class ValueShape {
  kIgnored,       // is_null, is_true, ...
  kScalar,        // one value
  kList,          // a list of at least one
  kListOrScalar,  // in, not_in; not_contains
  kRange,         // a list of exactly two
};

/// One row a JSON name; SEMANTICS 9 as a table. The only place that knows which operators exist.
struct OperatorRow {
  Operator op;
  std::string_view name;  // in JSON: "in_range"
  ValueShape shape;
  unsigned types;  // bit 1 << ConditionType for each type that has it
};

/// All rows, in the order of the enumeration.
std::span<const OperatorRow> operator_table();
const OperatorRow& row_of(Operator op);

/// By the exact, lower-case JSON name; nothing for an unknown one.
std::optional<Operator> find_operator(std::string_view name);

bool has_operator(ConditionType type, Operator op);

/// True for the operators that make a string condition a date condition (SEMANTICS 8a).
bool only_for_dates(Operator op);

/// "number", "string", "enum", "date", "boolean", "list".
std::string_view name_of(ConditionType type);

/// The names of SEMANTICS 8 but list<string> and array<string>.
std::vector<std::string> condition_type_names();

/// By any of the names of SEMANTICS 8, in any letter case; nothing for an unknown one.
std::optional<ConditionType> find_condition_type(std::string_view name);

}  // namespace tagsmith::rule
