#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "rule/parser.h"
#include "rule/printer.h"

namespace tagsmith::rule {
namespace {

using testing::HasSubstr;

Expression parsed(std::string_view text) {
  const auto result = parse_text(text);
  EXPECT_TRUE(result) << text << ": " << (result ? "" : result.error().front().message);
  return result ? *result : Expression{};
}

base::Problem problem_of(std::string_view text) {
  const auto result = parse_text(text);
  EXPECT_FALSE(result) << text;
  return result ? base::Problem{} : result.error().front();
}

Arguments scalar(Literal literal) {
  return {.form = Arguments::Form::kScalar, .list = {{std::move(literal), {}}}, .place = {}};
}

Arguments list(std::vector<Literal> literals) {
  Arguments arguments{.form = Arguments::Form::kList, .list = {}, .place = {}};
  for (Literal& literal : literals) {
    arguments.list.push_back({std::move(literal), {}});
  }
  return arguments;
}

ColumnOperand column(std::string name, Reader reader = Reader::kNone) {
  return {.name = {.database = "", .table = "", .column = std::move(name)},
          .reader = reader,
          .place = {}};
}

Expression condition(ColumnOperand subject, Operator op, Arguments arguments = {}) {
  return {Condition{.subject = std::move(subject),
                    .declared = std::nullopt,
                    .op = op,
                    .arguments = std::move(arguments),
                    .place = {}}};
}

Expression a_is(int number) {
  return condition(column("a"), Operator::kEqual, scalar(NumberLiteral{std::to_string(number)}));
}

TEST(TextParser, AndBindsTighterThanOrAndNotTighterThanAnd) {
  EXPECT_EQ(parsed("a = 1 or not a = 2 and a = 3"),
            (Expression{Or{{a_is(1), {And{{{Not{{a_is(2)}}}, a_is(3)}}}}}}));
  EXPECT_EQ(parsed("(a = 1 or a = 2) and a = 3"),
            (Expression{And{{{Or{{a_is(1), a_is(2)}}}, a_is(3)}}}));
}

TEST(TextParser, GroupsOfOneKindInsideEachOtherStayApart) {
  EXPECT_EQ(parsed("(a = 1 and a = 2) and a = 3"),
            (Expression{And{{{And{{a_is(1), a_is(2)}}}, a_is(3)}}}));
  EXPECT_EQ(parsed("((a = 1))"), a_is(1));
}

TEST(TextParser, ReadsEveryKindOfCondition) {
  const ColumnOperand a = column("a");
  const TextLiteral x{"x"};
  const TextLiteral y{"y"};
  struct Case {
    std::string_view text;
    Expression expected;
  };
  const Case cases[] = {
      {"a = 'x'", condition(a, Operator::kEqual, scalar(x))},
      {"a != 'x'", condition(a, Operator::kNotEqual, scalar(x))},
      {"a <> 'x'", condition(a, Operator::kNotEqual, scalar(x))},
      {"a < 'x'", condition(a, Operator::kLess, scalar(x))},
      {"a <= 'x'", condition(a, Operator::kLessEqual, scalar(x))},
      {"a > 'x'", condition(a, Operator::kGreater, scalar(x))},
      {"a >= 'x'", condition(a, Operator::kGreaterEqual, scalar(x))},
      {"'x' = a", condition(a, Operator::kEqual, scalar(x))},
      {"'x' != a", condition(a, Operator::kNotEqual, scalar(x))},
      {"'x' < a", condition(a, Operator::kGreater, scalar(x))},
      {"'x' <= a", condition(a, Operator::kGreaterEqual, scalar(x))},
      {"'x' > a", condition(a, Operator::kLess, scalar(x))},
      {"'x' >= a", condition(a, Operator::kLessEqual, scalar(x))},
      {"a = b", condition(a, Operator::kEqual, scalar(column("b")))},
      {"number(a) > day(b)", condition(column("a", Reader::kNumber), Operator::kGreater,
                                       scalar(column("b", Reader::kDay)))},
      {"time(a) is null", condition(column("a", Reader::kTime), Operator::kIsNull)},
      {"bool(a) = true", condition(column("a", Reader::kBoolean), Operator::kEqual, scalar(true))},
      {"a is null", condition(a, Operator::kIsNull)},
      {"a IS Not NULL", condition(a, Operator::kIsNotNull)},
      {"a in ('x')", condition(a, Operator::kIn, list({x}))},
      {"a not in ('x','y')", condition(a, Operator::kNotIn, list({x, y}))},
      {"a between 'x' and 'y'", condition(a, Operator::kInRange, list({x, y}))},
      {"a not between 'x' and 'y'", condition(a, Operator::kNotInRange, list({x, y}))},
      {"contains(a, 'x')", condition(a, Operator::kContains, scalar(x))},
      {"Starts_With(a, 'x')", condition(a, Operator::kStartsWith, scalar(x))},
      {"ends_with(a, 'x')", condition(a, Operator::kEndsWith, scalar(x))},
      {"has_any(a, ('x', 'y'))", condition(a, Operator::kContainsAny, list({x, y}))},
      {"has_all(a, ('x', 'y'))", condition(a, Operator::kContainsAll, list({x, y}))},
      {"has_none(a, ('x'))", condition(a, Operator::kNoIntersection, list({x}))},
      {"has_tag('vip')", {TagTest{.code = "vip", .place = {}}}},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    EXPECT_EQ(parsed(test.text), test.expected);
  }
}

TEST(TextParser, ReadsEveryKindOfLiteral) {
  struct Case {
    std::string_view text;
    Literal expected;
  };
  const Case cases[] = {
      {"18", NumberLiteral{"18"}},
      {"-18", NumberLiteral{"-18"}},
      {"+ 18", NumberLiteral{"+18"}},
      {".5", NumberLiteral{".5"}},
      {"5.", NumberLiteral{"5."}},
      {"1.50e-3", NumberLiteral{"1.50e-3"}},
      {"'it''s'", TextLiteral{"it's"}},
      {"''", TextLiteral{""}},
      {"'-- no comment'", TextLiteral{"-- no comment"}},
      {"'中文 %_\"'", TextLiteral{"中文 %_\""}},
      {"TRUE", true},
      {"false", false},
      {"date '2025-11-22'", DayLiteral{"2025-11-22"}},
      {"Timestamp'2025-11-22 10:00'", TimeLiteral{"2025-11-22 10:00"}},
      {"today()", TodayLiteral{0}},
      {"today() - 30 days", TodayLiteral{-30}},
      {"TODAY ( )+1 Day", TodayLiteral{1}},
      {"today() - 36500 days", TodayLiteral{-36500}},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    EXPECT_EQ(parsed("a = " + std::string(test.text)),
              condition(column("a"), Operator::kEqual, scalar(test.expected)));
  }
}

TEST(TextParser, NamesHaveUpToThreePartsAndMayBeQuoted) {
  struct Case {
    std::string_view text;
    ColumnName expected;
  };
  const Case cases[] = {
      {"age", {"", "", "age"}},
      {"users.age", {"", "users", "age"}},
      {"dw . users . age", {"dw", "users", "age"}},
      {R"("and"."a ""b"""."年龄")", {"and", "a \"b\"", "年龄"}},
      {R"(users."x.y")", {"", "users", "x.y"}},
      // Words that are special only before a parenthesis or a text.
      {"date", {"", "", "date"}},
      {"timestamp", {"", "", "timestamp"}},
      {"today", {"", "", "today"}},
      {"day", {"", "", "day"}},
      {"number", {"", "", "number"}},
      {"contains.has_tag", {"", "contains", "has_tag"}},
      {"like", {"", "", "like"}},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    ColumnOperand operand = column("");
    operand.name = test.expected;
    EXPECT_EQ(parsed(std::string(test.text) + " is null"), condition(operand, Operator::kIsNull));
  }
}

TEST(TextParser, CommentsReachToTheEndOfTheLine) {
  EXPECT_EQ(parsed("-- adults\na = 1 -- only\r\nand a = 2 --"),
            (Expression{And{{a_is(1), a_is(2)}}}));
}

TEST(TextParser, RemembersWhereThingsStand) {
  const Expression rule = parsed("a = 1 and  t.b in ('x', 'y')");
  const auto& second = std::get<Condition>(std::get<And>(rule.node).parts[1].node);
  EXPECT_EQ(second.place.path, "byte 11");
  EXPECT_EQ(second.subject.place.path, "byte 11");
  EXPECT_EQ(second.arguments.place.path, "byte 18");
  EXPECT_EQ(second.arguments.list[1].place.path, "byte 24");

  const Expression turned = parsed("18 < a");
  EXPECT_EQ(std::get<Condition>(turned.node).place.path, "byte 0");
  EXPECT_EQ(std::get<Condition>(turned.node).subject.place.path, "byte 5");
  EXPECT_EQ(std::get<Condition>(turned.node).arguments.list[0].place.path, "byte 0");
}

TEST(TextParser, ErrorsGiveTheByteTheReasonAndWhatToWriteInstead) {
  struct Case {
    std::string_view text;
    std::string_view path;
    std::string_view message;
    std::string_view hint;
  };
  const Case cases[] = {
      {"", "byte 0", "expected a condition, found the end of the rule", ""},
      {" -- nothing", "byte 11", "expected a condition, found the end of the rule", ""},
      {"a", "byte 1",
       "expected a comparison ('=', '<', ...), 'in', 'between' or 'is', found the "
       "end of the rule",
       "a column alone is no condition; for a boolean one write x = true"},
      {"(a)", "byte 2", "expected a comparison ('=', '<', ...), 'in', 'between' or 'is', found ')'",
       "a column alone is no condition; for a boolean one write x = true"},
      {"a =", "byte 3", "expected a column or a literal, found the end of the rule", ""},
      {"a = 1 b = 2", "byte 6", "expected 'and', 'or' or the end of the rule, found 'b'", ""},
      {"a = 1 and", "byte 9", "expected a condition, found the end of the rule", ""},
      {"and = 1", "byte 0", "expected a condition, found 'and'",
       "a column of that name is written \"and\""},
      {"t.in = 1", "byte 2", "expected the name of a column, found 'in'",
       "a column of that name is written \"in\""},
      {"(a = 1", "byte 6", "expected 'and', 'or' or ')', found the end of the rule",
       "the parenthesis of byte 0 is not closed"},
      {"a = 1)", "byte 5", "expected 'and', 'or' or the end of the rule, found ')'",
       "this parenthesis was never opened"},
      {"1 = 2", "byte 0", "both sides of the comparison are literals", "name a column on one side"},
      {"1 in (1)", "byte 0", "the left side of 'in' must be a column", ""},
      {"18 < a < 65", "byte 7", "expected 'and', 'or' or the end of the rule, found '<'",
       "one comparison at a time: join two with 'and'"},
      {"a == 1", "byte 2",
       "expected a comparison ('=', '<', ...), 'in', 'between' or 'is', found '=='", "write '='"},
      {"a = 1 && b = 2", "byte 6", "expected 'and', 'or' or the end of the rule, found '&&'",
       "write 'and'"},
      {"a = 1 || b = 2", "byte 6", "expected 'and', 'or' or the end of the rule, found '||'",
       "write 'or'"},
      {"!(a = 1)", "byte 0", "expected a condition, found '!'", "write 'not'"},
      {"a = 1;", "byte 5", "expected 'and', 'or' or the end of the rule, found ';'",
       "a rule is one condition, without a semicolon"},
      {"a + 1 > 2", "byte 2",
       "expected a comparison ('=', '<', ...), 'in', 'between' or 'is', found '+'",
       "there is no arithmetic in rules, but for today() + 7 days"},
      {"a contains 'x'", "byte 2",
       "expected a comparison ('=', '<', ...), 'in', 'between' or 'is', found 'contains'",
       "write contains(column, 'text')"},
      {"a recent_days 7", "byte 2",
       "expected a comparison ('=', '<', ...), 'in', 'between' or 'is', found 'recent_days'",
       "write column >= today() - 7 days"},
      {"a = 2025-11-22", "byte 8", "expected 'and', 'or' or the end of the rule, found '-'",
       "a date stands in quotes, '2025-11-22'; there is no arithmetic, but for today() - 7 days"},
      {"a like 'x%'", "byte 2",
       "expected a comparison ('=', '<', ...), 'in', 'between' or 'is', found 'like'",
       "use contains(column, 'text'), starts_with(...) or ends_with(...)"},
      {"a not like 'x%'", "byte 6", "expected 'in' or 'between' after 'not', found 'like'",
       "use contains(column, 'text'), starts_with(...) or ends_with(...)"},
      {"a is true", "byte 5", "expected 'null', found 'true'",
       "SQL's 'is true' turns an unknown value into a known one, which rules never do; write x = "
       "true, which is unknown for a null"},
      {"a is not false", "byte 9", "expected 'null', found 'false'",
       "SQL's 'is false' turns an unknown value into a known one, which rules never do; write x = "
       "false, which is unknown for a null"},
      {"a is 5", "byte 5", "expected 'null' or 'not null', found '5'", ""},
      {"a = null", "byte 4", "expected a column or a literal, found 'null'",
       "nothing equals null; write 'x is null' or 'x is not null'"},
      {"a in (\"x\")", "byte 6", "expected a literal, found '\"x\"'",
       "names are in double quotes, texts in single quotes"},
      {"a in (VIP)", "byte 6", "expected a literal, found 'VIP'",
       "texts are in single quotes: 'VIP'"},
      {"a in ()", "byte 6", "expected a literal, found ')'", ""},
      {"a in 'x'", "byte 5", "expected '(', found ''x''",
       "a list stands in parentheses: (a literal, ...)"},
      {"a in ('x' 'y')", "byte 10", "expected ',' or ')', found ''y''", ""},
      {"a between 1 or 2", "byte 12", "expected 'and' and the upper bound, found 'or'", ""},
      {"contains(a, \"x\")", "byte 12", "expected a text, found '\"x\"'",
       "names are in double quotes, texts in single quotes"},
      {"contains('a', 'x')", "byte 9", "expected the name of a column, found ''a''",
       "names are in double quotes, texts in single quotes"},
      {"contains(a, 'x', 'y')", "byte 15", "expected ')', found ','",
       "one text only; join several conditions with 'or'"},
      {"contains(number(a), 'x')", "byte 9", "expected a column, found 'number'",
       "contains() takes the column itself"},
      {"has_any(a, 'x')", "byte 11", "expected '(', found ''x''",
       "a list stands in parentheses: (a text, ...)"},
      {"has_tag(vip)", "byte 8", "expected the code of a tag, a text, found 'vip'",
       "texts are in single quotes: 'vip'"},
      {"contain(a, 'x')", "byte 0", "unknown function 'contain'", "did you mean 'contains'?"},
      {"now() > a", "byte 0", "unknown function 'now'",
       "the functions are contains, starts_with, ends_with, has_any, has_all, has_none, has_tag, "
       "number, day, time, bool, today"},
      {"a = contains(b, 'x')", "byte 4", "contains(...) is a condition and cannot be compared",
       "it stands alone, or after 'not' for the opposite"},
      {"a = 'x", "byte 4", "the text that starts here has no closing quote (')",
       "a quote inside a text is doubled: 'it''s'"},
      {"\"a = 1", "byte 0", "the name that starts here has no closing quote (\")",
       "names are in double quotes, texts in single quotes"},
      {"a = 18abc", "byte 4", "'18abc' is not a number",
       "a text stands in single quotes; a name that starts with a digit stands in double quotes"},
      {"a = 1e", "byte 4", "'1e' is not a number",
       "a text stands in single quotes; a name that starts with a digit stands in double quotes"},
      {"a = - 'x'", "byte 6", "expected a number after the sign, found ''x''", ""},
      {"a > today", "byte 9", "", ""},
      {"a > today(1)", "byte 10", "expected ')', found '1'",
       "today() takes nothing; write today() - 7 days"},
      {"a > today() - 7", "byte 15", "expected 'days', found the end of the rule",
       "write today() - 7 days"},
      {"a > today() - 1.5 days", "byte 14", "expected a whole number of days, found '1.5'",
       "write today() - 7 days"},
      {"\"\" = 1", "byte 0", "an empty name", ""},
      {"a.b.c.d = 1", "byte 6", "a name of more than three parts",
       "a column is column, table.column or database.table.column"},
      {"a = ‘x’", "byte 4", "unexpected character '‘'",
       "texts stand in straight single quotes (')"},
      {"a ＝ 1", "byte 2", "unexpected character '＝'", "write '='"},
      {"a ≥ 1", "byte 2", "unexpected character '≥'", "write '>='"},
      {"年龄 = 1", "byte 0", "unexpected character '年'",
       "a name with other characters than letters, digits and '_' stands in double quotes, a text "
       "in single quotes"},
      {"`a` = 1", "byte 0", "unexpected character '`'", "names are in double quotes"},
      {"a = 'x\xff'", "byte 6", "not UTF-8: a rule is text in UTF-8", ""},
      {"a = '\xed\xa0\x80'", "byte 5", "not UTF-8: a rule is text in UTF-8", ""},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    if (test.message.empty()) {
      EXPECT_TRUE(parse_text(test.text));  // a column named today
      continue;
    }
    const base::Problem problem = problem_of(test.text);
    EXPECT_EQ(problem.code, "E_SYNTAX");
    EXPECT_EQ(problem.path, test.path);
    EXPECT_EQ(problem.message, test.message);
    EXPECT_EQ(problem.hint, test.hint);
  }
}

std::string repeated(std::string_view text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) {
    out += text;
  }
  return out;
}

TEST(TextParser, RefusesDeepNestingInsteadOfOverflowingTheStack) {
  EXPECT_TRUE(parse_text(repeated("(", 64) + "a = 1" + repeated(")", 64)));
  EXPECT_TRUE(parse_text(repeated("not ", 64) + "a = 1"));
  EXPECT_TRUE(parse_text(repeated("not (", 64) + "a = 1" + repeated(")", 64)));
  // What is closed does not count.
  EXPECT_TRUE(parse_text(repeated("not (a = 1) and ", 1000) + "a = 1"));

  const base::Problem parentheses = problem_of(repeated("(", 1'000'000));
  EXPECT_EQ(parentheses.code, "E_DEPTH");
  EXPECT_EQ(parentheses.path, "byte 65");
  EXPECT_EQ(parentheses.message, "more than 65 nested parentheses");
  const base::Problem nots = problem_of(repeated("not ", 1'000'000));
  EXPECT_EQ(nots.code, "E_DEPTH");
  EXPECT_EQ(nots.path, "byte 260");
  EXPECT_EQ(problem_of(repeated("not (", 100'000)).code, "E_DEPTH");
}

TEST(TextParser, RefusesWhatIsTooLarge) {
  const std::string many = repeated("a = 1 or ", kConditionsMax - 1);
  EXPECT_TRUE(parse_text(many + "a = 1"));
  const base::Problem conditions = problem_of(many + "a = 1 or has_tag('x')");
  EXPECT_EQ(conditions.code, "E_LIMIT");
  EXPECT_EQ(conditions.path, "byte 90000");
  EXPECT_EQ(conditions.message, "more than 10000 conditions");

  const std::string values = "a in (1" + repeated(",1", kValuesMax - 1);
  EXPECT_TRUE(parse_text(values + ")"));
  const base::Problem value = problem_of(values + ",1)");
  EXPECT_EQ(value.code, "E_LIMIT");
  EXPECT_EQ(value.message, "more than 100000 values");
  EXPECT_EQ(problem_of(values + ") and a = 1").code, "E_LIMIT");
  EXPECT_EQ(problem_of(values + ") and a between 1 and 2").code, "E_LIMIT");
  EXPECT_EQ(problem_of(values + ") and contains(a, 'x')").code, "E_LIMIT");

  const base::Problem bytes = problem_of("a = 1" + std::string(kRuleBytesMax, ' '));
  EXPECT_EQ(bytes.code, "E_LIMIT");
  EXPECT_THAT(bytes.message, HasSubstr("longer than 4194304 bytes"));

  const base::Problem days = problem_of("a > today() - 36501 days");
  EXPECT_EQ(days.code, "E_LIMIT");
  EXPECT_EQ(days.path, "byte 14");
  EXPECT_EQ(problem_of("a > today() - 99999999999999999999 days").code, "E_LIMIT");
}

TEST(ParseSource, ABraceMeansJsonAndAnythingElseTheTextForm) {
  EXPECT_EQ(parse_source(" a = 1 ").value(), a_is(1));
  const auto json = parse_source("\n {\"fields\":[{\"field\":\"a\",\"operator\":\"is_null\"}]}");
  ASSERT_TRUE(json);
  EXPECT_EQ(std::get<Condition>(json->node).op, Operator::kIsNull);

  EXPECT_EQ(parse_source("{\"fields\":").error().front().code, "E_JSON");
  EXPECT_EQ(parse_source("{\"logic\":\"or\",\"logic\":\"or\"}").error().front().code,
            "E_DUPLICATE_KEY");
  EXPECT_EQ(parse_source("").error().front().code, "E_SYNTAX");
  EXPECT_EQ(parse_source("[]").error().front().code, "E_SYNTAX");
  EXPECT_EQ(parse_source("{}" + std::string(kRuleBytesMax, ' ')).error().front().code, "E_LIMIT");
}

}  // namespace
}  // namespace tagsmith::rule
