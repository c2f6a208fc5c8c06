#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "lease/lease.h"
#include "membership/tag_store.h"

namespace tagsmith::run {

// Publishing as a machine: events in, effects out, no thread, no clock, no store (PROTOCOLS 3,
// "Machines"). The executor (publisher.h) does the effects and answers each with an event.

namespace event {
struct Start {
  std::int64_t run_id = 0;
  bool plan_is_stored = false;  // a resumed run
};
struct LeaseTaken {
  lease::Fence fence;
};
struct LeaseBusy {
  std::string holder;
};
struct PlanStored {};
struct ProgressRead {
  membership::Progress progress;
};
struct ChunkPublished {
  membership::PublishCounts counts;
};
struct NoMoreChunks {};
struct Finished {};
struct LeaseReleased {};
struct WaitOver {};
struct Interrupted {};
/// An effect failed; what it was is known from the state. The symbol tells a conflict, a doubt, a
/// lost fence and the rest apart.
struct Failed {
  base::Error error;
};
}  // namespace event
using Event =
    std::variant<event::Start, event::LeaseTaken, event::LeaseBusy, event::PlanStored,
                 event::ProgressRead, event::ChunkPublished, event::NoMoreChunks, event::Finished,
                 event::LeaseReleased, event::WaitOver, event::Interrupted, event::Failed>;

namespace effect {
struct TakeLease {
  bool operator==(const TakeLease&) const = default;
};
struct StorePlan {
  bool operator==(const StorePlan&) const = default;
};
/// On a new connection when the last answer was lost.
struct ReadProgress {
  bool reconnect = false;
  bool operator==(const ReadProgress&) const = default;
};
struct PublishChunk {
  std::uint64_t number = 0;
  bool operator==(const PublishChunk&) const = default;
};
struct Finish {
  bool operator==(const Finish&) const = default;
};
struct ReleaseLease {
  bool operator==(const ReleaseLease&) const = default;
};
struct Wait {
  std::int64_t micros = 0;
  bool operator==(const Wait&) const = default;
};
struct Done {
  membership::PublishCounts counts;
  bool operator==(const Done&) const = default;
};
struct GiveUp {  // the run stays unfinished and can be resumed
  base::Error error;
  bool operator==(const GiveUp&) const = default;
};
}  // namespace effect
using Effect =
    std::variant<effect::TakeLease, effect::StorePlan, effect::ReadProgress, effect::PublishChunk,
                 effect::Finish, effect::ReleaseLease, effect::Wait, effect::Done, effect::GiveUp>;

/// Pure but for its own state; every state answers every event.
class PublishMachine {
 public:
  /// The effects to do now, in order; the machine waits for the answer to the last one.
  std::vector<Effect> step(const Event& event);

 private:
  enum class State {
    kIdle,
    kTakingLease,
    kStoringPlan,
    kReadingProgress,
    kPublishing,
    kFinishing,
    kReleasing,
    kWaiting,
    kEnded,
  };

  State state_ = State::kIdle;
};

}  // namespace tagsmith::run
