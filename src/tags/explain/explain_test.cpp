#include "explain/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/memory_reader_test.h"

namespace tagsmith::explain {
namespace {

using column::TypeKind;
using column::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// ann is 31 and VIP2, bob is VIP3 without an age; only ann has orders.
dataset::MemoryReader shop() {
  return dataset::MemoryReader(
      {{.name = "users",
        .columns = {{"age", {.kind = TypeKind::kInt}}, {"level", {.kind = TypeKind::kText}}},
        .rows = {{"ann", {Value(std::int64_t{31}), Value("VIP2")}},
                 {"bob", {Value(), Value("VIP3")}}}},
       {.name = "orders",
        .columns = {{"count", {.kind = TypeKind::kInt}}},
        .rows = {{"ann", {Value(std::int64_t{3})}}}}});
}

constexpr std::string_view kRules = R"json([
    {"tag_id": 9, "name": "loyal vip", "rule": "has_tag('vip') and count >= 3"},
    {"tag_id": 5, "name": "vip", "rule": "level in ('VIP2', 'VIP3')"},
    {"tag_id": 5, "name": "vip by age", "rule": "age < 0"},
    {"tag_id": 7, "name": "young", "rule": "age between 18 and 30"},
    {"tag_id": 7, "name": "young too", "rule": "not age > 30"}])json";

std::optional<UserReasons> ask(const std::string& user, std::optional<std::int32_t> tag = {}) {
  dataset::MemoryReader reader = shop();
  const dataset::DataSet data = dataset::describe(reader, reader.sources()).value();
  const catalog::CheckedRules rules =
      catalog::check_rules(catalog::parse_rule_file(kRules).value(), data.schema, {});
  EXPECT_THAT(rules.problems, IsEmpty());
  return explain_user(reader, data, rules, {.user_id = user, .as_of = 20'414, .tag_id = tag})
      .value();
}

TEST(Explain, TellsEveryTagOfAUser) {
  const UserReasons reasons = ask("ann").value();
  std::vector<std::string> tags;
  for (const TagReason& tag : reasons.tags) {
    tags.push_back(std::to_string(tag.tag_id) + (tag.has ? " has" : " lacks"));
  }
  EXPECT_THAT(tags, ElementsAre("5 has", "7 lacks", "9 has"));
  EXPECT_EQ(reasons.tags[1].rules.size(), 2u);
  EXPECT_EQ(reasons.tags[1].rules[0].name, "young");
  EXPECT_THAT(reasons.tags[0].rules[0].nearest_miss, IsEmpty());
}

TEST(Explain, AMissingRowIsUnknown) {
  const UserReasons reasons = ask("bob", 9).value();
  ASSERT_EQ(reasons.tags.size(), 1u);
  const RuleReason& rule = reasons.tags[0].rules[0];
  EXPECT_EQ(rule.tree.truth, interpret::Truth::kUnknown);
  ASSERT_EQ(rule.tree.parts.size(), 2u);
  EXPECT_EQ(rule.tree.parts[0].truth, interpret::Truth::kTrue);
  EXPECT_EQ(rule.tree.parts[1].truth, interpret::Truth::kUnknown);
  ASSERT_EQ(rule.nearest_miss.size(), 1u);
  EXPECT_THAT(rule.nearest_miss[0].text, HasSubstr("count"));
}

TEST(Explain, AUserOfNoTableIsNobody) { EXPECT_FALSE(ask("nobody")); }

TEST(Explain, PrintsATreeWithSignsOrWords) {
  const UserReasons reasons = ask("ann", 7).value();
  const std::string words = to_text(reasons, false);
  EXPECT_THAT(words, HasSubstr("user 'ann' as of 2025-11-22\n"));
  EXPECT_THAT(words, HasSubstr("false   tag 7 young\n"));
  EXPECT_THAT(words, HasSubstr("  false   rule young too\n"));
  EXPECT_THAT(words, HasSubstr("nearest miss: age > 30 would have to be false: it is true"));
  const std::string signs = to_text(reasons, true);
  EXPECT_THAT(signs, HasSubstr("✗ tag 7 young\n"));
  EXPECT_THAT(signs, HasSubstr("    ✗ not\n      ✓ age > 30"));
}

TEST(Explain, PrintsJson) {
  const std::string json = to_json(ask("ann", 5).value());
  EXPECT_THAT(json, HasSubstr(R"({"user_id":"ann","as_of":"2025-11-22","tags":[{"tag_id":5,)"
                              R"("has":true,"rules":[{"name":"vip","truth":"true","tree":)"
                              R"({"kind":"condition","truth":"true","text":"level in )"));
  EXPECT_THAT(json, HasSubstr(R"("nearest_miss":[]},{"name":"vip by age","truth":"false")"));
}

}  // namespace
}  // namespace tagsmith::explain
