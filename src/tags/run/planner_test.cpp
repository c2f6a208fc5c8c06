#include "run/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <set>

#include "dataset/memory_reader_test.h"
#include "membership/memory_store_test.h"
#include "rule/parser.h"
#include "run/change_set.h"
#include "run/memory_run_store_test.h"
#include "scratch/folder.h"

namespace tagsmith::run {
namespace {

using column::TypeKind;
using column::Value;
using dataset::MemoryTable;
using membership::ManualEdit;
using membership::RuleResult;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr membership::Micros kHour = 3'600'000'000;
constexpr std::int32_t kDay = 20'414;  // 2025-11-22

// A project in memory: tables, tags and a store; plans, and publishes as plainly as can be.
struct Shop {
  std::map<std::string, std::pair<Value, Value>> people;  // age, level
  std::map<std::string, Value> orders;                    // last_order, a day
  std::vector<catalog::Tag> tags;
  catalog::RunGuards guards;
  std::string population;
  std::map<std::string, std::string> changed_at;
  membership::MemoryStore store;
  MemoryRunStore runs{store};
  Request request{.as_of = kDay, .partition = "2025-11-22", .started_at = 1'763'807'400'000'000};
  scratch::Folder folder;
  std::vector<std::string> scans;  // of the last plan
  Pinned pinned;                   // of the last plan
  std::function<void()> while_publishing;

  void tag(std::int32_t id, const std::string& code, const std::vector<std::string>& rules) {
    catalog::Tag made{.id = id, .code = code};
    for (const std::string& text : rules) {
      made.rules.push_back(
          {.expression = rule::parse_text(text).value(), .place = code + ".yaml:1"});
    }
    std::erase_if(tags, [&](const catalog::Tag& old) { return old.id == id; });
    tags.push_back(std::move(made));
    std::ranges::sort(tags, {}, &catalog::Tag::id);
  }

  void person(const std::string& id, std::int64_t age, const std::string& level = "VIP1") {
    people[id] = {Value(age), Value(level)};
  }

  void edit(const std::string& user, std::int32_t tag_id, ManualEdit::Kind kind,
            std::optional<membership::Micros> expires_at = std::nullopt) {
    const ManualEdit one{.user_id = user,
                         .tag_id = tag_id,
                         .kind = kind,
                         .actor = "ann",
                         .reason = "asked",
                         .made_at = request.started_at,
                         .expires_at = expires_at};
    store.edit({.set = {one}, .stamp = {.time = request.started_at}}).value();
  }
  void grant(const std::string& user, std::int32_t tag_id,
             std::optional<membership::Micros> expires_at = std::nullopt) {
    edit(user, tag_id, ManualEdit::Kind::kGrant, expires_at);
  }
  void block(const std::string& user, std::int32_t tag_id) {
    edit(user, tag_id, ManualEdit::Kind::kBlock);
  }

  base::Result<PlanOutcome> plan(const Consent& consent = {}) {
    dataset::MemoryReader reader(tables());
    std::vector<dataset::TableSource> sources = reader.sources();
    for (dataset::TableSource& source : sources) {
      source.format = dataset::TableSource::Format::kCsv;
      source.files = {folder.path(source.name)};
    }
    const dataset::DataSet data = dataset::describe(reader, sources).value();
    const catalog::Catalog catalog{.tags = tags};
    const catalog::CheckedCatalog checked = catalog::check_catalog(catalog, data.schema, {});
    const Workplace place{.reader = reader,
                          .data = data,
                          .population = population,
                          .changed_at = changed_at,
                          .catalog = catalog,
                          .checked = checked,
                          .guards = guards,
                          .tags = store,
                          .runs = runs,
                          .versions = runs};
    pinned = TAGSMITH_TRY(pin(place, request, "ann", "c0ffee"));
    auto outcome = make_plan(place, pinned, consent, folder.path("changes"));
    scans = reader.scans();
    return outcome;
  }

  static std::vector<RuleResult> changes(const Plan& plan) {
    const auto reader = read_change_set(plan.change_set, plan.change_set_hash).value();
    return reader->next_chunk().value();
  }

  /// Plans and publishes, an hour after the last run.
  PlanOutcome run(const Consent& consent = {}) {
    const PlanOutcome outcome = plan(consent).value();
    EXPECT_THAT(outcome.run_trips, IsEmpty());
    const lease::FenceRow row = store.read("publish").value();
    const lease::Fence fence = store.take("publish", "me", row.epoch).value();
    const std::int64_t id = runs.begin(outcome.plan.pins, "ann").value();
    runs.store_plan(fence, {id, outcome.plan, pinned.new_versions}).value();
    std::vector<std::int32_t> scope;
    membership::Stamp stamp{.run_id = id, .time = request.started_at};
    for (const TagPlan& planned : outcome.plan.summary.tags) {
      scope.push_back(planned.tag_id);
    }
    for (const PinnedTag& one : outcome.plan.pins.tags) {
      stamp.rule_versions[one.tag_id] = one.rule_version;
    }
    const std::vector<RuleResult> users = changes(outcome.plan);
    const auto counts =
        store.publish({.fence = fence, .users = users, .scope = scope, .stamp = stamp}).value();
    if (while_publishing) {
      while_publishing();
    }
    const PlanSummary& summary = outcome.plan.summary;
    EXPECT_EQ(counts, (membership::PublishCounts{.rows_written = summary.changed_users,
                                                 .entered = summary.entered,
                                                 .left = summary.left}))
        << "the plan tells what is published";
    runs.finish(fence, id, request.started_at).value();
    request.started_at += kHour;
    return outcome;
  }

  membership::Detail detail(const std::string& user, std::int32_t tag_id) {
    const membership::StoredUser& row = store.rows.at(user);
    const auto found = std::ranges::find(row.tags, tag_id, &membership::StoredTag::tag_id);
    return found == row.tags.end() ? membership::Detail{}
                                   : membership::parse_detail(found->detail).value();
  }

 private:
  // A file says whether what is in it changed.
  void put(const std::string& name, const std::string& bytes) const {
    const auto names = folder.names();
    if (std::ranges::find(names, name) == names.end() || folder.get(name) != bytes) {
      folder.put(name, bytes);
    }
  }

  [[nodiscard]] std::vector<MemoryTable> tables() const {
    MemoryTable first{
        .name = "people",
        .columns = {{"age", {.kind = TypeKind::kInt}}, {"level", {.kind = TypeKind::kText}}}};
    std::string bytes;
    for (const auto& [id, cells] : people) {
      first.rows.push_back({id, {cells.first, cells.second}});
      bytes += id + column::to_text(cells.first, first.columns[0].type) +
               column::to_text(cells.second, first.columns[1].type) + "\n";
    }
    MemoryTable second{.name = "orders", .columns = {{"last_order", {.kind = TypeKind::kDate}}}};
    std::string orders_bytes;
    for (const auto& [id, day] : orders) {
      second.rows.push_back({id, {day}});
      orders_bytes += id + column::to_text(day, second.columns[0].type) + "\n";
    }
    put("people", bytes);
    put("orders", orders_bytes);
    return {first, second};
  }
};

// Three people, two tags.
struct SmallShop : Shop {
  SmallShop() {
    person("a", 17);
    person("b", 30, "VIP2");
    person("c", 40, "VIP3");
    orders["d"] = std::int32_t{kDay};
    tag(5, "adult", {"age >= 18"});
    tag(7, "vip", {"level in ('VIP2', 'VIP3')", "age > 99"});
  }
};

TEST(Plan, TheFirstRunEntersWhomTheRulesFindWithTheirEvidence) {
  SmallShop shop;
  const PlanOutcome outcome = shop.plan().value();
  const PlanSummary& summary = outcome.plan.summary;
  EXPECT_EQ(summary.users, 4u);
  EXPECT_EQ(summary.users_before, 0u);
  EXPECT_EQ(summary.changed_users, 2u);
  EXPECT_EQ(summary.entered, 4u);
  EXPECT_EQ(summary.left, 0u);
  EXPECT_EQ(summary.gone, 0u);
  EXPECT_THAT(summary.tables, ElementsAre(TableRows{"orders", 1, 0}, TableRows{"people", 3, 0}));
  EXPECT_THAT(summary.columns, ElementsAre(ColumnCounts{"people", "age", 3, 0, 0, 0},
                                           ColumnCounts{"people", "level", 3, 0, 0, 0}));
  EXPECT_THAT(summary.tags, ElementsAre(TagPlan{.tag_id = 5,
                                                .code = "adult",
                                                .entered = 2,
                                                .is_new = true,
                                                .entered_sample = {"b", "c"}},
                                        TagPlan{.tag_id = 7,
                                                .code = "vip",
                                                .entered = 2,
                                                .is_new = true,
                                                .entered_sample = {"b", "c"}}));
  EXPECT_THAT(
      Shop::changes(outcome.plan),
      ElementsAre(
          RuleResult{.user_id = "b",
                     .tags = {5, 7},
                     .evidence = {{5, R"({"age":30})", "age >= 18"},
                                  {7, R"({"level":"VIP2"})", "level in ('VIP2', 'VIP3')"}}},
          RuleResult{.user_id = "c",
                     .tags = {5, 7},
                     .evidence = {{5, R"({"age":40})", "age >= 18"},
                                  {7, R"({"level":"VIP3"})", "level in ('VIP2', 'VIP3')"}}}));
}

TEST(Plan, ASecondRunChangesNobody) {
  SmallShop shop;
  shop.run();
  const auto events = shop.store.events.size();
  const PlanOutcome again = shop.run();
  EXPECT_EQ(again.plan.summary.changed_users, 0u);
  EXPECT_EQ(again.plan.summary.users, 4u);
  EXPECT_EQ(again.plan.summary.users_before, 2u);
  EXPECT_EQ(again.plan.summary.tags[0].before, 2u);
  EXPECT_THAT(shop.scans, ElementsAre("orders:", "people: age level")) << "no second scan";
  EXPECT_EQ(shop.store.events.size(), events + 1) << "published, and nothing else";
}

TEST(Plan, ANarrowedRuleTakesTheTagButNotFromGrants) {
  SmallShop shop;
  shop.grant("b", 5);
  shop.grant("x", 5);
  shop.block("c", 7);
  shop.run();
  EXPECT_THAT(shop.store.tags_of("c"), ElementsAre(5));
  EXPECT_EQ(shop.detail("b", 5).source, membership::Source::kRuleAndManual);
  shop.tag(5, "adult", {"age >= 35"});
  const PlanOutcome outcome = shop.run({.accept = {"rule_changed:adult"}});
  EXPECT_EQ(outcome.plan.summary.left, 0u);
  EXPECT_EQ(outcome.plan.summary.changed_users, 1u) << "the source of b's tag";
  EXPECT_EQ(shop.detail("b", 5).source, membership::Source::kManual);
  EXPECT_EQ(shop.detail("b", 5).reason, "asked");
  EXPECT_THAT(shop.store.tags_of("x"), ElementsAre(5));
  shop.tag(5, "adult", {"age >= 45"});
  EXPECT_EQ(shop.run({.accept = {"rule_changed:adult"}}).plan.summary.left, 1u);
  EXPECT_THAT(shop.store.tags_of("c"), IsEmpty());
  EXPECT_EQ(shop.runs.versions.back().number, 3);
  EXPECT_EQ(shop.runs.versions.back().commit, "c0ffee");
}

TEST(Plan, AnExpiredGrantIsTakenAway) {
  SmallShop shop;
  shop.grant("a", 5, shop.request.started_at + kHour);
  shop.run();
  EXPECT_THAT(shop.store.tags_of("a"), ElementsAre(5));
  shop.run();
  EXPECT_THAT(shop.store.tags_of("a"), IsEmpty());
}

TEST(Plan, AManualTagHasItsGrantsAndExpiries) {
  SmallShop shop;
  shop.tag(9, "by_hand", {});
  shop.grant("a", 9);
  shop.grant("x", 9, shop.request.started_at + kHour);
  EXPECT_EQ(shop.run().plan.summary.tags[2].before, 2u);
  shop.run();
  EXPECT_THAT(shop.store.tags_of("a"), ElementsAre(9));
  EXPECT_THAT(shop.store.tags_of("x"), IsEmpty());
}

TEST(Plan, GivenTagsAndGivenUsersLeaveTheRestAlone) {
  SmallShop shop;
  shop.request.tags.emplace({std::string("vip")});
  shop.run();
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(7));
  shop.request.tags.emplace({std::string("5")});
  shop.request.users = {{"nobody", "c", "a", "c"}};
  const PlanOutcome outcome = shop.run();
  EXPECT_EQ(outcome.plan.summary.users, 2u);
  EXPECT_THAT(outcome.plan.summary.unknown_users, ElementsAre("nobody"));
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(7));
  EXPECT_THAT(shop.store.tags_of("c"), ElementsAre(5, 7));
  EXPECT_FALSE(outcome.plan.pins.all_tags);
  EXPECT_EQ(shop.runs.last_published(true).value(), std::nullopt);
}

TEST(Plan, AUserWhoIsGoneLosesRuleTagsAndIsCountedOnce) {
  SmallShop shop;
  shop.guards = {.input_rows_percent = 0, .gone_percent = 100};
  shop.grant("b", 7);
  shop.grant("x", 7, shop.request.started_at + kHour);
  shop.run();
  shop.people.erase("b");
  shop.people.erase("c");
  for (catalog::Tag& tag : shop.tags) {
    tag.guards.to_zero = false;
  }
  const PlanOutcome outcome = shop.run();
  EXPECT_EQ(outcome.plan.summary.gone, 2u);
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(7));
  EXPECT_THAT(shop.store.tags_of("c"), IsEmpty());
  EXPECT_EQ(shop.run().plan.summary.gone, 0u);
}

