#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rule/parser.h"
#include "rule/printer.h"

namespace tagsmith::rule {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Expression parsed(std::string_view json) {
  const auto result = parse_rule(base::parse_json(json).value());
  EXPECT_TRUE(result) << json;
  return result ? *result : Expression{};
}

void collect(const Expression& expression, base::Problems& problems);

void collect_all(const std::vector<Expression>& parts, base::Problems& problems) {
  for (const Expression& part : parts) {
    collect(part, problems);
  }
}

void collect(const Expression& expression, base::Problems& problems) {
  if (const auto* invalid = std::get_if<Invalid>(&expression.node)) {
    problems.insert(problems.end(), invalid->problems.begin(), invalid->problems.end());
  } else if (const auto* conjunction = std::get_if<And>(&expression.node)) {
    collect_all(conjunction->parts, problems);
  } else if (const auto* disjunction = std::get_if<Or>(&expression.node)) {
    collect_all(disjunction->parts, problems);
  } else if (const auto* negation = std::get_if<Not>(&expression.node)) {
    collect_all(negation->part, problems);
  }
}

// "E_EMPTY /conditions/0" for each problem, in the order in which check() reports them.
std::vector<std::string> problems_of(std::string_view json) {
  base::Problems problems;
  const auto result = parse_rule(base::parse_json(json).value());
  if (result) {
    collect(*result, problems);
  } else {
    problems = result.error();
  }
  std::vector<std::string> lines;
  for (const base::Problem& problem : problems) {
    lines.push_back(problem.code + " " + problem.path);
  }
  return lines;
}

base::Problem problem_of(std::string_view json) {
  base::Problems problems;
  collect(parsed(json), problems);
  EXPECT_EQ(problems.size(), 1U) << json;
  return problems.empty() ? base::Problem{} : problems.front();
}

// A condition on column `name`: the shortest that is complete.
std::string leaf(std::string_view name) {
  return R"({"field":")" + std::string(name) + R"(","operator":"is_null"})";
}

std::string rule_of(const std::string& condition) {
  return R"({"conditions":[)" + condition + "]}";
}

TEST(JsonParser, BothFormsAreOneGrammar) {
  struct Case {
    std::string json;
    std::string_view text;
  };
  const std::string a = leaf("a");
  const std::string b = leaf("b");
  const std::string c = leaf("c");
  const Case cases[] = {
      // V1
      {R"({"logic":"OR","conditions":[)" + a + "," + b + "]}", "a is null or b is null"},
      // V2: wrapped groups with `fields`
      {R"({"logic":"OR","conditions":[{"condition":{"logic":"AND","fields":[)" + a + "," + b +
           R"(]}},{"condition":{"logic":"None","fields":[)" + c + "]}}]}",
       "a is null and b is null or c is null"},
      // a group as an entry, a condition beside it
      {R"({"logic":"and","conditions":[{"logic":"or","fields":[)" + a + "," + b + "]}," + c + "]}",
       "(a is null or b is null) and c is null"},
      // fields come before conditions, whatever the order of the keys
      {R"({"conditions":[)" + b + R"(],"fields":[)" + a + "]}", "a is null and b is null"},
      // NOT negates the conjunction, also of one part
      {R"({"logic":"NOT","fields":[)" + a + "," + b + "]}", "not (a is null and b is null)"},
      {R"({"logic":"Not","fields":[)" + a + "]}", "not a is null"},
      // None, null and absent mean AND
      {R"({"logic":"nOnE","fields":[)" + a + "," + b + "]}", "a is null and b is null"},
      {R"({"logic":null,"fields":[)" + a + "," + b + "]}", "a is null and b is null"},
      {R"({"fields":[)" + a + "," + b + "]}", "a is null and b is null"},
      // an empty list beside a filled one
      {R"({"fields":[],"conditions":[)" + a + "]}", "a is null"},
      // name and description are allowed everywhere
      {R"({"name":1,"description":{},"conditions":[{"name":[],"condition":{"description":null,)"
       R"("fields":[{"name":"n","description":"d","field":"a","operator":"is_null"}]}}]})",
       "a is null"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.json);
    EXPECT_EQ(print(parsed(test.json)), test.text);
  }
}

TEST(JsonParser, KeepsAConditionAsItWasWritten) {
  const Expression rule = parsed(rule_of(
      R"({"table":"dw.users","field":"a b","operator":"in","type":"INT","value":[1e3,"x",null,true,[],{}]})"));
  const auto& condition = std::get<Condition>(rule.node);
  EXPECT_EQ(condition.subject.name, (ColumnName{"dw", "users", "a b"}));
  EXPECT_EQ(condition.declared, ConditionType::kNumber);
  EXPECT_EQ(condition.op, Operator::kIn);
  EXPECT_EQ(condition.arguments.form, Arguments::Form::kList);
  std::vector<Literal> literals;
  for (const Argument& argument : condition.arguments.list) {
    literals.push_back(argument.literal);
  }
  EXPECT_THAT(literals, ElementsAre(NumberLiteral{"1e3"}, TextLiteral{"x"}, NullLiteral{}, true,
                                    UnusableLiteral{"a list"}, UnusableLiteral{"an object"}));
  EXPECT_EQ(condition.place.path, "/conditions/0");
  EXPECT_EQ(condition.subject.place.path, "/conditions/0/field");
  EXPECT_EQ(condition.arguments.place.path, "/conditions/0/value");
  EXPECT_EQ(condition.arguments.list[2].place.path, "/conditions/0/value/2");
}

TEST(JsonParser, AnAbsentTypeIsStringAndAnEmptyTableIsNone) {
  for (const std::string_view extra :
       {"", R"(,"type":null)", R"(,"table":null)", R"(,"table":"")"}) {
    const Expression rule =
        parsed(rule_of(R"({"field":"a","operator":"=")" + std::string(extra) + "}"));
    const auto& condition = std::get<Condition>(rule.node);
    EXPECT_EQ(condition.declared, ConditionType::kString);
    EXPECT_EQ(condition.subject.name, (ColumnName{"", "", "a"}));
    EXPECT_EQ(condition.arguments.form, Arguments::Form::kAbsent);
    EXPECT_EQ(condition.arguments.place.path, "/conditions/0");
  }
}

TEST(JsonParser, DoesNotReadTheValueOfANullTest) {
  for (const std::string_view name : {"is_null", "is_not_null", "is_true", "is_false"}) {
    const Expression rule = parsed(
        rule_of(R"({"field":"a","operator":")" + std::string(name) + R"(","value":[{},null]})"));
    EXPECT_EQ(std::get<Condition>(rule.node).arguments.form, Arguments::Form::kAbsent) << name;
  }
}

TEST(JsonParser, ReportsEveryProblemOfARuleInOrder) {
  struct Case {
    std::string_view json;
    std::vector<std::string> expected;
  };
  const Case cases[] = {
      {"[]", {"E_NOT_OBJECT "}},
      {"null", {"E_NOT_OBJECT "}},
      {R"("{}")", {"E_NOT_OBJECT "}},
      {"{}", {"E_EMPTY "}},
      {R"({"logic":"OR"})", {"E_EMPTY "}},
      {R"({"conditions":[],"fields":[]})", {"E_EMPTY "}},
      {R"({"conditions":{}})", {"E_NOT_LIST /conditions"}},
      {R"({"fields":null,"conditions":[1]})", {"E_NOT_LIST /fields", "E_NOT_OBJECT /conditions/0"}},
      {R"({"logic":"XOR","conditions":[]})", {"E_LOGIC /logic", "E_EMPTY "}},
      {R"({"logic":"","conditions":[{}]})",
       {"E_LOGIC /logic", "E_FIELD_MISSING /conditions/0", "E_OPERATOR_MISSING /conditions/0"}},
      {R"({"logic":true,"fields":[1]})", {"E_LOGIC /logic", "E_NOT_OBJECT /fields/0"}},
      // a condition alone at the top
      {R"({"field":"a","operator":"=","value":1})", {"E_UNKNOWN_KEY /field", "E_EMPTY "}},
      {R"({"condition":{"fields":[]}})", {"E_UNKNOWN_KEY /condition", "E_EMPTY "}},
      // groups inside
      {R"({"conditions":[{"condition":{}}]})", {"E_EMPTY /conditions/0/condition"}},
      {R"({"conditions":[{"condition":[]}]})", {"E_NOT_OBJECT /conditions/0/condition"}},
      {R"({"conditions":[{"condition":{"fields":[]},"logic":"NOT"}]})",
       {"E_UNKNOWN_KEY /conditions/0/logic", "E_EMPTY /conditions/0/condition"}},
      {R"({"conditions":[{"fields":[],"field":"a"}]})",
       {"E_UNKNOWN_KEY /conditions/0/field", "E_EMPTY /conditions/0"}},
      {R"({"fields":[{"fields":[]}]})",
       {"E_UNKNOWN_KEY /fields/0/fields", "E_FIELD_MISSING /fields/0",
        "E_OPERATOR_MISSING /fields/0"}},
      {R"({"conditions":[{"logic":"NOT"}]})",
       {"E_UNKNOWN_KEY /conditions/0/logic", "E_FIELD_MISSING /conditions/0",
        "E_OPERATOR_MISSING /conditions/0"}},
      // conditions
      {R"({"fields":[{"field":"a","operator":"~","type":"money","x/y":0}]})",
       {"E_UNKNOWN_KEY /fields/0/x~1y", "E_OPERATOR_UNKNOWN /fields/0/operator",
        "E_TYPE_UNKNOWN /fields/0/type"}},
      {R"({"fields":[{"field":"","operator":null,"type":"","table":"."}]})",
       {"E_FIELD_MISSING /fields/0/field", "E_OPERATOR_MISSING /fields/0",
        "E_TYPE_UNKNOWN /fields/0/type", "E_TABLE_UNKNOWN /fields/0/table"}},
      {R"({"fields":[{"field":1,"operator":[],"type":{},"table":false}]})",
       {"E_FIELD_MISSING /fields/0/field", "E_OPERATOR_UNKNOWN /fields/0/operator",
        "E_TYPE_UNKNOWN /fields/0/type", "E_TABLE_UNKNOWN /fields/0/table"}},
      {R"({"fields":[{"field":null,"operator":""}]})",
       {"E_FIELD_MISSING /fields/0/field", "E_OPERATOR_UNKNOWN /fields/0/operator"}},
      {R"({"fields":[{"field":"a","operator":"=","table":"dw."}]})",
       {"E_TABLE_UNKNOWN /fields/0/table"}},
      // several parts: in their order
      {R"({"logic":"NOT","fields":[{"field":"a","operator":"<>"}],"conditions":[2,{"field":"b"}]})",
       {"E_OPERATOR_UNKNOWN /fields/0/operator", "E_NOT_OBJECT /conditions/0",
        "E_OPERATOR_MISSING /conditions/1"}},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.json);
    EXPECT_EQ(problems_of(test.json), test.expected);
  }
}

