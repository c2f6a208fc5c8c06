#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "column/days.h"
#include "column/readers.h"
#include "interpret/interpret.h"

namespace tagsmith::interpret {
namespace {

using column::TextList;
using column::TypeKind;
using column::Value;
using rule::ConditionType;
using rule::Constant;
using rule::Reader;
using rule::TypedAnd;
using rule::TypedCondition;
using rule::TypedExpression;
using rule::TypedNot;
using rule::TypedOr;
using rule::TypedTagTest;
using Ask = rule::Test;  // in a TEST, Test is the one of GoogleTest
using testing::ElementsAre;
using testing::IsEmpty;

const column::Schema& schema() {
  static const column::Schema tables{
      .tables = {{.database = "shop",
                  .name = "users",
                  .columns = {{.name = "age", .type = {.kind = TypeKind::kInt}},
                              {.name = "level", .type = {.kind = TypeKind::kText}},
                              {.name = "income", .type = {.kind = TypeKind::kText}},
                              {.name = "score", .type = {.kind = TypeKind::kDouble}},
                              {.name = "born", .type = {.kind = TypeKind::kText}},
                              {.name = "coins", .type = {.kind = TypeKind::kTextList}},
                              {.name = "price",
                               .type = {.kind = TypeKind::kDecimal, .precision = 9, .scale = 2}}}},
                 {.database = "shop",
                  .name = "assets",
                  .columns = {{.name = "total", .type = {.kind = TypeKind::kInt}},
                              {.name = "age", .type = {.kind = TypeKind::kInt}}}}}};
  return tables;
}

rule::TypedOperand operand(size_t column, Reader reader = Reader::kNone) {
  return {.column = {.table = 0, .column = column}, .reader = reader};
}
constexpr column::ColumnId kAge{.table = 0, .column = 0};
constexpr column::ColumnId kLevel{.table = 0, .column = 1};
constexpr column::ColumnId kIncome{.table = 0, .column = 2};
constexpr column::ColumnId kScore{.table = 0, .column = 3};
constexpr column::ColumnId kBorn{.table = 0, .column = 4};
constexpr column::ColumnId kCoins{.table = 0, .column = 5};
constexpr column::ColumnId kPrice{.table = 0, .column = 6};
constexpr column::ColumnId kTotal{.table = 1, .column = 0};

Context context() {
  return {.schema = &schema(), .as_of = 20000, .has_tag = [](std::string_view code) {
            return code == "vip";
          }};
}

TypedExpression condition(Ask test, ConditionType type, column::ColumnId column,
                          std::vector<Constant> constants = {}, Reader reader = Reader::kNone) {
  return {TypedCondition{.test = test,
                         .type = type,
                         .subject = {.column = column, .reader = reader},
                         .constants = std::move(constants)}};
}

TypedExpression adult() {
  return condition(Ask::kGreaterEqual, ConditionType::kNumber, kAge,
                   {column::Decimal::from_int(18)});
}
TypedExpression vip() { return condition(Ask::kEqual, ConditionType::kString, kLevel, {"VIP2"}); }
TypedExpression rich() {
  return condition(Ask::kGreater, ConditionType::kNumber, kIncome,
                   {column::Decimal::from_int(1000)}, Reader::kNumber);
}
TypedExpression all_of(std::vector<TypedExpression> parts) { return {TypedAnd{std::move(parts)}}; }
TypedExpression any_of(std::vector<TypedExpression> parts) { return {TypedOr{std::move(parts)}}; }
TypedExpression none_of(TypedExpression part) { return {TypedNot{{std::move(part)}}}; }

std::string seen(const TypedExpression& rule, const Row& row) {
  return explain(rule, row, context()).seen;
}

TEST(Explain, ShowsTheValueThatALeafSaw) {
  EXPECT_EQ(seen(adult(), {{kAge, std::int64_t{17}}}), "users.age = 17");
  EXPECT_EQ(seen(vip(), {{kLevel, "VIP1"}}), "level = 'VIP1'");
  EXPECT_EQ(seen(vip(), {{kLevel, ""}}), "level = ''");
  EXPECT_EQ(seen(vip(), {{kLevel, Value()}}), "level is null");
  EXPECT_EQ(seen(vip(), {}), "level is null (no row in shop.users)");
  EXPECT_EQ(
      seen(condition(Ask::kLess, ConditionType::kNumber, kPrice, {column::Decimal::from_int(1)}),
           {{kPrice, column::Int128{1250}}}),
      "price = 12.50");
  EXPECT_EQ(seen(condition(Ask::kHasAny, ConditionType::kList, kCoins, {"BTC"}),
                 {{kCoins, TextList{"ETH", std::nullopt}}}),
            "coins = ['ETH', null]");
  EXPECT_EQ(seen(condition(Ask::kIsNull, ConditionType::kNumber, kTotal), {}),
            "total is null (no row in shop.assets)");
  EXPECT_EQ(seen(condition(Ask::kEqual, ConditionType::kString, column::kKeyColumn, {"u1"}),
                 {{column::kKeyColumn, "u2"}}),
            "user_id = 'u2'");
  EXPECT_EQ(seen({TypedTagTest{.code = "vip"}}, {}), "");
}

TEST(Explain, SaysWhyAValueCannotBeRead) {
  EXPECT_EQ(seen(rich(), {{kIncome, "12k"}}), "income = '12k' (not a number)");
  EXPECT_EQ(seen(rich(), {{kIncome, " 12 "}}), "income = ' 12 '");
  EXPECT_EQ(
      seen(condition(Ask::kLess, ConditionType::kNumber, kScore, {column::Decimal::from_int(1)}),
           {{kScore, std::numeric_limits<double>::quiet_NaN()}}),
      "score = nan (not a number)");
  EXPECT_EQ(seen(condition(Ask::kLess, ConditionType::kDate, kBorn,
                           {rule::MomentLiteral{.relative = true}}, Reader::kDay),
                 {{kBorn, "2025-02-30"}}),
            "born = '2025-02-30' (not a date)");
  EXPECT_EQ(seen(condition(Ask::kEqual, ConditionType::kBoolean, kAge, {true}, Reader::kBoolean),
                 {{kAge, std::int64_t{2}}}),
            "users.age = 2 (not a boolean)");
  EXPECT_EQ(seen(condition(Ask::kIsNull, ConditionType::kNumber, kIncome, {}, Reader::kNumber),
                 {{kIncome, "12k"}}),
            "income = '12k'")
      << "a null test does not read the value";
}

TEST(Explain, ShowsBothSidesOfColumnAgainstColumn) {
  const TypedExpression rule{TypedCondition{.test = Ask::kLess,
                                            .type = ConditionType::kNumber,
                                            .subject = {.column = kAge},
                                            .other = operand(2, Reader::kNumber)}};
  EXPECT_EQ(seen(rule, {{kAge, std::int64_t{17}}, {kIncome, "x"}}),
            "users.age = 17, income = 'x' (not a number)");
  EXPECT_EQ(seen(rule, {{kAge, Value()}, {kIncome, "20"}}), "users.age is null, income = '20'");
}

TEST(Explain, ForeignTextIsEscapedAndCut) {
  EXPECT_EQ(seen(vip(), {{kLevel, "a\nb\x1b[0m"}}), "level = 'a\\nb\\x1b[0m'");
  const std::string shown = seen(vip(), {{kLevel, std::string(5000, 'x')}});
  EXPECT_LT(shown.size(), 100U);
  EXPECT_THAT(shown, testing::EndsWith("...'"));
  EXPECT_EQ(seen(condition(Ask::kHasAny, ConditionType::kList, kCoins, {"BTC"}),
                 {{kCoins, TextList(12, "a")}}),
            "coins = ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', ... (12 elements)]");
}

TEST(Explain, TheTreeMirrorsTheRule) {
  const TypedExpression rule =
      all_of({adult(), any_of({vip(), none_of(rich())}), {TypedTagTest{.code = "vip"}}});
  const Explanation tree =
      explain(rule, {{kAge, std::int64_t{20}}, {kLevel, "VIP1"}, {kIncome, "12k"}}, context());

  using enum Explanation::Kind;
  EXPECT_EQ(
      tree,
      (Explanation{
          .kind = kAnd,
          .truth = Truth::kUnknown,
          .parts = {{.truth = Truth::kTrue, .text = "users.age >= 18", .seen = "users.age = 20"},
                    {.kind = kOr,
                     .truth = Truth::kUnknown,
                     .parts = {{.truth = Truth::kFalse,
                                .text = "level = 'VIP2'",
                                .seen = "level = 'VIP1'"},
                               {.kind = kNot,
                                .truth = Truth::kUnknown,
                                .parts = {{.truth = Truth::kUnknown,
                                           .text = "number(income) > 1000",
                                           .seen = "income = '12k' (not a number)"}}}}},
                    {.truth = Truth::kTrue, .text = "has_tag('vip')"}}}));
}

TEST(NearestMiss, IsEmptyForATrueRule) {
  EXPECT_THAT(nearest_miss(vip(), {{kLevel, "VIP2"}}, context()), IsEmpty());
  EXPECT_THAT(nearest_miss(any_of({adult(), vip()}), {{kLevel, "VIP2"}}, context()), IsEmpty());
}

TEST(NearestMiss, NamesAllFailingPartsOfAnAndInTheirOrder) {
  const Row row = {{kAge, std::int64_t{17}}, {kLevel, "VIP2"}, {kIncome, "12k"}};
  EXPECT_THAT(nearest_miss(all_of({rich(), vip(), adult()}), row, context()),
              ElementsAre(Miss{.text = "number(income) > 1000",
                               .seen = "income = '12k' (not a number)",
                               .truth = Truth::kUnknown,
                               .wanted = true},
                          Miss{.text = "users.age >= 18",
                               .seen = "users.age = 17",
                               .truth = Truth::kFalse,
                               .wanted = true}));
}

std::vector<std::string> texts(const std::vector<Miss>& misses) {
  std::vector<std::string> out;
  for (const Miss& miss : misses) {
    out.push_back((miss.wanted ? "" : "no ") + miss.text);
  }
  return out;
}

TEST(NearestMiss, TakesTheCheapestPartOfAnOrAndTheFirstOfEquals) {
  const Row row = {{kAge, std::int64_t{17}}, {kLevel, "VIP1"}, {kIncome, "10"}};
  EXPECT_THAT(texts(nearest_miss(any_of({all_of({adult(), vip()}), rich()}), row, context())),
              ElementsAre("number(income) > 1000"));
  EXPECT_THAT(texts(nearest_miss(any_of({vip(), rich()}), row, context())),
              ElementsAre("level = 'VIP2'"));
  EXPECT_THAT(texts(nearest_miss(all_of({any_of({vip(), rich()}), adult()}), row, context())),
              ElementsAre("level = 'VIP2'", "users.age >= 18"));
}

TEST(NearestMiss, BelowANotALeafHasToBecomeFalse) {
  const Row row = {{kAge, std::int64_t{20}}, {kLevel, "VIP2"}, {kIncome, "2000"}};
  EXPECT_THAT(texts(nearest_miss(none_of(vip()), row, context())),
              ElementsAre("no level = 'VIP2'"));
  EXPECT_THAT(texts(nearest_miss(none_of(all_of({adult(), vip()})), row, context())),
              ElementsAre("no users.age >= 18"));
  EXPECT_THAT(texts(nearest_miss(none_of(any_of({adult(), vip()})), row, context())),
              ElementsAre("no users.age >= 18", "no level = 'VIP2'"));
  EXPECT_THAT(
      texts(nearest_miss(none_of(none_of(all_of({vip(), none_of(adult())}))), row, context())),
      ElementsAre("no users.age >= 18"));
  EXPECT_THAT(texts(nearest_miss(none_of({TypedTagTest{.code = "vip"}}), row, context())),
              ElementsAre("no has_tag('vip')"));
}

TEST(NearestMiss, AnUnknownLeafBelowANotHasToChange) {
  EXPECT_THAT(nearest_miss(none_of(vip()), {{kLevel, Value()}}, context()),
              ElementsAre(Miss{.text = "level = 'VIP2'",
                               .seen = "level is null",
                               .truth = Truth::kUnknown,
                               .wanted = false}));
}

// ---- Against all possible changes of small random rules

constexpr size_t kLeaves = 6;

struct RandomRule {
  std::mt19937 random;
  size_t leaves = 0;
  column::Schema schema{.tables = {{.name = "t"}}};
  TypedExpression root;

