#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "catalog/json_slices.h"
#include "project/project.h"
#include "project/rule_sources_internal.h"
#include "rule/problems.h"

namespace tagsmith::project {
namespace {

// The number of "byte 17", or nothing.
std::optional<size_t> byte_of(std::string_view path) {
  constexpr std::string_view kPrefix = "byte ";
  size_t byte = 0;
  if (!path.starts_with(kPrefix)) {
    return std::nullopt;
  }
  path.remove_prefix(kPrefix.size());
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), byte);
  return error == std::errc() ? std::optional(byte) : std::nullopt;
}

// A part of a JSON pointer without its escapes (RFC 6901).
std::string unescaped(std::string_view part) {
  std::string out;
  for (size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '~' && i + 1 < part.size()) {
      out += part[++i] == '1' ? '/' : '~';
    } else {
      out += part[i];
    }
  }
  return out;
}

// The byte of the deepest node that a JSON pointer leads to; of the key where that is what is
// wrong.
size_t byte_of_pointer(const YamlNode& root, std::string_view pointer, bool of_key) {
  const YamlNode* node = &root;
  size_t byte = root.byte;
  while (pointer.starts_with('/')) {
    const size_t end = std::min(pointer.find('/', 1), pointer.size());
    const std::string part = unescaped(pointer.substr(1, end - 1));
    pointer.remove_prefix(end);
    const YamlNode* next = nullptr;
    size_t key_byte = 0;
    if (node->kind == YamlNode::Kind::kMap) {
      for (const auto& [key, value] : node->members) {
        if (key.text == part) {
          next = &value;
          key_byte = key.byte;
        }
      }
    } else if (node->kind == YamlNode::Kind::kList) {
      size_t index = 0;
      const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), index);
      if (error == std::errc() && stop == part.data() + part.size() && index < node->list.size()) {
        next = &node->list[index];
        key_byte = next->byte;
      }
    }
    if (next == nullptr) {
      break;
    }
    node = next;
    byte = of_key && pointer.empty() ? key_byte : node->byte;
  }
  return byte;
}

// The offset in a JSON text of the deepest value that a pointer leads to; of the key where that is
// what is wrong.
size_t offset_of_pointer(std::string_view text, std::string_view pointer, bool of_key) {
  std::string_view value = text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const char* found = value.data();
  while (pointer.starts_with('/')) {
    const size_t end = std::min(pointer.find('/', 1), pointer.size());
    const std::string part = unescaped(pointer.substr(1, end - 1));
    pointer.remove_prefix(end);
    std::optional<catalog::MemberSlice> next;
    if (value.starts_with('{')) {
      for (const catalog::MemberSlice& member :
           catalog::member_slices(value).value_or(std::vector<catalog::MemberSlice>())) {
        if (member.first == base::json_quoted(part)) {
          next = member;
        }
      }
    } else if (const auto list = catalog::list_slices(value)) {
      size_t index = 0;
      const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), index);
      if (error == std::errc() && stop == part.data() + part.size() && index < list->size()) {
        next = catalog::MemberSlice((*list)[index], (*list)[index]);
      }
    }
    if (!next) {
      break;
    }
    value = next->second;
    found = of_key && pointer.empty() ? next->first.data() : value.data();
  }
  return static_cast<size_t>(found - text.data());
}

// What "tags/value.yaml:12:9" says.
FileProblem at_place(const std::string& place) {
  FileProblem found{.file = place};
  size_t numbers[2] = {0, 0};
  for (size_t i = 2; i-- > 0;) {
    const size_t colon = found.file.rfind(':');
    if (colon == std::string::npos) {
      return {.file = place};
    }
    std::from_chars(found.file.data() + colon + 1, found.file.data() + found.file.size(),
                    numbers[i]);
    found.file.resize(colon);
  }
  found.line = numbers[0];
  found.column = numbers[1];
  return found;
}

}  // namespace

FileProblem located(const Project& project, const std::string& place,
                    const base::Problem& problem) {
  FileProblem found = at_place(place);
  found.problem = problem;
  const RuleSource* rule = project.sources == nullptr ? nullptr : project.sources->find(place);
  if (rule == nullptr) {
    return found;
  }
  size_t byte = rule->node.byte;
  if (rule->node.is_scalar()) {
    const size_t offset = byte_of(problem.path)
                              .value_or(offset_of_pointer(rule->node.text, problem.path,
                                                          problem.code == rule::kUnknownKey));
    byte = byte_of_text(*rule->source, rule->node, offset);
  } else {
    byte = byte_of_pointer(rule->node, problem.path, problem.code == rule::kUnknownKey);
  }
  const Position position = rule->source->position(byte);
  found.line = position.line;
  found.column = position.column;
  return found;
}

std::string to_text(const FileProblem& problem) {
  std::string text = problem.file;
  if (problem.line > 0) {
    text += fmt::format(":{}:{}", problem.line, problem.column);
  }
  text += fmt::format(": {}: {}", problem.problem.code, problem.problem.message);
  if (!problem.problem.hint.empty()) {
    text += "; " + problem.problem.hint;
  }
  std::ranges::replace(text, '\n', ' ');  // one problem, one line
  return text;
}

std::string to_json(const FileProblem& problem) {
  return fmt::format(
      R"({{"file":{},"line":{},"column":{},"code":{},"path":{},"message":{},"hint":{}}})",
      base::json_quoted(problem.file), problem.line, problem.column,
      base::json_quoted(problem.problem.code), base::json_quoted(problem.problem.path),
      base::json_quoted(problem.problem.message), base::json_quoted(problem.problem.hint));
}

}  // namespace tagsmith::project