TEST(Plan, OnlyThePopulationAreUsers) {
  SmallShop shop;
  shop.tag(8, "anybody", {"age is null or age is not null"});
  shop.population = "people";
  shop.run();
  EXPECT_THAT(shop.store.tags_of("d"), IsEmpty());
  EXPECT_THAT(shop.store.tags_of("a"), ElementsAre(8));
  shop.population = "orders";
  shop.guards.gone_percent = 100;
  for (catalog::Tag& tag : shop.tags) {
    tag.guards.to_zero = false;
  }
  shop.run();
  EXPECT_THAT(shop.store.tags_of("d"), ElementsAre(8));
  EXPECT_THAT(shop.store.tags_of("a"), IsEmpty());
}

TEST(Plan, AnEmptyPopulationHasNoUsers) {
  SmallShop shop;
  shop.tag(8, "anybody", {"age is null or age is not null"});
  shop.population = "orders";
  shop.orders.clear();
  const PlanOutcome outcome = shop.plan().value();
  EXPECT_EQ(outcome.plan.summary.users, 0u);
  EXPECT_EQ(outcome.plan.summary.changed_users, 0u);
}

TEST(Plan, NoTagsAreNotAllTags) {
  SmallShop shop;
  shop.request.tags.emplace();
  const PlanOutcome outcome = shop.plan().value();
  EXPECT_THAT(outcome.plan.pins.tags, IsEmpty());
  EXPECT_FALSE(outcome.plan.pins.all_tags);
}

