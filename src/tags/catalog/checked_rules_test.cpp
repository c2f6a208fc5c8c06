#include "catalog/checked_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tagsmith::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const column::Schema& schema_of_users() {
  static const column::Schema schema{
      .tables = {{.name = "users",
                  .columns = {{"age", {.kind = column::TypeKind::kInt}},
                              {"level", {.kind = column::TypeKind::kText}}}}}};
  return schema;
}

struct NamedRule {
  std::string tag_id;
  std::string name;
  std::string rule;
};

CheckedRules check(const std::vector<NamedRule>& rules) {
  std::string text;
  for (const NamedRule& rule : rules) {
    text += (text.empty() ? "" : ",") + std::string(R"({"tag_id": )") + rule.tag_id +
            R"(, "name": ")" + rule.name + R"(", "rule": ")" + rule.rule + "\"}";
  }
  return check_rules(parse_rule_file("[" + text + "]").value(), schema_of_users(), {});
}

// The names of the accepted rules in their order.
std::vector<std::string> names(const CheckedRules& rules) {
  std::vector<std::string> out;
  for (const CheckedRule& checked : rules.rules) {
    out.push_back(checked.name);
  }
  return out;
}

// "tag id: code path", one line a problem.
std::vector<std::string> problems(const CheckedRules& rules) {
  std::vector<std::string> out;
  for (const RuleProblem& problem : rules.problems) {
    out.push_back(problem.tag_id + ": " + problem.problem.code + " " + problem.problem.path);
  }
  return out;
}

TEST(CheckedRules, KeepTheOrderOfTheFileWhereNothingAsks) {
  const CheckedRules rules =
      check({{"3", "c", "age > 1"}, {"1", "a", "age > 2"}, {"2", "b", "age > 3"}});
  EXPECT_THAT(names(rules), ElementsAre("c", "a", "b"));
  EXPECT_THAT(problems(rules), IsEmpty());
  EXPECT_EQ(rules.rules[0].tag_id, 3);
  EXPECT_EQ(rules.rules[2].position, 2u);
}

TEST(CheckedRules, StandAfterTheRulesThatTheyAskFor) {
  const CheckedRules rules = check({{"1", "a", "has_tag('b') and has_tag('c')"},
                                    {"2", "b", "has_tag('c')"},
                                    {"3", "c", "age > 1"},
                                    {"3", "c", "age < 0"},
                                    {"4", "d", "age = 5"}});
  EXPECT_THAT(names(rules), ElementsAre("c", "c", "b", "a", "d"));
  EXPECT_THAT(rules.rules_of_tag("c"), ElementsAre(0, 1));
  EXPECT_THAT(rules.rules_of_tag("a"), ElementsAre(3));
  EXPECT_THAT(rules.rules_of_tag("none"), IsEmpty());
}

TEST(CheckedRules, ATagIsAskedForByAnyOfItsNames) {
  const CheckedRules rules =
      check({{"1", "a", "age > 1"}, {"1", "b", "age < 0"}, {"2", "c", "has_tag('b')"}});
  EXPECT_THAT(rules.rules_of_tag("b"), ElementsAre(0, 1));
}

TEST(CheckedRules, AnUnknownTagIsRefusedWithTheNearest) {
  const CheckedRules rules =
      check({{"1", "loyal", "age > 1"}, {"2", "b", "age > 1 and has_tag('loyl')"}});
  EXPECT_THAT(names(rules), ElementsAre("loyal"));
  EXPECT_THAT(problems(rules), ElementsAre("2: E_TAG_UNKNOWN byte 12"));
  EXPECT_EQ(rules.problems[0].problem.hint, "did you mean 'loyal'?");
}

TEST(CheckedRules, ANameOfTwoTagsNamesNone) {
  const CheckedRules rules =
      check({{"1", "a", "age > 1"}, {"2", "a", "age > 2"}, {"3", "b", "has_tag('a')"}});
  EXPECT_THAT(names(rules), ElementsAre("a", "a"));
  EXPECT_THAT(problems(rules), ElementsAre("3: E_TAG_UNKNOWN byte 0"));
}

