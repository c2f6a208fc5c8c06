#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "column/schema.h"
#include "column/value.h"
#include "interpret/interpret.h"
#include "interpret/own_readers_internal.h"
#include "rule/typed.h"

namespace tagsmith::interpret {

struct Null {};
/// Not null, and not a value of the type that the condition asks for.
struct Unreadable {
  std::string_view why;  // "not a number"
};
/// Exact for int, decimal and text columns.
using Number = std::variant<Digits, double, float>;

/// A cell as its condition reads it.
using Reading =
    std::variant<Null, Unreadable, Number, std::string, Instant, bool, column::TextList>;

/// The cell that an operand names; null when the row does not have it.
const column::Value& cell_of(const Row& row, const rule::TypedOperand& operand);

/// Reads the cell as a condition of type `condition` does.
Reading read(const rule::TypedOperand& operand, rule::ConditionType condition, const Row& row,
             const Context& context);

}  // namespace tagsmith::interpret
