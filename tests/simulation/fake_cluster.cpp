#include "fake_cluster.h"

#include <fmt/format.h>

#include <algorithm>

namespace tagsmith::job {

TrueAttempt* FakeCluster::find(const std::string& id) {
  // The latest of an id: a master that forgot it may have taken it again.
  const auto found = std::find_if(attempts_.rbegin(), attempts_.rend(),
                                  [&](const TrueAttempt& one) { return one.id == id; });
  return found == attempts_.rend() ? nullptr : &*found;
}

void FakeCluster::end(TrueAttempt& attempt, EngineState state, Micros at) {
  attempt.state = state;
  attempt.ended_at = at;
}

void FakeCluster::complete_checkpoint(TrueAttempt& attempt, Micros at, bool is_savepoint) {
  ++attempt.checkpoint_id;
  ++attempt.own_checkpoints;
  std::vector<RestorePoint>& points = points_[attempt.job];
  points.push_back({.path = fmt::format("{}/chk-{}", attempt.id, attempt.checkpoint_id),
                    .attempt = attempt.number,
                    .id = attempt.checkpoint_id,
                    .completed_at = at,
                    .engine_major = 2,
                    .is_savepoint = is_savepoint,
                    .invalid_because = {}});
  const auto is_own = [&](const RestorePoint& point) { return point.attempt == attempt.number; };
  if (static_cast<std::size_t>(std::ranges::count_if(points, is_own)) > kCheckpointsRetained) {
    points.erase(std::ranges::find_if(points, is_own));
  }
}

void FakeCluster::advance(Micros now) {
  for (TrueAttempt& attempt : attempts_) {
    if (attempt.lives() && has_leader(now)) {
      advance(attempt, now);
    }
  }
}

void FakeCluster::advance(TrueAttempt& attempt, Micros now) {
  if (attempt.cancel_at && *attempt.cancel_at <= now) {
    end(attempt, EngineState::kCanceled, *attempt.cancel_at);
    return;
  }
  if (attempt.next_step_at != 0 && attempt.next_step_at <= now) {
    const bool is_damaged =
        attempt.restored_from && attempt.own_checkpoints == 0 &&
        std::ranges::any_of(points_[attempt.job], [&](const RestorePoint& point) {
          return point.path == attempt.restored_from->path && !point.invalid_because.empty();
        });
    if (is_damaged) {
      attempt.failure = Failure{FailureClass::kRestorePoint, "EOFException"};
      end(attempt, EngineState::kFailed, attempt.next_step_at);
      return;
    }
    attempt.state = EngineState::kRunning;
    attempt.next_checkpoint_at = attempt.next_step_at + kTrueCheckpointInterval;
    attempt.next_step_at = 0;
  }
  if (attempt.state != EngineState::kRunning) {
    return;
  }
  if (attempt.crash_loops) {
    if (below(3) == 0) {
      restart(attempt, now);
    }
    return;
  }
  if (attempt.stop_at && *attempt.stop_at <= now) {
    if (failing_savepoints.contains(attempt.job)) {
      savepoints_[attempt.stop_trigger] = seen::SavepointState::kFailed;
      attempt.stop_at.reset();
    } else {
      savepoints_[attempt.stop_trigger] = seen::SavepointState::kCompleted;
      complete_checkpoint(attempt, *attempt.stop_at, true);
      end(attempt, EngineState::kFinished, *attempt.stop_at);
      return;
    }
  }
  while (attempt.next_checkpoint_at <= now) {
    complete_checkpoint(attempt, attempt.next_checkpoint_at, false);
    attempt.next_checkpoint_at += kTrueCheckpointInterval;
  }
}

void FakeCluster::lose_master(Micros now) {
  ++master_;
  leaderless_until_ = now + (3 + below(15)) * kSecond;
  savepoints_.clear();
  for (TrueAttempt& attempt : attempts_) {
    if (!attempt.is_known) {
      continue;
    }
    if (has_ha_ && attempt.lives()) {
      attempt.state = EngineState::kInitializing;
      attempt.next_step_at = leaderless_until_ + (5 + below(20)) * kSecond;
      attempt.restarts = 0;
      attempt.stop_at.reset();
      continue;
    }
    if (!has_ha_) {
      const Micros works_for = (40 + below(20)) * kSecond;
      attempt.works_until = attempt.lives() ? now + works_for : attempt.works_until;
      attempt.ended_at = attempt.lives() ? now : attempt.ended_at;
      attempt.is_known = false;
    }
  }
}

void FakeCluster::fail(TrueAttempt& attempt, Failure failure, Micros now) {
  attempt.failure = std::move(failure);
  end(attempt, EngineState::kFailed, now);
}

void FakeCluster::cancel_outside(TrueAttempt& attempt, Micros now) {
  end(attempt, EngineState::kCanceled, now);
}

void FakeCluster::finish(TrueAttempt& attempt, Micros now) {
  end(attempt, EngineState::kFinished, now);
}

void FakeCluster::restart(TrueAttempt& attempt, Micros now) {
  ++attempt.restarts;
  attempt.state = EngineState::kRestarting;
  attempt.next_step_at = now + (1 + below(8)) * kSecond;
}

void FakeCluster::damage_newest_point(const std::string& job) {
  std::vector<RestorePoint>& points = points_[job];
  if (!points.empty()) {
    points.back().invalid_because = "_metadata ends too early";
  }
}

std::optional<Seen> FakeCluster::submit(const std::string& job, std::uint64_t number,
                                        const std::string& id,
                                        const std::optional<RestorePoint>& from, Micros now) {
  if (!has_leader(now)) {
    return std::nullopt;
  }
  const TrueAttempt* known = find(id);
  if (known != nullptr && known->is_known) {
    return seen::Refused{{FailureClass::kUnknown, "DuplicateJobSubmissionException"}};
  }
  if (refused_jobs.contains(job)) {
    return seen::Refused{{FailureClass::kUserCode, "main() threw"}};
  }
  attempts_.push_back({.job = job,
                       .id = id,
                       .number = number,
                       .state = EngineState::kInitializing,
                       .began_at = now,
                       .checkpoint_id = from ? from->id : 0,
                       .next_step_at = now + (1 + below(6)) * kSecond,
                       .restored_from = from});
  return seen::Taken{};
}

std::optional<Seen> FakeCluster::get(const std::string& id, bool with_workers, Micros now) {
  if (!has_leader(now)) {
    return std::nullopt;
  }
  const TrueAttempt* attempt = find(id);
  if (attempt == nullptr || !attempt->is_known) {
    const bool are_clear = attempt == nullptr || !attempt->works(now);
    return seen::Absent{.workers_are_clear = with_workers && are_clear, .has_ha_metadata = false};
  }
  // A new leader answers before it has taken up the jobs that it finds in its metadata.
  if (attempt->state == EngineState::kInitializing && has_ha_ && below(4) != 0 && master_ > 1 &&
      attempt->began_at < leaderless_until_) {
    return seen::Absent{.workers_are_clear = with_workers, .has_ha_metadata = true};
  }
  const bool is_strange = attempt->is_strange && attempt->lives();
  return seen::Job{.state = is_strange ? EngineState::kUnknown : attempt->state,
                   .word = is_strange ? "DREAMING" : std::string(name_of(attempt->state)),
                   .all_running = attempt->state == EngineState::kRunning && !is_strange,
                   .started_at = attempt->began_at,
                   .ended_at = attempt->ended_at,
                   .platform_now = now,
                   .details = Details{.restarts = attempt->restarts,
                                      .checkpoint_id = attempt->checkpoint_id,
                                      .checkpoints_completed = attempt->own_checkpoints},
                   .failure = attempt->failure};
}

std::optional<Seen> FakeCluster::stop(const std::string& id, const std::string& trigger,
                                      Micros now) {
  TrueAttempt* attempt = find(id);
  if (!has_leader(now)) {
    return std::nullopt;
  }
  const bool is_new = !savepoints_.contains(trigger);
  if (attempt != nullptr && attempt->lives() && is_new) {
    attempt->stop_at = now + (1 + below(20)) * kSecond;
    attempt->stop_trigger = trigger;
    savepoints_[trigger] = seen::SavepointState::kInProgress;
  }
  return seen::Taken{};
}

std::optional<Seen> FakeCluster::cancel(const std::string& id, Micros now) {
  TrueAttempt* attempt = find(id);
  if (!has_leader(now)) {
    return std::nullopt;
  }
  if (attempt != nullptr && attempt->lives() && !attempt->cancel_at) {
    attempt->cancel_at = now + below(4) * kSecond;
  }
  return seen::Taken{};
}

std::optional<Seen> FakeCluster::savepoint(const std::string& id, const std::string& trigger,
                                           Micros now) {
  if (!has_leader(now)) {
    return std::nullopt;
  }
  seen::Savepoint answer{.trigger_id = trigger, .state = seen::SavepointState::kForgotten};
  if (const auto found = savepoints_.find(trigger); found != savepoints_.end()) {
    answer.state = found->second;
    answer.text = "savepoint of " + id;
  }
  return answer;
}

Seen FakeCluster::restore_points(const std::string& job) const {
  seen::RestorePoints listing{.engine_major = 2};
  if (const auto found = points_.find(job); found != points_.end()) {
    listing.points = found->second;
  }
  return listing;
}

std::optional<std::vector<std::string>> FakeCluster::overview(Micros now) const {
  if (!has_leader(now)) {
    return std::nullopt;
  }
  std::vector<std::string> ids;
  for (const TrueAttempt& attempt : attempts_) {
    if (attempt.lives() && !attempt.hides) {
      ids.push_back(attempt.id);
    }
  }
  return ids;
}

}  // namespace tagsmith::job
