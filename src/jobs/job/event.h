#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "job/attempt.h"
#include "job/incident.h"
#include "job/intent.h"
#include "job/job.h"
#include "job/transitions.h"

namespace tagsmith::job {

/// What has happened to a job: the entries of its log, from which its record follows.
namespace event {
struct SpecChanged {
  JobSpec spec;
};
/// A person wants something else.
struct DesiredChanged {
  Desired desired = Desired::kStopped;
  std::string actor;
};
struct PhaseChanged {
  Transition transition = Transition::kStart;
  std::string because;
  Micros until = 0;  // of kRecovering: no attempt before
};
struct AttemptPlanned {
  Attempt attempt;
};
/// An intent is committed, and its call follows: from now on it is in doubt.
struct Sent {
  Intent intent;
};
/// What the platform answered to the intent. It is still in doubt.
struct Refused {
  Failure failure;
};
struct IntentDropped {};  // it did not come to anything
struct AttemptAccepted {};
struct AttemptEnded {
  AttemptStep step = AttemptStep::kVoid;
  Micros ended_at = 0;         // the platform's
  bool left_no_state = false;  // the platform says that it never completed a checkpoint
  Micros may_work_until = 0;   // tasks that nobody sees
  std::optional<Failure> failure;
};
/// The platform said something new about the attempt.
struct Seen {
  EngineState state = EngineState::kUnknown;
  std::string word;
  bool all_running = false;
  Micros started_at = 0;
  Micros platform_now = 0;
  Progress progress;
};
/// Answers about the attempt have stopped.
struct Silent {
  std::string why;
};
/// The cluster answers again; nothing new about the attempt.
struct Heard {};
/// Ids of the watch list that are alive now; empty when none is any more.
struct StraysSeen {
  std::vector<std::string> ids;
};
/// The attempt runs and has a checkpoint of its own.
struct Healthy {};
struct BudgetSpent {
  int attempts = 0;  // of the current round
  int round = 0;
};
struct BudgetReset {};
struct PointMarkedBad {
  std::string path;
  std::string because;
};
/// A person accepts what the next start loses.
struct LossAccepted {
  std::string actor;
};
struct EvidenceKept {
  std::uint64_t attempt = 0;
};
struct IncidentChanged {
  IncidentChange change;
};
}  // namespace event

using EventKind =
    std::variant<event::SpecChanged, event::DesiredChanged, event::PhaseChanged,
                 event::AttemptPlanned, event::Sent, event::Refused, event::IntentDropped,
                 event::AttemptAccepted, event::AttemptEnded, event::Seen, event::Silent,
                 event::Heard, event::StraysSeen, event::Healthy, event::BudgetSpent,
                 event::BudgetReset, event::PointMarkedBad, event::LossAccepted,
                 event::EvidenceKept, event::IncidentChanged>;

struct Event {
  Micros at = 0;
  EventKind kind;
};

/// "phase: fail -> recovering (TaskManager lost)".
std::string to_text(const Event& event);

}  // namespace tagsmith::job
