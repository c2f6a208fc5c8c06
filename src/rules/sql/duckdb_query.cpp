#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/assert.h"
#include "base/words.h"
#include "sql/duckdb.h"
#include "sql/duckdb_internal.h"

namespace tagsmith::sql {
namespace {

using column::ColumnId;
using internal::quote_name;
using rule::Domain;
using rule::LoweredExpression;
using rule::LoweredSource;

constexpr size_t kIndent = 4;  // of a condition in its SELECT

/// Gives out names that are different to DuckDB, which ignores the case of ASCII letters.
class Namer {
 public:
  std::string take(const std::string& wanted) {
    std::string name = wanted;
    for (int number = 2; !taken_.insert(base::lower(name)).second; ++number) {
      name = fmt::format("{} {}", wanted, number);
    }
    return name;
  }

 private:
  std::set<std::string> taken_;
};

std::string_view reading_word(Domain domain) {
  switch (domain) {
    case Domain::kNumberText:
    case Domain::kDecimal:
    case Domain::kInt:
      return "number";
    case Domain::kDouble:
      return "double";
    case Domain::kFloat:
      return "float";
    case Domain::kText:
    case Domain::kTextList:
      return "text";
    case Domain::kBoolean:
      return "bool";
    case Domain::kDay:
      return "day";
    case Domain::kMicros:
      return "time";
  }
  TAGSMITH_ASSERT(false && "no such domain");
}

/// The rules that `condition` asks for with has_tag.
void collect_rules(const LoweredExpression& condition, std::vector<size_t>& rules) {
  const auto collect_parts = [&](const std::vector<LoweredExpression>& parts) {
    for (const LoweredExpression& part : parts) {
      collect_rules(part, rules);
    }
  };
  if (const auto* test = std::get_if<rule::LoweredRuleTest>(&condition.node)) {
    rules.insert(rules.end(), test->rules().begin(), test->rules().end());
  } else if (const auto* conjunction = std::get_if<rule::LoweredAnd>(&condition.node)) {
    collect_parts(conjunction->parts);
  } else if (const auto* disjunction = std::get_if<rule::LoweredOr>(&condition.node)) {
    collect_parts(disjunction->parts);
  } else if (const auto* negation = std::get_if<rule::LoweredNot>(&condition.node)) {
    collect_parts(negation->part);
  }
}

/// The rules by stage: a rule stands in the first stage after all that it asks for.
std::vector<std::vector<size_t>> stages_of(const rule::LoweredRules& rules) {
  std::vector<std::vector<size_t>> stages;
  std::vector<size_t> stage_of(rules.size(), 0);
  for (size_t i = 0; i < rules.size(); ++i) {
    std::vector<size_t> needed;
    collect_rules(rules[i], needed);
    for (const size_t earlier : needed) {
      TAGSMITH_ASSERT(earlier < i);
      stage_of[i] = std::max(stage_of[i], stage_of[earlier] + 1);
    }
    if (stages.size() <= stage_of[i]) {
      stages.resize(stage_of[i] + 1);
    }
    stages[stage_of[i]].push_back(i);
  }
  return stages;
}

/// Text that goes into a comment to the end of its line.
std::string on_one_line(std::string text) {
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' '; }, ' ');
  return text;
}

/// Writes one query: first the conditions, which collect the cells that they read, then all around
/// them.
class QueryWriter {
 public:
  QueryWriter(const rule::LoweredRules& rules, std::span<const QueryRule> about,
              const column::Schema& schema)
      : rules_(rules),
        about_(about),
        schema_(schema),
        conditions_(schema,
                    {.cell = [this](ColumnId id) { return cell(id); },
                     .reading = [this](const LoweredSource& source) { return reading(source); },
                     .rule = [this](size_t rule) { return rule_name(rule); }},
                    problems_) {
    for (const column::TableSchema& table : schema.tables) {
      const auto namesakes =
          std::ranges::count(schema.tables, table.name, &column::TableSchema::name);
      table_names_.push_back(quote_name(
          query_names_.take(namesakes == 1 ? table.name : table.full_name()), problems_));
    }
    all_users_ = quote_name(query_names_.take("all_users"), problems_);
    key_ = quote_name(schema.key.name, problems_);
    TAGSMITH_ASSERT(column_names_.take("user_id") == "user_id");
  }

