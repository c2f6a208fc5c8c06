// The publish machine against a store that commits and loses the answer, commits late, deadlocks,
// is away; in processes that die, stand still, are interrupted, are overtaken and start again. One
// seed is one run, and replays it.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "run/publish.h"

namespace tagsmith::run {
namespace {

using base::ErrorCode;
using membership::PublishCounts;

constexpr int kRuns = 20'000;
constexpr int kProcessesMax = 3;  // at a time
constexpr std::int64_t kSecond = 1'000'000;

constexpr std::int64_t kLateMicrosMax = 5 * kSecond;  // how late a COMMIT can land

// After the last fault the run is published within this time: a lease that somebody took late;
// twice the patience over a holder that shows no life, since a challenger that came early gives up
// before its patience ends and another one begins anew; the look at it; the longest wait after a
// trouble; and the work.
constexpr std::int64_t kCalmMicrosMax = kLateMicrosMax + 2 * lease::kPatienceMicros +
                                        lease::kPollMicros + kLongestWaitMicros + 2 * kSecond;
// And by a process that does no more than this beside the chunks: take the lease, read progress,
// (a COMMIT that lands late: read it again,) store the plan, find no more chunks, finish, release,
// done.
constexpr std::uint64_t kCalmEffectsMax = 10;

base::Error error(ErrorCode code, std::string_view symbol) {
  return {.code = code, .message = "?", .symbol = std::string(symbol), .path = {}, .hint = "?"};
}

base::Error fenced() { return error(ErrorCode::kConflict, membership::kStoreFenced); }
base::Error elsewhere() { return error(ErrorCode::kConflict, membership::kStoreProgress); }

PublishCounts counts_of_chunk(std::uint64_t number) {
  return {.rows_written = number + 1, .entered = 2 * number, .left = 1};
}

enum class Fault {
  kNone,
  kConflict,     // nothing is done, and said so
  kUnavailable,  // nothing is done, the connection is gone
  kLostBefore,   // nothing is done, no answer
  kLostAfter,    // done, no answer
  kLate,         // done later, no answer
  kDieBefore,
  kDieAfter,
  kPause,  // the process stands still before it does it
  kInterrupt,
  kCount,
};
constexpr std::array<const char*, static_cast<size_t>(Fault::kCount)> kFaultNames = {
    "none",        "conflict",   "unavailable", "answer lost before", "answer lost after",
    "commit late", "die before", "die after",   "stand still",        "interrupt"};

// What a store would hold. Applying is not idempotent: a chunk that is applied twice shows.
struct Store {
  // Refuses what is not the next step of the run, as the real one does. The other kind believes
  // everything that comes under the right fence, so that only the machine can be right.
  bool checks_order = true;
  RunState state = RunState::kPinned;
  membership::Progress progress;
  int plans_stored = 0;
  int finished = 0;
  std::vector<std::uint64_t> applied;        // numbers of chunks, in the order of the commits
  std::map<std::uint64_t, int> memberships;  // of the users of a chunk: once each is right
  lease::FenceRow fence;
  std::optional<std::function<void()>> late;  // holds its locks: writes wait for it, reads do not
  std::int64_t late_until = 0;

  void land_late() {
    if (late) {
      const auto commit = *std::exchange(late, std::nullopt);
      commit();
    }
  }

  std::optional<base::Error> store_plan(std::uint64_t epoch) {
    if (epoch != fence.epoch) {
      return fenced();
    }
    if (checks_order && state != RunState::kPinned) {
      return elsewhere();
    }
    state = RunState::kPublishing;
    ++plans_stored;
    return std::nullopt;
  }

  std::optional<base::Error> publish(std::uint64_t epoch, std::uint64_t number) {
    if (epoch != fence.epoch) {
      return fenced();
    }
    if (checks_order && (state != RunState::kPublishing || number != progress.chunks)) {
      return elsewhere();
    }
    applied.push_back(number);
    ++memberships[number];
    progress.chunks = number + 1;
    progress.counts += counts_of_chunk(number);
    return std::nullopt;
  }

