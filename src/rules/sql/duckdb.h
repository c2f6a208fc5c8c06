#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "base/result.h"
#include "column/schema.h"
#include "rule/lowered.h"

namespace tagsmith::sql {

/// A function that the SQL of this room calls, and the one statement that makes it.
struct Macro {
  std::string_view name;
  std::string_view statement;  // without a semicolon; starts with a comment that says what it does
};

/// All macros for DuckDB, each after those that it calls.
std::span<const Macro> duckdb_macros();

/// What a condition finds under which name, each as SQL.
struct ConditionNames {
  std::vector<std::string> tables;  // of the Schema, in its order: the alias, quoted if it must be
  std::string key;                  // the key, as VARCHAR
  /// The column that holds the truth of an earlier rule. Without it has_tag is E_DIALECT.
  std::function<std::string(size_t rule)> rule;
};

/// `condition` as a boolean expression for DuckDB that is TRUE, FALSE or NULL exactly where the
/// rule is TRUE, FALSE or UNKNOWN. It reads `table."column"`, where columns have the types of
/// `schema`: integers of any width for kInt, for decimal(38,0) also HUGEINT and wider, VARCHAR for
/// text (never ENUM), TIMESTAMP without zone, VARCHAR[]. It may call duckdb_macros().
///
/// Fails with E_DIALECT where DuckDB has no way to say it: a name that is empty or holds a NUL.
base::Result<std::string, base::Problems> write_condition(const rule::LoweredExpression& condition,
                                                          const column::Schema& schema,
                                                          const ConditionNames& names);

/// What a query says about one of its rules.
struct QueryRule {
  std::int32_t tag_id = 0;
  std::string label;  // a comment above the rule: its name, its text; may be empty
};

/// One SELECT, and the macros that must exist when it runs.
struct Query {
  std::vector<std::string> macros;  // one CREATE OR REPLACE MACRO each, in this order
  std::string select;               // without a semicolon

  bool operator==(const Query&) const = default;
};

/// The result of all rules for all users (SEMANTICS 1, 15, 20): user_id VARCHAR, tag_ids INTEGER[]
/// ascending, one row a user in the byte order of the ids.
///
/// `about` has one entry a rule. `relations` has one SELECT a table of `schema`, of which the
/// columns are those of the table as write_condition() wants them, and the key as VARCHAR under the
/// key's name; no key twice. Rows with a null or empty key are left out.
base::Result<Query, base::Problems> write_query(const rule::LoweredRules& rules,
                                                std::span<const QueryRule> about,
                                                const column::Schema& schema,
                                                std::span<const std::string> relations);

/// The query as a script that DuckDB's command line runs.
std::string to_text(const Query& query);

}  // namespace tagsmith::sql
