#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/duckdb/database.h"
#include "random_case.h"
#include "rule/lowered.h"

namespace tagsmith::differential {

enum class SqlTruth { kFalse, kUnknown, kTrue, kRefused };

/// Evaluates lowered rules as generated SQL in a real DuckDB, over tables that hold exactly the
/// cells of the case.
class SqlOracle {
 public:
  SqlOracle();

  /// [rule][user]. A rule that asks for others is evaluated in a later statement than those.
  std::vector<std::vector<SqlTruth>> evaluate(const rule::LoweredRules& rules,
                                              const RandomTables& tables);

  /// The tags of every user by the one query that write_query() makes of all rules; rule r is tag r
  /// + 1. Users in the order of the tables.
  std::vector<std::string> tag_lists(const rule::LoweredRules& rules, const RandomTables& tables);

  /// The SQL of a rule of the last evaluate(), for messages.
  const std::string& condition_text(size_t rule) const { return conditions_[rule]; }

 private:
  void make_tables(const RandomTables& tables);
  void run(const std::string& statement);

  std::unique_ptr<duckdb::Database> database_;
  std::vector<std::string> conditions_;
};

}  // namespace tagsmith::differential
