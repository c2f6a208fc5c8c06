#include "rule/printer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "rule/check.h"
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

// Two databases with a table `orders`, a column that two tables have, and names that need quotes.
column::Schema shop() {
  using enum column::TypeKind;
  return {.tables = {{.database = "dwd",
                      .name = "users",
                      .columns = {{"age", {.kind = kInt}},
                                  {"balance", {.kind = kDecimal, .precision = 18, .scale = 2}},
                                  {"score", {.kind = kDouble}},
                                  {"level", {.kind = kText}},
                                  {"active", {.kind = kBoolean}},
                                  {"born", {.kind = kDate}},
                                  {"seen", {.kind = kTimestamp}},
                                  {"coins", {.kind = kTextList}},
                                  {"note", {.kind = kText}}}},
                     {.database = "dwd",
                      .name = "orders",
                      .columns = {{"amount", {.kind = kText}}, {"note", {.kind = kText}}}},
                     {.database = "ods",
                      .name = "orders",
                      .columns = {{"amount", {.kind = kFloat}}, {"last order", {.kind = kDate}}}}}};
}

std::string canonical(const Expression& expression, const CheckOptions& options = {}) {
  const column::Schema schema = shop();
  const auto rule = check(expression, schema, options);
  return rule ? print(*rule, schema) : rule.error().front().code + rule.error().front().message;
}

