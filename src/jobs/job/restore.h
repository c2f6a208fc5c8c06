#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "job/job.h"
#include "job/policy.h"
#include "job/time.h"

namespace tagsmith::job {

/// A checkpoint or savepoint, as found by listing its directory anew and reading its metadata to
/// the end.
struct RestorePoint {
  std::string path;
  std::uint64_t attempt = 0;  // whose it is
  std::uint64_t id = 0;       // counts on over the attempts of a lineage
  Micros completed_at = 0;    // the platform's
  int engine_major = 0;       // version of the engine that wrote it
  bool is_savepoint = false;
  std::string invalid_because;  // empty: it validates

  bool operator==(const RestorePoint&) const = default;
};

/// Something that could have been chosen, and why it was not.
struct Rejected {
  std::string alternative;
  std::string because;

  bool operator==(const Rejected&) const = default;
};

/// What a start would begin from.
namespace start {
struct From {
  RestorePoint point;
  Micros rewind = 0;  // how much is replayed
};
struct Empty {
  std::string because;
};
struct Hold {
  HoldReason reason = HoldReason::kNoRestorePoint;
  std::string because;
};
}  // namespace start

struct RestoreChoice {
  std::variant<start::From, start::Empty, start::Hold> start;
  std::vector<Rejected> rejected;
};

struct RestoreQuestion {
  const std::vector<RestorePoint>& points;
  const std::set<std::string>& bad;  // paths that an attempt could not be restored from
  const Policy& policy;
  int engine_major = 0;        // of the cluster that the attempt would run on
  bool had_state = false;      // some attempt may have completed a checkpoint
  bool loss_accepted = false;  // a person said so, for this start
  Micros alive_until = 0;      // platform time up to which the last attempt may have worked
};

/// The ladder of PROTOCOLS 3, "Recovering": the latest attempt with a restore point first, inside
/// one the newest; the first that validates, is not known to be bad and is of the same major
/// version. What stands above it is said. A start without state is chosen only where there never
/// was any, or where policy or a person permits it; a replay beyond the rewind budget asks first.
RestoreChoice choose_start(const RestoreQuestion& question);

}  // namespace tagsmith::job