  std::optional<base::Error> finish(std::uint64_t epoch) {
    if (epoch != fence.epoch) {
      return fenced();
    }
    if (state == RunState::kPublished) {
      return std::nullopt;
    }
    state = RunState::kPublished;
    ++finished;
    return std::nullopt;
  }
};

struct Process {
  std::string holder;
  bool dies_visibly = true;  // on a host where others can look
  PublishMachine machine;
  std::deque<Effect> effects = {};
  lease::Challenger challenger{lease::kPatienceMicros};
  std::int64_t sleeps_until = 0;
  bool stands_still = false;  // no beat either, while it sleeps
  std::optional<lease::Fence> fence = std::nullopt;
  std::int64_t last_beat = 0;
  bool is_alive = true;
  std::uint64_t calm_effects = 0;  // effects but chunks and waiting since the faults stopped
  std::optional<PublishCounts> done = std::nullopt;
};

struct Totals {
  std::array<std::uint64_t, static_cast<size_t>(Fault::kCount)> faults{};
  std::uint64_t effects = 0;
  std::uint64_t processes = 0;
  std::uint64_t overtaken = 0;  // told so
  std::uint64_t most_calm_effects = 0;
  std::int64_t longest_calm_micros = 0;
};

class Simulation {
 public:
  Simulation(std::uint32_t seed, Totals& totals) : random_(seed), totals_(totals) {
    store_.checks_order = below(2) == 0;
    chunk_count_ = below(7);
    faults_left_ = below(25);
    fault_percent_ = 5 + below(60);
  }

  void run() {
    start_process();
    for (int tick = 0; tick < 100'000 && !is_over(); ++tick) {
      if (alive_count() == 0 || (below(40) == 0 && alive_count() < kProcessesMax && !is_calm())) {
        start_process();
      }
      step(pick());
      if (testing::Test::HasFatalFailure()) {
        return;
      }
    }
    check_end();
  }

 private:
  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_()) % end; }
  [[nodiscard]] bool is_calm() const { return faults_left_ == 0; }

  [[nodiscard]] std::ptrdiff_t alive_count() const {
    return std::ranges::count_if(processes_, &Process::is_alive);
  }

  // The run is published, nothing is under way any more.
  [[nodiscard]] bool is_over() const {
    return store_.state == RunState::kPublished && alive_count() == 0 && is_calm();
  }

  void start_process() {
    ++totals_.processes;
    processes_.push_back({.holder = fmt::format("process {}", processes_.size()),
                          .dies_visibly = below(2) == 0,
                          .machine = {}});
    answer(processes_.back(), event::Start{1});
  }

