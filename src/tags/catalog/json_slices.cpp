#include "catalog/json_slices.h"

#include "column/readers.h"

namespace tagsmith::catalog {
namespace {

// The position after the string literal that starts at `start`, or npos when it does not end.
size_t end_of_string(std::string_view text, size_t start) {
  for (size_t i = start + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// What stands between the commas of a bracketed text.
std::optional<std::vector<std::string_view>> split(std::string_view text, char open, char close) {
  text = column::trim_blanks(text);
  if (text.size() < 2 || text.front() != open || text.back() != close) {
    return std::nullopt;
  }
  text = text.substr(1, text.size() - 2);
  std::vector<std::string_view> slices;
  int depth = 0;
  size_t start = 0;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      i = end_of_string(text, i);
      if (i == std::string_view::npos) {
        return std::nullopt;
      }
      continue;
    }
    depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
    if (depth < 0) {
      return std::nullopt;
    }
    if (c == ',' && depth == 0) {
      slices.push_back(column::trim_blanks(text.substr(start, i - start)));
      start = i + 1;
    }
    ++i;
  }
  const std::string_view last = column::trim_blanks(text.substr(start));
  if (!slices.empty() || !last.empty()) {
    slices.push_back(last);
  }
  for (const std::string_view slice : slices) {
    if (slice.empty()) {
      return std::nullopt;
    }
  }
  return depth == 0 ? std::optional(std::move(slices)) : std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string_view>> list_slices(std::string_view text) {
  return split(text, '[', ']');
}

std::optional<std::vector<MemberSlice>> member_slices(std::string_view text) {
  const auto slices = split(text, '{', '}');
  if (!slices) {
    return std::nullopt;
  }
  std::vector<MemberSlice> members;
  for (const std::string_view slice : *slices) {
    const size_t key_end = slice.front() == '"' ? end_of_string(slice, 0) : std::string_view::npos;
    if (key_end == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view rest = column::trim_blanks(slice.substr(key_end));
    if (!rest.starts_with(':')) {
      return std::nullopt;
    }
    members.emplace_back(slice.substr(0, key_end), column::trim_blanks(rest.substr(1)));
  }
  return members;
}

}  // namespace tagsmith::catalog
