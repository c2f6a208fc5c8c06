#include "jobs_simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tagsmith::job {

namespace {
constexpr Micros kSkewMax = 5 * kSecond;
}  // namespace

void JobsSimulation::start_supervisor(bool old_one_lives) {
  if (!old_one_lives && newest_supervisor_ != 0) {
    supervisors_.at(newest_supervisor_).is_alive = false;
  }
  const int number = ++newest_supervisor_;
  Supervisor& supervisor = supervisors_[number];
  supervisor.number = number;
  supervisor.epoch = ++epoch_;
  if (happens(Fault::kClockSkew, 3)) {
    supervisor.ahead = static_cast<Micros>(below(2 * kSkewMax)) - kSkewMax;
  }
  for (const auto& [name, job] : jobs_) {
    load(supervisor, name);
  }
  tell(fmt::format("supervisor {} takes epoch {}", number, epoch_));
  later(kSecond, [this, number] { supervisor_tick(number); });
}

void JobsSimulation::die(Supervisor& supervisor) {
  supervisor.is_alive = false;
  tell(fmt::format("supervisor {} dies", supervisor.number));
  if (supervisor.number == newest_supervisor_) {
    later(seconds(60), [this] { start_supervisor(false); });
  }
}

void JobsSimulation::load(Supervisor& supervisor, const std::string& job) {
  const JobState& state = jobs_.at(job);
  supervisor.records[job] = state.stored;
  supervisor.versions[job] = state.version;
  // Its clock goes on from the latest time in the store.
  supervisor.ahead = std::max(supervisor.ahead, state.stored.accounted_until - now_);
}

void JobsSimulation::supervisor_tick(int number) {
  Supervisor& supervisor = supervisors_.at(number);
  if (!supervisor.is_alive) {
    return;
  }
  if (happens(Fault::kSupervisorDies, 150)) {
    die(supervisor);
    return;
  }
  ask_overview(supervisor);
  for (const auto& [name, job] : jobs_) {
    supervisor.asked[name].clear();
    if (supervisor.versions[name] != job.version) {
      load(supervisor, name);  // a person changed it
    }
    process(number, name, {});
    const Attempt* attempt = supervisor.records[name].live_attempt();
    if (supervisor.is_alive && attempt != nullptr && attempt->state == AttemptState::kAccepted &&
        below(2) == 0) {
      look(supervisor, name, effect::LookFor::kJob);  // its turn for details
    }
    if (!supervisor.is_alive) {
      return;
    }
  }
  later(kTick, [this, number] { supervisor_tick(number); });
}

