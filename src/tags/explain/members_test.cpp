#include "explain/members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "membership/memory_store_test.h"
#include "run/memory_run_store_test.h"

namespace tagsmith::explain {
namespace {

using membership::FeedRow;
using membership::ManualEdit;
using membership::Micros;
using membership::RuleResult;
using testing::ElementsAre;
using testing::IsEmpty;

// A store of the tags 1 and 2 with its runs. Runs start at the moments 100, 200, ...
class Town {
 public:
  membership::MemoryStore store;
  run::MemoryRunStore runs{store};

  // Plans and publishes a run in which these users have these tags; finish() ends it.
  std::int64_t publish(const std::vector<RuleResult>& users) {
    const Micros now = static_cast<Micros>(100 * (runs.records.size() + 1));
    run::Plan plan{.pins = {.started_at = now, .tags = {{1, 1}, {2, 1}}}};
    const std::int64_t id = runs.begin(plan.pins, "test").value();
    fence_ = store.take("publish", "test", store.fences["publish"].epoch).value();
    runs.store_plan(fence_, {.run_id = id, .plan = plan, .new_versions = {}}).value();
    const std::vector<std::int32_t> scope = {1, 2};
    store
        .publish({.fence = fence_,
                  .users = users,
                  .scope = scope,
                  .stamp = {.run_id = id, .time = now, .rule_versions = {{1, 1}, {2, 1}}}})
        .value();
    return id;
  }

  void finish(std::int64_t id) { runs.finish(fence_, id, 0).value(); }

  void abandon(std::int64_t id, Micros now) { runs.abandon(fence_, id, now).value(); }

  void edit(ManualEdit::Kind kind, const std::string& user, std::int32_t tag, Micros now) {
    store
        .edit({.set = {{.user_id = user, .tag_id = tag, .kind = kind, .made_at = now}},
               .remove = {},
               .stamp = {.time = now}})
        .value();
  }

  // "ann:1,2" of every user.
  std::vector<std::string> members(const View& view) {
    const auto cursor = explain::members(store, runs, view).value();
    std::vector<std::string> users;
    while (const auto user = cursor->next().value()) {
      users.push_back(text_of(user->user_id, user->tags));
    }
    return users;
  }

  // The same of one user, by the other way.
  std::vector<std::string> member(const View& view, const std::string& user_id) {
    const auto user = explain::member(store, runs, view, user_id).value();
    if (!user) {
      return {};
    }
    std::vector<std::int32_t> tags;
    std::ranges::transform(user->tags, std::back_inserter(tags), &membership::StoredTag::tag_id);
    return {text_of(user_id, tags)};
  }

 private:
  static std::string text_of(const std::string& user_id, const std::vector<std::int32_t>& tags) {
    std::string text = user_id + ":";
    for (const std::int32_t tag : tags) {
      text += (text.ends_with(':') ? "" : ",") + std::to_string(tag);
    }
    return text;
  }

