#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/problem.h"
#include "rule/operator.h"

namespace tagsmith::rule {

/// Where something stands in the source: a JSON pointer, or "byte 17" of the text form. Two
/// expressions are equal when they say the same, wherever they stand.
struct Place {
  std::string path;

  bool operator==(const Place&) const { return true; }
};

/// A column as it was written. Empty parts were not written.
struct ColumnName {
  std::string database;
  std::string table;
  std::string column;

  bool operator==(const ColumnName&) const = default;
};

/// How a text column is to be read: number(c), day(c), time(c), bool(c) of the text form.
enum class Reader { kNone, kNumber, kDay, kTime, kBoolean };

/// "number", "day", "time", "bool"; empty for kNone.
constexpr std::string_view name_of(Reader reader) {
  constexpr std::string_view kNames[] = {"", "number", "day", "time", "bool"};
  return kNames[static_cast<size_t>(reader)];
}

struct ColumnOperand {
  ColumnName name;
  Reader reader = Reader::kNone;
  Place place;

  bool operator==(const ColumnOperand&) const = default;
};

struct NullLiteral {
  bool operator==(const NullLiteral&) const = default;
};
struct NumberLiteral {
  std::string text;  // as written: "1e3"
  bool operator==(const NumberLiteral&) const = default;
};
struct TextLiteral {
  std::string text;
  bool operator==(const TextLiteral&) const = default;
};
struct DayLiteral {  // date '2025-11-22'
  std::string text;
  bool operator==(const DayLiteral&) const = default;
};
struct TimeLiteral {  // timestamp '2025-11-22 10:00:00'
  std::string text;
  bool operator==(const TimeLiteral&) const = default;
};
struct TodayLiteral {  // today() + offset days
  std::int32_t offset = 0;
  bool operator==(const TodayLiteral&) const = default;
};
struct UnusableLiteral {  // a JSON list or object where a scalar belongs
  std::string kind;       // "a list", "an object"
  bool operator==(const UnusableLiteral&) const = default;
};
using Literal = std::variant<NullLiteral, bool, NumberLiteral, TextLiteral, DayLiteral, TimeLiteral,
                             TodayLiteral, UnusableLiteral, ColumnOperand>;

struct Argument {
  Literal literal;
  Place place;

  bool operator==(const Argument&) const = default;
};

/// The value of a condition as written.
struct Arguments {
  enum class Form { kAbsent, kScalar, kList };
  Form form = Form::kAbsent;
  std::vector<Argument> list;  // one for kScalar
  Place place;

  bool operator==(const Arguments&) const = default;
};

/// One leaf: a column, an operator, a value.
struct Condition {
  ColumnOperand subject;
  /// The type that a JSON rule declares, kString where it declares none; nothing in the text form,
  /// where the column and the reader give it. What is allowed depends on it (SEMANTICS 8, 13).
  std::optional<ConditionType> declared;
  Operator op = Operator::kEqual;
  Arguments arguments;
  Place place;

  bool operator==(const Condition&) const = default;
};

/// has_tag('code').
struct TagTest {
  std::string code;
  Place place;

  bool operator==(const TagTest&) const = default;
};

/// A part that could not be read; the type check reports it in its place, beside what it finds
/// itself. A rule that holds one is refused.
struct Invalid {
  base::Problems problems;

  bool operator==(const Invalid&) const = default;
};

struct Expression;

/// At least two parts each.
struct And {
  std::vector<Expression> parts;
  bool operator==(const And&) const;
};
struct Or {
  std::vector<Expression> parts;
  bool operator==(const Or&) const;
};
struct Not {
  std::vector<Expression> part;  // exactly one
  bool operator==(const Not&) const;
};

/// A rule as written, in any of the three notations; plain data. What it means, and whether it
/// means anything, depends on the schema: see check().
struct Expression {
  std::variant<Condition, TagTest, Invalid, And, Or, Not> node;

  bool operator==(const Expression&) const = default;
};

inline bool And::operator==(const And&) const = default;
inline bool Or::operator==(const Or&) const = default;
inline bool Not::operator==(const Not&) const = default;

/// Limits of every rule; a breach is E_DEPTH or E_LIMIT.
inline constexpr int kNestingMax = 64;             // nested groups
inline constexpr size_t kConditionsMax = 10'000;   // leaves of one rule
inline constexpr size_t kValuesMax = 100'000;      // literals of one rule
inline constexpr size_t kRuleBytesMax = 4u << 20;  // of the source of one rule

/// The most days that a relative day lies from the as-of date (SEMANTICS 7).
inline constexpr std::int32_t kDaysMax = 36'500;

}  // namespace tagsmith::rule
