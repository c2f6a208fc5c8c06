#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/rule_file.h"
#include "column/schema.h"
#include "rule/check.h"
#include "rule/lowered.h"

namespace tagsmith::catalog {

/// A rule that means something, and the tag that it gives.
struct CheckedRule {
  std::int32_t tag_id = 0;
  std::string name;
  size_t position = 0;  // in the file
  rule::TypedRule rule;
};

/// The rules of a file that can be evaluated, and what is wrong with the others.
struct CheckedRules {
  /// Every rule after those that it asks for with has_tag, else in the order of the file.
  std::vector<CheckedRule> rules;
  /// In the order of the file. A rule with a problem is not among `rules`.
  std::vector<RuleProblem> problems;
  size_t refused_count = 0;

  std::map<std::string, std::int32_t, std::less<>> tag_of_name;  // of `rules`
  std::map<std::int32_t, std::vector<size_t>> rules_of_tag_id;   // indexes in `rules`

  /// Adds a rule at the end of `rules`, and to what finds it there.
  void add(CheckedRule rule);

  /// The indexes in `rules` of all rules of the tag that has this name.
  [[nodiscard]] const std::vector<size_t>& rules_of_tag(std::string_view name) const;
};

/// Checks all rules against the tables. has_tag('name') asks for the tag of which a rule has that
/// name: E_TAG_UNKNOWN when there is none, or when two tags have the name; E_TAG_CYCLE when the
/// rules ask for each other; E_TAG_REFUSED when a rule of that tag is refused.
CheckedRules check_rules(const RuleFile& file, const column::Schema& schema,
                         const rule::CheckOptions& options);

/// Lowers all rules, in their order.
rule::LoweredRules lower_rules(const CheckedRules& rules, const column::Schema& schema,
                               std::int32_t as_of);

}  // namespace tagsmith::catalog
