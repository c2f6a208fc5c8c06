#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "project/project.h"
#include "project/yaml_internal.h"

namespace tagsmith::project {

/// One YAML file of the folder while it is read: knows the places of its nodes and collects what is
/// wrong.
class YamlFile {
 public:
  /// `name` is the file's path from the project folder.
  YamlFile(std::string name, std::string text);

  /// Parses the text; nothing when it is no YAML.
  std::optional<YamlNode> parse();

  void add_problem(size_t byte, std::string_view code, std::string message, std::string hint = "");
  void add_problem(const YamlNode& at, std::string_view code, std::string message,
                   std::string hint = "") {
    add_problem(at.byte, code, std::move(message), std::move(hint));
  }

  [[nodiscard]] std::string place(const YamlNode& node) const;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::shared_ptr<const SourceText>& source() const { return source_; }

  /// All problems so far, by their places.
  [[nodiscard]] FileProblems problems() const;

 private:
  std::string name_;
  std::shared_ptr<const SourceText> source_;
  std::vector<std::pair<size_t, base::Problem>> problems_;
};

/// Reads nodes of expected types. `what` names the node in messages: "the key 'id'". Each adds a
/// problem and gives nothing where the node is something else.
std::optional<std::string> read_text(YamlFile& file, const YamlNode& node, std::string_view what);
std::optional<std::int64_t> read_integer(YamlFile& file, const YamlNode& node,
                                         std::string_view what, std::int64_t min, std::int64_t max);
std::optional<double> read_number(YamlFile& file, const YamlNode& node, std::string_view what,
                                  double min, double max);
std::optional<bool> read_boolean(YamlFile& file, const YamlNode& node, std::string_view what);
/// A day, "2025-11-22".
std::optional<std::string> read_day(YamlFile& file, const YamlNode& node, std::string_view what);
bool expect_list(YamlFile& file, const YamlNode& node, std::string_view what);

/// Whether the scalars in a node have one meaning in every version of YAML; adds the problems.
bool check_scalars(YamlFile& file, const YamlNode& node);

/// "a list", "a number", ...: what a node is, for messages.
std::string kind_of(const YamlNode& node);

/// The members of a map with known keys.
class Fields {
 public:
  /// Adds a problem when `map` is no map, and one for each member that is none of `keys`.
  Fields(YamlFile& file, const YamlNode& map, std::string what, std::vector<std::string> keys);

  [[nodiscard]] bool is_map() const { return map_.kind == YamlNode::Kind::kMap; }

  /// The node of a key, or nullptr.
  [[nodiscard]] const YamlNode* get(std::string_view key) const { return map_.find(key); }
  /// The same; adds a problem when there is none.
  const YamlNode* require(std::string_view key);

  std::optional<std::string> text(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<double> number(std::string_view key, double min, double max);
  std::optional<bool> boolean(std::string_view key);

 private:
  YamlFile& file_;
  const YamlNode& map_;
  std::string what_;
};

/// [a-z][a-z0-9_]*, at most 64 bytes: what a tag's or category's code is.
bool is_code(std::string_view text);

}  // namespace tagsmith::project
