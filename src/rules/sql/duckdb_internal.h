#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "column/schema.h"
#include "rule/lowered.h"

namespace tagsmith::sql::internal {

/// `name` as an identifier; a name that DuckDB cannot have is added to the problems.
std::string quote_name(std::string_view name, base::Problems& problems);

/// `text` as an expression of type VARCHAR.
std::string quote_text(std::string_view text);

/// One of the constants of a leaf over `source`, whose column has `type`, as an expression of the
/// type that reading() gives.
std::string constant(const rule::LoweredConstant& value, const rule::LoweredSource& source,
                     const column::Type& type);

/// What `source` reads in `cell`: an expression that is NULL where the cell is null or cannot be
/// read. It is `cell` itself where all cells can. Numbers of texts become their order keys (see the
/// macro tagsmith_number).
///
/// The domain may be another than the column's own, for comparisons of two columns: kDouble,
/// kNumberText and kMicros of everything that a rule may compare as such.
std::string reading(const rule::LoweredSource& source, const column::Type& type,
                    const std::string& cell);

/// Where a condition finds what it reads.
struct Names {
  std::function<std::string(column::ColumnId)> cell;
  std::function<std::string(const rule::LoweredSource&)> reading;
  std::function<std::string(size_t rule)> rule;
};

/// Writes conditions; what cannot be written is added to the problems.
class ConditionWriter {
 public:
  ConditionWriter(const column::Schema& schema, Names names, base::Problems& problems)
      : schema_(schema), names_(std::move(names)), problems_(problems) {}

  /// Lines after the first are indented by at least `indent`.
  std::string write(const rule::LoweredExpression& condition, size_t indent);

 private:
  std::string write_node(const rule::LoweredLeaf& leaf, size_t indent);
  std::string write_node(const rule::LoweredComparison& comparison, size_t indent);
  std::string write_node(const rule::LoweredRuleTest& test, size_t indent);
  std::string write_node(const rule::LoweredAnd& conjunction, size_t indent);
  std::string write_node(const rule::LoweredOr& disjunction, size_t indent);
  std::string write_node(const rule::LoweredNot& negation, size_t indent);
  std::string write_parts(const std::vector<rule::LoweredExpression>& parts, std::string_view word,
                          size_t indent);
  std::string constants(const rule::LoweredLeaf& leaf, size_t indent);

  const column::Schema& schema_;
  Names names_;
  base::Problems& problems_;
};

}  // namespace tagsmith::sql::internal
