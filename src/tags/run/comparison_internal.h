#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dataset/key_dictionary.h"
#include "membership/membership.h"
#include "membership/tag_store.h"
#include "run/pins.h"
#include "run/plan.h"
#include "run/planner.h"

namespace tagsmith::run {

/// The users whose rows changed on or after a day, by the columns that say so.
class RecentUsers {
 public:
  [[nodiscard]] bool contains(std::string_view user) const { return users_.contains(user); }

  base::Status read(const Workplace& place, std::int32_t first_day);

 private:
  class Consumer;

  std::mutex mutex_;
  std::set<std::string, std::less<>> users_;
};

/// What the plan has to say of one tag of one user.
struct TagMark {
  enum class Effect { kNone, kEnters, kLeaves, kRewritten };  // the last: its detail changes

  std::int32_t tag_id = 0;
  bool is_found = false;    // a rule is TRUE
  bool is_stored = false;   // at the time of the plan
  bool is_by_hand = false;  // it leaves: it was given by a grant alone, or is blocked
  Effect effect = Effect::kNone;
};

/// A user that the plan changes.
struct ChangedUser {
  std::string_view user_id;
  std::optional<dataset::UserNumber> number;  // of a user of the input; else gone from it
  std::vector<TagMark> marks;                 // ascending ids
};

/// Walks over the users of the input and those of the store together, both in the order of the
/// bytes of their ids, and keeps those that differ. Counts into the summary, whose `tags` are all
/// of T.
class Comparison {
 public:
  Comparison(const Workplace& place, const Pins& pins,
             std::span<const membership::ManualEdit> edits, PlanSummary& summary);

  base::Status start();

  /// A user with a number, in the order of the ids, which must stay where they are. `in_input`
  /// false: only the store knows it.
  base::Status take(dataset::UserNumber number, std::string_view user_id, bool in_input,
                    std::span<const std::int32_t> found);

  base::Status finish();

  /// In the order of the ids; valid as long as this is.
  [[nodiscard]] const std::vector<ChangedUser>& changed() const { return changed_; }

 private:
  base::Status take_stored_only();
  base::Status advance();
  bool is_asked(std::string_view user_id, bool in_input, bool is_stored);
  base::Status compare(std::string_view user_id, std::optional<dataset::UserNumber> number,
                       std::span<const std::int32_t> found, bool is_stored,
                       std::span<const std::int32_t> stored);
  [[nodiscard]] std::vector<TagMark> marks_of(std::span<const std::int32_t> found,
                                              std::span<const std::int32_t> stored) const;
  void mark_stored(std::int32_t tag_id, std::vector<TagMark>& marks) const;
  base::Status mark_exactly(std::string_view user_id, bool in_input,
                            std::span<const std::int32_t> found,
                            std::span<const membership::ManualEdit> edits,
                            std::vector<TagMark>& marks);
  void count(std::string_view user_id, const TagMark& mark);
  TagPlan* plan_of(std::int32_t tag_id);

  const Workplace& place_;
  const Pins& pins_;
  std::vector<std::int32_t> scope_;
  PlanSummary& summary_;
  membership::Stamp stamp_;
  std::map<std::string, std::vector<membership::ManualEdit>, std::less<>> edits_;  // by user
  RecentUsers recent_;
  std::unique_ptr<membership::UserCursor> cursor_;
  std::optional<membership::UserTags> stored_;  // the next row of the store
  std::vector<bool> seen_;                      // of pins_.users
  std::deque<std::string> kept_ids_;            // of users that only the store has
  std::vector<ChangedUser> changed_;
};

}  // namespace tagsmith::run