  base::Result<Query, base::Problems> write(std::span<const std::string> relations) {
    const std::vector<std::vector<size_t>> stages = stages_of(rules_);
    std::vector<std::string> rule_stages;
    for (const std::vector<size_t>& stage : stages) {
      rule_stages.push_back(write_stage(stage));
    }

    std::vector<std::string> steps = tables_and_users(relations);
    std::string last = quote_name(query_names_.take("cells"), problems_);
    steps.push_back(fmt::format("-- What the rules read, one row a user.\n{} AS (\n{}\n)", last,
                                write_cells()));
    std::string_view comment = "What each rule is: TRUE, FALSE or NULL for unknown.";
    for (const std::string& stage : rule_stages) {
      const std::string name = quote_name(query_names_.take("truths"), problems_);
      steps.push_back(
          fmt::format("-- {}\n{} AS (\n  SELECT *,\n{}\n  FROM {}\n)", comment, name, stage, last));
      comment = "The rules that ask for those above.";
      last = name;
    }
    if (!problems_.empty()) {
      // A name is quoted in many places.
      base::Problems once;
      for (const base::Problem& problem : problems_) {
        if (std::ranges::find(once, problem) == once.end()) {
          once.push_back(problem);
        }
      }
      return once;
    }
    return Query{.macros = macros_used(rule_stages),
                 .select = fmt::format("WITH\n{}\n{}\nFROM {}\nORDER BY \"user_id\" ASC",
                                       fmt::join(steps, ",\n"), write_result(), last)};
  }

 private:
  /// A column of `cells` that holds `sql`; the same for the same SQL.
  std::string column_of(const std::string& sql, const std::string& wanted) {
    const auto found = columns_.find(sql);
    if (found != columns_.end()) {
      return found->second;
    }
    const std::string name = quote_name(column_names_.take(wanted), problems_);
    columns_.emplace(sql, name);
    selected_.push_back(fmt::format("{} AS {}", sql, name));
    return name;
  }

  /// The cell as an expression over the joined tables.
  std::string joined_cell(ColumnId id) {
    tables_read_.insert(id.table);
    return fmt::format("{}.{}", table_names_[id.table],
                       quote_name(schema_.column(id).name, problems_));
  }

  std::string cell(ColumnId id) {
    if (id.table == column::kKeyTable) {
      return "\"user_id\"";
    }
    return column_of(joined_cell(id), schema_.display_name(id));
  }

  std::string reading(const LoweredSource& source) {
    if (source.column.table == column::kKeyTable) {
      const std::string key = all_users_ + ".\"user_id\"";
      const std::string sql = internal::reading(source, schema_.key.type, key);
      return sql == key ? cell(source.column) : column_of(sql, reading_name(source));
    }
    const std::string raw = joined_cell(source.column);
    const std::string sql = internal::reading(source, schema_.type(source.column), raw);
    return sql == raw ? cell(source.column) : column_of(sql, reading_name(source));
  }

  std::string reading_name(const LoweredSource& source) const {
    return fmt::format("{}({})", reading_word(source.domain), schema_.display_name(source.column));
  }

  std::string rule_name(size_t rule) {
    const auto found = rule_names_.find(rule);
    if (found != rule_names_.end()) {
      return found->second;
    }
    return rule_names_
        .emplace(rule, quote_name(column_names_.take(fmt::format("rule_{}", rule + 1)), problems_))
        .first->second;
  }

  std::string write_stage(const std::vector<size_t>& rules) {
    std::vector<std::string> columns;
    for (const size_t rule : rules) {
      const std::string label = on_one_line(about_[rule].label);
      const std::string comment =
          fmt::format("    -- tag {}{}{}\n", about_[rule].tag_id, label.empty() ? "" : ": ", label);
      const std::string condition = conditions_.write(rules_[rule], kIndent);
      columns.push_back(
          fmt::format("{}{:{}}{} AS {}", comment, "", kIndent, condition, rule_name(rule)));
    }
    return fmt::format("{}", fmt::join(columns, ",\n"));
  }

