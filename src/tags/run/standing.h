#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "run/pins.h"
#include "run/run_store.h"

namespace tagsmith::run {

/// What somebody who starts a run finds in the store.
struct Standing {
  enum class Kind {
    kNew,         // nothing is unfinished: begin
    kPinned,      // this run, pinned: plan and publish it under its id and its pins
    kPublishing,  // this run, with a plan: publish that one to its end
    kPublished,   // this very run, down to its start: there is nothing to do
    kAnother,     // an unfinished run with other pins stands in the way
  };
  Kind kind = Kind::kNew;
  std::optional<RunRecord> record;  // of that run
};

/// Compares what is asked for with the unfinished run, or with the newest one: who was killed
/// after its last COMMIT and starts again with the same start gets the run that it had.
/// A run that may read files which nobody knows is never the same as another.
base::Result<Standing> standing(RunStore& runs, const Pins& pins);

inline constexpr std::string_view kRunStart = "E_RUN_START";

/// kRunStart when a run that started later is published: all that a run writes has the time of its
/// start, and would be older than what it takes the place of.
base::Status check_start(RunStore& runs, const Pins& pins);

}  // namespace tagsmith::run
