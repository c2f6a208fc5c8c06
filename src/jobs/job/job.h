#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "job/time.h"

namespace tagsmith::job {

/// What a person wants of a job (PROTOCOLS 3).
enum class Desired {
  kRunning,    // runs for ever
  kSuspended,  // stopped with a savepoint, to be resumed
  kStopped,    // stopped
  kDoneOnce,   // runs until it has finished
};

/// Where a job is (PROTOCOLS 3).
enum class Phase {
  kIdle,        // nothing was started, or a person asked for a new start
  kStarting,    // an attempt is under way and not all of its vertices run
  kRunning,     // all vertices of the attempt run
  kRecovering,  // no attempt lives; the next one begins after a wait
  kHeld,        // waits for new proof or for a person: HoldReason says for what
  kSuspending,  // a stop with a savepoint is under way
  kSuspended,   // no attempt lives; resumed from the newest restore point
  kStopping,    // a stop or a cancel is under way
  kFinished,    // the last attempt came to its end
  kFailed,      // the last attempt failed, and nothing is tried any more
  kCancelled,   // the last attempt was cancelled, or none was alive when the job was stopped
};

/// What a held job waits for.
enum class HoldReason {
  kRewind,          // the newest restore point would replay more than the rewind budget
  kNoRestorePoint,  // no restore point validates, and an empty start is not allowed
  kDoubt,           // for ten minutes nobody could say whether the attempt was started
  kUnreachable,     // for ten minutes the cluster gave no answer
  kDependency,      // a database, broker or name service that the job needs does not answer
  kSavepoint,       // the job cannot be stopped, since its savepoint fails
};

std::string_view name_of(Desired desired);
std::string_view name_of(Phase phase);
std::string_view name_of(HoldReason reason);

/// An attempt should be at work.
bool should_run(Desired desired);

/// Nothing more happens by itself: a person starts it again.
bool is_over(Phase phase);

/// The job is where it was asked to be.
bool is_settled(Desired desired, Phase phase);

/// What to run, and where. A change makes the next version; an attempt keeps the version that it
/// was planned with.
struct JobSpec {
  std::string name;  // unique in the store
  std::uint64_t version = 1;
  std::string cluster;   // name in the registry of clusters
  std::string artifact;  // jar, script or statement, as the engine reads it
  std::map<std::string, std::string> parameters;  // of the engine
  bool is_stateful = true;  // what it has learnt lies in checkpoints, and an empty start loses it

  bool operator==(const JobSpec&) const = default;
};

/// The word of the seeds' seven for a job: "created", "running", "finished", "failed", "cancelled",
/// "suspended" or "reconciling". What nobody knows is "reconciling", never "running".
std::string_view status_word(Phase phase, bool is_known);

}  // namespace tagsmith::job
