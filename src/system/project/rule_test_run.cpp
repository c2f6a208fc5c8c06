#include "project/rule_test_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/language.h"
#include "column/days.h"
#include "column/decimal.h"
#include "column/readers.h"
#include "interpret/interpret.h"
#include "project/problems.h"

namespace tagsmith::project {
namespace {

using base::Json;
using column::TypeKind;
using column::Value;

// The parts of "db.table.column" as a rule would name them.
rule::ColumnName name_of(const std::string& text) {
  rule::ColumnName name;
  const size_t last = text.rfind('.');
  name.column = last == std::string::npos ? text : text.substr(last + 1);
  if (last != std::string::npos) {
    const std::string table = text.substr(0, last);
    const size_t point = table.find('.');
    name.database = point == std::string::npos ? "" : table.substr(0, point);
    name.table = point == std::string::npos ? table : table.substr(point + 1);
  }
  return name;
}

std::optional<Value> integer_value(const Json& json) {
  std::int64_t number = 0;
  const std::string& text = json.number()->text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return std::optional<Value>(number);
}

std::optional<Value> decimal_value(const column::Decimal& number, const column::Type& type) {
  const auto scaled = column::scale_down(number, type.scale);
  const auto limit = static_cast<column::Int128>(column::power_of_ten(type.precision));
  if (!scaled || !scaled->exact || scaled->floor >= limit || scaled->floor <= -limit) {
    return std::nullopt;
  }
  return std::optional<Value>(scaled->floor);
}

std::optional<Value> number_value(const Json& json, const column::Type& type) {
  if (json.number() == nullptr) {
    return std::nullopt;
  }
  if (type.kind == TypeKind::kInt) {
    return integer_value(json);
  }
  const auto number = column::read_number(json.number()->text);
  if (!number) {
    return std::nullopt;
  }
  if (type.kind == TypeKind::kDecimal) {
    return decimal_value(*number, type);
  }
  if (type.kind == TypeKind::kFloat) {
    return std::optional<Value>(number->to_float());
  }
  return std::optional<Value>(number->to_double());
}

std::optional<Value> moment_value(const Json& json, TypeKind kind) {
  const auto moment = json.text() == nullptr ? std::nullopt : column::read_moment(*json.text());
  if (!moment || (kind == TypeKind::kDate && !moment->is_day)) {
    return std::nullopt;
  }
  if (kind == TypeKind::kDate) {
    return std::optional<Value>(column::day_of(moment->micros));
  }
  return std::optional<Value>(moment->micros);
}

std::optional<Value> list_value(const Json& json) {
  column::TextList list;
  if (json.list() == nullptr) {
    return std::nullopt;
  }
  for (const Json& part : *json.list()) {
    if (part.is_null()) {
      list.emplace_back();
    } else if (part.text() != nullptr) {
      list.emplace_back(*part.text());
    } else {
      return std::nullopt;
    }
  }
  return std::optional<Value>(std::move(list));
}

// A YAML value as a cell of a column, or nothing where it is none.
std::optional<Value> cell_value(const Json& json, const column::Type& type) {
  if (json.is_null()) {
    return std::optional<Value>(std::in_place);
  }
  switch (type.kind) {
    case TypeKind::kInt:
    case TypeKind::kDecimal:
    case TypeKind::kDouble:
    case TypeKind::kFloat:
      return number_value(json, type);
    case TypeKind::kText:
      return json.text() == nullptr ? std::nullopt : std::optional<Value>(*json.text());
    case TypeKind::kBoolean:
      return json.boolean() == nullptr ? std::nullopt : std::optional<Value>(*json.boolean());
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
      return moment_value(json, type.kind);
    case TypeKind::kTextList:
      return list_value(json);
    case TypeKind::kUnusable:
      break;
  }
  return std::nullopt;
}

std::string hint_for(const column::Type& type) {
  switch (type.kind) {
    case TypeKind::kText:
      return base::tr("write a text, numbers and dates in quotes: '7'");
    case TypeKind::kBoolean:
      return base::tr("write true or false");
    case TypeKind::kDate:
      return base::tr("write a day: 2025-11-22");
    case TypeKind::kTimestamp:
      return base::tr("write a time: 2025-11-22 10:30:00");
    case TypeKind::kTextList:
      return base::tr("write a list of texts: ['a', 'b']");
    case TypeKind::kUnusable:
      return base::tr("no rule can read this column");
    default:
      return base::tr("write a number without quotes that the column can hold exactly");
  }
}

bool has_relative_day(const rule::TypedExpression& expression) {
  if (const auto* condition = std::get_if<rule::TypedCondition>(&expression.node)) {
    return std::ranges::any_of(condition->constants, [](const rule::Constant& constant) {
      const auto* moment = std::get_if<rule::MomentLiteral>(&constant);
      return moment != nullptr && moment->relative;
    });
  }
  if (const auto* all = std::get_if<rule::TypedAnd>(&expression.node)) {
    return std::ranges::any_of(all->parts, has_relative_day);
  }
  if (const auto* any = std::get_if<rule::TypedOr>(&expression.node)) {
    return std::ranges::any_of(any->parts, has_relative_day);
  }
  const auto* negation = std::get_if<rule::TypedNot>(&expression.node);
  return negation != nullptr && has_relative_day(negation->part.front());
}

class Tests {
 public:
  Tests(const Project& project, const catalog::CheckedCatalog& checked,
        const column::Schema& schema, const rule::CheckOptions& options)
      : project_(project), checked_(checked), schema_(schema), options_(options) {
    for (const catalog::Tag& tag : project.catalog.tags) {
      code_of_[tag.id] = tag.code;
      if (tag.rules.empty() || !tag.is_active) {
        without_rules_.insert(tag.code);
      }
    }
    for (const catalog::RefusedTag& tag : checked.refused) {
      refused_.insert(code_of_[tag.tag_id]);
    }
    for (const catalog::CheckedRule& rule : checked.rules.rules) {
      needs_day_ = needs_day_ || has_relative_day(rule.rule);
    }
  }

