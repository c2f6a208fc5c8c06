#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/connection_internal.h"
#include "adapters/duckdb/text_file_internal.h"
#include "base/interrupt.h"
#include "base/language.h"
#include "base/problem.h"
#include "files/system_error.h"

namespace tagsmith::duckdb {
namespace {

using base::Status;

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kNumberCharacters = "0123456789.eE+-";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

// The part of `text` from `at` on that consists of `characters`.
std::string_view stretch(std::string_view text, size_t at, std::string_view characters) {
  const size_t end = text.find_first_not_of(characters, at);
  return text.substr(at, end == std::string_view::npos ? end : end - at);
}

// The digits of a number without those zeros that only place them.
std::string significant_digits(std::string_view number) {
  std::string digits;
  for (const char c : number.substr(0, number.find_first_of("eE"))) {
    if (kDigits.find(c) != std::string_view::npos && (c != '0' || !digits.empty())) {
      digits += c;
    }
  }
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits;
}

// Whether a number is too large for a double, of one that is too large or too small.
bool is_large(std::string_view number) {
  const size_t e = number.find_first_of("eE");
  if (e != std::string_view::npos) {
    return number.substr(e + 1, 1) != "-";
  }
  return number.find_first_of("123456789") < number.find('.');
}

// DuckDB makes a double of a number with a fraction or an exponent, and a text of that. One that is
// too large stays as it is written, and so do integers.
bool would_be_rounded(std::string_view number) {
  constexpr size_t kAlwaysKept = 15;
  if (number.find_first_of(".eE") == std::string_view::npos) {
    return false;
  }
  const std::string digits = significant_digits(number);
  if (digits.empty() ||
      (digits.size() <= kAlwaysKept && number.find_first_of("eE") == std::string_view::npos &&
       number.size() <= 100)) {
    return false;
  }
  double value = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  if (read.ec == std::errc::result_out_of_range || value == 0 || !std::isfinite(value)) {
    return !is_large(number);
  }
  std::array<char, 32> shortest{};
  const auto written = std::to_chars(shortest.data(), shortest.data() + shortest.size(), value);
  return significant_digits({shortest.data(), written.ptr}) != digits;
}

// The end of a text that starts at `at`.
size_t end_of_text(std::string_view line, size_t at) {
  for (++at; at < line.size() && line[at] != '"'; ++at) {
    at += line[at] == '\\' ? 1 : 0;
  }
  return std::min(at + 1, line.size());
}

// What DuckDB takes and we do not; it says itself what it does not take.
Complaint complaint_of(std::string_view line) {
  char last = 0;  // before the blanks
  for (size_t at = 0; at < line.size();) {
    const char c = line[at];
    if (c == '"') {
      at = end_of_text(line, at);
    } else if (c == '-' || kDigits.find(c) != std::string_view::npos) {
      const std::string_view number = stretch(line, at, kNumberCharacters);
      if (would_be_rounded(number)) {
        return {base::message("a number that a double does not hold exactly, {}", number),
                base::tr(R"(write it as a text, "1.5", which rules read by number(x))")};
      }
      at += number.size();
    } else if (const std::string_view word = stretch(line, at, kLetters); !word.empty()) {
      if (word != "true" && word != "false" && word != "null") {
        return {base::message("{} is not JSON", base::quote(word)),
                base::tr("write null, or leave the key away")};
      }
      at += word.size();
    } else {
      if (last == ',' && (c == '}' || c == ']')) {
        return {base::message("a comma before {}", c), base::tr("no comma follows the last value")};
      }
      ++at;
    }
    last = c == ' ' || c == '\t' || c == '\r' ? last : c;
  }
  return {};
}

}  // namespace

Status check_json_lines(const std::string& path) {
  std::ifstream file = TAGSMITH_TRY(open_text(path));
  std::string text;
  for (size_t line = 1; std::getline(file, text); ++line) {
    if (base::interrupted()) {
      return base::cancelled();
    }
    const size_t start = text.find_first_not_of(" \t\r");
    if (start == std::string::npos) {
      continue;
    }
    const size_t end = text.find_last_not_of(" \t\r");
    const std::string hint = base::tr(R"(each line is one object: {"user_id": "ann", "age": 31})");
    if (text.starts_with("\xef\xbb\xbf")) {
      return broken_line(path, line,
                         {base::tr("a byte order mark"), base::tr("save the file without it")}, {});
    }
    if (!is_utf8(text)) {
      return broken_line(path, line, {base::tr("not UTF-8"), base::tr("convert the file to UTF-8")},
                         text);
    }
    if (text[start] != '{') {
      return broken_line(path, line, {base::tr("not a JSON object"), hint}, text);
    }
    if (text[end] != '}') {
      return broken_line(path, line, {base::tr("a JSON object that does not end"), hint}, text);
    }
    if (Complaint complaint = complaint_of(text); !complaint.reason.empty()) {
      return broken_line(path, line, std::move(complaint), text);
    }
  }
  if (file.bad()) {
    return files::system_error(base::marked("read"), path, errno);
  }
  return {};
}

}  // namespace tagsmith::duckdb
