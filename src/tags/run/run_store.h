#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/tag.h"
#include "lease/lease.h"
#include "membership/tag_store.h"
#include "run/pins.h"
#include "run/plan.h"

namespace tagsmith::run {

enum class RunState {
  kPinned,      // reads and plans; nothing is written
  kPublishing,  // the plan is stored; some of it may be published
  kPublished,   // final
  kHeld,        // final: a guard of the whole run held it; nothing was written
  kFailed,      // final: ended before its plan was stored; nothing was written
  kAbandoned,   // final: what it had published was reverted
};

struct RunRecord {
  std::int64_t id = 0;  // 1, 2, ...
  RunState state = RunState::kPinned;
  Pins pins;
  std::string actor;
  std::optional<PlanSummary> plan;  // from kPublishing on
  std::string change_set;
  std::string change_set_hash;
  membership::Progress progress;
  std::uint64_t feed_before = 0;  // from kPublishing on: its rows of the feed are behind this one
  std::optional<membership::Micros> ended_at;
  std::string error;          // kFailed, kHeld: why
  bool is_reverting = false;  // kPublishing: abandon() has begun, and nothing else may go on
};

/// What is known of a tag from the runs.
struct TagState {
  std::int32_t tag_id = 0;
  std::int64_t last_run = 0;  // that published it
  std::int32_t last_as_of = 0;
  int last_rule_version = 0;         // that everybody was judged by; 0: none yet
  std::optional<std::string> stale;  // why it is held since; nothing: fresh

  bool operator==(const TagState&) const = default;
};

/// What is stored with a plan before the first row is written.
struct PlanToStore {
  std::int64_t run_id = 0;
  const Plan& plan;
  std::vector<catalog::RuleVersion> new_versions;  // recorded with it
};

/// The runs of a store. Errors as membership::TagStore's. Not thread-safe.
class RunStore {
 public:
  virtual ~RunStore() = default;

  /// The one run that is neither final nor given up, or nothing.
  virtual base::Result<std::optional<RunRecord>> unfinished() = 0;

  /// A new run of state kPinned; kConflict when another one is unfinished.
  virtual base::Result<std::int64_t> begin(const Pins& pins, const std::string& actor) = 0;

  /// kPinned -> kPublishing, with the plan and the versions of the changed rules: one transaction,
  /// under the fence. kStoreProgress (kConflict) when the run is not kPinned.
  virtual base::Status store_plan(const lease::Fence& fence, const PlanToStore& plan) = 0;

  /// kPublishing -> kPublished: the feed row published(run), the state of every tag of T and of
  /// every held one. One transaction, under the fence; does nothing when it was done before,
  /// kStoreProgress (kConflict) when the run is neither kPublishing nor kPublished.
  virtual base::Status finish(const lease::Fence& fence, std::int64_t run_id,
                              membership::Micros ended_at) = 0;

  /// kPinned -> kFailed or kHeld.
  virtual base::Status end_unpublished(std::int64_t run_id, RunState state,
                                       const std::string& error, membership::Micros ended_at) = 0;

  /// Takes back what a kPublishing run wrote, through the feed, newest first: rows, details and
  /// memberships are what they were but where somebody changed them since, updated_time moves. Then
  /// kAbandoned. In chunks under the fence, so it may be repeated after a crash.
  virtual base::Result<membership::PublishCounts> abandon(const lease::Fence& fence,
                                                          std::int64_t run_id,
                                                          membership::Micros now) = 0;

  /// Newest first.
  virtual base::Result<std::vector<RunRecord>> runs(size_t count_max) = 0;
  virtual base::Result<std::optional<RunRecord>> run(std::int64_t id) = 0;

  /// The newest published run; with `full`, the newest that looked_at_everybody().
  virtual base::Result<std::optional<RunRecord>> last_published(bool full) = 0;

  /// Every tag that a run published or held, by id.
  virtual base::Result<std::vector<TagState>> tag_states() = 0;

  /// Members of every tag, counted in the serving table.
  virtual base::Result<std::map<std::int32_t, std::uint64_t>> member_counts() = 0;
};

}  // namespace tagsmith::run