  void add(const RuleTest& test) {
    const size_t problems_before = run_.problems.size();
    const std::optional<interpret::Row> row = read_row(test);
    check_tags(test);
    std::int32_t as_of = 0;
    if (test.as_of) {
      as_of = column::day_of(column::read_moment(*test.as_of)->micros);
    } else if (needs_day_) {
      add_problem(
          test.place, kProjectKey,
          base::tr("the test has no 'as_of', and there are rules with today()"),
          base::tr("add 'as_of: 2025-11-22' to the test, or before 'tests:' for the whole file"));
    }
    const bool refused = std::ranges::any_of(
        test.tags, [&](const std::string& code) { return refused_.contains(code); });
    if (run_.problems.size() == problems_before && !refused) {
      run_.results.push_back(evaluate(test, *row, as_of));
    }
  }

  TestRun take() { return std::move(run_); }

 private:
  void add_problem(const std::string& place, std::string_view code, std::string message,
                   std::string hint) {
    run_.problems.push_back(located(project_, place,
                                    {.code = std::string(code),
                                     .path = "",
                                     .message = std::move(message),
                                     .hint = std::move(hint)}));
  }

  // The column that a rule of this text would mean, or nothing with a problem.
  std::optional<column::ColumnId> find_column(const TestCell& cell) {
    const rule::Expression asked{
        rule::Condition{.subject = {.name = name_of(cell.column)}, .op = rule::Operator::kIsNull}};
    auto found = rule::check(asked, schema_, options_);
    if (!found) {
      const base::Problem& problem = found.error().front();
      add_problem(cell.place, problem.code, problem.message, problem.hint);
      return std::nullopt;
    }
    return std::get<rule::TypedCondition>(found->node).subject.column;
  }

