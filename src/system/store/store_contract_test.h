#pragma once

// What every database under a store must do, as one suite of tests. A room that has a database says
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, testing::Values(ContractDatabase{...}));

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "membership/memory_store_test.h"
#include "store/faulty_database_test.h"
#include "store/sql_connection.h"
#include "store/store.h"

namespace tagsmith::store {

/// Where the suite gets databases from.
struct ContractDatabase {
  std::string name;
  /// One that is not there yet; it is gone when nobody holds it any more.
  std::function<std::shared_ptr<SqlDatabase>()> fresh;
};

/// A store on a fresh database, with the few calls that make a run.
class StoreContract : public testing::TestWithParam<ContractDatabase> {
 protected:
  static constexpr membership::Micros kStart = 1'700'000'000'000'000;
  static constexpr membership::Micros kHour = 3'600'000'000;

  StoreContract()
      : real(GetParam().fresh()),
        faulty(std::make_shared<FaultyDatabase>(real)),
        own_store(open(faulty, /*create=*/true).value()),
        raw(faulty->connect().value()) {}

  membership::TagStore& tags() { return own_store->tags(); }
  run::RunStore& runs() { return own_store->runs(); }

  static run::Pins pins_of(const std::vector<std::int32_t>& tag_ids, membership::Micros time) {
    run::Pins pins{.as_of = 20'000, .partition = "2024-10-04", .started_at = time};
    for (const std::int32_t tag : tag_ids) {
      pins.tags.push_back({.tag_id = tag, .rule_version = 1});
    }
    return pins;
  }

  /// The user's rules give `tags`; evidence for all of them.
  static membership::RuleResult user_with(const std::string& user_id,
                                          const std::vector<std::int32_t>& tags) {
    membership::RuleResult user{.user_id = user_id, .tags = tags};
    for (const std::int32_t tag : tags) {
      user.evidence.push_back({.tag_id = tag,
                               .value = fmt::format(R"({{"c{}":"x"}})", tag),
                               .reason = fmt::format("c{} = 'x'", tag)});
    }
    return user;
  }

  static membership::Stamp stamp_of(std::int64_t run_id, const run::Pins& pins) {
    membership::Stamp stamp{.run_id = run_id, .time = pins.started_at};
    for (const run::PinnedTag& tag : pins.tags) {
      stamp.rule_versions[tag.tag_id] = tag.rule_version;
    }
    return stamp;
  }

  lease::Fence take() {
    const lease::FenceRow row = own_store->leases().read("publish").value();
    return own_store->leases().take("publish", "me", row.epoch).value();
  }

  /// A run that has its plan stored and publishes nothing yet.
  struct Begun {
    std::int64_t id = 0;
    lease::Fence fence;
    run::Pins pins;
    std::vector<std::int32_t> scope;

    [[nodiscard]] membership::Chunk chunk(std::uint64_t number,
                                          std::span<const membership::RuleResult> users) const {
      return {.fence = fence,
              .number = number,
              .users = users,
              .scope = scope,
              .stamp = stamp_of(id, pins)};
    }
  };
  Begun begin(const std::vector<std::int32_t>& scope, membership::Micros time) {
    Begun begun{.fence = take(), .pins = pins_of(scope, time), .scope = scope};
    begun.id = runs().begin(begun.pins, "ann").value();
    run::Plan plan{.pins = begun.pins,
                   .summary = {.tables = {{"t", 1, 0}}},
                   .change_set = "x.changes",
                   .change_set_hash = fmt::format("{:064}", begun.id)};
    EXPECT_TRUE(
        runs().store_plan(begun.fence, {.run_id = begun.id, .plan = plan, .new_versions = {}}));
    return begun;
  }

  /// A whole run of one chunk.
  membership::PublishCounts publish(const std::vector<std::int32_t>& scope,
                                    const std::vector<membership::RuleResult>& users,
                                    membership::Micros time) {
    const Begun begun = begin(scope, time);
    const auto counts = tags().publish(begun.chunk(0, users)).value();
    EXPECT_TRUE(runs().finish(begun.fence, begun.id, time + kHour));
    EXPECT_TRUE(own_store->leases().release(begun.fence));
    return counts;
  }

  static membership::ManualEdit edit_of(membership::ManualEdit::Kind kind,
                                        const std::string& user_id, std::int32_t tag,
                                        membership::Micros time) {
    return {.user_id = user_id,
            .tag_id = tag,
            .kind = kind,
            .actor = "ann",
            .reason = "because",
            .made_at = time};
  }
  static membership::ManualEdit grant_of(const std::string& user_id, std::int32_t tag,
                                         membership::Micros time) {
    return edit_of(membership::ManualEdit::Kind::kGrant, user_id, tag, time);
  }
  static membership::ManualEdit block_of(const std::string& user_id, std::int32_t tag,
                                         membership::Micros time) {
    return edit_of(membership::ManualEdit::Kind::kBlock, user_id, tag, time);
  }
  membership::PublishCounts set(std::vector<membership::ManualEdit> edits,
                                membership::Micros time) {
    return tags().edit({.set = std::move(edits), .remove = {}, .stamp = {.time = time}}).value();
  }

  std::vector<std::int32_t> tags_of(const std::string& user_id) {
    std::vector<std::int32_t> ids;
    const auto user = tags().user(user_id).value();
    for (const membership::StoredTag& tag :
         user ? user->tags : std::vector<membership::StoredTag>()) {
      ids.push_back(tag.tag_id);
    }
    return ids;
  }

  std::vector<membership::FeedRow> feed() { return tags().feed({.rows_max = 1'000'000}).value(); }

  void execute(const std::string& sql) { raw->execute(sql, {}).value(); }

  std::vector<std::string> rows_of(const std::string& sql) {
    std::vector<std::string> lines;
    const auto rows = raw->query(sql, {}).value();
    while (auto row = rows->next().value()) {
      std::string line;
      for (const SqlValue& value : *row) {
        line += line.empty() ? "" : "|";
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
          line += std::to_string(*number);
        } else if (const auto* text = std::get_if<std::string>(&value)) {
          line += *text;
        }
      }
      lines.push_back(std::move(line));
    }
    return lines;
  }

