// Decisions about jobs against a cluster that drops, delays, doubles and refuses requests, changes
// leaders, forgets jobs, lies; under supervisors that die between any two steps, are overtaken, and
// lose the answers of the store. One seed is one run, and replays it.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include "jobs_simulation.h"

namespace tagsmith::job {
namespace {

constexpr std::uint64_t kSteps = 1'000'000;
constexpr std::uint64_t kStepsToASlip = 10'000;

// What is said when an assertion of the product ends the process: made beforehand, since a signal
// handler may not format.
std::array<char, 64> last_words{};

void say_last_words(int) {
  [[maybe_unused]] const auto written =
      write(STDERR_FILENO, last_words.data(), std::strlen(last_words.data()));
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::optional<std::string> run(const Options& options, Totals& totals) {
  last_words.fill(0);
  fmt::format_to_n(last_words.data(), last_words.size() - 1, "aborted in seed {}, slip {}\n",
                   options.seed, static_cast<int>(options.slip));
  return JobsSimulation(options, totals).run();
}

// What is violated: its first three words.
std::string_view kind_of(std::string_view violation) {
  size_t end = 0;
  for (int word = 0; word < 3 && end != std::string_view::npos; ++word) {
    end = violation.find(' ', end + 1);
  }
  return violation.substr(0, end);
}

// The same violation with as few faults as one pass over them finds.
std::string smallest_replay(Options options, const std::string& violation) {
  Totals ignored;
  JobsSimulation whole(options, ignored);
  whole.run();
  for (const std::uint32_t fault : whole.happened()) {
    Options smaller = options;
    smaller.left_out.insert(fault);
    const std::optional<std::string> found = run(smaller, ignored);
    if (found && kind_of(*found) == kind_of(violation)) {
      options = smaller;
    }
  }
  std::vector<std::string> story;
  options.story = &story;
  const std::optional<std::string> found = run(options, ignored);
  constexpr std::size_t kLinesMax = 120;
  const std::size_t begin = story.size() > kLinesMax ? story.size() - kLinesMax : 0;
  return fmt::format(
      "{}\nsmallest replay found: {}\n{}", violation, found.value_or("none"),
      fmt::join(story.begin() + static_cast<std::ptrdiff_t>(begin), story.end(), "\n"));
}

TEST(JobsSimulation, NoFaultStartsAJobTwiceOrWithoutItsState) {
  std::signal(SIGABRT, say_last_words);
  const std::uint64_t wanted = number_from("TAGSMITH_SIMULATION_STEPS", kSteps);
  const auto first = static_cast<std::uint32_t>(number_from("TAGSMITH_SIMULATION_SEED", 0));
  Totals totals;
  for (std::uint32_t seed = first; totals.steps < wanted; ++seed) {
    if (const auto violation = run({.seed = seed}, totals)) {
      FAIL() << "seed " << seed << ": " << smallest_replay({.seed = seed}, *violation);
    }
  }
  fmt::print(
      "{} runs, {} decisions, {} commits, {} attempts, {} acts of persons, {} alerts, {} "
      "answers dropped as too old\n",
      totals.runs, totals.steps, totals.commits, totals.attempts, totals.people, totals.alerts,
      totals.dropped_as_old);
  fmt::print("at most {} ticks from the last fault or wait to rest (bound 20)\n",
             totals.calm_ticks_max);
  const std::uint64_t least = wanted >= kSteps ? 100 : 0;
  for (std::size_t fault = 0; fault < kFaults; ++fault) {
    fmt::print("  fault       {:<26}{:>8}\n", name_of(static_cast<Fault>(fault)),
               totals.faults.at(fault));
    EXPECT_GE(totals.faults.at(fault), least) << name_of(static_cast<Fault>(fault));
  }
  for (const TransitionRow& row : transition_rows()) {
    const std::uint64_t count = totals.transitions.at(static_cast<std::size_t>(row.transition));
    fmt::print("  transition  {:<26}{:>8}\n", row.name, count);
    EXPECT_GE(count, least) << row.name;
  }
  for (const AttemptStepRow& row : attempt_step_rows()) {
    const std::uint64_t count = totals.attempt_steps.at(static_cast<std::size_t>(row.step));
    fmt::print("  attempt     {:<26}{:>8}\n", row.name, count);
    EXPECT_GE(count, least) << row.name;
  }
  EXPECT_GT(totals.dropped_as_old, least);
}

TEST(JobsSimulation, NoticesEverySlipWithinTenThousandDecisions) {
  for (int number = 1; number < static_cast<int>(Slip::kCount); ++number) {
    const auto slip = static_cast<Slip>(number);
    Totals totals;
    std::optional<std::string> violation;
    for (std::uint32_t seed = 0; !violation && totals.steps < kStepsToASlip; ++seed) {
      violation = run({.seed = seed, .slip = slip}, totals);
    }
    fmt::print("  {:<48}{:>6} decisions: {}\n", row_of(slip).name, totals.steps,
               violation.value_or("NOT NOTICED"));
    EXPECT_TRUE(violation) << row_of(slip).name;
    EXPECT_LE(totals.steps, kStepsToASlip) << row_of(slip).name;
  }
}

}  // namespace
}  // namespace tagsmith::job
