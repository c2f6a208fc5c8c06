#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/language.h"
#include "base/similar.h"
#include "base/words.h"
#include "rule/parser.h"
#include "rule/problems.h"

namespace tagsmith::rule {
namespace {

using base::Json;
using base::json_pointer;
using base::Problem;
using base::Problems;

// What the grammar of SEMANTICS 4 leaves open is decided here as follows.
//
// - Several problems of one object come in the order of the codes in SEMANTICS.md: unknown keys as
//   they stand, then `logic` and E_EMPTY of a group, or `field`, `operator`, `type` and `table` of
//   a condition. Those of the parts follow.
// - A rule is a group. A condition standing alone at the top has foreign keys (E_UNKNOWN_KEY, once)
//   and no part (E_EMPTY).
// - An entry with the key `condition` is a wrapper: beside it only `name` and `description` are
//   known. Without it, `fields` or `conditions` make a group, anything else is a condition.
// - null is no list: `"fields": null` is E_NOT_LIST. A group with such a list is not E_EMPTY too.
// - A part of the wrong JSON type has the code of an unknown one (`"operator": 1` is
//   E_OPERATOR_UNKNOWN), null that of a missing one; a null or missing type is string, a null,
//   empty or missing table is none. An empty `field` is E_FIELD_MISSING, an empty `operator` or
//   `type` is unknown.
// - The value of is_null, is_not_null, is_true and is_false is not read at all (SEMANTICS 10).

const std::vector<std::string>& group_keys() {
  static const std::vector<std::string> keys = {"logic", "fields", "conditions", "name",
                                                "description"};
  return keys;
}

const std::vector<std::string>& condition_keys() {
  static const std::vector<std::string> keys = {"table", "field", "operator",   "value",
                                                "type",  "name",  "description"};
  return keys;
}

const std::vector<std::string>& wrapper_keys() {
  static const std::vector<std::string> keys = {"condition", "name", "description"};
  return keys;
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

Problem make_problem(std::string_view code, std::string path, std::string message,
                     std::string hint = "") {
  return {std::string(code), std::move(path), std::move(message), std::move(hint)};
}

// ----- keys -----

// Why a key that is known elsewhere does not belong here; else the nearest known one.
std::string hint_for_key(std::string_view key, const std::vector<std::string>& known) {
  const bool in_condition = &known == &condition_keys();
  if (in_condition && (key == "fields" || key == "conditions")) {
    return base::tr("a group stands in 'conditions', not in 'fields'");
  }
  if (in_condition && key == "logic") {
    return base::tr("a group has 'fields' or 'conditions' beside its 'logic'");
  }
  if (&known == &wrapper_keys() &&
      (contains(group_keys(), key) || contains(condition_keys(), key))) {
    return base::tr("it belongs inside 'condition'");
  }
  if (&known == &group_keys() && key == "condition") {
    return base::tr("'condition' wraps a group inside a list 'conditions'; here write its content");
  }
  if (&known == &group_keys() && contains(condition_keys(), key)) {
    return base::tr(R"(a condition stands in a group: {"conditions": [...]})");
  }
  return base::did_you_mean(key, known);
}

void find_unknown_keys(const Json::Object& object, std::string_view path,
                       const std::vector<std::string>& known, Problems& problems) {
  bool bare_condition_reported = false;
  for (const auto& [key, member] : object) {
    if (contains(known, key)) {
      continue;
    }
    const bool bare_condition = &known == &group_keys() && contains(condition_keys(), key);
    if (bare_condition && std::exchange(bare_condition_reported, true)) {
      continue;
    }
    problems.push_back(make_problem(kUnknownKey, json_pointer(path, key),
                                    base::message("unknown key {}", base::quote(key)),
                                    hint_for_key(key, known)));
  }
}

// ----- conditions -----

std::string hint_for_operator(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kForeign[] = {
      {"==", "="},          {"eq", "="},  {"equals", "="}, {"<>", "!="},
      {"ne", "!="},         {"gt", ">"},  {"gte", ">="},   {"lt", "<"},
      {"lte", "<="},        {"=>", ">="}, {"=<", "<="},    {"between", "in_range"},
      {"like", "contains"}, {"≥", ">="},  {"≤", "<="},     {"≠", "!="}};
  for (const auto& [foreign, ours] : kForeign) {
    if (base::lower(name) == foreign) {
      return base::message("did you mean '{}'?", ours);
    }
  }
  std::vector<std::string> names;
  for (const OperatorRow& row : operator_table()) {
    names.emplace_back(row.name);
  }
  const std::string hint = base::did_you_mean(name, names);
  return hint.empty() ? base::message("the operators are {}", fmt::join(names, " ")) : hint;
}

std::string hint_for_type(std::string_view name) {
  const std::string hint = base::did_you_mean(name, condition_type_names());
  return hint.empty() ? base::tr("the types are number, string, enum, date, boolean and list")
                      : hint;
}

// "field", "table", ... where the grammar wants a text.
std::string not_a_text(std::string_view key, const Json& value) {
  return base::message("'{}' is {}, not a text", key, value.kind());
}

void read_field(const Json& condition, std::string_view path, ColumnOperand& subject,
                Problems& problems) {
  const Json* field = condition.find("field");
  subject.place.path = json_pointer(path, "field");
  if (field == nullptr) {
    problems.push_back(
        make_problem(kFieldMissing, std::string(path), base::tr("a condition without 'field'")));
  } else if (field->text() == nullptr) {
    problems.push_back(
        make_problem(kFieldMissing, subject.place.path, not_a_text("field", *field)));
  } else if (field->text()->empty()) {
    problems.push_back(
        make_problem(kFieldMissing, subject.place.path, base::tr("'field' is empty")));
  } else {
    subject.name.column = *field->text();
  }
}

void read_table(const Json& condition, std::string_view path, ColumnName& name,
                Problems& problems) {
  const Json* table = condition.find("table");
  if (table == nullptr || table->is_null()) {
    return;
  }
  std::string place = json_pointer(path, "table");
  if (table->text() == nullptr) {
    problems.push_back(make_problem(kTableUnknown, std::move(place), not_a_text("table", *table)));
    return;
  }
  const std::string& text = *table->text();
  const size_t dot = text.find('.');
  if (dot == std::string::npos) {
    name.table = text;
  } else if (dot == 0 || dot + 1 == text.size()) {
    problems.push_back(make_problem(kTableUnknown, std::move(place),
                                    base::message("unknown table {}", base::quote(text)),
                                    base::tr("a table is 'table' or 'database.table'")));
  } else {
    name.database = text.substr(0, dot);
    name.table = text.substr(dot + 1);
  }
}

void read_operator(const Json& condition, std::string_view path, Operator& op, Problems& problems) {
  const Json* value = condition.find("operator");
  if (value == nullptr || value->is_null()) {
    problems.push_back(make_problem(kOperatorMissing, std::string(path),
                                    base::tr("a condition without 'operator'")));
    return;
  }
  std::string place = json_pointer(path, "operator");
  if (value->text() == nullptr) {
    problems.push_back(
        make_problem(kOperatorUnknown, std::move(place), not_a_text("operator", *value)));
    return;
  }
  if (const auto found = find_operator(*value->text())) {
    op = *found;
    return;
  }
  problems.push_back(make_problem(kOperatorUnknown, std::move(place),
                                  base::message("unknown operator {}", base::quote(*value->text())),
                                  hint_for_operator(*value->text())));
}

void read_type(const Json& condition, std::string_view path, ConditionType& type,
               Problems& problems) {
  const Json* value = condition.find("type");
  if (value == nullptr || value->is_null()) {
    return;
  }
  std::string place = json_pointer(path, "type");
  if (value->text() == nullptr) {
    problems.push_back(make_problem(kTypeUnknown, std::move(place), not_a_text("type", *value)));
    return;
  }
  if (const auto found = find_condition_type(*value->text())) {
    type = *found;
    return;
  }
  problems.push_back(make_problem(kTypeUnknown, std::move(place),
                                  base::message("unknown type {}", base::quote(*value->text())),
                                  hint_for_type(*value->text())));
}

Literal literal_of(const Json& value) {
  if (value.is_null()) {
    return NullLiteral{};
  }
  if (const bool* boolean = value.boolean()) {
    return *boolean;
  }
  if (const Json::Number* number = value.number()) {
    return NumberLiteral{number->text};
  }
  if (const std::string* text = value.text()) {
    return TextLiteral{*text};
  }
  return UnusableLiteral{value.kind()};
}

Arguments arguments_of(const Json& condition, std::string_view path) {
  Arguments arguments;
  const Json* value = condition.find("value");
  if (value == nullptr) {
    arguments.place.path = path;
    return arguments;
  }
  arguments.place.path = json_pointer(path, "value");
  if (value->list() == nullptr) {
    arguments.form = Arguments::Form::kScalar;
    arguments.list.push_back({literal_of(*value), arguments.place});
    return arguments;
  }
  arguments.form = Arguments::Form::kList;
  arguments.list.reserve(value->list()->size());
  for (const Json& element : *value->list()) {
    arguments.list.push_back(
        {literal_of(element), {json_pointer(arguments.place.path, arguments.list.size())}});
  }
  return arguments;
}

// ----- groups -----

enum class Logic { kAnd, kOr, kNot };

Logic read_logic(const Json& group, std::string_view path, Problems& problems) {
  const Json* value = group.find("logic");
  if (value == nullptr || value->is_null()) {
    return Logic::kAnd;
  }
  std::string place = json_pointer(path, "logic");
  if (value->text() == nullptr) {
    problems.push_back(make_problem(kLogic, std::move(place), not_a_text("logic", *value)));
    return Logic::kAnd;
  }
  const std::string logic = base::lower(*value->text());
  if (logic == "and" || logic == "none") {
    return Logic::kAnd;
  }
  if (logic == "or") {
    return Logic::kOr;
  }
  if (logic == "not") {
    return Logic::kNot;
  }
  problems.push_back(make_problem(kLogic, std::move(place),
                                  base::message("unknown logic {}", base::quote(*value->text())),
                                  base::tr("the logic of a group is AND, OR, NOT or None")));
  return Logic::kAnd;
}

Expression combine(Logic logic, std::vector<Expression> parts) {
  Expression all;
  if (parts.size() == 1) {
    all = std::move(parts.front());
  } else if (logic == Logic::kOr) {
    all.node = Or{std::move(parts)};
  } else {
    all.node = And{std::move(parts)};
  }
  if (logic != Logic::kNot) {
    return all;
  }
  Not negation;
  negation.part.push_back(std::move(all));
  return Expression{std::move(negation)};
}

// Counts what a rule holds. A breach of a limit ends the reading: fatal() is then not empty, and
// the expressions made afterwards are worth nothing.
class RuleReader {
 public:
  Expression group(const Json& value, std::string path) {
    if (value.object() == nullptr) {
      return invalid(make_problem(kNotObject, std::move(path),
                                  base::message("a group is an object, this is {}", value.kind())));
    }
    if (++depth_ > kNestingMax) {
      fatal_.push_back(
          make_problem(kDepth, path, base::message("more than {} nested groups", kNestingMax)));
    }
    Expression result = fatal_.empty() ? group_of_object(value, path) : Expression{};
    --depth_;
    return result;
  }

  [[nodiscard]] const Problems& fatal() const { return fatal_; }

 private:
  Expression group_of_object(const Json& value, const std::string& path) {
    Problems problems;
    find_unknown_keys(*value.object(), path, group_keys(), problems);
    const Logic logic = read_logic(value, path, problems);
    std::vector<Expression> parts;
    bool lists_are_fine = true;
    for (const std::string_view key : {"fields", "conditions"}) {
      const Json* list = value.find(key);
      if (list == nullptr) {
        continue;
      }
      if (list->list() == nullptr) {
        lists_are_fine = false;
        parts.push_back(invalid(
            make_problem(kNotList, json_pointer(path, key),
                         base::message("'{}' must be a list, this is {}", key, list->kind()))));
        continue;
      }
      const std::string list_path = json_pointer(path, key);
      for (size_t i = 0; i < list->list()->size() && fatal_.empty(); ++i) {
        const Json& element = (*list->list())[i];
        const std::string element_path = json_pointer(list_path, i);
        parts.push_back(key == "fields" ? condition(element, element_path)
                                        : entry(element, element_path));
      }
    }
    if (parts.empty() && lists_are_fine) {
      problems.push_back(make_problem(kEmpty, path, base::tr("a group without any condition")));
    }
    if (!problems.empty()) {
      parts.insert(parts.begin(), Expression{Invalid{std::move(problems)}});
    }
    return combine(logic, std::move(parts));
  }

  // entry := {"condition": group} | group | condition
  Expression entry(const Json& value, const std::string& path) {
    const Json* wrapped = value.find("condition");
    if (wrapped == nullptr) {
      const bool is_group = value.find("fields") != nullptr || value.find("conditions") != nullptr;
      return is_group ? group(value, path) : condition(value, path);
    }
    Problems problems;
    find_unknown_keys(*value.object(), path, wrapper_keys(), problems);
    Expression inner = group(*wrapped, json_pointer(path, "condition"));
    if (problems.empty()) {
      return inner;
    }
    std::vector<Expression> parts;
    parts.push_back(Expression{Invalid{std::move(problems)}});
    parts.push_back(std::move(inner));
    return combine(Logic::kAnd, std::move(parts));
  }

  Expression condition(const Json& value, const std::string& path) {
    if (++conditions_ > kConditionsMax) {
      return limit(path, base::message("more than {} conditions", kConditionsMax));
    }
    if (value.object() == nullptr) {
      return invalid(make_problem(
          kNotObject, path, base::message("a condition is an object, this is {}", value.kind())));
    }
    Condition read{.declared = ConditionType::kString, .place = {path}};
    Problems problems;
    find_unknown_keys(*value.object(), path, condition_keys(), problems);
    read_field(value, path, read.subject, problems);
    read_operator(value, path, read.op, problems);
    read_type(value, path, *read.declared, problems);
    read_table(value, path, read.subject.name, problems);
    if (!problems.empty()) {
      return Expression{Invalid{std::move(problems)}};
    }
    if (row_of(read.op).shape == ValueShape::kIgnored) {
      read.arguments.place.path = path;
      return Expression{std::move(read)};
    }
    read.arguments = arguments_of(value, path);
    values_ += read.arguments.list.size();
    if (values_ > kValuesMax) {
      return limit(read.arguments.place.path, base::message("more than {} values", kValuesMax));
    }
    if (read.op == Operator::kNotContains && read.declared != ConditionType::kList) {
      // None of n texts is n conditions in the text form, which has the same limit.
      conditions_ += std::max<size_t>(read.arguments.list.size(), 1) - 1;
      if (conditions_ > kConditionsMax) {
        return limit(read.arguments.place.path,
                     base::message("more than {} conditions", kConditionsMax));
      }
    }
    return Expression{std::move(read)};
  }

  static Expression invalid(Problem problem) {
    return Expression{Invalid{Problems{std::move(problem)}}};
  }

  Expression limit(std::string path, std::string message) {
    if (fatal_.empty()) {
      fatal_.push_back(make_problem(kLimit, std::move(path), std::move(message)));
    }
    return {};
  }

  Problems fatal_;
  int depth_ = 0;
  size_t conditions_ = 0;
  size_t values_ = 0;
};

}  // namespace

base::Result<Expression, Problems> parse_rule(const Json& value, std::string_view path) {
  if (base::to_text(value).size() > kRuleBytesMax) {
    return Problems{make_problem(kLimit, std::string(path),
                                 base::message("longer than {} bytes", kRuleBytesMax))};
  }
  RuleReader reader;
  Expression rule = reader.group(value, std::string(path));
  if (!reader.fatal().empty()) {
    return reader.fatal();
  }
  return rule;
}

}  // namespace tagsmith::rule
