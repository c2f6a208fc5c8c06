#include "app/truth_tables.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "column/days.h"
#include "interpret/interpret.h"
#include "rule/check.h"
#include "rule/operator.h"
#include "rule/parser.h"

namespace tagsmith::app {
namespace {

using column::Value;
using interpret::Truth;
using rule::ConditionType;

constexpr column::ColumnId kCell{.table = 0, .column = 0};
constexpr column::ColumnId kOther{.table = 0, .column = 1};

// A cell of the tables, and how its heading shows it.
struct Cell {
  Value value;
  std::string_view shown;
};

// The cells and the values that the operators of one type are shown with.
struct TypeExample {
  ConditionType type;
  column::TypeKind column = column::TypeKind::kText;
  std::string_view scalar;  // as JSON
  std::string_view list;
  std::string_view range;
  std::vector<Cell> cells;
};

std::vector<TypeExample> type_examples() {
  const auto text = [](const char* cell) { return Value(std::string(cell)); };
  const Value null;
  return {{.type = ConditionType::kNumber,
           .scalar = "3",
           .list = "[3, 4]",
           .range = "[1, 5]",
           .cells = {{text("3"), "3"}, {text("9"), "9"}, {null, "null"}, {text("n/a"), "'n/a'"}}},
          {.type = ConditionType::kString,
           .scalar = "\"Rome\"",
           .list = "[\"Rome\", \"Bern\"]",
           .range = "",
           .cells = {{text("Rome"), "'Rome'"}, {text("Oslo"), "'Oslo'"}, {null, "null"}}},
          {.type = ConditionType::kEnum,
           .scalar = "\"Rome\"",
           .list = "[\"Rome\", \"Bern\"]",
           .range = "",
           .cells = {{text("Rome"), "'Rome'"}, {text("Oslo"), "'Oslo'"}, {null, "null"}}},
          {.type = ConditionType::kDate,
           .scalar = "\"2025-11-22\"",
           .list = "[\"2025-11-22\"]",
           .range = "[\"2025-11-01\", \"2025-11-30\"]",
           .cells = {{text("2025-11-22"), "2025-11-22"},
                     {text("2024-01-01"), "2024-01-01"},
                     {null, "null"},
                     {text("soon"), "'soon'"}}},
          {.type = ConditionType::kBoolean,
           .scalar = "true",
           .list = "",
           .range = "",
           .cells = {{text("yes"), "'yes'"},
                     {text("no"), "'no'"},
                     {null, "null"},
                     {text("maybe"), "'maybe'"}}},
          {.type = ConditionType::kList,
           .column = column::TypeKind::kTextList,
           .scalar = "",
           .list = "[\"BTC\"]",
           .range = "",
           .cells = {{column::TextList{"BTC"}, "['BTC']"},
                     {column::TextList{"ETH"}, "['ETH']"},
                     {null, "null"},
                     {column::TextList{"ETH", std::nullopt}, "['ETH', null]"},
                     {column::TextList{}, "[]"}}}};
}

std::string_view value_of(const rule::OperatorRow& row, const TypeExample& example) {
  switch (row.op) {
    case rule::Operator::kRecentDays:
    case rule::Operator::kDaysAgo:
      return "30";
    case rule::Operator::kDaysAgoBetween:
      return "[0, 30]";
    default:
      break;
  }
  switch (row.shape) {
    case rule::ValueShape::kIgnored:
      return "";
    case rule::ValueShape::kScalar:
      return example.scalar;
    case rule::ValueShape::kList:
    case rule::ValueShape::kListOrScalar:
      return example.list;
    case rule::ValueShape::kRange:
      break;
  }
  return example.range;
}

column::Schema schema_of(column::TypeKind kind) {
  return {.tables = {{.database = "",
                      .name = "t",
                      .columns = {{"a", {.kind = kind}}, {"b", {.kind = kind}}}}}};
}

// What the interpreter says; the rule is one of this file, so it checks.
Truth truth_of(const std::string& source, const column::Schema& schema, const interpret::Row& row) {
  const std::int32_t as_of = column::day_of(column::read_moment("2025-11-22")->micros);
  const auto parsed = rule::parse_source(source);
  TAGSMITH_ASSERT(parsed.has_value());
  const auto typed = rule::check(*parsed, schema, {.search = {}, .as_of = as_of});
  TAGSMITH_ASSERT(typed.has_value());
  return interpret::evaluate(*typed, row, {.schema = &schema, .as_of = as_of, .has_tag = {}});
}

std::string_view word_of(Truth truth) {
  switch (truth) {
    case Truth::kTrue:
      return "TRUE";
    case Truth::kFalse:
      return "FALSE";
    case Truth::kUnknown:
      break;
  }
  return "UNKNOWN";
}

std::string line_of(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) {
    line += " " + cell + " |";
  }
  return line + "\n";
}

std::string heading_of(const std::vector<std::string>& cells) {
  return line_of(cells) + line_of(std::vector<std::string>(cells.size(), "---"));
}

constexpr std::array kTruths = {Truth::kTrue, Truth::kUnknown, Truth::kFalse};

Value cell_with(Truth truth) {
  return truth == Truth::kUnknown ? Value() : Value(truth == Truth::kTrue);
}

// A table of `a = true and b = true`, or with or, over all truths of the two.
std::string table_of_two(std::string_view word) {
  const column::Schema schema = schema_of(column::TypeKind::kBoolean);
  std::vector<std::string> heading{std::string(word)};
  for (const Truth right : kTruths) {
    heading.emplace_back(word_of(right));
  }
  std::string out = heading_of(heading);
  for (const Truth left : kTruths) {
    std::vector<std::string> line{fmt::format("**{}**", word_of(left))};
    for (const Truth right : kTruths) {
      line.emplace_back(word_of(truth_of(fmt::format("a = true {} b = true", word), schema,
                                         {{kCell, cell_with(left)}, {kOther, cell_with(right)}})));
    }
    out += line_of(line);
  }
  return out;
}

std::string table_of_not() {
  const column::Schema schema = schema_of(column::TypeKind::kBoolean);
  std::string out = heading_of({"", "not"});
  for (const Truth truth : kTruths) {
    out += line_of(
        {fmt::format("**{}**", word_of(truth)),
         std::string(word_of(truth_of("not a = true", schema, {{kCell, cell_with(truth)}})))});
  }
  return out;
}

std::string table_of_type(const TypeExample& example) {
  const column::Schema schema = schema_of(example.column);
  std::vector<std::string> heading = {"operator", "value"};
  for (const Cell& cell : example.cells) {
    heading.push_back(fmt::format("`{}`", cell.shown));
  }
  std::string out = heading_of(heading);
  for (const rule::OperatorRow& row : rule::operator_table()) {
    if (!rule::has_operator(example.type, row.op)) {
      continue;
    }
    const std::string_view value = value_of(row, example);
    const std::string source =
        fmt::format(R"({{"conditions":[{{"field":"a","operator":{},"type":"{}"{}{}}}]}})",
                    base::json_quoted(row.name), rule::name_of(example.type),
                    value.empty() ? "" : ",\"value\":", value);
    std::vector<std::string> line = {fmt::format("`{}`", row.name),
                                     value.empty() ? "" : fmt::format("`{}`", value)};
    for (const Cell& cell : example.cells) {
      line.emplace_back(word_of(truth_of(source, schema, {{kCell, cell.value}})));
    }
    out += line_of(line);
  }
  return out;
}

}  // namespace

std::string truth_tables() {
  std::string out = R"(# Truth tables

Written by `tagsmith reference truth-tables`: every answer is the interpreter's. A tag is given on TRUE alone. What is
behind them is [what a rule means](semantics.md).

## and, or, not

)";
  out += table_of_two("and") + "\n" + table_of_two("or") + "\n" + table_of_not();
  for (const TypeExample& example : type_examples()) {
    out += fmt::format("\n## Operators on {}\n\n", rule::name_of(example.type));
    if (example.type == ConditionType::kDate) {
      out += "As of 2025-11-22.\n\n";
    }
    out += table_of_type(example);
  }
  return out;
}

}  // namespace tagsmith::app
