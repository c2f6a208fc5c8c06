#include "sql/duckdb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "column/days.h"
#include "column/readers.h"

namespace tagsmith::sql {
namespace {

using column::Int128;
using column::TypeKind;
using rule::Domain;
using rule::LoweredAnd;
using rule::LoweredComparison;
using rule::LoweredConstant;
using rule::LoweredExpression;
using rule::LoweredLeaf;
using rule::LoweredNot;
using rule::LoweredOr;
using rule::LoweredRuleTest;
using rule::LoweredSource;
using rule::Reader;
using testing::HasSubstr;
using enum rule::LoweredTest;

enum Column : size_t { kAge, kLevel, kAmount, kIncome, kRatio, kBorn, kSeen, kCoins, kWide, kVip };

column::Schema schema() {
  column::Schema schema;
  schema.tables.push_back({.database = "",
                           .name = "info",
                           .columns = {{"age", {.kind = TypeKind::kInt}},
                                       {"lev\"el", {.kind = TypeKind::kText}},
                                       {"amount", {TypeKind::kDecimal, 10, 2, ""}},
                                       {"income", {.kind = TypeKind::kDouble}},
                                       {"ratio", {.kind = TypeKind::kFloat}},
                                       {"born", {.kind = TypeKind::kDate}},
                                       {"seen", {.kind = TypeKind::kTimestamp}},
                                       {"coins", {.kind = TypeKind::kTextList}},
                                       {"wide", {TypeKind::kDecimal, 38, 0, ""}},
                                       {"vip", {.kind = TypeKind::kBoolean}}}});
  return schema;
}

LoweredSource source(Column column, Domain domain, Reader reader = Reader::kNone) {
  return {.column = {.table = 0, .column = column}, .reader = reader, .domain = domain};
}

LoweredExpression leaf(const LoweredSource& from, rule::LoweredTest test,
                       std::vector<LoweredConstant> constants = {}) {
  return {LoweredLeaf{.source = from, .test = test, .constants = std::move(constants)}};
}

LoweredExpression negated(LoweredExpression part) {
  LoweredNot negation;
  negation.part.push_back(std::move(part));
  return {std::move(negation)};
}

base::Result<std::string, base::Problems> written(const LoweredExpression& condition) {
  return write_condition(condition, schema(), {.tables = {"i"}, .key = "u.id", .rule = nullptr});
}

std::int64_t day(std::string_view text) {
  return column::day_of(column::read_moment(text).value().micros);
}

TEST(Condition, NamesAndLiteralsAreQuoted) {
  const LoweredSource level = source(kLevel, Domain::kText);
  EXPECT_EQ(*written(leaf(level, kEqual, {std::string("it's '; DROP TABLE x")})),
            R"(i."lev""el" = 'it''s ''; DROP TABLE x')");
  EXPECT_EQ(*written(leaf(level, kContains, {std::string("a\0b", 3)})),
            R"(contains(i."lev""el", ('a' || chr(0) || 'b')))");
  EXPECT_EQ(*written(leaf(level, kStartsWith, {std::string("50%_\\")})),
            R"(starts_with(i."lev""el", '50%_\'))");
  EXPECT_EQ(*written(leaf({.column = column::kKeyColumn, .domain = Domain::kText}, kEndsWith,
                          {std::string("1")})),
            "ends_with(u.id, '1')");
}

TEST(Condition, EveryDomainHasItsReadingAndItsLiterals) {
  struct Case {
    LoweredExpression condition;
    std::string sql;
  };
  const std::int64_t last_micro = (day("9999-12-31") + 1) * column::kMicrosPerDay - 1;
  for (const Case& test : std::initializer_list<Case>{
           {leaf(source(kAge, Domain::kInt), kLess, {std::int64_t{-18}}), "i.\"age\" < -18"},
           {leaf(source(kAmount, Domain::kDecimal), kGreaterEqual, {Int128{-1850}}),
            "i.\"amount\" >= CAST('-18.5' AS DECIMAL(10,2))"},
           {leaf(source(kAmount, Domain::kDecimal), kLess, {Int128{12'345'678'901}}),
            "i.\"amount\" < CAST('123456789.01' AS DECIMAL(38,2))"},
           {leaf(source(kWide, Domain::kDecimal), kEqual, {Int128{7}}),
            "tagsmith_wide_integer(i.\"wide\") = CAST('7' AS DECIMAL(38,0))"},
           {leaf(source(kIncome, Domain::kDouble), kGreater, {0.1}),
            "nullif(i.\"income\", CAST('NaN' AS DOUBLE)) > CAST('0.1' AS DOUBLE)"},
           {leaf(source(kIncome, Domain::kDouble), kLess,
                 {-std::numeric_limits<double>::infinity()}),
            "nullif(i.\"income\", CAST('NaN' AS DOUBLE)) < CAST('-Infinity' AS DOUBLE)"},
           {leaf(source(kRatio, Domain::kFloat), kEqual, {0.1F}),
            "nullif(i.\"ratio\", CAST('NaN' AS FLOAT)) = CAST('0.1' AS FLOAT)"},
           {leaf(source(kVip, Domain::kBoolean), kEqual, {std::int64_t{1}}), "i.\"vip\" = TRUE"},
           {leaf(source(kAge, Domain::kBoolean), kEqual, {std::int64_t{0}}),
            "CASE i.\"age\" WHEN 1 THEN TRUE WHEN 0 THEN FALSE END = FALSE"},
           {leaf(source(kLevel, Domain::kBoolean, Reader::kBoolean), kEqual, {std::int64_t{1}}),
            "tagsmith_boolean(i.\"lev\"\"el\") = TRUE"},
           {leaf(source(kBorn, Domain::kDay), kLessEqual, {day("2025-11-22")}),
            "tagsmith_finite(i.\"born\") <= DATE '2025-11-22'"},
           {leaf(source(kBorn, Domain::kDay), kLessEqual, {std::int64_t{-800'000}}),
            "tagsmith_finite(i.\"born\") <= (DATE '1970-01-01' + -800000)"},
           {leaf(source(kLevel, Domain::kDay, Reader::kDay), kEqual, {day("0001-01-01")}),
            "tagsmith_day(i.\"lev\"\"el\") = DATE '0001-01-01'"},
           {leaf(source(kSeen, Domain::kMicros), kLessEqual, {last_micro}),
            "tagsmith_finite(i.\"seen\") <= TIMESTAMP '9999-12-31 23:59:59.999999'"},
           {leaf(source(kSeen, Domain::kMicros), kLess, {last_micro + 1}),
            "tagsmith_finite(i.\"seen\") < make_timestamp(253402300800000000)"},
           {leaf(source(kLevel, Domain::kMicros, Reader::kTime), kEqual, {std::int64_t{0}}),
            "tagsmith_time(i.\"lev\"\"el\") = TIMESTAMP '1970-01-01 00:00:00'"},
           {leaf(source(kLevel, Domain::kNumberText, Reader::kNumber), kEqual,
                 {column::read_number("1e3").value()}),
            "tagsmith_number(i.\"lev\"\"el\") = tagsmith_number('1000')"},
           {leaf(source(kCoins, Domain::kTextList), kHasAny,
                 {std::string("BTC"), std::string("E")}),
            "tagsmith_has_any(i.\"coins\", ['BTC', 'E'])"},
           {leaf(source(kCoins, Domain::kTextList), kHasAll, {std::string("BTC")}),
            "tagsmith_has_all(i.\"coins\", ['BTC'])"},
           {leaf(source(kWide, Domain::kDecimal), kIsNull), "i.\"wide\" IS NULL"},
           {leaf(source(kAge, Domain::kInt), kReadable),
            "CASE WHEN i.\"age\" IS NOT NULL THEN TRUE END"},
           {leaf(source(kAge, Domain::kInt), kNever),
            "CASE WHEN i.\"age\" IS NOT NULL THEN FALSE END"}}) {
    EXPECT_EQ(*written(test.condition), test.sql);
  }
}

TEST(Condition, ComparisonsBringBothSidesToOneForm) {
  using enum LoweredComparison::As;
  const LoweredSource age = source(kAge, Domain::kInt);
  const LoweredSource amount = source(kAmount, Domain::kDecimal);
  const LoweredSource number = source(kLevel, Domain::kNumberText, Reader::kNumber);
  const auto compared = [&](const LoweredSource& left, const LoweredSource& right,
                            LoweredComparison::As as) {
    return *written({LoweredComparison{.left = left, .right = right, .test = kLess, .as = as}});
  };
  EXPECT_EQ(compared(age, age, kExact), "i.\"age\" < i.\"age\"");
  EXPECT_EQ(compared(age, amount, kExact),
            "tagsmith_number(CAST(i.\"age\" AS VARCHAR)) < "
            "tagsmith_number(CAST(i.\"amount\" AS VARCHAR))");
  EXPECT_EQ(compared(number, source(kWide, Domain::kDecimal), kExact),
            "tagsmith_number(i.\"lev\"\"el\") < "
            "tagsmith_number(CAST(tagsmith_wide_integer(i.\"wide\") AS VARCHAR))");
  EXPECT_EQ(compared(amount, source(kIncome, Domain::kDouble), kDouble),
            "CAST(CAST(i.\"amount\" AS VARCHAR) AS DOUBLE) < "
            "nullif(i.\"income\", CAST('NaN' AS DOUBLE))");
  EXPECT_EQ(compared(number, source(kRatio, Domain::kFloat), kDouble),
            "tagsmith_double(i.\"lev\"\"el\") < "
            "nullif(CAST(i.\"ratio\" AS DOUBLE), CAST('NaN' AS DOUBLE))");
  EXPECT_EQ(compared(source(kBorn, Domain::kDay), source(kSeen, Domain::kMicros), kMicros),
            "tagsmith_midnight(tagsmith_finite(i.\"born\")) < tagsmith_finite(i.\"seen\")");
  EXPECT_EQ(
      compared(source(kBorn, Domain::kDay), source(kLevel, Domain::kDay, Reader::kDay), kMicros),
      "tagsmith_finite(i.\"born\") < tagsmith_day(i.\"lev\"\"el\")");
}

TEST(Condition, GroupsStandInParenthesesAndLongOnesOnLines) {
  const LoweredExpression adult =
      leaf(source(kAge, Domain::kInt), kGreaterEqual, {std::int64_t{18}});
  const LoweredExpression vip = leaf(source(kLevel, Domain::kText), kEqual, {std::string("VIP")});
  EXPECT_EQ(*written({LoweredAnd{{adult, negated(vip), negated({LoweredOr{{adult, vip}}})}}}),
            "(i.\"age\" >= 18 AND i.\"lev\"\"el\" <> 'VIP' AND "
            "NOT (i.\"age\" >= 18 OR i.\"lev\"\"el\" = 'VIP'))");
  EXPECT_EQ(*written({LoweredOr{{adult, {LoweredAnd{{adult, vip, vip, vip, vip}}}}}}), R"((
  i."age" >= 18
  OR (
    i."age" >= 18
    AND i."lev""el" = 'VIP'
    AND i."lev""el" = 'VIP'
    AND i."lev""el" = 'VIP'
    AND i."lev""el" = 'VIP')))");
  EXPECT_EQ(
      *written(negated(leaf(source(kAge, Domain::kInt), kIn, {std::int64_t{1}, std::int64_t{2}}))),
      "i.\"age\" NOT IN (1, 2)");
  EXPECT_EQ(*written(negated(leaf(source(kAge, Domain::kInt), kIsNull))), "i.\"age\" IS NOT NULL");
  EXPECT_EQ(*written(negated(negated(adult))), "NOT (NOT (i.\"age\" >= 18))");
}

TEST(Condition, RefusesWhatDuckdbCannotSay) {
  column::Schema odd = schema();
  odd.tables[0].columns[0].name = std::string("a\0b", 3);
  odd.tables[0].columns[1].name = "";
  for (const Column column : {kAge, kLevel}) {
    const auto result = write_condition(leaf(source(column, Domain::kInt), kIsNull), odd,
                                        {.tables = {"i"}, .key = "k", .rule = nullptr});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().front().code, "E_DIALECT");
    EXPECT_THAT(result.error().front().message, HasSubstr("can have no column"));
  }
  const auto tag = written({LoweredRuleTest{{0}}});
  ASSERT_FALSE(tag);
  EXPECT_EQ(tag.error().front().code, "E_DIALECT");
}

TEST(Query, ReadsFromTheTablesToTheTags) {
  const LoweredExpression adult = leaf(source(kLevel, Domain::kNumberText, Reader::kNumber),
                                       kGreaterEqual, {column::read_number("18").value()});
  const rule::LoweredRules rules = {
      adult,
      {LoweredAnd{{leaf(source(kAge, Domain::kInt), kIsNull), {LoweredRuleTest{{0}}}}}},
      leaf(source(kLevel, Domain::kText), kIsNull)};
  const std::vector<QueryRule> about = {
      {.tag_id = 7, .label = "adult:\nnumber(level) >= 18"}, {.tag_id = 5}, {.tag_id = 7}};
  column::Schema two = schema();
  two.tables.push_back({.database = "", .name = "other", .columns = {}});
  const auto query =
      write_query(rules, about, two, std::vector<std::string>{"  SELECT 1", "  SELECT 2"});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->select, R"sql(WITH
"info" AS (
  SELECT 1
),
"other" AS (
  SELECT 2
),
-- Everybody who stands in any table, once in each.
"all_users" AS (
  SELECT CASE count(*) WHEN 1 THEN "user_id" ELSE error('E_DATA_DUPLICATE: table info has more than one row of ' || "user_id") END AS "user_id"
  FROM "info" WHERE "user_id" <> '' GROUP BY "user_id"
  UNION
  SELECT CASE count(*) WHEN 1 THEN "user_id" ELSE error('E_DATA_DUPLICATE: table other has more than one row of ' || "user_id") END AS "user_id"
  FROM "other" WHERE "user_id" <> '' GROUP BY "user_id"
),
-- What the rules read, one row a user.
"cells" AS (
  SELECT "all_users"."user_id",
    tagsmith_number("info"."lev""el") AS "number(lev""el)",
    "info"."lev""el" AS "lev""el",
    "info"."age" AS "age"
  FROM "all_users"
  LEFT JOIN "info" ON "info"."user_id" = "all_users"."user_id"
),
-- What each rule is: TRUE, FALSE or NULL for unknown.
"truths" AS (
  SELECT *,
    -- tag 7: adult: number(level) >= 18
    "number(lev""el)" >= tagsmith_number('18') AS "rule_1",
    -- tag 7
    "lev""el" IS NULL AS "rule_3"
  FROM "cells"
),
-- The rules that ask for those above.
"truths 2" AS (
  SELECT *,
    -- tag 5
    ("age" IS NULL AND coalesce("rule_1", FALSE)) AS "rule_2"
  FROM "truths"
)
SELECT
  "user_id",
  list_filter([
    CASE WHEN "rule_2" THEN 5 END,
    CASE WHEN "rule_1" OR "rule_3" THEN 7 END
  ], lambda tag: tag IS NOT NULL) AS "tag_ids"
FROM "truths 2"
ORDER BY "user_id" ASC)sql");
  ASSERT_EQ(query->macros.size(), 1U);
  EXPECT_THAT(query->macros[0], HasSubstr("CREATE OR REPLACE MACRO tagsmith_number(cell)"));
  EXPECT_EQ(to_text(*query), query->macros[0] + ";\n\n" + query->select + ";\n");
}

TEST(Query, BringsTheMacrosThatItsMacrosCall) {
  const rule::LoweredRules rules = {
      leaf(source(kLevel, Domain::kBoolean, Reader::kBoolean), kEqual, {std::int64_t{1}})};
  const auto query = write_query(rules, std::vector<QueryRule>{{.tag_id = 1}}, schema(),
                                 std::vector<std::string>{"SELECT 1"});
  ASSERT_TRUE(query);
  ASSERT_EQ(query->macros.size(), 2U);
  EXPECT_THAT(query->macros[0], HasSubstr("MACRO tagsmith_boolean_of("));
  EXPECT_THAT(query->macros[1], HasSubstr("MACRO tagsmith_boolean("));
}

TEST(Query, NamesThatDuckdbTakesForOneAreKeptApart) {
  column::Schema alike;
  alike.tables = {
      {.database = "a", .name = "Cells", .columns = {{"X", {.kind = TypeKind::kInt}}}},
      {.database = "b", .name = "all_users", .columns = {{"x", {.kind = TypeKind::kInt}}}}};
  const rule::LoweredRules rules = {
      {LoweredOr{{leaf({.column = {.table = 0, .column = 0}, .domain = Domain::kInt}, kIsNull),
                  leaf({.column = {.table = 1, .column = 0}, .domain = Domain::kInt}, kIsNull)}}}};
  const auto query = write_query(rules, std::vector<QueryRule>{{.tag_id = 1}}, alike,
                                 std::vector<std::string>{"SELECT 1", "SELECT 2"});
  ASSERT_TRUE(query);
  EXPECT_THAT(query->select, HasSubstr("(\"X\" IS NULL OR \"x 2\" IS NULL)"));
  EXPECT_THAT(query->select, HasSubstr("\"all_users 2\" AS ("));
  EXPECT_THAT(query->select, HasSubstr("\"cells 2\" AS ("));
}

TEST(Query, RefusesWithEachReasonOnce) {
  column::Schema odd = schema();
  odd.tables[0].columns[0].name = "";
  const LoweredExpression test = leaf(source(kAge, Domain::kInt), kIsNull);
  const auto query = write_query(rule::LoweredRules{test, test},
                                 std::vector<QueryRule>{{.tag_id = 1}, {.tag_id = 2}}, odd,
                                 std::vector<std::string>{"SELECT 1"});
  ASSERT_FALSE(query);
  ASSERT_EQ(query.error().size(), 1U);
  EXPECT_EQ(query.error()[0].code, "E_DIALECT");
}

}  // namespace
}  // namespace tagsmith::sql
