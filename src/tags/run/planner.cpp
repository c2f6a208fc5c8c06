#include "run/planner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/language.h"
#include "base/problem.h"
#include "base/similar.h"
#include "dataset/discover.h"
#include "dataset/join.h"
#include "engine/program.h"
#include "rule/typed.h"
#include "run/change_set.h"
#include "run/comparison_internal.h"
#include "run/evaluate.h"
#include "run/evidence_internal.h"
#include "run/holding_internal.h"
#include "run/store_inputs_internal.h"
#include "run/unchanged_internal.h"

namespace tagsmith::run {
namespace {

using catalog::CheckedRule;
using dataset::UserNumber;
using membership::ManualEdit;

void report(const Workplace& place, std::string_view activity) {
  if (place.progress) {
    place.progress(activity);
  }
}

std::vector<std::int32_t> ids_of(const std::vector<PinnedTag>& tags) {
  std::vector<std::int32_t> ids;
  std::ranges::transform(tags, std::back_inserter(ids), &PinnedTag::tag_id);
  return ids;
}

// The rules of T, in their order.
catalog::CheckedRules rules_of(const catalog::CheckedRules& all,
                               const std::vector<std::int32_t>& scope) {
  catalog::CheckedRules rules;
  std::ranges::copy_if(all.rules, std::back_inserter(rules.rules), [&](const CheckedRule& rule) {
    return std::ranges::binary_search(scope, rule.tag_id);
  });
  return rules;
}

// Whether the rules say something else than those that everybody was judged by last. A rule that
// came back has a new number, and the text that it had.
base::Result<bool> is_rule_changed(const Workplace& place, const Pinned& pinned,
                                   const PinnedTag& tag, int last_version) {
  if (last_version == tag.rule_version) {
    return false;
  }
  std::vector<catalog::RuleVersion> versions = TAGSMITH_TRY(place.versions.versions_of(tag.tag_id));
  std::ranges::copy_if(pinned.new_versions, std::back_inserter(versions),
                       [&](const auto& version) { return version.tag_id == tag.tag_id; });
  const auto last = std::ranges::find(versions, last_version, &catalog::RuleVersion::number);
  const auto now = std::ranges::find(versions, tag.rule_version, &catalog::RuleVersion::number);
  return last == versions.end() || now == versions.end() || last->text != now->text;
}

// Before anything is compared: what is known of each tag of T.
base::Result<std::vector<TagPlan>> tag_plans(const Workplace& place, const Pinned& pinned,
                                             const std::vector<TagState>& states) {
  std::vector<TagPlan> plans;
  for (const PinnedTag& one : pinned.pins.tags) {
    const auto tag = std::ranges::find(place.catalog.tags, one.tag_id, &catalog::Tag::id);
    TAGSMITH_ASSERT(tag != place.catalog.tags.end());
    const TagState* state = state_of(states, one.tag_id);
    TagPlan plan{.tag_id = one.tag_id,
                 .code = tag->code,
                 .is_new = state == nullptr || state->last_rule_version == 0};
    plan.rule_changed =
        !plan.is_new && TAGSMITH_TRY(is_rule_changed(place, pinned, one, state->last_rule_version));
    plans.push_back(std::move(plan));
  }
  return plans;
}

// --- guards and what they hold

constexpr std::string_view kTableGuards[] = {"input_rows", "null_keys"};
constexpr std::string_view kTagGuards[] = {"to_zero", "lost", "gained", "rule_changed"};

// All names that --accept may take in this project.
std::vector<std::string> guard_names(const Workplace& place) {
  std::vector<std::string> names = {"gone"};
  for (const column::TableSchema& table : place.data.schema.tables) {
    for (const std::string_view guard : kTableGuards) {
      names.push_back(fmt::format("{}:{}", guard, table.full_name()));
    }
    for (const column::Column& column : table.columns) {
      names.push_back(fmt::format("unreadable:{}.{}", table.full_name(), column.name));
    }
  }
  for (const catalog::Tag& tag : place.catalog.tags) {
    for (const std::string_view guard : kTagGuards) {
      names.push_back(fmt::format("{}:{}", guard, tag.code));
    }
  }
  return names;
}

base::Status check_accept(const Workplace& place, const std::vector<std::string>& accept) {
  const std::vector<std::string> names = guard_names(place);
  for (const std::string& name : accept) {
    if (std::ranges::find(names, name) == names.end()) {
      const std::string meant = base::did_you_mean(name, names);
      return base::Error{
          .code = base::ErrorCode::kInvalidArgument,
          .message = base::message("--accept {}: there is no such guard", base::quote(name)),
          .symbol = std::string(kRunAccept),
          .hint =
              (meant.empty() ? "" : meant + " ") +
              base::message("guards are gone, {}:TABLE, unreadable:TABLE.COLUMN and {}:TAG",
                            fmt::join(kTableGuards, ":TABLE, "), fmt::join(kTagGuards, ":TAG, "))};
    }
  }
  return {};
}

// --- the plan

class Planner {
 public:
  Planner(const Workplace& place, const Pinned& pinned, const Consent& consent)
      : place_(place),
        pins_(pinned.pins),
        pinned_(pinned),
        consent_(consent),
        rules_(rules_of(place.checked.rules, ids_of(pinned.pins.tags))) {}

