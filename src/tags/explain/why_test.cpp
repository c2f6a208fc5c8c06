#include "explain/why.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "dataset/memory_reader_test.h"
#include "membership/memory_store_test.h"
#include "rule/parser.h"
#include "run/memory_run_store_test.h"

namespace tagsmith::explain {
namespace {

using column::TypeKind;
using column::Value;
using membership::ManualEdit;
using testing::HasSubstr;

catalog::Tag tag_of(std::int32_t id, const std::string& code, const std::vector<std::string>& rules,
                    bool is_active = true) {
  catalog::Tag tag{.id = id, .code = code, .is_active = is_active};
  for (const std::string& rule : rules) {
    tag.rules.push_back({.expression = rule::parse_text(rule).value()});
  }
  return tag;
}

// ann is 31 and VIP2, bob 20 and VIP1; runs are as of 2025-11-22.
class Shop {
 public:
  dataset::MemoryReader reader{
      {{.name = "users",
        .columns = {{"age", {.kind = TypeKind::kInt}}, {"level", {.kind = TypeKind::kText}}},
        .rows = {{"ann", {Value(std::int64_t{31}), Value("VIP2")}},
                 {"bob", {Value(std::int64_t{20}), Value("VIP1")}}}},
       {.name = "orders", .columns = {}, .rows = {{"ann", {}}, {"eve", {}}}}}};
  dataset::DataSet data = dataset::describe(reader, reader.sources()).value();
  catalog::Catalog catalog{
      .tags = {tag_of(1, "vip", {"level in ('VIP2', 'VIP3')"}), tag_of(2, "young", {"age < 30"}),
               tag_of(3, "loyal", {"has_tag('vip') and age > 18"}), tag_of(4, "friend", {}),
               tag_of(5, "old_friend", {"has_tag('past') or age > 90"}),
               tag_of(6, "past", {"age > 0"}, /*is_active=*/false),
               tag_of(7, "broken", {"no_such_column = 1"})}};
  membership::MemoryStore store;
  run::MemoryRunStore runs{store};
  std::string population;

  void edit(ManualEdit::Kind kind, const std::string& user, std::int32_t tag,
            std::optional<membership::Micros> expires = {}) {
    store
        .edit({.set = {{.user_id = user,
                        .tag_id = tag,
                        .kind = kind,
                        .actor = "mia",
                        .reason = "asked for it",
                        .made_at = 10,
                        .expires_at = expires}},
               .remove = {},
               .stamp = {.time = 10}})
        .value();
  }

