#pragma once

#include <cstdint>
#include <optional>

#include "job/time.h"

namespace tagsmith::job {

/// What a moment counts as. Unknown time is neither up nor down: it is told apart.
enum class Condition {
  kUp,       // should run, and runs
  kDown,     // should run, and is known not to
  kUnknown,  // should run, and nobody knows
  kPlanned,  // should not run
};

/// The times of one recovery, each 0 until it is known.
struct Recovery {
  Micros ended_at = 0;     // the platform's: the attempt stopped working
  Micros detected_at = 0;  // we knew
  Micros sent_at = 0;      // the next attempt was submitted
  Micros running_at = 0;   // all of its vertices ran
  Micros healthy_at = 0;   // it had its first checkpoint

  bool operator==(const Recovery&) const = default;
};

/// What a job's event log comes to. Computed anew from the log, it is the same.
struct Ledger {
  Micros up = 0;
  Micros down = 0;
  Micros unknown = 0;
  Micros planned = 0;
  std::uint64_t failures = 0;    // attempts that were lost
  std::uint64_t recoveries = 0;  // ... and replaced by a healthy one
  std::uint64_t given_up = 0;    // ... and by none
  Micros detecting = 0;          // sums over recoveries, by phase
  Micros deciding = 0;
  Micros starting = 0;
  Micros proving = 0;
  std::uint64_t checkpoints_completed = 0;
  std::uint64_t checkpoints_failed = 0;

  bool operator==(const Ledger&) const = default;
};

/// Adds a span of a condition; a span that would be negative counts as none.
void add_span(Ledger& ledger, Condition condition, Micros span);
/// Adds a recovery that came to its end.
void add_recovery(Ledger& ledger, const Recovery& recovery);

/// The share of the known time in which the job should run and did; nothing before there is any.
std::optional<double> availability(const Ledger& ledger);
/// Mean time from the end of an attempt to all vertices of the next running.
std::optional<Micros> mean_time_to_recover(const Ledger& ledger);
/// Mean time from the end of an attempt to our knowing.
std::optional<Micros> mean_time_to_detect(const Ledger& ledger);
/// Shares of failures that were recovered from, and of checkpoints that were completed. Between 0
/// and 1, never percent.
std::optional<double> recovery_success(const Ledger& ledger);
std::optional<double> checkpoint_success(const Ledger& ledger);

}  // namespace tagsmith::job
