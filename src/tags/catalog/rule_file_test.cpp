#include "catalog/rule_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/json_slices.h"

namespace tagsmith::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// "tag id as given: code path, code path ...", one line an entry.
std::vector<std::string> lines(std::string_view text) {
  const auto file = parse_rule_file(text);
  std::vector<std::string> out;
  if (!file) {
    for (const RuleProblem& problem : file.error()) {
      out.push_back("file: " + problem.tag_id + " " + problem.problem.code + " " +
                    problem.problem.path);
    }
    return out;
  }
  for (const RuleEntry& entry : file->entries) {
    std::string line = entry.tag_id_given + ":";
    for (const base::Problem& problem : entry.problems) {
      line += " " + problem.code + " " + problem.path;
    }
    out.push_back(line);
  }
  return out;
}

TEST(RuleFile, ReadsTheThreeNotations) {
  const RuleFile file = parse_rule_file(R"json([
      {"tag_id": 5, "name": "vip", "rule": "level in ('VIP2')"},
      {"tag_id": 2147483647, "name": "young", "is_active": true,
       "rule": {"conditions": [{"field": "age", "operator": "<", "value": 18}]}},
      {"tag_id": 5, "name": "vip", "is_active": 1,
       "rule": " \n{\"conditions\": [{\"field\": \"age\", \"operator\": \"<\", \"value\": 18}]}"}])json")
                            .value();
  ASSERT_THAT(file.entries, SizeIs(3));
  for (const RuleEntry& entry : file.entries) {
    EXPECT_THAT(entry.problems, IsEmpty());
    EXPECT_TRUE(entry.expression);
  }
  EXPECT_EQ(file.entries[0].tag_id, 5);
  EXPECT_EQ(file.entries[0].name, "vip");
  EXPECT_EQ(file.entries[1].tag_id, 2147483647);
  EXPECT_EQ(file.entries[2].position, 2u);
  EXPECT_EQ(*file.entries[1].expression, *file.entries[2].expression);
}

TEST(RuleFile, InactiveRulesAreNotLookedAt) {
  const RuleFile file = parse_rule_file(R"([
      {"tag_id": "no id", "name": 7, "rule": "((", "is_active": false, "more": 1},
      {"tag_id": 5, "rule": "a = ", "is_active": 0}])")
                            .value();
  EXPECT_THAT(file.entries, IsEmpty());
  EXPECT_EQ(file.inactive_count, 2u);
}

TEST(RuleFile, TagIdsAreIntegersFrom1To2147483647) {
  for (const std::string_view wrong :
       {"0", "-1", "2147483648", "1.0", "1e3", "\"5\"", "null", "true", "[5]", "{\"a\":1}"}) {
    SCOPED_TRACE(wrong);
    const std::string text =
        R"([{"tag_id": )" + std::string(wrong) + R"(, "name": "n", "rule": "a = 1"}])";
    EXPECT_THAT(lines(text), ElementsAre(std::string(wrong) + ": E_TAG_ID /tag_id"));
  }
  EXPECT_THAT(lines(R"([{"name": "n", "rule": "a = 1"}])"), ElementsAre("null: E_TAG_ID /tag_id"));
}

TEST(RuleFile, WhatStandsBesideTheRuleIsCheckedToo) {
  EXPECT_THAT(lines(R"([{"tag_id": 1, "name": "n", "rule": "a = 1", "active": true, "x/y": 1}])"),
              ElementsAre("1: E_UNKNOWN_KEY /active E_UNKNOWN_KEY /x~1y"));
  EXPECT_THAT(lines(R"([{"tag_id": 1, "name": 7, "rule": "a = 1"}])"),
              ElementsAre("1: E_VALUE_TYPE /name"));
  EXPECT_THAT(lines(R"([{"tag_id": 1, "name": "n"}])"), ElementsAre("1: E_FIELD_MISSING /rule"));
  EXPECT_THAT(lines(R"([{"tag_id": 1, "name": "n", "rule": "a = 1", "is_active": "yes"}])"),
              ElementsAre("1: E_VALUE_TYPE /is_active"));
  for (const std::string_view wrong : {"null", "7", "[]", "true"}) {
    const std::string text = R"([{"tag_id": 1, "name": "n", "rule": )" + std::string(wrong) + "}]";
    EXPECT_THAT(lines(text), ElementsAre("1: E_NOT_OBJECT ")) << wrong;
  }
  EXPECT_THAT(lines(R"([7, {"tag_id": 1, "rule": "a = 1"}])"),
              ElementsAre("null: E_NOT_OBJECT /0", "1:"));
}

