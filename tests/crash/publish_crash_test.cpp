// A publish that ends at every point where it can, and starts again with the same pins: the store
// holds what an undisturbed run leaves, to the byte.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "failpoints.h"
#include "scenario.h"
#include "store/faulty_database_test.h"
#include "watched_database.h"

namespace tagsmith::crash {
namespace {

using Moment = Failpoints::Moment;

constexpr int kKilled = 137;

class PublishCrash : public testing::Test {
 public:
  PublishCrash() : folder(new_folder("publish_crash")), scenario(folder + "/shop") {}
  ~PublishCrash() override { std::filesystem::remove_all(folder); }
  PublishCrash(const PublishCrash&) = delete;
  PublishCrash& operator=(const PublishCrash&) = delete;

 protected:
  // Runs undisturbed; keeps what it leaves, and the points that it came to.
  void run_undisturbed() {
    scenario.reset();
    before = scenario.dump();
    Failpoints points;
    points.arm(0, Moment::kBefore, {});
    watched_files = &points;
    const auto counts =
        scenario.run(std::make_shared<WatchedDatabase>(scenario.database(), points));
    watched_files = nullptr;
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_GT(counts->rows_written, 6U);
    EXPECT_GT(counts->entered, 6U);
    EXPECT_GT(counts->left, 3U);
    undisturbed = scenario.dump();
    trail = points.trail();
    steps = steps_of(trail);
    std::set<std::string> seen(steps.begin(), steps.end());
    for (const char* step : {"open", "pins", "change set", "lease", "plan", "a", "b", "c", "e", "f",
                             "g", "finish", "release"}) {
      EXPECT_TRUE(seen.contains(step)) << step;
    }
    EXPECT_FALSE(seen.contains("?"));
  }

