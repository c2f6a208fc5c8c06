#include "job/command.h"

#include <fmt/format.h>

#include "base/problem.h"
#include "job/names_internal.h"

namespace tagsmith::job {
namespace {

constexpr Names<Resolution, 4> kResolutions{{"started", "never-started", "accept-loss", "lost"}};

base::Error not_asked(const Record& record, Resolution resolution) {
  const std::string state = record.held ? fmt::format("held ({})", name_of(*record.held))
                                        : std::string(name_of(record.phase));
  return {.code = base::ErrorCode::kConflict,
          .message = fmt::format("job {} is {}: it does not wait for '{}'",
                                 base::quote(record.spec.name), state, name_of(resolution)),
          .symbol = "E_JOB_STATE",
          .path = {},
          .hint = "`tagsmith jobs why` tells what it waits for"};
}

// For clocks that differ, and for a request that is on its way.
constexpr Micros kRequestMargin = kMinute;

base::Error under_way(const Record& record) {
  return {.code = base::ErrorCode::kConflict,
          .message = fmt::format("job {} was sent again just now: it may still start",
                                 base::quote(record.spec.name)),
          .symbol = "E_JOB_STATE",
          .path = {},
          .hint = "ask again in two minutes"};
}

class Log {
 public:
  Log(const Record& record, Micros now) : record_(record), now_(now) {}

  Log& add(EventKind kind) {
    events_.push_back({.at = now_, .kind = std::move(kind)});
    apply(record_, events_.back());
    return *this;
  }
  [[nodiscard]] const Record& record() const { return record_; }
  std::vector<Event> take() { return std::move(events_); }

 private:
  Record record_;
  Micros now_;
  std::vector<Event> events_;
};

}  // namespace

std::string_view name_of(Resolution resolution) { return kResolutions.of(resolution); }

std::vector<Event> want(const Record& record, Desired desired, const std::string& actor,
                        Micros now) {
  Log log(record, now);
  if (record.desired != desired) {
    log.add(event::DesiredChanged{desired, actor});
  }
  if (should_run(desired) && is_over(record.phase)) {
    log.add(event::PhaseChanged{Transition::kAgain, actor + " wants it again", 0});
  }
  return log.take();
}

base::Result<std::vector<Event>> resolve(const Record& record, Resolution resolution,
                                         const std::string& actor, Micros now) {
  const Attempt* attempt = record.live_attempt();
  const AttemptState state = attempt == nullptr ? AttemptState::kVoid : attempt->state;
  Log log(record, now);
  switch (resolution) {
    case Resolution::kStarted:
      if (record.held != HoldReason::kDoubt || state != AttemptState::kSent) {
        return not_asked(record, resolution);
      }
      log.add(event::AttemptAccepted{});
      log.add(event::PhaseChanged{Transition::kSeenAgain, actor + " says that it was started", 0});
      return log.take();
    case Resolution::kNeverStarted:
      if (record.held != HoldReason::kDoubt || state != AttemptState::kSent) {
        return not_asked(record, resolution);
      }
      if (now <= record.intent->not_after + kRequestMargin) {
        return under_way(record);
      }
      log.add(event::AttemptEnded{.step = AttemptStep::kVoid});
      log.add(event::PhaseChanged{Transition::kVoid, actor + " says that it never started", now});
      return log.take();
    case Resolution::kAcceptLoss:
      if (record.held != HoldReason::kRewind && record.held != HoldReason::kNoRestorePoint) {
        return not_asked(record, resolution);
      }
      log.add(event::LossAccepted{actor});
      log.add(event::PhaseChanged{Transition::kLossAccepted, actor + " accepts the loss", now});
      return log.take();
    case Resolution::kLost:
      if (record.held != HoldReason::kUnreachable || state != AttemptState::kAccepted) {
        return not_asked(record, resolution);
      }
      log.add(event::AttemptEnded{
          .step = AttemptStep::kVanish,
          .ended_at = attempt->last_alive_at,
          .failure = Failure{FailureClass::kInfrastructure, actor + " says that it is lost"}});
      log.add(event::PhaseChanged{Transition::kVanish, actor + " says that it is lost", now});
      return log.take();
  }
  return not_asked(record, resolution);
}

}  // namespace tagsmith::job