TEST(Plan, ARefusedRuleHoldsItsTagAndWhatAsksForIt) {
  SmallShop shop;
  shop.tag(8, "asks", {"has_tag('adult')"});
  shop.run();
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(5, 7, 8));
  shop.tag(5, "adult", {"agee >= 99"});
  shop.people.erase("c");
  const PlanOutcome outcome = shop.run({.accept = {"gone"}});
  EXPECT_THAT(outcome.plan.summary.held,
              ElementsAre(testing::FieldsAre(5, "adult", HeldTag::Cause::kRefused,
                                             HasSubstr("E_COLUMN_UNKNOWN"), ""),
                          testing::FieldsAre(8, "asks", HeldTag::Cause::kDependsOn,
                                             HasSubstr("E_TAG_REFUSED"), "")));
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(5, 7, 8));
  EXPECT_THAT(shop.store.tags_of("c"), ElementsAre(5, 8)) << "only vip was decided";
}

TEST(Plan, HasTagSeesTheRunWithItsGrantsAndBlocks) {
  SmallShop shop;
  shop.tag(8, "asks", {"has_tag('adult')"});
  shop.tag(9, "lacks", {"not has_tag('adult')"});
  shop.grant("a", 5);
  shop.block("b", 5);
  shop.run();
  EXPECT_THAT(shop.store.tags_of("a"), ElementsAre(5, 8));
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(7, 9));
  EXPECT_THAT(shop.store.tags_of("c"), ElementsAre(5, 7, 8));
  EXPECT_THAT(shop.store.tags_of("d"), ElementsAre(9));
}

