#include "run/holding_internal.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/language.h"
#include "rule/typed.h"

namespace tagsmith::run {

void Holding::hold(const std::vector<Trip>& trips) {
  for (const Trip& trip : trips) {
    HeldTag& held = held_[*trip.tag_id];
    if (held.code.empty()) {
      held = {.tag_id = *trip.tag_id,
              .code = code_of(*trip.tag_id),
              .cause = HeldTag::Cause::kGuard,
              .why = trip.message,
              .accept = trip.name};
    } else {
      held.why = fmt::format(base::marked("{}; {}"), held.why, trip.message);
      held.accept += " --accept " + trip.name;
    }
  }
  // Rules stand after those that they ask for, but several rules of a tag need not be neighbours.
  for (bool grows = !held_.empty(); grows;) {
    grows = false;
    for (const catalog::CheckedRule& rule : rules_.rules) {
      grows = hold_dependant(rule) || grows;
    }
  }
}

std::string Holding::code_of(std::int32_t tag_id) const {
  return std::ranges::find(plans_, tag_id, &TagPlan::tag_id)->code;
}

bool Holding::hold_dependant(const catalog::CheckedRule& rule) {
  if (is_held(rule.tag_id)) {
    return false;
  }
  for (const std::string& code : rule::tags_of(rule.rule)) {
    const auto asked = std::ranges::find(plans_, code, &TagPlan::code);
    if (asked != plans_.end() && is_held(asked->tag_id)) {
      held_[rule.tag_id] = {
          .tag_id = rule.tag_id,
          .code = code_of(rule.tag_id),
          .cause = HeldTag::Cause::kDependsOn,
          .why = fmt::format(base::marked("it asks for the tag {}, which is held"), code)};
      return true;
    }
  }
  return false;
}

}  // namespace tagsmith::run