TEST(JsonParser, SaysWhatToWriteInstead) {
  struct Case {
    std::string condition;
    std::string_view message;
    std::string_view hint;
  };
  const Case cases[] = {
      {R"({"field":"a","operator":"conains"})", "unknown operator 'conains'",
       "did you mean 'contains'?"},
      {R"({"field":"a","operator":"IN"})", "unknown operator 'IN'", "did you mean 'in'?"},
      {R"({"field":"a","operator":"<>"})", "unknown operator '<>'", "did you mean '!='?"},
      {R"({"field":"a","operator":"Between"})", "unknown operator 'Between'",
       "did you mean 'in_range'?"},
      {R"({"field":"a","operator":1})", "'operator' is a number, not a text", ""},
      {R"({"field":"a"})", "a condition without 'operator'", ""},
      {R"({"operator":"="})", "a condition without 'field'", ""},
      {R"({"field":"a","operator":"=","type":"nubmer"})", "unknown type 'nubmer'",
       "did you mean 'number'?"},
      {R"({"field":"a","operator":"=","type":"money"})", "unknown type 'money'",
       "the types are number, string, enum, date, boolean and list"},
      {R"({"field":"a","operator":"=","vale":1})", "unknown key 'vale'", "did you mean 'value'?"},
      {R"({"condition":{"fields":[)" + leaf("a") + R"(]},"logic":"OR"})", "unknown key 'logic'",
       "it belongs inside 'condition'"},
      {R"({"logik":"OR","fields":[)" + leaf("a") + "]}", "unknown key 'logik'",
       "did you mean 'logic'?"},
      {R"({"logic":"XOR","fields":[)" + leaf("a") + "]}", "unknown logic 'XOR'",
       "the logic of a group is AND, OR, NOT or None"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.condition);
    const base::Problem problem = problem_of(rule_of(test.condition));
    EXPECT_EQ(problem.message, test.message);
    EXPECT_EQ(problem.hint, test.hint);
  }
  EXPECT_THAT(problem_of(rule_of(R"({"field":"a","operator":"sounds_like"})")).hint,
              HasSubstr("the operators are = != > <"));
}

