#include "app/exit_code.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/json.h"

namespace tagsmith::app {

int exit_code(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::kInvalidArgument:
    case base::ErrorCode::kNotFound:
    case base::ErrorCode::kConflict:
    case base::ErrorCode::kResourceExhausted:
      return kRefused;
    case base::ErrorCode::kUnavailable:
    case base::ErrorCode::kInternal:
      return kFailed;
    case base::ErrorCode::kCancelled:
      return kInterrupted;
  }
  return kFailed;
}

int exit_code(const base::Error& error) {
  const std::string& symbol = error.symbol;
  const bool is_of_store = symbol.starts_with("E_STORE") || symbol.starts_with("E_LEASE") ||
                           symbol == "E_RUN_CHANGED" || symbol == "E_RUN_ENDED";
  return error.code == base::ErrorCode::kConflict && is_of_store ? kFailed : exit_code(error.code);
}

std::string error_text(const base::Error& error) {
  if (!error.symbol.empty()) {
    return fmt::format(R"({{"code":{},"path":{},"message":{},"hint":{}}})",
                       base::json_quoted(error.symbol), base::json_quoted(error.path),
                       base::json_quoted(error.message), base::json_quoted(error.hint));
  }
  const std::string first = "tagsmith: " + error.message;
  return error.hint.empty() ? first : first + "\nhint: " + error.hint;
}

int report(const base::Error& error) {
  const std::string text = error_text(error) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
  return exit_code(error);
}

}  // namespace tagsmith::app
