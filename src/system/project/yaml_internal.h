#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace tagsmith::project {

/// Limits of one file.
inline constexpr size_t kYamlBytesMax = size_t{64} << 20;
inline constexpr int kYamlNestingMax = 200;

/// A place in a text: line and column from 1, the column in characters.
struct Position {
  size_t line = 0;
  size_t column = 0;

  auto operator<=>(const Position&) const = default;
};

/// The bytes of a file, and where its lines start.
class SourceText {
 public:
  explicit SourceText(std::string text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Position position(size_t byte) const;

 private:
  std::string text_;
  std::vector<size_t> line_starts_;
};

struct YamlMember;

/// A node of a YAML file as it was written.
struct YamlNode {
  enum class Kind { kNull, kPlain, kQuoted, kList, kMap };

  Kind kind = Kind::kNull;
  size_t byte = 0;                  // where it starts in the file
  std::string text;                 // of a scalar, unquoted, unescaped
  std::vector<YamlNode> list;       // of kList
  std::vector<YamlMember> members;  // of kMap, keys once each

  [[nodiscard]] bool is_scalar() const { return kind == Kind::kPlain || kind == Kind::kQuoted; }
  /// The member of a map, or nullptr.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;
};

/// A key of a map with its value.
struct YamlMember {
  YamlNode key;
  YamlNode value;
};

/// One thing wrong with the text of a file.
struct YamlProblem {
  size_t byte = 0;
  std::string code;
  std::string message;
  std::string hint;
};

/// Reads one document of a subset of YAML that has one meaning in YAML 1.1, YAML 1.2 and JSON:
/// UTF-8 without control characters, no anchors, aliases, tags, second documents or keys that are
/// no texts; no key twice (E_DUPLICATE_KEY). Never throws. What is wrong is added to `problems`;
/// the node holds what could be read, nothing when the text is no YAML at all. An empty file is
/// null.
std::optional<YamlNode> parse_yaml(const SourceText& source, std::vector<YamlProblem>& problems);

/// What is wrong with a plain scalar that the versions of YAML read in several ways: yes, on, 010,
/// 1_000, +1, .5, 12:30, True. A message and a hint, or nothing.
std::optional<std::pair<std::string, std::string>> ambiguity(const YamlNode& node);

/// A node as JSON: plain true, false, null and JSON numbers are what they say, every other scalar
/// is a text (a plain date too). Ambiguous scalars become texts: see ambiguity().
base::Json to_json_value(const YamlNode& node);

/// Where byte `offset` of the text of a scalar stands in the file: follows escapes and folded
/// lines, and gives the start of the scalar where it cannot.
size_t byte_of_text(const SourceText& source, const YamlNode& scalar, size_t offset);

}  // namespace tagsmith::project