TEST(CheckedRules, RulesThatAskForEachOtherAreRefused) {
  const CheckedRules rules = check({{"1", "self", "age > 1 or has_tag('self')"},
                                    {"2", "a", "has_tag('b')"},
                                    {"3", "b", "has_tag('c')"},
                                    {"4", "c", "has_tag('a')"},
                                    {"5", "after", "has_tag('c')"},
                                    {"6", "free", "age > 1"}});
  EXPECT_THAT(names(rules), ElementsAre("free"));
  EXPECT_THAT(problems(rules), ElementsAre("1: E_TAG_CYCLE byte 11", "2: E_TAG_CYCLE byte 0",
                                           "3: E_TAG_CYCLE byte 0", "4: E_TAG_CYCLE byte 0",
                                           "5: E_TAG_REFUSED byte 0"));
  EXPECT_EQ(rules.refused_count, 5u);
}

TEST(CheckedRules, ACircleIsToldWhereItIsEntered) {
  EXPECT_THAT(
      problems(check({{"1", "a", "has_tag('no') or has_tag('free') and has_tag('b')"},
                      {"2", "b", "has_tag('free') and has_tag('a')"},
                      {"3", "free", "age > 1"}})),
      ElementsAre("1: E_TAG_UNKNOWN byte 0", "1: E_TAG_CYCLE byte 37", "2: E_TAG_CYCLE byte 20"));
}

TEST(CheckedRules, WhatAsksForARefusedTagIsRefused) {
  const CheckedRules rules = check({{"1", "a", "has_tag('b')"},
                                    {"2", "b", "age > 1"},
                                    {"2", "b", "agee > 1"},
                                    {"0", "c", "age > 1"},
                                    {"4", "d", "has_tag('c')"},
                                    {"5", "e", "not has_tag('a')"}});
  EXPECT_THAT(names(rules), ElementsAre("b"));
  EXPECT_THAT(problems(rules), ElementsAre("1: E_TAG_REFUSED byte 0", "2: E_COLUMN_UNKNOWN byte 0",
                                           "0: E_TAG_ID /tag_id", "4: E_TAG_REFUSED byte 0",
                                           "5: E_TAG_REFUSED byte 4"));
}

TEST(CheckedRules, AllProblemsOfARuleComeInTheOrderOfItsText) {
  const CheckedRules rules = check({{"1", "a", "has_tag('x') and agee > 1 and has_tag('y')"}});
  EXPECT_THAT(problems(rules), ElementsAre("1: E_TAG_UNKNOWN byte 0", "1: E_COLUMN_UNKNOWN byte 17",
                                           "1: E_TAG_UNKNOWN byte 30"));
}

TEST(CheckedRules, AChainOfThousandsIsFine) {
  constexpr int kRules = 5000;
  std::vector<NamedRule> chain;
  for (int i = 0; i < kRules; ++i) {
    const std::string next = "t" + std::to_string(i + 1);
    chain.push_back({std::to_string(i + 1), "t" + std::to_string(i),
                     i + 1 == kRules ? "age > 1" : "has_tag('" + next + "')"});
  }
  const CheckedRules rules = check(chain);
  EXPECT_THAT(problems(rules), IsEmpty());
  ASSERT_EQ(rules.rules.size(), chain.size());
  EXPECT_EQ(rules.rules.front().name, chain.back().name);
}

TEST(CheckedRules, AnUnknownTagIsRefusedWithTheNamesThereAre) {
  const CheckedRules rules = check({{"1", "loyal", "age > 1"},
                                    {"7", "it's", "age > 2"},
                                    {"8", "", "age > 2"},
                                    {"2", "", "has_tag('zzz') or has_tag('7') or has_tag('8')"}});
  ASSERT_EQ(rules.problems.size(), 3U);
  EXPECT_EQ(rules.problems[0].problem.hint, "the names are 'it's', 'loyal'");
  EXPECT_EQ(rules.problems[1].problem.hint, "tag 7 is has_tag('it''s')");
  EXPECT_EQ(rules.problems[2].problem.hint, "the rules of tag 8 have no name to ask for");
}

