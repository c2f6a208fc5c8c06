#include "catalog/checked_catalog.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/language.h"
#include "catalog/checking_internal.h"
#include "rule/printer.h"
#include "rule/problems.h"

namespace tagsmith::catalog {
namespace {

// The rules of all active tags as entries, with the tags and the rules that they come from.
struct Entries {
  std::vector<RuleEntry> list;
  std::vector<const Tag*> tags;       // of each entry
  std::vector<const TagRule*> rules;  // of each entry
  OtherTags others{.unknown = base::marked("no tag has the code")};
};

Entries entries_of(const Catalog& catalog) {
  Entries entries;
  for (const Tag& tag : catalog.tags) {
    if (!tag.is_active || tag.rules.empty()) {
      entries.others.names.insert(tag.code);
      continue;
    }
    for (const TagRule& rule : tag.rules) {
      entries.list.push_back({.position = entries.list.size(),
                              .tag_id_given = std::to_string(tag.id),
                              .tag_id = tag.id,
                              .name = tag.code,
                              .expression = rule.expression,
                              .problems = rule.problems});
      entries.tags.push_back(&tag);
      entries.rules.push_back(&rule);
    }
  }
  return entries;
}

// One RefusedTag a tag: with the first problem that is its own where it has one.
std::map<std::int32_t, RefusedTag> refused_tags(const std::vector<TagProblem>& problems) {
  std::map<std::int32_t, RefusedTag> refused;
  for (const TagProblem& found : problems) {
    const bool depends = found.problem.code == rule::kTagRefused;
    const RefusedTag tag{
        .tag_id = found.tag_id, .depends = depends, .problem = found.problem, .place = found.place};
    const auto [known, is_new] = refused.emplace(found.tag_id, tag);
    if (!is_new && known->second.depends && !depends) {
      known->second = tag;
    }
  }
  return refused;
}

rule::LoweredExpression null_test(column::ColumnId column) {
  return {rule::LoweredLeaf{.source = {.column = column, .domain = rule::Domain::kBoolean},
                            .test = rule::LoweredTest::kIsNull}};
}

rule::LoweredExpression not_null(column::ColumnId column) {
  rule::LoweredNot negation;
  negation.part.push_back(null_test(column));
  return {std::move(negation)};
}

// `rules`: those of the tag in the run; null when there are none.
rule::LoweredExpression lower_tag_test(const rule::LoweredRuleTest* rules,
                                       const TagInputs::Columns& columns) {
  if (!columns.in_run) {
    return not_null(columns.stored);
  }
  rule::LoweredExpression given = not_null(columns.grant);
  if (rules != nullptr) {
    rule::LoweredOr either;
    either.parts.push_back({*rules});
    either.parts.push_back(std::move(given));
    given = {std::move(either)};
  }
  rule::LoweredAnd both;
  both.parts.push_back(std::move(given));
  both.parts.push_back(null_test(columns.block));
  return {std::move(both)};
}

}  // namespace

CheckedCatalog check_catalog(const Catalog& catalog, const column::Schema& schema,
                             const rule::CheckOptions& options) {
  const Entries entries = entries_of(catalog);
  CheckedEntries checked = check_entries(entries.list, entries.others, schema, options);
  CheckedCatalog out;
  for (size_t i = 0; i < entries.list.size(); ++i) {
    out.rules.refused_count += checked.problems[i].empty() ? 0 : 1;
    for (base::Problem& problem : checked.problems[i]) {
      out.problems.push_back({.tag_id = entries.tags[i]->id,
                              .place = entries.rules[i]->place,
                              .problem = std::move(problem)});
    }
  }
  const std::map<std::int32_t, RefusedTag> refused = refused_tags(out.problems);
  for (const auto& [id, tag] : refused) {
    out.refused.push_back(tag);
  }
  for (const Tag& tag : catalog.tags) {
    if (tag.is_active && !refused.contains(tag.id)) {
      out.texts.emplace(tag.id, "");
    }
  }
  for (size_t i = 0; i < entries.list.size(); ++i) {
    if (const auto text = out.texts.find(entries.list[i].tag_id); text != out.texts.end()) {
      text->second += (text->second.empty() ? "" : "\n") + rule::print(*checked.rules[i], schema);
    }
  }
  for (const size_t i : checked.order) {
    const RuleEntry& entry = entries.list[i];
    if (!refused.contains(entry.tag_id)) {
      out.rules.add({.tag_id = entry.tag_id,
                     .name = entry.name,
                     .position = entry.position,
                     .rule = std::move(*checked.rules[i])});
    }
  }
  return out;
}

rule::LoweredRules lower_rules(const CheckedRules& rules, const column::Schema& schema,
                               std::int32_t as_of, const TagInputs& inputs) {
  std::map<std::string_view, std::vector<size_t>> rules_of_code;
  for (size_t i = 0; i < rules.rules.size(); ++i) {
    rules_of_code[rules.rules[i].name].push_back(i);
  }
  std::map<std::string_view, rule::LoweredRuleTest> tests;  // one a tag, shared by all who ask
  for (auto& [code, of_tag] : rules_of_code) {
    tests.emplace(code, std::move(of_tag));
  }
  rule::LoweredRules lowered;
  for (const CheckedRule& checked : rules.rules) {
    lowered.push_back(rule::lower(checked.rule, schema, as_of, [&](std::string_view code) {
      const auto columns = inputs.by_code.find(code);
      TAGSMITH_ASSERT(columns != inputs.by_code.end());
      const auto asked = tests.find(code);
      return lower_tag_test(asked == tests.end() ? nullptr : &asked->second, columns->second);
    }));
  }
  return lowered;
}

}  // namespace tagsmith::catalog
