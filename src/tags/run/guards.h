#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/tag.h"
#include "run/plan.h"

namespace tagsmith::run {

/// One guard that tripped. `name` is what --accept takes: "input_rows:TABLE", "gone",
/// "unreadable:TABLE.COLUMN", "null_keys:TABLE" hold the whole run; "to_zero:TAG", "lost:TAG",
/// "gained:TAG", "rule_changed:TAG" hold one tag.
struct Trip {
  std::string name;
  std::optional<std::int32_t> tag_id;  // nothing: the whole run
  std::string message;  // "tag vip would lose 412 of 1000 members (41.2 %, at most 30 %)"

  bool operator==(const Trip&) const = default;
};

struct GuardInput {
  const PlanSummary& plan;  // its `tags` with all that is planned, held by guards or not
  const PlanSummary* last_good = nullptr;  // of the last published full run, or none: the first run
  const catalog::RunGuards& run_guards;
  const std::vector<catalog::Tag>& tags;  // their TagGuards
};

/// All guards that trip, those of the run first, then tag by tag. Those of the run are silent in
/// the first one, those of a tag while it is new. Pure.
std::vector<Trip> judge(const GuardInput& input);

}  // namespace tagsmith::run