TEST(Plan, HasTagOfAnotherTagIsTheStoredMembership) {
  SmallShop shop;
  shop.tag(8, "asks", {"has_tag('adult')"});
  shop.run();
  shop.person("a", 50);
  shop.request.tags.emplace({std::string("asks")});
  shop.store.put("gone", {5});
  shop.run();
  EXPECT_THAT(shop.store.tags_of("a"), IsEmpty()) << "it has the tag in the next run of it";
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(5, 7, 8));
  EXPECT_THAT(shop.store.tags_of("gone"), ElementsAre(5)) << "no rule is TRUE for who is gone";
}

TEST(Plan, EvidenceIsOfTheFirstRuleThatIsTrueAndOfExactCells) {
  Shop shop;
  shop.people["a"] = {Value(std::int64_t{7}), Value()};
  shop.people["b"] = {Value(), Value(std::string("q\"x"))};
  shop.orders["a"] = Value(std::int32_t{kDay});
  shop.tag(5, "t",
           {"has_tag('base') and age > 9", "age > 5 and last_order = today()", "age > 6",
            "level is not null and user_id = 'b'"});
  shop.tag(6, "base", {"age is null"});
  shop.run();
  EXPECT_EQ(shop.detail("a", 5).value, R"({"last_order":"2025-11-22","age":7})");
  EXPECT_EQ(shop.detail("a", 5).reason, "age > 5 and last_order = today()");
  EXPECT_EQ(shop.detail("b", 5).value, R"({"level":"q\"x","user_id":"b"})");
  EXPECT_EQ(shop.detail("b", 6).value, R"({"age":null})");
  EXPECT_EQ(shop.detail("b", 6).rule_version, 1);
}

// --- guards

// 200 adults; then those above a limit are children.
struct BigShop : Shop {
  BigShop() {
    for (int i = 0; i < 200; ++i) {
      person("u" + std::to_string(1000 + i), 20 + i);
    }
    tag(5, "adult", {"age >= 18"});
    tag(7, "asks", {"has_tag('adult')"});
    tag(8, "asks_too", {"has_tag('asks') and age >= 18"});
    tag(9, "apart", {"age >= 0"});
    run();
  }
  void change_ages(int count) {
    for (auto& [id, cells] : people) {
      if (count-- > 0) {
        cells.first = Value(std::int64_t{3});
      }
    }
  }
};

TEST(Guards, ATagThatLosesTooManyIsHeldWithWhatAsksForIt) {
  BigShop shop;
  shop.change_ages(61);
  const PlanOutcome held = shop.plan().value();
  EXPECT_THAT(held.plan.summary.held,
              ElementsAre(HeldTag{5, "adult", HeldTag::Cause::kGuard,
                                  "tag adult would lose 61 of 200 members (30.5 %, at most 30 %)",
                                  "lost:adult"},
                          testing::Field(&HeldTag::accept, "lost:asks"),
                          testing::Field(&HeldTag::accept, "lost:asks_too")));
  EXPECT_EQ(held.plan.summary.changed_users, 0u);
  EXPECT_THAT(Shop::changes(held.plan), IsEmpty());
  EXPECT_THAT(held.plan.summary.tags, ElementsAre(testing::Field(&TagPlan::code, "apart")));

  // Accepted alone, the dependants are still held by their own guards.
  EXPECT_THAT(shop.plan({.accept = {"lost:adult"}})->plan.summary.held, SizeIs(2));
  // A dependant that is accepted leaves with what it asks for.
  const auto dependants = shop.plan({.accept = {"lost:asks", "lost:asks_too"}}).value();
  EXPECT_THAT(dependants.plan.summary.held,
              ElementsAre(testing::Field(&HeldTag::cause, HeldTag::Cause::kGuard),
                          HeldTag{7, "asks", HeldTag::Cause::kDependsOn,
                                  "it asks for the tag adult, which is held", ""},
                          HeldTag{8, "asks_too", HeldTag::Cause::kDependsOn,
                                  "it asks for the tag asks, which is held", ""}));
  const PlanOutcome accepted = shop.run({.accept = {"lost:adult", "lost:asks", "lost:asks_too"}});
  EXPECT_THAT(accepted.plan.summary.held, IsEmpty());
  EXPECT_EQ(accepted.plan.summary.left, 183u);
  EXPECT_EQ(accepted.plan.summary.changed_users, 61u);
}

TEST(Guards, ATagThatIsHeldIsStaleAndKeepsItsMembers) {
  BigShop shop;
  shop.change_ages(200);
  const PlanOutcome outcome = shop.run();
  EXPECT_THAT(outcome.plan.summary.held, SizeIs(3));
  EXPECT_EQ(outcome.plan.summary.held[0].accept, "to_zero:adult");
  EXPECT_THAT(shop.store.tags_of("u1000"), ElementsAre(5, 7, 8, 9));
  EXPECT_THAT(*shop.runs.states[5].stale, HasSubstr("would lose all of its 200 members"));
  EXPECT_EQ(shop.runs.states[5].last_run, 1);
  EXPECT_EQ(shop.runs.states[9].last_run, 2);
  shop.run({.accept = {"to_zero:adult", "to_zero:asks", "to_zero:asks_too"}});
  EXPECT_THAT(shop.store.tags_of("u1000"), ElementsAre(9));
  EXPECT_EQ(shop.runs.states[5].stale, std::nullopt);
}

