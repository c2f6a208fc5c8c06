#include "rule/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "rule/problems.h"

namespace tagsmith::rule {
namespace {

using column::ColumnId;
using column::Decimal;
using column::Type;
using column::TypeKind;
using Asked = Test;  // inside TEST(), Test is GoogleTest's
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Two databases with a table `orders`, so that names can be ambiguous.
column::Schema shop() {
  const Type text{.kind = TypeKind::kText};
  return {.tables = {
              {.database = "dwd",
               .name = "user",
               .columns = {{"age", {.kind = TypeKind::kInt}},
                           {"balance", {.kind = TypeKind::kDecimal, .precision = 18, .scale = 2}},
                           {"level", text},
                           {"active", {.kind = TypeKind::kBoolean}},
                           {"born", {.kind = TypeKind::kDate}},
                           {"seen", {.kind = TypeKind::kTimestamp}},
                           {"coins", {.kind = TypeKind::kTextList}},
                           {"score", {.kind = TypeKind::kDouble}},
                           {"extra", {.kind = TypeKind::kUnusable, .foreign = "map(a, b)"}}}},
              {.database = "dwd", .name = "orders", .columns = {{"amount", text}, {"state", text}}},
              {.database = "ods", .name = "orders", .columns = {{"amount", text}, {"age", text}}}}};
}
constexpr ColumnId kAge{0, 0}, kBalance{0, 1}, kLevel{0, 2}, kActive{0, 3}, kBorn{0, 4},
    kCoins{0, 6};

Argument argument(Literal literal, std::string path) {
  return {.literal = std::move(literal), .place = {std::move(path)}};
}

// A condition as the JSON parser gives it, at the pointer "/c".
Condition json(std::string_view table, std::string_view field, ConditionType type, Operator op) {
  return {.subject = {.name = {.table = std::string(table), .column = std::string(field)},
                      .place = {"/c/field"}},
          .declared = type,
          .op = op,
          .arguments = {.place = {"/c/value"}},
          .place = {"/c"}};
}
Condition json(std::string_view table, std::string_view field, ConditionType type, Operator op,
               Literal value) {
  Condition condition = json(table, field, type, op);
  condition.arguments.form = Arguments::Form::kScalar;
  condition.arguments.list = {argument(std::move(value), "/c/value")};
  return condition;
}
Condition json_list(std::string_view table, std::string_view field, ConditionType type, Operator op,
                    std::vector<Literal> values) {
  Condition condition = json(table, field, type, op);
  condition.arguments.form = Arguments::Form::kList;
  for (size_t i = 0; i < values.size(); ++i) {
    condition.arguments.list.push_back(argument(values[i], "/c/value/" + std::to_string(i)));
  }
  return condition;
}

Literal number(std::string text) { return NumberLiteral{std::move(text)}; }
Literal text(std::string value) { return TextLiteral{std::move(value)}; }

TypedCondition typed(Condition condition, const CheckOptions& options = {}) {
  const auto rule = check({std::move(condition)}, shop(), options);
  if (!rule) {
    ADD_FAILURE() << rule.error().front().message;
    return {};
  }
  const auto* leaf = std::get_if<TypedCondition>(&rule->node);
  EXPECT_NE(leaf, nullptr) << "not a single condition";
  return leaf == nullptr ? TypedCondition() : *leaf;
}

base::Problems problems(Condition condition, const CheckOptions& options = {}) {
  const auto rule = check({std::move(condition)}, shop(), options);
  return rule ? base::Problems() : rule.error();
}

// "CODE path" of the only problem; "none" when the condition is right.
std::string refusal(Condition condition) {
  const base::Problems found = problems(std::move(condition));
  EXPECT_LE(found.size(), 1U);
  return found.empty() ? "none" : found.front().code + " " + found.front().path;
}

constexpr ConditionType kNumber = ConditionType::kNumber;
constexpr ConditionType kString = ConditionType::kString;
constexpr ConditionType kDate = ConditionType::kDate;
constexpr ConditionType kBoolean = ConditionType::kBoolean;
constexpr ConditionType kList = ConditionType::kList;

// SEMANTICS 9, written down a second time: each type with its operators.
TEST(Check, OperatorsOfEachTypeAreThoseOfTheSpecification) {
  const std::string all = " is_null is_not_null ";
  const std::map<ConditionType, std::string> specified = {
      {kNumber, " = != > < >= <= in not_in belongs_to not_belongs_to in_range not_in_range" + all},
      {kString,
       " = != > < >= <= in not_in belongs_to not_belongs_to contains not_contains "
       "starts_with ends_with" +
           all},
      {ConditionType::kEnum, " = != in not_in belongs_to not_belongs_to" + all},
      {kDate,
       " = != > < >= <= in not_in belongs_to not_belongs_to in_range not_in_range "
       "date_in_range date_not_in_range date_between recent_days days_ago "
       "days_ago_between" +
           all},
      {kBoolean, " = != is_true is_false" + all},
      {kList, " contains_any contains_all not_contains intersects no_intersection" + all}};
  std::set<std::string> names;
  for (const auto& [type, operators] : specified) {
    for (const OperatorRow& row : operator_table()) {
      const std::string name(row.name);
      names.insert(name);
      EXPECT_EQ(has_operator(type, row.op), operators.find(" " + name + " ") != std::string::npos)
          << name << " of type " << name_of(type);
    }
  }
  EXPECT_EQ(names.size(), 30U);
}

// The same through check(): a column that the type reads, and no value, so that a legal operator
// gets as far as the value.
TEST(Check, RefusesExactlyTheOperatorsThatTheTypeDoesNotHave) {
  const std::pair<ConditionType, std::string_view> columns[] = {
      {kNumber, "age"}, {kString, "level"},   {ConditionType::kEnum, "level"},
      {kDate, "born"},  {kBoolean, "active"}, {kList, "coins"}};
  for (const auto& [type, column] : columns) {
    for (const OperatorRow& row : operator_table()) {
      SCOPED_TRACE(std::string(row.name) + " of type " + std::string(name_of(type)));
      // A string condition with such an operator is a date or boolean condition (SEMANTICS 8a).
      if (type == kString &&
          (only_for_dates(row.op) || row.op == Operator::kIsTrue || row.op == Operator::kIsFalse)) {
        continue;
      }
      const std::string expected = !has_operator(type, row.op) ? "E_OPERATOR_TYPE /c/operator"
                                   : row.shape == ValueShape::kIgnored ? "none"
                                                                       : "E_VALUE_MISSING /c";
      EXPECT_EQ(refusal(json("user", column, type, row.op)), expected);
    }
  }
}

// SEMANTICS 8c, every type on every kind of column; "null test" needs no value.
TEST(Check, ATypeReadsTheColumnsOfTheSpecification) {
  const std::pair<ConditionType, std::set<std::string>> readable[] = {
      {kNumber, {"age", "balance", "score", "level"}},
      {kBoolean, {"active", "age", "level"}},
      {kDate, {"born", "seen", "level"}},
      {kList, {"coins"}}};
  const column::Schema schema = shop();
  for (const auto& [type, columns] : readable) {
    for (const column::Column& column : schema.tables[0].columns) {
      SCOPED_TRACE(column.name + " as " + std::string(name_of(type)));
      const std::string expected = columns.contains(column.name) ? "none"
                                   : column.name == "extra"      ? "E_TYPE_COLUMN /c/field"
                                                                 : "E_TYPE_COLUMN /c/type";
      EXPECT_EQ(refusal(json("user", column.name, type, Operator::kIsNull)), expected);
    }
  }
}

TEST(Check, AColumnThatNoRuleReadsComesWithAdvice) {
  const auto refused = check({json("user", "extra", kNumber, Operator::kIsNull)}, shop(), {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().front().hint, HasSubstr("by a SELECT"));
}

TEST(Check, AStringConditionTakesTheTypeOfAColumnThatIsNotText) {
  EXPECT_EQ(
      typed(json_list("", "balance", kString, Operator::kBelongsTo, {text("18"), text("1e1")})),
      (TypedCondition{.test = Asked::kIn,
                      .type = kNumber,
                      .subject = {.column = kBalance},
                      .constants = {Decimal::from_int(18), Decimal::from_int(10)}}));
  EXPECT_EQ(typed(json("", "active", ConditionType::kEnum, Operator::kEqual, text("No"))),
            (TypedCondition{.test = Asked::kEqual,
                            .type = kBoolean,
                            .subject = {.column = kActive},
                            .constants = {false}}));
  EXPECT_EQ(refusal(json("", "active", kString, Operator::kGreater, text("no"))),
            "E_OPERATOR_TYPE /c/operator");
  EXPECT_EQ(refusal(json_list("user", "age", kString, Operator::kRecentDays, {})),
            "E_TYPE_COLUMN /c/field");
}

TEST(Check, ATextColumnGetsAReaderForEveryOtherType) {
  EXPECT_EQ(typed(json("", "level", kNumber, Operator::kGreater, text(" 5. "))).subject.reader,
            Reader::kNumber);
  EXPECT_EQ(typed(json("", "level", kBoolean, Operator::kIsTrue)).subject.reader, Reader::kBoolean);
  EXPECT_EQ(typed(json("", "level", kDate, Operator::kDaysAgo, number("3"))).subject.reader,
            Reader::kDay);
  EXPECT_EQ(typed(json_list("", "level", kDate, Operator::kInRange,
                            {text("2025-01-01"), text("2025-01-02 10:00")}))
                .subject.reader,
            Reader::kTime);
  EXPECT_EQ(typed(json("", "level", kString, Operator::kEqual, text(""))).subject.reader,
            Reader::kNone);
}

TEST(Check, ANullTestTakesTheColumnAsItIs) {
  const TypedCondition as_text{
      .test = Asked::kIsNull, .type = kString, .subject = {.column = kLevel}};
  EXPECT_EQ(typed(json("", "level", kNumber, Operator::kIsNull)), as_text);
  EXPECT_EQ(typed(json("", "level", kString, Operator::kIsNull, NullLiteral{})), as_text);
}

TEST(Check, RelativeDaysAreComparisonsWithToday) {
  const auto today = [](std::int32_t offset) {
    return Constant(MomentLiteral{.relative = true, .offset_days = offset});
  };
  const TypedCondition recent = typed(json("", "born", kDate, Operator::kRecentDays, number("7")));
  EXPECT_EQ(recent.test, Asked::kGreaterEqual);
  EXPECT_THAT(recent.constants, ElementsAre(today(-7)));

  const TypedCondition range =
      typed(json_list("", "born", kDate, Operator::kDaysAgoBetween, {number("0"), text("000030")}));
  EXPECT_EQ(range.test, Asked::kBetween);
  EXPECT_THAT(range.constants, ElementsAre(today(-30), today(0)));

  const auto bounded = check({json("", "born", kDate, Operator::kRecentDays, number("7"))}, shop(),
                             {.upper_bound = true});
  ASSERT_TRUE(bounded);
  const auto& parts = std::get<TypedAnd>(bounded->node).parts;
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(std::get<TypedCondition>(parts[0].node), recent);
  EXPECT_EQ(std::get<TypedCondition>(parts[1].node).test, Asked::kLessEqual);
  EXPECT_THAT(std::get<TypedCondition>(parts[1].node).constants, ElementsAre(today(0)));

  for (const Literal& wrong : {number("-1"), number("1.5"), number("36501"), text("0000007"),
                               text(" 7"), text(""), text("+7"), Literal(true)}) {
    EXPECT_EQ(refusal(json("", "born", kDate, Operator::kDaysAgo, wrong)), "E_VALUE_TYPE /c/value");
  }
}

TEST(Check, NotContainsOfATextColumnIsTheNegationOfContains) {
  const auto one =
      check({json("", "level", kString, Operator::kNotContains, text("%"))}, shop(), {});
  ASSERT_TRUE(one);
  const TypedExpression& inner = std::get<TypedNot>(one->node).part.front();
  EXPECT_EQ(std::get<TypedCondition>(inner.node).test, Asked::kContains);

  const auto several =
      check({json_list("", "level", kString, Operator::kNotContains, {text("a"), number("7")})},
            shop(), {});
  ASSERT_TRUE(several);
  const auto& alternatives = std::get<TypedOr>(std::get<TypedNot>(several->node).part.front().node);
  ASSERT_EQ(alternatives.parts.size(), 2U);
  EXPECT_THAT(std::get<TypedCondition>(alternatives.parts[1].node).constants,
              ElementsAre(Constant("7")));

  EXPECT_EQ(typed(json("", "coins", kList, Operator::kNotContains, text(""))).test,
            Asked::kHasNone);
}

TEST(Check, FindsColumnsByTheNamesOfTheSpecification) {
  const auto is_null = [](std::string_view table, std::string_view field) {
    return json(table, field, kString, Operator::kIsNull);
  };
  EXPECT_EQ(typed(is_null("", "state")).subject.column, (ColumnId{1, 1}));
  EXPECT_EQ(typed(is_null("user", "age")).subject.column, kAge);
  EXPECT_EQ(typed(is_null("user", "user_id")).subject.column, column::kKeyColumn);
  EXPECT_EQ(typed(is_null("", "user_id")).subject.column, column::kKeyColumn);
  Condition in_database = is_null("orders", "amount");
  in_database.subject.name.database = "ods";
  EXPECT_EQ(typed(in_database).subject.column, (ColumnId{2, 0}));

  EXPECT_EQ(refusal(is_null("users", "age")), "E_TABLE_UNKNOWN /c/table");
  EXPECT_EQ(refusal(is_null("orders", "state")), "E_TABLE_AMBIGUOUS /c/table");
  EXPECT_EQ(refusal(is_null("user", "state")), "E_COLUMN_UNKNOWN /c/field");
  EXPECT_EQ(refusal(is_null("", "Age")), "E_COLUMN_UNKNOWN /c/field");
  EXPECT_EQ(refusal(is_null("", "amount")), "E_COLUMN_AMBIGUOUS /c/field");
  in_database.subject.name.database = "dim";
  EXPECT_EQ(refusal(in_database), "E_TABLE_UNKNOWN /c/table");
}

TEST(Check, ASearchListDecidesWhereNamesWithoutATableAreLookedFor) {
  const Condition condition = json("", "age", kString, Operator::kIsNull);
  EXPECT_EQ(refusal(condition), "E_COLUMN_AMBIGUOUS /c/field");
  EXPECT_EQ(typed(condition, {.search = {"user"}}).subject.column, kAge);
  EXPECT_EQ(typed(condition, {.search = {"ods.orders"}}).subject.column, (ColumnId{2, 1}));
  const auto outside = check({json("", "state", kString, Operator::kIsNull)}, shop(),
                             {.search = {"user", "elsewhere"}});
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().front().code, kColumnUnknown);
  EXPECT_THAT(outside.error().front().hint, HasSubstr("dwd.orders"));
}

TEST(Check, AnIdentifierInANumberComparisonRefersToAColumn) {
  const auto compared = [](std::string name) {
    return json("user", "age", kNumber, Operator::kLess, text(std::move(name)));
  };
  EXPECT_EQ(typed(compared("balance")).other, (TypedOperand{.column = kBalance}));
  EXPECT_EQ(typed(compared("age")).other, (TypedOperand{.column = kAge})) << "its own table first";
  EXPECT_EQ(typed(compared("state")).other,
            (TypedOperand{.column = {1, 1}, .reader = Reader::kNumber}));
  EXPECT_EQ(typed(compared("ods.orders.age")).other,
            (TypedOperand{.column = {2, 1}, .reader = Reader::kNumber}));
  EXPECT_EQ(refusal(compared("orders.age")), "E_TABLE_AMBIGUOUS /c/value");
  EXPECT_EQ(refusal(compared("amount")), "E_COLUMN_AMBIGUOUS /c/value");
  EXPECT_EQ(refusal(compared("nan")), "E_COLUMN_UNKNOWN /c/value");
  EXPECT_EQ(refusal(compared("born")), "E_TYPE_COLUMN /c/value");
  EXPECT_EQ(refusal(compared("a.b.c.d")), "E_VALUE_TYPE /c/value");
  EXPECT_EQ(refusal(json_list("user", "age", kNumber, Operator::kIn, {text("balance")})),
            "E_VALUE_TYPE /c/value/0");
}

TEST(Check, TheShapeOfAValueIsCheckedBeforeItsElements) {
  const Literal list = UnusableLiteral{"a list"};
  const Literal object = UnusableLiteral{"an object"};
  EXPECT_EQ(refusal(json_list("", "level", kString, Operator::kEqual, {text("a")})),
            "E_VALUE_COUNT /c/value");
  EXPECT_EQ(refusal(json("", "level", kString, Operator::kBelongsTo, text("a"))),
            "E_VALUE_COUNT /c/value");
  EXPECT_EQ(refusal(json_list("", "balance", kNumber, Operator::kInRange, {number("1")})),
            "E_VALUE_COUNT /c/value");
  EXPECT_EQ(refusal(json_list("", "balance", kNumber, Operator::kInRange, {})),
            "E_VALUE_COUNT /c/value");
  EXPECT_EQ(refusal(json_list("", "balance", kNumber, Operator::kNotIn, {})),
            "E_VALUE_EMPTY /c/value");
  EXPECT_EQ(refusal(json("", "balance", kNumber, Operator::kIn, number("1"))), "none");
  EXPECT_EQ(refusal(json("", "balance", kNumber, Operator::kInRange, object)),
            "E_VALUE_TYPE /c/value");
  EXPECT_EQ(refusal(json_list("", "balance", kNumber, Operator::kIn, {list})),
            "E_VALUE_TYPE /c/value/0");
  EXPECT_EQ(refusal(json("", "balance", kNumber, Operator::kInRange, NullLiteral{})),
            "E_VALUE_NULL /c/value");
  EXPECT_EQ(refusal(json_list("", "balance", kNumber, Operator::kInRange,
                              {number("1"), NullLiteral{}, text("x")})),
            "E_VALUE_NULL /c/value/1");
  EXPECT_EQ(refusal(json("", "level", kString, Operator::kStartsWith, text(""))),
            "E_VALUE_EMPTY /c/value");
}

TEST(Check, EveryElementThatCannotBeReadIsReported) {
  std::vector<std::string> paths;
  for (const base::Problem& problem :
       problems(json_list("", "balance", kNumber, Operator::kIn,
                          {text("1,000"), number("2"), NullLiteral{}, true}))) {
    paths.push_back(problem.code + " " + problem.path);
  }
  EXPECT_THAT(paths, ElementsAre("E_VALUE_TYPE /c/value/0", "E_VALUE_NULL /c/value/2",
                                 "E_VALUE_TYPE /c/value/3"));
}

TEST(Check, RangesMayNotBeInverted) {
  const auto range = [](std::string lower, std::string upper) {
    return refusal(json_list("", "seen", kDate, Operator::kNotInRange,
                             {text(std::move(lower)), text(std::move(upper))}));
  };
  EXPECT_EQ(range("2025-01-02", "2025-01-01"), "E_RANGE_ORDER /c/value");
  EXPECT_EQ(range("2025-01-01 10:00", "2025-01-01 09:59"), "E_RANGE_ORDER /c/value");
  EXPECT_EQ(range("2025-01-01 10:00", "2025-01-01"), "none");
  EXPECT_EQ(range("2025-01-02", "2025-01-01 23:00"), "E_RANGE_ORDER /c/value");
  EXPECT_EQ(range("2025-01-01", "2025-01-01"), "none");
  EXPECT_EQ(
      refusal(json_list("", "balance", kNumber, Operator::kInRange, {text("1e1"), number("9.99")})),
      "E_RANGE_ORDER /c/value");
  EXPECT_EQ(
      refusal(json_list("", "born", kDate, Operator::kDaysAgoBetween, {number("30"), number("7")})),
      "E_RANGE_ORDER /c/value");
}

TEST(Check, RangesMayNotBeInvertedOnTheAsOfDateThatIsKnown) {
  constexpr std::int32_t kAsOf = 20'414;  // 2025-11-22
  const auto range = [](Literal lower, Literal upper, std::optional<std::int32_t> as_of) {
    const base::Problems found = problems(
        json_list("", "seen", kDate, Operator::kNotInRange, {std::move(lower), std::move(upper)}),
        {.as_of = as_of});
    return found.empty() ? std::string("none") : found.front().code + " " + found.front().message;
  };
  const auto today = [](std::int32_t offset) { return Literal(TodayLiteral{offset}); };
  EXPECT_THAT(range(today(0), text("2025-11-20"), kAsOf),
              testing::AllOf(testing::StartsWith("E_RANGE_ORDER "),
                             testing::EndsWith("'2025-11-20' on 2025-11-22")));
  EXPECT_THAT(range(today(1), text("2025-11-22 23:59"), kAsOf),
              testing::StartsWith("E_RANGE_ORDER "));
  EXPECT_THAT(range(text("2025-11-22 00:00"), today(-1), kAsOf),
              testing::StartsWith("E_RANGE_ORDER "));
  EXPECT_EQ(range(today(0), text("2025-11-20"), std::nullopt), "none");
  EXPECT_EQ(range(today(-2), text("2025-11-20"), kAsOf), "none");
  EXPECT_EQ(range(today(0), text("2025-11-22 00:00"), kAsOf), "none");
  EXPECT_EQ(range(text("2025-11-22 23:59"), today(0), kAsOf), "none");
}

// A condition of the text form, where the column and its reader give the type.
Condition in_text(std::string_view field, Reader reader, Operator op, Literal value) {
  Condition condition = json("", field, kString, op, std::move(value));
  condition.declared.reset();
  condition.subject.reader = reader;
  condition.subject.place = condition.place = {"byte 0"};
  condition.arguments.place = condition.arguments.list[0].place = {"byte 9"};
  return condition;
}

TEST(Check, TheTextFormComparesColumnsOfOneType) {
  const auto compared = [](std::string_view left, Reader left_reader, std::string right,
                           Reader right_reader) {
    return refusal(in_text(
        left, left_reader, Operator::kEqual,
        ColumnOperand{
            .name = {.column = std::move(right)}, .reader = right_reader, .place = {"byte 9"}}));
  };
  EXPECT_EQ(compared("balance", Reader::kNone, "score", Reader::kNone), "none");
  EXPECT_EQ(compared("level", Reader::kNone, "user_id", Reader::kNone), "none");
  EXPECT_EQ(compared("born", Reader::kNone, "seen", Reader::kNone), "none");
  EXPECT_EQ(compared("level", Reader::kDay, "born", Reader::kNone), "none");
  EXPECT_EQ(compared("active", Reader::kNone, "level", Reader::kBoolean), "none");
  EXPECT_EQ(compared("balance", Reader::kNone, "level", Reader::kNone), "E_TYPE_COLUMN byte 9");
  EXPECT_EQ(compared("active", Reader::kNone, "age", Reader::kNone), "E_TYPE_COLUMN byte 9");
  EXPECT_EQ(compared("born", Reader::kDay, "seen", Reader::kNone), "E_TYPE_COLUMN byte 0");
  EXPECT_EQ(compared("born", Reader::kNone, "extra", Reader::kNone), "E_TYPE_COLUMN byte 9");
  EXPECT_EQ(compared("coins", Reader::kNone, "coins", Reader::kNone), "E_OPERATOR_TYPE byte 0");
}

TEST(Check, TheTextFormSaysHowATextColumnIsRead) {
  const base::Problems found =
      problems(in_text("level", Reader::kNone, Operator::kEqual, number("5")));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, kValueType);
  EXPECT_EQ(found[0].path, "byte 9");
  EXPECT_EQ(found[0].message, "level (text): 5 is no text");
  EXPECT_EQ(found[0].hint, "write number(level) to compare numbers, or '5' to compare texts");
  EXPECT_EQ(refusal(in_text("level", Reader::kNumber, Operator::kEqual, number("5"))), "none");
  EXPECT_EQ(refusal(in_text("born", Reader::kNone, Operator::kEqual, DayLiteral{"2025-02-29"})),
            "E_VALUE_TYPE byte 9");
  EXPECT_EQ(
      refusal(in_text("born", Reader::kNone, Operator::kEqual, DayLiteral{"2025-01-01 10:00"})),
      "E_VALUE_TYPE byte 9");
  EXPECT_EQ(refusal(in_text("balance", Reader::kNone, Operator::kEqual, text("age"))),
            "E_VALUE_TYPE byte 9")
      << "a text is never a column in the text form";
}

TEST(Check, ReportsAllProblemsInTheOrderOfTheRule) {
  const Expression parts[] = {
      {json("user", "agee", kNumber, Operator::kEqual, number("1"))},
      {Invalid{{{.code = "E_OPERATOR_UNKNOWN", .path = "/d", .message = "m", .hint = ""}}}},
      {json("", "born", kDate, Operator::kEqual, text("20250101"))}};
  Not inner;
  inner.part.push_back({Or{{parts[1], parts[2]}}});
  const auto rule = check({And{{parts[0], {std::move(inner)}, {TagTest{"vip"}}}}}, shop(), {});
  ASSERT_FALSE(rule);
  ASSERT_EQ(rule.error().size(), 3U);
  EXPECT_EQ(rule.error()[0], (base::Problem{.code = "E_COLUMN_UNKNOWN",
                                            .path = "/c/field",
                                            .message = "table user has no column 'agee'",
                                            .hint = "did you mean 'age'?"}));
  EXPECT_EQ(rule.error()[1].code, kOperatorUnknown);
  EXPECT_EQ(rule.error()[2].hint, "write '2025-01-01'");
}

TEST(Check, GroupsKeepTheirShape) {
  const Expression leaf = {json("", "coins", kList, Operator::kIsNotNull)};
  const auto rule = check({And{{leaf, {And{{leaf, {TagTest{"vip"}}}}}}}}, shop(), {});
  ASSERT_TRUE(rule);
  EXPECT_EQ(std::get<TypedAnd>(std::get<TypedAnd>(rule->node).parts[1].node).parts.size(), 2U);
  EXPECT_THAT(columns_of(*rule), ElementsAre(kCoins));
  EXPECT_THAT(tags_of(*rule), ElementsAre("vip"));
}

TEST(Check, ColumnsOfARuleIncludeThoseItComparesWith) {
  const auto rule = check({Or{{{json("", "born", kDate, Operator::kIsNull)},
                               {json("user", "age", kNumber, Operator::kLess, text("balance"))}}}},
                          shop(), {});
  ASSERT_TRUE(rule);
  EXPECT_THAT(columns_of(*rule), ElementsAre(kAge, kBalance, kBorn));
  EXPECT_TRUE(tags_of(*rule).empty());
}

}  // namespace
}  // namespace tagsmith::rule
