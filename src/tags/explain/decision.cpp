#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/language.h"
#include "explain/explain_internal.h"
#include "explain/why.h"

namespace tagsmith::explain {
namespace {

using interpret::Explanation;
using interpret::Truth;
using membership::ManualEdit;

std::string condition_text(const std::string& text, Truth truth, const std::string& seen) {
  return base::message("{} is {}{}", text, word_of(truth),
                       seen.empty() ? "" : fmt::format(" [{}]", seen));
}

// The leaves that make a TRUE or FALSE node what it is; where one part is enough, those of the
// first.
void add_deciding(const Explanation& node, std::vector<std::string>& conditions) {
  using Kind = Explanation::Kind;
  if (node.kind == Kind::kCondition) {
    conditions.push_back(condition_text(node.text, node.truth, node.seen));
    return;
  }
  const bool one_is_enough = (node.kind == Kind::kOr && node.truth == Truth::kTrue) ||
                             (node.kind == Kind::kAnd && node.truth == Truth::kFalse);
  for (const Explanation& part : node.parts) {
    if (!one_is_enough || part.truth == node.truth) {
      add_deciding(part, conditions);
      if (one_is_enough) {
        return;
      }
    }
  }
}

std::string edit_text(std::string_view what, const ManualEdit& edit) {
  return fmt::format("{}{}{}", what, edit.actor.empty() ? "" : base::message(" by {}", edit.actor),
                     edit.reason.empty() ? "" : ": " + edit.reason);
}

// Of the rule that holds, or of the one with the fewest conditions that lack.
std::string rule_text(const TagReason& tag) {
  std::vector<std::string> conditions;
  const auto holds = std::ranges::find_if(tag.rules, &RuleReason::is_true);
  if (holds != tag.rules.end()) {
    add_deciding(holds->tree, conditions);
  } else {
    const auto nearest = std::ranges::min_element(
        tag.rules, {}, [](const RuleReason& rule) { return rule.nearest_miss.size(); });
    for (const interpret::Miss& miss : nearest->nearest_miss) {
      conditions.push_back(condition_text(miss.text, miss.truth, miss.seen));
    }
  }
  return fmt::format("{}", fmt::join(conditions, "; "));
}

}  // namespace

std::string decision_text(const TagAnswer& tag, const UserAnswer& answer) {
  if (tag.block && tag.block->holds_at(answer.now)) {
    return edit_text(base::tr("blocked"), *tag.block);
  }
  const bool by_rule = tag.rules && std::ranges::any_of(tag.rules->rules, &RuleReason::is_true);
  if (!by_rule && tag.grant && tag.grant->holds_at(answer.now)) {
    return edit_text(base::tr("granted"), *tag.grant);
  }
  if (!answer.in_data) {
    return base::tr("in no table any more");
  }
  if (!by_rule && tag.detail && tag.detail->source == membership::Source::kManual) {
    return base::tr("no grant holds any more");
  }
  return tag.rules ? rule_text(*tag.rules) : base::tr("no rule");
}

}  // namespace tagsmith::explain