  /// Everything that a store holds, but for who holds the lease.
  std::vector<std::string> dump() {
    std::vector<std::string> all;
    for (const char* sql :
         {"select * from user_tags order by user_id", "select * from tagsmith_feed_head",
          "select * from tagsmith_feed order by seq",
          "select * from tagsmith_manual order by user_id, tag_id, kind",
          "select * from tagsmith_edits order by edit_id",
          "select * from tagsmith_runs order by run_id",
          "select * from tagsmith_rewrites order by run_id, user_id, tag_id",
          "select * from tagsmith_rule_versions order by tag_id, number",
          "select * from tagsmith_tag_states order by tag_id"}) {
      all.emplace_back(sql);
      std::ranges::move(rows_of(sql), std::back_inserter(all));
    }
    return all;
  }

  /// After a fault: the process, or the connection, is new.
  void recover() {
    faulty->revive();
    ASSERT_TRUE(own_store->reconnect());
    raw = faulty->connect().value();
  }

  std::shared_ptr<SqlDatabase> real;
  std::shared_ptr<FaultyDatabase> faulty;  // over `real`
  std::unique_ptr<Store> own_store;
  std::unique_ptr<SqlConnection> raw;
};

inline std::string contract_name(const testing::TestParamInfo<ContractDatabase>& info) {
  return info.param.name;
}

#define TAGSMITH_EXPECT_FAILS(result, expected_symbol)                           \
  do {                                                                           \
    const auto& tested = (result);                                               \
    ASSERT_FALSE(tested.has_value());                                            \
    EXPECT_EQ(tested.error().symbol, expected_symbol) << tested.error().message; \
    EXPECT_NE(tested.error().hint, "");                                          \
    EXPECT_NE(tested.error().path, "");                                          \
  } while (false)

// Opening.

TEST_P(StoreContract, AnEmptyDatabaseIsMadeOnlyWhenThatIsAsked) {
  const auto database = GetParam().fresh();
  const auto asked = open(database, /*create=*/false);
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, base::ErrorCode::kNotFound);
  EXPECT_NE(asked.error().hint, "");
  ASSERT_TRUE(database->create());
  EXPECT_EQ(open(database, /*create=*/false).error().code, base::ErrorCode::kNotFound);
  EXPECT_TRUE(open(database, /*create=*/true));
  EXPECT_TRUE(open(database, /*create=*/false));
  EXPECT_TRUE(open(database, /*create=*/true));
}

TEST_P(StoreContract, AStoreOfANewerVersionIsRefusedAndStaysAsItIs) {
  execute("update tagsmith_store set schema_version = 99 where id = 1");
  const auto before = dump();
  TAGSMITH_EXPECT_FAILS(open(faulty, true), "E_STORE_VERSION");
  EXPECT_THAT(open(faulty, true).error().message, testing::HasSubstr("99"));
  EXPECT_EQ(dump(), before);
}

