#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "job/event.h"
#include "job/slo.h"

namespace tagsmith::job {

/// Attempts that a record remembers: the last one, and those whose ids are watched.
inline constexpr std::size_t kAttemptsKept = 16;

/// All that the store knows of a job: the fold of its events. Times and budgets are here and
/// nowhere else, so that a supervisor that starts anew knows what the last one knew.
struct Record {
  JobSpec spec;
  Desired desired = Desired::kStopped;
  Phase phase = Phase::kIdle;
  Micros phase_since = 0;
  Micros until = 0;     // of kRecovering
  std::string because;  // of the phase
  std::optional<HoldReason> held;
  Micros moved_at = 0;  // last step of phase, attempt or intent: older answers are dropped

  std::vector<Attempt> attempts;  // oldest first, at most kAttemptsKept
  std::uint64_t attempts_made = 0;
  Micros may_work_until = 0;     // tasks of an ended attempt: no other one starts before
  std::optional<Intent> intent;  // in doubt

  int budget_attempts = 0;  // spent in this round
  int budget_round = 0;
  int attempts_since_reset = 0;
  std::optional<Micros> healthy_since;

  std::set<std::string> bad_points;
  bool had_state = false;  // some attempt may have completed a checkpoint
  bool loss_accepted = false;
  int savepoint_tries = 0;

  std::optional<Micros> silent_since;
  std::string silence;
  std::vector<std::string> strays;

  std::vector<Incident> incidents;  // open
  std::uint64_t incidents_made = 0;
  std::optional<Recovery> recovery;
  Ledger ledger;
  Micros accounted_until = 0;  // of the ledger

  /// The attempt that has not ended, or nullptr.
  [[nodiscard]] const Attempt* live_attempt() const;
  /// Ids of attempts that have ended: one that is seen alive is a stray.
  [[nodiscard]] std::vector<std::string> watched_ids() const;
};

/// The record after one more event. Stops the process at an event that cannot follow: a transition
/// or a step that no table has, a change of an ended attempt.
void apply(Record& record, const Event& event);

/// What a moment in this state counts as.
Condition condition_of(const Record& record);

/// The ledger as it stands at `now`.
Ledger ledger_at(const Record& record, Micros now);

}  // namespace tagsmith::job