  base::Result<PlanOutcome> plan(const std::string& change_set_path) {
    summary_.feed_seen = TAGSMITH_TRY(place_.tags.mark()).seq;
    edits_ = TAGSMITH_TRY(place_.tags.manual_edits(std::nullopt));
    const std::vector<TagState> states = TAGSMITH_TRY(place_.runs.tag_states());
    summary_.tags = TAGSMITH_TRY(tag_plans(place_, pinned_, states));
    summary_.held = pinned_.held;
    if (TAGSMITH_TRY(is_unchanged(place_, pins_, states, rules_, edits_))) {
      TAGSMITH_TRY(count_members());
    } else {
      TAGSMITH_TRY(compare());
    }
    TAGSMITH_TRY(judge_all());
    TAGSMITH_TRY(write(change_set_path));
    return std::move(outcome_);
  }

 private:
  base::Status count_members() {
    const auto members = TAGSMITH_TRY(place_.runs.member_counts());
    for (TagPlan& tag : summary_.tags) {
      const auto count = members.find(tag.tag_id);
      tag.before = count == members.end() ? 0 : count->second;
    }
    return {};
  }

  base::Status compare() {
    StoreInputs inputs(place_.reader, place_.tags, edits_, pins_.started_at);
    StoreInputs::Inputs with_store = inputs.add_to(place_.data, place_.catalog, pins_.tags);
    const rule::LoweredRules lowered =
        catalog::lower_rules(rules_, with_store.data.schema, pins_.as_of, with_store.tags);
    program_ = engine::compile(lowered, with_store.data.schema);
    const size_t store_table = place_.data.sources.size();
    const bool asks_store = std::ranges::any_of(program_->encoders(), [&](const auto& encoder) {
      return std::ranges::any_of(encoder->inputs(),
                                 [&](column::ColumnId id) { return id.table == store_table; });
    });
    if (!asks_store) {
      with_store.data.sources.pop_back();
    }
    users_ = TAGSMITH_TRY(dataset::join(
        inputs, with_store.data, *program_,
        [&](std::string_view table) {
          report(place_, table == kStoreTable ? base::tr("reading the store")
                                              : base::message("reading {}", table));
        },
        population_table()));

    report(place_, base::tr("evaluating"));
    std::vector<std::int32_t> tag_of_rule;
    std::ranges::transform(rules_.rules, std::back_inserter(tag_of_rule), &CheckedRule::tag_id);
    const size_t input_users = count_input_users();
    comparison_.emplace(place_, pins_, edits_, summary_);
    TAGSMITH_TRY(comparison_->start());
    const RunCounts counts = TAGSMITH_TRY(evaluate(
        *program_, tag_of_rule, *users_,
        [&](UserNumber number, std::string_view user_id, std::span<const std::int32_t> tags) {
          return comparison_->take(number, user_id, number < input_users, tags);
        }));
    TAGSMITH_TRY(comparison_->finish());
    summary_.columns = counts.columns;
    std::erase_if(summary_.columns,
                  [](const ColumnCounts& column) { return column.table == kStoreTable; });
    return {};
  }

