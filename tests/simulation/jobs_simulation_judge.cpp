#include "jobs_simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "job/troubles.h"

namespace tagsmith::job {

namespace {
constexpr int kCalmTicksMax = 20;
}  // namespace

void JobsSimulation::judge_commit(const std::string& name, const Record& before,
                                  const std::vector<Event>& events) {
  JobState& job = jobs_.at(name);
  std::vector<Incident> open = before.incidents;
  for (const Event& event : events) {
    if (const auto* moved = std::get_if<event::PhaseChanged>(&event.kind)) {
      ++totals_.transitions.at(static_cast<std::size_t>(moved->transition));
      count_user_failures(job, moved->transition);
    } else if (std::holds_alternative<event::AttemptPlanned>(event.kind)) {
      ++totals_.attempt_steps.at(static_cast<std::size_t>(AttemptStep::kPlan));
      job.last_start_at = event.at;
      job.ends_at = (2 + below(10)) * kMinute;
    } else if (const auto* sent = std::get_if<event::Sent>(&event.kind)) {
      if (sent->intent.kind == IntentKind::kSubmit) {
        ++totals_.attempt_steps.at(static_cast<std::size_t>(
            sent->intent.tries == 1 ? AttemptStep::kSend : AttemptStep::kResend));
      }
    } else if (std::holds_alternative<event::AttemptAccepted>(event.kind)) {
      ++totals_.attempt_steps.at(static_cast<std::size_t>(AttemptStep::kAccept));
    } else if (const auto* ended = std::get_if<event::AttemptEnded>(&event.kind)) {
      ++totals_.attempt_steps.at(static_cast<std::size_t>(ended->step));
      if (ended->step == AttemptStep::kFail || ended->step == AttemptStep::kVanish) {
        lost_.push_back({.job = name, .at = event.at});
      }
    } else if (const auto* changed = std::get_if<event::IncidentChanged>(&event.kind)) {
      if (const auto key = delivery_key(name, open, changed->change)) {
        ++totals_.alerts;
        if (!job.told.insert(*key).second) {
          violate("an alert is told twice: " + *key);
        }
      }
      if (const auto* opened = std::get_if<incident::Opened>(&changed->change)) {
        ++job.incidents_opened;
        if (!job.open_causes.insert(opened->incident.cause).second) {
          violate(
              fmt::format("two open incidents of {}: {}", name, name_of(opened->incident.cause)));
        }
      } else if (const auto* resolved = std::get_if<incident::Resolved>(&changed->change)) {
        const auto found = std::ranges::find(open, resolved->number, &Incident::number);
        job.open_causes.erase(found->cause);
      }
      apply(open, changed->change, event.at);
    }
  }
  for (const Attempt& was : before.attempts) {
    const auto now = std::ranges::find(job.stored.attempts, was.number, &Attempt::number);
    if (is_final(was.state) && now != job.stored.attempts.end() &&
        (now->state != was.state || now->ended_at != was.ended_at)) {
      violate(fmt::format("attempt {} of {} ended twice", was.number, name));
    }
  }
  // Every fault or act may open a few; nothing else may.
  const std::uint64_t reasons = happened_.size() + totals_.people + 5;
  if (job.incidents_opened > 3 * reasons) {
    violate(fmt::format("{} incidents of {}", job.incidents_opened, name));
  }
}

// Those that were answered by another attempt. An end that a lost master took with it is nobody's
// to know.
void JobsSimulation::count_user_failures(JobState& job, Transition transition) {
  if (transition == Transition::kAgain || transition == Transition::kVanish) {
    job.user_failures_in_a_row = 0;
    return;
  }
  if (transition != Transition::kFail) {
    return;
  }
  const TrueAttempt* truth = cluster_.find(job.stored.attempts.back().engine.id);
  const bool is_user_error = truth != nullptr && truth->failure &&
                             truth->failure->failure_class == FailureClass::kUserCode;
  const bool was_young = truth != nullptr && truth->ended_at - truth->began_at < 10 * kMinute;
  job.user_failures_in_a_row = is_user_error ? (was_young ? job.user_failures_in_a_row : 0) + 1 : 0;
}

void JobsSimulation::judge_start(const std::string& name, const TrueAttempt& begun) {
  JobState& job = jobs_.at(name);
  tell(fmt::format("{}: attempt {} begins{}", name, begun.id.substr(0, 6),
                   begun.restored_from ? " from " + begun.restored_from->path : ""));
  bool had_state = false;
  for (const TrueAttempt& other : cluster_.attempts()) {
    if (other.job != name || &other == &begun) {
      continue;
    }
    had_state |= other.own_checkpoints > 0;
    if (other.works(now_) && !was_too_late_) {
      violate(fmt::format("two live attempts of {}: {} and {}", name, other.id.substr(0, 6),
                          begun.id.substr(0, 6)));
    }
  }
  if (!job.stored.spec.is_stateful || was_too_late_) {
    return;
  }
  const bool may_be_empty = job.policy.allow_empty_start || job.loss_permitted;
  if (!begun.restored_from && had_state && !may_be_empty) {
    violate(fmt::format("{} starts without its state", name));
  }
  if (begun.restored_from) {
    for (const RestorePoint& point : cluster_.points().at(name)) {
      const bool is_newer = std::pair(point.attempt, point.id) >
                            std::pair(begun.restored_from->attempt, begun.restored_from->id);
      if (is_newer && point.invalid_because.empty() &&
          !job.stored.bad_points.contains(point.path)) {
        violate(fmt::format("{} starts from {}, though {} is newer", name,
                            begun.restored_from->path, point.path));
      }
    }
  }
  if (job.user_failures_in_a_row > job.policy.budget_of(FailureClass::kUserCode).attempts) {
    violate(
        fmt::format("{} starts after {} user errors in a row", name, job.user_failures_in_a_row));
  }
}

bool JobsSimulation::is_at_rest(const JobState& job, Micros now) const {
  const Record& record = job.stored;
  const bool is_in_crash_loop = record.phase == Phase::kStarting && !record.incidents.empty();
  const bool is_at_work = record.desired == Desired::kDoneOnce && record.phase == Phase::kRunning;
  return is_settled(record.desired, record.phase) || is_at_work || record.held ||
         is_over(record.phase) || (record.phase == Phase::kRecovering && now < record.until) ||
         is_in_crash_loop;
}

void JobsSimulation::judge_calm() {
  tell("calm");
  partition_until_ = 0;
  std::map<std::string, int> ticks;
  // Long enough for a rest between two rounds of a budget, and for incidents to go quiet.
  const Micros end = storm_until_ + 20 * kMinute;
  Micros next_look = storm_until_ + kTick;
  while (!violation_ && now_ < end && !messages_.empty()) {
    take_message();
    if (now_ < next_look) {
      continue;
    }
    next_look += kTick;
    for (const auto& [name, job] : jobs_) {
      int& count = ticks[name];
      count = is_at_rest(job, now_) ? 0 : count + 1;
      totals_.calm_ticks_max = std::max(totals_.calm_ticks_max, count);
      if (count > kCalmTicksMax) {
        violate(fmt::format("{} is {} {} ticks after the last fault, wanted {}", name,
                            name_of(job.stored.phase), count, name_of(job.stored.desired)));
      }
    }
  }
  for (const auto& [name, job] : jobs_) {
    const std::vector<Trouble> troubles = troubles_of(job.stored, job.policy, now_);
    for (const Incident& incident : job.stored.incidents) {
      const bool has_reason =
          std::ranges::find(troubles, incident.cause, &Trouble::cause) != troubles.end() ||
          (incident.quiet_since && now_ - *incident.quiet_since < 2 * job.policy.quiet_after);
      if (!has_reason) {
        violate(fmt::format("incident '{}' of {} is open without a reason", name_of(incident.cause),
                            name));
      }
    }
    for (const TrueAttempt& attempt : cluster_.attempts()) {
      const Attempt* live = job.stored.live_attempt();
      if (attempt.job == name && attempt.lives() &&
          (live == nullptr || live->engine.id != attempt.id)) {
        violate(fmt::format("attempt {} lives, and {} does not know it", attempt.id.substr(0, 6),
                            name));
      }
    }
  }
}

}  // namespace tagsmith::job
