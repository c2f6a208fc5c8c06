#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "job/attempt.h"
#include "job/failure.h"
#include "job/observation.h"
#include "job/time.h"

namespace tagsmith::job {

inline constexpr Micros kTrueCheckpointInterval = kMinute;
inline constexpr std::size_t kCheckpointsRetained = 3;

/// What really happened to one submission.
struct TrueAttempt {
  std::string job;
  std::string id;
  std::uint64_t number = 0;
  EngineState state = EngineState::kCreated;
  bool is_known = true;  // to the master: it can be asked for
  Micros began_at = 0;
  Micros ended_at = 0;
  Micros works_until = 0;  // tasks of a lost master; 0: they ended with the attempt
  std::uint64_t checkpoint_id = 0;
  std::uint64_t own_checkpoints = 0;
  Micros next_checkpoint_at = 0;
  Micros next_step_at = 0;  // of INITIALIZING, RESTARTING and the like to RUNNING
  std::uint64_t restarts = 0;
  bool crash_loops = false;
  bool hides = false;  // its master is slow: the overview leaves it out
  bool is_strange = false;
  std::optional<Micros> stop_at;  // with a savepoint
  std::string stop_trigger;
  std::optional<Micros> cancel_at;
  std::optional<Failure> failure;
  std::optional<RestorePoint> restored_from;

  [[nodiscard]] bool lives() const { return is_known && !is_final(state); }
  [[nodiscard]] bool works(Micros now) const { return lives() || works_until > now; }
};

/// A platform with the manners of a Flink cluster, and its ground truth. Not a model of the
/// product: what is right here is what the platform does.
class FakeCluster {
 public:
  FakeCluster(std::uint32_t seed, bool has_ha) : random_(seed), has_ha_(has_ha) {}

  /// Lets time pass: states change, checkpoints complete.
  void advance(Micros now);

  // What can go wrong with it.
  void lose_master(Micros now);
  void fail(TrueAttempt& attempt, Failure failure, Micros now);
  void cancel_outside(TrueAttempt& attempt, Micros now);
  void restart(TrueAttempt& attempt, Micros now);
  void finish(TrueAttempt& attempt, Micros now);
  void damage_newest_point(const std::string& job);

  // Calls, at the moment at which they arrive. No value: the platform answers with 5xx.
  std::optional<Seen> submit(const std::string& job, std::uint64_t number, const std::string& id,
                             const std::optional<RestorePoint>& from, Micros now);
  std::optional<Seen> get(const std::string& id, bool with_workers, Micros now);
  std::optional<Seen> stop(const std::string& id, const std::string& trigger, Micros now);
  std::optional<Seen> cancel(const std::string& id, Micros now);
  std::optional<Seen> savepoint(const std::string& id, const std::string& trigger, Micros now);
  [[nodiscard]] Seen restore_points(const std::string& job) const;
  /// Ids that the overview shows alive; no value: 5xx.
  [[nodiscard]] std::optional<std::vector<std::string>> overview(Micros now) const;

  [[nodiscard]] std::string leader_token() const { return "leader " + std::to_string(master_); }
  [[nodiscard]] bool has_ha() const { return has_ha_; }
  [[nodiscard]] bool has_leader(Micros now) const { return now >= leaderless_until_; }

  std::vector<TrueAttempt>& attempts() { return attempts_; }
  TrueAttempt* find(const std::string& id);
  [[nodiscard]] const std::map<std::string, std::vector<RestorePoint>>& points() const {
    return points_;
  }

  // For as long as the faults last.
  std::set<std::string> refused_jobs;        // main() throws
  std::set<std::string> failing_savepoints;  // of these jobs
  bool dependency_is_down = false;

 private:
  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_()) % end; }
  void advance(TrueAttempt& attempt, Micros now);
  void end(TrueAttempt& attempt, EngineState state, Micros at);
  void complete_checkpoint(TrueAttempt& attempt, Micros at, bool is_savepoint);

  std::mt19937 random_;
  bool has_ha_;
  int master_ = 1;
  Micros leaderless_until_ = 0;
  std::vector<TrueAttempt> attempts_;
  std::map<std::string, std::vector<RestorePoint>> points_;  // by job, oldest first
  std::map<std::string, seen::SavepointState> savepoints_;   // by trigger
};

}  // namespace tagsmith::job