  size_t below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(random); }

  // Each leaf has a column of its own, so that each can change alone.
  TypedExpression leaf() {
    schema.tables[0].columns.push_back(
        {.name = "c" + std::to_string(leaves), .type = {.kind = TypeKind::kText}});
    return condition(Ask::kEqual, ConditionType::kString, {.table = 0, .column = leaves++}, {"x"});
  }
  TypedExpression node(size_t depth) {
    const size_t kind = depth == 0 || leaves + 2 > kLeaves ? 0 : below(4);
    if (kind == 0) {
      return leaf();
    }
    if (kind == 1) {
      return none_of(node(depth - 1));
    }
    std::vector<TypedExpression> parts;
    while (parts.size() < 2 || (leaves < kLeaves && below(3) == 0)) {
      parts.push_back(node(depth - 1));
    }
    return kind == 2 ? all_of(std::move(parts)) : any_of(std::move(parts));
  }
};

Value cell_for(Truth truth) {
  return truth == Truth::kUnknown ? Value() : Value(truth == Truth::kTrue ? "x" : "y");
}

TEST(NearestMiss, IsTheFewestChangesThereAre) {
  size_t seen_misses = 0;
  for (std::uint32_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    RandomRule rule{.random = std::mt19937(seed)};
    rule.root = all_of({rule.node(3), rule.node(3)});
    const Context context{.schema = &rule.schema};
    std::vector<Truth> truths;
    Row row;
    for (size_t i = 0; i < rule.leaves; ++i) {
      truths.push_back(static_cast<Truth>(rule.below(3)));
      row[{.table = 0, .column = i}] = cell_for(truths.back());
    }

    size_t fewest = rule.leaves + 1;
    for (std::uint32_t change = 0; change < 1U << rule.leaves; ++change) {
      // Every leaf of `change` to TRUE or FALSE, in all ways.
      const auto changed = static_cast<size_t>(std::popcount(change));
      for (std::uint32_t to = 0; to < 1U << rule.leaves && changed < fewest; ++to) {
        Row other = row;
        for (size_t i = 0; i < rule.leaves; ++i) {
          if ((change >> i & 1) != 0) {
            other[{.table = 0, .column = i}] =
                cell_for((to >> i & 1) != 0 ? Truth::kTrue : Truth::kFalse);
          }
        }
        if (evaluate(rule.root, other, context) == Truth::kTrue) {
          fewest = changed;
        }
      }
    }

    const std::vector<Miss> misses = nearest_miss(rule.root, row, context);
    EXPECT_EQ(misses.size(), fewest);
    Row repaired = row;
    for (const Miss& miss : misses) {
      const size_t column = *rule.schema.tables[0].find(miss.text.substr(0, miss.text.find(' ')));
      EXPECT_EQ(miss.truth, truths[column]);
      repaired[{.table = 0, .column = column}] =
          cell_for(miss.wanted ? Truth::kTrue : Truth::kFalse);
    }
    EXPECT_EQ(evaluate(rule.root, repaired, context), Truth::kTrue);
    seen_misses += misses.size();
  }
  EXPECT_GT(seen_misses, 100U);
}

}  // namespace
}  // namespace tagsmith::interpret
