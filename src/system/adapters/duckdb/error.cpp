#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include <fmt/format.h>

#include "adapters/duckdb/connection_internal.h"
#include "adapters/duckdb/text_file_internal.h"
#include "base/language.h"
#include "base/problem.h"

namespace tagsmith::duckdb {
namespace {

using base::ErrorCode;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What stands between the first `before` and the next `after`; empty when they are not there.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const size_t start = text.find(before);
  if (start == std::string_view::npos) {
    return {};
  }
  text.remove_prefix(start + before.size());
  const size_t end = text.find(after);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

base::Error broken_file(std::string message, std::string_view path) {
  return {.code = ErrorCode::kInvalidArgument,
          .message = std::move(message),
          .symbol = "E_DATA_FILE",
          .path = std::string(path),
          .hint = path.empty() ? "" : base::tr("mend the file, or write it anew")};
}

// "CSV Error on Line: 3\nOriginal Line: 2,y,z\nExpected Number of Columns: 2 Found: 3\n...
//   file = bad.csv\n ..."
base::Error csv_error(std::string_view text) {
  const std::string_view path = between(text, "  file = ", "\n");
  const std::string_view line = between(text, "CSV Error on Line: ", "\n");
  if (line.empty()) {
    return broken_file(
        base::tr("not RFC 4180: quotes or mixed line ends that cannot be understood"), path);
  }
  constexpr std::string_view kOriginal = "Original Line: ";
  std::string_view original = text;
  if (const size_t at = text.find(kOriginal); at != std::string_view::npos) {
    original.remove_prefix(at + kOriginal.size());
  }
  std::string reason = base::tr("not RFC 4180");
  size_t end = original.find('\n');
  if (const size_t at = original.find("\nExpected Number of Columns: ");
      at != std::string_view::npos) {
    end = at;
    // It counts no further than one too many.
    reason = base::message("not the {} fields that belong",
                           between(original.substr(at), "Columns: ", " Found"));
  } else if (const size_t quote = original.find("\nValue with unterminated quote");
             quote != std::string_view::npos) {
    end = quote;
    reason = base::tr("a quoted field does not end");
  } else if (const size_t unicode = original.find("\nInvalid unicode");
             unicode != std::string_view::npos) {
    end = unicode;
    reason = base::tr("not UTF-8");
  } else if (const size_t length = original.find("Maximum line size of ");
             length != std::string_view::npos) {
    end = 0;
    reason = base::tr("a line that is too long");
  }
  std::string message = base::message("line {}: {}", line, reason);
  if (const std::string_view shown = original.substr(0, end); !shown.empty()) {
    message += ": " + base::quote(shown);
  }
  return broken_file(std::move(message), path);
}

// 'Malformed JSON in file "x", at byte 45 in line 3: unexpected end of data. ' and
// 'JSON transform error in file "x", in line 2: Expected OBJECT, but got ARRAY: [1,2]\nTry ...'
base::Error json_error(std::string_view text) {
  const std::string_view path = between(text, " in file \"", "\", ");
  const std::string_view line_text = between(text, " in line ", ": ");
  unsigned long long line = 0;
  std::from_chars(line_text.data(), line_text.data() + line_text.size(), line);
  // What follows shows a statement that the reader of the message never wrote.
  std::string_view reason = text.substr(0, text.find("\n\nLINE "));
  if (const size_t at = text.find(" in line "); at != std::string_view::npos) {
    reason.remove_prefix(text.find(": ", at) + 2);
  }
  reason = reason.substr(0, reason.find("\nTry "));
  reason = reason.substr(0, reason.find(" Try auto-detecting"));
  reason = reason.substr(0, reason.find_last_not_of(" .\n") + 1);
  if (text.starts_with("Malformed JSON") && line > 1) {
    --line;  // DuckDB counts this kind from the line after
  }
  std::string message = base::message("line {}: not a JSON object: {}", line, reason);
  if (const std::string shown = line_of_file(std::string(path), line); !shown.empty()) {
    message += ": " + base::quote(shown);
  }
  return broken_file(std::move(message), path);
}

struct Shown {
  std::string message;
  std::string hint;
};

// Without the kind that DuckDB puts first and the statement that it shows last, which the reader of
// the message need not have written. The lines after the first advise.
Shown shown_of(std::string_view message) {
  constexpr size_t kShownMax = 400;
  message = message.substr(0, message.find("\n\nLINE "));
  message = message.substr(0, message.find("\nLINE "));
  constexpr std::string_view kKindEnd = " Error: ";
  const size_t at = message.find(kKindEnd);
  if (at != std::string_view::npos &&
      message.substr(0, at).find_first_of("'\"(") == std::string_view::npos) {
    message.remove_prefix(at + kKindEnd.size());
  }
  message = message.substr(0, message.find_last_not_of(" \n") + 1);
  const size_t end = message.find('\n');
  Shown shown{.message = std::string(message.substr(0, end))};
  if (end != std::string_view::npos) {
    shown.hint = message.substr(end);
    std::ranges::replace_if(shown.hint, [](char c) { return c == '\n' || c == '\t'; }, ' ');
    shown.hint.erase(0, shown.hint.find_first_not_of(' '));
  }
  if (shown.message.starts_with("Table with name ")) {
    shown.hint = base::tr("write the name of a file in quotes: from 'folder/users.parquet'");
  }
  if (contains(shown.message, "requires the extension")) {
    shown.hint = base::tr("only local files are read, and no extension is loaded");
  }
  for (std::string* text : {&shown.message, &shown.hint}) {
    if (text->size() > kShownMax) {
      *text = base::quote(*text, kShownMax);
    }
  }
  return shown;
}

}  // namespace

base::Error error_of(std::string_view message) {
  struct Kind {
    std::string_view prefix;
    ErrorCode code;
  };
  static constexpr std::array kKinds{
      Kind{"INTERRUPT Error: ", ErrorCode::kCancelled},
      Kind{"Interrupted!", ErrorCode::kCancelled},
      Kind{"Out of Memory Error: ", ErrorCode::kUnavailable},
      Kind{"IO Error: ", ErrorCode::kUnavailable},
      Kind{"Permission Error: ", ErrorCode::kUnavailable},
      Kind{"HTTP Error: ", ErrorCode::kUnavailable},
      Kind{"Connection Error: ", ErrorCode::kUnavailable},
      Kind{"Network Error: ", ErrorCode::kUnavailable},
      Kind{"FATAL Error: ", ErrorCode::kInternal},
      Kind{"INTERNAL Error: ", ErrorCode::kInternal},
  };
  const auto* kind = std::ranges::find_if(
      kKinds, [&](const Kind& candidate) { return message.starts_with(candidate.prefix); });
  if (kind != kKinds.end() && kind->code == ErrorCode::kCancelled) {
    return base::cancelled();
  }
  constexpr std::string_view kInvalidInput = "Invalid Input Error: ";
  if (message.starts_with(kInvalidInput)) {
    const std::string_view text = message.substr(kInvalidInput.size());
    if (text.starts_with("CSV Error on Line: ") || contains(text, "CSV Parser state machine")) {
      return csv_error(text);
    }
    if (text.starts_with("Malformed JSON in file ") || text.starts_with("JSON transform error")) {
      return json_error(text);
    }
  }
  const auto [shown, hint] = shown_of(message);
  const bool is_broken_file = contains(message, "Could not read enough bytes");
  if (contains(message, "No files found")) {
    base::Error error = broken_file(
        base::message("no file {}", base::quote(between(message, "pattern \"", "\""))), {});
    error.code = ErrorCode::kNotFound;
    error.hint = base::tr("paths are relative to the working directory");
    return error;
  }
  if (kind != kKinds.end() && !is_broken_file) {
    base::Error error{.code = kind->code, .message = shown, .hint = hint};
    if (message.starts_with("Out of Memory Error: ")) {
      error.message = base::message("the memory does not suffice: {}", shown);
      error.hint = base::tr("allow more with --memory, or read fewer rows or columns");
    }
    return error;
  }
  base::Error error = broken_file(shown, {});
  error.hint = hint;
  return error;
}

}  // namespace tagsmith::duckdb