  // A process that is awake; when all sleep, time passes until one wakes.
  Process& pick() {
    while (true) {
      std::vector<Process*> awake;
      std::int64_t next = INT64_MAX;
      for (Process& process : processes_) {
        if (process.is_alive && process.sleeps_until <= now_) {
          awake.push_back(&process);
        } else if (process.is_alive) {
          next = std::min(next, process.sleeps_until);
        }
      }
      if (!awake.empty()) {
        pass(1'000 + below(5'000));
        return *awake[below(static_cast<std::uint32_t>(awake.size()))];
      }
      pass(std::min(next - now_, lease::kBeatMicros));
    }
  }

  void pass(std::int64_t micros) {
    now_ += micros;
    if (now_ >= store_.late_until) {
      store_.land_late();
    }
    for (Process& process : processes_) {
      const bool beats = process.is_alive && process.fence &&
                         !(process.stands_still && process.sleeps_until > now_);
      if (beats && now_ - process.last_beat >= lease::kBeatMicros) {
        process.last_beat = now_;
        store_.fence.beats += process.fence->epoch == store_.fence.epoch ? 1 : 0;
      }
    }
  }

  Fault draw_fault(const Effect& effect) {
    const bool is_for_the_executor = std::holds_alternative<effect::Wait>(effect) ||
                                     std::holds_alternative<effect::Done>(effect) ||
                                     std::holds_alternative<effect::GiveUp>(effect);
    // A challenger asks sixty times; it would never come through.
    const bool is_spared = std::holds_alternative<effect::TakeLease>(effect) && below(10) != 0;
    if (is_calm() || is_for_the_executor || is_spared || below(100) >= fault_percent_) {
      return Fault::kNone;
    }
    auto fault = static_cast<Fault>(below(static_cast<std::uint32_t>(Fault::kCount)));
    if (fault == Fault::kInterrupt && std::holds_alternative<effect::ReleaseLease>(effect)) {
      fault = Fault::kPause;  // a lease is given back in any case
    }
    // Who believes everything cannot be asked to sort out a COMMIT that lands late.
    if (fault == Fault::kLate && !store_.checks_order) {
      fault = Fault::kLostAfter;
    }
    ++totals_.faults[static_cast<size_t>(fault)];
    if (--faults_left_ == 0) {
      be_calm();
    }
    return fault;
  }

  // The last fault: who stands still wakes up, and the time is taken.
  void be_calm() {
    calm_since_ = now_;
    for (Process& process : processes_) {
      if (process.stands_still) {
        process.sleeps_until = std::min(process.sleeps_until, now_);
      }
      process.calm_effects = 0;
    }
  }

  void step(Process& process) {
    ASSERT_FALSE(process.effects.empty()) << "a machine that waits for nothing";
    const Effect effect = process.effects.front();
    const Fault fault = process.stands_still ? Fault::kNone : draw_fault(effect);
    process.stands_still = false;
    if (fault == Fault::kPause) {
      process.stands_still = true;
      process.sleeps_until = is_calm() ? now_ : now_ + below(90) * kSecond;
      if (alive_count() < kProcessesMax && !is_calm() && below(2) == 0) {
        start_process();  // somebody lost patience
      }
      return;
    }
    if (fault == Fault::kDieBefore) {
      process.is_alive = false;
      return;
    }
    process.effects.pop_front();
    ++totals_.effects;
    count_calm(process, effect);
    if (fault == Fault::kInterrupt) {
      answer(process, event::Interrupted{});
      return;
    }
    fault_ = fault;
    const std::optional<Event> event =
        std::visit([&](const auto& it) { return perform(process, it); }, effect);
    if (fault == Fault::kDieAfter) {
      process.is_alive = false;
    } else if (event) {
      answer(process, *event);
    }
  }

  void count_calm(Process& process, const Effect& effect) {
    const bool counts = !std::holds_alternative<effect::PublishChunk>(effect) &&
                        !std::holds_alternative<effect::Wait>(effect) &&
                        !(std::holds_alternative<effect::TakeLease>(effect) && !process.fence);
    process.calm_effects += is_calm() && counts ? 1 : 0;
  }

  void answer(Process& process, const Event& event) {
    process.effects.clear();
    for (Effect& effect : process.machine.step(event)) {
      process.effects.push_back(std::move(effect));
    }
    const auto* failed = std::get_if<event::Failed>(&event);
    if (failed != nullptr && failed->error.symbol == membership::kStoreFenced) {
      ++totals_.overtaken;
      ASSERT_EQ(process.effects.size(), 1U) << "something was done after it was overtaken";
      ASSERT_TRUE(std::holds_alternative<effect::GiveUp>(process.effects.front()));
    }
  }

  std::optional<Event> perform(Process& process, const effect::Wait& it) {
    process.sleeps_until = now_ + it.micros;
    return std::nullopt;
  }

  std::optional<Event> perform(Process&, const effect::Reconnect&) {
    if (fault_ == Fault::kNone || fault_ == Fault::kDieAfter) {
      return std::nullopt;
    }
    return event::Failed{error(ErrorCode::kUnavailable, membership::kStoreFailed)};
  }

  // A write: `commit` does it, and says why it did not.
  std::optional<Event> write(const std::function<std::optional<base::Error>()>& commit,
                             const std::function<Event()>& success) {
    if (fault_ == Fault::kConflict) {
      return event::Failed{error(ErrorCode::kConflict, membership::kStoreFailed)};
    }
    if (fault_ == Fault::kUnavailable) {
      return event::Failed{error(ErrorCode::kUnavailable, membership::kStoreFailed)};
    }
    Event doubt = event::Failed{error(ErrorCode::kUnavailable, membership::kStoreInDoubt)};
    if (fault_ == Fault::kLostBefore) {
      return doubt;
    }
    store_.land_late();
    if (fault_ == Fault::kLate) {
      // Its locks are held from now on, so what it finds then is what it found now.
      store_.late_until = now_ + below(kLateMicrosMax);
      store_.late = [commit, lands = below(3) != 0] {
        if (lands) {
          commit();
        }
      };
      return doubt;
    }
    if (std::optional<base::Error> failed = commit()) {
      return event::Failed{*std::move(failed)};
    }
    return fault_ == Fault::kLostAfter ? doubt : success();
  }

  std::optional<Event> perform(Process& process, const effect::TakeLease&) {
    const lease::FenceRow row = store_.fence;
    const auto holder = std::ranges::find(processes_, row.holder, &Process::holder);
    const bool is_gone = holder != processes_.end() && !holder->is_alive && holder->dies_visibly;
    if (row.holder != process.holder && !process.challenger.may_take(row, is_gone, now_)) {
      return event::LeaseBusy{row.holder};
    }
    std::optional<Event> event = write(
        [this, &process, row]() -> std::optional<base::Error> {
          if (store_.fence.epoch != row.epoch) {
            return fenced();
          }
          store_.fence.epoch = row.epoch + 1;
          store_.fence.holder = process.holder;
          return std::nullopt;
        },
        [&]() -> Event {
          process.fence =
              lease::Fence{.name = std::string(kPublishLease), .epoch = store_.fence.epoch};
          process.last_beat = now_;
          return event::LeaseTaken{*process.fence};
        });
    const auto* failed = std::get_if<event::Failed>(&*event);
    const bool lost_a_race = failed != nullptr && failed->error.symbol == membership::kStoreFenced;
    return lost_a_race ? event::LeaseBusy{} : event;
  }

  std::optional<Event> perform(Process&, const effect::ReadProgress&) {
    if (fault_ != Fault::kNone && fault_ != Fault::kDieAfter) {
      return event::Failed{error(ErrorCode::kUnavailable, membership::kStoreFailed)};
    }
    return event::ProgressRead{store_.state, store_.progress};
  }

  std::optional<Event> perform(Process&, const effect::StorePlan& it) {
    return write([this, it] { return store_.store_plan(it.fence.epoch); },
                 [] { return event::PlanStored{}; });
  }

  std::optional<Event> perform(Process&, const effect::PublishChunk& it) {
    if (it.number >= chunk_count_) {
      return event::NoMoreChunks{};
    }
    return write([this, it] { return store_.publish(it.fence.epoch, it.number); },
                 [it] { return event::ChunkPublished{counts_of_chunk(it.number)}; });
  }

  std::optional<Event> perform(Process&, const effect::Finish& it) {
    return write([this, it] { return store_.finish(it.fence.epoch); },
                 [] { return event::Finished{}; });
  }

  std::optional<Event> perform(Process& process, const effect::ReleaseLease& it) {
    if (fault_ == Fault::kNone || fault_ == Fault::kLostAfter || fault_ == Fault::kDieAfter) {
      store_.land_late();
      if (store_.fence.epoch == it.fence.epoch) {
        store_.fence.holder.clear();
      }
    }
    process.fence.reset();
    return std::nullopt;
  }

  std::optional<Event> perform(Process& process, const effect::Done& it) {
    process.done = it.counts;
    process.is_alive = false;
    if (is_calm() && !calm_end_) {
      calm_end_ = now_;
      totals_.most_calm_effects = std::max(totals_.most_calm_effects, process.calm_effects);
      EXPECT_LE(process.calm_effects, kCalmEffectsMax);
    }
    return std::nullopt;
  }

  std::optional<Event> perform(Process& process, const effect::GiveUp&) {
    process.is_alive = false;
    return std::nullopt;
  }

  void check_end() {
    store_.land_late();
    ASSERT_TRUE(is_over()) << "not published";
    std::vector<std::uint64_t> in_order;
    PublishCounts all;
    for (std::uint64_t number = 0; number < chunk_count_; ++number) {
      in_order.push_back(number);
      all += counts_of_chunk(number);
      EXPECT_EQ(store_.memberships[number], 1);
    }
    EXPECT_EQ(store_.applied, in_order);
    EXPECT_EQ(store_.progress.counts, all);
    EXPECT_EQ(store_.plans_stored, 1);
    EXPECT_EQ(store_.finished, 1);
    for (const Process& process : processes_) {
      EXPECT_TRUE(!process.done || *process.done == all) << process.holder;
    }
    if (calm_end_) {
      const std::int64_t calm = *calm_end_ - calm_since_;
      totals_.longest_calm_micros = std::max(totals_.longest_calm_micros, calm);
      EXPECT_LE(calm, kCalmMicrosMax);
    }
  }

  std::mt19937 random_;
  Totals& totals_;
  Store store_;
  std::uint64_t chunk_count_ = 0;
  std::deque<Process> processes_;
  std::int64_t now_ = 0;
  std::int64_t calm_since_ = 0;
  std::optional<std::int64_t> calm_end_;
  std::uint32_t faults_left_ = 0;
  std::uint32_t fault_percent_ = 0;
  Fault fault_ = Fault::kNone;  // of the effect that is being done
};

TEST(PublishSimulation, AnyFaultsEndInWhatAnUndisturbedRunWrites) {
  Totals totals;
  for (std::uint32_t seed = 0; seed < kRuns; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Simulation(seed, totals).run();
    if (HasFailure()) {
      return;
    }
  }
  fmt::print("{} runs, {} processes, {} effects, {} overtaken\n", kRuns, totals.processes,
             totals.effects, totals.overtaken);
  for (size_t fault = 1; fault < totals.faults.size(); ++fault) {
    fmt::print("  {:<20}{:>8}\n", kFaultNames[fault], totals.faults[fault]);
    EXPECT_GT(totals.faults[fault], kRuns / 10) << kFaultNames[fault];
  }
  fmt::print("after the last fault: at most {:.1f} s (bound {:.1f}), {} effects (bound {})\n",
             static_cast<double>(totals.longest_calm_micros) / kSecond,
             static_cast<double>(kCalmMicrosMax) / kSecond, totals.most_calm_effects,
             kCalmEffectsMax);
  EXPECT_GT(totals.overtaken, kRuns / 100);
}

}  // namespace
}  // namespace tagsmith::run
