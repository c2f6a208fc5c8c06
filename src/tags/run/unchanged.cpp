#include "run/unchanged_internal.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "rule/typed.h"

namespace tagsmith::run {
namespace {

using catalog::CheckedRule;
using membership::FeedRow;
using membership::ManualEdit;

bool reads_today(const rule::TypedExpression& rule) {
  const auto any_part = [](const std::vector<rule::TypedExpression>& parts) {
    return std::ranges::any_of(parts, reads_today);
  };
  if (const auto* condition = std::get_if<rule::TypedCondition>(&rule.node)) {
    return std::ranges::any_of(condition->constants, [](const rule::Constant& constant) {
      const auto* moment = std::get_if<rule::MomentLiteral>(&constant);
      return moment != nullptr && moment->relative;
    });
  }
  if (const auto* parts = std::get_if<rule::TypedAnd>(&rule.node)) {
    return any_part(parts->parts);
  }
  if (const auto* parts = std::get_if<rule::TypedOr>(&rule.node)) {
    return any_part(parts->parts);
  }
  const auto* negation = std::get_if<rule::TypedNot>(&rule.node);
  return negation != nullptr && any_part(negation->part);
}

constexpr std::uint64_t kFeedPageRows = 1000;
constexpr int kFeedPagesMax = 1000;

class Unchanged {
 public:
  Unchanged(const Workplace& place, const Pins& pins, const std::vector<TagState>& states,
            const catalog::CheckedRules& rules, const std::vector<ManualEdit>& edits)
      : place_(place), pins_(pins), states_(states), rules_(rules), edits_(edits) {}

  base::Result<bool> is_so() {
    if (pins_.mode != Mode::kIncremental || pins_.days || pins_.users || asks_outside() ||
        has_unknown_files(pins_)) {
      return false;
    }
    for (const PinnedTag& tag : pins_.tags) {
      const TagState* state = state_of(states_, tag.tag_id);
      if (state == nullptr || state->stale || state->last_rule_version != tag.rule_version) {
        return false;
      }
      if (!runs_.contains(state->last_run)) {
        runs_[state->last_run] = TAGSMITH_TRY(place_.runs.run(state->last_run));
      }
      const std::optional<RunRecord>& run = runs_[state->last_run];
      if (!run || !is_like(*run, tag.tag_id) || was_asked_too_early(tag.tag_id)) {
        return false;
      }
    }
    return TAGSMITH_TRY(is_measured()) &&
           (runs_.empty() || !TAGSMITH_TRY(is_touched_since(*runs_.begin()->second)));
  }

 private:
  // Guards measure later runs by the last one that looked at everybody: these tables must be it.
  base::Result<bool> is_measured() {
    const auto last_good = TAGSMITH_TRY(place_.runs.last_published(/*full=*/true));
    return !pins_.all_tags || (last_good && last_good->pins.files == pins_.files);
  }

  // The stored membership of a tag that is not in T may have changed since.
  [[nodiscard]] bool asks_outside() const {
    const auto is_outside = [&](const std::string& code) {
      const auto tag = std::ranges::find(place_.catalog.tags, code, &catalog::Tag::code);
      return tag == place_.catalog.tags.end() ||
             !std::ranges::binary_search(pins_.tags, tag->id, {}, &PinnedTag::tag_id);
    };
    return std::ranges::any_of(rules_.rules, [&](const CheckedRule& rule) {
      return std::ranges::any_of(rule::tags_of(rule.rule), is_outside);
    });
  }

  // A tag that it asks for was published again since, perhaps to other users.
  [[nodiscard]] bool was_asked_too_early(std::int32_t tag_id) const {
    const auto last_run = [&](std::int32_t id) { return state_of(states_, id)->last_run; };
    return std::ranges::any_of(rules_.rules, [&](const CheckedRule& rule) {
      return rule.tag_id == tag_id &&
             std::ranges::any_of(rule::tags_of(rule.rule), [&](const std::string& code) {
               const auto asked = std::ranges::find(place_.catalog.tags, code, &catalog::Tag::code);
               const TagState* state = state_of(states_, asked->id);
               return state == nullptr || state->last_run > last_run(tag_id);
             });
    });
  }

  // Whether somebody decided on a membership, or took a run back, since this run began to read: a
  // block that was made and taken away leaves the same edits, but not the same rows.
  base::Result<bool> is_touched_since(const RunRecord& run) {
    const std::uint64_t seen = run.plan ? run.plan->feed_seen : 0;
    std::uint64_t end = TAGSMITH_TRY(place_.tags.mark()).seq;
    for (int page = 0; page < kFeedPagesMax; ++page) {
      if (end <= seen) {
        return false;
      }
      const std::uint64_t after = std::max(seen, end > kFeedPageRows ? end - kFeedPageRows : 0);
      const std::vector<FeedRow> rows =
          TAGSMITH_TRY(place_.tags.feed({.after = after, .rows_max = end - after}));
      for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        if (row->run_id == 0 || row->kind == FeedRow::Kind::kAbandoned) {
          return true;
        }
      }
      end = after;
    }
    return true;
  }

  [[nodiscard]] bool is_like(const RunRecord& run, std::int32_t tag_id) const {
    const Pins& then = run.pins;
    const bool same_day = then.as_of == pins_.as_of ||
                          std::ranges::none_of(rules_.rules, [&](const CheckedRule& rule) {
                            return rule.tag_id == tag_id && reads_today(rule.rule);
                          });
    const bool expired = std::ranges::any_of(edits_, [&](const ManualEdit& edit) {
      return edit.holds_at(then.started_at) && !edit.holds_at(pins_.started_at);
    });
    return run.state == RunState::kPublished && !then.days && !then.users && same_day && !expired &&
           then.started_at <= pins_.started_at && then.partition == pins_.partition &&
           then.zone == pins_.zone && then.upper_bound == pins_.upper_bound &&
           then.population == pins_.population && then.files == pins_.files &&
           then.reading == pins_.reading && then.edits == pins_.edits;
  }

  const Workplace& place_;
  const Pins& pins_;
  const std::vector<TagState>& states_;
  const catalog::CheckedRules& rules_;
  const std::vector<ManualEdit>& edits_;
  std::map<std::int64_t, std::optional<RunRecord>> runs_;
};

}  // namespace

const TagState* state_of(const std::vector<TagState>& states, std::int32_t tag_id) {
  const auto state = std::ranges::find(states, tag_id, &TagState::tag_id);
  return state == states.end() || state->last_run == 0 ? nullptr : &*state;
}

base::Result<bool> is_unchanged(const Workplace& place, const Pins& pins,
                                const std::vector<TagState>& states,
                                const catalog::CheckedRules& rules,
                                const std::vector<membership::ManualEdit>& edits) {
  return Unchanged(place, pins, states, rules, edits).is_so();
}

}  // namespace tagsmith::run
