#include "membership/audience.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <variant>

#include "base/language.h"
#include "base/similar.h"
#include "base/words.h"
#include "rule/parser.h"
#include "rule/printer.h"
#include "rule/problems.h"

namespace tagsmith::membership {
namespace {

using Node = Audience::Node;

std::vector<std::string> codes_of(std::span<const TagName> tags) {
  std::vector<std::string> codes;
  std::ranges::transform(tags, std::back_inserter(codes), &TagName::code);
  return codes;
}

std::string call_of(std::string_view code) {
  return fmt::format("has_tag({})", base::in_quotes(code, '\''));
}

// Brings an expression to tag ids; what is wrong on the way stands in `problems`.
class Resolver {
 public:
  explicit Resolver(std::span<const TagName> tags) : tags_(tags) {}

  Node node_of(const rule::Expression& expression) {
    return std::visit([&](const auto& node) { return of(node); }, expression.node);
  }

  [[nodiscard]] base::Problems take_problems() { return std::move(problems_); }

 private:
  Node of(const rule::TagTest& test) {
    const auto tag = std::ranges::find(tags_, test.code, &TagName::code);
    if (tag != tags_.end()) {
      return {.kind = Node::Kind::kTag, .tag_id = tag->id, .parts = {}};
    }
    const std::string nearest = base::did_you_mean(test.code, codes_of(tags_));
    problems_.push_back(
        {.code = std::string(rule::kTagUnknown),
         .path = test.place.path,
         .message = base::message("no tag has the code {}", base::quote(test.code)),
         .hint = nearest.empty() ? base::tr("tagsmith tags list shows the codes") : nearest});
    return {};
  }

  Node of(const rule::Condition& condition) {
    const std::string text = rule::print(rule::Expression{condition});
    problems_.push_back(
        {.code = std::string(kAudienceColumn),
         .path = condition.place.path,
         .message = base::message("only has_tag works here, columns are not stored: {}",
                                  base::quote(text)),
         .hint = base::tr("make it a tag of the project with this rule, and ask for that")});
    return {};
  }

  Node of(const rule::Invalid& invalid) {
    std::ranges::copy(invalid.problems, std::back_inserter(problems_));
    return {};
  }

  Node of(const rule::And& group) { return group_of(Node::Kind::kAnd, group.parts); }
  Node of(const rule::Or& group) { return group_of(Node::Kind::kOr, group.parts); }
  Node of(const rule::Not& group) { return group_of(Node::Kind::kNot, group.part); }

  Node group_of(Node::Kind kind, const std::vector<rule::Expression>& parts) {
    Node node{.kind = kind};
    for (const rule::Expression& part : parts) {
      node.parts.push_back(node_of(part));
    }
    return node;
  }

  std::span<const TagName> tags_;
  base::Problems problems_;
};

// Who writes only the code of a tag, or a column that is one, meant has_tag.
void hint_at_has_tag(std::string_view text, std::span<const TagName> tags,
                     base::Problems& problems) {
  const size_t start = std::min(text.find_first_not_of(" \t\n\r'"), text.size());
  const size_t end = std::min(text.find_last_not_of(" \t\n\r'"), text.size() - 1) + 1;
  const std::string_view word = start < end ? text.substr(start, end - start) : "";
  if (std::ranges::find(tags, word, &TagName::code) != tags.end()) {
    problems.front().hint = base::message("write {}", call_of(word));
  }
}

bool holds(const Node& node, std::span<const std::int32_t> tags) {
  const auto part_holds = [&](const Node& part) { return holds(part, tags); };
  switch (node.kind) {
    case Node::Kind::kTag:
      return std::ranges::binary_search(tags, node.tag_id);
    case Node::Kind::kAnd:
      return std::ranges::all_of(node.parts, part_holds);
    case Node::Kind::kOr:
      return std::ranges::any_of(node.parts, part_holds);
    case Node::Kind::kNot:
      break;
  }
  return !holds(node.parts.front(), tags);
}

}  // namespace

base::Result<Audience, base::Problems> Audience::parse(std::string_view text,
                                                       std::span<const TagName> tags) {
  auto expression = rule::parse_text(text);
  if (!expression) {
    if (!text.empty()) {
      hint_at_has_tag(text, tags, expression.error());
    }
    return std::move(expression).error();
  }
  Resolver resolver(tags);
  Node root = resolver.node_of(*expression);
  if (base::Problems problems = resolver.take_problems(); !problems.empty()) {
    return problems;
  }
  return Audience(std::move(root));
}

bool Audience::contains(std::span<const std::int32_t> tags) const { return holds(root_, tags); }

}  // namespace tagsmith::membership
