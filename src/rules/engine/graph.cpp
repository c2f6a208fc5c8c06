#include "engine/graph.h"

#include <algorithm>
#include <unordered_map>

#include "base/assert.h"
#include "engine/hash.h"

namespace tagsmith::engine {
namespace {

class RuleBuilder {
 public:
  RuleBuilder(const Encoding& encoding, Graph& graph, const std::vector<NodeId>& earlier_rules)
      : encoding_(encoding), graph_(graph), earlier_rules_(earlier_rules) {}

  /// The rows for which the expression is definitely TRUE, or definitely FALSE.
  NodeId definitely(const rule::LoweredExpression& expression, bool truth) {
    return std::visit([&](const auto& node) { return build(node, truth); }, expression.node);
  }

 private:
  NodeId build(const rule::LoweredLeaf& leaf, bool truth) {
    return graph_.literal(encoding_.literal(leaf, truth));
  }
  NodeId build(const rule::LoweredComparison& comparison, bool truth) {
    return graph_.literal(encoding_.literal(comparison, truth));
  }
  NodeId build(const rule::LoweredNot& negation, bool truth) {
    return definitely(negation.part.front(), !truth);
  }
  NodeId build(const rule::LoweredAnd& conjunction, bool truth) {
    std::vector<NodeId> parts = build_all(conjunction.parts, truth);
    return truth ? graph_.all_of(std::move(parts)) : graph_.any_of(std::move(parts));
  }
  NodeId build(const rule::LoweredOr& disjunction, bool truth) {
    std::vector<NodeId> parts = build_all(disjunction.parts, truth);
    return truth ? graph_.any_of(std::move(parts)) : graph_.all_of(std::move(parts));
  }
  NodeId build(const rule::LoweredRuleTest& test, bool truth) {
    // By the list itself: that of a large tag is gone through once, and not for each that asks.
    const auto [known, is_new] = any_of_rules_.try_emplace(&test.rules(), Graph::kFalseNode);
    if (is_new) {
      std::vector<NodeId> rules;
      for (const size_t rule : test.rules()) {
        TAGSMITH_ASSERT(rule < earlier_rules_.size());
        rules.push_back(earlier_rules_[rule]);
      }
      known->second = graph_.any_of(std::move(rules));
    }
    return truth ? known->second : graph_.negation(known->second);
  }
  std::vector<NodeId> build_all(const std::vector<rule::LoweredExpression>& parts, bool truth) {
    std::vector<NodeId> nodes;
    nodes.reserve(parts.size());
    for (const rule::LoweredExpression& part : parts) {
      nodes.push_back(definitely(part, truth));
    }
    return nodes;
  }

  const Encoding& encoding_;
  Graph& graph_;
  const std::vector<NodeId>& earlier_rules_;
  std::unordered_map<const std::vector<size_t>*, NodeId> any_of_rules_;
};

}  // namespace

Graph::Graph() {
  TAGSMITH_ASSERT(intern({.kind = Node::Kind::kFalse}) == kFalseNode);
  TAGSMITH_ASSERT(intern({.kind = Node::Kind::kTrue}) == kTrueNode);
}

size_t Graph::LiteralHash::operator()(const Literal& literal) const {
  size_t seed = literal.encoder;
  mix(seed, hash_of(literal.codes));
  return seed;
}

size_t Graph::NodeHash::operator()(const Node& node) const {
  size_t seed = static_cast<size_t>(node.kind);
  mix(seed, node.literal);
  for (const NodeId part : node.parts) {
    mix(seed, part);
  }
  return seed;
}

NodeId Graph::intern(Node node) {
  const auto [found, is_new] = node_ids_.try_emplace(node, static_cast<NodeId>(nodes_.size()));
  if (is_new) {
    nodes_.push_back(std::move(node));
  }
  return found->second;
}

NodeId Graph::literal(Literal literal) {
  if (is_empty(literal.codes)) {
    return kFalseNode;
  }
  const auto [found, is_new] =
      literal_ids_.try_emplace(literal, static_cast<std::uint32_t>(literals_.size()));
  if (is_new) {
    literals_.push_back(std::move(literal));
  }
  return intern({.kind = Node::Kind::kLiteral, .literal = found->second});
}

NodeId Graph::negation(NodeId part) {
  if (part == kFalseNode || part == kTrueNode) {
    return part == kFalseNode ? kTrueNode : kFalseNode;
  }
  if (nodes_[part].kind == Node::Kind::kNot) {
    return nodes_[part].parts.front();
  }
  return intern({.kind = Node::Kind::kNot, .parts = {part}});
}

NodeId Graph::all_of(std::vector<NodeId> parts) {
  return group(Node::Kind::kAnd, std::move(parts), kTrueNode, kFalseNode);
}

NodeId Graph::any_of(std::vector<NodeId> parts) {
  return group(Node::Kind::kOr, std::move(parts), kFalseNode, kTrueNode);
}

NodeId Graph::group(Node::Kind kind, std::vector<NodeId> parts, NodeId neutral, NodeId absorbing) {
  std::ranges::sort(parts);
  const auto repeated = std::ranges::unique(parts);
  parts.erase(repeated.begin(), repeated.end());
  std::erase(parts, neutral);
  if (std::ranges::find(parts, absorbing) != parts.end()) {
    return absorbing;
  }
  if (parts.empty()) {
    return neutral;
  }
  if (parts.size() == 1) {
    return parts.front();
  }
  return intern({.kind = kind, .parts = std::move(parts)});
}

std::vector<NodeId> add_rules(const rule::LoweredRules& rules, const Encoding& encoding,
                              Graph& graph) {
  std::vector<NodeId> roots;
  roots.reserve(rules.size());
  RuleBuilder builder(encoding, graph, roots);
  for (const rule::LoweredExpression& rule : rules) {
    roots.push_back(builder.definitely(rule, true));
  }
  return roots;
}

}  // namespace tagsmith::engine
