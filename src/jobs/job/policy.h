#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "job/failure.h"
#include "job/time.h"

namespace tagsmith::job {

/// How long to wait before the n-th attempt of a row: the first wait, times `factor` each time, up
/// to the longest, and up to `jitter` of it more or less.
struct Backoff {
  Micros first = 10 * kSecond;
  Micros longest = 2 * kMinute;
  double factor = 2.0;
  double jitter = 0.1;
  Micros reset_after = 10 * kMinute;  // of healthy running: the next failure is the first again

  bool operator==(const Backoff&) const = default;
};

/// The wait before attempt `step` of a row, from 0. The same seed gives the same wait.
Micros wait_before(const Backoff& backoff, int step, std::uint64_t seed);

/// How often a failure of one class is answered by another attempt: `attempts` in a row with
/// backoff, then a rest of Policy::cool_down, and again, in all `rounds` times. 0 attempts: never.
struct Budget {
  int attempts = 0;
  int rounds = 1;

  bool operator==(const Budget&) const = default;
};

enum class OnCrashLoop { kAlert, kRestoreOlder };
enum class OnExternalCancel { kReport, kRecover };
enum class OnStop { kSavepoint, kCancel };

std::string_view name_of(OnCrashLoop action);
std::string_view name_of(OnExternalCancel action);
std::string_view name_of(OnStop action);

/// All numbers and choices by which a job is looked after. The values are those of the seeds where
/// they have one.
struct Policy {
  // Looking.
  Micros tick = 10 * kSecond;
  Micros refresh = 3 * kSecond;             // how old an answer of the platform can be
  Micros heartbeat_timeout = 50 * kSecond;  // after which a worker drops tasks of a lost master

  // Submitting.
  Micros request_patience = 30 * kSecond;  // a request that is older than this is dead
  Micros doubt_max = 10 * kMinute;         // then a person is asked
  Micros start_max = 10 * kMinute;         // from the submission to all vertices running

  // Recovering.
  Backoff backoff;
  std::array<Budget, kFailureClasses> budgets{{
      {.attempts = 3, .rounds = 1},   // user code
      {.attempts = 0, .rounds = 0},   // configuration
      {.attempts = 0, .rounds = 0},   // state incompatible
      {.attempts = 3, .rounds = 3},   // resources
      {.attempts = 3, .rounds = 12},  // infrastructure
      {.attempts = 0, .rounds = 0},   // dependency: waited for instead
      {.attempts = 0, .rounds = 0},   // restore point: the next one is taken instead
      {.attempts = 3, .rounds = 1},   // unknown
  }};
  Micros cool_down = 5 * kMinute;
  bool allow_empty_start = false;  // of a stateful job that had state
  Micros rewind_max = 30 * kMinute;
  OnCrashLoop on_crash_loop = OnCrashLoop::kAlert;
  OnExternalCancel on_external_cancel = OnExternalCancel::kReport;
  OnStop on_stop = OnStop::kSavepoint;
  int savepoints_max = 3;               // tries of one stop, then a person is asked
  Micros savepoint_max = 15 * kMinute;  // how long one may take

  // Checkpoints: what the job is submitted with, and what it is judged by.
  Micros checkpoint_interval = 5 * kMinute;
  Micros checkpoint_timeout = 10 * kMinute;
  int checkpoint_failures_max = 3;  // in a row, tolerated by the engine
  int crash_loop_restarts = 3;      // without a new checkpoint between them
  int stall_intervals = 3;          // of the checkpoint interval, beside one timeout

  // Telling.
  Micros silence_max = 20 * kSecond;        // of a cluster, then it is told
  Micros unreachable_after = 10 * kMinute;  // then the job is held
  Micros quiet_after = kMinute;             // that a cause has to be gone before its incident is
  Micros repeat_after = kDay;               // a job that is still held is told again

  // Failures that share a cluster.
  int brake_jobs_min = 3;  // jobs that failed within the window, at least
  int brake_percent = 30;  // and this share of the cluster's jobs
  Micros brake_window = 2 * kMinute;
  Micros brake_spacing = 10 * kSecond;  // between two starts while the brake is on

  [[nodiscard]] const Budget& budget_of(FailureClass failure_class) const {
    return budgets.at(static_cast<std::size_t>(failure_class));
  }

  bool operator==(const Policy&) const = default;
};

/// What a job is tuned for: the three rows of the seeds' table, beside their default.
enum class Profile { kDefault, kThroughput, kLatency, kReliability };

std::string_view name_of(Profile profile);
Policy policy_of(Profile profile);

/// What contradicts itself in a policy: "a checkpoint may take longer than ...". Empty: nothing.
std::vector<std::string> contradictions(const Policy& policy);

}  // namespace tagsmith::job