TEST_P(StoreContract, TablesWithOurNamesThatAreNotOursAreRefused) {
  const auto database = GetParam().fresh();
  ASSERT_TRUE(database->create());
  auto connection = database->connect().value();
  ASSERT_TRUE(connection->execute("create table orders (id integer)", {}));
  ASSERT_TRUE(connection->execute("create table user_tags (user_id varchar(10))", {}));
  TAGSMITH_EXPECT_FAILS(open(database, true), "E_STORE_FOREIGN");
  EXPECT_THAT(open(database, true).error().message, testing::HasSubstr("user_tags"));
  EXPECT_FALSE(connection->query("select * from tagsmith_store", {})) << "something was made";
  ASSERT_TRUE(connection->execute("drop table user_tags", {}));
  EXPECT_TRUE(open(database, true)) << "other tables beside ours do no harm";
}

TEST_P(StoreContract, ATableOfTheVersionThatIsNotOursIsRefused) {
  const auto database = GetParam().fresh();
  ASSERT_TRUE(database->create());
  auto connection = database->connect().value();
  ASSERT_TRUE(connection->execute("create table tagsmith_store (name varchar(10))", {}));
  TAGSMITH_EXPECT_FAILS(open(database, true), "E_STORE_FOREIGN");
}

TEST_P(StoreContract, AMissingTableIsNamed) {
  execute("drop table tagsmith_manual");
  TAGSMITH_EXPECT_FAILS(open(faulty, true), "E_STORE_FOREIGN");
  EXPECT_THAT(open(faulty, true).error().message, testing::HasSubstr("tagsmith_manual"));
}

TEST_P(StoreContract, KilledWhileItIsMadeItIsMadeTheNextTime) {
  for (const Fault fault : kAllFaults) {
    for (std::uint64_t step = 1;; ++step) {
      SCOPED_TRACE(fmt::format("fault {} at step {}", static_cast<int>(fault), step));
      const auto database = std::make_shared<FaultyDatabase>(GetParam().fresh());
      ASSERT_TRUE(database->create());
      database->arm(step, fault);
      const auto opened = open(database, true);
      if (!database->fired()) {
        EXPECT_TRUE(opened);
        EXPECT_GT(step, 20U);
        break;
      }
      if (fault == Fault::kKilledBefore || fault == Fault::kKilledAfter) {
        EXPECT_FALSE(opened);
      }
      database->revive();
      const auto again = open(database, true);
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_TRUE(again.value()->runs().begin(pins_of({1}, kStart), "ann"));
    }
  }
}

// Rows.

TEST_P(StoreContract, ARowIsWhatTheContractOfTheServingTableSays) {
  publish({1, 12}, {user_with("u1", {1, 12})}, kStart);
  EXPECT_EQ(rows_of("select id, user_id, tag_ids, created_time, updated_time from user_tags"),
            (std::vector<std::string>{
                "1|u1|[1,12]|2023-11-14 22:13:20.000000|2023-11-14 22:13:20.000000"}));
  const std::string details = rows_of("select tag_details from user_tags").front();
  EXPECT_THAT(details, testing::StartsWith(R"({"1":{"value":{"c1":"x"},)"));
  EXPECT_THAT(details, testing::HasSubstr(R"(},"12":{"value":{"c12":"x"},)"));
  EXPECT_THAT(details, testing::HasSubstr("2023-11-14 22:13:20.000000"));

  const auto user = tags().user("u1").value();
  ASSERT_TRUE(user);
  EXPECT_EQ(user->created_time, kStart);
  EXPECT_EQ(user->updated_time, kStart);
  EXPECT_FALSE(tags().user("nobody").value());
}

TEST_P(StoreContract, TheSameResultAgainWritesNothing) {
  const std::vector<membership::RuleResult> users{user_with("u1", {1}), user_with("u2", {1, 2})};
  EXPECT_EQ(publish({1, 2}, users, kStart),
            (membership::PublishCounts{.rows_written = 2, .entered = 3, .left = 0}));
  const auto rows = rows_of("select * from user_tags");
  const size_t feed_before = feed().size();
  EXPECT_EQ(publish({1, 2}, users, kStart + kHour), membership::PublishCounts{});
  EXPECT_EQ(rows_of("select * from user_tags"), rows);
  EXPECT_EQ(feed().size(), feed_before + 1) << "only published(run)";
}

TEST_P(StoreContract, TheMarkIsOfThisStoreAndMovesWithItsFeed) {
  const membership::StoreMark before = tags().mark().value();
  EXPECT_EQ(before.store_id.size(), 32U);
  EXPECT_EQ(before.seq, 0U);
  publish({1}, {user_with("u1", {1})}, kStart);
  EXPECT_EQ(tags().mark().value(),
            (membership::StoreMark{.store_id = before.store_id, .seq = feed().size()}));
}

