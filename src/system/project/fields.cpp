#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/language.h"
#include "base/similar.h"
#include "column/readers.h"
#include "project/fields_internal.h"
#include "project/problems.h"

namespace tagsmith::project {

YamlFile::YamlFile(std::string name, std::string text)
    : name_(std::move(name)), source_(std::make_shared<SourceText>(std::move(text))) {}

std::optional<YamlNode> YamlFile::parse() {
  std::vector<YamlProblem> found;
  std::optional<YamlNode> root = parse_yaml(*source_, found);
  for (YamlProblem& problem : found) {
    add_problem(problem.byte, problem.code, std::move(problem.message), std::move(problem.hint));
  }
  return root;
}

void YamlFile::add_problem(size_t byte, std::string_view code, std::string message,
                           std::string hint) {
  problems_.emplace_back(byte, base::Problem{.code = std::string(code),
                                             .path = "",
                                             .message = std::move(message),
                                             .hint = std::move(hint)});
}

std::string YamlFile::place(const YamlNode& node) const {
  const Position position = source_->position(node.byte);
  return fmt::format("{}:{}:{}", name_, position.line, position.column);
}

FileProblems YamlFile::problems() const {
  // those of one place stay in the order they were found
  const std::multimap<size_t, base::Problem> sorted(problems_.begin(), problems_.end());
  FileProblems problems;
  for (const auto& [byte, problem] : sorted) {
    const Position position = source_->position(byte);
    problems.push_back(
        {.file = name_, .line = position.line, .column = position.column, .problem = problem});
  }
  return problems;
}

std::string kind_of(const YamlNode& node) {
  return node.kind == YamlNode::Kind::kNull  ? base::tr("empty")
         : node.kind == YamlNode::Kind::kMap ? base::tr("a map")
                                             : to_json_value(node).kind();
}

namespace {

void wrong_type(YamlFile& file, const YamlNode& node, std::string_view what, std::string hint) {
  const std::string shown = node.is_scalar()
                                ? fmt::format("{}, {}", base::quote(node.text), kind_of(node))
                                : kind_of(node);
  file.add_problem(node, kProjectType, base::message("{} is {}", what, shown), std::move(hint));
}

}  // namespace

bool check_scalars(YamlFile& file, const YamlNode& node) {
  bool clear = true;
  if (auto found = ambiguity(node)) {
    file.add_problem(node, kProjectType, std::move(found->first), std::move(found->second));
    clear = false;
  }
  for (const YamlNode& part : node.list) {
    clear = check_scalars(file, part) && clear;
  }
  for (const auto& [key, value] : node.members) {
    clear = check_scalars(file, value) && clear;
  }
  return clear;
}

std::optional<std::string> read_text(YamlFile& file, const YamlNode& node, std::string_view what) {
  if (node.is_scalar() && !check_scalars(file, node)) {
    return std::nullopt;
  }
  const base::Json value = to_json_value(node);
  if (const std::string* text = value.text()) {
    if (text->empty()) {
      file.add_problem(node, kProjectValue, base::message("{} is an empty text", what),
                       base::tr("write a text, or leave the key out"));
      return std::nullopt;
    }
    return *text;
  }
  wrong_type(file, node, what,
             node.is_scalar() ? base::message("it is a text: write '{}' in quotes", node.text)
                              : base::tr("it is a text"));
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(YamlFile& file, const YamlNode& node,
                                         std::string_view what, std::int64_t min,
                                         std::int64_t max) {
  const std::string hint = base::message("it is a whole number from {} to {}", min, max);
  if (node.is_scalar() && !check_scalars(file, node)) {
    return std::nullopt;
  }
  const base::Json value = to_json_value(node);
  if (value.number() == nullptr) {
    wrong_type(file, node, what, hint);
    return std::nullopt;
  }
  const std::string& text = value.number()->text;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < min || number > max) {
    file.add_problem(node, kProjectValue, base::message("{} is {}", what, base::quote(text)), hint);
    return std::nullopt;
  }
  return number;
}

std::optional<double> read_number(YamlFile& file, const YamlNode& node, std::string_view what,
                                  double min, double max) {
  const std::string hint = base::message("it is a number from {} to {}", min, max);
  if (node.is_scalar() && !check_scalars(file, node)) {
    return std::nullopt;
  }
  const base::Json value = to_json_value(node);
  if (value.number() == nullptr) {
    wrong_type(file, node, what, hint);
    return std::nullopt;
  }
  const auto number = column::read_number(value.number()->text);
  if (!number || number->to_double() < min || number->to_double() > max) {
    file.add_problem(node, kProjectValue, base::message("{} is {}", what, base::quote(node.text)),
                     hint);
    return std::nullopt;
  }
  return number->to_double();
}

std::optional<bool> read_boolean(YamlFile& file, const YamlNode& node, std::string_view what) {
  if (node.is_scalar() && !check_scalars(file, node)) {
    return std::nullopt;
  }
  const base::Json value = to_json_value(node);
  if (const bool* boolean = value.boolean()) {
    return *boolean;
  }
  wrong_type(file, node, what, base::tr("it is true or false"));
  return std::nullopt;
}

std::optional<std::string> read_day(YamlFile& file, const YamlNode& node, std::string_view what) {
  constexpr size_t kDayLength = 10;
  std::optional<std::string> text = read_text(file, node, what);
  if (!text) {
    return std::nullopt;
  }
  const auto moment = column::read_moment(*text);
  if (text->size() != kDayLength || !moment || !moment->is_day) {
    file.add_problem(node, kProjectValue,
                     base::message("{} is {}, no day of the calendar", what, base::quote(*text)),
                     base::tr("write YYYY-MM-DD, for example 2025-11-22"));
    return std::nullopt;
  }
  return text;
}

bool expect_list(YamlFile& file, const YamlNode& node, std::string_view what) {
  if (node.kind == YamlNode::Kind::kList) {
    return true;
  }
  wrong_type(file, node, what, base::tr("it is a list: [a, b], or one '- a' a line"));
  return false;
}

Fields::Fields(YamlFile& file, const YamlNode& map, std::string what, std::vector<std::string> keys)
    : file_(file), map_(map), what_(std::move(what)) {
  if (!is_map()) {
    wrong_type(file, map, what_,
               base::message("it is a map with the keys {}", fmt::join(keys, ", ")));
    return;
  }
  for (const auto& [key, value] : map.members) {
    if (std::ranges::find(keys, key.text) == keys.end()) {
      std::string hint = base::did_you_mean(key.text, keys);
      file.add_problem(
          key, kProjectKey, base::message("{} has no key {}", what_, base::quote(key.text)),
          hint.empty() ? base::message("its keys are {}", fmt::join(keys, ", ")) : std::move(hint));
    }
  }
}

const YamlNode* Fields::require(std::string_view key) {
  const YamlNode* node = get(key);
  if (node == nullptr && is_map()) {
    file_.add_problem(map_, kProjectKey, base::message("{} has no '{}'", what_, key),
                      base::message("add '{}:'", key));
  }
  return node;
}

std::optional<std::string> Fields::text(std::string_view key) {
  const YamlNode* node = get(key);
  return node == nullptr ? std::nullopt : read_text(file_, *node, fmt::format("'{}'", key));
}

std::optional<std::int64_t> Fields::integer(std::string_view key, std::int64_t min,
                                            std::int64_t max) {
  const YamlNode* node = get(key);
  return node == nullptr ? std::nullopt
                         : read_integer(file_, *node, fmt::format("'{}'", key), min, max);
}

std::optional<double> Fields::number(std::string_view key, double min, double max) {
  const YamlNode* node = get(key);
  return node == nullptr ? std::nullopt
                         : read_number(file_, *node, fmt::format("'{}'", key), min, max);
}

std::optional<bool> Fields::boolean(std::string_view key) {
  const YamlNode* node = get(key);
  return node == nullptr ? std::nullopt : read_boolean(file_, *node, fmt::format("'{}'", key));
}

bool is_code(std::string_view text) {
  constexpr size_t kCodeBytesMax = 64;
  return !text.empty() && text.size() <= kCodeBytesMax && text[0] >= 'a' && text[0] <= 'z' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

}  // namespace tagsmith::project