TEST(Guards, ATagThatGainsTooManyIsHeld) {
  BigShop shop;
  shop.tag(10, "young", {"age < 121"});
  shop.run();
  for (int i = 0; i < 400; ++i) {
    shop.person("n" + std::to_string(1000 + i), 3);
  }
  shop.tags.back().guards.gained_percent = 390;
  EXPECT_THAT(shop.plan()->plan.summary.held,
              ElementsAre(testing::Field(&HeldTag::accept, "gained:young")));
  EXPECT_THAT(shop.plan({.accept = {"gained:young"}})->plan.summary.held, IsEmpty());
}

TEST(Guards, AChangedRuleIsAcceptedOrShown) {
  BigShop shop;
  shop.tag(9, "apart", {"age >= 21"});
  EXPECT_THAT(shop.plan()->plan.summary.held,
              ElementsAre(testing::Field(&HeldTag::accept, "rule_changed:apart")));
  EXPECT_THAT(shop.plan({.accept = {"rule_changed:apart"}})->plan.summary.held, IsEmpty());
  const PlanOutcome shown = shop.plan({.is_shown = true}).value();
  EXPECT_THAT(shown.plan.summary.held, IsEmpty());
  EXPECT_THAT(shown.to_accept, ElementsAre(testing::Field(&Trip::name, "rule_changed:apart")));
  EXPECT_EQ(shown.plan.summary.left, 1u);
}

TEST(Guards, TwoTripsOfATagAreAcceptedTogether) {
  BigShop shop;
  shop.tag(9, "apart", {"age >= 200"});
  EXPECT_EQ(shop.plan()->plan.summary.held.front().accept,
            "lost:apart --accept rule_changed:apart");
}

TEST(Guards, TheWholeRunIsHeldByWhatIsWrongWithItsInput) {
  BigShop shop;
  const auto names = [](const PlanOutcome& outcome) {
    std::vector<std::string> out;
    for (const Trip& trip : outcome.run_trips) {
      out.push_back(trip.name);
    }
    return out;
  };
  EXPECT_THAT(names(shop.plan().value()), IsEmpty());
  const auto all = shop.people;
  std::erase_if(shop.people, [](const auto& person) { return person.first < "u1101"; });
  EXPECT_THAT(names(shop.plan().value()), ElementsAre("input_rows:people", "gone"));
  EXPECT_THAT(names(shop.plan({.accept = {"gone"}}).value()), ElementsAre("input_rows:people"));
  EXPECT_THAT(names(shop.plan({.accept = {"gone", "input_rows:people"}}).value()), IsEmpty());

  shop.people = all;
  shop.people[""] = {};  // a row without a key
  EXPECT_THAT(names(shop.plan().value()), ElementsAre("null_keys:people"));
  EXPECT_THAT(names(shop.plan({.accept = {"null_keys:people"}}).value()), IsEmpty());
}

TEST(Guards, CellsThatCannotBeReadHoldTheRun) {
  Shop shop;
  for (int i = 0; i < 100; ++i) {
    shop.person("u" + std::to_string(1000 + i), 20, "7");
  }
  shop.tag(5, "high", {"number(level) > 3"});
  shop.run();
  for (int i = 0; i < 2; ++i) {
    shop.person("u" + std::to_string(1000 + i), 20, "?");
  }
  const PlanOutcome outcome = shop.plan().value();
  EXPECT_THAT(outcome.run_trips,
              ElementsAre(testing::Field(&Trip::name, "unreadable:people.level")));
  EXPECT_THAT(shop.plan({.accept = {"unreadable:people.level"}})->run_trips, IsEmpty());
}