TEST_P(StoreContract, TagsOutsideTheScopeAndUsersOutsideTheChunkStay) {
  publish({1, 2}, {user_with("u1", {1, 2}), user_with("u2", {1, 2})}, kStart);
  EXPECT_EQ(publish({2}, {user_with("u1", {})}, kStart + kHour),
            (membership::PublishCounts{.rows_written = 1, .entered = 0, .left = 1}));
  EXPECT_EQ(tags_of("u1"), (std::vector<std::int32_t>{1}));
  EXPECT_EQ(tags_of("u2"), (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(publish({1, 2}, {user_with("u1", {})}, kStart + 2 * kHour).left, 1U);
  const auto emptied = tags().user("u1").value();
  ASSERT_TRUE(emptied) << "a user keeps the row";
  EXPECT_TRUE(emptied->tags.empty());
  EXPECT_EQ(emptied->created_time, kStart);
  EXPECT_EQ(emptied->updated_time, kStart + 2 * kHour);
}

TEST_P(StoreContract, ADetailOutsideTheScopeIsKeptToTheByte) {
  publish({1}, {user_with("u1", {1})}, kStart);
  execute(R"(update user_tags set tag_details = '{"1":{"odd":  "}\""}}')");
  publish({2}, {user_with("u1", {2})}, kStart + kHour);
  EXPECT_THAT(tags().user("u1").value()->tags.front().detail, R"({"odd":  "}\""})");
}

TEST_P(StoreContract, UsersComeInTheOrderOfTheirBytesWhileOthersAreWritten) {
  publish({1},
          {user_with("B", {1}), user_with("a", {}), user_with("b\x01", {1}), user_with("b ", {1}),
           user_with("é", {1})},
          kStart);
  const auto cursor = tags().users().value();
  std::vector<std::string> ids;
  while (const auto user = cursor->next().value()) {
    ids.push_back(user->user_id);
    EXPECT_EQ(user->tags, (std::vector<std::int32_t>{1}));
    if (ids.size() == 1) {
      set({grant_of("zz", 1, kStart)}, kStart);
      EXPECT_TRUE(tags().user("zz").value());
    }
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"B", "b\x01", "b ", "é"}));
}

TEST_P(StoreContract, IdsThatDifferInAnythingAreOtherUsers) {
  const std::vector<std::string> ids{"A", "A ", "a", "a ", "ａ", std::string("a\0", 2)};
  std::vector<std::string> sorted = ids;
  std::ranges::sort(sorted);
  std::vector<membership::RuleResult> users;
  for (const std::string& id : sorted) {
    users.push_back(user_with(id, {1}));
  }
  EXPECT_EQ(publish({1}, users, kStart).rows_written, ids.size());
  for (const std::string& id : ids) {
    SCOPED_TRACE(id);
    EXPECT_EQ(tags().user(id).value()->user_id, id);
  }
}

TEST_P(StoreContract, EveryDecisionOfAPersonIsKeptWithWhoAndWhy) {
  publish({1}, {user_with("u1", {1})}, kStart);
  membership::ManualEdit block = block_of("u1", 1, kStart + 1);
  block.actor = "mia";
  block.reason = "complained";
  set({block}, kStart + 1);
  set({block}, kStart + 2);  // nothing new
  membership::ManualEdit grant = grant_of("u1", 1, kStart + 3);
  grant.expires_at = kStart + kHour;
  set({grant, grant_of("u2", 1, kStart + 3)}, kStart + 3);  // the block wins
  membership::ManualEdit back = block;
  back.actor = "kim";
  back.reason = "";
  const membership::EditRequest removal{.set = {}, .remove = {back}, .stamp = {.time = kStart + 4}};
  ASSERT_TRUE(tags().edit(removal));
  ASSERT_TRUE(tags().edit(removal));  // not there any more

  const auto log = tags().edit_log("u1").value();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[0], (membership::EditRecord{.edit = block, .removed = false, .feed_seq = 2}));
  EXPECT_EQ(log[1], (membership::EditRecord{.edit = grant, .removed = false, .feed_seq = 3}));
  back.made_at = kStart + 4;
  EXPECT_EQ(log[2], (membership::EditRecord{.edit = back, .removed = true, .feed_seq = 4}));
  EXPECT_TRUE(tags().edit_log("u3").value().empty());

  const auto rows = feed();
  ASSERT_EQ(rows.size(), 5U) << "a decision is no row of the feed";
  EXPECT_EQ(rows[0].actor, "") << "of a run";
  EXPECT_EQ(rows[2].kind, membership::FeedRow::Kind::kLeft);
  EXPECT_EQ(rows[2].actor, "mia");
  EXPECT_EQ(rows[2].reason, "complained");
  EXPECT_EQ(rows[3].user_id, "u2");
  EXPECT_EQ(rows[3].actor, "ann");
  EXPECT_EQ(rows[4].user_id, "u1") << "the grant holds when the block is gone";
  EXPECT_EQ(rows[4].actor, "kim");
}

