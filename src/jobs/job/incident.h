#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "job/policy.h"
#include "job/time.h"

namespace tagsmith::job {

/// What an incident is about. A job has at most one open incident of a cause.
enum class Cause {
  kRecovering,       // an attempt was lost, and the next one is not healthy yet
  kCrashLoop,        // the engine restarts the attempt without a checkpoint between
  kStalled,          // no checkpoint for a long time
  kHeld,             // waits for a person
  kFailed,           // nothing is tried any more
  kEndedOutside,     // ended by somebody else, though it should run
  kStray,            // an old attempt is alive beside the job's own
  kUnknownState,     // the platform told a state that nobody here knows
  kUnreachable,      // the cluster does not answer
  kLate,             // does not get to run
  kSavepointFailed,  // cannot be stopped with a savepoint so far
};
inline constexpr int kCauses = 11;

std::string_view name_of(Cause cause);

/// A cause that is there now.
struct Trouble {
  Cause cause = Cause::kRecovering;
  std::string text;  // the reason, for a person

  bool operator==(const Trouble&) const = default;
};

struct Incident {
  std::uint64_t number = 0;  // in its job, from 1
  Cause cause = Cause::kRecovering;
  std::string text;
  Micros opened_at = 0;
  Micros told_at = 0;                 // when it was last told
  int told = 1;                       // how often
  std::optional<Micros> quiet_since;  // its cause is gone since then, and has to stay so

  bool operator==(const Incident&) const = default;
};

namespace incident {
struct Opened {
  Incident incident;
};
struct Repeated {
  std::uint64_t number = 0;
};
/// Its cause went away, or came back.
struct Quiet {
  std::uint64_t number = 0;
  std::optional<Micros> since;
};
struct Resolved {
  std::uint64_t number = 0;
};
}  // namespace incident
using IncidentChange =
    std::variant<incident::Opened, incident::Repeated, incident::Quiet, incident::Resolved>;

/// What becomes of the open incidents while these troubles are there: new causes are opened, those
/// that were quiet long enough resolved, held jobs told again. An incident is told when it opens,
/// when it is resolved, and once each Policy::repeat_after while it is about a held job: at most
/// 2 + age / repeat_after messages.
std::vector<IncidentChange> reconcile(const std::vector<Incident>& open,
                                      const std::vector<Trouble>& troubles,
                                      std::uint64_t next_number, const Policy& policy, Micros now);

/// The open incidents after a change.
void apply(std::vector<Incident>& open, const IncidentChange& change, Micros at);

/// The key under which a change is told, equal however often it is sent; nothing where nobody is
/// told. "orders/7/opened", "orders/7/repeated/2", "orders/7/resolved".
std::optional<std::string> delivery_key(const std::string& job, const std::vector<Incident>& open,
                                        const IncidentChange& change);

}  // namespace tagsmith::job
