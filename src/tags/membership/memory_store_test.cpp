#include "membership/memory_store_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tagsmith::membership {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int32_t kScope[] = {5, 6};

base::Result<PublishCounts> publish(MemoryStore& store, std::uint64_t number,
                                    const std::vector<RuleResult>& users, Micros time) {
  return store.publish({.fence = {.name = "publish", .epoch = 1},
                        .number = number,
                        .users = users,
                        .scope = kScope,
                        .stamp = {.run_id = 1, .time = time, .rule_versions = {{5, 1}, {6, 1}}}});
}

TEST(MemoryStore, WritesOnlyRowsThatDiffer) {
  MemoryStore store;
  store.take("publish", "me", 0).value();
  store.put("b", {5}, 1);
  const std::vector<RuleResult> users = {
      {.user_id = "a", .tags = {5, 6}}, {.user_id = "b", .tags = {5}}, {.user_id = "c"}};
  EXPECT_EQ(publish(store, 0, users, 10).value(), (PublishCounts{.rows_written = 1, .entered = 2}));
  EXPECT_EQ(publish(store, 1, users, 20).value(), PublishCounts{});
  EXPECT_EQ(store.progress(1).value(),
            (Progress{.chunks = 2, .counts = {.rows_written = 1, .entered = 2}}));
  EXPECT_EQ(store.rows.size(), 2u);
  EXPECT_THAT(store.tags_of("a"), ElementsAre(5, 6));
  EXPECT_EQ(store.rows["a"].updated_time, 10);
  EXPECT_EQ(store.rows["b"].updated_time, 1);
  EXPECT_EQ(store.feed({.after = 1}).value().size(), 1u);
}

TEST(MemoryStore, ALostFenceWritesNothing) {
  MemoryStore store;
  store.take("publish", "me", 0).value();
  store.take("publish", "you", 1).value();
  const auto result = publish(store, 0, {{.user_id = "a", .tags = {5}}}, 10);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().symbol, kStoreFenced);
  EXPECT_THAT(store.rows, IsEmpty());
}

TEST(MemoryStore, AGrantIsSeenAtOnceAndTakenBack) {
  MemoryStore store;
  store.put("a", {6}, 1);
  const ManualEdit grant{.user_id = "a", .tag_id = 5, .actor = "ann", .reason = "asked"};
  EXPECT_EQ(store.edit({.set = {grant}, .stamp = {.time = 10}}).value().entered, 1u);
  EXPECT_THAT(store.tags_of("a"), ElementsAre(5, 6));
  EXPECT_EQ(store.edit({.remove = {grant}, .stamp = {.time = 20}}).value().left, 1u);
  EXPECT_THAT(store.tags_of("a"), ElementsAre(6));
  EXPECT_THAT(store.manual_edits(std::nullopt).value(), IsEmpty());
  EXPECT_EQ(store.rows["a"].created_time, 1);
  EXPECT_EQ(store.rows["a"].updated_time, 20);
}

}  // namespace
}  // namespace tagsmith::membership
