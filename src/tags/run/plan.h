#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "run/pins.h"

namespace tagsmith::run {

/// What one column looked like in a run (SEMANTICS 23).
struct ColumnCounts {
  std::string table;
  std::string column;
  std::uint64_t rows = 0;
  std::uint64_t nulls = 0;
  std::uint64_t unreadable = 0;
  std::uint64_t nans = 0;

  bool operator==(const ColumnCounts&) const = default;
};

struct TableRows {
  std::string table;
  std::uint64_t rows = 0;  // with a key
  std::uint64_t null_keys = 0;

  bool operator==(const TableRows&) const = default;
};

/// What a plan would do to one tag.
struct TagPlan {
  std::int32_t tag_id = 0;
  std::string code;
  std::uint64_t before = 0;  // members of the store
  std::uint64_t entered = 0;
  std::uint64_t left = 0;
  std::uint64_t left_by_hand = 0;           // of `left`: a grant expired, or a block holds
  bool is_new = false;                      // no run published it for everybody yet
  bool rule_changed = false;                // another text than the last one that did
  std::vector<std::string> entered_sample;  // at most kSampleMax user ids each, the first ones
  std::vector<std::string> left_sample;

  bool operator==(const TagPlan&) const = default;
};
inline constexpr size_t kSampleMax = 20;

/// Why a tag is held: its members stay, it is stale, and so are the tags that ask for it.
struct HeldTag {
  enum class Cause { kRefused, kGuard, kDependsOn, kFrozen };

  std::int32_t tag_id = 0;
  std::string code;
  Cause cause = Cause::kRefused;
  std::string why;     // for a person
  std::string accept;  // "lost:vip": what --accept takes; empty where nothing helps

  bool operator==(const HeldTag&) const = default;
};

/// "refused", "guard", "depends_on", "frozen".
std::string_view name_of(HeldTag::Cause cause);

/// What guards judge and `plan` prints; the changes themselves are in the change set.
struct PlanSummary {
  std::uint64_t users = 0;         // U
  std::uint64_t users_before = 0;  // rows of the store
  std::uint64_t changed_users = 0;
  std::uint64_t gone = 0;     // stored users of U in no input table that lose rule tags by it
  std::uint64_t entered = 0;  // memberships
  std::uint64_t left = 0;
  std::vector<std::string> unknown_users;  // of --users, in neither data nor store
  std::vector<TableRows> tables;
  std::vector<ColumnCounts> columns;
  std::vector<TagPlan> tags;    // T, ascending
  std::vector<HeldTag> held;    // ascending
  std::uint64_t feed_seen = 0;  // rows of the feed before anything was read

  bool operator==(const PlanSummary&) const = default;
};

std::string to_json(const PlanSummary& summary);
base::Result<PlanSummary> parse_plan_summary(std::string_view json);

/// A finished plan.
struct Plan {
  Pins pins;
  PlanSummary summary;
  std::string change_set;       // the file of the changes, see change_set.h
  std::string change_set_hash;  // SHA-256, 64 hex digits
};

/// Whether a later run may measure itself by this one: all tags of everybody were in it, and its
/// tables were read, which an incremental run may pass over.
bool looked_at_everybody(const Plan& plan);

}  // namespace tagsmith::run