TEST_P(StoreContract, AnIdThatIsNoUtf8IsRefused) {
  for (const std::string id : {"b\xff"
                               "b",
                               "\xc3", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
    TAGSMITH_EXPECT_FAILS(tags().check_user_id(id), "E_STORE_USER_ID");
    TAGSMITH_EXPECT_FAILS(tags().edit({.set = {grant_of(id, 1, kStart)}}), "E_STORE_USER_ID");
  }
  EXPECT_TRUE(tags().check_user_id("b\xc3\xa9\xf0\x9f\x98\x80"));
}

TEST_P(StoreContract, AnIdThatDoesNotFitIsRefusedBeforeAnythingIsWritten) {
  const Begun begun = begin({1}, kStart);
  const auto before = dump();
  std::string longest;
  for (size_t i = 0; i < membership::kUserIdCharactersMax; ++i) {
    longest += "é";
  }
  const std::vector<membership::RuleResult> users{user_with("a", {1}),
                                                  user_with(longest + "x", {1})};
  TAGSMITH_EXPECT_FAILS(tags().publish(begun.chunk(0, users)), "E_STORE_USER_ID");
  TAGSMITH_EXPECT_FAILS(tags().check_user_id(longest + "x"), "E_STORE_USER_ID");
  TAGSMITH_EXPECT_FAILS(
      tags().edit({.set = {grant_of("a", 1, kStart), grant_of(longest + "x", 1, kStart)}}),
      "E_STORE_USER_ID");
  EXPECT_EQ(dump(), before);
  EXPECT_TRUE(tags().check_user_id(longest));
  const std::vector<membership::RuleResult> fits{user_with(longest, {1})};
  ASSERT_TRUE(tags().publish(begun.chunk(0, fits)));
  EXPECT_EQ(tags().user(longest).value()->user_id, longest);
}

TEST_P(StoreContract, AWholeChunkOfUsersIsWrittenAndChanged) {
  std::vector<membership::RuleResult> users;
  for (int i = 0; i < 10'000; ++i) {
    users.push_back(user_with(fmt::format("user-{:06}", i), {1, 2}));
  }
  EXPECT_EQ(publish({1, 2}, users, kStart),
            (membership::PublishCounts{.rows_written = 10'000, .entered = 20'000, .left = 0}));
  for (size_t i = 0; i < users.size(); i += 7) {
    users[i] = user_with(users[i].user_id, {2});
  }
  EXPECT_EQ(publish({1, 2}, users, kStart + kHour),
            (membership::PublishCounts{.rows_written = 1429, .entered = 0, .left = 1429}));
  EXPECT_EQ(runs().member_counts().value(),
            (std::map<std::int32_t, std::uint64_t>{{1, 8571}, {2, 10'000}}));
}

TEST_P(StoreContract, RowsBeyondAStatementAreSplitAndOneRowBeyondItIsRefused) {
  membership::RuleResult large = user_with("u1", {1});
  large.evidence.front().value = '"' + std::string(600'000, 'x') + '"';
  membership::RuleResult other = large;
  other.user_id = "u2";
  EXPECT_EQ(publish({1}, {large, other}, kStart).rows_written, 2U);
  EXPECT_GT(tags().user("u2").value()->tags.front().detail.size(), 600'000U);

  publish({1}, {user_with("u0", {1})}, kStart);
  membership::RuleResult too_large = user_with("u3", {1});
  too_large.evidence.front().value = '"' + std::string(1'100'000, 'x') + '"';
  const Begun begun = begin({1}, kStart + kHour);
  const auto before = dump();
  const std::vector<membership::RuleResult> users{user_with("u0", {}), too_large};
  const auto refused = tags().publish(begun.chunk(0, users));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kResourceExhausted);
  EXPECT_NE(refused.error().hint, "");
  EXPECT_THAT(refused.error().message, testing::HasSubstr("u3"));
  EXPECT_EQ(dump(), before);

  // Two tags of a row that is there, each of which would fit.
  membership::RuleResult grows = large;
  grows.tags.push_back(2);
  grows.evidence.push_back(grows.evidence.front());
  grows.evidence.back().tag_id = 2;
  Begun wider = begun;
  wider.scope = {1, 2};
  const std::vector<membership::RuleResult> growing{grows};
  EXPECT_EQ(tags().publish(wider.chunk(0, growing)).error().code,
            base::ErrorCode::kResourceExhausted);
  EXPECT_EQ(dump(), before);
}

TEST_P(StoreContract, ABrokenRowIsDriftAndNeverAnEmptyOne) {
  publish({1}, {user_with("u1", {1})}, kStart);
  const auto detail = tags().user("u1").value()->tags.front().detail;
  for (const std::string& broken :
       {std::string("tag_ids = 'x'"), std::string("tag_ids = '[]'"),
        std::string("tag_ids = '[1,2]'"), std::string("tag_details = '{}'"),
        std::string("tag_details = '{\"1\"'"), std::string("updated_time = 'today'")}) {
    SCOPED_TRACE(broken);
    execute("update user_tags set tag_ids = '[1]', updated_time = created_time");
    const SqlValue details = "{\"1\":" + detail + "}";
    ASSERT_TRUE(raw->execute("update user_tags set tag_details = ?", std::span(&details, 1)));
    ASSERT_TRUE(tags().user("u1"));
    execute("update user_tags set " + broken);
    TAGSMITH_EXPECT_FAILS(tags().user("u1"), "E_STORE_DRIFT");
    EXPECT_THAT(tags().user("u1").error().message, testing::HasSubstr("u1"));
    if (broken == "tag_ids = 'x'") {
      TAGSMITH_EXPECT_FAILS(tags().users().value()->next(), "E_STORE_DRIFT");
      TAGSMITH_EXPECT_FAILS(runs().member_counts(), "E_STORE_DRIFT");
    }
  }
}

TEST_P(StoreContract, AKindThatIsNoneOfOursIsDrift) {
  set({grant_of("u1", 1, kStart)}, kStart);
  execute("update tagsmith_feed set kind = 'joined'");
  TAGSMITH_EXPECT_FAILS(tags().feed({}), "E_STORE_DRIFT");
  execute("update tagsmith_manual set kind = 'gift'");
  TAGSMITH_EXPECT_FAILS(tags().manual_edits(std::nullopt), "E_STORE_DRIFT");
  TAGSMITH_EXPECT_FAILS(tags().manual_edits("u1"), "E_STORE_DRIFT");
  execute("update tagsmith_edits set kind = 'gift'");
  TAGSMITH_EXPECT_FAILS(tags().edit_log("u1"), "E_STORE_DRIFT");
}

// Publishing.

TEST_P(StoreContract, AFenceThatSomebodyTookWritesNothing) {
  const Begun begun = begin({1}, kStart);
  const lease::Fence newer = take();
  const auto before = dump();
  const std::vector<membership::RuleResult> users{user_with("u1", {1})};
  TAGSMITH_EXPECT_FAILS(tags().publish(begun.chunk(0, users)), "E_STORE_FENCED");
  TAGSMITH_EXPECT_FAILS(runs().finish(begun.fence, begun.id, kStart), "E_STORE_FENCED");
  TAGSMITH_EXPECT_FAILS(runs().abandon(begun.fence, begun.id, kStart), "E_STORE_FENCED");
  TAGSMITH_EXPECT_FAILS(own_store->leases().beat(begun.fence), "E_STORE_FENCED");
  EXPECT_EQ(dump(), before);
  Begun taken_over = begun;
  taken_over.fence = newer;
  EXPECT_TRUE(tags().publish(taken_over.chunk(0, users)));
}

TEST_P(StoreContract, AChunkOutOfTurnWritesNothing) {
  const Begun begun = begin({1}, kStart);
  const std::vector<membership::RuleResult> users{user_with("u1", {1})};
  TAGSMITH_EXPECT_FAILS(tags().publish(begun.chunk(1, users)), "E_STORE_PROGRESS");
  ASSERT_TRUE(tags().publish(begun.chunk(0, users)));
  const auto before = dump();
  TAGSMITH_EXPECT_FAILS(tags().publish(begun.chunk(0, users)), "E_STORE_PROGRESS");
  EXPECT_EQ(tags().progress(begun.id).value(),
            (membership::Progress{.chunks = 1, .counts = {.rows_written = 1, .entered = 1}}));
  EXPECT_EQ(dump(), before);
  ASSERT_TRUE(tags().publish(begun.chunk(1, {})));
  EXPECT_EQ(tags().progress(begun.id).value().chunks, 2U) << "a chunk that changes nobody counts";
  ASSERT_TRUE(runs().finish(begun.fence, begun.id, kStart));
  TAGSMITH_EXPECT_FAILS(tags().publish(begun.chunk(2, users)), "E_STORE_PROGRESS");
  TAGSMITH_EXPECT_FAILS(tags().progress(7), "E_RUN_UNKNOWN");
}

TEST_P(StoreContract, TheFeedIsContiguousWhenTwoConnectionsWriteInTurns) {
  const auto other = open(faulty, false).value();
  const Begun begun = begin({1}, kStart);
  std::uint64_t number = 0;
  for (int i = 0; i < 20; ++i) {
    const std::vector<membership::RuleResult> users{user_with(fmt::format("u{:02}", i), {1})};
    ASSERT_TRUE(tags().publish(begun.chunk(number++, users)));
    ASSERT_TRUE(other->tags().edit({.set = {grant_of(fmt::format("u{:02}", i / 2), 2 + i, kStart)},
                                    .remove = {},
                                    .stamp = {.time = kStart}}));
  }
  ASSERT_TRUE(runs().finish(begun.fence, begun.id, kStart));
  const auto rows = feed();
  ASSERT_EQ(rows.size(), 41U);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].seq, i + 1);
    EXPECT_EQ(rows[i].run_id, i % 2 == 0 ? begun.id : 0);
  }
  EXPECT_EQ(rows.back().kind, membership::FeedRow::Kind::kPublished);
}

TEST_P(StoreContract, TheFeedIsContiguousWhenTwoThreadsWriteAtOnce) {
  constexpr int kWrites = 25;
  const auto write = [&](const std::string& prefix) {
    const auto store = open(real, false).value();
    for (int i = 0; i < kWrites; ++i) {
      for (bool done = false; !done;) {
        const auto edited =
            store->tags().edit({.set = {grant_of(fmt::format("{}{}", prefix, i), 1, kStart)},
                                .remove = {},
                                .stamp = {.time = kStart}});
        done = edited.has_value();
        ASSERT_TRUE(done || edited.error().code == base::ErrorCode::kConflict)
            << edited.error().message;
      }
    }
  };
  std::thread first([&] { write("a"); });
  std::thread second([&] { write("b"); });
  first.join();
  second.join();
  const auto rows = feed();
  ASSERT_EQ(rows.size(), size_t{2} * kWrites);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].seq, i + 1);
  }
}

