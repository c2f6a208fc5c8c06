// Random rules over random rows through every way of evaluating them: the reference interpreter,
// the engine, DuckDB SQL. One (rule, row) is a case; the number of cases comes from
// TAGSMITH_DIFFERENTIAL_CASES. A disagreement prints the rule, the row and the seed that repeats
// it.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/program.h"
#include "evaluate_codes.h"
#include "interpret/interpret.h"
#include "random_case.h"
#include "rule/check.h"
#include "rule/lowered.h"
#include "rule/parser.h"
#include "rule/printer.h"
#include "sql_oracle.h"

namespace tagsmith::differential {
namespace {

using interpret::Truth;
using rule::ConditionType;
using rule::LoweredExpression;
using rule::Test;
using rule::TypedCondition;
using rule::TypedExpression;

constexpr size_t kRulesABatch = 40;
constexpr size_t kLegalCells = 206;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

const char* name_of(Truth truth) {
  return truth == Truth::kTrue ? "TRUE" : truth == Truth::kFalse ? "FALSE" : "UNKNOWN";
}

void collect_conditions(const TypedExpression& rule, std::vector<const TypedCondition*>& found) {
  if (const auto* condition = std::get_if<TypedCondition>(&rule.node)) {
    found.push_back(condition);
  } else if (const auto* conjunction = std::get_if<rule::TypedAnd>(&rule.node)) {
    for (const TypedExpression& part : conjunction->parts) {
      collect_conditions(part, found);
    }
  } else if (const auto* disjunction = std::get_if<rule::TypedOr>(&rule.node)) {
    for (const TypedExpression& part : disjunction->parts) {
      collect_conditions(part, found);
    }
  } else if (const auto* negation = std::get_if<rule::TypedNot>(&rule.node)) {
    collect_conditions(negation->part.front(), found);
  }
}

int depth_of(const TypedExpression& rule) {
  int inner = 0;
  if (const auto* conjunction = std::get_if<rule::TypedAnd>(&rule.node)) {
    for (const TypedExpression& part : conjunction->parts) {
      inner = std::max(inner, depth_of(part));
    }
  } else if (const auto* disjunction = std::get_if<rule::TypedOr>(&rule.node)) {
    for (const TypedExpression& part : disjunction->parts) {
      inner = std::max(inner, depth_of(part));
    }
  } else if (const auto* negation = std::get_if<rule::TypedNot>(&rule.node)) {
    inner = depth_of(negation->part.front());
  }
  return inner + 1;
}

// How often each (test, type, column, result) was met; the table that shows what the cases cover.
class Coverage {
 public:
  void count(const TypedCondition& condition, const column::Schema& schema, Truth truth) {
    ++counts_[cell_of(condition, schema)][static_cast<size_t>(truth)];
  }

  // Whether more cases of this condition's cell are wanted.
  bool is_thin(const TypedCondition& condition, const column::Schema& schema) const {
    const auto cell = counts_.find(cell_of(condition, schema));
    return cell == counts_.end() || !thin_results(*cell).empty();
  }

  // The cells with too few cases of a result that is possible: a null test is never UNKNOWN.
  std::vector<std::string> thin() const {
    std::vector<std::string> found;
    for (const auto& cell : counts_) {
      for (const Truth truth : thin_results(cell)) {
        found.push_back(fmt::format("{} {}", text_of(cell.first), name_of(truth)));
      }
    }
    return found;
  }

  void print() const {
    fmt::print("{:<44} {:>9} {:>9} {:>9}\n", "test, type, column", "TRUE", "FALSE", "UNKNOWN");
    for (const auto& [cell, count] : counts_) {
      fmt::print("{:<44} {:>9} {:>9} {:>9}\n", text_of(cell), count[2], count[0], count[1]);
    }
  }

  size_t cells() const { return counts_.size(); }

 private:
  static constexpr std::uint64_t kCasesWanted = 50;
  using Cell = std::tuple<Test, ConditionType, std::string>;
  using Counts = std::map<Cell, std::array<std::uint64_t, 3>>;

  static Cell cell_of(const TypedCondition& condition, const column::Schema& schema) {
    static constexpr std::array<const char*, 5> kReaders = {"", "number ", "day ", "time ",
                                                            "bool "};
    std::string column = kReaders[static_cast<size_t>(condition.subject.reader)];
    column += to_string(schema.type(condition.subject.column));
    return {condition.test, condition.type, column + (condition.other ? " with a column" : "")};
  }