  // In a process that ends at this point. Whether it came there.
  bool run_killed(std::uint64_t point, Moment moment) {
    const pid_t child = fork();
    if (child == 0) {
      Failpoints points;
      points.arm(point, moment, [] { _exit(kKilled); });
      watched_files = &points;
      const auto counts =
          scenario.run(std::make_shared<WatchedDatabase>(scenario.database(), points));
      _exit(counts ? 0 : 1);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == kKilled;
  }

  void expect_the_same_after_another_run() {
    const auto counts = scenario.run(scenario.database());
    ASSERT_TRUE(counts) << counts.error().message;
    ASSERT_EQ(scenario.dump(), undisturbed);
  }

  std::string folder;
  Scenario scenario;
  std::string before;
  std::string undisturbed;
  std::vector<std::string> trail;
  std::vector<std::string> steps;
};

TEST_F(PublishCrash, KilledAtEveryPointItBecomesTheUndisturbedRun) {
  run_undisturbed();
  for (const Moment moment : {Moment::kBefore, Moment::kAfter}) {
    for (std::uint64_t point = 1; point <= trail.size(); ++point) {
      SCOPED_TRACE(fmt::format("killed {} point {}, step {}: {}",
                               moment == Moment::kBefore ? "before" : "after", point,
                               steps[point - 1], trail[point - 1]));
      scenario.reset();
      ASSERT_TRUE(run_killed(point, moment)) << "the point was not come to";
      expect_the_same_after_another_run();
      if (HasFatalFailure()) {
        return;
      }
    }
  }
  fmt::print("{} points, each killed before and after: {}\n", trail.size(), figures(steps));
}

// Two in a row: the second one while the first is made good.
TEST_F(PublishCrash, KilledAgainWhileGoingOnItBecomesTheUndisturbedRun) {
  run_undisturbed();
  int kills = 0;
  for (std::uint64_t first = 1; first <= trail.size(); first += 7) {
    for (std::uint64_t second = 1; second <= trail.size(); second += 5) {
      SCOPED_TRACE(fmt::format("killed after point {}, then after point {}", first, second));
      scenario.reset();
      ASSERT_TRUE(run_killed(first, Moment::kAfter));
      // A run that goes on is shorter: it may end before it comes there.
      kills += run_killed(second, Moment::kAfter) ? 1 : 0;
      expect_the_same_after_another_run();
      if (HasFatalFailure()) {
        return;
      }
    }
  }
  fmt::print("killed twice: {} times\n", kills);
  EXPECT_GT(kills, 50);
}

TEST_F(PublishCrash, AnAnswerLostAtAnyCallIsMadeGoodByTheSameProcess) {
  run_undisturbed();
  using store::Fault;
  std::map<std::string, int> by_step;
  int made_good = 0;
  int started_again = 0;
  for (const Fault fault : {Fault::kRequestLost, Fault::kAnswerLost, Fault::kDeadlock}) {
    for (std::uint64_t call = 1;; ++call) {
      scenario.reset();
      const auto faulty = std::make_shared<store::FaultyDatabase>(scenario.database());
      faulty->arm(call, fault);
      const auto counts = scenario.run(faulty);
      if (!faulty->fired()) {
        ASSERT_TRUE(counts);
        break;
      }
      const std::vector<std::string>& calls = faulty->trail();
      SCOPED_TRACE(
          fmt::format("fault {} at call {}: {}", static_cast<int>(fault), call, calls[call - 1]));
      // Before the lease is asked for nobody tries again: there is nothing yet to be in doubt.
      const bool is_publishing =
          std::any_of(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(call),
                      [](const std::string& what) {
                        return what.find("tagsmith_fences") != std::string::npos;
                      });
      if (is_publishing) {
        ASSERT_TRUE(counts) << counts.error().message;
        ASSERT_EQ(scenario.dump(), undisturbed);
      }
      ++(counts ? made_good : started_again);
      expect_the_same_after_another_run();
      if (HasFatalFailure()) {
        return;
      }
    }
  }
  fmt::print("requests lost, answers lost, deadlocks: {} made good, {} by another run\n", made_good,
             started_again);
  EXPECT_GT(made_good, 100);
}

TEST_F(PublishCrash, AChangeSetThatIsTornIsRefusedAndItsRunCanBeAbandoned) {
  run_undisturbed();
  const size_t third_mark = [&] {
    size_t marks = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
      marks += steps[i] == "g" && trail[i] == "commit" ? 1 : 0;
      if (marks == 2) {
        return i + 1;
      }
    }
    return size_t{0};
  }();
  ASSERT_GT(third_mark, 0U);
  const auto tear = [&](int way) {
    const std::string path = scenario.change_set_path();
    const auto size = std::filesystem::file_size(path);
    if (way == 0) {
      std::filesystem::remove(path);
    } else if (way == 1) {
      std::filesystem::resize_file(path, size / 2);
    } else if (way == 2) {
      std::filesystem::resize_file(path, 0);
    } else {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(size / 2));
      file.put('#');
    }
  };
  for (int way = 0; way < 4; ++way) {
    SCOPED_TRACE(way);
    scenario.reset();
    ASSERT_TRUE(run_killed(third_mark, Moment::kAfter));
    const std::string half = scenario.dump();
    EXPECT_NE(half, before);
    EXPECT_NE(half, undisturbed);
    tear(way);
    const auto counts = scenario.run(scenario.database());
    ASSERT_FALSE(counts);
    EXPECT_EQ(counts.error().symbol, "E_CHANGE_SET") << counts.error().message;
    EXPECT_FALSE(counts.error().hint.empty());
    EXPECT_EQ(scenario.dump(), half) << "a refusal writes nothing";

    const auto reverted = scenario.abandon();
    ASSERT_TRUE(reverted) << reverted.error().message;
    EXPECT_GT(reverted->rows_written, 0U);
    EXPECT_GT(reverted->entered, 0U);
    EXPECT_GT(reverted->left, 0U);
  }
}

}  // namespace
}  // namespace tagsmith::crash