TEST_P(StoreContract, TheFeedAnswersByNumberUserAndTag) {
  publish({1, 2}, {user_with("u1", {1, 2}), user_with("u2", {2})}, kStart);
  publish({1, 2}, {user_with("u1", {1}), user_with("u2", {2})}, kStart + kHour);
  using Kind = membership::FeedRow::Kind;
  const auto kinds = [](const std::vector<membership::FeedRow>& rows) {
    std::vector<Kind> found;
    for (const auto& row : rows) {
      found.push_back(row.kind);
    }
    return found;
  };
  EXPECT_EQ(kinds(feed()), (std::vector{Kind::kEntered, Kind::kEntered, Kind::kEntered,
                                        Kind::kPublished, Kind::kLeft, Kind::kPublished}));
  EXPECT_EQ(kinds(tags().feed({.after = 4}).value()), (std::vector{Kind::kLeft, Kind::kPublished}));
  EXPECT_EQ(kinds(tags().feed({.user_id = "u1", .tag_id = 2}).value()),
            (std::vector{Kind::kEntered, Kind::kLeft}));
  EXPECT_EQ(tags().feed({.rows_max = 2}).value().size(), 2U);
  const auto left = tags().feed({.after = 4}).value().front();
  EXPECT_EQ(left.user_id, "u1");
  EXPECT_EQ(left.time, kStart + kHour);
  EXPECT_THAT(left.detail, testing::HasSubstr("c2 = 'x'")) << "the detail that ended";
}