  std::optional<interpret::Row> read_row(const RuleTest& test) {
    interpret::Row row;
    for (const TestCell& cell : test.cells) {
      const auto id = find_column(cell);
      if (!id) {
        continue;
      }
      const column::Type& type = schema_.type(*id);
      auto value = cell_value(cell.value, type);
      const bool is_key = *id == column::kKeyColumn;
      if (is_key && cell.value.number() != nullptr) {
        value = Value(cell.value.number()->text);
      }
      if (!value || (is_key && cell.value.is_null())) {
        const std::string* text = cell.value.text();
        add_problem(cell.place, kProjectType,
                    base::message("{} is no value of the column {}, which is {}",
                                  text != nullptr ? base::message("the text {}", base::quote(*text))
                                                  : base::quote(base::to_text(cell.value)),
                                  base::quote(cell.column),
                                  is_key ? base::tr("the key") : column::to_string(type)),
                    hint_for(type));
      } else if (!row.emplace(*id, std::move(*value)).second) {
        add_problem(cell.place, kProjectRepeated,
                    base::message("the column {} has two values", base::quote(cell.column)),
                    base::tr("remove one of them"));
      }
    }
    fill_tables(row);
    row.emplace(column::kKeyColumn, std::string("test"));
    return row;
  }

  // A table of which a column is named has a row.
  void fill_tables(interpret::Row& row) const {
    std::set<size_t> tables;
    for (const auto& [id, value] : row) {
      if (id != column::kKeyColumn) {
        tables.insert(id.table);
      }
    }
    for (const size_t table : tables) {
      for (size_t i = 0; i < schema_.tables[table].columns.size(); ++i) {
        row.emplace(column::ColumnId{.table = table, .column = i}, Value());
      }
    }
  }

  void check_tags(const RuleTest& test) {
    for (const std::string& code : test.tags) {
      if (without_rules_.contains(code)) {
        add_problem(test.place, kProjectValue,
                    base::message("no rule gives the tag {} of the test", base::quote(code)),
                    base::tr("it has no rules or is not active: take it out of the test"));
      }
    }
  }

  TestResult evaluate(const RuleTest& test, const interpret::Row& row, std::int32_t as_of) const {
    std::set<std::string, std::less<>> given;
    const interpret::Context context{
        .schema = &schema_, .as_of = as_of, .has_tag = [&](std::string_view code) {
          return given.contains(code);
        }};
    for (const catalog::CheckedRule& rule : checked_.rules.rules) {
      if (interpret::evaluate(rule.rule, row, context) == interpret::Truth::kTrue) {
        given.insert(rule.name);
      }
    }
    TestResult result{.test = &test, .tags = {given.begin(), given.end()}};
    if (!result.passed()) {
      result.reasons = reasons_of(result, row, context);
    }
    return result;
  }

  explain::UserReasons reasons_of(const TestResult& result, const interpret::Row& row,
                                  const interpret::Context& context) const {
    std::vector<std::string> differing;
    std::ranges::set_symmetric_difference(result.tags, result.test->tags,
                                          std::back_inserter(differing));
    explain::UserReasons reasons{.user_id = std::get<std::string>(row.at(column::kKeyColumn)),
                                 .as_of = context.as_of};
    for (const auto& [id, code] : code_of_) {
      if (std::ranges::find(differing, code) == differing.end()) {
        continue;
      }
      explain::TagReason tag{.tag_id = id,
                             .has = std::ranges::find(result.tags, code) != result.tags.end()};
      for (const catalog::CheckedRule& rule : checked_.rules.rules) {
        if (rule.tag_id == id) {
          tag.rules.push_back({.name = rule.name,
                               .tree = interpret::explain(rule.rule, row, context),
                               .nearest_miss = interpret::nearest_miss(rule.rule, row, context)});
        }
      }
      reasons.tags.push_back(std::move(tag));
    }
    return reasons;
  }

  const Project& project_;
  const catalog::CheckedCatalog& checked_;
  const column::Schema& schema_;
  const rule::CheckOptions& options_;
  std::map<std::int32_t, std::string> code_of_;
  std::set<std::string> refused_;
  std::set<std::string> without_rules_;
  bool needs_day_ = false;
  TestRun run_;
};

}  // namespace

TestRun run_tests(const Project& project, const catalog::CheckedCatalog& checked,
                  const column::Schema& schema, const rule::CheckOptions& options) {
  Tests tests(project, checked, schema, options);
  for (const RuleTest& test : project.tests) {
    tests.add(test);
  }
  return tests.take();
}

}  // namespace tagsmith::project
