#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "column/schema.h"
#include "column/value.h"
#include "rule/operator.h"

namespace tagsmith::differential {

/// Users with cells in a few tables; a user without a row in a table has no cell of it.
struct RandomTables {
  column::Schema schema;
  std::int32_t as_of = 0;
  std::vector<std::string> users;                               // sorted by bytes
  std::vector<std::map<column::ColumnId, column::Value>> rows;  // by user; no entry: no row
  std::vector<std::vector<size_t>> users_of_table;              // who has a row
};

/// Random tables and rules, the same for the same seed. Cells come from pools of awkward values:
/// both sides of every threshold, the first and last microsecond of a day, leap days, NaN and -0.0,
/// integers beyond 2^53, numbers of 38 digits, unreadable texts, quotes, % and _, null elements.
class RandomCase {
 public:
  explicit RandomCase(std::uint64_t seed) : random_(seed) {}

  RandomTables tables(size_t user_count);

  /// A comparison of two columns of dates or of texts, in the text form.
  std::string comparison();

  /// A JSON rule over the tables, of the grammar of V2 or flat. `depth` groups at most, 0: one
  /// condition, or a comparison(); half of its literals lie on or one step from a value in the
  /// data. Most are accepted; some are not.
  std::string rule(const RandomTables& tables, int depth);

  /// A uniformly random number below `bound`.
  size_t below(size_t bound);

 private:
  bool chance(int percent) { return below(100) < static_cast<size_t>(percent); }
  template <typename T>
  const T& pick(const std::vector<T>& pool) {
    return pool[below(pool.size())];
  }

  column::Value frequent_cell(const column::Column& column);
  column::Value cell(const column::Column& column, std::int32_t as_of);
  std::string condition(const RandomTables& tables, column::ColumnId column);
  std::string group(const RandomTables& tables, int depth);
  std::string literal(const RandomTables& tables, column::ColumnId column,
                      rule::ConditionType type);
  std::string list(const RandomTables& tables, column::ColumnId column, rule::ConditionType type);
  std::string range(const RandomTables& tables, column::ColumnId column, rule::ConditionType type);
  std::string value(const RandomTables& tables, column::ColumnId column, rule::ConditionType type,
                    const rule::OperatorRow& row);
  std::string number_literal(const column::Type& type, const column::Value& near);
  std::string date_literal(const RandomTables& tables, const column::Value& near);
  std::string text_literal(const column::Value& near);
  column::Value cell_near(const RandomTables& tables, column::ColumnId column);
  column::ColumnId any_column(const RandomTables& tables);

  std::mt19937_64 random_;
};

}  // namespace tagsmith::differential
