#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tagsmith::membership {

/// Times here are microseconds since 1970-01-01 00:00:00 UTC.
using Micros = std::int64_t;

/// What gives a tag to a user.
enum class Source { kRule, kManual, kRuleAndManual };

/// "rule", "manual", "rule+manual": as stored.
std::string_view name_of(Source source);

/// Why a user entered a tag; written once, on entry, and unchanged while the membership lasts but
/// for source, actor and expiry (PROTOCOLS 1, "Details").
struct Detail {
  std::string value = "null";  // JSON: {"age":19,"level":"VIP2"}, the cells that the rule read
  std::string reason;          // the rule's canonical text, or the reason of the grant
  Source source = Source::kRule;
  std::string actor;                 // of the grant; empty for a rule alone
  Micros hit_time = 0;               // when the user entered
  int rule_version = 0;              // on entry; 0 for a grant
  std::optional<Micros> expires_at;  // of the grant

  bool operator==(const Detail&) const = default;
};

/// One JSON object on one line, keys in a fixed order, times as text: a value of tag_details.
std::string to_json(const Detail& detail);
base::Result<Detail> parse_detail(std::string_view json);

/// "2025-11-22 10:30:00.000000", as stored; and back.
std::string time_text(Micros time);
std::optional<Micros> read_time(std::string_view text);

struct StoredTag {
  std::int32_t tag_id = 0;
  std::string detail;  // JSON, as it is stored

  bool operator==(const StoredTag&) const = default;
};

/// A row of the serving table. A user without a row is one with no tags and no times.
struct StoredUser {
  std::string user_id;
  std::vector<StoredTag> tags;  // ascending ids
  Micros created_time = 0;      // 0: there is no row yet
  Micros updated_time = 0;

  bool operator==(const StoredUser&) const = default;
};

/// What a person decided for one user and one tag. A block wins over everything.
struct ManualEdit {
  enum class Kind { kGrant, kBlock };

  std::string user_id;
  std::int32_t tag_id = 0;
  Kind kind = Kind::kGrant;
  std::string actor;
  std::string reason;
  Micros made_at = 0;
  std::optional<Micros> expires_at;  // it holds before this moment, not at it

  [[nodiscard]] bool holds_at(Micros now) const { return !expires_at || now < *expires_at; }

  bool operator==(const ManualEdit&) const = default;
};

/// "grant", "block": as stored; and back.
std::string_view name_of(ManualEdit::Kind kind);
std::optional<ManualEdit::Kind> read_edit_kind(std::string_view name);

/// Evidence for a tag that the user is about to enter by rule.
struct Evidence {
  std::int32_t tag_id = 0;
  std::string value = "null";  // as Detail::value
  std::string reason;          // as Detail::reason

  bool operator==(const Evidence&) const = default;
};

/// What the rules of a run found for one user: the result of the rectangle in its row.
struct RuleResult {
  std::string user_id;
  bool in_input = true;            // else the user is gone from all tables, and `tags` empty
  std::vector<std::int32_t> tags;  // of the run's T: a rule is TRUE; ascending, distinct
  std::vector<Evidence> evidence;  // of the `tags` not stored at the time of the plan; ascending

  bool operator==(const RuleResult&) const = default;
};

/// What is the same for everything that one transaction writes.
struct Stamp {
  std::int64_t run_id = 0;                    // 0: a manual edit
  Micros time = 0;                            // started_at of the run, or the moment of the edit
  std::map<std::int32_t, int> rule_versions;  // by tag id, of the tags in T
};

/// A gain or a loss: a row of the change feed without its number.
struct Change {
  enum class Kind { kEntered, kLeft };

  std::string user_id;
  std::int32_t tag_id = 0;
  Kind kind = Kind::kEntered;
  std::string detail;  // JSON: of the membership that began, or of the one that ended

  bool operator==(const Change&) const = default;
};

/// The row as it shall be, and how it differs.
struct Merged {
  std::vector<StoredTag> tags;  // ascending ids
  std::vector<Change> changes;  // ascending tag ids
  /// Something differs, if only a source or an expiry: the row is to be written.
  bool differs = false;
};

/// The membership of one user after a run: for a tag of `scope` (T, ascending), (the rules say so
/// or a grant holds) and no block holds; every other tag stays as it is stored. Times of expiry are
/// judged at stamp.time. `manual` are all edits of this user, whether or not they still hold.
///
/// A membership that lasts keeps its detail, but for source, actor and expiry where they changed.
/// Pure.
Merged merge(const StoredUser& before, const RuleResult& found, std::span<const std::int32_t> scope,
             std::span<const ManualEdit> manual, const Stamp& stamp);

/// The membership of one user after the manual edits of `tags` (ascending) changed: what the rules
/// last said is known from the stored source. A tag whose block was taken away stays away until a
/// run finds it. Pure.
Merged merge_edits(const StoredUser& before, std::span<const std::int32_t> tags,
                   std::span<const ManualEdit> manual_after, const Stamp& stamp);

}  // namespace tagsmith::membership
