#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "job/engine_state.h"
#include "job/failure.h"
#include "job/progress.h"
#include "job/restore.h"
#include "job/time.h"

namespace tagsmith::job {

/// What a platform said, or that it did not answer. The absence of an answer is never an answer.
namespace seen {
/// Only time has passed.
struct Nothing {};
/// A time-out, a refused connection, 500, 503, a standby that hangs.
struct NoAnswer {
  std::string why;
};
/// The overview of the cluster is without the job. That says "look it up", no more.
struct NotListed {};
/// The elected leader, asked by id, does not know the job.
struct Absent {
  bool workers_are_clear = false;  // each has registered anew, or was silent for the time-out
  bool has_ha_metadata = false;    // the engine itself will bring it back
};
/// The platform has the job.
struct Job {
  EngineState state = EngineState::kUnknown;
  std::string word;          // what the platform called it
  bool all_running = false;  // every vertex
  Micros started_at = 0;     // the platform's, as all three
  Micros ended_at = 0;       // 0: it has not ended
  Micros platform_now = 0;
  std::optional<Details> details;
  std::optional<Failure> failure;  // of a job that failed
};
/// The artifact lies on the platform.
struct Prepared {
  std::string artifact_id;
};
/// The platform took the call.
struct Taken {};
/// It refused it, and said why.
struct Refused {
  Failure failure;
};
enum class SavepointState { kInProgress, kCompleted, kFailed, kForgotten };
struct Savepoint {
  std::string trigger_id;
  SavepointState state = SavepointState::kInProgress;
  std::string text;  // where it lies, or why it failed
};
/// The directories of a lineage, listed anew, and each point validated.
struct RestorePoints {
  int engine_major = 0;  // of the cluster
  std::vector<RestorePoint> points;
};
struct DependencyUp {};
/// Logs, exceptions and statistics of an ended attempt are kept.
struct Captured {
  std::uint64_t attempt = 0;
};
}  // namespace seen

using Seen = std::variant<seen::Nothing, seen::NoAnswer, seen::NotListed, seen::Absent, seen::Job,
                          seen::Prepared, seen::Taken, seen::Refused, seen::Savepoint,
                          seen::RestorePoints, seen::DependencyUp, seen::Captured>;

struct Observation {
  std::string engine_id;     // the attempt that was asked about; empty: none
  std::string leader_token;  // of the elected leader that answered; empty: nobody knows who it was
  Micros begun_at = 0;       // when the question was sent
  Micros ended_at = 0;
  Seen seen;
  // Ids of the watch list that the same answer shows alive; nothing: it does not tell.
  std::optional<std::vector<std::string>> strays;
};

/// "no answer (503)", "RUNNING, checkpoint 12", "absent, workers not clear".
std::string to_text(const Seen& seen);

}  // namespace tagsmith::job
