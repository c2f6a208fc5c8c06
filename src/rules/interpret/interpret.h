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

/// Three-valued logic (SEMANTICS 3).
enum class Truth { kFalse, kUnknown, kTrue };

/// The cells of one user. A column that is not there is null: the columns of tables in which the
/// user has no row are left out, and an explanation says so.
using Row = std::map<column::ColumnId, column::Value>;

struct Context {
  const column::Schema* schema = nullptr;
  std::int32_t as_of = 0;  // days since 1970-01-01
  /// Whether the user has the tag with this code (has_tag is two-valued). Needed by rules that ask.
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
  /// kCondition: "age = 17", "level is null", "level is null (no row in shop.users)",
  /// "income = '12k' (not a number)", "income = 10, spent = 20". Empty for has_tag.
  std::string seen;
  std::vector<Explanation> parts;

  bool operator==(const Explanation&) const = default;
};

Explanation explain(const rule::TypedRule& rule, const Row& row, const Context& context);

/// The nearest miss of a rule that is not TRUE: the fewest leaves whose truth would have to be
/// other for the rule to be TRUE, in the order of the rule; ties go to the first. Leaves are
/// independent here, also those that say the same. Empty when the rule is TRUE.
struct Miss {
  std::string text;               // the condition
  std::string seen;               // as Explanation::seen
  Truth truth = Truth::kUnknown;  // now
  bool wanted = true;             // what it would have to be (false below a NOT)

  bool operator==(const Miss&) const = default;
};
std::vector<Miss> nearest_miss(const rule::TypedRule& rule, const Row& row, const Context& context);

}  // namespace tagsmith::interpret
