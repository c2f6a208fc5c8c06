#include "engine/schedule.h"

namespace tagsmith::engine {
namespace {

/// A step that still names nodes instead of slots.
struct Planned {
  NodeId node = 0;
  bool output = false;
};

Step::Kind kind_of(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kFalse:
      return Step::Kind::kFalse;
    case Node::Kind::kTrue:
      return Step::Kind::kTrue;
    case Node::Kind::kLiteral:
      return Step::Kind::kLiteral;
    case Node::Kind::kNot:
      return Step::Kind::kNot;
    case Node::Kind::kAnd:
      return Step::Kind::kAnd;
    case Node::Kind::kOr:
      return Step::Kind::kOr;
  }
  return Step::Kind::kFalse;
}

class Planner {
 public:
  explicit Planner(const Graph& graph)
      : graph_(graph), planned_(graph.nodes().size(), false), last_use_(graph.nodes().size(), 0) {}

  Schedule run(std::span<const NodeId> roots) {
    for (const NodeId root : roots) {
      plan(root);
      last_use_[root] = plan_.size();
      plan_.push_back({.node = root, .output = true});
    }
    assign_slots();
    return std::move(schedule_);
  }

 private:
  // Parts before what is made of them. As deep as one rule: the rules that it asks for are planned.
  void plan(NodeId node) {
    if (planned_[node]) {
      return;
    }
    planned_[node] = true;
    for (const NodeId part : graph_.nodes()[node].parts) {
      plan(part);
    }
    for (const NodeId part : graph_.nodes()[node].parts) {
      last_use_[part] = plan_.size();
    }
    plan_.push_back({.node = node});
  }

  void assign_slots() {
    slot_of_.assign(graph_.nodes().size(), 0);
    for (size_t i = 0; i < plan_.size(); ++i) {
      const NodeId node = plan_[i].node;
      if (plan_[i].output) {
        schedule_.steps.push_back({.kind = Step::Kind::kOutput, .parts = {slot_of_[node]}});
        free_if_last(node, i);
        continue;
      }
      const Node& planned = graph_.nodes()[node];
      slot_of_[node] = take_slot();  // before the parts are freed: a step reads while it writes
      Step step{
          .kind = kind_of(planned.kind), .target = slot_of_[node], .literal = planned.literal};
      for (const NodeId part : planned.parts) {
        step.parts.push_back(slot_of_[part]);
        free_if_last(part, i);
      }
      schedule_.steps.push_back(std::move(step));
    }
  }

  std::uint32_t take_slot() {
    if (free_.empty()) {
      return static_cast<std::uint32_t>(schedule_.slot_count++);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void free_if_last(NodeId node, size_t step) {
    if (last_use_[node] == step) {
      free_.push_back(slot_of_[node]);
    }
  }

  const Graph& graph_;
  std::vector<bool> planned_;
  std::vector<size_t> last_use_;  // of a node, an index into plan_
  std::vector<Planned> plan_;
  std::vector<std::uint32_t> slot_of_;
  std::vector<std::uint32_t> free_;
  Schedule schedule_;
};

}  // namespace

Schedule schedule(const Graph& graph, std::span<const NodeId> roots) {
  return Planner(graph).run(roots);
}

}  // namespace tagsmith::engine