void JobsSimulation::ask_overview(Supervisor& supervisor) {
  // One question for all jobs: each gets its part of the answer.
  const Micros begun_at = clock(supervisor) + 1;
  const int number = supervisor.number;
  const bool is_lost = happens(Fault::kAnswerDropped, 20);
  const Micros delay = happens(Fault::kAnswerDelayed, 15) ? seconds(40) : below(400'000) + 1;
  later(below(100'000), [this, number, begun_at, is_lost, delay] {
    const bool is_cut = now_ < partition_until_;
    std::optional<std::vector<std::string>> ids =
        is_lost || is_cut ? std::nullopt : cluster_.overview(now_);
    const std::string token = cluster_.leader_token();
    later(delay, [this, number, begun_at, ids = std::move(ids), token] {
      Supervisor& asker = supervisors_.at(number);
      for (const auto& [name, job] : jobs_) {
        if (!asker.is_alive) {
          return;
        }
        Observation observation{.begun_at = begun_at, .ended_at = clock(asker)};
        const Record& record = asker.records[name];
        const Attempt* attempt = record.live_attempt();
        observation.engine_id = attempt == nullptr ? std::string() : attempt->engine.id;
        if (!ids) {
          observation.seen = seen::NoAnswer{"timeout"};
        } else {
          observation.leader_token = token;
          std::vector<std::string> strays;
          for (const std::string& id : record.watched_ids()) {
            if (std::ranges::find(*ids, id) != ids->end()) {
              strays.push_back(id);
            }
          }
          observation.strays = std::move(strays);
          const bool is_listed = std::ranges::find(*ids, observation.engine_id) != ids->end();
          if (attempt != nullptr && !is_listed) {
            observation.seen = seen::NotListed{};
          }
        }
        process(number, name, observation);
      }
    });
  });
}

void JobsSimulation::ask(const Question& question, Call call) {
  const Micros begun_at = clock(supervisors_.at(question.supervisor)) + 1;
  if (!cluster_.has_ha()) {
    // A request to a master that is gone goes nowhere.
    call = [this, token = cluster_.leader_token(), call]() -> std::optional<Seen> {
      if (cluster_.leader_token() != token) {
        return std::nullopt;
      }
      return call();
    };
  }
  const auto patience = static_cast<std::uint32_t>(question.patience / kSecond);
  Micros travel = 1 + below(300'000);
  bool is_heard = true;
  if (happens(Fault::kRequestDropped, 40)) {
    later(question.patience, [this, question, begun_at] {
      answer(question, begun_at, {.seen = seen::NoAnswer{"timeout"}, .strays = {}});
    });
    return;
  }
  if (happens(Fault::kRequestDelayed, 30)) {
    travel = seconds(patience);
    is_heard = false;
  }
  if (question.is_call && may_be_too_late_ && happens(Fault::kRequestTooLate, 8)) {
    travel = question.patience + seconds(200);
    was_too_late_ = true;
    is_heard = false;
  }
  if (happens(Fault::kAnswerDropped, 40)) {
    is_heard = false;
  }
  if (happens(Fault::kRequestDoubled, 30)) {
    later(seconds(patience), [call] { call(); });
  }
  if (!is_heard) {
    later(travel, [call] { call(); });
    later(question.patience, [this, question, begun_at] {
      answer(question, begun_at, {.seen = seen::NoAnswer{"timeout"}, .strays = {}});
    });
    return;
  }
  const Micros late = seconds(below(4) == 0 ? 400 : 60);
  const Micros back = happens(Fault::kAnswerDelayed, 12) ? late : below(300'000);
  later(travel, [this, question, call = std::move(call), begun_at, back] {
    deliver(question, call, begun_at, back);
  });
}

void JobsSimulation::deliver(const Question& question, const Call& call, Micros begun_at,
                             Micros answer_after) {
  Observation observation{.leader_token = cluster_.leader_token()};
  if (now_ < partition_until_) {
    observation.leader_token.clear();
    observation.seen = seen::NoAnswer{"timeout"};
  } else if (!question.is_call && happens(Fault::kStandbyAnswer, 40)) {
    observation.leader_token.clear();
    observation.seen = seen::Absent{.workers_are_clear = true};
  } else if (happens(Fault::kServerError, 30)) {
    if (below(2) == 0) {
      call();
    }
    observation.leader_token.clear();
    observation.seen = seen::NoAnswer{"500"};
  } else if (std::optional<Seen> said = call()) {
    observation.seen = *std::move(said);
  } else {
    observation.leader_token.clear();
    observation.seen = seen::NoAnswer{"503"};
  }
  later(answer_after,
        [this, question, begun_at, observation] { answer(question, begun_at, observation); });
}

void JobsSimulation::answer(const Question& question, Micros begun_at, Observation observation) {
  const Supervisor& supervisor = supervisors_.at(question.supervisor);
  observation.engine_id = question.engine_id;
  observation.begun_at = begun_at;
  observation.ended_at = clock(supervisor);
  if (options_.slip == Slip::kSilenceIsAbsence &&
      std::holds_alternative<seen::NoAnswer>(observation.seen)) {
    observation.seen = seen::Absent{.workers_are_clear = true};
    observation.leader_token = cluster_.leader_token();
  }
  if (auto* absent = std::get_if<seen::Absent>(&observation.seen)) {
    absent->workers_are_clear |= options_.slip == Slip::kWorkersAreForgotten;
    absent->has_ha_metadata &= options_.slip != Slip::kMetadataIsIgnored;
  }
  if (auto* listing = std::get_if<seen::RestorePoints>(&observation.seen)) {
    if (options_.slip == Slip::kListingFromCache && !listing->points.empty()) {
      *listing = listings_.try_emplace(question.job, *listing).first->second;
    }
    if (options_.slip == Slip::kOldestPoint && listing->points.size() > 1) {
      listing->points.resize(1);
    }
  }
  process(question.supervisor, question.job, observation);
}

Brake JobsSimulation::brake_of(const JobState& job) {
  return judge_brake(lost_, jobs_.size(), job.last_start_at, job.policy, now_);
}

void JobsSimulation::process(int number, const std::string& job, const Observation& observation) {
  Supervisor& supervisor = supervisors_.at(number);
  if (!supervisor.is_alive || violation_) {
    return;
  }
  ++totals_.steps;
  const JobState& state = jobs_.at(job);
  const Record& record = supervisor.records[job];
  Policy policy = state.policy;
  policy.heartbeat_timeout =
      options_.slip == Slip::kNoWaitAfterVoid ? -kMinute : policy.heartbeat_timeout;
  policy.allow_empty_start |= options_.slip == Slip::kEmptyStart;
  Decision decision = decide({.record = record,
                              .observation = observation,
                              .policy = policy,
                              .brake = brake_of(state),
                              .epoch = supervisor.epoch,
                              .now = clock(supervisor),
                              .seed = (static_cast<std::uint64_t>(random_()) << 32U) | random_()});
  totals_.dropped_as_old +=
      !decision.explanation.rejected.empty() &&
              decision.explanation.rejected.back().alternative.starts_with("use the answer")
          ? 1
          : 0;
  if (decision.explanation.rule.empty()) {
    violate("a decision without a reason: " + to_text(observation.seen));
    return;
  }
  if (!decision.events.empty() && !commit(supervisor, job, decision)) {
    return;
  }
  for (const Effect& effect : decision.effects) {
    if (happens(Fault::kSupervisorDies, 600)) {
      die(supervisor);
      return;
    }
    perform(supervisor, job, effect);
  }
}

bool JobsSimulation::commit(Supervisor& supervisor, const std::string& job, Decision& decision) {
  JobState& state = jobs_.at(job);
  if (happens(Fault::kSupervisorDies, 400)) {
    die(supervisor);
    return false;
  }
  if (happens(Fault::kCommitRefused, 60)) {
    return false;
  }
  if (supervisor.epoch != epoch_) {
    tell(fmt::format("supervisor {} is told that it was overtaken", supervisor.number));
    supervisor.is_alive = false;
    return false;
  }
  if (supervisor.versions[job] != state.version) {
    load(supervisor, job);
    return false;
  }
  if (options_.slip == Slip::kBudgetInMemory) {
    std::erase_if(decision.events, [](const Event& event) {
      return std::holds_alternative<event::BudgetSpent>(event.kind);
    });
  }
  ++totals_.commits;
  const Record before = state.stored;
  for (const Event& event : decision.events) {
    if (options_.story != nullptr) {
      tell(fmt::format("{}: {}", job, to_text(event)));
    }
    apply(state.stored, event);
  }
  if (options_.slip == Slip::kIncidentsInMemory && below(4) == 0) {
    state.stored.incidents.clear();
  }
  if (options_.slip == Slip::kLateAnswerChangesTheEnd && below(20) == 0 &&
      !state.stored.attempts.empty() && is_final(state.stored.attempts.front().state)) {
    state.stored.attempts.front().state = AttemptState::kFinished;
  }
  ++state.version;
  judge_commit(job, before, decision.events);
  if (happens(Fault::kSupervisorDies, 400)) {
    die(supervisor);
    return false;
  }
  load(supervisor, job);
  return !happens(Fault::kCommitAnswerLost, 60);
}

void JobsSimulation::look(Supervisor& supervisor, const std::string& job, effect::LookFor what) {
  if (!supervisor.asked[job].insert(what).second) {
    return;
  }
  const Record& record = supervisor.records[job];
  const Attempt* attempt = record.live_attempt();
  Question question{.supervisor = supervisor.number, .job = job};
  switch (what) {
    case effect::LookFor::kJob:
    case effect::LookFor::kAbsence:
      if (attempt != nullptr) {
        question.engine_id = attempt->engine.id;
        ask(question, [this, id = attempt->engine.id, what] {
          return cluster_.get(id, what == effect::LookFor::kAbsence, now_);
        });
      }
      return;
    case effect::LookFor::kSavepoint:
      if (attempt != nullptr && record.intent) {
        question.engine_id = attempt->engine.id;
        ask(question, [this, id = attempt->engine.id, trigger = record.intent->id] {
          return cluster_.savepoint(id, trigger, now_);
        });
      }
      return;
    case effect::LookFor::kRestorePoints:
      ask(question, [this, job]() -> std::optional<Seen> {
        return happens(Fault::kEmptyListing, 10) ? Seen(seen::RestorePoints{.engine_major = 2})
                                                 : cluster_.restore_points(job);
      });
      return;
    case effect::LookFor::kDependency:
      ask(question, [this] {
        return cluster_.dependency_is_down ? std::optional<Seen>(seen::NoAnswer{"refused"})
                                           : std::optional<Seen>(seen::DependencyUp{});
      });
      return;
  }
}

void JobsSimulation::perform(Supervisor& supervisor, const std::string& job, const Effect& effect) {
  Question question{
      .supervisor = supervisor.number, .job = job, .patience = 30 * kSecond, .is_call = true};
  const Record& record = supervisor.records[job];
  if (const auto* it = std::get_if<effect::Look>(&effect)) {
    look(supervisor, job, it->what);
  } else if (std::holds_alternative<effect::Prepare>(effect)) {
    const Attempt* attempt = record.live_attempt();
    if (attempt == nullptr || !supervisor.asked[job].insert(std::nullopt).second) {
      return;
    }
    question.engine_id = attempt->engine.id;
    question.patience = 5 * kSecond;
    const bool is_refused = happens(Fault::kArtifactRefused, 60);
    cut_off(8);
    ask(question, [this, is_refused]() -> std::optional<Seen> {
      if (!cluster_.has_leader(now_)) {
        return std::nullopt;
      }
      return is_refused ? Seen(seen::Refused{{FailureClass::kConfiguration, "no such class"}})
                        : Seen(seen::Prepared{"jar"});
    });
  } else if (const auto* submit = std::get_if<effect::Submit>(&effect)) {
    std::string id = submit->intent.id;
    if (options_.slip == Slip::kNewIdForEachTry) {
      id += std::to_string(submit->intent.tries);
    }
    question.engine_id = submit->intent.id;
    cut_off(15);
    if (submit->restore_from && happens(Fault::kPointDamaged, 6)) {
      cluster_.damage_newest_point(job);  // after it was chosen
    }
    ask(question,
        [this, job, id, number = record.attempts_made,
         from = submit->restore_from]() -> std::optional<Seen> {
          std::optional<Seen> said = cluster_.submit(job, number, id, from, now_);
          if (said && std::holds_alternative<seen::Taken>(*said)) {
            judge_start(job, cluster_.attempts().back());
            if (happens(Fault::kMasterLost, 4)) {  // soon, and the answer with it
              later(below(4) * kSecond, [this] { cluster_.lose_master(now_); });
              return std::nullopt;
            }
          }
          return said;
        });
  } else if (const auto* stop = std::get_if<effect::Stop>(&effect)) {
    question.engine_id = stop->engine_id;
    ask(question, [this, id = stop->engine_id, trigger = stop->intent.id] {
      return cluster_.stop(id, trigger, now_);
    });
  } else if (const auto* cancel = std::get_if<effect::Cancel>(&effect)) {
    question.engine_id = cancel->engine_id;
    ask(question, [this, id = cancel->engine_id] { return cluster_.cancel(id, now_); });
  } else if (const auto* capture = std::get_if<effect::Capture>(&effect);
             capture != nullptr && below(2) == 0) {
    question.is_call = false;
    ask(question,
        [number = capture->attempt] { return std::optional<Seen>(seen::Captured{number}); });
  }
}

}  // namespace tagsmith::job
