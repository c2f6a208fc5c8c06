#include "run/standing.h"

#include <gtest/gtest.h>

#include "membership/memory_store_test.h"
#include "run/memory_run_store_test.h"

namespace tagsmith::run {
namespace {

using Kind = Standing::Kind;

Pins pins(std::int64_t started_at) {
  Pins pins;
  pins.as_of = 20'000;
  pins.started_at = started_at;
  return pins;
}

TEST(Standing, ComparesWhatIsAskedForWithWhatIsThere) {
  membership::MemoryStore store;
  MemoryRunStore runs(store);
  EXPECT_EQ(standing(runs, pins(1))->kind, Kind::kNew);

  ASSERT_TRUE(runs.begin(pins(1), "ann"));
  EXPECT_EQ(standing(runs, pins(1))->kind, Kind::kPinned);
  EXPECT_EQ(standing(runs, pins(2))->kind, Kind::kPinned) << "whenever it is started again";
  EXPECT_EQ(standing(runs, pins(2))->record->pins.started_at, 1);
  Pins others = pins(1);
  others.as_of += 1;
  EXPECT_EQ(standing(runs, others)->kind, Kind::kAnother);

  runs.records[0].state = RunState::kPublishing;
  EXPECT_EQ(standing(runs, pins(2))->kind, Kind::kPublishing);
  EXPECT_EQ(standing(runs, others)->kind, Kind::kAnother);
  EXPECT_EQ(standing(runs, others)->record->id, 1);

  runs.records[0].state = RunState::kPublished;
  EXPECT_EQ(standing(runs, pins(1))->kind, Kind::kPublished);
  EXPECT_EQ(standing(runs, pins(2))->kind, Kind::kNew) << "a second run of the day";

  runs.records[0].state = RunState::kAbandoned;
  EXPECT_EQ(standing(runs, pins(1))->kind, Kind::kNew);
}

TEST(Standing, ARunOverUnknownFilesIsNeverTheSame) {
  membership::MemoryStore store;
  MemoryRunStore runs(store);
  Pins unknown = pins(1);
  unknown.files = {{.table = "t"}};
  ASSERT_TRUE(runs.begin(unknown, "ann"));
  EXPECT_EQ(standing(runs, unknown)->kind, Kind::kAnother);
  runs.records[0].state = RunState::kPublishing;
  EXPECT_EQ(standing(runs, unknown)->kind, Kind::kAnother);
  runs.records[0].state = RunState::kPublished;
  EXPECT_EQ(standing(runs, unknown)->kind, Kind::kNew);
}

TEST(Standing, NoRunStartsBeforeOneThatIsPublished) {
  membership::MemoryStore store;
  MemoryRunStore runs(store);
  EXPECT_TRUE(check_start(runs, pins(1)));
  ASSERT_TRUE(runs.begin(pins(5), "ann"));
  runs.records[0].plan.emplace();
  EXPECT_TRUE(check_start(runs, pins(1))) << "it is not published";
  runs.records[0].state = RunState::kPublished;
  EXPECT_EQ(check_start(runs, pins(4)).error().symbol, kRunStart);
  EXPECT_TRUE(check_start(runs, pins(5)));
}

}  // namespace
}  // namespace tagsmith::run
