#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "membership/membership.h"

namespace tagsmith::run {

inline constexpr std::string_view kChangeSetBroken = "E_CHANGE_SET";

/// The changes of a plan in a file: one JSON object a line, a user each, in the order of the bytes
/// of the user ids; only users that the plan changes. The first line is a header with the pins'
/// hash, the last one the number of users, so that a file that was cut is found.
class ChangeSetWriter {
 public:
  virtual ~ChangeSetWriter() = default;
  virtual base::Status append(const membership::RuleResult& user) = 0;
  /// Makes the file durable under its name; its SHA-256 as 64 hex digits.
  virtual base::Result<std::string> finish() = 0;
};
base::Result<std::unique_ptr<ChangeSetWriter>> write_change_set(const std::string& path,
                                                                const std::string& pins_json);

/// Reads it, chunk by chunk: at most kChunkRows users and about kChunkBytes bytes each. The same
/// file always gives the same chunks.
inline constexpr size_t kChunkRows = 10'000;
inline constexpr size_t kChunkBytes = size_t{16} << 20;
class ChangeSetReader {
 public:
  virtual ~ChangeSetReader() = default;
  /// Empty after the last chunk.
  virtual base::Result<std::vector<membership::RuleResult>> next_chunk() = 0;
};
/// Fails with E_CHANGE_SET where the file is missing, or its hash is not `hash`.
base::Result<std::unique_ptr<ChangeSetReader>> read_change_set(const std::string& path,
                                                               const std::string& hash);

}  // namespace tagsmith::run
