#include "catalog/checked_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rule/parser.h"

namespace tagsmith::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

column::Schema users() {
  return {.tables = {{.name = "users",
                      .columns = {{"age", {.kind = column::TypeKind::kInt}},
                                  {"level", {.kind = column::TypeKind::kText}}}}}};
}

Tag tag(std::int32_t id, std::string code, const std::vector<std::string>& rules) {
  Tag made{.id = id, .code = std::move(code)};
  for (const std::string& text : rules) {
    TagRule rule{.place =
                     "t.yaml:" + std::to_string(id) + ":" + std::to_string(made.rules.size() + 1)};
    auto parsed = rule::parse_source(text);
    if (parsed) {
      rule.expression = std::move(parsed).value();
    } else {
      rule.problems = std::move(parsed).error();
    }
    made.rules.push_back(std::move(rule));
  }
  return made;
}

Tag inactive(Tag tag) {
  tag.is_active = false;
  return tag;
}

CheckedCatalog check(std::vector<Tag> tags) {
  return check_catalog({.tags = std::move(tags)}, users(), {});
}

std::vector<std::string> codes(const CheckedCatalog& checked) {
  std::vector<std::string> out;
  for (const CheckedRule& rule : checked.rules.rules) {
    out.push_back(rule.name);
  }
  return out;
}

// "place: code path message"
std::vector<std::string> problems(const CheckedCatalog& checked) {
  std::vector<std::string> out;
  for (const TagProblem& found : checked.problems) {
    out.push_back(found.place + ": " + found.problem.code + " " + found.problem.path + " " +
                  found.problem.message);
  }
  return out;
}

// "id code", with "depends" where only others are to blame
std::vector<std::string> refused(const CheckedCatalog& checked) {
  std::vector<std::string> out;
  for (const RefusedTag& tag : checked.refused) {
    out.push_back(std::to_string(tag.tag_id) + " " + tag.problem.code +
                  (tag.depends ? " depends" : ""));
  }
  return out;
}

TEST(CheckedCatalog, HasTheRulesOfAllTagsInAnOrderThatTheyCanBeEvaluatedIn) {
  const CheckedCatalog checked =
      check({tag(1, "a", {"has_tag('b')"}), tag(2, "b", {"age > 1", "level in ('x')"}),
             tag(3, "by_hand", {})});
  EXPECT_THAT(codes(checked), ElementsAre("b", "b", "a"));
  EXPECT_THAT(checked.texts, ElementsAre(Pair(1, "has_tag('b')"),
                                         Pair(2, "age > 1\nlevel in ('x')"), Pair(3, "")));
  EXPECT_THAT(checked.refused, IsEmpty());
  EXPECT_THAT(problems(checked), IsEmpty());
  EXPECT_EQ(checked.rules.rules[1].position, 2u);
}

TEST(CheckedCatalog, OneRefusedRuleRefusesItsTagAndAllThatAskForIt) {
  const CheckedCatalog checked = check(
      {tag(1, "a", {"age > 1", "agee > 1"}), tag(2, "b", {"has_tag('a')", "age = 2"}),
       tag(3, "c", {"age = 3 or has_tag('b')"}), tag(4, "d", {"age > 4"}), tag(5, "e", {"age >"})});
  EXPECT_THAT(codes(checked), ElementsAre("d"));
  EXPECT_THAT(checked.texts, ElementsAre(Pair(4, "age > 4")));
  EXPECT_THAT(refused(checked), ElementsAre("1 E_COLUMN_UNKNOWN", "2 E_TAG_REFUSED depends",
                                            "3 E_TAG_REFUSED depends", "5 E_SYNTAX"));
  EXPECT_EQ(checked.refused[0].place, "t.yaml:1:2");
  EXPECT_EQ(checked.rules.refused_count, 4u);
  EXPECT_EQ(checked.problems.size(), 4u);
}

TEST(CheckedCatalog, ATagWithAProblemOfItsOwnDoesNotOnlyDepend) {
  const CheckedCatalog checked =
      check({tag(1, "a", {"agee > 1"}), tag(2, "b", {"has_tag('a')", "agee = 2"})});
  EXPECT_THAT(refused(checked), ElementsAre("1 E_COLUMN_UNKNOWN", "2 E_COLUMN_UNKNOWN"));
}

