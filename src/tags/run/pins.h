#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "membership/membership.h"

namespace tagsmith::run {

/// A file that a run reads.
struct InputFile {
  std::string table;  // "db.name" or "name"
  std::string path;   // empty: the table is a SELECT, and what it reads is not known
  std::uint64_t bytes = 0;
  std::int64_t modified_nanos = 0;  // since 1970, UTC; or 0 where `etag` says it
  std::string etag;

  auto operator<=>(const InputFile&) const = default;
};

/// A tag of the rectangle with the version of its rules.
struct PinnedTag {
  std::int32_t tag_id = 0;
  int rule_version = 0;

  auto operator<=>(const PinnedTag&) const = default;
};

enum class Mode { kFull, kIncremental };

/// "full", "incremental": as stored and asked for.
std::string_view name_of(Mode mode);

/// Everything that a run's result depends on, stored before it reads (PROTOCOLS 1, "Pins"). Equal
/// pins but for id and start are the same run.
struct Pins {
  std::int32_t as_of = 0;  // days since 1970-01-01
  std::string partition;   // the day read, "2025-11-22"
  std::string zone = "UTC";
  bool upper_bound = false;
  membership::Micros started_at = 0;  // the one time of every row that the run writes
  Mode mode = Mode::kFull;
  std::optional<int> days;  // --days
  /// T, ascending. Refused and frozen tags are not in it; what a guard holds of it later stands in
  /// PlanSummary::held and is not published.
  std::vector<PinnedTag> tags;
  bool all_tags = true;                           // T is every active tag that is not held
  std::optional<std::vector<std::string>> users;  // --users, sorted, distinct; nothing: all
  std::string population;                         // a table, or empty: the union of all
  std::vector<InputFile> files;                   // sorted
  std::string reading;                            // SHA-256 of how the files are read
  std::string edits;                              // SHA-256 of the manual edits

  bool operator==(const Pins&) const = default;
};

/// Neither some users nor some days.
bool asks_for_everybody(const Pins& pins);

/// Whether some table is a SELECT that may read files which are not among the pins'.
bool has_unknown_files(const Pins& pins);

/// True when the two are the same run, whenever it was started. Over files that nobody knows no run
/// is the same as another: what they hold may have changed.
bool same_run(const Pins& left, const Pins& right);

/// One JSON object on one line; and back.
std::string to_json(const Pins& pins);
base::Result<Pins> parse_pins(std::string_view json);

}  // namespace tagsmith::run