  static std::vector<Truth> thin_results(const Counts::value_type& cell) {
    const Test test = std::get<Test>(cell.first);
    std::vector<Truth> found;
    for (const Truth truth : {Truth::kFalse, Truth::kUnknown, Truth::kTrue}) {
      const bool possible =
          truth != Truth::kUnknown || (test != Test::kIsNull && test != Test::kIsNotNull);
      if (possible && cell.second[static_cast<size_t>(truth)] < kCasesWanted) {
        found.push_back(truth);
      }
    }
    return found;
  }

  static std::string text_of(const Cell& cell) {
    static constexpr std::array<const char*, 18> kTests = {
        "is null",  "is not null", "=",         "!=",      "<",       "<=",
        ">",        ">=",          "in",        "not in",  "between", "not between",
        "contains", "starts_with", "ends_with", "has_any", "has_all", "has_none"};
    return fmt::format("{:<12} {:<8} {}", kTests[static_cast<size_t>(std::get<Test>(cell))],
                       rule::name_of(std::get<ConditionType>(cell)), std::get<std::string>(cell));
  }

  Counts counts_;
};

struct Rule {
  std::string source;
  TypedExpression typed;
};

std::string describe(const Rule& rule, const RandomTables& tables, size_t user,
                     std::uint64_t seed) {
  std::string text = fmt::format("seed {}\nrule {}\ntext {}\nuser {}\n", seed, rule.source,
                                 print(rule.typed, tables.schema), tables.users[user]);
  for (const column::ColumnId id : columns_of(rule.typed)) {
    const auto cell = tables.rows[user].find(id);
    text += fmt::format(
        "  {} = {}\n", tables.schema.display_name(id),
        cell == tables.rows[user].end() ? "no row" : to_text(cell->second, tables.schema.type(id)));
  }
  return text;
}

size_t rule_number(std::string_view code) {  // "r17"
  return std::stoul(std::string(code.substr(1)));
}

// Batches of rules over random tables through all ways of evaluating them.
class Comparison {
 public:
  // The rule when it is accepted; it must then survive being printed.
  std::optional<Rule> accept(const std::string& source, const RandomTables& tables) {
    const auto parsed = rule::parse_source(source);
    if (!parsed) {
      ADD_FAILURE() << source << "\n" << parsed.error().front().message;
      return std::nullopt;
    }
    auto checked = rule::check(*parsed, tables.schema, {});
    if (!checked) {
      ++refused;
      return std::nullopt;
    }
    const std::string text = print(*checked, tables.schema);
    const auto again = rule::parse_text(text);
    const bool same = again && rule::check(*again, tables.schema, {}).has_value() &&
                      *rule::check(*again, tables.schema, {}) == *checked;
    EXPECT_TRUE(same) << source << "\nprints as another rule: " << text;
    return Rule{.source = source, .typed = std::move(checked).value()};
  }

  // Compares all rules for all users; `has_tag('rN')` is rule N of the batch, N smaller than its
  // own.
  void compare(const std::vector<Rule>& rules, const RandomTables& tables, std::uint64_t seed) {
    const std::vector<std::vector<Truth>> truth = judge(rules, tables);

    // Each rule and its negation, so that FALSE and UNKNOWN are told apart by an engine that only
    // says "definitely TRUE".
    rule::LoweredRules lowered;
    for (const Rule& rule : rules) {
      LoweredExpression positive =
          rule::lower(rule.typed, tables.schema, tables.as_of,
                      [](std::string_view code) -> rule::LoweredExpression {
                        return {rule::LoweredRuleTest({2 * rule_number(code)})};
                      });
      lowered.push_back(positive);
      lowered.push_back(LoweredExpression{rule::LoweredNot{{std::move(positive)}}});
    }
    const auto program = engine::compile(lowered, tables.schema);
    const std::vector<std::vector<bool>> results = evaluate_codes(*program, tables);
    const std::vector<std::vector<SqlTruth>> by_sql = sql_.evaluate(lowered, tables);

    for (size_t r = 0; r < rules.size(); ++r) {
      for (size_t user = 0; user < tables.users.size(); ++user) {
        const bool is_true = results[2 * r][user];
        const bool is_false = results[2 * r + 1][user];
        const Truth engine = is_true ? Truth::kTrue : is_false ? Truth::kFalse : Truth::kUnknown;
        ASSERT_FALSE(is_true && is_false) << describe(rules[r], tables, user, seed);
        ASSERT_EQ(name_of(engine), std::string(name_of(truth[r][user])))
            << "engine, then interpreter\n"
            << describe(rules[r], tables, user, seed);
        if (by_sql[2 * r][user] == SqlTruth::kRefused) {
          ++refused_by_sql;
          continue;
        }
        ASSERT_EQ(static_cast<int>(by_sql[2 * r][user]), static_cast<int>(truth[r][user]))
            << "DuckDB SQL, then interpreter (0 FALSE, 1 UNKNOWN, 2 TRUE)\n"
            << describe(rules[r], tables, user, seed) << sql_.condition_text(2 * r);
        ++cases;
      }
    }
    if (seed % 8 == 0) {
      compare_query(lowered, results, tables, seed);
    }
  }