std::string nested(int groups) {
  std::string json = leaf("a");
  for (int i = 0; i < groups; ++i) {
    json = fmt::format(R"({{"logic":"NOT","conditions":[{},{}]}})", json, leaf("b"));
  }
  return json;
}

TEST(JsonParser, RefusesMoreThanSixtyFourNestedGroups) {
  EXPECT_THAT(problems_of(nested(64)), ElementsAre());
  std::string path;
  for (int i = 0; i < 64; ++i) {
    path += "/conditions/0";
  }
  EXPECT_THAT(problems_of(nested(65)), ElementsAre("E_DEPTH " + path));
}

TEST(JsonParser, TheDeepestRuleHasAText) {
  std::string json = R"({"field":"a","operator":"not_contains","value":["x","y"]})";
  for (int i = 0; i < 64; ++i) {
    json = fmt::format(R"({{"logic":"NOT","conditions":[{},{}]}})", json, leaf("b"));
  }
  EXPECT_TRUE(parse_text(print(parsed(json))));
}

std::string repeated(std::string_view text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) {
    out += (i == 0 ? "" : ",") + std::string(text);
  }
  return out;
}

TEST(JsonParser, ARuleHasNoMoreBytesThanALimit) {
  const auto described = [](size_t bytes) {
    const std::string rest = R"({"description":"","fields":[{"field":"a","operator":"is_null"}]})";
    return R"({"description": ")" + std::string(bytes - rest.size(), 'x') +
           R"(", "fields": [{"field": "a", "operator": "is_null"}]})";
  };
  EXPECT_THAT(problems_of(described(kRuleBytesMax)), ElementsAre());
  EXPECT_THAT(problems_of(described(kRuleBytesMax + 1)), ElementsAre("E_LIMIT "));
}