TEST(CheckedRules, ALongCircleIsToldByAFewOfItsNames) {
  std::vector<NamedRule> circle;
  for (int i = 0; i < 10; ++i) {
    circle.push_back({std::to_string(i + 1), std::string(1, static_cast<char>('a' + i)),
                      std::string("has_tag('") + static_cast<char>('a' + (i + 1) % 10) + "')"});
  }
  const CheckedRules rules = check(circle);
  ASSERT_EQ(rules.problems.size(), 10U);
  EXPECT_EQ(rules.problems[9].problem.message,
            "the rule asks for its own tag by way of 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h' and 2 "
            "more");
}

// ---- Files of the most rules: what costs their square does not end in the time of a test.

constexpr int kMany = 50'000;

std::string name_of(int i) { return "t" + std::to_string(i); }

TEST(CheckedRules, AsLongAChainAsAFileHoldsIsCheckedAndLowered) {
  std::vector<NamedRule> chain;
  for (int i = 0; i < 2 * kMany; ++i) {
    chain.push_back({std::to_string(i + 1), name_of(i),
                     i + 1 == 2 * kMany ? "age > 1" : "has_tag('" + name_of(i + 1) + "')"});
  }
  const CheckedRules rules = check(chain);
  EXPECT_THAT(problems(rules), IsEmpty());
  EXPECT_EQ(lower_rules(rules, schema_of_users(), 0).back(),
            (rule::LoweredExpression{rule::LoweredRuleTest{{chain.size() - 2}}}));
}

TEST(CheckedRules, AsLongACircleAsAFileHoldsIsRefused) {
  std::vector<NamedRule> circle;
  for (int i = 0; i < kMany; ++i) {
    circle.push_back(
        {std::to_string(i + 1), name_of(i), "has_tag('" + name_of((i + 1) % kMany) + "')"});
  }
  EXPECT_EQ(check(circle).problems.size(), circle.size());
}

TEST(CheckedRules, ManyRulesOfOneTagMayBeAskedForByMany) {
  std::vector<NamedRule> rules;
  for (int i = 0; i < kMany; ++i) {
    rules.push_back({"1", name_of(i), "age > 1"});
    rules.push_back({std::to_string(i + 2), "", "has_tag('" + name_of(i) + "')"});
  }
  const CheckedRules checked = check(rules);
  EXPECT_EQ(checked.rules.size(), rules.size());
  EXPECT_EQ(checked.rules[kMany].tag_id, 2);
  const rule::LoweredRules lowered = lower_rules(checked, schema_of_users(), 0);
  const auto asked = [&](size_t rule) {
    return &std::get<rule::LoweredRuleTest>(lowered[rule].node).rules();
  };
  EXPECT_EQ(asked(kMany)->size(), static_cast<size_t>(kMany));
  EXPECT_EQ(asked(lowered.size() - 1), asked(kMany)) << "a list of its own for each that asks";
}

TEST(CheckedRules, ManyUnknownTagsAreTold) {
  std::vector<NamedRule> rules;
  for (int i = 0; i < kMany; ++i) {
    rules.push_back({std::to_string(i + 1), name_of(i), "has_tag('x" + name_of(i) + "')"});
  }
  EXPECT_EQ(check(rules).problems.size(), rules.size());
}

TEST(CheckedRules, LoweringResolvesTagsToEarlierRules) {
  const CheckedRules rules =
      check({{"1", "a", "has_tag('b')"}, {"2", "b", "age > 1"}, {"2", "b", "level = 'x'"}});
  const rule::LoweredRules lowered = lower_rules(rules, schema_of_users(), 0);
  ASSERT_EQ(lowered.size(), 3u);
  EXPECT_EQ(lowered[2], (rule::LoweredExpression{rule::LoweredRuleTest{{0, 1}}}));
}

}  // namespace
}  // namespace tagsmith::catalog
