#include "sql_oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "column/column.h"
#include "sql/duckdb.h"

namespace tagsmith::differential {
namespace {

using column::ColumnData;

template <typename T>
T value_or_stop(base::Result<T> result, std::string_view what) {
  if (!result) {
    throw std::runtime_error(fmt::format("{}: {}", what, result.error().message));
  }
  return std::move(result).value();
}

// The rules that a rule asks for.
void collect_asked(const rule::LoweredExpression& rule, std::vector<size_t>& asked) {
  if (const auto* test = std::get_if<rule::LoweredRuleTest>(&rule.node)) {
    asked.insert(asked.end(), test->rules().begin(), test->rules().end());
  } else if (const auto* conjunction = std::get_if<rule::LoweredAnd>(&rule.node)) {
    std::ranges::for_each(conjunction->parts,
                          [&](const auto& part) { collect_asked(part, asked); });
  } else if (const auto* disjunction = std::get_if<rule::LoweredOr>(&rule.node)) {
    std::ranges::for_each(disjunction->parts,
                          [&](const auto& part) { collect_asked(part, asked); });
  } else if (const auto* negation = std::get_if<rule::LoweredNot>(&rule.node)) {
    collect_asked(negation->part.front(), asked);
  }
}

std::string table_name(size_t table) { return fmt::format("t{}", table); }

}  // namespace

SqlOracle::SqlOracle() : database_(value_or_stop(duckdb::Database::open(), "open DuckDB")) {
  for (const sql::Macro& macro : sql::duckdb_macros()) {
    run(std::string(macro.statement));
  }
}

void SqlOracle::run(const std::string& statement) {
  const auto result = database_->query_text(statement);
  if (!result) {
    throw std::runtime_error(result.error().message + "\nin: " + statement);
  }
}

void SqlOracle::make_tables(const RandomTables& tables) {
  run("DROP TABLE IF EXISTS users");
  ColumnData keys(tables.schema.key.type);
  ColumnData numbers({.kind = column::TypeKind::kInt, .precision = 0, .scale = 0, .foreign = {}});
  for (size_t user = 0; user < tables.users.size(); ++user) {
    keys.append(tables.users[user]);
    numbers.append(static_cast<std::int64_t>(user));
  }
  const std::vector<duckdb::TableColumn> columns = {{"user_id", keys.view()},
                                                    {"number", numbers.view()}};
  if (const auto made = database_->create_table("users", columns); !made) {
    throw std::runtime_error(made.error().message);
  }
  for (size_t t = 0; t < tables.schema.tables.size(); ++t) {
    run("DROP TABLE IF EXISTS " + table_name(t));
    std::vector<ColumnData> data{ColumnData(tables.schema.key.type)};
    for (const column::Column& column : tables.schema.tables[t].columns) {
      data.emplace_back(column.type);
    }
    for (const size_t user : tables.users_of_table[t]) {
      data[0].append(tables.users[user]);
      for (size_t c = 0; c + 1 < data.size(); ++c) {
        data[c + 1].append(tables.rows[user].at({.table = t, .column = c}));
      }
    }
    std::vector<duckdb::TableColumn> views{{"user_id", data[0].view()}};
    for (size_t c = 0; c + 1 < data.size(); ++c) {
      views.push_back({tables.schema.tables[t].columns[c].name, data[c + 1].view()});
    }
    if (const auto made = database_->create_table(table_name(t), views); !made) {
      throw std::runtime_error(made.error().message);
    }
  }
}

std::vector<std::vector<SqlTruth>> SqlOracle::evaluate(const rule::LoweredRules& rules,
                                                       const RandomTables& tables) {
  make_tables(tables);
  std::vector<size_t> stage(rules.size(), 0);
  size_t stages = 1;
  for (size_t r = 0; r < rules.size(); ++r) {
    std::vector<size_t> asked;
    collect_asked(rules[r], asked);
    for (const size_t other : asked) {
      stage[r] = std::max(stage[r], stage[other] + 1);
    }
    stages = std::max(stages, stage[r] + 1);
  }

  sql::ConditionNames names{.tables = {}, .key = "users.user_id", .rule = [&](size_t rule) {
                              return fmt::format("stage{}.r{}", stage[rule], rule);
                            }};
  std::string from = " FROM users";
  for (size_t t = 0; t < tables.schema.tables.size(); ++t) {
    names.tables.push_back(table_name(t));
    from += fmt::format(" LEFT JOIN {0} ON {0}.user_id = users.user_id", table_name(t));
  }

  std::vector<std::vector<SqlTruth>> truth(
      rules.size(), std::vector<SqlTruth>(tables.users.size(), SqlTruth::kRefused));
  conditions_.assign(rules.size(), "");
  for (size_t s = 0; s < stages; ++s) {
    std::string columns = "SELECT users.user_id, users.number";
    std::vector<size_t> written;
    for (size_t r = 0; r < rules.size(); ++r) {
      if (stage[r] != s) {
        continue;
      }
      const auto condition = sql::write_condition(rules[r], tables.schema, names);
      if (!condition) {
        conditions_[r] = condition.error().front().message;
        continue;
      }
      conditions_[r] = *condition;
      columns += fmt::format(",\n  ({})::BOOLEAN AS r{}", *condition, r);
      written.push_back(r);
    }
    run(fmt::format("CREATE OR REPLACE TABLE stage{} AS {}{}", s, columns, from));
    from += fmt::format(" LEFT JOIN stage{0} ON stage{0}.user_id = users.user_id", s);

    std::string select = "SELECT number";
    for (const size_t r : written) {
      select += fmt::format(", r{}", r);
    }
    const auto rows = value_or_stop(
        database_->query_text(fmt::format("{} FROM stage{} ORDER BY number", select, s)), select);
    if (rows.size() != tables.users.size()) {
      throw std::runtime_error(
          fmt::format("{} rows for {} users", rows.size(), tables.users.size()));
    }
    for (size_t user = 0; user < rows.size(); ++user) {
      for (size_t i = 0; i < written.size(); ++i) {
        const auto& cell = rows[user][i + 1];
        truth[written[i]][user] = !cell             ? SqlTruth::kUnknown
                                  : *cell == "true" ? SqlTruth::kTrue
                                                    : SqlTruth::kFalse;
      }
    }
  }
  return truth;
}

std::vector<std::string> SqlOracle::tag_lists(const rule::LoweredRules& rules,
                                              const RandomTables& tables) {
  make_tables(tables);
  std::vector<sql::QueryRule> about;
  for (size_t r = 0; r < rules.size(); ++r) {
    about.push_back({.tag_id = static_cast<std::int32_t>(r + 1), .label = {}});
  }
  std::vector<std::string> relations;
  for (size_t t = 0; t < tables.schema.tables.size(); ++t) {
    relations.push_back("SELECT * FROM " + table_name(t));
  }
  const auto query = sql::write_query(rules, about, tables.schema, relations);
  if (!query) {
    throw std::runtime_error(query.error().front().message);
  }
  for (const std::string& macro : query->macros) {
    run(macro);
  }
  const auto rows = value_or_stop(database_->query_text(query->select), query->select);
  std::vector<std::string> lists;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i >= tables.users.size() || rows[i][0] != tables.users[i]) {
      throw std::runtime_error(
          "the users of the query are not those of the tables, in the order of their bytes");
    }
    lists.push_back(rows[i][1].value_or("null"));
  }
  return lists;
}

}  // namespace tagsmith::differential
