#include "catalog/rule_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json.h"
#include "base/language.h"
#include "base/similar.h"
#include "catalog/json_slices.h"
#include "rule/parser.h"
#include "rule/problems.h"

namespace tagsmith::catalog {
namespace {

using base::Json;
using base::Problem;
using base::Problems;

Problem problem(std::string_view code, std::string path, std::string message, std::string hint) {
  return {std::string(code), std::move(path), std::move(message), std::move(hint)};
}

std::vector<std::string> entry_keys() { return {"tag_id", "name", "rule", "is_active"}; }

// A JSON integer from 1 to 2147483647, or 0.
std::int32_t read_tag_id(const Json& value) {
  const Json::Number* number = value.number();
  std::int32_t id = 0;
  if (number == nullptr) {
    return 0;
  }
  const char* end = number->text.data() + number->text.size();
  const auto [stop, error] = std::from_chars(number->text.data(), end, id);
  return error == std::errc() && stop == end && id > 0 ? id : 0;
}

Problem bad_tag_id(const Json* value, size_t position) {
  return problem(rule::kTagId, "/tag_id",
                 value == nullptr
                     ? base::message("entry {} of the file has no tag_id", position + 1)
                     : base::message("{} is no tag id", base::quote(base::to_text(*value))),
                 base::tr("a tag id is a JSON integer from 1 to 2147483647"));
}

Problem unknown_key(const std::string& key) {
  std::string hint = base::did_you_mean(key, entry_keys());
  return problem(
      rule::kUnknownKey, base::json_pointer("", key),
      base::message("unknown key {} beside the rule", base::quote(key)),
      hint.empty() ? base::tr("the keys are tag_id, name, rule and is_active") : std::move(hint));
}

void read_name(const Json& value, RuleEntry& entry) {
  if (const std::string* name = value.text()) {
    entry.name = *name;
    return;
  }
  entry.problems.push_back(problem(rule::kValueType, "/name",
                                   base::message("the name is {}", value.kind()),
                                   base::tr("the name is a text")));
}

void read_rule(const Json* value, RuleEntry& entry) {
  if (value == nullptr) {
    entry.problems.push_back(problem(rule::kFieldMissing, "/rule",
                                     base::tr("the entry has no rule"),
                                     base::tr("give \"rule\": a JSON object or a text")));
    return;
  }
  if (value->object() == nullptr && value->text() == nullptr) {
    entry.problems.push_back(problem(rule::kNotObject, "",
                                     base::message("the rule is {}", value->kind()),
                                     base::tr("a rule is a JSON object or a text")));
    return;
  }
  auto parsed =
      value->text() != nullptr ? rule::parse_source(*value->text()) : rule::parse_rule(*value);
  if (parsed) {
    entry.expression = std::move(parsed).value();
  } else {
    std::ranges::move(parsed.error(), std::back_inserter(entry.problems));
  }
}

// false only where the entry says so; anything that is no boolean is a problem.
bool read_is_active(const Json* value, RuleEntry& entry) {
  if (value == nullptr) {
    return true;
  }
  if (const bool* active = value->boolean()) {
    return *active;
  }
  const Json::Number* number = value->number();
  if (number != nullptr && (number->text == "0" || number->text == "1")) {
    return number->text == "1";
  }
  entry.problems.push_back(
      problem(rule::kValueType, "/is_active",
              base::message("is_active is {}", base::quote(base::to_text(*value))),
              base::tr("write true or false, or 1 or 0")));
  return true;
}

// The entry of one object, or nothing when it is inactive.
std::optional<RuleEntry> read_entry(const Json& value, size_t position) {
  RuleEntry entry{.position = position};
  if (value.object() == nullptr) {
    entry.problems.push_back(problem(rule::kNotObject, base::json_pointer("", position),
                                     base::message("the entry is {}", value.kind()),
                                     base::tr("an entry is an object with tag_id, name and rule")));
    return entry;
  }
  const Json* tag_id = value.find("tag_id");
  if (tag_id != nullptr) {
    entry.tag_id_given = base::to_text(*tag_id);
    entry.tag_id = read_tag_id(*tag_id);
  }
  if (!read_is_active(value.find("is_active"), entry)) {
    return std::nullopt;
  }
  if (entry.tag_id == 0) {
    entry.problems.push_back(bad_tag_id(tag_id, position));
  }
  const std::vector<std::string> keys = entry_keys();
  for (const auto& [key, member] : *value.object()) {
    if (std::ranges::find(keys, key) == keys.end()) {
      entry.problems.push_back(unknown_key(key));
    }
  }
  if (const Json* name = value.find("name")) {
    read_name(*name, entry);
  }
  read_rule(value.find("rule"), entry);
  return entry;
}

// An entry whose text is no JSON: the problem is told from where it stands, the tag id and the
// name are taken where they can be read.
RuleEntry broken_entry(std::string_view text, size_t position, Problems problems) {
  RuleEntry entry{.position = position};
  const auto members = member_slices(text);
  if (!members) {
    entry.problems = std::move(problems);
    return entry;
  }
  for (const auto& [key_text, value_text] : *members) {
    const auto key = base::parse_json(key_text);
    auto value = base::parse_json(value_text);
    if (!key) {
      continue;
    }
    const std::string& name = *key->text();
    if (!value) {
      for (Problem& found : value.error()) {
        // Of a rule the path leads from the rule; of another value from the entry.
        const bool from_rule = name == "rule" || found.path.starts_with("byte");
        found.path = from_rule ? found.path : base::json_pointer("", name) + found.path;
        entry.problems.push_back(std::move(found));
      }
    } else if (name == "tag_id" && entry.tag_id_given == "null") {
      entry.tag_id_given = base::to_text(*value);
      entry.tag_id = read_tag_id(*value);
    } else if (name == "name" && value->text() != nullptr) {
      entry.name = *value->text();
    }
  }
  if (entry.problems.empty()) {  // the values are in order, the mistake stands between them
    entry.problems = std::move(problems);
  }
  return entry;
}

std::vector<RuleProblem> of_the_file(Problems problems) {
  std::vector<RuleProblem> out;
  for (Problem& found : problems) {
    out.push_back({"null", std::move(found)});
  }
  return out;
}

std::vector<RuleProblem> too_many_rules() {
  return of_the_file(
      {problem(rule::kLimit, "", base::message("the file has more than {} rules", kRulesMax), "")});
}

void add(std::optional<RuleEntry> entry, RuleFile& file) {
  if (entry) {
    file.entries.push_back(std::move(*entry));
  } else {
    ++file.inactive_count;
  }
}

// The file that is no JSON as a whole: entry by entry, when the mistakes are all inside entries.
base::Result<RuleFile, std::vector<RuleProblem>> parse_apart(std::string_view text,
                                                             Problems problems) {
  const auto slices = list_slices(text);
  if (!slices) {
    return of_the_file(std::move(problems));
  }
  if (slices->size() > kRulesMax) {
    return too_many_rules();
  }
  RuleFile file;
  bool found_broken = false;
  for (size_t i = 0; i < slices->size(); ++i) {
    auto value = base::parse_json((*slices)[i]);
    if (value) {
      add(read_entry(*value, i), file);
    } else {
      found_broken = true;
      add(broken_entry((*slices)[i], i, std::move(value).error()), file);
    }
  }
  if (!found_broken) {
    return of_the_file(std::move(problems));
  }
  return file;
}

}  // namespace

std::string to_json(const RuleProblem& problem) {
  return fmt::format(
      R"({{"tag_id":{},"code":{},"path":{},"message":{},"hint":{}}})", problem.tag_id,
      base::json_quoted(problem.problem.code), base::json_quoted(problem.problem.path),
      base::json_quoted(problem.problem.message), base::json_quoted(problem.problem.hint));
}

base::Result<RuleFile, std::vector<RuleProblem>> parse_rule_file(std::string_view text) {
  auto parsed = base::parse_json(text);
  if (!parsed) {
    return parse_apart(text, std::move(parsed).error());
  }
  const Json::List* list = parsed->list();
  if (list == nullptr) {
    return of_the_file(
        {problem(rule::kNotList, "", base::message("the rule file is {}", parsed->kind()),
                 base::tr("a rule file is a list of objects with tag_id, name and rule"))});
  }
  if (list->size() > kRulesMax) {
    return too_many_rules();
  }
  RuleFile file;
  for (size_t i = 0; i < list->size(); ++i) {
    add(read_entry((*list)[i], i), file);
  }
  return file;
}

}  // namespace tagsmith::catalog
