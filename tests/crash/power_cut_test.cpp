// The power goes at every sync of a publish, and whatever was not synced is gone, or partly there.
// Another run with the same pins leaves what an undisturbed one leaves, and nothing that was told
// to be published is lost.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "failpoints.h"
#include "power_cut_disk.h"
#include "scenario.h"
#include "store/store.h"

namespace tagsmith::crash {
namespace {

using Moment = Failpoints::Moment;

class PowerCut : public testing::Test {
 public:
  PowerCut() : scenario(new_folder("power_cut")) {}
  ~PowerCut() override { std::filesystem::remove_all(scenario.folder()); }
  PowerCut(const PowerCut&) = delete;
  PowerCut& operator=(const PowerCut&) = delete;

 protected:
  // The chunks that the store has committed of today's run.
  [[nodiscard]] std::uint64_t committed_chunks() const {
    const auto store = store::open(scenario.database(), /*create=*/false).value();
    const auto runs = store->runs().runs(1).value();
    return runs.empty() || runs[0].id != 2 ? 0 : runs[0].progress.chunks;
  }

  Scenario scenario;
};

TEST_F(PowerCut, AtEverySyncItLosesNothingThatWasToldAndBecomesTheUndisturbedRun) {
  scenario.reset();
  Failpoints points;
  {
    const PowerCutDisk disk(scenario.folder(), points);
    ASSERT_TRUE(scenario.run(scenario.database()));
  }
  const std::string undisturbed = scenario.dump();
  const std::vector<std::string> trail = points.trail();
  std::map<std::string, int> figures;
  for (const std::string& sync : trail) {
    ++figures[sync.find(".tmp-") == std::string::npos ? sync : "sync change set"];
  }
  EXPECT_GE(figures["sync tags.db-wal"], 8) << "pins, lease, plan, four chunks, finish";
  EXPECT_EQ(figures["sync change set"], 1);
  EXPECT_EQ(figures["sync folder"], 1);

  const char* wanted = std::getenv("TAGSMITH_POWER_CUT_WAYS");  // NOLINT(concurrency-mt-unsafe)
  const auto ways = static_cast<std::uint32_t>(wanted == nullptr ? 7 : std::stoul(wanted));
  std::map<std::uint64_t, int> cuts_by_chunks_told;
  for (const Moment moment : {Moment::kBefore, Moment::kAfter}) {
    for (std::uint64_t point = 1; point <= trail.size(); ++point) {
      for (std::uint32_t seed = 0; seed < ways; ++seed) {  // 0: nothing that was not synced
        SCOPED_TRACE(fmt::format("power cut {} {} ({}), seed {}",
                                 moment == Moment::kBefore ? "before" : "after", trail[point - 1],
                                 point, seed));
        scenario.reset();
        std::uint64_t told = 0;
        {
          Failpoints at;
          PowerCutDisk disk(scenario.folder(), at);
          at.arm(point, moment, [&] { disk.cut(); });
          const auto counts = scenario.run(scenario.database(), &told);
          ASSERT_TRUE(disk.is_off()) << "the sync was not come to";
          disk.restart(seed);
        }
        ++cuts_by_chunks_told[told];
        ASSERT_GE(committed_chunks(), told) << "what was told to be published is gone";
        const auto counts = scenario.run(scenario.database());
        ASSERT_TRUE(counts) << counts.error().message;
        ASSERT_EQ(scenario.dump(), undisturbed);
      }
    }
  }
  fmt::print("{} syncs, power cut before and after each, {} ways:", trail.size(), ways);
  for (const auto& [sync, count] : figures) {
    fmt::print(" {} {},", sync, count);
  }
  for (const auto& [told, count] : cuts_by_chunks_told) {
    fmt::print(" {} cuts with {} chunks told,", count, told);
  }
  fmt::print("\n");
  EXPECT_GE(cuts_by_chunks_told.size(), 4U);
}

}  // namespace
}  // namespace tagsmith::crash
