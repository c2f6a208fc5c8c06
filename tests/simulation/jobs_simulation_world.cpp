#include "jobs_simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "job/command.h"

namespace tagsmith::job {

void JobsSimulation::world_tick() {
  for (std::size_t index = 0; index < cluster_.attempts().size(); ++index) {
    if (TrueAttempt& attempt = cluster_.attempts()[index]; attempt.lives()) {
      harm(attempt);
    }
  }
  if (happens(Fault::kMasterLost, 30)) {
    cluster_.lose_master(now_);
  }
  cut_off(100);
  const bool is_calm = now_ >= storm_until_;
  if (is_calm || below(4) == 0) {
    cluster_.refused_jobs.clear();
  }
  if (is_calm || below(40) == 0) {
    cluster_.failing_savepoints.clear();
  }
  for (const auto& [name, job] : jobs_) {
    if (happens(Fault::kSubmissionRefused, 60)) {
      cluster_.refused_jobs.insert(name);
    }
    if (happens(Fault::kSavepointsFail, 12)) {
      cluster_.failing_savepoints.insert(name);
    }
    if (happens(Fault::kPointDamaged, 150)) {
      cluster_.damage_newest_point(name);
    }
  }
  if (cluster_.dependency_is_down && (below(20) == 0 || is_calm)) {
    cluster_.dependency_is_down = false;
  }
  if (!is_calm) {
    person_acts();
    const Supervisor& newest = supervisors_.at(newest_supervisor_);
    if (newest.is_alive && happens(Fault::kLeaseSplit, 80)) {
      start_supervisor(true);
    }
  }
  later(kTick, [this] { world_tick(); });
}

// The cluster answers nobody for a while.
void JobsSimulation::cut_off(std::uint32_t one_in) {
  if (happens(Fault::kPartition, one_in)) {
    const Micros lasts = 10 * kSecond + seconds(below(3) == 0 ? 1000 : 60);
    later(below(2) * kSecond,
          [this, lasts] { partition_until_ = now_ < storm_until_ ? now_ + lasts : 0; });
    if (below(2) == 0) {  // between its machines, too
      later(lasts, [this] { restart_all(); });
    }
  }
}

void JobsSimulation::restart_all() {
  for (TrueAttempt& attempt : cluster_.attempts()) {
    if (attempt.lives() && attempt.state == EngineState::kRunning) {
      cluster_.restart(attempt, now_);
    }
  }
}

void JobsSimulation::harm(TrueAttempt& attempt) {
  const bool runs = attempt.state == EngineState::kRunning;
  JobState& job = jobs_.at(attempt.job);
  const bool is_ending = attempt.stop_at || attempt.cancel_at;
  const std::uint32_t user_error = job.is_poisoned ? 4 : (is_ending ? 20 : 40);
  if (attempt.crash_loops && (below(12) == 0 || now_ >= storm_until_)) {
    attempt.crash_loops = false;
    attempt.next_checkpoint_at = now_ + kTrueCheckpointInterval;
  }
  attempt.is_strange = happens(Fault::kStrangeState, 80);
  attempt.hides = happens(Fault::kPartialOverview, 15);
  if (!runs) {
    return;
  }
  if (job.stored.desired == Desired::kDoneOnce && attempt.restarts == 0 &&
      now_ - attempt.began_at > job.ends_at) {
    cluster_.finish(attempt, now_);
  } else if (happens(Fault::kUserError, user_error)) {
    cluster_.fail(attempt, {FailureClass::kUserCode, "NullPointerException"}, now_);
  } else if (happens(Fault::kInfrastructureError, row_of(options_.slip).needs_starts ? 10 : 80)) {
    cluster_.fail(attempt, {FailureClass::kInfrastructure, "TaskManager lost"}, now_);
  } else if (happens(Fault::kResourceError, 80)) {
    cluster_.fail(attempt, {FailureClass::kResources, "no slots"}, now_);
  } else if (happens(Fault::kDependencyError, 80)) {
    cluster_.dependency_is_down = true;
    cluster_.fail(attempt, {FailureClass::kDependency, "database refused"}, now_);
  } else if (happens(Fault::kCancelledOutside, 80)) {
    cluster_.cancel_outside(attempt, now_);
  } else if (happens(Fault::kEngineRestart, 30)) {
    cluster_.restart(attempt, now_);
  } else if (happens(Fault::kCrashLoop, 30)) {
    attempt.crash_loops = true;
  }
}

void JobsSimulation::person_acts() {
  for (auto& [name, job] : jobs_) {
    std::vector<Event> events;
    const Micros now = std::max(now_, job.stored.accounted_until);
    const bool is_down = is_over(job.stored.phase) || job.stored.phase == Phase::kSuspended;
    if (below(is_down ? 4 : 30) == 0) {
      const Desired again = job.stored.spec.is_stateful ? Desired::kRunning : Desired::kDoneOnce;
      const Desired end = below(2) == 0 ? Desired::kSuspended : Desired::kStopped;
      const bool should_end = !is_down && should_run(job.stored.desired);
      events = want(job.stored, should_end ? end : again, "test", now);
    } else if (job.stored.held && below(6) == 0) {
      // What a person can know: the truth.
      const Attempt* attempt = job.stored.live_attempt();
      TrueAttempt* truth = attempt == nullptr ? nullptr : cluster_.find(attempt->engine.id);
      const bool works = truth != nullptr && truth->works(now_);
      const Resolution word =
          job.stored.held == HoldReason::kDoubt
              ? (truth != nullptr ? Resolution::kStarted : Resolution::kNeverStarted)
              : (job.stored.held == HoldReason::kUnreachable ? Resolution::kLost
                                                             : Resolution::kAcceptLoss);
      if (word != Resolution::kLost || !works) {
        if (auto answer = resolve(job.stored, word, "test", now)) {
          events = std::move(answer).value();
          job.loss_permitted |= word == Resolution::kAcceptLoss;
        }
      }
    }
    if (events.empty()) {
      continue;
    }
    ++totals_.people;
    const Record before = job.stored;
    for (const Event& event : events) {
      apply(job.stored, event);
    }
    ++job.version;
    judge_commit(name, before, events);
  }
}

}  // namespace tagsmith::job
