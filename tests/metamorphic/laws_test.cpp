// Laws that hold whatever the store should say: two ways to do the same leave the same rows and the
// same feed. Each is tried on worlds that random walks lead to.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "rule/printer.h"
#include "walk.h"

namespace tagsmith::metamorphic {
namespace {

constexpr int kWorlds = 30;
constexpr int kStepsBefore = 12;

// A world after a walk, and its store.
struct Place {
  World world;
  std::unique_ptr<Shop> shop;
};

// Tries a law on many worlds, in which every guard and refusal is out of the way.
void on_worlds(std::uint64_t first_seed, const std::function<void(Place&, Dice&)>& law) {
  for (std::uint64_t seed = first_seed; seed < first_seed + kWorlds; ++seed) {
    SCOPED_TRACE(seed);
    Counts ignored;
    Dice dice(seed);
    Walk walk(seed, ignored);
    for (int i = 0; i < kStepsBefore; ++i) {
      const auto disagreement = walk.step(dice.below(1'000'000'000));
      ASSERT_FALSE(disagreement) << *disagreement;
    }
    Place place{.world = walk.world(), .shop = walk.shop().copy()};
    place.world.now += kHour;
    place.world.guards = {.input_rows_percent = 0,
                          .gone_percent = 100,
                          .unreadable_percent = 100,
                          .unreadable_rise = 100,
                          .null_keys_percent = 100};
    for (catalog::Tag& tag : place.world.tags) {
      tag.guards = {.to_zero = false, .lost_percent = 1e9, .gained_percent = 1e9};
    }
    for (Table& table : place.world.tables) {  // that there is something to do
      for (auto& [user, cells] : table.rows) {
        if (dice.chance(40)) {
          cells = random_cells(table, place.world.as_of, dice);
        }
      }
    }
    law(place, dice);
    if (testing::Test::HasFatalFailure()) {
      return;
    }
  }
}

run::Request full(const World& world) {
  return {.as_of = world.as_of, .partition = "2025-11-22", .started_at = world.now, .rewind = true};
}

membership::PublishCounts run(Shop& shop, const World& world, const run::Request& request) {
  run::Consent consent{.accept = {}, .is_shown = true};
  const auto done = shop.run(world, request, consent);
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_FALSE(done && done->is_held);
  return done ? done->counts : membership::PublishCounts{};
}

// Rows with their details and times, and what the feed says of them since some number; without the
// runs, and in an order that does not depend on them.
struct Left {
  std::vector<std::string> rows;
  std::multiset<std::string> feed;

  bool operator==(const Left&) const = default;
};

std::uint64_t feed_head(Shop& shop) { return shop.store().tags().mark().value().seq; }

Left left_behind(Shop& shop, std::uint64_t feed_before) {
  membership::TagStore& tags = shop.store().tags();
  Left left;
  const auto users = tags.users().value();
  while (const auto user = users->next().value()) {
    const membership::StoredUser row = *tags.user(user->user_id).value();
    left.rows.push_back(fmt::format("{} {} {}", row.user_id, row.created_time, row.updated_time));
    for (const membership::StoredTag& tag : row.tags) {
      left.rows.back() += fmt::format("\n  {} {}", tag.tag_id, tag.detail);
    }
  }
  const auto feed = tags.feed({.after = feed_before, .rows_max = 1'000'000}).value();
  for (const membership::FeedRow& row : feed) {
    if (!row.user_id.empty()) {
      left.feed.insert(fmt::format("{} {} {} {} {}", row.user_id, row.tag_id,
                                   row.kind == membership::FeedRow::Kind::kEntered, row.detail,
                                   row.time));
    }
  }
  return left;
}

// What the given runs leave behind in a copy of the shop.
Left after(Shop& shop, const World& world, const std::vector<run::Request>& requests) {
  const std::unique_ptr<Shop> copy = shop.copy();
  const std::uint64_t feed_before = feed_head(*copy);
  for (const run::Request& request : requests) {
    run(*copy, world, request);
  }
  return left_behind(*copy, feed_before);
}

TEST(Laws, SomeTagsAndThenTheOthersAreAllTagsTogether) {
  size_t gains = 0;
  on_worlds(1000, [&](Place& place, Dice& dice) {
    // The second part may ask for tags of the first; the other way round it would see less.
    std::set<std::string> first;
    for (const catalog::Tag& tag : place.world.tags) {
      if (tag.is_active && dice.chance(50)) {
        first.insert(tag.code);
      }
    }
    for (bool grows = true; grows;) {
      grows = false;
      for (const catalog::Tag& tag : place.world.tags) {
        for (const catalog::TagRule& rule : tag.rules) {
          for (const catalog::Tag& other : place.world.tags) {
            const bool asks =
                rule::print(*rule.expression).find("'" + other.code + "'") != std::string::npos;
            if (asks && other.is_active && first.contains(tag.code)) {
              grows = first.insert(other.code).second || grows;
            }
          }
        }
      }
    }
    run::Request t1 = full(place.world);
    t1.tags.emplace();
    run::Request t2 = t1;
    run::Request both = t1;
    for (const catalog::Tag& tag : place.world.tags) {
      if (tag.is_active) {
        (first.contains(tag.code) ? t1 : t2).tags->push_back(tag.code);
        both.tags->push_back(tag.code);
      }
    }
    if (t1.tags->empty() || t2.tags->empty()) {
      return;
    }
    const Left together = after(*place.shop, place.world, {both});
    gains += together.feed.size();
    ASSERT_EQ(after(*place.shop, place.world, {t1, t2}), together);
  });
  EXPECT_GT(gains, 500u);
}

TEST(Laws, SomeUsersAndThenTheOthersAreAllUsersTogether) {
  size_t gains = 0;
  on_worlds(2000, [&](Place& place, Dice& dice) {
    run::Request u1 = full(place.world);
    u1.users.emplace();
    run::Request u2 = u1;
    for (const std::string& user : all_users()) {
      (dice.chance(50) ? u1 : u2).users->push_back(user);
    }
    const Left together = after(*place.shop, place.world, {full(place.world)});
    gains += together.feed.size();
    ASSERT_EQ(after(*place.shop, place.world, {u1, u2}), together);
  });
  EXPECT_GT(gains, 500u);
}

TEST(Laws, TheOrderOfRowsDoesNotMatter) {
  on_worlds(3000, [](Place& place, Dice& dice) {
    const Left sorted = after(*place.shop, place.world, {full(place.world)});
    const std::unique_ptr<Shop> shuffled = place.shop->copy();
    shuffled->set_row_order(1 + dice.below(1'000'000));
    const std::uint64_t feed_before = feed_head(*shuffled);
    run(*shuffled, place.world, full(place.world));
    ASSERT_EQ(left_behind(*shuffled, feed_before), sorted);
  });
}

TEST(Laws, AnotherTagOrARuleOfItChangesNoOtherTag) {
  on_worlds(4000, [](Place& place, Dice& dice) {
    World more = place.world;
    std::int32_t id = add_tag(more, dice);
    if (id == 0) {
      id = more.tags.front().id;
      for (const catalog::Tag& tag : more.tags) {  // one that no other asks for
        if (std::ranges::none_of(more.tags, [&](const catalog::Tag& other) {
              return std::ranges::any_of(other.rules, [&](const catalog::TagRule& rule) {
                return rule::print(*rule.expression).find("'" + tag.code + "'") !=
                       std::string::npos;
              });
            })) {
          id = tag.id;
        }
      }
    }
    more.tag(id).rules = random_rules(more, id, dice);
    const auto of_others = [&](const Left& left) {
      std::multiset<std::string> feed;
      for (const std::string& line : left.feed) {
        if (line.find(fmt::format(" {} ", id)) == std::string::npos) {
          feed.insert(line);
        }
      }
      return feed;
    };
    ASSERT_EQ(of_others(after(*place.shop, more, {full(more)})),
              of_others(after(*place.shop, place.world, {full(place.world)})));
  });
}

TEST(Laws, AnIncrementalRunOfTheNextDayIsAFullOneOfThatDay) {
  size_t gains = 0;
  on_worlds(5000, [&](Place& place, Dice& dice) {
    run(*place.shop, place.world, full(place.world));
    place.world.now += kHour * dice.between(1, 60);
    place.world.as_of += 1;
    if (dice.chance(50)) {
      for (int i = 0; i < 5; ++i) {
        Table& table = place.world.tables[dice.below(2)];
        table.rows[dice.one_of(all_users())] = random_cells(table, place.world.as_of, dice);
      }
    }
    run::Request incremental = full(place.world);
    incremental.mode = run::Mode::kIncremental;
    const Left all = after(*place.shop, place.world, {full(place.world)});
    gains += all.feed.size();
    ASSERT_EQ(after(*place.shop, place.world, {incremental}), all);
  });
  EXPECT_GT(gains, 40u);
}

TEST(Laws, ASecondRunWritesNothing) {
  on_worlds(6000, [](Place& place, Dice& dice) {
    run(*place.shop, place.world, full(place.world));
    const Left once = left_behind(*place.shop, 0);
    run::Request again = full(place.world);
    again.mode = dice.chance(50) ? run::Mode::kFull : run::Mode::kIncremental;
    again.started_at += 1;  // else it is the same run; no grant ends in a microsecond
    ASSERT_EQ(run(*place.shop, place.world, again), membership::PublishCounts{});
    ASSERT_EQ(left_behind(*place.shop, 0), once);
  });
}

TEST(Laws, APlanSaysWhatTheRunWrites) {
  size_t gains = 0;
  on_worlds(7000, [&](Place& place, Dice&) {
    const run::Consent consent{.accept = {}, .is_shown = true};
    const auto plan = place.shop->plan(place.world, full(place.world), consent).value().plan;
    const std::uint64_t feed_before = feed_head(*place.shop);
    const membership::PublishCounts counts = run(*place.shop, place.world, full(place.world));
    ASSERT_EQ(counts, (membership::PublishCounts{.rows_written = plan.summary.changed_users,
                                                 .entered = plan.summary.entered,
                                                 .left = plan.summary.left}));
    std::map<std::int32_t, std::pair<std::uint64_t, std::uint64_t>> told;
    for (const run::TagPlan& tag : plan.summary.tags) {
      if (tag.entered + tag.left > 0) {
        told[tag.tag_id] = {tag.entered, tag.left};
      }
    }
    std::map<std::int32_t, std::pair<std::uint64_t, std::uint64_t>> written;
    const auto feed =
        place.shop->store().tags().feed({.after = feed_before, .rows_max = 1'000'000}).value();
    for (const membership::FeedRow& row : feed) {
      if (!row.user_id.empty()) {
        auto& [entered, left] = written[row.tag_id];
        ++(row.kind == membership::FeedRow::Kind::kEntered ? entered : left);
        ++gains;
      }
    }
    ASSERT_EQ(written, told);
  });
  EXPECT_GT(gains, 500u);
}

}  // namespace
}  // namespace tagsmith::metamorphic