  [[nodiscard]] size_t population_table() const {
    const auto source = std::ranges::find_if(place_.data.sources, [&](const auto& one) {
      return dataset::full_name(one) == place_.population;
    });
    return source == place_.data.sources.end()
               ? 0
               : static_cast<size_t>(source - place_.data.sources.begin());
  }

  // They have the first numbers: those of the population, or of all tables but the store's.
  size_t count_input_users() {
    std::optional<size_t> users;
    for (const dataset::TableCounts& table : users_->counts) {
      if (table.table == kStoreTable) {
        continue;
      }
      summary_.tables.push_back(
          {.table = table.table, .rows = table.scan.rows, .null_keys = table.scan.null_keys});
      if (!users || place_.population.empty()) {
        users = table.users;
      }
    }
    return users.value_or(0);
  }

  [[nodiscard]] const std::vector<ChangedUser>& changed() const {
    static const std::vector<ChangedUser> nobody;
    return comparison_ ? comparison_->changed() : nobody;
  }

  base::Status judge_all() {
    const auto last_good = TAGSMITH_TRY(place_.runs.last_published(/*full=*/true));
    summary_.gone = count_gone([](std::int32_t) { return false; });
    const std::vector<Trip> trips =
        judge({.plan = summary_,
               .last_good = last_good && last_good->plan ? &*last_good->plan : nullptr,
               .run_guards = place_.guards,
               .tags = place_.catalog.tags});
    std::vector<Trip> of_tags;
    for (const Trip& trip : trips) {
      if (std::ranges::find(consent_.accept, trip.name) != consent_.accept.end()) {
        continue;
      }
      if (!trip.tag_id) {
        outcome_.run_trips.push_back(trip);
      } else if (consent_.is_shown && trip.name.starts_with("rule_changed:")) {
        outcome_.to_accept.push_back(trip);
      } else {
        of_tags.push_back(trip);
      }
    }
    Holding holding(summary_.tags, rules_);
    holding.hold(of_tags);
    take_out(holding);
    return {};
  }

  // Stored users of U that the input does not have any more and that lose a tag by it.
  template <typename IsHeld>
  std::uint64_t count_gone(IsHeld is_held) const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(changed(), [&](const ChangedUser& user) {
          return !user.number && std::ranges::any_of(user.marks, [&](const TagMark& mark) {
            return mark.effect == TagMark::Effect::kLeaves && !mark.is_by_hand &&
                   !is_held(mark.tag_id);
          });
        }));
  }

  void take_out(const Holding& holding) {
    const auto is_held = [&](std::int32_t tag_id) { return holding.is_held(tag_id); };
    for (const auto& [tag_id, held] : holding.held()) {
      held_.insert(tag_id);
      summary_.held.push_back(held);
    }
    std::ranges::sort(summary_.held, {}, &HeldTag::tag_id);
    std::erase_if(summary_.tags, [&](const TagPlan& tag) { return is_held(tag.tag_id); });
    std::erase_if(outcome_.to_accept, [&](const Trip& trip) { return is_held(*trip.tag_id); });
    for (const TagPlan& tag : summary_.tags) {
      summary_.entered += tag.entered;
      summary_.left += tag.left;
    }
    summary_.gone = count_gone(is_held);
    summary_.changed_users = static_cast<std::uint64_t>(
        std::ranges::count_if(changed(), [&](const ChangedUser& user) { return differs(user); }));
  }

  [[nodiscard]] bool is_planned(const TagMark& mark) const { return !held_.contains(mark.tag_id); }

  [[nodiscard]] bool differs(const ChangedUser& user) const {
    return std::ranges::any_of(user.marks, [&](const TagMark& mark) {
      return mark.effect != TagMark::Effect::kNone && is_planned(mark);
    });
  }

