#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "job/event.h"
#include "job/record.h"

namespace tagsmith::job {

/// What a person can say about a job that nobody can decide about (`tagsmith jobs resolve`).
enum class Resolution {
  kStarted,       // the attempt in doubt is on the platform
  kNeverStarted,  // it is not, and will not be
  kAcceptLoss,    // start with what there is, though it loses or replays more than allowed
  kLost,          // the attempt of a cluster that does not answer is gone
};

std::string_view name_of(Resolution resolution);

/// What a command changes; to be committed like the events of a decision. Nothing where the job is
/// wanted so already.
///
/// A job that is over and should run again begins anew, with its whole budget.
std::vector<Event> want(const Record& record, Desired desired, const std::string& actor,
                        Micros now);

/// E_JOB_STATE (kConflict): the job does not wait for this word, or it says that an attempt never
/// started while a request may still be under way.
base::Result<std::vector<Event>> resolve(const Record& record, Resolution resolution,
                                         const std::string& actor, Micros now);

}  // namespace tagsmith::job
