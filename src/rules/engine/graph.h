#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "engine/encoding.h"
#include "rule/lowered.h"

namespace tagsmith::engine {

/// An index into the nodes of a Graph.
using NodeId = std::uint32_t;

/// A two-valued condition. kNot has one part, kAnd and kOr two or more, sorted and distinct.
struct Node {
  enum class Kind { kFalse, kTrue, kLiteral, kNot, kAnd, kOr };
  Kind kind = Kind::kFalse;
  std::uint32_t literal = 0;  // kLiteral: an index into the literals
  std::vector<NodeId> parts;

  bool operator==(const Node&) const = default;
};

/// The conditions of all rules, each held once: equal nodes are one node. Parts stand before what
/// is made of them.
class Graph {
 public:
  static constexpr NodeId kFalseNode = 0;
  static constexpr NodeId kTrueNode = 1;

  Graph();

  NodeId literal(Literal literal);
  NodeId negation(NodeId part);
  NodeId all_of(std::vector<NodeId> parts);
  NodeId any_of(std::vector<NodeId> parts);

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Literal>& literals() const { return literals_; }

 private:
  struct LiteralHash {
    size_t operator()(const Literal& literal) const;
  };
  struct NodeHash {
    size_t operator()(const Node& node) const;
  };

  NodeId intern(Node node);
  NodeId group(Node::Kind kind, std::vector<NodeId> parts, NodeId neutral, NodeId absorbing);

  std::vector<Node> nodes_;
  std::vector<Literal> literals_;
  std::unordered_map<Node, NodeId, NodeHash> node_ids_;
  std::unordered_map<Literal, std::uint32_t, LiteralHash> literal_ids_;
};

/// Adds every rule to the graph; returns the node of each that says whether it is definitely TRUE.
///
/// A leaf has rows where it is TRUE, rows where it is FALSE, and UNKNOWN rows that are in neither.
/// "Definitely TRUE" and "definitely FALSE" of a group follow from those of its parts (an AND is
/// definitely FALSE when one part is), NOT exchanges the two: so three-valued logic needs no
/// negation, and no third value, anywhere in the graph (SEMANTICS 3). Only the test of another rule
/// is two-valued and negated as a bit.
std::vector<NodeId> add_rules(const rule::LoweredRules& rules, const Encoding& encoding,
                              Graph& graph);

}  // namespace tagsmith::engine