// Manual edits.

TEST_P(StoreContract, EditsAreKeptAndTakenAway) {
  const auto grant = grant_of("u1", 5, kStart);
  auto block = block_of("u1", 5, kStart);
  block.expires_at = kStart + kHour;
  EXPECT_EQ(set({grant_of("u0", 1, kStart), grant}, kStart),
            (membership::PublishCounts{.rows_written = 2, .entered = 2}));
  EXPECT_EQ(set({grant}, kStart + 1), membership::PublishCounts{}) << "it is there already";
  EXPECT_EQ(set({block}, kStart + 2), (membership::PublishCounts{.rows_written = 1, .left = 1}));
  EXPECT_EQ(tags().manual_edits("u1").value(), (std::vector{grant, block}));
  EXPECT_EQ(tags().manual_edits(std::nullopt).value().size(), 3U);
  EXPECT_EQ(tags().manual_edits("u9").value().size(), 0U);
  const auto removed =
      tags().edit({.set = {}, .remove = {block}, .stamp = {.time = kStart + 3}}).value();
  EXPECT_EQ(removed, (membership::PublishCounts{.rows_written = 1, .entered = 1}));
  EXPECT_EQ(tags_of("u1"), (std::vector<std::int32_t>{5}));
  EXPECT_EQ(tags().manual_edits("u1").value(), (std::vector{grant}));
}

