#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "column/schema.h"
#include "column/value.h"
#include "rule/typed.h"

namespace tagsmith::interpret {

enum class Truth { kFalse, kUnknown, kTrue };

/// The cells of one user. A column that is not there is null, as for a missing row.
using Row = std::map<column::ColumnId, column::Value>;

struct Context {
  const column::Schema* schema = nullptr;
  std::int32_t as_of = 0;  // days since 1970-01-01
  /// Whether the user has the tag with this code (has_tag is two-valued).
  std::function<bool(std::string_view)> has_tag;
};

/// The reference: what `rule` is for `row`, written from SEMANTICS.md for clarity, one row at a
/// time, sharing neither lowering nor readers with the engines. Pure.
Truth evaluate(const rule::TypedRule& rule, const Row& row, const Context& context);

/// The explanation of one node: its text, its truth, and for a leaf the value seen.
struct Explanation {
  enum class Kind { kCondition, kAnd, kOr, kNot };
  Kind kind = Kind::kCondition;
  Truth truth = Truth::kUnknown;
  std::string text;  // kCondition: canonical text
  std::string seen;  // kCondition: "user_level = 'VIP1'", "null", "no row in t"
  std::vector<Explanation> parts;

  bool operator==(const Explanation&) const = default;
};

Explanation explain(const rule::TypedRule& rule, const Row& row, const Context& context);

/// The nearest miss of a rule that is not TRUE: the fewest leaves whose truth would have to be
/// other for the rule to be TRUE, in the order of the rule; ties go to the first. Empty when it is
/// TRUE.
struct Miss {
  std::string text;    // the condition
  std::string seen;    // the value
  Truth truth;         // now
  bool wanted = true;  // what it would have to be (false below a NOT)
};
std::vector<Miss> nearest_miss(const rule::TypedRule& rule, const Row& row, const Context& context);

}  // namespace tagsmith::interpret