TEST(Guards, AnUnknownNameIsRefusedWithTheNearestAndTheForms) {
  BigShop shop;
  const auto outcome = shop.plan({.accept = {"lost:adults"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().symbol, kRunAccept);
  EXPECT_EQ(outcome.error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_THAT(outcome.error().hint,
              testing::AllOf(HasSubstr("did you mean 'lost:adult'?"), HasSubstr("rule_changed:TAG"),
                             HasSubstr("unreadable:TABLE.COLUMN")));
  EXPECT_TRUE(shop.plan({.accept = {"gone", "null_keys:orders", "unreadable:people.age"}}));
}

TEST(Guards, ARuleThatIsAcceptedForOneUserIsNotAcceptedForAll) {
  BigShop shop;
  shop.tag(9, "apart", {"age >= 22"});
  shop.request.users = {{"u1000"}};
  shop.run({.accept = {"rule_changed:apart"}});
  EXPECT_THAT(shop.store.tags_of("u1000"), ElementsAre(5, 7, 8));
  shop.request.users.reset();
  EXPECT_THAT(shop.plan()->plan.summary.held,
              ElementsAre(testing::Field(&HeldTag::accept, "rule_changed:apart")));
  shop.run({.accept = {"rule_changed:apart"}});
  EXPECT_FALSE(shop.plan()->plan.summary.tags[3].rule_changed);
}

TEST(Guards, ATagIsNewUntilARunOfEverybodyPublishesIt) {
  SmallShop shop;
  shop.request.users = {{"b"}};
  shop.run();
  shop.request.users.reset();
  const PlanOutcome outcome = shop.run();
  EXPECT_TRUE(outcome.plan.summary.tags[0].is_new);
  EXPECT_THAT(shop.store.tags_of("c"), ElementsAre(5, 7));
  EXPECT_FALSE(shop.plan()->plan.summary.tags[0].is_new);
}

TEST(Guards, ARuleThatCameBackIsNotChanged) {
  BigShop shop;
  shop.tag(9, "apart", {"age >= 21"});
  EXPECT_THAT(shop.run().plan.summary.held, SizeIs(1));
  shop.tag(9, "apart", {"age >= 0"});
  shop.person("new", 5);
  const PlanOutcome back = shop.plan().value();
  EXPECT_EQ(shop.pinned.pins.tags[3], (PinnedTag{9, 3}));
  EXPECT_THAT(back.plan.summary.held, IsEmpty());
  EXPECT_EQ(back.plan.summary.tags[3].entered, 1u);
}

TEST(Guards, AnExpiredGrantAndABlockAreNotLost) {
  SmallShop shop;
  shop.tag(9, "by_hand", {});
  shop.grant("a", 9, shop.request.started_at + kHour);
  shop.run();
  EXPECT_THAT(shop.run().plan.summary.held, IsEmpty()) << "to_zero would hold it";
  EXPECT_THAT(shop.store.tags_of("a"), IsEmpty());
}

// Only incremental runs, as a schedule makes them.
TEST(Guards, AnIncrementalRunThatLookedAtEverybodyMeasuresTheNextOne) {
  BigShop shop;
  shop.request.mode = Mode::kIncremental;
  for (int i = 0; i < 400; ++i) {
    shop.person("n" + std::to_string(1000 + i), 3);
  }
  shop.run();
  std::erase_if(shop.people, [](const auto& person) { return person.first < "n1350"; });
  const PlanOutcome outcome = shop.plan().value();  // 250 left, of 600; of 200 in the first run
  EXPECT_THAT(outcome.run_trips,
              testing::Contains(testing::Field(&Trip::name, "input_rows:people")));
}

// --- what is asked for

TEST(Pin, KeepsTheNumberOfARuleUntilItMeansSomethingElse) {
  SmallShop shop;
  shop.run();
  EXPECT_THAT(shop.pinned.pins.tags, ElementsAre(PinnedTag{5, 1}, PinnedTag{7, 1}));
  EXPECT_THAT(shop.pinned.new_versions, SizeIs(2));
  shop.tag(5, "adult", {"((age >= 18.0))"});
  shop.plan().value();
  EXPECT_THAT(shop.pinned.new_versions, IsEmpty());
  shop.tags[0].grant_days = 30;
  shop.plan().value();
  EXPECT_THAT(shop.pinned.pins.tags, ElementsAre(PinnedTag{5, 2}, PinnedTag{7, 1}));
  ASSERT_THAT(shop.pinned.new_versions, SizeIs(1));
  EXPECT_EQ(shop.pinned.new_versions[0],
            (catalog::RuleVersion{.tag_id = 5,
                                  .number = 2,
                                  .code = "adult",
                                  .text = "age >= 18",
                                  .grant_days = 30,
                                  .actor = "ann",
                                  .commit = "c0ffee",
                                  .recorded_micros = shop.request.started_at}));
}

TEST(Pin, NamesTheFilesWithTheirSizes) {
  SmallShop shop;
  shop.plan().value();
  ASSERT_THAT(shop.pinned.pins.files, SizeIs(2));
  EXPECT_EQ(shop.pinned.pins.files[0].table, "orders");
  EXPECT_EQ(shop.pinned.pins.files[0].path, shop.folder.path("orders"));
  EXPECT_EQ(shop.pinned.pins.files[0].bytes, 12u) << "d2025-11-22 and the end of the line";
  EXPECT_GT(shop.pinned.pins.files[0].modified_nanos, 0);
}

TEST(Pin, TellsHowTheFilesAreRead) {
  SmallShop shop;
  shop.plan().value();
  const std::string reading = shop.pinned.pins.reading;
  EXPECT_THAT(reading, testing::SizeIs(64));
  shop.plan().value();
  EXPECT_EQ(shop.pinned.pins.reading, reading);
  shop.changed_at = {{"people", "age"}};
  shop.plan().value();
  EXPECT_NE(shop.pinned.pins.reading, reading);
}

TEST(Pin, RefusesWhatCannotBeAsked) {
  SmallShop shop;
  shop.run();
  const auto refused = [&](auto change) {
    const Request before = shop.request;
    change();
    const auto outcome = shop.plan();
    shop.request = before;
    EXPECT_FALSE(outcome);
    return outcome ? ""
                   : outcome.error().symbol + " " + outcome.error().message + " / " +
                         outcome.error().hint;
  };
  EXPECT_EQ(refused([&] { shop.request.tags.emplace({std::string("adul")}); }),
            "E_RUN_TAG there is no tag 'adul' / did you mean 'adult'?");
  EXPECT_EQ(refused([&] { shop.request.as_of = kDay - 1; }),
            "E_RUN_REWIND tag 'adult' was published as of 2025-11-22, which is after 2025-11-21 / "
            "--rewind publishes an older day on purpose");
  EXPECT_THAT(refused([&] { shop.request.days = 2; }), HasSubstr("E_RUN_DAYS no dataset says"));
  shop.changed_at = {{"orders", "changed"}};
  EXPECT_THAT(refused([&] { shop.request.days = 2; }), HasSubstr("has no column 'changed'"));
  shop.changed_at = {{"people", "age"}};
  EXPECT_THAT(refused([&] { shop.request.days = 2; }), HasSubstr("is no date"));
  shop.tags[0].is_active = false;
  EXPECT_THAT(refused([&] { shop.request.tags.emplace({std::string("adult")}); }),
              HasSubstr("is not active"));
  shop.tags[0].is_active = true;
  shop.request.as_of = kDay - 1;
  shop.request.rewind = true;
  EXPECT_TRUE(shop.plan());
}

// --- incremental runs

TEST(Plan, DaysTakeNewUsersAndThoseWhoChangedLately) {
  SmallShop shop;
  shop.changed_at = {{"orders", "last_order"}};
  shop.run();
  for (const char* id : {"a", "b", "new"}) {
    shop.person(id, 50);
  }
  shop.people.erase("c");
  shop.orders["a"] = Value(std::int32_t{kDay - 2});
  shop.orders["b"] = Value(std::int32_t{kDay - 3});
  shop.request.days = 2;
  shop.guards.gone_percent = 0;
  const PlanOutcome outcome = shop.run();
  EXPECT_EQ(outcome.plan.pins.mode, Mode::kIncremental);
  EXPECT_EQ(outcome.plan.summary.users, 3u) << "a, d and new";
  EXPECT_THAT(shop.store.tags_of("a"), ElementsAre(5));
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(5, 7)) << "it changed too long ago";
  EXPECT_THAT(shop.store.tags_of("c"), ElementsAre(5, 7)) << "who is gone did not change";
  EXPECT_THAT(shop.store.tags_of("new"), ElementsAre(5));
}

TEST(Plan, AnIncrementalRunReadsNothingWhereNothingChanged) {
  SmallShop shop;
  shop.tag(8, "recent", {"last_order >= today() - 3 days"});
  shop.request.mode = Mode::kIncremental;
  shop.run();
  EXPECT_THAT(shop.scans, testing::Not(IsEmpty())) << "there was no run before";
  const PlanOutcome outcome = shop.run();
  EXPECT_THAT(shop.scans, IsEmpty());
  EXPECT_EQ(outcome.plan.summary.users, 0u);
  EXPECT_EQ(outcome.plan.summary.tags[0].before, 2u);
  shop.run();
  EXPECT_THAT(shop.scans, IsEmpty()) << "nor the third time";

  const auto scans_after = [&](auto change) {
    change();
    shop.run({.accept = {"rule_changed:adult"}});
    const bool scanned = !shop.scans.empty();
    shop.run();
    EXPECT_THAT(shop.scans, IsEmpty());
    return scanned;
  };
  EXPECT_TRUE(scans_after([&] { shop.person("e", 60); })) << "a file";
  EXPECT_TRUE(scans_after([&] { shop.tag(5, "adult", {"age >= 20"}); })) << "a rule";
  EXPECT_TRUE(scans_after([&] { shop.request.as_of += 1; })) << "the day";
  EXPECT_TRUE(scans_after([&] { shop.grant("a", 5); })) << "a grant";
  EXPECT_TRUE(scans_after([&] { shop.block("b", 5); })) << "a block";
  EXPECT_TRUE(scans_after([&] {
    shop.store.edit({.remove = shop.store.manual_edits("b").value(), .stamp = {.time = 1}}).value();
  })) << "a block that is gone";
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(5, 7));
  EXPECT_TRUE(scans_after([&] { shop.grant("d", 7, shop.request.started_at + 9 * kHour); }));
  EXPECT_THAT(shop.store.tags_of("d"), ElementsAre(7, 8));
}

// The edits are what they were, the rows are not.
TEST(Plan, ABlockThatCameAndWentIsSeenByAnIncrementalRun) {
  SmallShop shop;
  shop.request.mode = Mode::kIncremental;
  shop.run();
  shop.block("b", 5);
  shop.store.edit({.remove = shop.store.manual_edits("b").value(), .stamp = {.time = 1}}).value();
  ASSERT_THAT(shop.store.tags_of("b"), ElementsAre(7));
  shop.run();
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(5, 7));
  shop.run();
  EXPECT_THAT(shop.scans, IsEmpty());
}

