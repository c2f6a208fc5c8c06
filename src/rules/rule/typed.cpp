#include "rule/typed.h"

#include <set>

namespace tagsmith::rule {
namespace {

/// Calls `leaf` for every leaf of a rule, in order.
template <typename Leaf>
void for_each_leaf(const TypedExpression& rule, const Leaf& leaf) {
  const auto all = [&](const std::vector<TypedExpression>& parts) {
    for (const TypedExpression& part : parts) {
      for_each_leaf(part, leaf);
    }
  };
  if (const auto* conjunction = std::get_if<TypedAnd>(&rule.node)) {
    all(conjunction->parts);
  } else if (const auto* disjunction = std::get_if<TypedOr>(&rule.node)) {
    all(disjunction->parts);
  } else if (const auto* negation = std::get_if<TypedNot>(&rule.node)) {
    all(negation->part);
  } else {
    leaf(rule);
  }
}

}  // namespace

std::vector<column::ColumnId> columns_of(const TypedRule& rule) {
  std::set<column::ColumnId> columns;
  for_each_leaf(rule, [&](const TypedExpression& leaf) {
    if (const auto* condition = std::get_if<TypedCondition>(&leaf.node)) {
      columns.insert(condition->subject.column);
      if (condition->other) {
        columns.insert(condition->other->column);
      }
    }
  });
  return {columns.begin(), columns.end()};
}

std::vector<std::string> tags_of(const TypedRule& rule) {
  std::set<std::string> tags;
  for_each_leaf(rule, [&](const TypedExpression& leaf) {
    if (const auto* test = std::get_if<TypedTagTest>(&leaf.node)) {
      tags.insert(test->code);
    }
  });
  return {tags.begin(), tags.end()};
}

}  // namespace tagsmith::rule
