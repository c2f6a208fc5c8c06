#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "base/result.h"

namespace tagsmith::membership {

/// The code of a question about stored tags that asks for something else: columns are not stored.
inline constexpr std::string_view kAudienceColumn = "E_AUDIENCE_COLUMN";

/// A tag by both of its names.
struct TagName {
  std::int32_t id = 0;
  std::string code;

  bool operator==(const TagName&) const = default;
};

/// Which users somebody asks for by their stored tags: "has_tag('vip') and not has_tag('churned')".
/// The text form of rules, with has_tag, and, or, not alone; two-valued.
class Audience {
 public:
  /// Fails as rule::parse_text() does; with E_TAG_UNKNOWN for a code that no tag has and with
  /// E_AUDIENCE_COLUMN for a condition over columns: all of them, in the order of the text.
  static base::Result<Audience, base::Problems> parse(std::string_view text,
                                                      std::span<const TagName> tags);

  /// Whether it takes a user with these tags (ascending).
  [[nodiscard]] bool contains(std::span<const std::int32_t> tags) const;

  struct Node {
    enum class Kind { kTag, kAnd, kOr, kNot };
    Kind kind = Kind::kTag;
    std::int32_t tag_id = 0;  // kTag
    std::vector<Node> parts;
  };

 private:
  explicit Audience(Node root) : root_(std::move(root)) {}

  Node root_;
};

}  // namespace tagsmith::membership