  Coverage coverage;
  std::uint64_t cases = 0;
  std::uint64_t rules_all = 0;
  std::uint64_t rules_deep = 0;
  std::uint64_t refused = 0;
  std::uint64_t refused_by_sql = 0;

 private:
  // [rule][user] by the reference interpreter; counts what the conditions cover.
  std::vector<std::vector<Truth>> judge(const std::vector<Rule>& rules,
                                        const RandomTables& tables) {
    std::vector<std::vector<Truth>> truth(rules.size(), std::vector<Truth>(tables.users.size()));
    for (size_t r = 0; r < rules.size(); ++r) {
      ++rules_all;
      rules_deep += depth_of(rules[r].typed) >= 3 ? 1 : 0;
      std::vector<const TypedCondition*> conditions;
      collect_conditions(rules[r].typed, conditions);
      for (size_t user = 0; user < tables.users.size(); ++user) {
        const interpret::Context context{
            .schema = &tables.schema, .as_of = tables.as_of, .has_tag = [&](std::string_view code) {
              return truth[rule_number(code)][user] == Truth::kTrue;
            }};
        truth[r][user] = interpret::evaluate(rules[r].typed, tables.rows[user], context);
        for (const TypedCondition* condition : conditions) {
          coverage.count(
              *condition, tables.schema,
              interpret::evaluate(TypedExpression{*condition}, tables.rows[user], context));
        }
      }
    }
    return truth;
  }

  // The one query that `eval --sql duckdb` prints gives the same tags.
  void compare_query(const rule::LoweredRules& lowered,
                     const std::vector<std::vector<bool>>& results, const RandomTables& tables,
                     std::uint64_t seed) {
    const std::vector<std::string> lists = sql_.tag_lists(lowered, tables);
    ASSERT_EQ(lists.size(), tables.users.size());
    for (size_t user = 0; user < tables.users.size(); ++user) {
      std::string expected;
      for (size_t r = 0; r < lowered.size(); ++r) {
        if (results[r][user]) {
          expected += (expected.empty() ? "" : ", ") + std::to_string(r + 1);
        }
      }
      ASSERT_EQ(lists[user], "[" + expected + "]")
          << "seed " << seed << ", user " << tables.users[user];
    }
  }

