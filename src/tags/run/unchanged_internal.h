#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "catalog/checked_rules.h"
#include "membership/membership.h"
#include "run/pins.h"
#include "run/planner.h"
#include "run/run_store.h"

namespace tagsmith::run {

/// The state of a tag, or null where no run has published it.
const TagState* state_of(const std::vector<TagState>& states, std::int32_t tag_id);

/// Whether an incremental run has nothing to look at: the last runs of all tags of T saw what this
/// one would see. Where that is not known for sure, the answer is no, and the run looks at
/// everybody: that gives the same rows. `rules` are those of T, `edits` all manual edits.
base::Result<bool> is_unchanged(const Workplace& place, const Pins& pins,
                                const std::vector<TagState>& states,
                                const catalog::CheckedRules& rules,
                                const std::vector<membership::ManualEdit>& edits);

}  // namespace tagsmith::run