TEST(Printer, ACheckedRuleIsWrittenWithoutSynonymsAndWithItsReaders) {
  struct Case {
    std::string_view condition;  // the members of a JSON condition
    std::string_view printed;
  };
  const Case cases[] = {
      {R"("field":"age","operator":"belongs_to","value":["18","0019"])", "age in (18, 19)"},
      {R"("field":"age","operator":"not_in","value":1e2)", "age not in (100)"},
      {R"("field":"balance","operator":"in_range","value":["-0.50","1e3"],"type":"number")",
       "balance between -0.5 and 1000"},
      {R"("field":"balance","operator":"not_in_range","value":[1,2],"type":"number")",
       "balance not between 1 and 2"},
      {R"("field":"level","operator":">","value":"5","type":"int")", "number(level) > 5"},
      {R"("field":"level","operator":"=","value":"it's")", "level = 'it''s'"},
      {R"("field":"level","operator":"=","value":5)", "level = '5'"},
      {R"("field":"level","operator":"=","value":"2025-01-01","type":"date")",
       "day(level) = date '2025-01-01'"},
      {R"("field":"level","operator":"<","value":"2025-01-01T10:00","type":"date")",
       "time(level) < timestamp '2025-01-01 10:00:00'"},
      {R"("field":"level","operator":"is_true")", "bool(level) = true"},
      {R"("field":"age","operator":"=","value":"No","type":"bool")", "bool(age) = false"},
      {R"("field":"active","operator":"is_false")", "active = false"},
      {R"("field":"active","operator":"is_null")", "active is null"},
      {R"("field":"born","operator":"recent_days","value":7)", "born >= today() - 7 days"},
      {R"("field":"born","operator":"days_ago","value":1)", "born <= today() - 1 day"},
      {R"("field":"born","operator":"days_ago_between","value":[0,30])",
       "born between today() - 30 days and today()"},
      {R"("field":"seen","operator":"date_not_in_range","value":["2025-01-01","2025-01-02 10:00:00.5"])",
       "seen not between date '2025-01-01' and timestamp '2025-01-02 10:00:00.5'"},
      {R"("field":"coins","operator":"intersects","value":["BTC"],"type":"list")",
       "has_any(coins, ('BTC'))"},
      {R"("field":"coins","operator":"contains_all","value":["BTC","ETH"],"type":"list")",
       "has_all(coins, ('BTC', 'ETH'))"},
      {R"("field":"coins","operator":"not_contains","value":"BTC","type":"list")",
       "has_none(coins, ('BTC'))"},
      {R"("field":"level","operator":"not_contains","value":["x","y"])",
       "not (contains(level, 'x') or contains(level, 'y'))"},
      {R"("field":"level","operator":"ends_with","value":"%")", "ends_with(level, '%')"},
      {R"("field":"age","operator":">=","value":"balance","type":"number")", "age >= balance"},
      {R"("field":"age","operator":"<","value":"level","type":"number")", "age < number(level)"},
      {R"("table":"users","field":"note","operator":"is_not_null")", "users.note is not null"},
      {R"("table":"dwd.orders","field":"amount","operator":"is_null")",
       "dwd.orders.amount is null"},
      {R"("field":"last order","operator":"is_null")", "\"last order\" is null"},
      {R"("field":"user_id","operator":"starts_with","value":"7")", "starts_with(user_id, '7')"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.condition);
    const std::string json = R"({"fields":[{)" + std::string(test.condition) + "}]}";
    EXPECT_EQ(canonical(parse_rule(base::parse_json(json).value()).value()), test.printed);
    // Where the text is checked again it says the same.
    EXPECT_EQ(canonical(parse_text(test.printed).value()), test.printed);
  }
}

TEST(Printer, ACheckedRuleKeepsItsGroups) {
  const std::string_view text =
      "not (age = 1 or has_tag('vip')) and (age = 2 or age = 3 and active = true)";
  EXPECT_EQ(canonical(parse_text(text).value()), text);
  const auto recent = base::parse_json(
      R"({"logic":"NOT","fields":[{"field":"born","operator":"recent_days","value":3}]})");
  EXPECT_EQ(canonical(parse_rule(*recent).value(), {.search = {}, .upper_bound = true}),
            "not (born >= today() - 3 days and born <= today())");
}

TEST(Printer, AConditionAloneIsWrittenAsInItsRule) {
  const column::Schema schema = shop();
  const auto rule = check(parse_text("18 <= age and age < 65").value(), schema, {});
  const auto& parts = std::get<TypedAnd>(rule->node).parts;
  EXPECT_EQ(print(std::get<TypedCondition>(parts[0].node), schema), "age >= 18");
}

// A JSON condition on a random column whose type can mostly be read there, with a random operator.
class JsonGenerator {
 public:
  explicit JsonGenerator(std::uint32_t seed) : random_(seed) {}

  std::string group(int depth) {
    std::string parts;
    for (std::uint32_t count = 1 + pick(2); count > 0; --count) {
      parts += parts.empty() ? "" : ",";
      parts += depth > 0 && pick(3) == 0 ? group(depth - 1) : condition();
    }
    return R"({"logic":)" + one_of({R"("AND")", R"("OR")", R"("NOT")"}) + R"(,"conditions":[)" +
           parts + "]}";
  }

 private:
  std::uint32_t pick(std::uint32_t count) { return static_cast<std::uint32_t>(random_()) % count; }

  std::string one_of(std::initializer_list<const char*> list) {
    return *(list.begin() + pick(static_cast<std::uint32_t>(list.size())));
  }

  std::string literal(ConditionType type, Operator op) {
    if (only_for_dates(op) && op >= Operator::kRecentDays) {
      return std::to_string(pick(40));
    }
    switch (type) {
      case ConditionType::kNumber:
        return one_of({"1", "-2.50", "1e3", R"(" 7 ")", R"("0.001")", R"("balance")", "36500"});
      case ConditionType::kDate:
        return one_of({R"("2025-01-01")", R"("2025-02-28 10:00:00")", R"("2024-02-29T23:59")",
                       R"("0001-01-01")", R"("9999-12-31 23:59:59.999999")"});
      case ConditionType::kBoolean:
        return one_of({"true", "false", "1", R"("No")", R"(" yes ")"});
      default:
        return one_of({R"("x")", R"("it's")", R"("%_")", R"("\"")", "42", R"("中文\n")"});
    }
  }

  std::string condition() {
    struct Column {
      const char* members;
      std::initializer_list<ConditionType> types;
    };
    using enum ConditionType;
    const Column columns[] = {
        {R"("field":"age")", {kNumber, kString, kBoolean}},
        {R"("field":"balance")", {kNumber}},
        {R"("field":"score")", {kNumber}},
        {R"("field":"level")", {kNumber, kString, kEnum, kDate, kBoolean}},
        {R"("field":"active")", {kBoolean, kString}},
        {R"("field":"born")", {kDate, kString}},
        {R"("field":"seen")", {kDate}},
        {R"("field":"coins")", {kList}},
        {R"("table":"users","field":"note")", {kString, kNumber}},
        {R"("table":"dwd.orders","field":"amount")", {kNumber, kDate}},
        {R"("table":"ods.orders","field":"amount")", {kNumber}},
        {R"("field":"last order")", {kDate}},
        {R"("field":"user_id")", {kString, kNumber}},
    };
    const Column& column = columns[pick(static_cast<std::uint32_t>(std::size(columns)))];
    const ConditionType type =
        *(column.types.begin() + pick(static_cast<std::uint32_t>(column.types.size())));
    const auto rows = operator_table();
    const OperatorRow* row = nullptr;
    do {
      row = &rows[pick(static_cast<std::uint32_t>(rows.size()))];
    } while (!has_operator(type, row->op));
    const std::string first = literal(type, row->op);
    const std::string second = literal(type, row->op);
    const bool list = row->shape == ValueShape::kList || row->shape == ValueShape::kRange ||
                      (row->shape == ValueShape::kListOrScalar && pick(2) == 0);
    return "{" + std::string(column.members) + R"(,"operator":")" + std::string(row->name) +
           R"(","type":")" + std::string(name_of(type)) + R"(","value":)" +
           (list ? "[" + first + "," + second + "]" : first) + "}";
  }

  std::mt19937 random_;
};

TEST(Printer, ACheckedRuleIsReadBackAsTheSameCheckedRule) {
  const column::Schema schema = shop();
  int checked = 0;
  for (std::uint32_t seed = 0; seed < 10'000; ++seed) {
    const std::string json = JsonGenerator(seed).group(3);
    const CheckOptions options{.search = {}, .upper_bound = seed % 2 == 0};
    const auto rule = check(parse_rule(base::parse_json(json).value()).value(), schema, options);
    if (!rule) {
      continue;  // an inverted range, an identifier in a list, ...
    }
    ++checked;
    const std::string text = print(*rule, schema);
    const auto parsed = parse_text(text);
    ASSERT_TRUE(parsed) << json << "\n" << text << "\n" << parsed.error().front().message;
    const auto again = check(*parsed, schema, options);
    ASSERT_TRUE(again) << json << "\n" << text << "\n" << again.error().front().message;
    ASSERT_EQ(*again, *rule) << json << "\n" << text;
  }
  EXPECT_GT(checked, 5'000);
}

}  // namespace
}  // namespace tagsmith::rule