TEST(CheckedCatalog, TagsThatAskForEachOtherAreRefused) {
  const CheckedCatalog checked =
      check({tag(1, "a", {"has_tag('b')"}), tag(2, "b", {"age > 1", "has_tag('a')"})});
  EXPECT_THAT(codes(checked), IsEmpty());
  EXPECT_THAT(refused(checked), ElementsAre("1 E_TAG_CYCLE", "2 E_TAG_CYCLE"));
}

TEST(CheckedCatalog, ATagWithoutRulesAndOneThatIsNotActiveCanBeAskedFor) {
  const CheckedCatalog checked =
      check({tag(1, "by_hand", {}), inactive(tag(2, "old", {"agee > 1 and has_tag('no')"})),
             tag(3, "c", {"has_tag('old') or has_tag('by_hand')"})});
  EXPECT_THAT(problems(checked), IsEmpty());
  EXPECT_THAT(codes(checked), ElementsAre("c"));
  EXPECT_EQ(checked.texts.count(2), 0u);
}

TEST(CheckedCatalog, TheRulesOfATagAreFoundByItsCode) {
  const CheckedCatalog checked =
      check({tag(1, "a", {"has_tag('b')"}), tag(2, "b", {"age > 1", "age = 0"}), tag(3, "c", {})});
  EXPECT_THAT(checked.rules.rules_of_tag("b"), ElementsAre(0, 1));
  EXPECT_THAT(checked.rules.rules_of_tag("a"), ElementsAre(2));
  EXPECT_THAT(checked.rules.rules_of_tag("c"), testing::IsEmpty());
}

TEST(CheckedCatalog, AnUnknownTagIsToldWithTheNearestOfAllTags) {
  const CheckedCatalog checked =
      check({inactive(tag(1, "loyal", {})), tag(2, "b", {"has_tag('loyl')"})});
  EXPECT_THAT(problems(checked),
              ElementsAre("t.yaml:2:1: E_TAG_UNKNOWN byte 0 no tag has the code 'loyl'"));
  EXPECT_EQ(checked.problems[0].problem.hint, "did you mean 'loyal'?");
}

TEST(LowerRules, HasTagIsRuleOrGrantWithoutBlockInTheRunElseTheStoredMembership) {
  const CheckedCatalog checked =
      check({tag(1, "a", {"age > 1", "age = 0"}), tag(2, "by_hand", {}),
             tag(3, "c", {"has_tag('a') and has_tag('by_hand') and has_tag('old')"}),
             inactive(tag(4, "old", {}))});
  column::Schema schema = users();
  const column::Type yes{.kind = column::TypeKind::kBoolean};
  schema.tables.push_back({.name = "inputs",
                           .columns = {{"grant_a", yes},
                                       {"block_a", yes},
                                       {"grant_by_hand", yes},
                                       {"block_by_hand", yes},
                                       {"stored_old", yes}}});
  const TagInputs inputs{
      .by_code = {{"a", {.grant = {1, 0}, .block = {1, 1}, .stored = {}}},
                  {"by_hand", {.grant = {1, 2}, .block = {1, 3}, .stored = {}}},
                  {"old", {.grant = {}, .block = {}, .stored = {1, 4}, .in_run = false}}}};
  const rule::LoweredRules lowered = lower_rules(checked.rules, schema, 0, inputs);
  ASSERT_EQ(lowered.size(), 3u);
  EXPECT_EQ(rule::to_text(lowered[2], schema),
            "and\n"
            "  and\n"
            "    or\n"
            "      any of rules 0, 1\n"
            "      not\n"
            "        grant_a is null\n"
            "    block_a is null\n"
            "  and\n"
            "    not\n"
            "      grant_by_hand is null\n"
            "    block_by_hand is null\n"
            "  not\n"
            "    stored_old is null\n");
}

}  // namespace
}  // namespace tagsmith::catalog