// The run was cut off while it published: edits came in between, and then it was completed.
TEST(Plan, ABlockThatCameAndWentWhileARunPublishedIsSeen) {
  SmallShop shop;
  shop.request.mode = Mode::kIncremental;
  shop.run();
  shop.person("e", 60);
  shop.while_publishing = [&] {
    shop.block("b", 5);
    shop.store.edit({.remove = shop.store.manual_edits("b").value(), .stamp = {.time = 1}}).value();
  };
  shop.run();
  ASSERT_THAT(shop.store.tags_of("b"), ElementsAre(7));
  shop.while_publishing = {};
  shop.run();
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(5, 7));
  shop.run();
  EXPECT_THAT(shop.scans, IsEmpty());
}

TEST(Plan, ATagIsLookedAtAgainWhenOneThatItAsksForWasPublishedSince) {
  SmallShop shop;
  shop.tag(8, "recent", {"last_order >= today() - 3 days"});
  shop.tag(9, "sleeping", {"not has_tag('recent')"});
  shop.request.mode = Mode::kIncremental;
  shop.run();
  ASSERT_THAT(shop.store.tags_of("d"), ElementsAre(8));
  shop.request.as_of += 9;
  shop.request.tags.emplace({std::string("recent")});
  shop.run({.accept = {"to_zero:recent"}});
  shop.request.tags.reset();
  shop.run();
  EXPECT_THAT(shop.store.tags_of("d"), ElementsAre(9));
}

TEST(Plan, AnExpiryIsSeenByAnIncrementalRun) {
  SmallShop shop;
  shop.grant("d", 7, shop.request.started_at + 2 * kHour);
  shop.request.mode = Mode::kIncremental;
  shop.run();
  shop.run();
  EXPECT_THAT(shop.scans, IsEmpty());
  EXPECT_THAT(shop.store.tags_of("d"), ElementsAre(7));
  shop.run();
  EXPECT_THAT(shop.store.tags_of("d"), IsEmpty());
}

TEST(Plan, ATagWithoutTodayNeedsNoScanOnAnotherDay) {
  SmallShop shop;
  shop.request.mode = Mode::kIncremental;
  shop.run();
  shop.request.as_of += 1;
  shop.run();
  EXPECT_THAT(shop.scans, IsEmpty());
}