  // The rule of each pair that may enter: the first one of the tag that is TRUE, as it is written.
  using Reasons = std::vector<size_t>;  // a rule for each mark that needs evidence, in their order
  base::Result<std::vector<Reasons>> find_reasons(const std::vector<const ChangedUser*>& users) {
    std::map<std::int32_t, std::vector<size_t>> rules_of_tag;
    for (size_t i = 0; i < rules_.rules.size(); ++i) {
      rules_of_tag[rules_.rules[i].tag_id].push_back(i);
    }
    for (auto& [tag_id, rules] : rules_of_tag) {
      std::ranges::sort(rules, {}, [&](size_t rule) { return rules_.rules[rule].position; });
    }
    std::vector<UserNumber> numbers;
    for (const ChangedUser* user : users) {
      numbers.push_back(*user->number);
    }
    std::vector<Reasons> reasons(users.size());
    TAGSMITH_TRY(
        evaluate_rules(*program_, *users_, numbers, [&](size_t i, const RuleTruth& is_true) {
          for (const TagMark& mark : users[i]->marks) {
            if (needs_evidence(mark)) {
              const std::vector<size_t>& rules = rules_of_tag.at(mark.tag_id);
              const auto rule = std::ranges::find_if(rules, is_true);
              TAGSMITH_ASSERT(rule != rules.end());
              reasons[i].push_back(*rule);
            }
          }
        }));
    return reasons;
  }

  // Also where a block keeps the user out: it may be taken away before the plan is published.
  [[nodiscard]] bool needs_evidence(const TagMark& mark) const {
    return mark.is_found && !mark.is_stored && is_planned(mark);
  }

  base::Status write(const std::string& path) {
    std::vector<const ChangedUser*> entering;  // these need evidence
    for (const ChangedUser& user : changed()) {
      if (differs(user) && user.number && std::ranges::any_of(user.marks, [&](const TagMark& mark) {
            return needs_evidence(mark);
          })) {
        entering.push_back(&user);
      }
    }
    EvidenceOf evidence(place_.data, rules_);
    std::vector<Reasons> reasons;
    if (!entering.empty()) {
      report(place_, base::tr("collecting evidence"));
      reasons = TAGSMITH_TRY(find_reasons(entering));
      for (size_t i = 0; i < entering.size(); ++i) {
        for (const size_t rule : reasons[i]) {
          evidence.want(i, entering[i]->user_id, rule);
        }
      }
      TAGSMITH_TRY(evidence.read(place_.reader));
    }
    report(place_, base::tr("writing the plan"));
    const auto writer = TAGSMITH_TRY(write_change_set(path, to_json(pins_)));
    size_t next = 0;
    for (const ChangedUser& user : changed()) {
      if (!differs(user)) {
        continue;
      }
      membership::RuleResult result{.user_id = std::string(user.user_id),
                                    .in_input = user.number.has_value()};
      for (const TagMark& mark : user.marks) {
        if (mark.is_found && is_planned(mark)) {
          result.tags.push_back(mark.tag_id);
        }
      }
      if (next < entering.size() && entering[next] == &user) {
        for (const size_t rule : reasons[next]) {
          result.evidence.push_back(evidence.of(next, rule));
        }
        ++next;
      }
      TAGSMITH_TRY(writer->append(result));
    }
    outcome_.plan.change_set_hash = TAGSMITH_TRY(writer->finish());
    outcome_.plan.change_set = path;
    outcome_.plan.pins = pins_;
    outcome_.plan.summary = summary_;
    return {};
  }

  const Workplace& place_;
  const Pins& pins_;
  const Pinned& pinned_;
  const Consent& consent_;
  catalog::CheckedRules rules_;  // of T
  std::vector<ManualEdit> edits_;
  PlanSummary summary_;
  std::unique_ptr<engine::Program> program_;
  std::optional<dataset::JoinedUsers> users_;  // before what points into it
  std::optional<Comparison> comparison_;
  std::set<std::int32_t> held_;  // by guards
  PlanOutcome outcome_;
};

}  // namespace

base::Result<PlanOutcome> make_plan(const Workplace& place, const Pinned& pinned,
                                    const Consent& consent, const std::string& change_set_path) {
  TAGSMITH_TRY(check_accept(place, consent.accept));
  return Planner(place, pinned, consent).plan(change_set_path);
}

}  // namespace tagsmith::run