  lease::Fence fence_;
};

RuleResult found(const std::string& user_id, std::vector<std::int32_t> tags) {
  return {.user_id = user_id, .tags = std::move(tags)};
}

TEST(Members, WhatAnUnfinishedRunWroteDoesNotShow) {
  Town town;
  town.finish(town.publish({found("ann", {1}), found("bob", {1, 2})}));
  town.publish({found("ann", {2}), found("bob", {}), found("cid", {1})});

  EXPECT_THAT(town.members({}), ElementsAre("ann:1", "bob:1,2"));
  EXPECT_THAT(town.members({.live = true}), ElementsAre("ann:2", "bob:", "cid:1"));
  EXPECT_THAT(town.member({}, "ann"), ElementsAre("ann:1"));
  EXPECT_THAT(town.member({}, "cid"), IsEmpty());
  EXPECT_THAT(town.member({.live = true}, "ann"), ElementsAre("ann:2"));
  town.finish(2);
  EXPECT_THAT(town.members({}), ElementsAre("ann:2", "bob:", "cid:1"));
  EXPECT_THAT(town.member({}, "cid"), ElementsAre("cid:1"));
}

TEST(Members, AnEditDuringARunShows) {
  Town town;
  town.finish(town.publish({found("ann", {1})}));
  town.publish({found("ann", {1, 2}), found("bob", {1})});
  town.edit(ManualEdit::Kind::kBlock, "ann", 2, 210);
  town.edit(ManualEdit::Kind::kGrant, "bob", 2, 220);
  EXPECT_THAT(town.members({}), ElementsAre("ann:1", "bob:2"));
  EXPECT_THAT(town.member({}, "bob"), ElementsAre("bob:2"));
  EXPECT_THAT(town.members({.live = true}), ElementsAre("ann:1", "bob:1,2"));
}

TEST(Members, OfSeveralEditsDuringARunTheLastOneShows) {
  Town town;
  town.finish(town.publish({found("ann", {1})}));
  town.publish({found("ann", {})});
  town.edit(ManualEdit::Kind::kGrant, "ann", 1, 210);
  EXPECT_THAT(town.members({}), ElementsAre("ann:1"));
  town.edit(ManualEdit::Kind::kBlock, "ann", 1, 220);
  EXPECT_THAT(town.members({}), ElementsAre("ann:"));
  EXPECT_THAT(town.member({}, "ann"), ElementsAre("ann:"));
}

TEST(Members, APastMomentIsReadBackFromTheFeed) {
  Town town;
  town.finish(town.publish({found("ann", {1}), found("bob", {2})}));  // 100
  town.edit(ManualEdit::Kind::kGrant, "ann", 2, 150);                 // ann: 1, 2
  town.finish(town.publish({found("ann", {}), found("cid", {1})}));   // 200, ann: 2
  town.finish(town.publish({found("ann", {1}), found("bob", {})}));   // 300
  struct Case {
    Micros at;
    std::vector<std::string> members;
  };
  for (const Case& test :
       {Case{99, {}}, Case{100, {"ann:1", "bob:2"}}, Case{149, {"ann:1", "bob:2"}},
        Case{150, {"ann:1,2", "bob:2"}}, Case{200, {"ann:2", "bob:2", "cid:1"}},
        Case{300, {"ann:1,2", "bob:", "cid:1"}}, Case{900, {"ann:1,2", "bob:", "cid:1"}}}) {
    SCOPED_TRACE(test.at);
    EXPECT_EQ(town.members({.at = test.at}), test.members);
    for (const std::string user : {"ann", "bob", "cid"}) {
      std::vector<std::string> of_user;
      std::ranges::copy_if(test.members, std::back_inserter(of_user),
                           [&](const std::string& text) { return text.starts_with(user); });
      EXPECT_EQ(town.member({.at = test.at}, user), of_user) << user;
    }
  }
}

TEST(Members, ARunThatWasGivenUpNeverShows) {
  Town town;
  town.finish(town.publish({found("ann", {1})}));
  const std::int64_t given_up = town.publish({found("ann", {2}), found("bob", {1})});
  town.abandon(given_up, 250);
  EXPECT_THAT(town.member({.at = 220}, "ann"), ElementsAre("ann:1"));
  EXPECT_THAT(town.members({.at = 220}), ElementsAre("ann:1"));
  EXPECT_THAT(town.members({.at = 250}), ElementsAre("ann:1", "bob:"));
  EXPECT_THAT(town.members({}), ElementsAre("ann:1", "bob:"));
}

TEST(Members, DetailsOfAPastMomentAreThoseOfEntry) {
  Town town;
  town.finish(town.publish({found("ann", {1})}));
  const std::string entry = town.store.rows["ann"].tags[0].detail;
  town.edit(ManualEdit::Kind::kGrant, "ann", 1, 150);  // the source becomes rule+manual
  ASSERT_NE(town.store.rows["ann"].tags[0].detail, entry);
  const auto then = explain::member(town.store, town.runs, {.at = 120}, "ann").value();
  EXPECT_EQ(then->tags[0].detail, entry);
  const auto now = explain::member(town.store, town.runs, {}, "ann").value();
  EXPECT_EQ(now->tags, town.store.rows["ann"].tags);
}

TEST(Members, TheFeedIsReadToItsEndOrToALimit) {
  Town town;
  for (int i = 0; i < 25'000; ++i) {
    town.store.tell({.user_id = "ann", .tag_id = 1});
  }
  const auto count = [&](const membership::FeedQuestion& question, std::uint64_t stop) {
    size_t rows = 0;
    read_feed(town.store, question, [&](const FeedRow& row) -> base::Result<bool> {
      ++rows;
      return row.seq != stop;
    }).value();
    return rows;
  };
  EXPECT_EQ(count({.rows_max = 1'000'000}, 0), 25'000u);
  EXPECT_EQ(count({.after = 24'990, .rows_max = 1'000'000}, 0), 10u);
  EXPECT_EQ(count({.rows_max = 10'001}, 0), 10'001u);
  EXPECT_EQ(count({.rows_max = 1'000'000}, 7), 7u);
}

}  // namespace
}  // namespace tagsmith::explain
