#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "column/days.h"
#include "rule/lowered.h"

namespace tagsmith::rule {
namespace {

using column::TypeKind;

enum Column : size_t {
  kAge,
  kAmount,  // decimal(10,2)
  kScore,   // double
  kRatio,   // float
  kCity,    // text
  kActive,  // boolean
  kBorn,    // date
  kSeen,    // timestamp
  kCoins,   // list<text>
  kOther,   // text
  kWide,    // decimal(38,0)
  kWeight,  // float
};

column::Schema schema() {
  column::Schema schema;
  schema.tables.push_back({.database = "",
                           .name = "t",
                           .columns = {{"age", {.kind = TypeKind::kInt}},
                                       {"amount", {TypeKind::kDecimal, 10, 2, ""}},
                                       {"score", {.kind = TypeKind::kDouble}},
                                       {"ratio", {.kind = TypeKind::kFloat}},
                                       {"city", {.kind = TypeKind::kText}},
                                       {"active", {.kind = TypeKind::kBoolean}},
                                       {"born", {.kind = TypeKind::kDate}},
                                       {"seen", {.kind = TypeKind::kTimestamp}},
                                       {"coins", {.kind = TypeKind::kTextList}},
                                       {"other", {.kind = TypeKind::kText}},
                                       {"wide", {TypeKind::kDecimal, 38, 0, ""}},
                                       {"weight", {.kind = TypeKind::kFloat}}}});
  return schema;
}

Constant number(std::string_view text) { return column::read_number(text).value(); }
Constant moment(std::string_view text) {
  return MomentLiteral{.at = column::read_moment(text).value()};
}
Constant today(std::int32_t offset) {
  return MomentLiteral{.relative = true, .offset_days = offset};
}
Constant text(std::string value) { return value; }

TypedOperand operand(Column column, Reader reader = Reader::kNone) {
  return {.column = {.table = 0, .column = column}, .reader = reader};
}

TypedExpression condition(TypedOperand subject, Test test, std::vector<Constant> constants) {
  return {TypedCondition{.test = test, .subject = subject, .constants = std::move(constants)}};
}
TypedExpression condition(Column column, Test test, std::vector<Constant> constants) {
  return condition(operand(column), test, std::move(constants));
}
TypedExpression comparison(TypedOperand left, Test test, TypedOperand right) {
  return {TypedCondition{.test = test, .subject = left, .other = right}};
}

const std::int32_t kAsOf = column::days_from_civil(2025, 11, 22).value();

LoweredExpression lowered(const TypedExpression& rule) {
  return lower(rule, schema(), kAsOf, [](std::string_view code) -> LoweredExpression {
    return {LoweredRuleTest(code == "vip" ? std::vector<size_t>{3, 1, 3} : std::vector<size_t>{})};
  });
}

struct Case {
  TypedExpression rule;
  std::string dump;
};

void check(const std::vector<Case>& cases) {
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(to_text(lowered(cases[i].rule), schema()), cases[i].dump) << "case " << i;
  }
}

TEST(Lower, WholeNumbersMoveALiteralBetweenTwoOfThemAndAdjustTheOperator) {
  check({
      {condition(kAge, rule::Test::kGreater, {number("18.555")}), "age >= 19\n"},
      {condition(kAge, rule::Test::kGreaterEqual, {number("18.555")}), "age >= 19\n"},
      {condition(kAge, rule::Test::kLess, {number("18.555")}), "age <= 18\n"},
      {condition(kAge, rule::Test::kLessEqual, {number("18.555")}), "age <= 18\n"},
      {condition(kAge, rule::Test::kGreater, {number("-18.5")}), "age >= -18\n"},
      {condition(kAge, rule::Test::kLess, {number("-18.5")}), "age <= -19\n"},
      {condition(kAge, rule::Test::kGreater, {number("18.0")}), "age > 18\n"},
      {condition(kAge, rule::Test::kLess, {number("1e-38")}), "age <= 0\n"},
      {condition(kAge, rule::Test::kEqual, {number("18.0")}), "age = 18\n"},
      {condition(kAge, rule::Test::kEqual, {number("18.5")}), "age is never\n"},
      {condition(kAge, rule::Test::kNotEqual, {number("18.5")}), "not\n  age is never\n"},
      {condition(kAge, rule::Test::kIn, {number("3"), number("1.5"), number("1"), number("3.0")}),
       "age in 1, 3\n"},
      {condition(kAge, rule::Test::kIn, {number("3"), number("3.5")}), "age = 3\n"},
      {condition(kAge, rule::Test::kNotIn, {number("0.5")}), "not\n  age is never\n"},
      {condition(kAge, rule::Test::kBetween, {number("17.5"), number("18.5")}),
       "and\n  age >= 18\n  age <= 18\n"},
      {condition(kAge, rule::Test::kNotBetween, {number("1"), number("2")}),
       "not\n  and\n    age >= 1\n    age <= 2\n"},
  });
}

TEST(Lower, LiteralsOutsideTheDomainFold) {
  check({
      {condition(kAge, rule::Test::kGreater, {number("9223372036854775807.5")}), "age is never\n"},
      {condition(kAge, rule::Test::kGreater, {number("9223372036854775807")}),
       "age > 9223372036854775807\n"},
      {condition(kAge, rule::Test::kLess, {number("9223372036854775808")}), "age is readable\n"},
      {condition(kAge, rule::Test::kLessEqual, {number("-9223372036854775808.5")}),
       "age is never\n"},
      {condition(kAge, rule::Test::kGreaterEqual, {number("-9223372036854775808.5")}),
       "age >= -9223372036854775808\n"},
      {condition(kAge, rule::Test::kGreater, {number("-9223372036854775809")}),
       "age is readable\n"},
      {condition(kAge, rule::Test::kEqual, {number("9223372036854775808")}), "age is never\n"},
      {condition(kAge, rule::Test::kEqual, {number("-9223372036854775809")}), "age is never\n"},
      {condition(kAge, rule::Test::kGreater, {number("1e37")}), "age is never\n"},
      {condition(kAmount, rule::Test::kLess, {number("1e37")}), "amount is readable\n"},
      {condition(kAmount, rule::Test::kLess, {number("-1e37")}), "amount is never\n"},
      {condition(kAmount, rule::Test::kEqual, {number("-1e37")}), "amount is never\n"},
      {condition(kWide, rule::Test::kLess, {number("99999999999999999999999999999999999999")}),
       "wide < 99999999999999999999999999999999999999\n"},
  });
}

TEST(Lower, DecimalsCompareAtTheScaleOfTheColumn) {
  check({
      {condition(kAmount, rule::Test::kGreater, {number("18.555")}), "amount >= 18.56\n"},
      {condition(kAmount, rule::Test::kLess, {number("18.555")}), "amount <= 18.55\n"},
      {condition(kAmount, rule::Test::kLessEqual, {number("-18.555")}), "amount <= -18.56\n"},
      {condition(kAmount, rule::Test::kGreater, {number("18.5")}), "amount > 18.50\n"},
      {condition(kAmount, rule::Test::kEqual, {number("18.555")}), "amount is never\n"},
      {condition(kAmount, rule::Test::kIn, {number("0.01"), number("0.001")}), "amount = 0.01\n"},
  });
  const auto leaf =
      std::get<LoweredLeaf>(lowered(condition(kAmount, rule::Test::kEqual, {number("18.5")})).node);
  EXPECT_EQ(leaf.constants, std::vector<LoweredConstant>{column::Int128{1850}});
}

TEST(Lower, DoublesAndFloatsCompareWithTheNearestValueOfTheirType) {
  const auto constants = [](const TypedExpression& rule) {
    return std::get<LoweredLeaf>(lowered(rule).node).constants;
  };
  using Constants = std::vector<LoweredConstant>;
  EXPECT_EQ(constants(condition(kScore, rule::Test::kLess, {number("0.1")})), Constants{0.1});
  EXPECT_EQ(constants(condition(kRatio, rule::Test::kLess, {number("0.1")})), Constants{0.1F});
  EXPECT_EQ(constants(condition(kScore, rule::Test::kEqual, {number("-0.0")})), Constants{0.0});
  // Two literals, one double: a list of one is an equality.
  const auto same = std::get<LoweredLeaf>(
      lowered(condition(kScore, rule::Test::kIn,
                        {number("9007199254740993"), number("9007199254740992")}))
          .node);
  EXPECT_EQ(same.test, LoweredTest::kEqual);
  EXPECT_EQ(same.constants, Constants{9007199254740992.0});
}

TEST(Lower, NumberTextStaysExact) {
  const auto leaf = std::get<LoweredLeaf>(
      lowered(condition(operand(kCity, Reader::kNumber), rule::Test::kGreater, {number("18.555")}))
          .node);
  EXPECT_EQ(leaf.source.domain, Domain::kNumberText);
  EXPECT_EQ(leaf.test, LoweredTest::kGreater);
  EXPECT_EQ(leaf.constants, std::vector<LoweredConstant>{column::read_number("18.555").value()});
}

TEST(Lower, ADayOnADateColumnComparesDays) {
  check({
      {condition(kBorn, rule::Test::kEqual, {moment("2025-01-01")}), "born = 2025-01-01\n"},
      {condition(kBorn, rule::Test::kGreater, {moment("2025-01-01")}), "born > 2025-01-01\n"},
      {condition(kBorn, rule::Test::kGreaterEqual, {today(-7)}), "born >= 2025-11-15\n"},
      {condition(kBorn, rule::Test::kBetween, {today(-30), today(1)}),
       "and\n  born >= 2025-10-23\n  born <= 2025-11-23\n"},
      {condition(operand(kCity, Reader::kDay), rule::Test::kLess, {moment("2025-01-01")}),
       "day(city) < 2025-01-01\n"},
      {condition(kBorn, rule::Test::kLess, {today(std::numeric_limits<std::int32_t>::max())}),
       "born < 2147504061\n"},
  });
}

TEST(Lower, ATimeOnADateColumnMeetsMidnights) {
  check({
      {condition(kBorn, rule::Test::kLess, {moment("2025-01-01 10:00")}), "born <= 2025-01-01\n"},
      {condition(kBorn, rule::Test::kLessEqual, {moment("2025-01-01 10:00")}),
       "born <= 2025-01-01\n"},
      {condition(kBorn, rule::Test::kGreater, {moment("2025-01-01 10:00")}),
       "born >= 2025-01-02\n"},
      {condition(kBorn, rule::Test::kGreaterEqual, {moment("2025-01-01 00:00")}),
       "born >= 2025-01-01\n"},
      {condition(kBorn, rule::Test::kLess, {moment("2025-01-01 00:00")}), "born < 2025-01-01\n"},
      {condition(kBorn, rule::Test::kEqual, {moment("2025-01-01 10:00")}), "born is never\n"},
      {condition(kBorn, rule::Test::kEqual, {moment("2025-01-01 00:00")}), "born = 2025-01-01\n"},
      {condition(kBorn, rule::Test::kLess, {moment("1969-12-31 23:59:59.999999")}),
       "born <= 1969-12-31\n"},
      {condition(kBorn, rule::Test::kIn,
                 {moment("2025-01-02"), moment("2025-01-01 00:00"), moment("2025-01-03 01:00")}),
       "born in 2025-01-01, 2025-01-02\n"},
      {condition(operand(kCity, Reader::kDay), rule::Test::kLess, {moment("2025-01-01 10:00")}),
       "day(city) <= 2025-01-01\n"},
  });
}

TEST(Lower, ADayOnATimestampIsFromMidnightToTheNextMidnight) {
  check({
      {condition(kSeen, rule::Test::kEqual, {moment("2025-01-01")}),
       "and\n  seen >= 2025-01-01 00:00:00\n  seen < 2025-01-02 00:00:00\n"},
      {condition(kSeen, rule::Test::kNotEqual, {moment("2025-01-01")}),
       "not\n  and\n    seen >= 2025-01-01 00:00:00\n    seen < 2025-01-02 00:00:00\n"},
      {condition(kSeen, rule::Test::kLess, {moment("2025-01-01")}), "seen < 2025-01-01 00:00:00\n"},
      {condition(kSeen, rule::Test::kLessEqual, {moment("2025-01-01")}),
       "seen < 2025-01-02 00:00:00\n"},
      {condition(kSeen, rule::Test::kGreater, {moment("2025-01-01")}),
       "seen >= 2025-01-02 00:00:00\n"},
      {condition(kSeen, rule::Test::kGreaterEqual, {moment("2025-01-01")}),
       "seen >= 2025-01-01 00:00:00\n"},
      {condition(operand(kCity, Reader::kTime), rule::Test::kGreater, {moment("9999-12-31")}),
       "time(city) >= 10000-01-01 00:00:00\n"},
      {condition(kSeen, rule::Test::kGreater, {today(std::numeric_limits<std::int32_t>::max())}),
       "seen is never\n"},
      {condition(kSeen, rule::Test::kGreaterEqual,
                 {today(std::numeric_limits<std::int32_t>::min())}),
       "seen is readable\n"},
  });
}

TEST(Lower, ATimeOnATimestampComparesPoints) {
  check({
      {condition(kSeen, rule::Test::kEqual, {moment("2025-01-01 10:00")}),
       "seen = 2025-01-01 10:00:00\n"},
      {condition(operand(kCity, Reader::kTime), rule::Test::kLessEqual,
                 {moment("2025-01-01 10:00:00.5")}),
       "time(city) <= 2025-01-01 10:00:00.5\n"},
      // A range whose bounds have grains of their own.
      {condition(kSeen, rule::Test::kBetween, {moment("2025-01-01 10:00"), moment("2025-01-02")}),
       "and\n  seen >= 2025-01-01 10:00:00\n  seen < 2025-01-03 00:00:00\n"},
  });
}

TEST(Lower, AListOfDatesIsSplitByGrain) {
  check({
      {condition(kSeen, rule::Test::kIn,
                 {moment("2025-01-05"), moment("2025-03-01 12:00"), moment("2025-01-01"),
                  moment("2025-01-02"), moment("2025-01-02"), moment("2025-02-01 12:00")}),
       "or\n"
       "  seen in 2025-02-01 12:00:00, 2025-03-01 12:00:00\n"
       "  and\n    seen >= 2025-01-01 00:00:00\n    seen < 2025-01-03 00:00:00\n"
       "  and\n    seen >= 2025-01-05 00:00:00\n    seen < 2025-01-06 00:00:00\n"},
      {condition(kSeen, rule::Test::kNotIn, {moment("2025-01-05")}),
       "not\n  and\n    seen >= 2025-01-05 00:00:00\n    seen < 2025-01-06 00:00:00\n"},
  });
}

TEST(Lower, TextsAndListsKeepTheirConstantsSortedAndDistinct) {
  check({
      {condition(kCity, rule::Test::kEqual, {text("")}), "city = ''\n"},
      {condition(kCity, rule::Test::kNotEqual, {text("a")}), "not\n  city = 'a'\n"},
      {condition(kCity, rule::Test::kIn, {text("b"), text("a"), text("b")}), "city in 'a', 'b'\n"},
      {condition(kCity, rule::Test::kNotIn, {text("b"), text("a")}), "not\n  city in 'a', 'b'\n"},
      {condition(kCity, rule::Test::kContains, {text("%")}), "city contains '%'\n"},
      {condition(kCity, rule::Test::kStartsWith, {text("a")}), "city starts with 'a'\n"},
      {condition(kCity, rule::Test::kEndsWith, {text("a")}), "city ends with 'a'\n"},
      {condition(kCoins, rule::Test::kHasAny, {text("b"), text("a")}),
       "coins has any of 'a', 'b'\n"},
      {condition(kCoins, rule::Test::kHasAll, {text("b"), text("b")}), "coins has all of 'b'\n"},
      {condition(kCoins, rule::Test::kHasNone, {text("b")}), "not\n  coins has any of 'b'\n"},
  });
}

TEST(Lower, BooleansAreZeroAndOne) {
  check({
      {condition(kActive, rule::Test::kEqual, {true}), "active = true\n"},
      {condition(operand(kAge, Reader::kBoolean), rule::Test::kEqual, {false}),
       "bool(age) = false\n"},
      {condition(operand(kCity, Reader::kBoolean), rule::Test::kNotEqual, {true}),
       "not\n  bool(city) = true\n"},
  });
}

TEST(Lower, NullTestsForgetTheReader) {
  check({
      {condition(operand(kCity, Reader::kNumber), rule::Test::kIsNull, {}), "city is null\n"},
      {condition(kCoins, rule::Test::kIsNotNull, {}), "not\n  coins is null\n"},
  });
}

TEST(Lower, TwoColumnsMeetInTheTypeThatLosesNothingTheySay) {
  check({
      {comparison(operand(kAge), rule::Test::kGreater, operand(kAmount)),
       "age > amount as exact numbers\n"},
      {comparison(operand(kAge), rule::Test::kLess, operand(kCity, Reader::kNumber)),
       "age < number(city) as exact numbers\n"},
      {comparison(operand(kAge), rule::Test::kNotEqual, operand(kScore)),
       "not\n  age = score as doubles\n"},
      {comparison(operand(kRatio), rule::Test::kEqual, operand(kWeight)),
       "ratio = weight as floats\n"},
      {comparison(operand(kRatio), rule::Test::kEqual, operand(kAge)), "ratio = age as doubles\n"},
      {comparison(operand(kCity), rule::Test::kLessEqual, operand(kOther)),
       "city <= other as texts\n"},
      {comparison(operand(kBorn), rule::Test::kGreaterEqual, operand(kSeen)),
       "born >= seen as points in time\n"},
      {comparison(operand(kBorn), rule::Test::kEqual, operand(kCity, Reader::kDay)),
       "born = day(city) as points in time\n"},
      {comparison(operand(kActive), rule::Test::kEqual, operand(kAge, Reader::kBoolean)),
       "active = bool(age) as booleans\n"},
  });
}

TEST(Lower, GroupsAndTagTestsKeepTheirShape) {
  const TypedExpression adult = condition(kAge, rule::Test::kGreater, {number("18")});
  const TypedExpression vip{TypedTagTest{"vip"}};
  const TypedExpression unknown{TypedTagTest{"nobody"}};
  const TypedExpression negation{TypedNot{{TypedExpression{TypedOr{{unknown, adult}}}}}};
  check({{TypedExpression{TypedAnd{{adult, vip, negation}}},
          "and\n  age > 18\n  any of rules 1, 3\n  not\n    or\n      no rule\n      age > 18\n"}});
}

TEST(Lower, TheDumpOfALargeTagSaysHowMuchItLeavesOut) {
  std::vector<size_t> rules(25);
  std::iota(rules.begin(), rules.end(), size_t{0});
  EXPECT_EQ(
      to_text({LoweredRuleTest(rules)}, schema()),
      "any of rules 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, and "
      "5 more\n");
}

TEST(Lower, TheDumpOfALongListSaysHowMuchItLeavesOut) {
  std::vector<Constant> many;
  for (int i = 0; i < 25; ++i) {
    many.push_back(number(std::to_string(i)));
  }
  const std::string dump = to_text(lowered(condition(kAge, rule::Test::kIn, many)), schema());
  EXPECT_EQ(dump,
            "age in 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, and 5 "
            "more\n");
}

}  // namespace
}  // namespace tagsmith::rule
