#include "app/exit_code.h"

#include <fmt/format.h>

#include <cstdio>

#include "app/color.h"
#include "app/terminal.h"
#include "base/json.h"
#include "base/language.h"

namespace tagsmith::app {
namespace {

std::string_view name_of(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::kInvalidArgument:
      return "E_INVALID_ARGUMENT";
    case base::ErrorCode::kNotFound:
      return "E_NOT_FOUND";
    case base::ErrorCode::kConflict:
      return "E_CONFLICT";
    case base::ErrorCode::kUnavailable:
      return "E_UNAVAILABLE";
    case base::ErrorCode::kResourceExhausted:
      return "E_RESOURCE_EXHAUSTED";
    case base::ErrorCode::kCancelled:
      return "E_CANCELLED";
    case base::ErrorCode::kInternal:
      break;
  }
  return "E_INTERNAL";
}

std::string json_of(const base::Error& error) {
  const std::string_view code = error.symbol.empty() ? name_of(error.code) : error.symbol;
  return fmt::format(R"({{"code":{},"path":{},"message":{},"hint":{}}})", base::json_quoted(code),
                     base::json_quoted(error.path), base::json_quoted(error.message),
                     base::json_quoted(error.hint));
}

std::string sentence_of(const base::Error& error) {
  const std::string first = "tagsmith: " + error.message;
  return error.hint.empty() ? first : first + "\n" + base::tr("hint:") + " " + error.hint;
}

// "tags/vip.yaml:3:12: E_COLUMN_UNKNOWN: no table has a column 'agee'", and below it the hint.
std::string text_of(const base::Error& error) {
  const auto in_color = [](Meaning meaning, std::string_view text) {
    return painted(Stream::kErr, meaning, printable(text));
  };
  std::string out = in_color(Meaning::kPlace, error.path.empty() ? "tagsmith" : error.path) + ": ";
  out += error.symbol.empty() ? in_color(Meaning::kError, base::tr("error"))
                              : in_color(Meaning::kError, error.symbol);
  out += ": " + printable(error.message, /*keeps_lines=*/true);
  if (!error.hint.empty()) {
    out += fmt::format("\n  {} {}", in_color(Meaning::kHint, base::tr("hint:")),
                       printable(error.hint, /*keeps_lines=*/true));
  }
  return out;
}

}  // namespace

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

std::string error_text(const base::Error& error, ErrorFormat format) {
  switch (format) {
    case ErrorFormat::kJson:
      return json_of(error);
    case ErrorFormat::kBySymbol:
      return error.symbol.empty() ? sentence_of(error) : json_of(error);
    case ErrorFormat::kText:
      break;
  }
  return text_of(error);
}

int report(const base::Error& error) {
  const std::string text = error_text(error, console().errors) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
  return exit_code(error);
}

}  // namespace tagsmith::app
