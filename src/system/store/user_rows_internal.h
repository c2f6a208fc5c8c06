#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "lease/lease.h"
#include "membership/membership.h"
#include "membership/tag_store.h"
#include "store/transaction_internal.h"

namespace tagsmith::store {

/// Our tables hold something that no transaction of ours wrote.
base::Error drift(std::string message, const std::string& store_name);

/// Step (a) of PROTOCOLS 1: E_STORE_FENCED unless the fence is still the newest.
base::Status check_fence(SqlConnection& connection, const std::string& store_name,
                         const lease::Fence& fence);

/// Refuses ids that the column of the serving table cannot hold (E_STORE_USER_ID).
base::Status check_user_ids(std::span<const std::string> user_ids, const std::string& store_name);

/// A row of the serving table; no `row_id`: the user has none yet.
struct UserRow {
  std::optional<std::int64_t> row_id;
  membership::StoredUser user;
};

/// Rows of users (ascending ids), one an id. `lock`: nobody else writes them before the end of the
/// transaction.
base::Result<std::vector<UserRow>> user_rows(SqlConnection& connection,
                                             const std::string& store_name,
                                             std::span<const std::string> user_ids, bool lock);

/// Manual edits of users (ascending ids), one list an id, by tag and kind.
base::Result<std::vector<std::vector<membership::ManualEdit>>> manual_edits_of(
    SqlConnection& connection, const std::string& store_name,
    std::span<const std::string> user_ids);
base::Result<membership::ManualEdit> manual_edit_of(SqlRow row, const std::string& store_name);
/// The columns that manual_edit_of() reads.
inline constexpr std::string_view kManualColumns =
    "user_id, tag_id, kind, actor, reason, made_at, expires_at";

base::Result<membership::FeedRow::Kind> feed_kind_of(std::string_view name,
                                                     const std::string& store_name);

/// What one transaction writes to the serving table and to the feed: rows of users first, then, in
/// end(), the feed under the last lock.
class Writing {
 public:
  /// `run_id` 0: a manual edit.
  Writing(SqlConnection& connection, std::int64_t run_id, membership::Micros time);

  /// The row as merged, if it differs.
  base::Status write(const UserRow& before, membership::Merged merged);

  /// A decision that the transaction carries out; its gains and losses are told with its actor.
  void log(membership::ManualEdit edit, bool removed);

  /// Keeps what details were before this run rewrote them, so that it can be taken back.
  void keep_rewrites() { keeps_rewrites_ = true; }

  /// Appends the feed, with `mark` (kPublished, kAbandoned) as its last row.
  base::Result<membership::PublishCounts> end(
      std::optional<membership::FeedRow::Kind> mark = std::nullopt);

 private:
  // What belongs in the log of edits. The number is given in end().
  struct Decision {
    membership::ManualEdit edit;
    bool removed = false;
  };

  base::Status append_feed(std::int64_t& seq, std::optional<membership::FeedRow::Kind> mark);
  base::Status append_log(std::int64_t seq);
  [[nodiscard]] const Decision* decision_of(const membership::Change& change) const;
  base::Status keep_rewritten(const UserRow& before, const membership::Merged& merged);

  SqlConnection& connection_;
  std::int64_t run_id_;
  membership::Micros time_;
  std::string time_text_;
  Inserter new_rows_;
  Inserter rewrites_;
  bool keeps_rewrites_ = false;
  std::int64_t rows_added_ = 0;
  std::vector<membership::Change> changes_;
  std::vector<Decision> decisions_;
  std::map<std::pair<std::string, std::int32_t>, size_t> newest_decision_;  // by user and tag
  membership::PublishCounts counts_;
};

}  // namespace tagsmith::store