TEST(RuleFile, AnUnknownKeyComesWithTheNearestOne) {
  const RuleFile file =
      parse_rule_file(R"([{"tag_id": 1, "name": "n", "rule": "a = 1", "is_activ": true}])").value();
  EXPECT_EQ(file.entries[0].problems[0].hint, "did you mean 'is_active'?");
}

TEST(RuleFile, AMistakeInsideARuleIsThatRulesOwn) {
  EXPECT_THAT(lines(R"([{"tag_id": 1, "name": "a", "rule": {"field": "x", "field": "y"}},
                {"tag_id": 2, "name": "b", "rule": {"conditions": [{"value": NaN}]}},
                {"tag_id": 3, "tag_id": 4, "name": "c", "rule": "a = 1"},
                {"tag_id": 5, "name": "\ud800", "rule": "a = 1"},
                {"tag_id": 6, "name": "d", "rule": "a = ',]}'"},
                {"tag_id": 7, "rule": {"a": 1, "a": 2}, "x": {"b": 1, "b": 2}}])"),
              ElementsAre("1: E_DUPLICATE_KEY /field", "2: E_JSON byte 26",
                          "3: E_DUPLICATE_KEY /tag_id", HasSubstr("5: E_JSON byte "),
                          "6:", "7: E_DUPLICATE_KEY /a E_DUPLICATE_KEY /x/b"));
}

TEST(RuleFile, TheNumberOfRulesIsLimitedAlsoWhereOneIsNoJson) {
  std::string text = "[{}";
  for (size_t i = 0; i < kRulesMax; ++i) {
    text += ",{}";
  }
  EXPECT_THAT(lines(text + "]"), ElementsAre("file: null E_LIMIT "));
  text.replace(1, 2, "{\"a\":1,\"a\":2}");
  EXPECT_THAT(lines(text + "]"), ElementsAre("file: null E_LIMIT "));
}

TEST(RuleFile, AFileWithoutEntriesToTellApartFailsAsAWhole) {
  for (const std::string_view text :
       {"", "[", "[{}", "[{}] x", "[{\"tag_id\": 1}},]", "[{\"a\": \"}]", "[,]", "x"}) {
    SCOPED_TRACE(text);
    EXPECT_THAT(lines(text), ElementsAre(HasSubstr("file: null E_JSON byte ")));
  }
  EXPECT_THAT(lines(R"([{"tag_id": 1, "name": "a", "rule": "a = 1"},])"),
              ElementsAre(HasSubstr("file: null E_JSON byte ")));
  EXPECT_THAT(lines("{}"), ElementsAre("file: null E_NOT_LIST "));
  EXPECT_THAT(lines("[]"), IsEmpty());
}

TEST(RuleFile, AProblemIsOneLineOfJson) {
  const RuleProblem problem{"5", {"E_SYNTAX", "byte 3", "found 'a\"b\n'", ""}};
  EXPECT_EQ(
      to_json(problem),
      R"({"tag_id":5,"code":"E_SYNTAX","path":"byte 3","message":"found 'a\"b\n'","hint":""})");
}

TEST(JsonSlices, SplitsWithoutReading) {
  EXPECT_THAT(list_slices(" [ 1 , \"a,]\\\"\" , {\"b\": [2, 3]} ] ").value(),
              ElementsAre("1", "\"a,]\\\"\"", "{\"b\": [2, 3]}"));
  EXPECT_THAT(list_slices("[]").value(), IsEmpty());
  EXPECT_THAT(member_slices(R"({"a": [1, 2], "b:c" : NaN})").value(),
              ElementsAre(MemberSlice("\"a\"", "[1, 2]"), MemberSlice("\"b:c\"", "NaN")));
  for (const std::string_view text :
       {"", "[", "[1,]", "[,1]", "[1", "1]", "[\"a]", "[}{]", "[[]"}) {
    EXPECT_FALSE(list_slices(text)) << text;
  }
  for (const std::string_view text : {"{1: 2}", "{\"a\" 2}", "{\"a}", "{\"a\"}"}) {
    EXPECT_FALSE(member_slices(text)) << text;
  }
}

}  // namespace
}  // namespace tagsmith::catalog
