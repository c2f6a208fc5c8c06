#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lease/lease.h"
#include "membership/membership.h"

namespace tagsmith::membership {

/// Error symbols of stores.
inline constexpr std::string_view kStoreFailed = "E_STORE";            // all else
inline constexpr std::string_view kStoreFenced = lease::kFenced;       // another run took the lease
inline constexpr std::string_view kStoreInDoubt = "E_STORE_IN_DOUBT";  // no answer to a COMMIT
inline constexpr std::string_view kStoreProgress = "E_STORE_PROGRESS";  // the run is not there
inline constexpr std::string_view kStoreLocked = "E_STORE_LOCKED";      // somebody holds a lock
inline constexpr std::string_view kStoreVersion = "E_STORE_VERSION";    // of a newer Tagsmith
inline constexpr std::string_view kStoreForeign = "E_STORE_FOREIGN";    // the tables are not ours
inline constexpr std::string_view kStoreDrift = "E_STORE_DRIFT";        // somebody else wrote to it

inline constexpr std::string_view kStoreUserId = "E_STORE_USER_ID";  // it does not fit the column

/// The longest user id that the serving table holds, in characters.
inline constexpr size_t kUserIdCharactersMax = 100;

/// What a user has, without the details.
struct UserTags {
  std::string user_id;
  std::vector<std::int32_t> tags;  // ascending
};

/// Users one by one, in the order of the bytes of their ids.
class UserCursor {
 public:
  virtual ~UserCursor() = default;
  /// Nothing after the last one. A broken row is an error (E_STORE_DRIFT), never an empty one.
  virtual base::Result<std::optional<UserTags>> next() = 0;
};

/// One transaction of a publish.
struct Chunk {
  lease::Fence fence;
  std::uint64_t number = 0;             // 0, 1, ... of the run
  std::span<const RuleResult> users;    // in the order of the bytes of their ids
  std::span<const std::int32_t> scope;  // T, ascending
  Stamp stamp;
};

/// What publishing wrote.
struct PublishCounts {
  std::uint64_t rows_written = 0;  // of the serving table
  std::uint64_t entered = 0;       // memberships
  std::uint64_t left = 0;

  PublishCounts& operator+=(const PublishCounts& other) {
    rows_written += other.rows_written;
    entered += other.entered;
    left += other.left;
    return *this;
  }
  bool operator==(const PublishCounts&) const = default;
};

/// How far a run's publishing came: chunks [0, chunks) are committed.
struct Progress {
  std::uint64_t chunks = 0;
  PublishCounts counts;

  bool operator==(const Progress&) const = default;
};

/// A row of the change feed. `seq` is contiguous and in the order of the commits.
struct FeedRow {
  enum class Kind { kEntered, kLeft, kPublished, kAbandoned };

  std::uint64_t seq = 0;
  std::int64_t run_id = 0;  // 0: a manual edit
  Kind kind = Kind::kEntered;
  std::string user_id;  // empty for kPublished and kAbandoned, as the next two
  std::int32_t tag_id = 0;
  std::string detail;
  std::string actor;   // of the manual edit that made it; empty for a run
  std::string reason;  // as actor
  Micros time = 0;
};

/// "entered", "left", "published", "abandoned": as stored; and back.
std::string_view name_of(FeedRow::Kind kind);
std::optional<FeedRow::Kind> read_feed_kind(std::string_view name);

/// A decision of a person as it happened, whether or not a membership changed by it. Never
/// changed, and kept when the grant or block itself is gone.
struct EditRecord {
  ManualEdit edit;             // actor, reason and made_at are those of this decision
  bool removed = false;        // it took the grant or block away
  std::uint64_t feed_seq = 0;  // the feed's last number before it: what it changed comes after

  bool operator==(const EditRecord&) const = default;
};

struct FeedQuestion {
  std::uint64_t after = 0;
  std::optional<std::string> user_id;
  std::optional<std::int32_t> tag_id;
  size_t rows_max = 1000;
};

/// Grants and blocks that are made, and those that are taken away.
struct EditRequest {
  std::vector<ManualEdit> set;     // one a (user, tag, kind); replaces the one that was there
  std::vector<ManualEdit> remove;  // user, tag and kind say which; actor and reason, who and why
  Stamp stamp;                     // run_id 0
};

/// Which store, and how far its feed came: another one when a gain or a loss was written since.
struct StoreMark {
  std::string store_id;
  std::uint64_t seq = 0;

  bool operator==(const StoreMark&) const = default;
};

/// Users with their tags, manual edits and the feed. Errors: the symbols above, each with place
/// and hint; kConflict where the same transaction may be tried again (deadlock, lock wait);
/// kUnavailable for the world. Not thread-safe: one a thread.
class TagStore {
 public:
  virtual ~TagStore() = default;

  /// All rows of the serving table as they are now; ends before the next call that writes.
  virtual base::Result<std::unique_ptr<UserCursor>> users() = 0;

  /// One user's row, or nothing.
  virtual base::Result<std::optional<StoredUser>> user(const std::string& user_id) = 0;

  /// All manual edits, or those of one user, by user, tag and kind.
  virtual base::Result<std::vector<ManualEdit>> manual_edits(
      const std::optional<std::string>& user_id) = 0;

  virtual base::Result<StoreMark> mark() = 0;

  /// Refuses a user id that the serving table cannot hold (E_STORE_USER_ID): whoever plans asks it
  /// of new users, so that nothing of the run is written. publish() and edit() ask it again.
  virtual base::Status check_user_id(const std::string& user_id) {
    (void)user_id;
    return {};
  }

  /// Steps (a) to (g) of PROTOCOLS 1 in one transaction. A user whose merge differs in nothing is
  /// not written. Where the chunk's number is not the run's progress, or the run is not publishing:
  /// kStoreProgress (kConflict), and nothing is written.
  virtual base::Result<PublishCounts> publish(const Chunk& chunk) = 0;

  /// How far the run came; asked after E_STORE_IN_DOUBT, and before resuming.
  virtual base::Result<Progress> progress(std::int64_t run_id) = 0;

  /// The same transaction for manual edits, without the fence. All or none.
  virtual base::Result<PublishCounts> edit(const EditRequest& request) = 0;

  /// What people decided for one user, in the order of the commits. An edit that was there already,
  /// or that was to be removed and was not there, is none.
  virtual base::Result<std::vector<EditRecord>> edit_log(const std::string& user_id) = 0;

  /// Rows of the feed after a number, in its order.
  virtual base::Result<std::vector<FeedRow>> feed(const FeedQuestion& question) = 0;
};

}  // namespace tagsmith::membership
