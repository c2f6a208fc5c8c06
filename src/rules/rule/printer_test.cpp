#include "rule/printer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "rule/parser.h"

namespace tagsmith::rule {
namespace {

TEST(Printer, WritesTheTextFormWithAsFewParenthesesAndQuotesAsItCan) {
  struct Case {
    std::string_view text;
    std::string_view printed;
  };
  const Case cases[] = {
      {"((A = 1) AND (b = 2)) OR NOT (c = 3)", "A = 1 and b = 2 or not c = 3"},
      {"(a = 1 or b = 2) and c = 3", "(a = 1 or b = 2) and c = 3"},
      {"(a = 1 and b = 2) and c = 3", "(a = 1 and b = 2) and c = 3"},
      {"(a = 1 or b = 2) or c = 3", "(a = 1 or b = 2) or c = 3"},
      {"not (not (a = 1))", "not not a = 1"},
      {"not (a = 1 and b = 2)", "not (a = 1 and b = 2)"},
      {"18 <= t.a", "t.a >= 18"},
      {"\"a\" <> \"b c\"", "a != \"b c\""},
      {"\"And\".\"x\"\"y\" = 'it''s'", "\"And\".\"x\"\"y\" = 'it''s'"},
      {"\"date\" = date'2025-01-01'", "date = date '2025-01-01'"},
      {"\"1a\".\"\u5e74\" is NOT null", "\"1a\".\"\u5e74\" is not null"},
      {"a NOT IN(+1,-2.50,.5e1)", "a not in (+1, -2.50, .5e1)"},
      {"a between timestamp '2025-01-01 10:00' and today()",
       "a between timestamp '2025-01-01 10:00' and today()"},
      {"a not between today()-1 days and today()+2 day",
       "a not between today() - 1 day and today() + 2 days"},
      {"NUMBER(a) > Number(b)", "number(a) > number(b)"},
      {"bool(a)=TRUE and day(b)=today()-0 days and time(c) is null",
       "bool(a) = true and day(b) = today() and time(c) is null"},
      {"Has_Any(a,('x','y')) or HAS_ALL(a,('x')) or has_none(a,('x'))",
       "has_any(a, ('x', 'y')) or has_all(a, ('x')) or has_none(a, ('x'))"},
      {"contains(a,'%') and starts_with(a,'') and ends_with(a,'\n')",
       "contains(a, '%') and starts_with(a, '') and ends_with(a, '\n')"},
      {"not has_tag('v''ip')", "not has_tag('v''ip')"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    const auto rule = parse_text(test.text);
    ASSERT_TRUE(rule) << rule.error().front().message;
    EXPECT_EQ(print(*rule), test.printed);
  }
}

TEST(Printer, WritesAJsonConditionInTheNearestTextForm) {
  struct Case {
    std::string_view condition;
    std::string_view printed;
  };
  const Case cases[] = {
      {R"("operator":"belongs_to","value":["x"])", "a in ('x')"},
      {R"("operator":"not_belongs_to","value":["x",1])", "a not in ('x', 1)"},
      {R"("operator":"date_between","value":["x","y"])", "a between 'x' and 'y'"},
      {R"("operator":"date_not_in_range","value":["x","y"])", "a not between 'x' and 'y'"},
      {R"("operator":"in_range","value":[1])", "a between (1)"},
      {R"("operator":"recent_days","value":7)", "a >= today() - 7 days"},
      {R"("operator":"days_ago","value":"30")", "a <= today() - 30 days"},
      {R"("operator":"days_ago_between","value":[7,30])",
       "a between today() - 30 days and today() - 7 days"},
      {R"("operator":"recent_days","value":[])", "a recent_days ()"},
      {R"("operator":"not_contains","value":"x")", "not contains(a, 'x')"},
      {R"("operator":"not_contains","value":["x"])", "not contains(a, 'x')"},
      {R"("operator":"not_contains","value":["x","y"])",
       "not (contains(a, 'x') or contains(a, 'y'))"},
      {R"("operator":"not_contains","type":"list","value":["x","y"])", "has_none(a, ('x', 'y'))"},
      {R"("operator":"not_contains","type":"list","value":"x")", "has_none(a, ('x'))"},
      {R"("operator":"intersects","value":["x"])", "has_any(a, ('x'))"},
      {R"("operator":"no_intersection","value":["x"])", "has_none(a, ('x'))"},
      {R"("operator":"is_true")", "a = true"},
      {R"("operator":"is_false")", "a = false"},
      {R"("operator":"=")", "a = <no value>"},
      {R"("operator":"=","value":null)", "a = null"},
      {R"("operator":"=","value":{})", "a = <an object>"},
      {R"("operator":"=","value":[1,2])", "a = (1, 2)"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.condition);
    const std::string json = R"({"fields":[{"field":"a",)" + std::string(test.condition) + "}]}";
    EXPECT_EQ(print(parse_rule(base::parse_json(json).value()).value()), test.printed);
  }
}

// Random expressions of the text form, small and full of awkward names and texts.
class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  Expression expression(int depth) {
    switch (depth == 0 ? 0U : pick(6)) {
      case 3:
        return {And{parts(depth)}};
      case 4:
        return {Or{parts(depth)}};
      case 5:
        return {Not{{expression(depth - 1)}}};
      default:
        return pick(12) == 0 ? Expression{TagTest{.code = text(), .place = {}}}
                             : Expression{condition()};
    }
  }

 private:
  std::uint32_t pick(std::uint32_t count) { return static_cast<std::uint32_t>(random_()) % count; }

  std::string one_of(std::initializer_list<const char*> list) {
    return *(list.begin() + pick(static_cast<std::uint32_t>(list.size())));
  }

  std::string name() {
    return one_of({"a",        "B_1",  "_",    "and", "NOT",  "date", "today",
                   "contains", "null", "is",   "a b", "x.y",  "\"",   "'",
                   "--",       "1a",   "年龄", "day", "like", "\n",   "between"});
  }
  std::string text() {
    return one_of(
        {"", "x", "it's", "''", "\"", "--", "%_\\", "中文", "and", "\n\t", "1", ") or ("});
  }

  std::vector<Expression> parts(int depth) {
    std::vector<Expression> parts;
    for (std::uint32_t count = 2 + pick(2); count > 0; --count) {
      parts.push_back(expression(depth - 1));
    }
    return parts;
  }

  ColumnOperand column(bool with_reader) {
    ColumnOperand operand;
    operand.name.column = name();
    if (pick(3) == 0) {
      operand.name.table = name();
      operand.name.database = pick(2) == 0 ? name() : "";
    }
    operand.reader = with_reader && pick(2) == 0 ? static_cast<Reader>(pick(5)) : Reader::kNone;
    return operand;
  }

  Literal literal() {
    switch (pick(6)) {
      case 0:
        return NumberLiteral{one_of({"0", "-1", "+2.50", ".5", "5.", "1e10", "-1.e-3"})};
      case 1:
        return pick(2) == 0;
      case 2:
        return DayLiteral{text()};
      case 3:
        return TimeLiteral{text()};
      case 4:
        return TodayLiteral{static_cast<std::int32_t>(pick(7)) - 3};
      default:
        return TextLiteral{text()};
    }
  }

  template <typename MakeLiteral>
  Arguments list(std::uint32_t count, const MakeLiteral& make) {
    Arguments arguments{.form = Arguments::Form::kList, .list = {}, .place = {}};
    for (; count > 0; --count) {
      arguments.list.push_back({make(), {}});
    }
    return arguments;
  }

  template <typename MakeLiteral>
  Arguments scalar(const MakeLiteral& make) {
    Arguments arguments = list(1, make);
    arguments.form = Arguments::Form::kScalar;
    return arguments;
  }

  Condition condition() {
    static constexpr Operator kOperators[] = {
        Operator::kEqual,       Operator::kNotEqual,     Operator::kGreater,
        Operator::kLess,        Operator::kGreaterEqual, Operator::kLessEqual,
        Operator::kIn,          Operator::kNotIn,        Operator::kInRange,
        Operator::kNotInRange,  Operator::kIsNull,       Operator::kIsNotNull,
        Operator::kContains,    Operator::kStartsWith,   Operator::kEndsWith,
        Operator::kContainsAny, Operator::kContainsAll,  Operator::kNoIntersection};
    Condition condition;
    condition.op = kOperators[pick(static_cast<std::uint32_t>(std::size(kOperators)))];
    const bool function = condition.op >= Operator::kContains && condition.op < Operator::kIsNull;
    condition.subject = column(!function);
    const auto any = [this] { return literal(); };
    const auto texts = [this] { return Literal(TextLiteral{text()}); };
    switch (row_of(condition.op).shape) {
      case ValueShape::kIgnored:
        break;
      case ValueShape::kScalar:
        condition.arguments = function       ? scalar(texts)
                              : pick(4) == 0 ? scalar([this] { return Literal(column(true)); })
                                             : scalar(any);
        break;
      case ValueShape::kRange:
        condition.arguments = list(2, any);
        break;
      default:
        condition.arguments = function ? list(1 + pick(3), texts) : list(1 + pick(3), any);
    }
    return condition;
  }

  std::mt19937 random_;
};

TEST(Printer, WhatItWritesIsReadBackAsTheSameExpression) {
  for (std::uint32_t seed = 0; seed < 10'000; ++seed) {
    const Expression expression = Generator(seed).expression(4);
    const std::string text = print(expression);
    const auto again = parse_text(text);
    ASSERT_TRUE(again) << "seed " << seed << ": " << text << "\n"
                       << again.error().front().path << ": " << again.error().front().message;
    ASSERT_EQ(*again, expression) << "seed " << seed << ": " << text;
  }
}

}  // namespace
}  // namespace tagsmith::rule
