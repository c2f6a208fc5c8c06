#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "catalog/checked_rules.h"
#include "run/guards.h"
#include "run/plan.h"

namespace tagsmith::run {

/// The tags of T that a guard holds, and those that ask for a held one.
class Holding {
 public:
  /// Of all tags of T and their rules, which outlive this.
  Holding(const std::vector<TagPlan>& plans, const catalog::CheckedRules& rules)
      : plans_(plans), rules_(rules) {}

  /// Trips of tags; several of one tag are told together.
  void hold(const std::vector<Trip>& trips);

  [[nodiscard]] bool is_held(std::int32_t tag_id) const { return held_.contains(tag_id); }
  [[nodiscard]] const std::map<std::int32_t, HeldTag>& held() const { return held_; }

 private:
  [[nodiscard]] std::string code_of(std::int32_t tag_id) const;
  bool hold_dependant(const catalog::CheckedRule& rule);

  const std::vector<TagPlan>& plans_;
  const catalog::CheckedRules& rules_;
  std::map<std::int32_t, HeldTag> held_;
};

}  // namespace tagsmith::run
