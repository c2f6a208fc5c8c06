#include "explain/explain.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "dataset/join.h"
#include "explain/explain_internal.h"
#include "rule/typed.h"

namespace tagsmith::explain {

using interpret::Truth;

std::vector<column::ColumnId> columns_of(const catalog::CheckedRules& rules) {
  std::set<column::ColumnId> columns;
  for (const catalog::CheckedRule& checked : rules.rules) {
    const auto of_rule = rule::columns_of(checked.rule);
    columns.insert(of_rule.begin(), of_rule.end());
  }
  return {columns.begin(), columns.end()};
}

std::vector<TagReason> explain_rules(
    const catalog::CheckedRules& rules, const interpret::Row& row,
    const interpret::Context& context, std::optional<std::int32_t> only_tag,
    const std::function<void(const catalog::CheckedRule&, bool is_true)>& told) {
  struct Reason {
    size_t position;
    RuleReason reason;
  };
  std::map<std::int32_t, std::vector<Reason>> of_tag;
  for (const catalog::CheckedRule& checked : rules.rules) {
    told(checked, interpret::evaluate(checked.rule, row, context) == Truth::kTrue);
    if (!only_tag || *only_tag == checked.tag_id) {
      of_tag[checked.tag_id].push_back(
          {checked.position,
           {.name = checked.name,
            .tree = interpret::explain(checked.rule, row, context),
            .nearest_miss = interpret::nearest_miss(checked.rule, row, context)}});
    }
  }
  std::vector<TagReason> tags;
  for (auto& [tag_id, list] : of_tag) {
    std::ranges::sort(list, {}, &Reason::position);
    TagReason tag{.tag_id = tag_id};
    for (Reason& reason : list) {
      tag.has = tag.has || reason.reason.is_true();
      tag.rules.push_back(std::move(reason.reason));
    }
    tags.push_back(std::move(tag));
  }
  return tags;
}

base::Result<std::optional<UserReasons>> explain_user(dataset::Reader& reader,
                                                      const dataset::DataSet& data,
                                                      const catalog::CheckedRules& rules,
                                                      const Question& question) {
  const auto row =
      TAGSMITH_TRY(dataset::read_user(reader, data, question.user_id, columns_of(rules)));
  if (!row) {
    return std::optional<UserReasons>();
  }
  std::vector<bool> is_true;  // of the rules so far: has_tag asks only for earlier ones
  const interpret::Context context{
      .schema = &data.schema, .as_of = question.as_of, .has_tag = [&](std::string_view name) {
        return std::ranges::any_of(rules.rules_of_tag(name),
                                   [&](size_t asked) { return is_true.at(asked); });
      }};
  UserReasons reasons{.user_id = question.user_id, .as_of = question.as_of};
  reasons.tags =
      explain_rules(rules, *row, context, question.tag_id,
                    [&](const catalog::CheckedRule&, bool truth) { is_true.push_back(truth); });
  return std::optional(std::move(reasons));
}

}  // namespace tagsmith::explain
