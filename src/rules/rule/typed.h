#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "column/decimal.h"
#include "column/readers.h"
#include "column/schema.h"
#include "rule/expression.h"

namespace tagsmith::rule {

/// What a checked condition asks. Synonyms are gone: belongs_to is kIn, intersects is kHasAny,
/// is_true is kEqual with true, recent_days is a comparison with today().
enum class Test {
  kIsNull,
  kIsNotNull,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kNotIn,
  kBetween,
  kNotBetween,
  kContains,
  kStartsWith,
  kEndsWith,
  kHasAny,
  kHasAll,
  kHasNone,
};

/// A date literal: the grain decides how a cell is compared with it (SEMANTICS 6).
struct MomentLiteral {
  bool relative = false;  // today() + offset_days, a day
  std::int32_t offset_days = 0;
  column::Moment at;  // when not relative

  bool operator==(const MomentLiteral&) const = default;
};

using Constant = std::variant<column::Decimal, std::string, MomentLiteral, bool>;

struct TypedOperand {
  column::ColumnId column;
  /// kNumber, kDay, kTime: only on text columns; kBoolean: on text and int columns. A condition
  /// whose type is not kString on a text column always has one, so the printed rule shows it.
  Reader reader = Reader::kNone;

  bool operator==(const TypedOperand&) const = default;
};

/// A leaf with its columns found and its literals read.
///
/// type: kNumber, kString, kDate, kBoolean or kList (never kEnum). constants: none for the null
/// tests and for column against column, two for the between tests (not inverted), one or more for
/// kIn, kNotIn, kHasAny, kHasAll, kHasNone, else one; of the alternative that the type names.
struct TypedCondition {
  Test test = Test::kIsNull;
  ConditionType type = ConditionType::kString;
  TypedOperand subject;
  std::vector<Constant> constants;
  std::optional<TypedOperand> other;  // column against column; test is one of the six comparisons

  bool operator==(const TypedCondition&) const = default;
};

struct TypedTagTest {
  std::string code;

  bool operator==(const TypedTagTest&) const = default;
};

struct TypedExpression;

struct TypedAnd {
  std::vector<TypedExpression> parts;  // at least two
  bool operator==(const TypedAnd&) const;
};
struct TypedOr {
  std::vector<TypedExpression> parts;  // at least two
  bool operator==(const TypedOr&) const;
};
struct TypedNot {
  std::vector<TypedExpression> part;  // exactly one
  bool operator==(const TypedNot&) const;
};

/// A rule that passed check(): every name found, every type right, every literal read.
struct TypedExpression {
  std::variant<TypedCondition, TypedTagTest, TypedAnd, TypedOr, TypedNot> node;

  bool operator==(const TypedExpression&) const = default;
};

inline bool TypedAnd::operator==(const TypedAnd&) const = default;
inline bool TypedOr::operator==(const TypedOr&) const = default;
inline bool TypedNot::operator==(const TypedNot&) const = default;

using TypedRule = TypedExpression;

/// The columns that a rule reads, sorted, without repetition.
std::vector<column::ColumnId> columns_of(const TypedRule& rule);

/// The codes of the tags that a rule asks for with has_tag, sorted, without repetition.
std::vector<std::string> tags_of(const TypedRule& rule);

}  // namespace tagsmith::rule
