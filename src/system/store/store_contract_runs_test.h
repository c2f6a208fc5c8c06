#pragma once

// The second half of the contract: runs, leases, drift, and a fault at every step.

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "store/store_contract_test.h"

namespace tagsmith::store {

TEST_P(StoreContract, OneRunIsUnfinishedAtATime) {
  EXPECT_FALSE(runs().unfinished().value());
  const run::Pins pins = pins_of({1, 2}, kStart);
  const std::int64_t id = runs().begin(pins, "ann").value();
  EXPECT_EQ(id, 1);
  TAGSMITH_EXPECT_FAILS(runs().begin(pins, "bob"), "E_RUN_UNFINISHED");
  const auto record = runs().unfinished().value();
  ASSERT_TRUE(record);
  EXPECT_EQ(record->id, 1);
  EXPECT_EQ(record->state, run::RunState::kPinned);
  EXPECT_EQ(record->pins, pins);
  EXPECT_EQ(record->actor, "ann");
  EXPECT_FALSE(record->plan);
  EXPECT_FALSE(record->ended_at);

  ASSERT_TRUE(runs().end_unpublished(id, run::RunState::kHeld, "too many gone", kStart + 1));
  EXPECT_FALSE(runs().unfinished().value());
  const auto held = runs().run(id).value();
  EXPECT_EQ(held->state, run::RunState::kHeld);
  EXPECT_EQ(held->error, "too many gone");
  EXPECT_EQ(held->ended_at, kStart + 1);
  EXPECT_EQ(runs().begin(pins, "bob").value(), 2);
  EXPECT_FALSE(runs().run(3).value());
  TAGSMITH_EXPECT_FAILS(runs().end_unpublished(3, run::RunState::kFailed, "", kStart),
                        "E_RUN_UNKNOWN");
}

TEST_P(StoreContract, APlanIsStoredWithTheVersionsOfItsRules) {
  const lease::Fence fence = take();
  const std::int64_t id = runs().begin(pins_of({1, 2, 3}, kStart), "ann").value();
  run::Plan plan{.pins = pins_of({1, 2}, kStart),
                 .change_set = ".tagsmith/runs/1.changes",
                 .change_set_hash = std::string(64, 'a')};
  plan.summary.users = 7;
  plan.summary.held.push_back({.tag_id = 3, .code = "three", .why = "lost too many"});
  const std::vector<catalog::RuleVersion> versions{{.tag_id = 1,
                                                    .number = 1,
                                                    .code = "one",
                                                    .text = "a = 1",
                                                    .actor = "ann",
                                                    .commit = "abc",
                                                    .recorded_micros = kStart},
                                                   {.tag_id = 2,
                                                    .number = 1,
                                                    .code = "two",
                                                    .text = "",
                                                    .grant_days = 30,
                                                    .actor = "ann",
                                                    .recorded_micros = kStart}};
  ASSERT_TRUE(runs().store_plan(fence, {.run_id = id, .plan = plan, .new_versions = versions}));
  ASSERT_TRUE(runs().store_plan(fence, {.run_id = id, .plan = plan, .new_versions = versions}))
      << "again after the answer was lost";
  const auto record = runs().unfinished().value();
  EXPECT_EQ(record->state, run::RunState::kPublishing);
  EXPECT_EQ(record->pins, plan.pins);
  EXPECT_EQ(record->plan, plan.summary);
  EXPECT_EQ(record->change_set, plan.change_set);
  EXPECT_EQ(record->change_set_hash, plan.change_set_hash);
  EXPECT_EQ(own_store->catalog().newest_versions().value(), versions);
  TAGSMITH_EXPECT_FAILS(runs().end_unpublished(id, run::RunState::kFailed, "", kStart),
                        "E_RUN_STATE");
  run::Plan other = plan;
  other.change_set_hash = std::string(64, 'b');
  TAGSMITH_EXPECT_FAILS(runs().store_plan(fence, {.run_id = id, .plan = other, .new_versions = {}}),
                        "E_RUN_STATE");

  ASSERT_TRUE(runs().finish(fence, id, kStart + 5));
  ASSERT_TRUE(runs().finish(fence, id, kStart + 6)) << "again after the answer was lost";
  EXPECT_EQ(runs().run(id).value()->ended_at, kStart + 5);
  EXPECT_EQ(feed().size(), 1U);
  EXPECT_EQ(feed().front().time, kStart);
  EXPECT_EQ(runs().tag_states().value(),
            (std::vector<run::TagState>{
                {.tag_id = 1, .last_run = id, .last_as_of = 20'000, .last_rule_version = 1},
                {.tag_id = 2, .last_run = id, .last_as_of = 20'000, .last_rule_version = 1},
                {.tag_id = 3, .stale = "lost too many"}}));
}

TEST_P(StoreContract, VersionsOfATagComeOldestFirst) {
  std::vector<catalog::RuleVersion> all;
  for (int number = 1; number <= 11; ++number) {
    const lease::Fence fence = take();
    const run::Pins pins = pins_of({4}, kStart);
    const std::int64_t id = runs().begin(pins, "ann").value();
    const run::Plan plan{.pins = pins, .change_set_hash = "x"};
    all.push_back(
        {.tag_id = 4, .number = number, .code = "four", .text = fmt::format("a = {}", number)});
    ASSERT_TRUE(
        runs().store_plan(fence, {.run_id = id, .plan = plan, .new_versions = {all.back()}}));
    ASSERT_TRUE(runs().finish(fence, id, kStart));
  }
  EXPECT_EQ(own_store->catalog().versions_of(4).value(), all);
  EXPECT_EQ(own_store->catalog().newest_versions().value(), (std::vector{all.back()}));
  EXPECT_TRUE(own_store->catalog().versions_of(5).value().empty());

  const lease::Fence fence = take();
  const run::Pins pins = pins_of({4}, kStart);
  const std::int64_t id = runs().begin(pins, "ann").value();
  const run::Plan plan{.pins = pins, .change_set_hash = "x"};
  const auto refused =
      runs().store_plan(fence, {.run_id = id, .plan = plan, .new_versions = {all.back()}});
  TAGSMITH_EXPECT_FAILS(refused, kStoreDuplicate);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(runs().run(id).value()->state, run::RunState::kPinned) << "rolled back";
}

TEST_P(StoreContract, AHeldTagIsStaleUntilARunPublishesIt) {
  publish({1, 2}, {}, kStart);
  const Begun begun{.id = runs().begin(pins_of({1}, kStart + kHour), "ann").value(),
                    .fence = take()};
  run::Plan plan{.pins = pins_of({1}, kStart + kHour), .change_set_hash = "x"};
  plan.pins.as_of = 20'001;
  plan.summary.held.push_back({.tag_id = 2, .code = "two", .why = "refused"});
  ASSERT_TRUE(
      runs().store_plan(begun.fence, {.run_id = begun.id, .plan = plan, .new_versions = {}}));
  ASSERT_TRUE(runs().finish(begun.fence, begun.id, kStart));
  const auto states = runs().tag_states().value();
  EXPECT_EQ(
      states.at(0),
      (run::TagState{.tag_id = 1, .last_run = 2, .last_as_of = 20'001, .last_rule_version = 1}));
  EXPECT_EQ(states.at(1), (run::TagState{.tag_id = 2,
                                         .last_run = 1,
                                         .last_as_of = 20'000,
                                         .last_rule_version = 1,
                                         .stale = "refused"}));
  publish({2}, {}, kStart + 2 * kHour);
  EXPECT_FALSE(runs().tag_states().value().at(1).stale);
  EXPECT_EQ(runs().tag_states().value().at(0).last_run, 2) << "not in the run";
}

TEST_P(StoreContract, OnlyARunOfEverybodyMovesTheRuleThatATagWasPublishedWith) {
  const lease::Fence fence = take();
  const auto publish_version = [&](int version, bool of_all) {
    run::Pins pins = pins_of({1}, kStart);
    pins.tags[0].rule_version = version;
    pins.mode = run::Mode::kIncremental;
    if (!of_all) {
      pins.users = std::vector<std::string>{"u1"};
    }
    const std::int64_t id = runs().begin(pins, "ann").value();
    const run::Plan plan{
        .pins = pins, .summary = {.tables = {{"t", 1, 0}}}, .change_set_hash = "x"};
    runs().store_plan(fence, {.run_id = id, .plan = plan, .new_versions = {}}).value();
    runs().finish(fence, id, kStart).value();
    return runs().tag_states().value().at(0).last_rule_version;
  };
  EXPECT_EQ(publish_version(1, false), 0);
  EXPECT_FALSE(runs().last_published(true).value());
  EXPECT_EQ(publish_version(1, true), 1);
  EXPECT_EQ(runs().last_published(true).value()->id, 2) << "incremental, and it read the tables";
  EXPECT_EQ(publish_version(2, false), 1);
  EXPECT_EQ(publish_version(2, true), 2);
}

TEST_P(StoreContract, TheLastPublishedRunIsFoundAndTheLastFullOne) {
  EXPECT_FALSE(runs().last_published(false).value());
  publish({1}, {}, kStart);
  for (int i = 0; i < 3; ++i) {
    run::Pins pins = pins_of({1}, kStart);
    if (i == 0) {
      pins.users = std::vector<std::string>{"u1"};
    } else if (i == 1) {
      pins.all_tags = false;
    } else {
      pins.days = 3;
    }
    const lease::Fence fence = take();
    const std::int64_t id = runs().begin(pins, "ann").value();
    const run::Plan plan{
        .pins = pins, .summary = {.tables = {{"t", 1, 0}}}, .change_set_hash = "x"};
    ASSERT_TRUE(runs().store_plan(fence, {.run_id = id, .plan = plan, .new_versions = {}}));
    EXPECT_EQ(runs().last_published(false).value()->id, id - 1);
    ASSERT_TRUE(runs().finish(fence, id, kStart));
    EXPECT_EQ(runs().last_published(false).value()->id, id);
    EXPECT_EQ(runs().last_published(true).value()->id, 1);
  }
  const auto newest_first = runs().runs(2).value();
  ASSERT_EQ(newest_first.size(), 2U);
  EXPECT_EQ(newest_first.at(0).id, 4);
  EXPECT_EQ(newest_first.at(1).id, 3);
}

// Giving up a run.

TEST_P(StoreContract, AnAbandonedRunIsTakenBackToTheByte) {
  publish({1, 2, 3}, {user_with("u1", {1, 2}), user_with("u2", {2}), user_with("u4", {3})}, kStart);
  set({grant_of("u4", 3, kStart)}, kStart + 1);
  const auto before =
      rows_of("select user_id, tag_ids, tag_details, created_time from user_tags order by user_id");

  const Begun begun = begin({1, 2, 3}, kStart + kHour);
  const std::vector<membership::RuleResult> first{user_with("u1", {3}), user_with("u2", {})};
  const std::vector<membership::RuleResult> second{user_with("u3", {1}), user_with("u4", {})};
  ASSERT_TRUE(tags().publish(begun.chunk(0, first)));
  EXPECT_EQ(tags().publish(begun.chunk(1, second)).value().rows_written, 2U)
      << "u4 keeps the tag, by the grant alone";
  EXPECT_EQ(runs().abandon(begun.fence, begun.id, kStart + 2 * kHour).value(),
            (membership::PublishCounts{.rows_written = 4, .entered = 3, .left = 2}));

  auto after =
      rows_of("select user_id, tag_ids, tag_details, created_time from user_tags order by user_id");
  ASSERT_EQ(after.size(), 4U);
  EXPECT_THAT(after.at(2), testing::StartsWith("u3|[]|{}|")) << "a row stays";
  after.erase(after.begin() + 2);
  EXPECT_EQ(after, before);
  EXPECT_EQ(tags().user("u1").value()->updated_time, kStart + 2 * kHour);
  EXPECT_EQ(runs().run(begun.id).value()->state, run::RunState::kAbandoned);
  EXPECT_EQ(feed().back().kind, membership::FeedRow::Kind::kAbandoned);
  EXPECT_FALSE(runs().unfinished().value());
  const auto dumped = dump();
  EXPECT_EQ(runs().abandon(begun.fence, begun.id, kStart + 3 * kHour).value(),
            membership::PublishCounts{});
  EXPECT_EQ(dump(), dumped);
  EXPECT_TRUE(runs().begin(pins_of({1}, kStart), "ann")) << "no drift, nothing unfinished";
}

TEST_P(StoreContract, WhatSomebodyChangedSinceStaysWhenARunIsAbandoned) {
  publish({1, 2},
          {user_with("u1", {1}), user_with("u2", {1}), user_with("u3", {1}), user_with("u4", {1})},
          kStart);
  const Begun begun = begin({1, 2}, kStart + kHour);
  const std::vector<membership::RuleResult> users{user_with("u1", {2}), user_with("u2", {}),
                                                  user_with("u3", {2}), user_with("u4", {})};
  ASSERT_TRUE(tags().publish(begun.chunk(0, users)));
  set({grant_of("u1", 2, kStart), grant_of("u2", 1, kStart), block_of("u3", 1, kStart)},
      kStart + 2 * kHour);
  const auto granted = tags().user("u2").value();
  set({grant_of("u4", 1, kStart)}, kStart + 2 * kHour);
  ASSERT_TRUE(tags().edit(
      {.set = {}, .remove = {grant_of("u4", 1, kStart)}, .stamp = {.time = kStart + 2 * kHour}}));
  ASSERT_TRUE(runs().abandon(begun.fence, begun.id, kStart + 3 * kHour));
  EXPECT_EQ(tags_of("u1"), (std::vector<std::int32_t>{1, 2})) << "the grant keeps 2; 1 is back";
  EXPECT_EQ(tags().user("u2").value(), granted) << "granted since";
  EXPECT_EQ(tags_of("u3"), (std::vector<std::int32_t>{})) << "blocked since";
  EXPECT_EQ(tags_of("u4"), (std::vector<std::int32_t>{})) << "somebody took it away since";
}

TEST_P(StoreContract, AGrantThatWasTakenAwaySinceDoesNotComeBackWhenARunIsAbandoned) {
  publish({1}, {}, kStart);
  membership::ManualEdit ends = grant_of("u1", 1, kStart);
  ends.expires_at = kStart + kHour;
  membership::ManualEdit ends_too = ends;
  ends_too.user_id = "u2";
  set({ends, ends_too, grant_of("u3", 1, kStart)}, kStart);
  const Begun begun = begin({1}, kStart + kHour);
  const std::vector<membership::RuleResult> users{user_with("u1", {}), user_with("u2", {1})};
  ASSERT_TRUE(tags().publish(begun.chunk(0, users)));
  const auto by_rule = tags().user("u2").value();
  ASSERT_TRUE(
      tags().edit({.set = {}, .remove = {ends, ends_too}, .stamp = {.time = kStart + 2 * kHour}}));
  ASSERT_TRUE(runs().abandon(begun.fence, begun.id, kStart + 3 * kHour));
  EXPECT_EQ(tags_of("u1"), (std::vector<std::int32_t>{})) << "nothing gives it";
  EXPECT_EQ(tags().user("u2").value(), by_rule) << "as the grant alone no longer gives it";
  EXPECT_EQ(tags_of("u3"), (std::vector<std::int32_t>{1}));
}

TEST_P(StoreContract, OnlyAnUnfinishedRunIsAbandoned) {
  publish({1}, {user_with("u1", {1})}, kStart);
  const lease::Fence fence = take();
  TAGSMITH_EXPECT_FAILS(runs().abandon(fence, 1, kStart), "E_RUN_STATE");
  TAGSMITH_EXPECT_FAILS(runs().abandon(fence, 2, kStart), "E_RUN_UNKNOWN");
  const std::int64_t pinned = runs().begin(pins_of({1}, kStart), "ann").value();
  EXPECT_EQ(runs().abandon(fence, pinned, kStart).value(), membership::PublishCounts{});
  EXPECT_EQ(runs().run(pinned).value()->state, run::RunState::kAbandoned);
}

TEST_P(StoreContract, ARunThatIsBeingAbandonedPublishesNoMore) {
  const Begun begun = begin({1}, kStart);
  const std::vector<membership::RuleResult> users{user_with("u1", {1})};
  ASSERT_TRUE(tags().publish(begun.chunk(0, users)));
  EXPECT_FALSE(runs().unfinished().value()->is_reverting);
  execute("update tagsmith_runs set revert_below = 2");
  EXPECT_TRUE(runs().unfinished().value()->is_reverting);
  TAGSMITH_EXPECT_FAILS(tags().publish(begun.chunk(1, users)), "E_STORE_PROGRESS");
  EXPECT_EQ(tags().publish(begun.chunk(1, users)).error().hint,
            fmt::format("tagsmith runs abandon {} goes on", begun.id));
  TAGSMITH_EXPECT_FAILS(runs().finish(begun.fence, begun.id, kStart), "E_RUN_STATE");
}

TEST_P(StoreContract, ARunThatTheFeedCallsPublishedIsNotAbandoned) {
  const Begun begun = begin({1}, kStart);
  const std::vector<membership::RuleResult> users{user_with("u1", {1})};
  ASSERT_TRUE(tags().publish(begun.chunk(0, users)));
  execute("insert into tagsmith_feed (seq, run_id, kind, made_at) values (2, 1, 'published', 1)");
  const auto before = dump();
  TAGSMITH_EXPECT_FAILS(runs().abandon(begun.fence, begun.id, kStart), "E_STORE_DRIFT");
  EXPECT_EQ(dump(), before);
}

// Drift.

TEST_P(StoreContract, WhatOthersWroteStopsTheNextRunAndIsNamed) {
  publish({1}, {user_with("u1", {1}), user_with("u2", {1})}, kStart);
  struct Case {
    std::string write;
    std::string undo;
    std::string user;
  };
  const std::array cases{
      Case{"insert into user_tags (user_id, tag_ids, tag_details, created_time, updated_time) "
           "values ('stranger', '[]', '{}', '2020-01-01 00:00:00.000000', '2020-01-01 "
           "00:00:00.000000')",
           "delete from user_tags where user_id = 'stranger'", "'stranger'"},
      Case{"update user_tags set updated_time = '2024-01-01 00:00:00.000000' where user_id = 'u2'",
           "update user_tags set updated_time = created_time", "'u2'"},
      Case{"delete from user_tags where user_id = 'u1'", "", "'u1'"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.write);
    execute(test.write);
    const auto before = dump();
    const auto begun = runs().begin(pins_of({1}, kStart + kHour), "ann");
    TAGSMITH_EXPECT_FAILS(begun, "E_STORE_DRIFT");
    EXPECT_THAT(begun.error().message, testing::HasSubstr(test.user));
    EXPECT_EQ(dump(), before);
    if (!test.undo.empty()) {
      execute(test.undo);
    }
  }
}

TEST_P(StoreContract, RunsOfAnyOrderOfTimesAreNoDrift) {
  publish({1}, {user_with("u1", {1}), user_with("u2", {1})}, kStart);
  set({grant_of("u1", 2, kStart)}, kStart + 5 * kHour);
  publish({1}, {user_with("u2", {})}, kStart + kHour);
  EXPECT_EQ(publish({1}, {}, kStart), membership::PublishCounts{}) << "u1 is still the newest";
  publish({1}, {user_with("u1", {})}, kStart + kHour);
  EXPECT_TRUE(runs().begin(pins_of({1}, kStart), "ann")) << "the newest row got an earlier time";
}

// Leases.

TEST_P(StoreContract, AFenceIsTakenByOneAndGivenBack) {
  lease::LeaseStore& leases = own_store->leases();
  EXPECT_EQ(leases.read("publish").value(), lease::FenceRow{});
  const lease::Fence first = leases.take("publish", "ann", 0).value();
  EXPECT_EQ(first, (lease::Fence{.name = "publish", .epoch = 1}));
  TAGSMITH_EXPECT_FAILS(leases.take("publish", "bob", 0), "E_STORE_FENCED");
  ASSERT_TRUE(leases.beat(first));
  ASSERT_TRUE(leases.beat(first));
  EXPECT_EQ(leases.read("publish").value(),
            (lease::FenceRow{.epoch = 1, .holder = "ann", .beats = 2}));
  const lease::Fence second = leases.take("publish", "bob", 1).value();
  TAGSMITH_EXPECT_FAILS(leases.beat(first), "E_STORE_FENCED");
  ASSERT_TRUE(leases.release(first)) << "nothing happens: it was taken over";
  EXPECT_EQ(leases.read("publish").value(),
            (lease::FenceRow{.epoch = 2, .holder = "bob", .beats = 2}));
  ASSERT_TRUE(leases.release(second));
  EXPECT_EQ(leases.read("publish").value(),
            (lease::FenceRow{.epoch = 2, .holder = "", .beats = 2}));
  EXPECT_EQ(leases.read("other").value(), lease::FenceRow{});
  TAGSMITH_EXPECT_FAILS(leases.take("other", "ann", 3), "E_STORE_FENCED");
}

TEST_P(StoreContract, ABeatComesFromAnotherThreadWhileChunksAreWritten) {
  const auto store = open(real, false).value();
  const lease::Fence fence = store->leases().take("publish", "me", 0).value();
  const std::int64_t id = store->runs().begin(pins_of({1}, kStart), "ann").value();
  const run::Plan plan{.pins = pins_of({1}, kStart), .change_set_hash = "x"};
  ASSERT_TRUE(store->runs().store_plan(fence, {.run_id = id, .plan = plan, .new_versions = {}}));
  std::thread beating([&] {
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(store->leases().beat(fence));
    }
  });
  const std::vector<std::int32_t> scope{1};
  for (std::uint64_t i = 0; i < 20; ++i) {
    const std::vector<membership::RuleResult> users{user_with(fmt::format("u{}", i), {1})};
    EXPECT_TRUE(store->tags().publish({.fence = fence,
                                       .number = i,
                                       .users = users,
                                       .scope = scope,
                                       .stamp = {.run_id = id, .time = kStart}}));
  }
  beating.join();
  EXPECT_EQ(store->leases().read("publish").value().beats, 20U);
}

// A fault at every step.

/// The suite's part that takes its time.
class StoreFaults : public StoreContract {};

// Each call with each fault at each of its steps. After each the store is as it was before or as it
// is after the call, a success was none but in the second case, and the call done again gives what
// it gives undisturbed.
TEST_P(StoreFaults, EveryCallIsDoneWholeOrNotAtAll) {
  struct Call {
    std::string name;
    std::function<bool()> act;  // may be repeated until it succeeds
    std::uint64_t steps_min = 0;
  };
  const auto fresh = [&] {
    real = GetParam().fresh();
    faulty = std::make_shared<FaultyDatabase>(real);
    own_store = open(faulty, true).value();
    raw = faulty->connect().value();
    publish({1, 2}, {user_with("u1", {1, 2}), user_with("u2", {1})}, kStart);
    set({grant_of("u2", 2, kStart)}, kStart + 1);
  };
  const std::vector<membership::RuleResult> users{user_with("u1", {1}), user_with("u2", {}),
                                                  user_with("u3", {2})};
  Begun begun;
  const auto published = [&] {
    return begun.id != 0 && tags().progress(begun.id).value().chunks > 0;
  };
  const std::array calls{
      Call{"edit",
           [&] {
             return tags()
                 .edit({.set = {grant_of("u4", 1, kStart), block_of("u1", 1, kStart)},
                        .remove = {grant_of("u2", 2, kStart)},
                        .stamp = {.time = kStart + 2 * kHour}})
                 .has_value();
           },
           10},
      Call{"store_plan",
           [&] {
             const run::Plan plan{.pins = begun.pins, .change_set_hash = "x"};
             return runs()
                 .store_plan(begun.fence, {.run_id = begun.id,
                                           .plan = plan,
                                           .new_versions = {{.tag_id = 1, .number = 1},
                                                            {.tag_id = 2, .number = 1}}})
                 .has_value();
           },
           8},
      Call{"publish",
           [&] { return published() || tags().publish(begun.chunk(0, users)).has_value(); }, 12},
      Call{"finish",
           [&] { return runs().finish(begun.fence, begun.id, kStart + 3 * kHour).has_value(); },
           10},
      Call{"abandon",
           [&] { return runs().abandon(begun.fence, begun.id, kStart + 3 * kHour).has_value(); },
           25},
  };
  for (const Call& call : calls) {
    const auto prepare = [&] {
      fresh();
      if (call.name == "store_plan") {
        begun = {.fence = take(), .pins = pins_of({1, 2}, kStart + kHour), .scope = {1, 2}};
        begun.id = runs().begin(begun.pins, "ann").value();
        return;
      }
      begun = begin({1, 2}, kStart + kHour);
      if (call.name == "finish" || call.name == "abandon") {
        ASSERT_TRUE(tags().publish(begun.chunk(0, users)));
      }
    };
    prepare();
    ASSERT_TRUE(call.act());
    const auto undisturbed = dump();
    for (const Fault fault : kAllFaults) {
      for (std::uint64_t step = 1;; ++step) {
        SCOPED_TRACE(
            fmt::format("{}: fault {} at step {}", call.name, static_cast<int>(fault), step));
        prepare();
        const auto before = dump();
        faulty->arm(step, fault);
        bool done = false;
        // The look at the progress that the call begins with is a step too.
        if (call.name == "publish") {
          done = tags().publish(begun.chunk(0, users)).has_value();
        } else {
          done = call.act();
        }
        if (!faulty->fired()) {
          EXPECT_TRUE(done);
          EXPECT_GE(step, call.steps_min);
          break;
        }
        recover();
        if (done) {
          EXPECT_EQ(dump(), undisturbed);
        } else if (call.name != "abandon") {  // which is many transactions
          const auto now = dump();
          EXPECT_TRUE(now == before || now == undisturbed);
        }
        ASSERT_TRUE(call.act());
        ASSERT_EQ(dump(), undisturbed);
      }
    }
  }
}

TEST_P(StoreFaults, ACommitWithoutAnAnswerIsInDoubtAndTheProgressTells) {
  for (const Fault fault : {Fault::kRequestLost, Fault::kAnswerLost}) {
    const Begun begun = begin({1}, kStart);
    const std::vector<membership::RuleResult> users{user_with("u1", {1})};
    faulty->arm(0, fault);
    ASSERT_TRUE(tags().publish(begun.chunk(0, users)));
    const std::uint64_t commit = faulty->trail().size();
    ASSERT_EQ(faulty->trail().back(), "commit");
    faulty->arm(commit, fault);
    const std::vector<membership::RuleResult> others{user_with("u2", {1})};
    const auto answer = tags().publish(begun.chunk(1, others));
    ASSERT_TRUE(faulty->fired());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().symbol, membership::kStoreInDoubt);
    EXPECT_FALSE(tags().progress(begun.id)) << "the connection is gone";
    recover();
    EXPECT_EQ(tags().progress(begun.id).value().chunks, fault == Fault::kAnswerLost ? 2U : 1U);
    ASSERT_TRUE(runs().abandon(begun.fence, begun.id, kStart));
  }
}

}  // namespace tagsmith::store
