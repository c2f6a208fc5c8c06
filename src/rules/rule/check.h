#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "column/schema.h"
#include "rule/expression.h"
#include "rule/typed.h"

namespace tagsmith::rule {

struct CheckOptions {
  /// Tables that a field without a table is looked for in ("tbl" or "db.tbl"); empty: all tables.
  std::vector<std::string> search;
  /// recent_days also bounds above by the as-of date (SEMANTICS 7).
  bool upper_bound = false;
  /// The as-of date, where it is known: then a range from a relative day to a fixed one, or from a
  /// fixed one to a relative day, may not be inverted on it (SEMANTICS 17).
  std::optional<std::int32_t> as_of;
};

/// Checks a rule as a whole against the tables it may name (SEMANTICS 2, 8-18) and brings it to its
/// canonical, typed form. Fails with every problem of the rule in the order of its source, the
/// codes being those of SEMANTICS.md. has_tag codes are not resolved here: see tags_of().
base::Result<TypedRule, base::Problems> check(const Expression& expression,
                                              const column::Schema& schema,
                                              const CheckOptions& options);

}  // namespace tagsmith::rule