TEST(Plan, AnIncrementalRunAfterOneOfGivenUsersLooksAtAll) {
  SmallShop shop;
  shop.request.users = {{"a"}};
  shop.run();
  shop.request.users.reset();
  shop.request.mode = Mode::kIncremental;
  shop.run();
  EXPECT_THAT(shop.store.tags_of("b"), ElementsAre(5, 7));
}

// --- all of it together

// Random runs, against the sentence of the semantics for one user and one tag at a time.
TEST(Plan, RandomRunsAgreeWithTheNaiveModel) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return static_cast<std::int64_t>(random() % n); };
    Shop shop;
    shop.guards = {.input_rows_percent = 0, .gone_percent = 100};
    shop.tag(1, "old", {"age >= 5", "level = 'x'"});
    shop.tag(2, "old_friend", {"has_tag('old') and last_order is not null"});
    shop.tag(3, "other", {"not has_tag('old_friend')"});
    shop.tag(4, "by_hand", {});
    std::set<std::string> ids;
    std::map<std::string, std::set<std::int32_t>> model;
    const auto user = [&] { return "u" + std::to_string(below(12)); };
    for (int step = 0; step < 12; ++step) {
      SCOPED_TRACE(step);
      for (int i = 0; i < 4; ++i) {
        const std::string id = user();
        switch (below(6)) {
          case 0:
            shop.people.erase(id);
            break;
          case 1:
            shop.orders[id] = below(2) == 0 ? Value() : Value(std::int32_t{kDay});
            break;
          case 2:
            shop.orders.erase(id);
            break;
          case 3: {
            const auto tag = static_cast<std::int32_t>(1 + below(4));
            const auto kind = below(2) == 0 ? ManualEdit::Kind::kGrant : ManualEdit::Kind::kBlock;
            shop.edit(id, tag, kind,
                      below(2) == 0 ? std::nullopt
                                    : std::optional(shop.request.started_at + kHour * below(3)));
            break;
          }
          default:
            shop.person(id, below(10), below(3) == 0 ? "x" : "y");
        }
      }
      // Edits count at once; what the run then sees is the row as it is.
      for (const auto& [id, row] : shop.store.rows) {
        const auto tags = shop.store.tags_of(id);
        model[id] = {tags.begin(), tags.end()};
      }
      shop.request.tags.reset();
      shop.request.users.reset();
      shop.request.mode = below(2) == 0 ? Mode::kFull : Mode::kIncremental;
      std::set<std::int32_t> scope = {1, 2, 3, 4};
      if (below(3) == 0) {
        shop.request.tags.emplace();
        for (std::int32_t tag = 1; tag <= 4; ++tag) {
          if (below(2) == 0) {
            scope.erase(tag);
          } else {
            shop.request.tags->push_back(std::to_string(tag));
          }
        }
        if (shop.request.tags->empty()) {
          continue;
        }
      }
      if (below(3) == 0) {
        shop.request.users = {{user(), user(), user()}};
      }
      for (catalog::Tag& tag : shop.tags) {
        tag.guards.to_zero = false;
      }

      const membership::Micros now = shop.request.started_at;
      std::set<std::string> all;
      for (const auto& [id, cells] : shop.people) {
        all.insert(id);
      }
      for (const auto& [id, cell] : shop.orders) {
        all.insert(id);
      }
      const std::set<std::string> in_input = all;
      for (const auto& [id, tags] : model) {
        all.insert(id);
      }
      for (const std::string& id : all) {
        if (shop.request.users &&
            std::ranges::find(*shop.request.users, id) == shop.request.users->end()) {
          continue;
        }
        std::set<std::int32_t>& tags = model[id];
        const std::set<std::int32_t> stored = tags;
        const auto held = [&](std::int32_t tag, ManualEdit::Kind kind) {
          return std::ranges::any_of(shop.store.edits, [&](const ManualEdit& edit) {
            return edit.user_id == id && edit.tag_id == tag && edit.kind == kind &&
                   edit.holds_at(now);
          });
        };
        const auto decide = [&](std::int32_t tag, bool rule) {
          const bool has =
              ((rule && in_input.contains(id)) || held(tag, ManualEdit::Kind::kGrant)) &&
              !held(tag, ManualEdit::Kind::kBlock);
          if (!scope.contains(tag)) {
            return stored.contains(tag);
          }
          has ? static_cast<void>(tags.insert(tag)) : static_cast<void>(tags.erase(tag));
          return has;
        };
        const bool is_person = shop.people.contains(id);
        const bool old =
            decide(1, is_person && (std::get<std::int64_t>(shop.people.at(id).first) >= 5 ||
                                    std::get<std::string>(shop.people.at(id).second) == "x"));
        const bool ordered = shop.orders.contains(id) && shop.orders.at(id).index() != 0;
        const bool friends = decide(2, old && ordered);
        decide(3, !friends);
        decide(4, false);
      }

      shop.run();
      for (const std::string& id : all) {
        ASSERT_THAT(shop.store.tags_of(id), testing::ElementsAreArray(model[id])) << id;
      }
      const PlanOutcome again = shop.plan().value();
      const bool expires = std::ranges::any_of(shop.store.edits, [&](const ManualEdit& edit) {
        return edit.holds_at(now) && !edit.holds_at(shop.request.started_at);
      });
      if (!expires) {
        ASSERT_EQ(again.plan.summary.changed_users, 0u) << "once is as good as twice";
      }
    }
  }
}

}  // namespace
}  // namespace tagsmith::run
