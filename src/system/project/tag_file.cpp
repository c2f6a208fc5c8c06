#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/language.h"
#include "base/similar.h"
#include "project/problems.h"
#include "project/settings_internal.h"
#include "project/tag_file_internal.h"
#include "rule/parser.h"

namespace tagsmith::project {
namespace {

catalog::LocalizedText read_localized(YamlFile& file, const YamlNode& node) {
  catalog::LocalizedText text;
  if (node.kind != YamlNode::Kind::kMap) {
    text.en = read_text(file, node, "'name'").value_or("");
    return text;
  }
  Fields fields(file, node, "'name'", {"en", "zh"});
  text.en = fields.text("en").value_or("");
  text.zh = fields.text("zh").value_or("");
  if (node.members.empty()) {
    file.add_problem(node, kProjectKey, base::tr("'name' has no text"),
                     base::tr("give 'en', 'zh' or both"));
  }
  return text;
}

std::string read_code(YamlFile& file, Fields& fields) {
  if (fields.require("code") == nullptr) {
    return "";
  }
  const std::string code = fields.text("code").value_or("");
  if (!code.empty() && !is_code(code)) {
    file.add_problem(*fields.get("code"), kProjectValue,
                     base::message("the code {} cannot be one", base::quote(code)),
                     base::tr("a code is [a-z][a-z0-9_]*, at most 64 characters"));
  }
  return code;
}

}  // namespace

void TagFiles::once(YamlFile& file, const YamlNode& node, std::string_view what,
                    const std::string& value, std::map<std::string, std::string>& places) {
  const auto [first, is_new] = places.emplace(value, file.place(node));
  if (!is_new) {
    file.add_problem(
        node, kProjectRepeated,
        base::message("the {} {} stands at {} too", what, base::quote(value), first->second),
        base::message("give one of them another {}", what));
  }
}

void TagFiles::read(YamlFile& file, const YamlNode& root) {
  if (root.kind == YamlNode::Kind::kNull) {
    return;
  }
  if (root.kind == YamlNode::Kind::kList) {
    read_tags(file, root);
    return;
  }
  Fields fields(file, root, base::tr("a file of tags"), {"categories", "tags"});
  if (const YamlNode* categories = fields.get("categories")) {
    read_categories(file, *categories);
  }
  if (const YamlNode* tags = fields.get("tags")) {
    read_tags(file, *tags);
  }
}

void TagFiles::read_categories(YamlFile& file, const YamlNode& list) {
  if (!expect_list(file, list, "'categories'")) {
    return;
  }
  for (const YamlNode& node : list.list) {
    Fields fields(file, node, base::tr("a category"), {"code", "name", "description"});
    catalog::Category category{.code = read_code(file, fields)};
    if (const YamlNode* name = fields.get("name")) {
      category.name = read_localized(file, *name);
    }
    if (category.name.any().empty()) {
      category.name.en = category.code;
    }
    category.description = fields.text("description").value_or("");
    if (!category.code.empty()) {
      once(file, *fields.get("code"), "category", category.code, place_of_category_);
      catalog_.categories.push_back(std::move(category));
    }
  }
}

void TagFiles::read_tags(YamlFile& file, const YamlNode& list) {
  if (!expect_list(file, list, "'tags'")) {
    return;
  }
  for (const YamlNode& node : list.list) {
    read_tag(file, node);
  }
}

void TagFiles::read_tag(YamlFile& file, const YamlNode& node) {
  constexpr std::int64_t kDaysMax = 36'500;
  Fields fields(file, node, base::tr("a tag"),
                {"id", "code", "name", "category", "description", "when", "rule", "active",
                 "grant_days", "guards"});
  if (!fields.is_map()) {
    return;
  }
  catalog::Tag tag{.guards = guards_, .place = file.place(node)};
  fields.require("id");
  const auto id = fields.integer("id", 1, std::numeric_limits<std::int32_t>::max());
  tag.id = id ? static_cast<std::int32_t>(*id) : -++tags_without_id_;
  if (id) {
    once(file, *fields.get("id"), "id", std::to_string(*id), place_of_id_);
  }
  tag.code = read_code(file, fields);
  if (!tag.code.empty()) {
    once(file, *fields.get("code"), "code", tag.code, place_of_code_);
  }
  if (const YamlNode* name = fields.get("name")) {
    tag.name = read_localized(file, *name);
  }
  if (tag.name.any().empty()) {
    tag.name.en = tag.code;
  }
  if (const auto category = fields.text("category")) {
    tag.category = *category;
    asked_categories_.push_back({file.name(), *fields.get("category")});
  }
  tag.description = fields.text("description").value_or("");
  tag.is_active = fields.boolean("active").value_or(true);
  if (const auto days = fields.integer("grant_days", 1, kDaysMax)) {
    tag.grant_days = static_cast<int>(*days);
  }
  if (const YamlNode* guards = fields.get("guards")) {
    tag.guards = read_tag_guards(file, *guards, guards_);
  }
  if (const YamlNode* when = fields.get("when")) {
    read_rules(file, *when, true, tag);
  }
  if (const YamlNode* rule = fields.get("rule")) {
    read_rules(file, *rule, false, tag);
  }
  catalog_.tags.push_back(std::move(tag));
}

void TagFiles::read_rules(YamlFile& file, const YamlNode& node, bool text_only, catalog::Tag& tag) {
  if (node.kind != YamlNode::Kind::kList) {
    add_rule(file, node, text_only, tag);
    return;
  }
  if (node.list.empty()) {
    file.add_problem(
        node, kProjectValue, base::tr("a list of rules without a rule"),
        base::tr("write a rule; a tag that only grants give has neither 'when' nor 'rule'"));
  }
  for (const YamlNode& part : node.list) {
    add_rule(file, part, text_only, tag);
  }
}

void TagFiles::add_rule(YamlFile& file, const YamlNode& node, bool text_only, catalog::Tag& tag) {
  catalog::TagRule rule{.place = file.place(node)};
  if (text_only || node.kind != YamlNode::Kind::kMap) {
    const auto text = read_text(file, node, text_only ? "'when'" : "'rule'");
    if (!text) {
      return;
    }
    auto parsed = text_only ? rule::parse_text(*text) : rule::parse_source(*text);
    if (parsed) {
      rule.expression = std::move(parsed).value();
    } else {
      rule.problems = std::move(parsed).error();
    }
  } else {
    if (!check_scalars(file, node)) {
      return;
    }
    auto parsed = rule::parse_rule(to_json_value(node));
    if (parsed) {
      rule.expression = std::move(parsed).value();
    } else {
      rule.problems = std::move(parsed).error();
    }
  }
  sources_.add(rule.place, {.file = file.name(), .source = file.source(), .node = node});
  tag.rules.push_back(std::move(rule));
}

void TagFiles::check_categories(YamlFile& file) {
  std::vector<std::string> known;
  for (const auto& [code, place] : place_of_category_) {
    known.push_back(code);
  }
  for (const AskedCategory& asked : asked_categories_) {
    if (asked.file != file.name() || place_of_category_.contains(asked.node.text)) {
      continue;
    }
    std::string hint = base::did_you_mean(asked.node.text, known);
    file.add_problem(asked.node, kProjectUnknown,
                     base::message("there is no category {}", base::quote(asked.node.text)),
                     hint.empty() ? base::tr("declare it under 'categories' of a file in tags/")
                                  : std::move(hint));
  }
}

void TagFiles::finish() {
  std::ranges::sort(catalog_.categories, {}, &catalog::Category::code);
  std::ranges::sort(catalog_.tags, {},
                    [](const catalog::Tag& tag) { return std::pair(tag.id, tag.place); });
}

}  // namespace tagsmith::project
