#include "run/memory_run_store_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tagsmith::run {
namespace {

using testing::ElementsAre;

TEST(MemoryRunStore, ARunIsPinnedPublishedAndTakenBack) {
  membership::MemoryStore store;
  MemoryRunStore runs(store);
  store.put("a", {6}, 1);
  const std::string detail = store.rows["a"].tags[0].detail;
  const lease::Fence fence = store.take("publish", "me", 0).value();
  const Plan plan{
      .pins = {.as_of = 3, .tags = {{5, 1}, {6, 2}}},
      .summary = {.tables = {{"t", 1, 0}}, .held = {{.tag_id = 7, .code = "x", .why = "refused"}}}};
  EXPECT_EQ(runs.begin(plan.pins, "ann").value(), 1);
  EXPECT_EQ(runs.begin(plan.pins, "ann").error().code, base::ErrorCode::kConflict);
  runs.store_plan(fence, {.run_id = 1, .plan = plan, .new_versions = {}}).value();
  const std::vector<membership::RuleResult> users = {{.user_id = "a", .tags = {5}}};
  const std::int32_t scope[] = {5, 6};
  store.publish({.fence = fence, .users = users, .scope = scope, .stamp = {.run_id = 1, .time = 9}})
      .value();
  EXPECT_THAT(store.tags_of("a"), ElementsAre(5));

  EXPECT_EQ(runs.abandon(fence, 1, 20).value(),
            (membership::PublishCounts{.rows_written = 1, .entered = 1, .left = 1}));
  EXPECT_THAT(store.tags_of("a"), ElementsAre(6));
  EXPECT_EQ(store.rows["a"].tags[0].detail, detail);
  EXPECT_EQ(runs.unfinished().value(), std::nullopt);

  EXPECT_EQ(runs.begin(plan.pins, "ann").value(), 2);
  runs.store_plan(fence, {.run_id = 2, .plan = plan, .new_versions = {}}).value();
  runs.finish(fence, 2, 30).value();
  runs.finish(fence, 2, 40).value();
  EXPECT_EQ(runs.last_published(true).value()->id, 2);
  EXPECT_EQ(runs.last_published(true).value()->ended_at, 30);
  EXPECT_THAT(runs.tag_states().value(),
              ElementsAre(TagState{5, 2, 3, 1, std::nullopt}, TagState{6, 2, 3, 2, std::nullopt},
                          TagState{7, 0, 0, 0, "refused"}));
}

}  // namespace
}  // namespace tagsmith::run