  SqlOracle sql_;
};

std::string random_source(RandomCase& random, const RandomTables& tables,
                          const std::vector<Rule>& rules) {
  if (rules.empty() || random.below(8) != 0) {
    return random.rule(tables, static_cast<int>(1 + random.below(4)));
  }
  if (random.below(2) == 0) {
    return fmt::format("{} or not {}", random.comparison(), random.comparison());
  }
  const Rule& other = rules[random.below(rules.size())];
  return fmt::format("{}has_tag('r{}') or not ({})", random.below(2) == 0 ? "not " : "",
                     random.below(rules.size()), print(other.typed, tables.schema));
}

TEST(Differential, InterpreterEngineAndDuckDbSqlAgree) {
  const std::uint64_t cases_wanted =
      number_from_environment("TAGSMITH_DIFFERENTIAL_CASES", 100'000);
  const std::uint64_t users = number_from_environment("TAGSMITH_DIFFERENTIAL_USERS", 100);
  std::uint64_t seed = number_from_environment("TAGSMITH_DIFFERENTIAL_SEED", 1);
  Comparison comparison;

  for (; comparison.cases < cases_wanted && !HasFailure(); ++seed) {
    RandomCase random(seed);
    const RandomTables tables = random.tables(users);
    std::vector<Rule> rules;
    while (rules.size() < kRulesABatch) {
      if (auto rule = comparison.accept(random_source(random, tables, rules), tables)) {
        rules.push_back(std::move(*rule));
      }
    }
    comparison.compare(rules, tables, seed);
  }
  EXPECT_GE(comparison.rules_deep * 10, comparison.rules_all * 3) << "too few deep rules";

  // Single conditions for what chance left thin: equality of columns of full precision, above all.
  constexpr std::uint64_t kDirectedMax = 100;
  for (std::uint64_t batch = 0; batch < kDirectedMax && !HasFailure(); ++batch, ++seed) {
    if (comparison.coverage.thin().empty()) {
      break;
    }
    RandomCase random(seed);
    const RandomTables tables = random.tables(users);
    std::vector<Rule> rules;
    for (int tries = 0; tries < 5'000 && rules.size() < kRulesABatch; ++tries) {
      auto rule = comparison.accept(random.rule(tables, 0), tables);
      const auto* condition = rule ? std::get_if<TypedCondition>(&rule->typed.node) : nullptr;
      if (condition != nullptr && comparison.coverage.is_thin(*condition, tables.schema)) {
        rules.push_back(std::move(*rule));
      }
    }
    comparison.compare(rules, tables, seed);
  }

  comparison.coverage.print();
  fmt::print(
      "{} cases, {} rules, {} of depth 3 or more, {} refused by the check, {} cases refused "
      "by SQL, {} cells\n",
      comparison.cases, comparison.rules_all, comparison.rules_deep, comparison.refused,
      comparison.refused_by_sql, comparison.coverage.cells());
  std::fflush(stdout);
  for (const std::string& cell : comparison.coverage.thin()) {
    ADD_FAILURE() << "too few cases: " << cell;
  }
  // Every legal (test, type, column type): a generator that loses one must not go unnoticed.
  EXPECT_EQ(comparison.coverage.cells(), kLegalCells);
  EXPECT_EQ(comparison.refused_by_sql, 0u);
}

TEST(Differential, AddingARuleChangesNoOtherTag) {
  RandomCase random(7001);
  const RandomTables tables = random.tables(100);
  rule::LoweredRules lowered;
  std::vector<std::vector<bool>> before;
  while (lowered.size() < 150) {
    const auto parsed = rule::parse_source(random.rule(tables, 2));
    const auto checked = rule::check(parsed.value(), tables.schema, {});
    if (!checked) {
      continue;
    }
    lowered.push_back(rule::lower(*checked, tables.schema, tables.as_of, nullptr));
    if (lowered.size() % 10 != 0) {
      continue;
    }
    const auto after = evaluate_codes(*engine::compile(lowered, tables.schema), tables);
    for (size_t r = 0; r < before.size(); ++r) {
      ASSERT_EQ(after[r], before[r]) << "rule " << r << " of " << lowered.size();
    }
    before = after;
  }
}

TEST(Differential, TheOrderOfRowsAndTheSizeOfBatchesDoNotMatter) {
  RandomCase random(7002);
  RandomTables tables = random.tables(300);
  rule::LoweredRules lowered;
  while (lowered.size() < 70) {
    const auto parsed = rule::parse_source(random.rule(tables, 3));
    const auto checked = rule::check(parsed.value(), tables.schema, {});
    if (checked) {
      lowered.push_back(rule::lower(*checked, tables.schema, tables.as_of, nullptr));
    }
  }
  const auto program = engine::compile(lowered, tables.schema);
  const auto whole = evaluate_codes(*program, tables);
  for (const size_t batch : {1u, 63u, 64u, 65u, 299u}) {
    ASSERT_EQ(evaluate_codes(*program, tables, batch), whole) << "batches of " << batch;
  }
  RandomTables reversed = tables;
  std::ranges::reverse(reversed.rows);
  std::ranges::reverse(reversed.users);
  auto mirrored = evaluate_codes(*program, reversed);
  for (auto& rule : mirrored) {
    std::reverse(rule.begin(), rule.end());
  }
  EXPECT_EQ(mirrored, whole);
}

}  // namespace
}  // namespace tagsmith::differential
