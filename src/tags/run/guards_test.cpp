#include "run/guards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tagsmith::run {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A plan in which nothing trips, after a run of the same shape.
struct Case {
  PlanSummary plan{
      .users = 10'000,
      .users_before = 10'000,
      .gone = 100,
      .tables = {{"t", 500, 0}},
      .columns = {{"t", "age", 1000, 0, 50, 0}},
      .tags = {{.tag_id = 5, .code = "vip", .before = 1000, .entered = 3000, .left = 300}}};
  PlanSummary last_good{.tables = {{"t", 1000, 0}}, .columns = {{"t", "age", 1000, 0, 40, 0}}};
  bool is_first = false;
  catalog::RunGuards guards;
  std::vector<catalog::Tag> tags{{.id = 5, .code = "vip"}};

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Trip& trip : judge_all()) {
      names.push_back(trip.name);
    }
    return names;
  }
  [[nodiscard]] std::vector<Trip> judge_all() const {
    return judge({.plan = plan,
                  .last_good = is_first ? nullptr : &last_good,
                  .run_guards = guards,
                  .tags = tags});
  }
};

// Every default stands on its edge; a step further trips exactly that guard.
TEST(Guards, EachTripsJustBeyondItsDefault) {
  EXPECT_THAT(Case().names(), IsEmpty());

  Case rows;
  rows.plan.tables[0].rows = 499;
  EXPECT_THAT(rows.judge_all(),
              ElementsAre(Trip{"input_rows:t", std::nullopt,
                               "table 't' has 499 rows, 49.9 % of the 1000 of the last good run "
                               "(at least 50 %)"}));

  Case gone;
  gone.plan.gone = 101;
  EXPECT_THAT(
      gone.judge_all(),
      ElementsAre(Trip{"gone", std::nullopt,
                       "101 of 10000 stored users are in no table any more (1.01 %, at most "
                       "1 %)"}));

  Case unreadable;
  unreadable.plan.columns[0].unreadable = 51;
  EXPECT_THAT(unreadable.judge_all(),
              ElementsAre(Trip{"unreadable:t.age", std::nullopt,
                               "column 't.age' cannot be read in 51 of 1000 rows (5.1 %, at most "
                               "5 %)"}));

  Case rise;
  rise.last_good.columns[0].unreadable = 39;
  EXPECT_THAT(rise.judge_all(),
              ElementsAre(Trip{"unreadable:t.age", std::nullopt,
                               "column 't.age' cannot be read in 5 % of its rows, 3.9 % in the "
                               "last good run (at most 1 % more)"}));

  Case null_keys;
  null_keys.plan.tables[0] = {"t", 9'990, 10};
  EXPECT_THAT(null_keys.names(), IsEmpty());
  null_keys.plan.tables[0].null_keys = 11;
  EXPECT_THAT(
      null_keys.judge_all(),
      ElementsAre(Trip{"null_keys:t", std::nullopt,
                       "table 't' has no key in 11 of 10001 rows (0.11 %, at most 0.1 %)"}));

  Case lost;
  lost.plan.tags[0].left = 301;
  EXPECT_THAT(lost.judge_all(),
              ElementsAre(Trip{"lost:vip", 5,
                               "tag vip would lose 301 of 1000 members (30.1 %, at most 30 %)"}));

  Case gained;
  gained.plan.tags[0].entered = 3001;
  EXPECT_THAT(gained.judge_all(),
              ElementsAre(Trip{"gained:vip", 5,
                               "tag vip would gain 3001 members beside its 1000 (300.1 %, at most "
                               "300 %)"}));

  Case changed;
  changed.plan.tags[0].rule_changed = true;
  EXPECT_THAT(changed.judge_all(),
              ElementsAre(Trip{"rule_changed:vip", 5,
                               "tag vip has another rule than was published: 3000 would enter, 300 "
                               "would leave"}));
}

TEST(Guards, LosingEveryMemberTripsWhateverTheirNumber) {
  Case zero;
  zero.plan.tags[0] = {.tag_id = 5, .code = "vip", .before = 3, .left = 3};
  EXPECT_THAT(zero.judge_all(),
              ElementsAre(Trip{"to_zero:vip", 5, "tag vip would lose all of its 3 members"}));
  zero.plan.tags[0].entered = 1;
  EXPECT_THAT(zero.names(), IsEmpty());
  zero.plan.tags[0] = {.tag_id = 5, .code = "vip"};
  EXPECT_THAT(zero.names(), IsEmpty()) << "no member before";
  zero.plan.tags[0] = {.tag_id = 5, .code = "vip", .before = 300, .left = 300};
  EXPECT_THAT(zero.names(), ElementsAre("to_zero:vip"));
  zero.tags[0].guards.to_zero = false;
  EXPECT_THAT(zero.names(), ElementsAre("lost:vip"));
}

TEST(Guards, SmallTagsMayMove) {
  Case small;
  small.plan.tags[0] = {.tag_id = 5, .code = "vip", .before = 99, .entered = 900, .left = 98};
  EXPECT_THAT(small.names(), IsEmpty());
  small.plan.tags[0].before = 100;
  EXPECT_THAT(small.names(), ElementsAre("lost:vip", "gained:vip"));
  small.tags[0].guards = {.lost_percent = 98, .gained_percent = 900};
  EXPECT_THAT(small.names(), IsEmpty());
}

TEST(Guards, TheFirstRunAndANewTagAreExempt) {
  Case first;
  first.is_first = true;
  first.plan.gone = 10'000;
  first.plan.tables[0] = {"t", 1, 500};
  first.plan.columns[0].unreadable = 1000;
  EXPECT_THAT(first.names(), IsEmpty());

  Case fresh;
  fresh.plan.tags[0] = {.tag_id = 5,
                        .code = "vip",
                        .before = 1000,
                        .left = 1000,
                        .is_new = true,
                        .rule_changed = true};
  EXPECT_THAT(fresh.names(), IsEmpty());
}

TEST(Guards, WhatTheLastRunDidNotHaveIsNotCompared) {
  Case other;
  other.last_good.tables = {{"u", 1'000'000, 0}};
  other.last_good.columns = {};
  EXPECT_THAT(other.names(), IsEmpty());
  other.last_good.tables = {{"t", 0, 0}};
  EXPECT_THAT(other.names(), IsEmpty());
  other.plan.users_before = 0;
  other.plan.gone = 0;
  EXPECT_THAT(other.names(), IsEmpty());
}

// 300 of 1000 is the edge: what was taken away by hand is nobody's surprise.
TEST(Guards, WhatExpiredOrWasBlockedIsNotLost) {
  Case expired;
  expired.plan.tags[0].left = 900;
  expired.plan.tags[0].left_by_hand = 600;
  EXPECT_THAT(expired.names(), IsEmpty());
  expired.plan.tags[0].left_by_hand = 599;
  EXPECT_THAT(expired.names(), ElementsAre("lost:vip"));
  Case last;
  last.plan.tags[0] = {.tag_id = 5, .code = "vip", .before = 2, .left = 2, .left_by_hand = 2};
  EXPECT_THAT(last.names(), IsEmpty());
  last.plan.tags[0].left_by_hand = 1;
  EXPECT_THAT(last.names(), ElementsAre("to_zero:vip"));
}

TEST(Guards, AChangedRuleNeedsAYesAlsoWhereItMovesNobody) {
  Case same;
  same.plan.tags[0] = {.tag_id = 5, .code = "vip", .before = 9, .rule_changed = true};
  EXPECT_THAT(same.names(), ElementsAre("rule_changed:vip"));
  same.plan.tags[0].rule_changed = false;
  EXPECT_THAT(same.names(), IsEmpty());
}

}  // namespace
}  // namespace tagsmith::run
