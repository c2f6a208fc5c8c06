// Walks of random steps, each judged by the model after every step. A disagreement is made small
// and printed with what replays it.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "walk.h"

namespace tagsmith::metamorphic {
namespace {

constexpr int kStepsOfAWalk = 60;
constexpr std::uint64_t kWalks = 100;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What the walks of a round must at least have met, whatever else they did.
const Counts& least() {
  static const Counts counts = {
      {"abandoned: in two goes", 15},
      {"abandoned: pinned", 50},
      {"abandoned: publishing", 10},
      {"accepted: gained", 3},
      {"accepted: gone", 30},
      {"accepted: input_rows", 25},
      {"accepted: lost", 50},
      {"accepted: null_keys", 80},
      {"accepted: rule_changed", 80},
      {"accepted: to_zero", 15},
      {"accepted: unreadable", 5},
      {"comparison", 3000},
      {"edit of an unfinished run", 90},
      {"entered, grant by an edit", 400},
      {"entered, grant in a run", 2},
      {"entered, rule in a run", 4000},
      {"fault: answer lost", 40},
      {"fault: before the run began", 50},
      {"fault: deadlock", 40},
      {"fault: killed after a step", 40},
      {"fault: killed before a step", 40},
      {"fault: request lost", 40},
      {"fault: the run goes on by itself", 70},
      {"fault: the run is done", 20},
      {"guard: gained", 5},
      {"guard: gone", 40},
      {"guard: input_rows", 30},
      {"guard: lost", 70},
      {"guard: null_keys", 100},
      {"guard: rule_changed", 100},
      {"guard: to_zero", 25},
      {"guard: unreadable", 8},
      {"held: depends_on", 40},
      {"held: guard", 30},
      {"held: refused", 200},
      {"lasts, another grant", 50},
      {"lasts, grant becomes rule", 5},
      {"lasts, grant becomes rule and grant", 10},
      {"lasts, rule and grant becomes grant", 10},
      {"lasts, rule and grant becomes rule", 50},
      {"lasts, rule becomes rule and grant", 100},
      {"left, grant by an edit", 80},
      {"left, grant in a run", 60},
      {"left, grant in a run, user gone", 30},
      {"left, rule and grant in a run", 3},
      {"left, rule by an edit", 80},
      {"left, rule in a run", 1000},
      {"left, rule in a run, user gone", 300},
      {"published", 500},
      {"published without reading", 30},
      {"refused: E_RUN_REWIND", 15},
      {"refused: E_RUN_TAG", 2},
      {"resumed: pinned", 10},
      {"resumed: publishing", 10},
      {"run is held", 40},
      {"run: days", 40},
      {"run: days, some tags", 15},
      {"run: days, some users", 8},
      {"run: full", 180},
      {"run: full, some tags", 50},
      {"run: full, some tags, some users", 15},
      {"run: full, some users", 50},
      {"run: incremental", 200},
      {"run: incremental, some tags", 60},
      {"run: incremental, some users", 50},
      {"second run writes nothing", 400},
      {"step: a table shrinks", 15},
      {"step: block", 180},
      {"step: block is taken away", 80},
      {"step: block with an end", 180},
      {"step: cells", 300},
      {"step: cells are again what they were", 60},
      {"step: edits are taken back", 70},
      {"step: expiry of grants", 25},
      {"step: grant", 300},
      {"step: grant is taken away", 140},
      {"step: grant with an end", 280},
      {"step: new tag", 25},
      {"step: population", 25},
      {"step: rows without a key", 20},
      {"step: rule", 60},
      {"step: rule is again what it was", 100},
      {"step: rule is refused", 40},
      {"step: tag becomes manual", 20},
      {"step: tag is active again", 10},
      {"step: tag is not active", 30},
      {"step: users", 120},
      {"the pins are others now", 15},
  };
  return counts;
}

struct Disagreement {
  std::vector<std::uint64_t> steps;  // up to the one where it shows
  std::string text;
};

std::optional<Disagreement> walk(std::uint64_t seed, const std::vector<std::uint64_t>& steps,
                                 Counts& counts) {
  Walk walk(seed, counts);
  for (size_t i = 0; i < steps.size(); ++i) {
    if (const auto found = walk.step(steps[i])) {
      return Disagreement{
          .steps = {steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(i) + 1},
          .text = fmt::format("{}\n\n{}", fmt::join(walk.log(), "\n"), *found)};
    }
  }
  return std::nullopt;
}

// Leaves out steps for as long as store and model disagree without them.
Disagreement made_small(std::uint64_t seed, Disagreement found) {
  Counts ignored;
  for (size_t width = std::max<size_t>(found.steps.size() / 2, 1); width > 0; width /= 2) {
    for (size_t first = 0; first < found.steps.size();) {
      std::vector<std::uint64_t> fewer = found.steps;
      const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(first);
      fewer.erase(begin,
                  begin + static_cast<std::ptrdiff_t>(std::min(width, fewer.size() - first)));
      if (auto still = walk(seed, fewer, ignored)) {
        found = *std::move(still);
      } else {
        first += width;
      }
    }
  }
  return found;
}

TEST(Walks, TheStoreIsWhatTheModelSaysAfterEveryStep) {
  const std::uint64_t first = setting("TAGSMITH_METAMORPHIC_SEED", 1);
  const std::uint64_t walks = setting("TAGSMITH_METAMORPHIC_WALKS", kWalks);
  Counts counts;
  for (std::uint64_t seed = first; seed < first + walks; ++seed) {
    Dice dice(seed * 1'000'003);
    std::vector<std::uint64_t> steps;
    for (int i = 0; i < kStepsOfAWalk; ++i) {
      steps.push_back(dice.below(1'000'000'000));
    }
    if (const auto found = walk(seed, steps, counts)) {
      const Disagreement small = made_small(seed, *found);
      FAIL() << "TAGSMITH_METAMORPHIC_SEED=" << seed << " TAGSMITH_METAMORPHIC_WALKS=1\n"
             << fmt::format("the walk of {} with the steps {}\n", seed,
                            fmt::join(small.steps, ", "))
             << small.text;
    }
  }
  for (const auto& [what, count] : counts) {
    fmt::print("{:>8}  {}\n", count, what);
  }
  for (const auto& [what, count] : least()) {
    EXPECT_TRUE(walks < kWalks || counts[what] >= count)
        << what << " was met " << counts[what] << " times, at least " << count << " are needed";
  }
}

}  // namespace
}  // namespace tagsmith::metamorphic