  std::optional<UserAnswer> ask(const std::string& user, const View& view = {}) {
    const catalog::CheckedCatalog checked = catalog::check_catalog(catalog, data.schema, {});
    const CurrentData current{.reader = reader,
                              .data = data,
                              .checked = checked,
                              .population = population,
                              .as_of = 20'414};
    return why(store, runs, catalog, view.at ? nullptr : &current,
               {.user_id = user, .tag_id = {}, .view = view, .now = 1'000})
        .value();
  }

  TagAnswer ask(const std::string& user, std::int32_t tag) {
    const auto answer = ask(user).value();
    return *std::ranges::find(answer.tags, tag, &TagAnswer::tag_id);
  }
};

TEST(Why, TellsWhatIsStoredAndWhatARunWouldFind) {
  Shop shop;
  shop.store.put("ann", {2});
  const TagAnswer young = shop.ask("ann", 2);
  EXPECT_TRUE(young.has);
  EXPECT_EQ(young.detail->rule_version, 1);
  EXPECT_EQ(young.next, false);
  EXPECT_TRUE(young.would_change());
  const TagAnswer vip = shop.ask("ann", 1);
  EXPECT_FALSE(vip.has);
  EXPECT_EQ(vip.next, true);
  EXPECT_TRUE(vip.rules->rules[0].is_true());
  EXPECT_EQ(shop.ask("bob", 1).next, false);
  EXPECT_EQ(shop.ask("bob", 1).rules->rules[0].nearest_miss.size(), 1u);
}

TEST(Why, HasTagIsAnsweredAsARunWould) {
  Shop shop;
  EXPECT_EQ(shop.ask("ann", 3).next, true);
  EXPECT_EQ(shop.ask("bob", 3).next, false);
  shop.edit(ManualEdit::Kind::kGrant, "bob", 1);
  EXPECT_EQ(shop.ask("bob", 3).next, true);
  shop.edit(ManualEdit::Kind::kBlock, "ann", 1);
  EXPECT_EQ(shop.ask("ann", 3).next, false);
  EXPECT_FALSE(shop.ask("ann", 3).rules->rules[0].is_true());
}

TEST(Why, HasTagOfATagThatRunsLeaveAloneIsWhatIsStored) {
  Shop shop;
  EXPECT_EQ(shop.ask("ann", 5).next, false);
  shop.store.put("ann", {6});
  EXPECT_EQ(shop.ask("ann", 5).next, true);
  EXPECT_FALSE(shop.ask("ann", 6).next.has_value());
}

TEST(Why, GrantsAndBlocksHoldUntilTheyExpire) {
  Shop shop;
  shop.edit(ManualEdit::Kind::kGrant, "bob", 4, 1'001);
  EXPECT_TRUE(shop.ask("bob", 4).has);
  EXPECT_EQ(shop.ask("bob", 4).next, true);
  shop.edit(ManualEdit::Kind::kGrant, "bob", 4, 1'000);
  EXPECT_EQ(shop.ask("bob", 4).next, false);
  shop.edit(ManualEdit::Kind::kBlock, "ann", 1, 500);
  EXPECT_EQ(shop.ask("ann", 1).next, true);
}

TEST(Why, ARefusedTagIsNotDecided) {
  Shop shop;
  const TagAnswer broken = shop.ask("ann", 7);
  EXPECT_EQ(broken.refused->code, "E_COLUMN_UNKNOWN");
  EXPECT_FALSE(broken.next.has_value());
  EXPECT_FALSE(broken.rules.has_value());
}

TEST(Why, AUserThatIsGoneHasNoTagByARule) {
  Shop shop;
  shop.store.put("dan", {1, 2});
  shop.edit(ManualEdit::Kind::kGrant, "dan", 2);
  const UserAnswer dan = shop.ask("dan").value();
  EXPECT_FALSE(dan.in_data);
  EXPECT_EQ(shop.ask("dan", 1).next, false);
  EXPECT_EQ(shop.ask("dan", 2).next, true);
  EXPECT_THAT(to_text(dan, false, false), HasSubstr("in no table"));
  EXPECT_FALSE(shop.ask("nobody").has_value());
}

TEST(Why, AUserOutsideThePopulationHasNoTagByARule) {
  Shop shop;
  EXPECT_TRUE(shop.ask("bob")->in_data);
  shop.population = "orders";
  EXPECT_TRUE(shop.ask("ann")->in_data);
  EXPECT_FALSE(shop.ask("bob").has_value());
  shop.store.put("bob", {2});
  EXPECT_EQ(shop.ask("bob", 2).next, false);
}

TEST(Why, PrintsWhatMattersFirst) {
  Shop shop;
  shop.store.put("ann", {2, 99});
  shop.edit(ManualEdit::Kind::kGrant, "ann", 4, 2'000'000);
  shop.runs.states[1] = {.tag_id = 1, .stale = "the guard lost:vip"};
  const std::string text = to_text(shop.ask("ann").value(), false, false);
  EXPECT_THAT(text, HasSubstr("user 'ann'\n"));
  EXPECT_THAT(text, HasSubstr("false   tag 1 vip: does not have it\n"
                              "    held by the last run: the guard lost:vip\n"
                              "    would be entered with the next run that does not hold it\n"
                              "    now, as of 2025-11-22\n"
                              "      true    level in ('VIP2', 'VIP3')   [level = 'VIP2']\n"));
  EXPECT_THAT(text, HasSubstr("true    tag 2 young: since 1970-01-01 00:00:00 UTC, by rule, "
                              "rule version 1\n"
                              "    would leave with the next run, unless a guard holds it\n"));
  EXPECT_THAT(text, HasSubstr("granted 1970-01-01 00:00:00 UTC by mia, until "
                              "1970-01-01 00:00:02 UTC: asked for it\n"));
  EXPECT_THAT(text, HasSubstr("true    tag 99: since"));
  EXPECT_THAT(text, HasSubstr("no tag of the project: runs leave it as it is\n"));
  EXPECT_THAT(text, HasSubstr("\nfalse   tag 5 old_friend\n    nearest miss: has_tag('past') would "
                              "have to be true: it is false\n"));
  EXPECT_THAT(text, HasSubstr("tag 7 broken\n    a run would hold it: E_COLUMN_UNKNOWN"));
}

TEST(Why, TellsWhatDecidesInOneLine) {
  Shop shop;
  const auto decision = [&](const std::string& user, std::int32_t tag) {
    const UserAnswer answer = shop.ask(user).value();
    return decision_text(*std::ranges::find(answer.tags, tag, &TagAnswer::tag_id), answer);
  };
  shop.catalog.tags.push_back(tag_of(8, "any", {"age > 90 and age > 80", "level = 'VIP9'"}));
  shop.catalog.tags.push_back(tag_of(
      9, "not_any", {"not (age > 50 or level = 'VIP9') and (age > 60 or age > 30 or age > 20)"}));
  EXPECT_EQ(decision("ann", 3), "has_tag('vip') is true; age > 18 is true [age = 31]");
  EXPECT_EQ(decision("bob", 1), "level in ('VIP2', 'VIP3') is false [level = 'VIP1']");
  EXPECT_EQ(decision("ann", 8), "level = 'VIP9' is false [level = 'VIP2']");
  EXPECT_EQ(decision("ann", 9),
            "age > 50 is false [age = 31]; level = 'VIP9' is false [level = 'VIP2']; "
            "age > 30 is true [age = 31]");
  EXPECT_EQ(decision("eve", 1),
            "level in ('VIP2', 'VIP3') is unknown [level is null (no row in "
            "users)]");
  EXPECT_EQ(decision("ann", 4), "no rule");
  shop.edit(ManualEdit::Kind::kGrant, "bob", 1);
  EXPECT_EQ(decision("bob", 1), "granted by mia: asked for it");
  shop.edit(ManualEdit::Kind::kBlock, "ann", 1);
  EXPECT_EQ(decision("ann", 1), "blocked by mia: asked for it");
  shop.edit(ManualEdit::Kind::kGrant, "bob", 4, 1'000);
  EXPECT_EQ(decision("bob", 4), "no grant holds any more");
  shop.store.put("dan", {1});
  EXPECT_EQ(decision("dan", 1), "in no table any more");
}

TEST(Why, APastMomentHasNoEvidenceButThatOfEntry) {
  Shop shop;
  shop.edit(ManualEdit::Kind::kGrant, "ann", 4);
  const UserAnswer then = shop.ask("ann", {.at = 20}).value();
  EXPECT_FALSE(then.as_of.has_value());
  EXPECT_THAT(to_text(then, false, false), HasSubstr("evidence no longer available"));
  EXPECT_THAT(to_text(then, false, false), HasSubstr("tag 4 friend: since"));
  EXPECT_FALSE(shop.ask("ann", {.at = 5}).has_value());
}

TEST(Why, PrintsJson) {
  Shop shop;
  shop.edit(ManualEdit::Kind::kGrant, "ann", 4);
  const std::string json = to_json(shop.ask("ann").value());
  EXPECT_THAT(json, HasSubstr(R"({"user_id":"ann","as_of":"2025-11-22","at":null,"in_store":true,)"
                              R"("in_data":true,"tags":[{"tag_id":1,"code":"vip","has":false,)"));
  EXPECT_THAT(json, HasSubstr(R"("grant":{"actor":"mia","reason":"asked for it","made_at":)"));
  EXPECT_THAT(json, HasSubstr(R"("next":true,"rules":[{"name":"vip","truth":"true")"));
  EXPECT_THAT(json, HasSubstr(R"("refused":"E_COLUMN_UNKNOWN: )"));
}

}  // namespace
}  // namespace tagsmith::explain
