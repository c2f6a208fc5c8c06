#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "column/readers.h"
#include "interpret/interpret.h"
#include "rule/check.h"
#include "rule/parser.h"
#include "rule/printer.h"

// Laws that hold between conditions for every cell: what the tables of cases may have forgotten.
namespace tagsmith::interpret {
namespace {

using column::Int128;
using column::TypeKind;
using column::Value;

// A column read in one way, with literals in ascending order and cells around them.
struct Source {
  std::string operand;
  column::Column column;
  std::vector<std::string> literals;
  std::vector<Value> cells;
};

std::int64_t micros(std::string_view text) {
  const auto moment = column::read_moment(text);
  TAGSMITH_ASSERT(moment.has_value());
  return moment->micros;
}

const std::vector<Source>& sources() {
  static const std::vector<Source> all = {
      {"i",
       {"i", {.kind = TypeKind::kInt}},
       {"-9223372036854775808.5", "-1", "0", "17.5", "18", "1e20"},
       {std::int64_t{-1}, std::int64_t{0}, std::int64_t{17}, std::int64_t{18}, std::int64_t{19},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}},
      {"dec",
       {"dec", {.kind = TypeKind::kDecimal, .precision = 38, .scale = 2}},
       {"-18.555", "-0.01", "0", "1e-38", "18.55", "18.555"},
       {Int128{-1856}, Int128{-1855}, Int128{-1}, Int128{0}, Int128{1}, Int128{1855}, Int128{1856},
        column::kUnreadableDecimal}},
      {"d",
       {"d", {.kind = TypeKind::kDouble}},
       {"-1", "0", "0.1", "0.3", "9007199254740993"},
       {-0.0, 0.1, 0.3, 0.1 + 0.2, 9007199254740992.0, std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}},
      {"f",
       {"f", {.kind = TypeKind::kFloat}},
       {"-1", "0", "0.1", "16777216", "16777217"},
       {-0.0F, 0.1F, 16777216.0F, 16777218.0F, std::numeric_limits<float>::infinity(),
        std::numeric_limits<float>::quiet_NaN()}},
      {"number(n)",
       {"n", {.kind = TypeKind::kText}},
       {"-0.5", "0", "1000000000", "1000000000.00000001"},
       {"", "x", "-0", " .5e1 ", "-5e-1", "1e9", "1000000000.00000001", "1000000000.000000010"}},
      {"s",
       {"s", {.kind = TypeKind::kText}},
       {"''", "'VIP'", "'VIP10'", "'VIP2'", "'it''s'"},
       {"", "VIP", "VIP1", "VIP10", "VIP2", "vip", "it's", "\u4E2D"}},
      {"born",
       {"born", {.kind = TypeKind::kDate}},
       {"date '2024-02-28'", "date '2024-02-29'", "timestamp '2024-02-29 00:00:00'",
        "timestamp '2024-02-29 12:00:00'", "today()"},
       {std::int32_t{19781}, std::int32_t{19782}, std::int32_t{19783}, std::int32_t{20000},
        std::numeric_limits<std::int32_t>::min() + 2, std::numeric_limits<std::int32_t>::max() - 1,
        std::numeric_limits<std::int32_t>::max()}},
      {"seen",
       {"seen", {.kind = TypeKind::kTimestamp}},
       {"date '2024-02-28'", "timestamp '2024-02-29 00:00:00'", "timestamp '2024-02-29 12:00:00'",
        "today() - 1 day", "today()"},
       {micros("2024-02-28 23:59:59.999999"), micros("2024-02-29"), micros("2024-02-29 12:00"),
        micros("2024-10-04"), std::numeric_limits<std::int64_t>::min() + 2,
        std::numeric_limits<std::int64_t>::max() - 1, std::numeric_limits<std::int64_t>::max()}},
      {"day(t)",
       {"t", {.kind = TypeKind::kText}},
       {"date '2024-02-28'", "date '2024-02-29'", "today()"},
       {"", "2024-02-28", "2024-02-29 23:59", "2023-02-29", "2024-10-04", "9999-12-31"}},
      {"time(u)",
       {"u", {.kind = TypeKind::kText}},
       {"date '2024-02-28'", "timestamp '2024-02-29 00:00:00'", "today()"},
       {"", "2024-02-28 23:59:59.999999", "2024-02-29", "2024-02-29T24:00", "2024-10-04 01:00"}},
  };
  return all;
}

const column::Schema& schema() {
  static const column::Schema of_sources = [] {
    column::Schema made{.tables = {{.name = "users"}}};
    for (const Source& source : sources()) {
      made.tables[0].columns.push_back(source.column);
    }
    return made;
  }();
  return of_sources;
}

rule::TypedRule typed(const std::string& text) {
  const auto expression = rule::parse_text(text);
  TAGSMITH_ASSERT(expression.has_value());
  auto checked = rule::check(*expression, schema(), {});
  if (!checked) {
    ADD_FAILURE() << text << ": " << checked.error().front().message;
  }
  return std::move(checked).value();
}

// Calls `check(row)` for every cell of the source, null and a missing row among them.
template <typename Check>
void for_each_row(size_t source, const Check& check) {
  const column::ColumnId id{.table = 0, .column = source};
  check(Row());
  check(Row{{id, Value()}});
  for (const Value& cell : sources()[source].cells) {
    SCOPED_TRACE("cell " + column::to_text(cell, sources()[source].column.type));
    check(Row{{id, cell}});
  }
}

void expect_same(size_t source, const std::string& left, const std::string& right) {
  SCOPED_TRACE(left + "   against   " + right);
  const rule::TypedRule left_rule = typed(left);
  const rule::TypedRule right_rule = typed(right);
  const Context context{.schema = &schema(), .as_of = 20000};
  for_each_row(source, [&](const Row& row) {
    EXPECT_EQ(evaluate(left_rule, row, context), evaluate(right_rule, row, context));
  });
}

// Two patterns of rules that mean the same, where {x} stands for an operand, {a} and {b} for
// literals.
struct Law {
  std::string_view left;
  std::string_view right;
};

std::string filled(std::string_view pattern, const std::string& x, const std::string& a,
                   const std::string& b) {
  return fmt::format(fmt::runtime(pattern), fmt::arg("x", x), fmt::arg("a", a), fmt::arg("b", b));
}

// Calls `check(source, operand, a, b)` for all pairs of literals, a not above b.
template <typename Check>
void for_each_pair(const Check& check) {
  for (size_t source = 0; source < sources().size(); ++source) {
    const auto& [operand, column, literals, cells] = sources()[source];
    for (size_t i = 0; i < literals.size(); ++i) {
      for (size_t j = i; j < literals.size(); ++j) {
        check(source, operand, literals[i], literals[j]);
      }
    }
  }
}

void expect_laws(const std::vector<Law>& laws) {
  for_each_pair(
      [&](size_t source, const std::string& x, const std::string& a, const std::string& b) {
        for (const Law& law : laws) {
          const bool has_ranges = sources()[source].column.name != "s";  // texts have none
          if (has_ranges || law.left.find("between") == std::string_view::npos) {
            expect_same(source, filled(law.left, x, a, b), filled(law.right, x, a, b));
          }
        }
      });
}

TEST(Laws, NegativeOperatorsAreTheNegationOfThePositiveOnes) {
  expect_laws({{"{x} != {a}", "not {x} = {a}"},
               {"{x} < {a}", "not {x} >= {a}"},
               {"{x} <= {a}", "not {x} > {a}"},
               {"{x} not in ({a}, {b})", "not {x} in ({a}, {b})"},
               {"{x} not between {a} and {b}", "not {x} between {a} and {b}"},
               {"{x} is not null", "not {x} is null"}});
}

TEST(Laws, OperatorsFollowFromTheComparisons) {
  expect_laws({{"{x} <= {a}", "{x} < {a} or {x} = {a}"},
               {"{x} >= {a}", "{x} > {a} or {x} = {a}"},
               {"{x} = {a}", "{x} <= {a} and {x} >= {a}"},
               {"{x} in ({a}, {b})", "{x} = {a} or {x} = {b}"},
               {"{x} between {a} and {b}", "{x} >= {a} and {x} <= {b}"},
               {"{x} not between {a} and {b}", "{x} < {a} or {x} > {b}"}});
}

TEST(Laws, NotDistributesOverAndAndOr) {
  expect_laws({{"not ({x} > {a} and {x} = {b})", "not {x} > {a} or not {x} = {b}"},
               {"not ({x} > {a} or {x} = {b})", "not {x} > {a} and not {x} = {b}"},
               {"not not {x} > {a}", "{x} > {a}"}});
}

TEST(Laws, ALargerBoundNeverMatchesLess) {
  const Context context{.schema = &schema(), .as_of = 20000};
  for_each_pair(
      [&](size_t source, const std::string& x, const std::string& a, const std::string& b) {
        SCOPED_TRACE(x + " between " + a + " and " + b);
        const rule::TypedRule below_a = typed(x + " < " + a);
        const rule::TypedRule below_b = typed(x + " < " + b);
        for_each_row(source, [&](const Row& row) {
          // FALSE, UNKNOWN, TRUE is the order of Truth; a cell that is UNKNOWN is so for both.
          EXPECT_LE(evaluate(below_a, row, context), evaluate(below_b, row, context));
        });
      });
}

TEST(Laws, ADayIsTheTimeFromItsMidnightToTheNext) {
  for (size_t source = 0; source < sources().size(); ++source) {
    const std::string& x = sources()[source].operand;
    if (x == "born" || x == "seen" || x == "time(u)") {
      const std::string midnight = "timestamp '2024-02-29 00:00:00'";
      const std::string next = "timestamp '2024-03-01 00:00:00'";
      for (const Law& law : {Law{"{x} = date '2024-02-29'", "{x} >= {a} and {x} < {b}"},
                             Law{"{x} > date '2024-02-29'", "{x} >= {b}"},
                             Law{"{x} < date '2024-02-29'", "{x} < {a}"},
                             Law{"{x} between date '2024-02-29' and date '2024-02-29'",
                                 "{x} = date '2024-02-29'"}}) {
        expect_same(source, filled(law.left, x, midnight, next),
                    filled(law.right, x, midnight, next));
      }
    }
  }
}

TEST(Laws, TwoColumnsTurnedAroundSayTheSame) {
  const Context context{.schema = &schema(), .as_of = 20000};
  const std::vector<std::vector<std::string>> kinds = {{"i", "dec", "d", "f", "number(n)"},
                                                       {"born", "seen", "day(t)", "time(u)"}};
  const auto index_of = [](const std::string& operand) {
    size_t i = 0;
    while (sources()[i].operand != operand) {
      ++i;
    }
    return i;
  };
  for (const std::vector<std::string>& operands : kinds) {
    for (const std::string& a : operands) {
      for (const std::string& b : operands) {
        if (a == b) {
          continue;
        }
        SCOPED_TRACE(fmt::format("{} against {}", a, b));
        const rule::TypedRule less = typed(fmt::format("{} < {}", a, b));
        const rule::TypedRule greater = typed(fmt::format("{} > {}", b, a));
        const rule::TypedRule equal = typed(fmt::format("{} = {}", a, b));
        const rule::TypedRule unequal = typed(fmt::format("not {} != {}", b, a));
        for (const Value& cell_a : sources()[index_of(a)].cells) {
          for (const Value& cell_b : sources()[index_of(b)].cells) {
            const Row row = {{{.table = 0, .column = index_of(a)}, cell_a},
                             {{.table = 0, .column = index_of(b)}, cell_b}};
            EXPECT_EQ(evaluate(less, row, context), evaluate(greater, row, context));
            EXPECT_EQ(evaluate(equal, row, context), evaluate(unequal, row, context));
          }
        }
      }
    }
  }
}

TEST(Laws, TheCanonicalTextMeansTheSame) {
  for_each_pair(
      [](size_t source, const std::string& x, const std::string& a, const std::string& b) {
        const std::string rule =
            filled("not ({x} > {a} or {x} not in ({a}, {b})) and {x} is not null", x, a, b);
        const std::string canonical = rule::print(typed(rule), schema());
        EXPECT_EQ(typed(canonical), typed(rule)) << canonical;
        expect_same(source, rule, canonical);
      });
}

}  // namespace
}  // namespace tagsmith::interpret
