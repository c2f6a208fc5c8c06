#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "lease/lease.h"
#include "membership/tag_store.h"
#include "run/run_store.h"

namespace tagsmith::run {

// Publishing as a machine: events in, effects out, no thread, no clock, no store (PROTOCOLS 3,
// "Machines"). The executor (publisher.h) does the effects and answers them with an event.
//
//   taking the lease -> reading progress -> storing the plan -> publishing -> finishing -> ended
//
// Whatever is in doubt is settled in one way: on a new connection, by asking the store where the
// run stands, and going on from there. A resumed run enters by the same door.

namespace event {
struct Start {
  std::int64_t run_id = 0;
};
struct LeaseTaken {
  lease::Fence fence;
};
struct LeaseBusy {
  std::string holder;
};
/// Where the run stands in the store.
struct ProgressRead {
  RunState state = RunState::kPinned;
  membership::Progress progress;
};
struct PlanStored {};
struct ChunkPublished {
  membership::PublishCounts counts;
};
/// The change set ends before the chunk that was asked for.
struct NoMoreChunks {};
struct Finished {};
/// An interrupt came before the effect was begun, and it was not done.
struct Interrupted {};
/// An effect failed; which one is known from the state. The symbol tells a conflict, a doubt, a
/// lost fence and the rest apart.
struct Failed {
  base::Error error;
};
}  // namespace event
using Event = std::variant<event::Start, event::LeaseTaken, event::LeaseBusy, event::ProgressRead,
                           event::PlanStored, event::ChunkPublished, event::NoMoreChunks,
                           event::Finished, event::Interrupted, event::Failed>;

namespace effect {
struct Wait {
  std::int64_t micros = 0;
  bool operator==(const Wait&) const = default;
};
/// A new connection: the answer of the old one was lost.
struct Reconnect {
  bool operator==(const Reconnect&) const = default;
};
struct TakeLease {
  bool operator==(const TakeLease&) const = default;
};
struct ReadProgress {
  bool operator==(const ReadProgress&) const = default;
};
struct StorePlan {
  lease::Fence fence;
  bool operator==(const StorePlan&) const = default;
};
struct PublishChunk {
  lease::Fence fence;
  std::uint64_t number = 0;
  bool operator==(const PublishChunk&) const = default;
};
struct Finish {
  lease::Fence fence;
  bool operator==(const Finish&) const = default;
};
/// Never fails: a lease that cannot be given back runs out.
struct ReleaseLease {
  lease::Fence fence;
  bool operator==(const ReleaseLease&) const = default;
};
/// The run is published; the counts are those of the whole run, whoever published them.
struct Done {
  membership::PublishCounts counts;
  bool operator==(const Done&) const = default;
};
/// The run stays as it is and can be resumed.
struct GiveUp {
  base::Error error;
  bool operator==(const GiveUp&) const = default;
};
}  // namespace effect
using Effect = std::variant<effect::Wait, effect::Reconnect, effect::TakeLease,
                            effect::ReadProgress, effect::StorePlan, effect::PublishChunk,
                            effect::Finish, effect::ReleaseLease, effect::Done, effect::GiveUp>;

/// Failures in a row, without anything gained between them, after which a publish gives up.
inline constexpr int kTroublesMax = 10;
/// What a publish waits after the n-th trouble in a row: doubled each time up to the longest.
inline constexpr std::int64_t kFirstWaitMicros = 10'000;
inline constexpr std::int64_t kLongestWaitMicros = 2'000'000;
/// How often it asks for a lease that another one holds: longer than the patience of a challenger.
inline constexpr int kLeasePollsMax = 120;
static_assert(kLeasePollsMax * lease::kPollMicros > lease::kPatienceMicros * 3 / 2);

/// The name of the one lease of a store under which runs write.
inline constexpr std::string_view kPublishLease = "publish";

/// Error symbols of a publish, beside those of the store.
inline constexpr std::string_view kRunEnded = "E_RUN_ENDED";  // held, failed or abandoned

/// Pure but for its own state; every state answers every event.
class PublishMachine {
 public:
  /// The effects to do now, in order. They are answered by one event: by Failed when one of them
  /// fails, and by Interrupted in the place of one that was not begun, and then those behind it are
  /// dropped; else by the answer to the last one. Wait and Reconnect have no other answer, and
  /// ReleaseLease, Done and GiveUp have none at all: they are done even after an interrupt.
  std::vector<Effect> step(const Event& event);

 private:
  enum class State {
    kIdle,
    kTakingLease,
    kReadingProgress,
    kStoringPlan,
    kPublishing,
    kFinishing,
    kEnded,
  };

  std::vector<Effect> on(const event::Start& event);
  std::vector<Effect> on(const event::LeaseTaken& event);
  std::vector<Effect> on(const event::LeaseBusy& event);
  std::vector<Effect> on(const event::ProgressRead& event);
  std::vector<Effect> on(const event::PlanStored& event);
  std::vector<Effect> on(const event::ChunkPublished& event);
  std::vector<Effect> on(const event::NoMoreChunks& event);
  std::vector<Effect> on(const event::Finished& event);
  std::vector<Effect> on(const event::Interrupted& event);
  std::vector<Effect> on(const event::Failed& event);

  [[nodiscard]] bool holds_lease() const { return state_ > State::kTakingLease; }
  [[nodiscard]] Effect current_effect() const;
  std::vector<Effect> publish_next();
  std::vector<Effect> done();
  std::vector<Effect> give_up(base::Error error);
  std::vector<Effect> stop(base::Error error);
  std::vector<Effect> impossible(std::string_view event);

  State state_ = State::kIdle;
  std::int64_t run_id_ = 0;
  lease::Fence fence_;
  std::uint64_t next_chunk_ = 0;  // those before it are known to be committed
  bool plan_is_stored_ = false;   // is known to be
  membership::PublishCounts counts_;
  std::optional<base::Error> elsewhere_;  // a chunk was refused because the run is not there
  int troubles_ = 0;                      // in a row
  int lease_polls_ = 0;
};

}  // namespace tagsmith::run
