#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "column/schema.h"
#include "rule/expression.h"
#include "rule/names_internal.h"
#include "rule/typed.h"

namespace tagsmith::rule {

/// A condition whose column, type and operator are known and belong together: only then is its
/// value looked at.
struct ValueContext {
  const Condition& condition;
  const column::Schema& schema;
  column::ColumnId column;
  ConditionType type = ConditionType::kString;  // never kEnum
  std::optional<std::int32_t> as_of;            // of CheckOptions

  [[nodiscard]] bool json() const { return condition.declared.has_value(); }
  /// What messages start with.
  [[nodiscard]] std::string subject() const { return described(schema, column); }
};

/// Reads the value of a condition by its type (SEMANTICS 5, 6, 7, 10, 11, 12, 14, 16, 17); all
/// problems of the value. The bounds of a range come in order: days_ago_between [a, b] gives
/// today()-b, today()-a. The shape is checked before the elements:
///
///   E_VALUE_MISSING  there is no value
///   E_VALUE_NULL     null, alone or in a list
///   E_VALUE_TYPE     one value that the type cannot read, an object and a list in a list always
///   E_VALUE_COUNT    a list for one value, one value for a list, a range of other than two bounds
///   E_VALUE_EMPTY    a list of none where any number would do; an empty text to search for
///   E_RANGE_ORDER    an inverted range
base::Result<std::vector<Constant>, base::Problems> read_value(const ValueContext& context);

/// The column that the value of a condition refers to (SEMANTICS 13): in the text form as parsed,
/// in JSON where a number is compared with a text that is an identifier.
std::optional<ColumnOperand> reference_of(const ValueContext& context);

/// How the condition's notation calls an operator: "in_range", or "between" in the text form.
std::string operator_text(const Condition& condition);

}  // namespace tagsmith::rule
