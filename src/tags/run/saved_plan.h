#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/tag.h"
#include "membership/tag_store.h"
#include "run/plan.h"
#include "run/planner.h"

namespace tagsmith::run {

inline constexpr std::string_view kPlanFile = "E_RUN_PLAN";  // it is no plan, or a broken one
inline constexpr std::string_view kPlanMoved = "E_RUN_PLAN_MOVED";  // something changed since

/// A plan that was shown, to be published as it is or not at all.
struct SavedPlan {
  Pins pins;
  PlanSummary summary;
  std::vector<catalog::RuleVersion> new_versions;
  membership::StoreMark store;  // as it was when the plan was made
  std::string change_set_hash;

  bool operator==(const SavedPlan&) const = default;
};

/// kPlanFile for a plan over files that are not known: nobody could tell whether they are the same
/// when it is run.
base::Status check_can_be_saved(const Pins& pins);

/// Writes the plan with its change set, which stands in the file `change_set`, as one file: whole
/// or not at all, for its owner only. Two lines of JSON, then the lines of the change set.
base::Status save_plan(const std::string& path, const SavedPlan& plan,
                       const std::string& change_set);

/// Reads it back, its change set into the file `change_set`. kPlanFile for a file that is none, or
/// in which anything is missing or changed.
base::Result<SavedPlan> load_plan(const std::string& path, const std::string& change_set);

/// What asks for the run of the pins again, by how the project reads `now`, to be pinned and
/// compared.
Request request_of(const Pins& pins, const Request& now);

/// kPlanMoved, naming which, when rules, inputs, manual edits or the store are not what they were;
/// `now` are the pins of request_of() the saved ones.
base::Status check_not_moved(const SavedPlan& plan, const Pins& now,
                             const membership::StoreMark& store);

}  // namespace tagsmith::run