TEST(JsonParser, RefusesWhatIsTooLarge) {
  EXPECT_THAT(problems_of(rule_of(repeated(leaf("a"), kConditionsMax))), ElementsAre());
  EXPECT_THAT(problems_of(rule_of(repeated(leaf("a"), kConditionsMax + 5))),
              ElementsAre("E_LIMIT /conditions/10000"));
  const auto values = [](size_t count) {
    return rule_of(R"({"field":"a","operator":"in","value":[)" + repeated("1", count) + "]}");
  };
  EXPECT_THAT(problems_of(values(kValuesMax)), ElementsAre());
  EXPECT_THAT(problems_of(values(kValuesMax + 1)), ElementsAre("E_LIMIT /conditions/0/value"));

  const auto none_of = [](size_t count, std::string_view type) {
    return rule_of(R"({"field":"a","operator":"not_contains","type":")" + std::string(type) +
                   R"(","value":[)" + repeated("\"x\"", count) + "]}");
  };
  EXPECT_THAT(problems_of(none_of(kConditionsMax, "string")), ElementsAre());
  EXPECT_THAT(problems_of(none_of(kConditionsMax + 1, "string")),
              ElementsAre("E_LIMIT /conditions/0/value"));
  EXPECT_THAT(problems_of(none_of(kConditionsMax + 1, "list")), ElementsAre());
}

TEST(JsonParser, PathsStartFromThePlaceOfTheRuleInItsFile) {
  const auto json = base::parse_json(R"({"fields":[{}]})").value();
  const Expression rule = parse_rule(json, "/rules/3/rule_conditions").value();
  EXPECT_EQ(std::get<Invalid>(rule.node).problems.front().path,
            "/rules/3/rule_conditions/fields/0");
}

}  // namespace
}  // namespace tagsmith::rule
