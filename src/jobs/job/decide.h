#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "job/brake.h"
#include "job/event.h"
#include "job/observation.h"
#include "job/policy.h"
#include "job/record.h"
#include "job/restore.h"

namespace tagsmith::job {

/// What to do in the world once the events are committed. All may be done twice, and none is sure
/// to be done: what matters is asked for again, or looked up.
namespace effect {
enum class LookFor {
  kJob,            // by id, at the elected leader
  kAbsence,        // the same, and whether each worker has registered anew or is silent
  kSavepoint,      // by the trigger's id; if it is forgotten, by listing its directory
  kRestorePoints,  // the directories of all attempts but void ones, each point validated
  kDependency,
};
struct Look {
  LookFor what = LookFor::kJob;
};
/// Bring the artifact to the platform; answered by seen::Prepared or seen::Refused.
struct Prepare {
  std::uint64_t attempt = 0;
};
/// Answered by seen::Taken or seen::Refused, or by nothing. Not to be sent after intent.not_after.
struct Submit {
  Intent intent;
  std::optional<RestorePoint> restore_from;
};
struct Stop {
  Intent intent;
  std::string engine_id;
};
/// Without an intent: of an attempt that has ended for us. Cancelling twice does no harm.
struct Cancel {
  std::string engine_id;
};
/// Keep logs, exceptions and statistics of an ended attempt; answered by seen::Captured. Until then
/// nothing of it may be cleaned up.
struct Capture {
  std::uint64_t attempt = 0;
  std::string engine_id;
};
}  // namespace effect
using Effect = std::variant<effect::Look, effect::Prepare, effect::Submit, effect::Stop,
                            effect::Cancel, effect::Capture>;

std::string_view name_of(effect::LookFor what);
std::string to_text(const Effect& effect);

/// Why a decision is as it is: `tagsmith jobs why`.
struct Explanation {
  std::vector<std::string> inputs;  // "phase: running since ...", in a fixed order
  std::string rule;                 // the sentence that decided
  std::vector<Rejected> rejected;   // what else could have been done
};

struct Decision {
  std::vector<Event> events;  // to be committed first, all or none
  std::vector<Effect> effects;
  Explanation explanation;
};

/// All that a decision depends on.
struct Situation {
  const Record& record;
  const Observation& observation;
  const Policy& policy;
  Brake brake;              // of the job's cluster
  std::uint64_t epoch = 0;  // of the fence under which the events will be committed
  Micros now = 0;           // the supervisor's: never less than what the record knows
  std::uint64_t seed = 0;   // drawn anew for each decision: ids and jitter come from it
};

/// What follows from one observation (PROTOCOLS 3). Pure: the same situation, the same decision.
///
/// - An answer that was begun before the job's last step is dropped.
/// - While an intent is in doubt, nothing else is begun.
/// - No answer changes no state: it is silence, and after a while a person is told.
/// - Nothing is taken for gone without proof, and nothing starts without its state unless it never
///   had any, or somebody permitted it.
Decision decide(const Situation& situation);

}  // namespace tagsmith::job
