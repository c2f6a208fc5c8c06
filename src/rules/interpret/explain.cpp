#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string>
#include <utility>
#include <variant>

#include "base/language.h"
#include "base/problem.h"
#include "interpret/interpret.h"
#include "interpret/reading_internal.h"
#include "rule/printer.h"

namespace tagsmith::interpret {
namespace {

using rule::TypedAnd;
using rule::TypedCondition;
using rule::TypedExpression;
using rule::TypedNot;
using rule::TypedOr;

bool is_leaf(const TypedExpression& node) {
  return std::holds_alternative<TypedCondition>(node.node) ||
         std::holds_alternative<rule::TypedTagTest>(node.node);
}

const std::vector<TypedExpression>& parts_of(const TypedExpression& group) {
  if (const auto* conjunction = std::get_if<TypedAnd>(&group.node)) {
    return conjunction->parts;
  }
  if (const auto* disjunction = std::get_if<TypedOr>(&group.node)) {
    return disjunction->parts;
  }
  return std::get<TypedNot>(group.node).part;
}

Explanation::Kind kind_of(const TypedExpression& node) {
  if (is_leaf(node)) {
    return Explanation::Kind::kCondition;
  }
  if (std::holds_alternative<TypedAnd>(node.node)) {
    return Explanation::Kind::kAnd;
  }
  return std::holds_alternative<TypedOr>(node.node) ? Explanation::Kind::kOr
                                                    : Explanation::Kind::kNot;
}

// ---- What a leaf saw

std::string list_text(const column::TextList& list) {
  constexpr size_t kShown = 10;
  std::string out;
  for (size_t i = 0; i < std::min(list.size(), kShown); ++i) {
    out += (i == 0 ? "" : ", ") + (list[i] ? base::quote(*list[i]) : std::string("null"));
  }
  return list.size() > kShown ? base::message("[{}, ... ({} elements)]", out, list.size())
                              : "[" + out + "]";
}

// Foreign texts are quoted for a person: control characters escaped, long ones cut.
std::string cell_text(const column::Value& cell, const column::Type& type) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return base::quote(*text);
  }
  if (const auto* list = std::get_if<column::TextList>(&cell)) {
    return list_text(*list);
  }
  return column::to_text(cell, type);
}

bool reads_value(rule::Test test) {
  return test != rule::Test::kIsNull && test != rule::Test::kIsNotNull;
}

std::string seen_at(const rule::TypedOperand& operand, const TypedCondition& condition,
                    const Row& row, const Context& context) {
  const column::Schema& schema = *context.schema;
  const std::string name = schema.display_name(operand.column);
  if (!row.contains(operand.column) && operand.column.table != column::kKeyTable) {
    return base::message("{} is null (no row in {})", name,
                         schema.tables[operand.column.table].full_name());
  }
  const column::Value& cell = cell_of(row, operand);
  if (std::holds_alternative<std::monostate>(cell)) {
    return base::message("{} is null", name);
  }
  std::string shown = fmt::format("{} = {}", name, cell_text(cell, schema.type(operand.column)));
  if (reads_value(condition.test)) {
    const Reading reading = read(operand, condition.type, row, context);
    if (const auto* unreadable = std::get_if<Unreadable>(&reading)) {
      return fmt::format("{} ({})", shown, base::tr(unreadable->why));
    }
  }
  return shown;
}

// Empty for has_tag: its truth says everything.
std::string seen_by(const TypedExpression& leaf, const Row& row, const Context& context) {
  const auto* condition = std::get_if<TypedCondition>(&leaf.node);
  if (condition == nullptr) {
    return {};
  }
  std::string seen = seen_at(condition->subject, *condition, row, context);
  if (condition->other) {
    seen += ", " + seen_at(*condition->other, *condition, row, context);
  }
  return seen;
}

// ---- The nearest miss

class NearestMiss {
 public:
  NearestMiss(const Row& row, const Context& context) : row_(row), context_(context) {}

  /// Adds the fewest leaves below `node` that would have to change for it to be `wanted`.
  void collect(const TypedExpression& node, bool wanted) {
    if (is_leaf(node)) {
      if (cost(node, wanted) > 0) {
        misses_.push_back({.text = rule::print(node, *context_.schema),
                           .seen = seen_by(node, row_, context_),
                           .truth = evaluate(node, row_, context_),
                           .wanted = wanted});
      }
      return;
    }
    const bool wanted_of_parts = wanted != std::holds_alternative<TypedNot>(node.node);
    const std::vector<TypedExpression>& parts = parts_of(node);
    if (needs_all_parts(node, wanted)) {
      for (const TypedExpression& part : parts) {
        collect(part, wanted_of_parts);
      }
    } else {
      collect(*std::ranges::min_element(
                  parts, {}, [&](const auto& part) { return cost(part, wanted_of_parts); }),
              wanted_of_parts);
    }
  }

  [[nodiscard]] std::vector<Miss> take() { return std::move(misses_); }

 private:
  // TRUE needs all parts of an AND and one of an OR, FALSE one of an AND and all of an OR.
  static bool needs_all_parts(const TypedExpression& group, bool wanted) {
    return std::holds_alternative<TypedOr>(group.node)    ? !wanted
           : std::holds_alternative<TypedAnd>(group.node) ? wanted
                                                          : true;
  }

  // How many leaves below `node` would have to change for it to be `wanted`; a leaf that is
  // UNKNOWN has to change for either.
  [[nodiscard]] size_t cost(const TypedExpression& node, bool wanted) const {
    if (is_leaf(node)) {
      return evaluate(node, row_, context_) == (wanted ? Truth::kTrue : Truth::kFalse) ? 0 : 1;
    }
    const bool wanted_of_parts = wanted != std::holds_alternative<TypedNot>(node.node);
    std::vector<size_t> costs;
    std::ranges::transform(parts_of(node), std::back_inserter(costs),
                           [&](const auto& part) { return cost(part, wanted_of_parts); });
    return needs_all_parts(node, wanted) ? std::reduce(costs.begin(), costs.end())
                                         : std::ranges::min(costs);
  }

  const Row& row_;
  const Context& context_;
  std::vector<Miss> misses_;
};

}  // namespace

Explanation explain(const rule::TypedRule& rule, const Row& row, const Context& context) {
  Explanation node{.kind = kind_of(rule), .truth = evaluate(rule, row, context)};
  if (is_leaf(rule)) {
    node.text = rule::print(rule, *context.schema);
    node.seen = seen_by(rule, row, context);
    return node;
  }
  for (const TypedExpression& part : parts_of(rule)) {
    node.parts.push_back(explain(part, row, context));
  }
  return node;
}

std::vector<Miss> nearest_miss(const rule::TypedRule& rule, const Row& row,
                               const Context& context) {
  NearestMiss search(row, context);
  search.collect(rule, true);
  return search.take();
}

}  // namespace tagsmith::interpret
