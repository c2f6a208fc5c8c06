#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fake_cluster.h"
#include "job/decide.h"

namespace tagsmith::job {

inline constexpr Micros kTick = 10 * kSecond;

/// What goes wrong in the world.
enum class Fault {
  kRequestDropped,
  kRequestDelayed,
  kRequestDoubled,
  kRequestTooLate,  // arrives after its not_after: the promise of one live attempt is off
  kAnswerDropped,
  kAnswerDelayed,
  kServerError,    // done or not, 500
  kStandbyAnswer,  // "unknown job", by one that does not lead
  kPartialOverview,
  kStrangeState,
  kPartition,  // the cluster answers nobody
  kMasterLost,
  kUserError,
  kInfrastructureError,
  kResourceError,
  kDependencyError,
  kArtifactRefused,
  kSubmissionRefused,
  kEngineRestart,
  kCrashLoop,
  kCancelledOutside,
  kPointDamaged,
  kEmptyListing,  // the directory is not there just now
  kSavepointsFail,
  kSupervisorDies,
  kCommitRefused,
  kCommitAnswerLost,  // applied
  kLeaseSplit,        // the old supervisor goes on beside the new one
  kClockSkew,         // the next supervisor's host is off
  kCount,
};
inline constexpr auto kFaults = static_cast<std::size_t>(Fault::kCount);
std::string_view name_of(Fault fault);

/// Bugs that the driver can have, planted to see that the simulation notices.
enum class Slip {
  kNone,
  kNewIdForEachTry,
  kSilenceIsAbsence,
  kWorkersAreForgotten,
  kNoWaitAfterVoid,
  kMetadataIsIgnored,
  kListingFromCache,
  kEmptyStart,
  kOldestPoint,
  kBudgetInMemory,
  kLateAnswerChangesTheEnd,
  kIncidentsInMemory,
  kCount,
};
struct SlipRow {
  std::string_view name;
  Fault shown_by = Fault::kCount;  // the fault that leads to what it does wrong, and is frequent
  bool needs_starts = false;       // it shows at starts, so attempts come and go fast
  std::optional<bool> has_ha;      // the cluster where it shows
};
const SlipRow& row_of(Slip slip);

struct Totals {
  std::uint64_t steps = 0;  // decisions
  std::uint64_t runs = 0;
  std::uint64_t commits = 0;
  std::uint64_t dropped_as_old = 0;
  std::uint64_t attempts = 0;  // that really began
  std::uint64_t alerts = 0;
  std::uint64_t people = 0;  // acts of persons
  std::array<std::uint64_t, kFaults> faults{};
  std::array<std::uint64_t, kTransitions> transitions{};
  std::array<std::uint64_t, kAttemptSteps> attempt_steps{};
  int calm_ticks_max = 0;
};

struct Options {
  std::uint32_t seed = 0;
  Slip slip = Slip::kNone;
  std::set<std::uint32_t> left_out;  // faults, by their number in the run, that do not happen
  std::vector<std::string>* story = nullptr;  // is told what happens
};

/// One life of a cluster with its jobs and supervisors. One seed, one run.
class JobsSimulation {
 public:
  JobsSimulation(Options options, Totals& totals);

  /// Nothing, or what no job may ever see.
  std::optional<std::string> run();

  /// Faults that happened, by their number: for making a failing run smaller.
  [[nodiscard]] const std::vector<std::uint32_t>& happened() const { return happened_; }

 private:
  struct JobState {
    Record stored;
    std::uint64_t version = 0;
    Policy policy;
    int user_failures_in_a_row = 0;
    bool loss_permitted = false;
    std::uint64_t incidents_opened = 0;
    std::set<std::string> told;
    std::set<Cause> open_causes;
    bool is_poisoned = false;  // fails soon after each start
    Micros last_start_at = 0;
    Micros ends_at = 0;  // of a job that is done once
  };

  struct Supervisor {
    int number = 0;
    std::uint64_t epoch = 0;
    Micros ahead = 0;  // of the true time
    bool is_alive = true;
    std::map<std::string, Record> records;
    std::map<std::string, std::uint64_t> versions;
    // What was asked about a job in this tick, each once; nothing stands for a preparation.
    std::map<std::string, std::set<std::optional<effect::LookFor>>> asked;
  };

  struct Message {
    Micros at = 0;
    std::uint64_t order = 0;
    std::function<void()> act;
    bool operator<(const Message& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };

  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_()) % end; }
  Micros seconds(std::uint32_t end) { return static_cast<Micros>(below(end)) * kSecond; }
  bool happens(Fault fault, std::uint32_t one_in);
  void tell(const std::string& what);
  void violate(const std::string& what);
  void later(Micros delay, std::function<void()> act);
  void take_message();  // the next one; time goes on to it

  // jobs_simulation.cpp
  void build();
  static void make_restless(Policy& policy);

  // jobs_simulation_world.cpp
  void world_tick();
  void harm(TrueAttempt& attempt);
  void cut_off(std::uint32_t one_in);
  void restart_all();
  void person_acts();

  // jobs_simulation_supervisors.cpp
  void start_supervisor(bool old_one_lives);
  void supervisor_tick(int number);
  void die(Supervisor& supervisor);

  using Call = std::function<std::optional<Seen>()>;
  struct Question {
    int supervisor = 0;
    std::string job;
    std::string engine_id;
    Micros patience = 5 * kSecond;
    bool is_call = false;  // it changes something
  };
  void ask(const Question& question, Call call);
  void deliver(const Question& question, const Call& call, Micros begun_at, Micros answer_after);
  void answer(const Question& question, Micros begun_at, Observation observation);
  void ask_overview(Supervisor& supervisor);
  void process(int supervisor, const std::string& job, const Observation& observation);
  bool commit(Supervisor& supervisor, const std::string& job, Decision& decision);
  void perform(Supervisor& supervisor, const std::string& job, const Effect& effect);
  void look(Supervisor& supervisor, const std::string& job, effect::LookFor what);
  void load(Supervisor& supervisor, const std::string& job);
  Micros clock(const Supervisor& supervisor) const { return now_ + supervisor.ahead; }
  Brake brake_of(const JobState& job);

  // jobs_simulation_judge.cpp
  void judge_commit(const std::string& name, const Record& before,
                    const std::vector<Event>& events);
  void count_user_failures(JobState& job, Transition transition);
  void judge_start(const std::string& job, const TrueAttempt& begun);
  void judge_calm();
  [[nodiscard]] bool is_at_rest(const JobState& job, Micros now) const;

  Options options_;
  Totals& totals_;
  std::mt19937 random_;
  FakeCluster cluster_;
  std::map<std::string, JobState> jobs_;
  std::map<int, Supervisor> supervisors_;
  int newest_supervisor_ = 0;
  std::uint64_t epoch_ = 0;
  std::vector<LostAttempt> lost_;
  std::map<std::string, seen::RestorePoints> listings_;  // the first of each job: for a slip
  std::priority_queue<Message> messages_;
  std::uint64_t order_ = 0;
  Micros now_ = 1'000'000 * kSecond;
  Micros partition_until_ = 0;
  Micros storm_until_ = 0;  // faults happen until then
  std::uint32_t fault_number_ = 0;
  std::vector<std::uint32_t> happened_;
  std::uint32_t harshness_ = 1;
  bool may_be_too_late_ = false;
  bool was_too_late_ = false;
  std::optional<std::string> violation_;
};

}  // namespace tagsmith::job