TEST_P(StoreContract, EditsOfManyUsersAreOneTransaction) {
  std::vector<membership::ManualEdit> edits;
  for (int i = 0; i < 12'000; ++i) {
    edits.push_back(grant_of(fmt::format("u{}", i), 1, kStart));
  }
  EXPECT_EQ(set(edits, kStart).entered, 12'000U);
  EXPECT_EQ(tags().manual_edits(std::nullopt).value().size(), 12'000U);
  EXPECT_EQ(feed().back().seq, 12'000U);
}

TEST_P(StoreContract, ARandomHistoryIsThatOfTheModel) {
  std::mt19937 random(20'251'122);
  const auto up_to = [&](int max) { return std::uniform_int_distribution<int>(0, max)(random); };
  membership::MemoryStore model;
  membership::Micros now = kStart;
  for (int step = 0; step < 150; ++step) {
    SCOPED_TRACE(step);
    now += 1'000'000;
    if (up_to(2) == 0) {
      membership::EditRequest request{.stamp = {.time = now}};
      for (int i = up_to(3); i >= 0; --i) {
        auto edit = edit_of(up_to(1) == 0 ? membership::ManualEdit::Kind::kGrant
                                          : membership::ManualEdit::Kind::kBlock,
                            fmt::format("u{}", up_to(9)), 1 + up_to(4), now);
        if (up_to(1) == 0) {
          edit.expires_at = now + 5'000'000;
        }
        const auto same = [&](const membership::ManualEdit& made) {
          return made.user_id == edit.user_id && made.tag_id == edit.tag_id &&
                 made.kind == edit.kind;
        };
        if (std::ranges::none_of(request.set, same) && std::ranges::none_of(request.remove, same)) {
          (up_to(2) == 0 ? request.remove : request.set).push_back(edit);
        }
      }
      EXPECT_EQ(tags().edit(request).value(), model.edit(request).value());
    } else {
      std::vector<std::int32_t> scope;
      for (std::int32_t tag = 1; tag <= 5; ++tag) {
        if (up_to(3) != 0) {
          scope.push_back(tag);
        }
      }
      std::vector<membership::RuleResult> users;
      for (int i = 0; i < 10; ++i) {
        if (up_to(3) == 0) {
          continue;
        }
        std::vector<std::int32_t> tags;
        std::ranges::copy_if(scope, std::back_inserter(tags), [&](auto) { return up_to(1) == 0; });
        users.push_back(user_with(fmt::format("u{}", i), tags));
      }
      const Begun begun = begin(scope, now);
      model.fences["publish"].epoch = begun.fence.epoch;
      EXPECT_EQ(tags().publish(begun.chunk(0, users)).value(),
                model.publish(begun.chunk(0, users)).value());
      ASSERT_TRUE(runs().finish(begun.fence, begun.id, now));
      model.tell({.run_id = begun.id, .kind = membership::FeedRow::Kind::kPublished, .time = now});
    }
    for (int i = 0; i < 10; ++i) {
      const std::string id = fmt::format("u{}", i);
      ASSERT_EQ(tags().user(id).value(), model.user(id).value());
    }
    ASSERT_EQ(tags().manual_edits(std::nullopt).value(), model.edits);
  }
  const auto rows = feed();
  ASSERT_EQ(rows.size(), model.events.size());
  ASSERT_GT(rows.size(), 300U);
  for (size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(i);
    const membership::FeedRow& expected = model.events[i];
    EXPECT_EQ(std::tie(rows[i].seq, rows[i].run_id, rows[i].kind, rows[i].user_id, rows[i].tag_id,
                       rows[i].detail, rows[i].time),
              std::tie(expected.seq, expected.run_id, expected.kind, expected.user_id,
                       expected.tag_id, expected.detail, expected.time));
  }
}

}  // namespace tagsmith::store