  std::vector<std::string> tables_and_users(std::span<const std::string> relations) const {
    std::vector<std::string> steps;
    std::vector<std::string> keys;
    for (size_t i = 0; i < relations.size(); ++i) {
      steps.push_back(fmt::format("{} AS (\n{}\n)", table_names_[i], relations[i]));
      const std::string twice =
          "E_DATA_DUPLICATE: table " + schema_.tables[i].full_name() + " has more than one row of ";
      keys.push_back(
          fmt::format("  SELECT CASE count(*) WHEN 1 THEN {0} ELSE error({2} || {0}) END "
                      "AS \"user_id\"\n  FROM {1} WHERE {0} <> '' GROUP BY {0}",
                      key_, table_names_[i], internal::quote_text(twice)));
    }
    steps.push_back(
        fmt::format("-- Everybody who stands in any table, once in each.\n{} AS (\n{}\n)",
                    all_users_, fmt::join(keys, "\n  UNION\n")));
    return steps;
  }

  std::string write_cells() const {
    std::string text = fmt::format("  SELECT {}.\"user_id\"", all_users_);
    for (const std::string& column : selected_) {
      text += ",\n    " + column;
    }
    text += "\n  FROM " + all_users_;
    for (const size_t table : tables_read_) {
      text += fmt::format("\n  LEFT JOIN {0} ON {0}.{1} = {2}.\"user_id\"", table_names_[table],
                          key_, all_users_);
    }
    return text;
  }

  std::string write_result() const {
    std::map<std::int32_t, std::vector<std::string>> rules_of_tag;
    for (size_t i = 0; i < rules_.size(); ++i) {
      rules_of_tag[about_[i].tag_id].push_back(rule_names_.at(i));
    }
    std::vector<std::string> tags;
    for (const auto& [tag, names] : rules_of_tag) {
      tags.push_back(fmt::format("    CASE WHEN {} THEN {} END", fmt::join(names, " OR "), tag));
    }
    if (tags.empty()) {
      return "SELECT \"user_id\", CAST([] AS INTEGER[]) AS \"tag_ids\"";
    }
    return fmt::format(
        "SELECT\n  \"user_id\",\n  list_filter([\n{}\n  ], lambda tag: tag IS NOT NULL) AS "
        "\"tag_ids\"",
        fmt::join(tags, ",\n"));
  }

  /// The macros that are called, directly or by another.
  std::vector<std::string> macros_used(const std::vector<std::string>& stages) const {
    std::string text = fmt::format("{}{}", fmt::join(selected_, ""), fmt::join(stages, ""));
    std::vector<std::string> used;
    const std::span<const Macro> all = duckdb_macros();
    for (auto macro = all.rbegin(); macro != all.rend(); ++macro) {
      if (text.find(fmt::format("{}(", macro->name)) != std::string::npos) {
        used.insert(used.begin(), std::string(macro->statement));
        text += macro->statement;
      }
    }
    return used;
  }

  const rule::LoweredRules& rules_;
  std::span<const QueryRule> about_;
  const column::Schema& schema_;
  base::Problems problems_;
  internal::ConditionWriter conditions_;

  Namer query_names_;   // what WITH defines
  Namer column_names_;  // the columns of cells, and of the rules after them
  std::vector<std::string> table_names_;
  std::string all_users_;
  std::string key_;
  std::set<size_t> tables_read_;
  std::vector<std::string> selected_;           // columns of cells
  std::map<std::string, std::string> columns_;  // SQL over the tables: name in cells
  std::map<size_t, std::string> rule_names_;
};

}  // namespace

base::Result<Query, base::Problems> write_query(const rule::LoweredRules& rules,
                                                std::span<const QueryRule> about,
                                                const column::Schema& schema,
                                                std::span<const std::string> relations) {
  TAGSMITH_ASSERT(about.size() == rules.size());
  TAGSMITH_ASSERT(relations.size() == schema.tables.size() && !relations.empty());
  return QueryWriter(rules, about, schema).write(relations);
}

std::string to_text(const Query& query) {
  std::string text;
  for (const std::string& macro : query.macros) {
    text += macro + ";\n\n";
  }
  return text + query.select + ";\n";
}

}  // namespace tagsmith::sql
