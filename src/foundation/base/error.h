#pragma once

#include <string>
#include <string_view>

namespace tagsmith::base {

/// Says what the caller can do about a failure; the message says what went wrong. The list stays
/// short because every boundary maps it once, in an exhaustive switch.
enum class ErrorCode {
  kInvalidArgument,    // The input is wrong. Trying again cannot help.
  kNotFound,           // The named thing does not exist.
  kConflict,           // The thing changed since the caller looked at it.
  kUnavailable,        // The world failed (disk, memory, network). Trying again may help.
  kResourceExhausted,  // A stated limit was reached.
  kCancelled,          // Somebody asked for the work to stop.
  kInternal,           // A bug here, or a dependency that broke its contract.
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // For a person: names the thing, its value and the limit it broke.
  std::string symbol;   // A stable name for programs ("E_DATA_PARTITION"), or empty.
  std::string path;     // The file, folder or column concerned, or empty.
  std::string hint;     // What to do next, or empty.

  /// Prefixes the message with what was being done: "read orders.csv: line 3: ...".
  [[nodiscard]] Error while_doing(std::string_view activity) &&;

  bool operator==(const Error&) const = default;
};

Error invalid_argument(std::string message);
Error not_found(std::string message);
Error unavailable(std::string message);
Error cancelled();
Error internal_error(std::string message);

}  // namespace tagsmith::base
