#include "job/troubles.h"

#include <fmt/format.h>

namespace tagsmith::job {
namespace {

std::optional<Trouble> recovering(const Record& record) {
  if (!record.recovery || is_over(record.phase)) {
    return std::nullopt;
  }
  return Trouble{Cause::kRecovering,
                 "an attempt was lost, and no new one has a checkpoint yet: " + record.because};
}

std::optional<Trouble> ended(const Record& record) {
  if (record.phase == Phase::kFailed) {
    return Trouble{Cause::kFailed, record.because};
  }
  const bool is_missed = should_run(record.desired) && !is_settled(record.desired, record.phase);
  if (is_missed && is_over(record.phase)) {
    return Trouble{Cause::kEndedOutside, record.because};
  }
  return std::nullopt;
}

std::optional<Trouble> late(const Record& record, const Policy& policy, Micros now) {
  if (record.phase == Phase::kStarting && now - record.phase_since > policy.start_max) {
    return Trouble{Cause::kLate, fmt::format("it does not get to run: {}", record.because)};
  }
  return std::nullopt;
}

// What the live attempt itself shows.
void add_troubles_of_attempt(const Record& record, const Attempt& attempt, const Policy& policy,
                             Micros now, std::vector<Trouble>& troubles) {
  if (attempt.state != AttemptState::kAccepted) {
    return;
  }
  if (is_crash_loop(attempt.progress, policy)) {
    troubles.push_back(
        {Cause::kCrashLoop, fmt::format("{} restarts without a new checkpoint",
                                        attempt.progress.restarts_since_checkpoint)});
  }
  if (record.spec.is_stateful && record.phase == Phase::kRunning && !record.silent_since &&
      is_stalled(attempt.progress, policy, now)) {
    troubles.push_back({Cause::kStalled, "no checkpoint was completed for a long time"});
  }
  if (attempt.engine_state == EngineState::kUnknown && !attempt.word.empty()) {
    troubles.push_back(
        {Cause::kUnknownState, fmt::format("the platform calls its state '{}'", attempt.word)});
  }
}

}  // namespace

std::vector<Trouble> troubles_of(const Record& record, const Policy& policy, Micros now) {
  std::vector<Trouble> troubles;
  const auto add = [&](std::optional<Trouble> trouble) {
    if (trouble) {
      troubles.push_back(*std::move(trouble));
    }
  };
  add(recovering(record));
  add(ended(record));
  add(late(record, policy, now));
  if (const Attempt* attempt = record.live_attempt()) {
    add_troubles_of_attempt(record, *attempt, policy, now, troubles);
  }
  if (record.silent_since && now - *record.silent_since > policy.silence_max) {
    add(Trouble{Cause::kUnreachable, fmt::format("cluster {} does not answer: {}",
                                                 record.spec.cluster, record.silence)});
  }
  if (record.savepoint_tries > 0 && record.phase != Phase::kHeld) {
    add(Trouble{Cause::kSavepointFailed,
                fmt::format("{} savepoints failed", record.savepoint_tries)});
  }
  if (!record.strays.empty()) {
    add(Trouble{Cause::kStray, fmt::format("an old attempt is alive: {}", record.strays.front())});
  }
  if (record.phase == Phase::kHeld) {
    add(Trouble{Cause::kHeld, fmt::format("held ({}): {}", name_of(*record.held), record.because)});
  }
  return troubles;
}

}  // namespace tagsmith::job
