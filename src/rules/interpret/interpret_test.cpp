#include "interpret/interpret.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "column/days.h"
#include "column/readers.h"

namespace tagsmith::interpret {
namespace {

using column::ColumnId;
using column::Int128;
using column::TextList;
using column::TypeKind;
using column::Value;
using rule::ConditionType;
using rule::Constant;
using rule::MomentLiteral;
using rule::Reader;
using Ask = rule::Test;  // in a TEST, Test is the one of GoogleTest
using rule::TypedAnd;
using rule::TypedCondition;
using rule::TypedExpression;
using rule::TypedNot;
using rule::TypedOr;
using rule::TypedTagTest;

constexpr Truth F = Truth::kFalse;
constexpr Truth U = Truth::kUnknown;
constexpr Truth T = Truth::kTrue;

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
constexpr std::int32_t kLowestDay = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kHighestDay = std::numeric_limits<std::int32_t>::max();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// ---- One table with a column, or two, of every type.

enum ColumnIndex : size_t {
  kInt,
  kDecimal,
  kWide,
  kDouble,
  kFloat,
  kText,
  kBoolean,
  kDate,
  kTimestamp,
  kList,
  kOtherInt,
  kOtherDecimal,
  kOtherDouble,
  kOtherFloat,
  kOtherText,
};

const column::Schema& schema() {
  static const column::Schema tables{
      .tables = {
          {.database = "shop",
           .name = "users",
           .columns = {
               {.name = "age", .type = {.kind = TypeKind::kInt}},
               {.name = "price", .type = {.kind = TypeKind::kDecimal, .precision = 18, .scale = 2}},
               {.name = "wide", .type = {.kind = TypeKind::kDecimal, .precision = 38, .scale = 0}},
               {.name = "score", .type = {.kind = TypeKind::kDouble}},
               {.name = "ratio", .type = {.kind = TypeKind::kFloat}},
               {.name = "level", .type = {.kind = TypeKind::kText}},
               {.name = "active", .type = {.kind = TypeKind::kBoolean}},
               {.name = "born", .type = {.kind = TypeKind::kDate}},
               {.name = "seen", .type = {.kind = TypeKind::kTimestamp}},
               {.name = "coins", .type = {.kind = TypeKind::kTextList}},
               {.name = "age2", .type = {.kind = TypeKind::kInt}},
               {.name = "price2",
                .type = {.kind = TypeKind::kDecimal, .precision = 38, .scale = 4}},
               {.name = "score2", .type = {.kind = TypeKind::kDouble}},
               {.name = "ratio2", .type = {.kind = TypeKind::kFloat}},
               {.name = "level2", .type = {.kind = TypeKind::kText}},
           }}}};
  return tables;
}

ColumnId id(size_t column) { return {.table = 0, .column = column}; }

std::int32_t day(std::string_view text) {
  const auto moment = column::read_moment(text);
  TAGSMITH_ASSERT(moment && moment->is_day);
  return column::day_of(moment->micros);
}

std::int64_t micros(std::string_view text) {
  const auto moment = column::read_moment(text);
  TAGSMITH_ASSERT(moment.has_value());
  return moment->micros;
}

constexpr std::string_view kAsOf = "2025-11-22";

Context context() {
  return {.schema = &schema(), .as_of = day(kAsOf), .has_tag = [](std::string_view code) {
            return code == "vip";
          }};
}

// ---- Literals and conditions

Constant number(std::string_view text) {
  const auto decimal = column::read_number(text);
  TAGSMITH_ASSERT(decimal.has_value());
  return *decimal;
}
Constant text(std::string_view value) { return std::string(value); }
Constant date(std::string_view value) {
  const auto moment = column::read_moment(value);
  TAGSMITH_ASSERT(moment.has_value());
  return MomentLiteral{.at = *moment};
}
Constant today(std::int32_t offset) {
  return MomentLiteral{.relative = true, .offset_days = offset};
}

struct Subject {
  size_t column;
  ConditionType type;
  Reader reader = Reader::kNone;
};
constexpr Subject kNumberInt{kInt, ConditionType::kNumber};
constexpr Subject kNumberDecimal{kDecimal, ConditionType::kNumber};
constexpr Subject kNumberWide{kWide, ConditionType::kNumber};
constexpr Subject kNumberDouble{kDouble, ConditionType::kNumber};
constexpr Subject kNumberFloat{kFloat, ConditionType::kNumber};
constexpr Subject kNumberText{kText, ConditionType::kNumber, Reader::kNumber};
constexpr Subject kString{kText, ConditionType::kString};
constexpr Subject kDateDate{kDate, ConditionType::kDate};
constexpr Subject kDateTimestamp{kTimestamp, ConditionType::kDate};
constexpr Subject kDayText{kText, ConditionType::kDate, Reader::kDay};
constexpr Subject kTimeText{kText, ConditionType::kDate, Reader::kTime};
constexpr Subject kBooleanBoolean{kBoolean, ConditionType::kBoolean};
constexpr Subject kBooleanInt{kInt, ConditionType::kBoolean, Reader::kBoolean};
constexpr Subject kBooleanText{kText, ConditionType::kBoolean, Reader::kBoolean};
constexpr Subject kListList{kList, ConditionType::kList};

TypedExpression leaf(Subject subject, Ask test, std::vector<Constant> constants = {}) {
  return {TypedCondition{.test = test,
                         .type = subject.type,
                         .subject = {.column = id(subject.column), .reader = subject.reader},
                         .constants = std::move(constants)}};
}

TypedExpression against(Subject left, Ask test, Subject right) {
  return {TypedCondition{
      .test = test,
      .type = left.type,
      .subject = {.column = id(left.column), .reader = left.reader},
      .other = rule::TypedOperand{.column = id(right.column), .reader = right.reader}}};
}

Truth truth_of(const TypedExpression& rule, const Row& row) {
  return evaluate(rule, row, context());
}

// The truth of one condition for one cell.
Truth truth_of(Subject subject, Ask test, std::vector<Constant> constants, const Value& cell) {
  return truth_of(leaf(subject, test, std::move(constants)), {{id(subject.column), cell}});
}

struct Cells {
  Value left;
  Value right;
};
Truth truth_of(Subject left, Ask test, Subject right, const Cells& cells) {
  return truth_of(against(left, test, right),
                  {{id(left.column), cells.left}, {id(right.column), cells.right}});
}

// ---- Every operator of the ordered types, on every column that they read

struct Ordered {
  std::string name;
  Subject subject;
  Constant literal;
  Value below;
  Value equal;
  Value above;
  Value unreadable;  // null when every cell can be read
};

std::vector<Ordered> ordered_subjects() {
  const std::string noon = "2025-01-01 12:00";
  return {
      {"int", kNumberInt, number("18"), std::int64_t{17}, std::int64_t{18}, std::int64_t{19}, {}},
      {"decimal", kNumberDecimal, number("18.55"), Int128{1854}, Int128{1855}, Int128{1856}, {}},
      {"wide", kNumberWide, number("18"), Int128{17}, Int128{18}, Int128{19},
       column::kUnreadableDecimal},
      {"double", kNumberDouble, number("0.1"), 0.09, 0.1, 0.11, kNan},
      {"float", kNumberFloat, number("0.1"), 0.09F, 0.1F, 0.11F,
       std::numeric_limits<float>::quiet_NaN()},
      {"number(text)", kNumberText, number("18"), "17.99", " 1.8e1 ", "18.0001", "18k"},
      {"text", kString, text("VIP2"), "VIP10", "VIP2", "VIP20", {}},
      {"date, day",
       kDateDate,
       date("2025-01-01"),
       day("2024-12-31"),
       day("2025-01-01"),
       day("2025-01-02"),
       {}},
      {"date, time",
       kDateDate,
       date("2025-01-01 00:00"),
       day("2024-12-31"),
       day("2025-01-01"),
       day("2025-01-02"),
       {}},
      {"date, relative",
       kDateDate,
       today(-7),
       day("2025-11-14"),
       day("2025-11-15"),
       day("2025-11-16"),
       {}},
      {"timestamp, day, midnight",
       kDateTimestamp,
       date("2025-01-01"),
       micros("2024-12-31 23:59:59.999999"),
       micros("2025-01-01 00:00"),
       micros("2025-01-02 00:00"),
       {}},
      {"timestamp, day, last",
       kDateTimestamp,
       date("2025-01-01"),
       micros("2024-12-31"),
       micros("2025-01-01 23:59:59.999999"),
       micros("2025-01-02"),
       {}},
      {"timestamp, time",
       kDateTimestamp,
       date(noon),
       micros("2025-01-01 11:59:59.999999"),
       micros(noon),
       micros("2025-01-01 12:00:00.000001"),
       {}},
      {"timestamp, relative",
       kDateTimestamp,
       today(1),
       micros("2025-11-22 23:59:59.999999"),
       micros("2025-11-23 23:59:59.999999"),
       micros("2025-11-24"),
       {}},
      {"day(text), day", kDayText, date("2025-01-01"), "2024-12-31 23:59:59", "2025-01-01 23:59",
       "2025-01-02", "2025-02-29"},
      {"day(text), time", kDayText, date("2025-01-01 00:00"), "2024-12-31 23:59:59",
       "2025-01-01 23:59", "2025-01-02", "yesterday"},
      {"time(text), day", kTimeText, date("2025-01-01"), "2024-12-31T23:59:59.999999",
       "2025-01-01 23:59:59.999999", "2025-01-02", "2025-01-01 24:00"},
      {"time(text), time", kTimeText, date(noon), "2025-01-01", noon, "2025-01-01 12:00:00.000001",
       "2025-01-01 12:00Z"},
      {"time(text), relative", kTimeText, today(0), "2025-11-21 23:59", "2025-11-22 23:59",
       "2025-11-23", ""},
  };
}

TEST(Interpret, Decisions3To9EveryComparisonOnEveryOrderedColumn) {
  struct Expected {
    Ask test;
    Truth below, equal, above;
  };
  const std::vector<Expected> table = {
      {Ask::kEqual, F, T, F},      {Ask::kNotEqual, T, F, T}, {Ask::kLess, T, F, F},
      {Ask::kLessEqual, T, T, F},  {Ask::kGreater, F, F, T},  {Ask::kGreaterEqual, F, T, T},
      {Ask::kIn, F, T, F},         {Ask::kNotIn, T, F, T},    {Ask::kBetween, F, T, F},
      {Ask::kNotBetween, T, F, T},
  };
  for (const Ordered& with : ordered_subjects()) {
    for (const Expected& row : table) {
      SCOPED_TRACE(with.name + ", test " + std::to_string(static_cast<int>(row.test)));
      const bool pair = row.test == Ask::kBetween || row.test == Ask::kNotBetween;
      const std::vector<Constant> constants =
          pair ? std::vector{with.literal, with.literal} : std::vector{with.literal};
      EXPECT_EQ(truth_of(with.subject, row.test, constants, with.below), row.below);
      EXPECT_EQ(truth_of(with.subject, row.test, constants, with.equal), row.equal);
      EXPECT_EQ(truth_of(with.subject, row.test, constants, with.above), row.above);
      EXPECT_EQ(truth_of(with.subject, row.test, constants, Value()), U);
      EXPECT_EQ(truth_of(with.subject, row.test, constants, with.unreadable), U);
      EXPECT_EQ(truth_of(leaf(with.subject, row.test, constants), {}), U);
    }
  }
}

TEST(Interpret, Decision10NullTestsAreNeverUnknown) {
  for (const Ordered& with : ordered_subjects()) {
    SCOPED_TRACE(with.name);
    EXPECT_EQ(truth_of(with.subject, Ask::kIsNull, {}, Value()), T);
    EXPECT_EQ(truth_of(with.subject, Ask::kIsNotNull, {}, Value()), F);
    EXPECT_EQ(truth_of(leaf(with.subject, Ask::kIsNull), {}), T) << "a missing row";
    EXPECT_EQ(truth_of(leaf(with.subject, Ask::kIsNotNull), {}), F) << "a missing row";
    std::vector<Value> cells = {with.below, with.equal, with.above};
    if (!std::holds_alternative<std::monostate>(with.unreadable)) {
      cells.push_back(with.unreadable);
    }
    for (const Value& cell : cells) {
      EXPECT_EQ(truth_of(with.subject, Ask::kIsNull, {}, cell), F);
      EXPECT_EQ(truth_of(with.subject, Ask::kIsNotNull, {}, cell), T);
    }
  }
  EXPECT_EQ(truth_of(kString, Ask::kIsNull, {}, ""), F) << "an empty text is not null";
  EXPECT_EQ(truth_of(kListList, Ask::kIsNull, {}, TextList()), F) << "nor is an empty list";
  EXPECT_EQ(truth_of(kBooleanInt, Ask::kIsNull, {}, std::int64_t{7}), F);
}

TEST(Interpret, Decision16MembershipTakesAnyOfItsLiterals) {
  const std::vector<Constant> numbers = {number("1"), number("2.50"), number("1"), number("-3")};
  EXPECT_EQ(truth_of(kNumberDecimal, Ask::kIn, numbers, Int128{250}), T);
  EXPECT_EQ(truth_of(kNumberDecimal, Ask::kIn, numbers, Int128{-300}), T);
  EXPECT_EQ(truth_of(kNumberDecimal, Ask::kIn, numbers, Int128{251}), F);
  EXPECT_EQ(truth_of(kNumberDecimal, Ask::kNotIn, numbers, Int128{251}), T);
  EXPECT_EQ(truth_of(kNumberText, Ask::kIn, numbers, "25e-1"), T);
  EXPECT_EQ(truth_of(kNumberText, Ask::kNotIn, numbers, "two"), U);
  EXPECT_EQ(truth_of(kString, Ask::kIn, {text("a"), text("b")}, "b"), T);
  EXPECT_EQ(truth_of(kString, Ask::kNotIn, {text("a"), text("b")}, "B"), T);
  const std::vector<Constant> dates = {date("2025-01-01"), date("2025-01-05 12:00")};
  EXPECT_EQ(truth_of(kDateTimestamp, Ask::kIn, dates, micros("2025-01-01 18:00")), T);
  EXPECT_EQ(truth_of(kDateTimestamp, Ask::kIn, dates, micros("2025-01-05 12:00")), T);
  EXPECT_EQ(truth_of(kDateTimestamp, Ask::kIn, dates, micros("2025-01-05 12:01")), F);
}

TEST(Interpret, Decision17RangesIncludeBothEndsEachWithItsGrain) {
  const std::vector<Constant> ages = {number("18"), number("30")};
  for (const auto& [age, truth] : std::vector<std::pair<std::int64_t, Truth>>{
           {17, F}, {18, T}, {24, T}, {30, T}, {31, F}, {kLowest, F}, {kHighest, F}}) {
    EXPECT_EQ(truth_of(kNumberInt, Ask::kBetween, ages, age), truth) << age;
    EXPECT_EQ(truth_of(kNumberInt, Ask::kNotBetween, ages, age), truth == T ? F : T) << age;
  }
  const std::vector<Constant> days = {date("2025-01-01"), date("2025-01-31")};
  const std::vector<Constant> mixed = {date("2025-01-01 12:00"), date("2025-01-31")};
  const std::vector<Constant> times = {date("2025-01-01"), date("2025-01-31 00:00")};
  struct Case {
    std::string_view cell;
    Truth in_days, in_mixed, in_times;
  };
  for (const Case& test :
       {Case{"2024-12-31 23:59:59.999999", F, F, F}, Case{"2025-01-01 00:00", T, F, T},
        Case{"2025-01-01 11:59:59.999999", T, F, T}, Case{"2025-01-01 12:00", T, T, T},
        Case{"2025-01-31 00:00", T, T, T}, Case{"2025-01-31 00:00:00.000001", T, T, F},
        Case{"2025-01-31 23:59:59.999999", T, T, F}, Case{"2025-02-01 00:00", F, F, F}}) {
    EXPECT_EQ(truth_of(kDateTimestamp, Ask::kBetween, days, micros(test.cell)), test.in_days)
        << test.cell;
    EXPECT_EQ(truth_of(kDateTimestamp, Ask::kBetween, mixed, micros(test.cell)), test.in_mixed)
        << test.cell;
    EXPECT_EQ(truth_of(kDateTimestamp, Ask::kBetween, times, micros(test.cell)), test.in_times)
        << test.cell;
    EXPECT_EQ(truth_of(kTimeText, Ask::kBetween, mixed, std::string(test.cell)), test.in_mixed)
        << test.cell;
  }
}

// ---- Numbers

TEST(Interpret, Decision5ComparesExactly) {
  EXPECT_EQ(truth_of(kNumberText, Ask::kGreater, {number("1000000000")}, "1000000000.00000001"), T);
  EXPECT_EQ(truth_of(kNumberInt, Ask::kEqual, {number("9007199254740992")},
                     std::int64_t{9007199254740993}),
            F);
  EXPECT_EQ(truth_of(kNumberInt, Ask::kEqual, {number("9223372036854775807")}, kHighest), T);
  EXPECT_EQ(truth_of(kNumberInt, Ask::kLess, {number("9223372036854775807.5")}, kHighest), T);
  EXPECT_EQ(truth_of(kNumberInt, Ask::kEqual, {number("-9223372036854775808")}, kLowest), T);
  EXPECT_EQ(truth_of(kNumberInt, Ask::kGreater, {number("-1e37")}, kLowest), T);
  EXPECT_EQ(truth_of(kNumberInt, Ask::kEqual, {number("18.5")}, std::int64_t{18}), F);
  EXPECT_EQ(truth_of(kNumberInt, Ask::kNotEqual, {number("18.5")}, std::int64_t{18}), T);
  EXPECT_EQ(truth_of(kNumberInt, Ask::kGreater, {number("17.999")}, std::int64_t{18}), T);
  EXPECT_EQ(truth_of(kNumberInt, Ask::kEqual, {number("0")}, std::int64_t{0}), T);
  EXPECT_EQ(truth_of(kNumberText, Ask::kEqual, {number("-0")}, "0e5"), T);
}

TEST(Interpret, Decision5ThresholdsBetweenTwoStepsOfADecimal) {
  EXPECT_EQ(truth_of(kNumberDecimal, Ask::kGreater, {number("18.555")}, Int128{1855}), F);
  EXPECT_EQ(truth_of(kNumberDecimal, Ask::kGreater, {number("18.555")}, Int128{1856}), T);
  EXPECT_EQ(truth_of(kNumberDecimal, Ask::kEqual, {number("18.555")}, Int128{1856}), F);
  EXPECT_EQ(truth_of(kNumberDecimal, Ask::kLessEqual, {number("-18.555")}, Int128{-1855}), F);
  EXPECT_EQ(truth_of(kNumberDecimal, Ask::kLessEqual, {number("-18.555")}, Int128{-1856}), T);
  EXPECT_EQ(truth_of(kNumberDecimal, Ask::kLess, {number("1e-38")}, Int128{0}), T);
}

TEST(Interpret, Decision5DoublesCompareAsDoubles) {
  EXPECT_EQ(truth_of(kNumberDouble, Ask::kEqual, {number("0.3")}, 0.1 + 0.2), F);
  EXPECT_EQ(truth_of(kNumberDouble, Ask::kEqual, {number("9007199254740993")}, 9007199254740992.0),
            T)
      << "the literal becomes the nearest double";
  EXPECT_EQ(truth_of(kNumberDouble, Ask::kEqual, {number("0")}, -0.0), T);
  EXPECT_EQ(truth_of(kNumberDouble, Ask::kGreater, {number("9e37")}, kInfinity), T);
  EXPECT_EQ(truth_of(kNumberDouble, Ask::kLess, {number("-9e37")}, -kInfinity), T);
  EXPECT_EQ(truth_of(kNumberDouble, Ask::kNotEqual, {number("1")}, kNan), U);
  EXPECT_EQ(truth_of(kNumberDouble, Ask::kNotIn, {number("1")}, kNan), U);
  EXPECT_EQ(truth_of(kNumberDouble, Ask::kIsNull, {}, kNan), F);
}

TEST(Interpret, Decision23TheLiteralBecomesTheNearestFloat) {
  EXPECT_EQ(truth_of(kNumberFloat, Ask::kEqual, {number("0.1")}, 0.1F), T);
  EXPECT_EQ(truth_of(kNumberFloat, Ask::kGreater, {number("0.1")}, 0.1F), F)
      << "0.1F is greater than one tenth, but so is the literal";
  EXPECT_EQ(truth_of(kNumberFloat, Ask::kIn, {number("16777217")}, 16777216.0F), T);
  EXPECT_EQ(
      truth_of(kNumberFloat, Ask::kBetween, {number("16777217"), number("16777217")}, 16777216.0F),
      T);
  EXPECT_EQ(
      truth_of(kNumberFloat, Ask::kLess, {number("9e37")}, -std::numeric_limits<float>::infinity()),
      T);
}

TEST(Interpret, Decision23AnIntegerTooWideIsUnknownAndNotNull) {
  EXPECT_EQ(truth_of(kNumberWide, Ask::kGreater, {number("0")}, column::kUnreadableDecimal), U);
  EXPECT_EQ(truth_of(kNumberWide, Ask::kIsNull, {}, column::kUnreadableDecimal), F);
  EXPECT_EQ(truth_of(kNumberWide, Ask::kEqual, {number("18446744073709551615")},
                     static_cast<Int128>(std::numeric_limits<std::uint64_t>::max())),
            T);
}

TEST(Interpret, Decision5TextThatIsNoNumberIsUnknown) {
  for (const std::string cell : {"", " ", "12k", "1,000", "0x1A", "NaN", "inf", "1e38", "1e-39",
                                 "1e00001", "12345678901234567890123456789012345678.9", "true"}) {
    EXPECT_EQ(truth_of(kNumberText, Ask::kNotEqual, {number("1")}, cell), U) << cell;
    EXPECT_EQ(truth_of(kNumberText, Ask::kIsNotNull, {}, cell), T) << cell;
  }
  EXPECT_EQ(truth_of(kNumberText, Ask::kEqual, {number("1")}, "\t1.\n"), T);
}

// ---- Column against column

TEST(Interpret, Decision13ColumnsCompareWithEachOther) {
  constexpr Subject kRight{kOtherInt, ConditionType::kNumber};
  struct Case {
    Ask test;
    Truth below, equal, above;
  };
  for (const Case& test : {Case{Ask::kEqual, F, T, F}, Case{Ask::kNotEqual, T, F, T},
                           Case{Ask::kLess, T, F, F}, Case{Ask::kLessEqual, T, T, F},
                           Case{Ask::kGreater, F, F, T}, Case{Ask::kGreaterEqual, F, T, T}}) {
    SCOPED_TRACE(static_cast<int>(test.test));
    const std::int64_t seven = 7;
    EXPECT_EQ(truth_of(kNumberInt, test.test, kRight, {std::int64_t{6}, seven}), test.below);
    EXPECT_EQ(truth_of(kNumberInt, test.test, kRight, {std::int64_t{7}, seven}), test.equal);
    EXPECT_EQ(truth_of(kNumberInt, test.test, kRight, {std::int64_t{8}, seven}), test.above);
    EXPECT_EQ(truth_of(kNumberInt, test.test, kRight, {Value(), seven}), U);
    EXPECT_EQ(truth_of(kNumberInt, test.test, kRight, {seven, Value()}), U);
    EXPECT_EQ(truth_of(kNumberInt, test.test, kRight, {Value(), Value()}), U);
    EXPECT_EQ(truth_of(against(kNumberInt, test.test, kRight), {}), U);
    EXPECT_EQ(truth_of(kNumberInt, test.test, kNumberText, {seven, "seven"}), U);
    EXPECT_EQ(truth_of(kNumberText, test.test, kNumberInt, {"seven", seven}), U);
    EXPECT_EQ(truth_of(kNumberInt, test.test, kNumberDouble, {seven, kNan}), U);
  }
}

TEST(Interpret, Decision13NumbersOfDifferentColumnTypes) {
  constexpr Subject kDecimal4{kOtherDecimal, ConditionType::kNumber};
  constexpr Subject kDouble2{kOtherDouble, ConditionType::kNumber};
  constexpr Subject kFloat2{kOtherFloat, ConditionType::kNumber};
  constexpr Subject kText2{kOtherText, ConditionType::kNumber, Reader::kNumber};
  const std::int64_t big = 9007199254740993;
  struct Case {
    std::string name;
    Subject left;
    Subject right;
    Cells cells;
    bool equal;
  };
  for (const Case& test : std::vector<Case>{
           {"scales", kNumberDecimal, kDecimal4, {Int128{1850}, Int128{185000}}, true},
           {"scales, one step", kNumberDecimal, kDecimal4, {Int128{1850}, Int128{185001}}, false},
           {"int, decimal", kNumberInt, kDecimal4, {std::int64_t{18}, Int128{180000}}, true},
           {"int, text exactly", kNumberInt, kText2, {big, "9007199254740993.0"}, true},
           {"int, text exactly", kNumberInt, kText2, {big, "9007199254740992"}, false},
           {"text, text", kNumberText, kText2, {"1e2", " 100.00"}, true},
           {"int, double", kNumberInt, kDouble2, {big, 9007199254740992.0}, true},
           {"decimal, double", kNumberDecimal, kDouble2, {Int128{10}, 0.1}, true},
           {"text, double", kNumberText, kDouble2, {"0.1", 0.1}, true},
           {"text, double", kNumberText, kDouble2, {"0.10000000000000001", 0.1}, true},
           {"text, double", kNumberText, kDouble2, {"0.1001", 0.1}, false},
           {"double, double", kNumberDouble, kDouble2, {0.1 + 0.2, 0.3}, false},
           {"infinities", kNumberDouble, kDouble2, {kInfinity, kInfinity}, true},
           {"float, float", kNumberFloat, kFloat2, {0.1F, 0.1F}, true},
           {"float, double", kNumberFloat, kDouble2, {0.1F, 0.1}, false},
           {"float, double", kNumberFloat, kDouble2, {0.5F, 0.5}, true},
           {"float, decimal", kNumberFloat, kDecimal4, {0.1F, Int128{1000}}, false},
           {"float, text", kNumberFloat, kText2, {0.1F, "0.1"}, false},
           {"float, text", kNumberFloat, kText2, {0.25F, "0.25"}, true},
           {"float, int", kNumberFloat, kNumberInt, {16777216.0F, std::int64_t{16777217}}, false},
       }) {
    SCOPED_TRACE(test.name);
    const Cells mirrored{test.cells.right, test.cells.left};
    EXPECT_EQ(truth_of(test.left, Ask::kEqual, test.right, test.cells), test.equal ? T : F);
    EXPECT_EQ(truth_of(test.right, Ask::kEqual, test.left, mirrored), test.equal ? T : F);
    EXPECT_EQ(truth_of(test.left, Ask::kNotEqual, test.right, test.cells), test.equal ? F : T);
  }
  EXPECT_EQ(truth_of(kNumberDecimal, Ask::kLess, kDecimal4, {Int128{-1850}, Int128{-184999}}), T);
  EXPECT_EQ(
      truth_of(kNumberWide, Ask::kLess, kNumberInt, {column::kUnreadableDecimal, std::int64_t{1}}),
      U);
}

TEST(Interpret, Decision13TextsDatesAndBooleansOfTwoColumns) {
  constexpr Subject kString2{kOtherText, ConditionType::kString};
  constexpr Subject kDay2{kOtherText, ConditionType::kDate, Reader::kDay};
  constexpr Subject kTime2{kOtherText, ConditionType::kDate, Reader::kTime};
  EXPECT_EQ(truth_of(kString, Ask::kLess, kString2, {"VIP10", "VIP2"}), T);
  EXPECT_EQ(truth_of(kString, Ask::kEqual, kString2, {"a", "A"}), F);
  EXPECT_EQ(truth_of(kString, Ask::kEqual, kString2, {"", ""}), T);
  EXPECT_EQ(truth_of(kString, Ask::kEqual, kString2, {"", Value()}), U);

  const Value new_year = day("2025-01-01");
  EXPECT_EQ(truth_of(kDateDate, Ask::kEqual, kDateTimestamp, {new_year, micros("2025-01-01")}), T);
  EXPECT_EQ(
      truth_of(kDateDate, Ask::kLess, kDateTimestamp, {new_year, micros("2025-01-01 00:00:01")}),
      T);
  EXPECT_EQ(truth_of(kDateDate, Ask::kEqual, kDay2, {new_year, "2025-01-01 18:00"}), T);
  EXPECT_EQ(truth_of(kDateDate, Ask::kEqual, kTime2, {new_year, "2025-01-01 18:00"}), F);
  EXPECT_EQ(truth_of(kDateDate, Ask::kNotEqual, kTime2, {new_year, "soon"}), U);

  EXPECT_EQ(truth_of(kBooleanBoolean, Ask::kEqual, kBooleanText, {true, "Yes"}), T);
  EXPECT_EQ(truth_of(kBooleanBoolean, Ask::kNotEqual, kBooleanInt, {true, std::int64_t{0}}), T);
  EXPECT_EQ(truth_of(kBooleanBoolean, Ask::kNotEqual, kBooleanInt, {true, std::int64_t{2}}), U);
}

// ---- Dates

TEST(Interpret, Decision6LeapDaysAndTheEndsOfTheCalendar) {
  EXPECT_EQ(truth_of(kDayText, Ask::kEqual, {date("2024-02-29")}, "2024-02-29"), T);
  EXPECT_EQ(truth_of(kDayText, Ask::kNotEqual, {date("2024-02-29")}, "2023-02-29"), U);
  EXPECT_EQ(truth_of(kDateDate, Ask::kGreater, {date("2024-02-28")}, day("2024-02-29")), T);
  EXPECT_EQ(truth_of(kDateDate, Ask::kLess, {date("2024-03-01")}, day("2024-02-29")), T);
  EXPECT_EQ(truth_of(kDayText, Ask::kLess, {date("0001-01-02")}, "0001-01-01"), T);
  EXPECT_EQ(truth_of(kDayText, Ask::kGreater, {date("9999-12-30")}, "9999-12-31"), T);
}

TEST(Interpret, Decision6TheWholeRangeOfTheColumnTypes) {
  const std::vector<Constant> literals = {date("0001-01-01"), date("9999-12-31"),
                                          date("0001-01-01 00:00"), today(0)};
  for (const Constant& literal : literals) {
    EXPECT_EQ(truth_of(kDateTimestamp, Ask::kLess, {literal}, kLowest + 2), T);
    EXPECT_EQ(truth_of(kDateTimestamp, Ask::kGreater, {literal}, kHighest - 1), T);
    EXPECT_EQ(truth_of(kDateDate, Ask::kLess, {literal}, kLowestDay + 2), T);
    EXPECT_EQ(truth_of(kDateDate, Ask::kGreater, {literal}, kHighestDay - 1), T);
  }
  EXPECT_EQ(truth_of(kDateDate, Ask::kGreater, kDateTimestamp, {kHighestDay - 1, kHighest - 1}), T);
}

TEST(Interpret, Decision23InfiniteDaysAndTimesAreUnknown) {
  for (const std::int64_t infinite : {kLowest, kLowest + 1, kHighest}) {
    EXPECT_EQ(truth_of(kDateTimestamp, Ask::kNotEqual, {date("2025-01-01")}, infinite), U);
    EXPECT_EQ(truth_of(kDateTimestamp, Ask::kEqual, kDateTimestamp, {infinite, infinite}), U);
    EXPECT_EQ(truth_of(kDateTimestamp, Ask::kIsNull, {}, infinite), F);
  }
  for (const std::int32_t infinite : {kLowestDay, kLowestDay + 1, kHighestDay}) {
    EXPECT_EQ(truth_of(kDateDate, Ask::kNotEqual, {date("2025-01-01")}, infinite), U);
    EXPECT_EQ(truth_of(kDateDate, Ask::kGreater, kDateTimestamp, {infinite, micros("2025-01-01")}),
              U);
    EXPECT_EQ(truth_of(kDateDate, Ask::kIsNotNull, {}, infinite), T);
  }
}

TEST(Interpret, Decision7RelativeDaysUseTheAsOfDateAndTheDayOfTheCell) {
  const auto recent_3 = leaf(kDateTimestamp, Ask::kGreaterEqual, {today(-3)});
  const auto ago_3 = leaf(kDateTimestamp, Ask::kLessEqual, {today(-3)});
  const auto between = leaf(kDateTimestamp, Ask::kBetween, {today(-5), today(-3)});
  struct Case {
    std::string_view cell;
    Truth recent, ago, between;
  };
  for (const Case& test :
       {Case{"2025-11-16 23:59:59.999999", F, T, F}, Case{"2025-11-17 00:00", F, T, T},
        Case{"2025-11-18 23:59:59.999999", F, T, T}, Case{"2025-11-19 00:00", T, T, T},
        Case{"2025-11-19 23:59:59.999999", T, T, T}, Case{"2025-11-20 00:00", T, F, F},
        Case{"2030-01-01", T, F, F}}) {
    const Row row = {{id(kTimestamp), micros(test.cell)}};
    EXPECT_EQ(truth_of(recent_3, row), test.recent) << test.cell;
    EXPECT_EQ(truth_of(ago_3, row), test.ago) << test.cell;
    EXPECT_EQ(truth_of(between, row), test.between) << test.cell;
  }
  Context tomorrow = context();
  tomorrow.as_of += 1;
  EXPECT_EQ(evaluate(recent_3, {{id(kTimestamp), micros("2025-11-19 12:00")}}, tomorrow), F);
  EXPECT_EQ(truth_of(kDateDate, Ask::kLess, {today(kHighestDay)}, kHighestDay - 1), T);
}

// ---- Texts

TEST(Interpret, Decision12TextComparesByBytes) {
  const std::string umlaut = "\xC3\xA4";         // U+00E4
  const std::string katakana = "\xEF\xBD\xB1";   // U+FF71
  const std::string emoji = "\xF0\x9F\x98\x80";  // U+1F600: after U+FF71, though not in UTF-16
  EXPECT_EQ(truth_of(kString, Ask::kLess, {text("a")}, "Z"), T);
  EXPECT_EQ(truth_of(kString, Ask::kGreater, {text("z")}, umlaut), T);
  EXPECT_EQ(truth_of(kString, Ask::kLess, {text(emoji)}, katakana), T);
  EXPECT_EQ(truth_of(kString, Ask::kEqual, {text("a")}, "a "), F);
  EXPECT_EQ(truth_of(kString, Ask::kEqual, {text("a")}, "A"), F);
  EXPECT_EQ(truth_of(kString, Ask::kEqual, {text("")}, ""), T);
  EXPECT_EQ(truth_of(kString, Ask::kEqual, {text(umlaut)}, "a\xCC\x88"), F) << "no normalisation";
  EXPECT_EQ(truth_of(kString, Ask::kEqual, {text("18")}, "18.0"), F);
  EXPECT_EQ(truth_of(kString, Ask::kEqual, {text("a")}, std::string("a\0", 2)), F);
}

TEST(Interpret, Decision12NeedlesHaveNoWildcards) {
  struct Case {
    std::string cell;
    std::string needle;
    Truth contains, starts, ends;
  };
  for (const Case& test : std::vector<Case>{
           {"VIP2", "VIP2", T, T, T},
           {"VIP2", "VIP", T, T, F},
           {"VIP2", "2", T, F, T},
           {"VIP2", "IP", T, F, F},
           {"VIP2", "vip", F, F, F},
           {"VIP", "VIP2", F, F, F},
           {"", "a", F, F, F},
           {"50% off", "%", T, F, F},
           {"VIP2", "V%2", F, F, F},
           {"VIP2", "VIP_", F, F, F},
           {"a_b", "_", T, F, F},
           {"it's", "'", T, F, F},
           {"c:\\x", "\\", T, F, F},
           {"aab", "ab", T, F, T},
           {"\xE4\xB8\xAD\xE6\x96\x87", "\xE6\x96\x87", T, F, T},
       }) {
    SCOPED_TRACE(test.cell + " / " + test.needle);
    EXPECT_EQ(truth_of(kString, Ask::kContains, {text(test.needle)}, test.cell), test.contains);
    EXPECT_EQ(truth_of(kString, Ask::kStartsWith, {text(test.needle)}, test.cell), test.starts);
    EXPECT_EQ(truth_of(kString, Ask::kEndsWith, {text(test.needle)}, test.cell), test.ends);
  }
  for (const Ask test : {Ask::kContains, Ask::kStartsWith, Ask::kEndsWith}) {
    EXPECT_EQ(truth_of(kString, test, {text("a")}, Value()), U);
    EXPECT_EQ(truth_of(TypedExpression{TypedNot{{leaf(kString, test, {text("a")})}}}, {}), U);
  }
}

TEST(Interpret, Decision23TheKeyIsATextColumn) {
  const TypedExpression rule{TypedCondition{.test = Ask::kStartsWith,
                                            .type = ConditionType::kString,
                                            .subject = {.column = column::kKeyColumn},
                                            .constants = {text("u1")}}};
  EXPECT_EQ(truth_of(rule, {{column::kKeyColumn, "u17"}}), T);
  EXPECT_EQ(truth_of(rule, {{column::kKeyColumn, "u27"}}), F);
}

// ---- Booleans

TEST(Interpret, Decision14Booleans) {
  struct Case {
    Subject subject;
    Value cell;
    Truth is_true;
  };
  for (const Case& test : std::vector<Case>{
           {kBooleanBoolean, true, T},
           {kBooleanBoolean, false, F},
           {kBooleanBoolean, Value(), U},
           {kBooleanInt, std::int64_t{1}, T},
           {kBooleanInt, std::int64_t{0}, F},
           {kBooleanInt, std::int64_t{2}, U},
           {kBooleanInt, std::int64_t{-1}, U},
           {kBooleanInt, kLowest, U},
           {kBooleanInt, Value(), U},
           {kBooleanText, "true", T},
           {kBooleanText, " YES ", T},
           {kBooleanText, "1", T},
           {kBooleanText, "f", F},
           {kBooleanText, "No\n", F},
           {kBooleanText, "0", F},
           {kBooleanText, "", U},
           {kBooleanText, "on", U},
           {kBooleanText, "01", U},
           {kBooleanText, Value(), U},
       }) {
    const Truth negated = test.is_true == U ? U : test.is_true == T ? F : T;
    SCOPED_TRACE(column::to_text(test.cell, schema().type(id(test.subject.column))));
    EXPECT_EQ(truth_of(test.subject, Ask::kEqual, {true}, test.cell), test.is_true);
    EXPECT_EQ(truth_of(test.subject, Ask::kEqual, {false}, test.cell), negated);
    EXPECT_EQ(truth_of(test.subject, Ask::kNotEqual, {true}, test.cell), negated);
    EXPECT_EQ(truth_of(test.subject, Ask::kNotEqual, {false}, test.cell), test.is_true);
  }
}

// ---- Lists

TEST(Interpret, Decision11Lists) {
  const std::vector<Constant> ab = {text("a"), text("b")};
  struct Case {
    std::string name;
    Value cell;
    Truth any, every;
  };
  for (const Case& test : std::vector<Case>{
           {"null", Value(), U, U},
           {"[]", TextList{}, F, F},
           {"[null]", TextList{std::nullopt}, U, U},
           {"[a]", TextList{"a"}, T, F},
           {"[b]", TextList{"b"}, T, F},
           {"[a, b]", TextList{"a", "b"}, T, T},
           {"[b, c, a]", TextList{"b", "c", "a"}, T, T},
           {"[c]", TextList{"c"}, F, F},
           {"[A, 'a ']", TextList{"A", "a "}, F, F},
           {"[a, null]", TextList{"a", std::nullopt}, T, U},
           {"[null, a, b]", TextList{std::nullopt, "a", "b"}, T, T},
           {"[c, null]", TextList{"c", std::nullopt}, U, U},
       }) {
    SCOPED_TRACE(test.name);
    const Truth none = test.any == U ? U : test.any == T ? F : T;
    EXPECT_EQ(truth_of(kListList, Ask::kHasAny, ab, test.cell), test.any);
    EXPECT_EQ(truth_of(kListList, Ask::kHasAll, ab, test.cell), test.every);
    EXPECT_EQ(truth_of(kListList, Ask::kHasNone, ab, test.cell), none);
  }
  EXPECT_EQ(truth_of(kListList, Ask::kHasNone, {text("a")}, TextList{}), T);
}

// ---- Logic

TypedExpression constant(Truth truth) {
  // level = 'x' for the rows below: another text, null, the same text.
  const size_t column = truth == U ? kOtherText : kText;
  return leaf({column, ConditionType::kString}, truth == F ? Ask::kNotEqual : Ask::kEqual,
              {text("x")});
}
const Row& logic_row() {
  static const Row row = {{id(kText), "x"}};
  return row;
}

TEST(Interpret, Decision3TruthTables) {
  struct Case {
    Truth a, b, both, either;
  };
  for (const Case& test :
       {Case{T, T, T, T}, Case{T, F, F, T}, Case{T, U, U, T}, Case{F, T, F, T}, Case{F, F, F, F},
        Case{F, U, F, U}, Case{U, T, U, T}, Case{U, F, F, U}, Case{U, U, U, U}}) {
    SCOPED_TRACE(std::to_string(static_cast<int>(test.a)) +
                 std::to_string(static_cast<int>(test.b)));
    const std::vector<TypedExpression> parts = {constant(test.a), constant(test.b)};
    EXPECT_EQ(truth_of(TypedExpression{TypedAnd{parts}}, logic_row()), test.both);
    EXPECT_EQ(truth_of(TypedExpression{TypedOr{parts}}, logic_row()), test.either);
  }
  EXPECT_EQ(truth_of(TypedExpression{TypedNot{{constant(T)}}}, logic_row()), F);
  EXPECT_EQ(truth_of(TypedExpression{TypedNot{{constant(F)}}}, logic_row()), T);
  EXPECT_EQ(truth_of(TypedExpression{TypedNot{{constant(U)}}}, logic_row()), U);
}

TEST(Interpret, Decision3GroupsOfThreeAndNestedGroups) {
  const auto conjunction = [](std::vector<TypedExpression> parts) {
    return TypedExpression{TypedAnd{std::move(parts)}};
  };
  EXPECT_EQ(truth_of(conjunction({constant(U), constant(T), constant(F)}), logic_row()), F);
  EXPECT_EQ(truth_of(conjunction({constant(T), constant(U), constant(T)}), logic_row()), U);
  EXPECT_EQ(
      truth_of(TypedExpression{TypedOr{{constant(F), constant(U), constant(T)}}}, logic_row()), T);
  // not (unknown and false) = not false
  EXPECT_EQ(
      truth_of(TypedExpression{TypedNot{{conjunction({constant(U), constant(F)})}}}, logic_row()),
      T);
}

TEST(Interpret, HasTagIsTwoValued) {
  EXPECT_EQ(truth_of(TypedExpression{TypedTagTest{.code = "vip"}}, {}), T);
  EXPECT_EQ(truth_of(TypedExpression{TypedTagTest{.code = "churned"}}, {}), F);
  EXPECT_EQ(
      truth_of(TypedExpression{TypedNot{{TypedExpression{TypedTagTest{.code = "churned"}}}}}, {}),
      T);
}

}  // namespace
}  // namespace tagsmith::interpret
