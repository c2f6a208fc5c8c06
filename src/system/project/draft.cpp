#include "project/draft.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.h"
#include "base/words.h"
#include "column/type.h"
#include "rule/expression.h"
#include "rule/printer.h"

namespace tagsmith::project {
namespace {

using column::Column;
using column::TypeKind;

constexpr size_t kWidth = 100;  // of a comment

// A scalar of YAML that every version reads as this text.
std::string yaml_text(const std::string& text) {
  const bool starts_plain = !text.empty() && (base::is_name_start(text.front()) ||
                                              text.front() == '/' || text.starts_with("../"));
  const bool is_plain = starts_plain && std::ranges::all_of(text, [](char c) {
                          return base::is_name_part(c) || c == '/' || c == '.' || c == '-';
                        });
  constexpr std::array<std::string_view, 9> kWords = {"yes", "no",   "on",    "off", "y",
                                                      "n",   "true", "false", "null"};
  const bool is_word = std::ranges::find(kWords, base::lower(text)) != kWords.end();
  return is_plain && !is_word ? text : base::json_quoted(text);
}

// The text with its control characters escaped, for a comment.
std::string on_one_line(std::string_view text) {
  const bool has_control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
  return has_control ? base::json_quoted(text) : std::string(text);
}

// Words as lines of a comment.
std::string comment(size_t indent, std::string_view text) {
  const std::string start = std::string(indent, ' ') + "#";
  std::string out;
  std::string line = start;
  const std::string words = on_one_line(text);
  for (size_t at = 0; at < words.size();) {
    const size_t end = std::min(words.find(' ', at), words.size());
    const std::string word = words.substr(at, end - at);
    if (line.size() + 1 + word.size() > kWidth && line != start) {
      out += line + "\n";
      line = start;
    }
    line += " " + word;
    at = end + 1;
  }
  return out + line + "\n";
}

std::string list_of_columns(const std::vector<Column>& columns) {
  std::string text = "Columns:";
  for (const Column& column : columns) {
    const std::string name = on_one_line(column.name);
    text += fmt::format(" {} {}{}", base::is_identifier(name) ? name : base::in_quotes(name, '"'),
                        column::to_string(column.type), &column == &columns.back() ? "." : ",");
  }
  return columns.empty() ? "No columns but the key." : text;
}

// A text of several lines, indented; in quotes where a character could not stand so.
std::string block_text(size_t indent, const std::string& text) {
  const bool needs_quotes = std::ranges::any_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\n') || c == '\x7f';
  });
  if (needs_quotes) {
    return base::json_quoted(text) + "\n";
  }
  std::string out = "|\n";
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    out += std::string(indent, ' ') + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return out;
}

std::string table_text(const DraftTable& table, const std::string& key) {
  const Dataset& dataset = table.dataset;
  std::string out = fmt::format("  {}:\n", full_name(dataset));
  for (const std::string& remark : table.remarks) {
    out += comment(4, remark);
  }
  out += comment(4, list_of_columns(table.columns));
  if (!dataset.path.empty()) {
    out += fmt::format("    path: {}\n", yaml_text(dataset.path));
  }
  if (dataset.partition) {
    const Partition& partition = *dataset.partition;
    out += fmt::format("    partition: {{ column: {}, format: {}{} }}\n",
                       yaml_text(partition.column), base::json_quoted(partition.format),
                       partition.ready.empty() ? "" : ", ready: " + yaml_text(partition.ready));
  }
  if (!dataset.sql.empty()) {
    out += "    sql: " + block_text(6, dataset.sql);
  }
  if (dataset.key != key) {
    out += fmt::format("    key: {}\n", yaml_text(dataset.key));
  }
  return out;
}

// A name in SQL; without quotes it could be one of its words.
std::string sql_name(const std::string& name) { return base::in_quotes(name, '"'); }

// --- An example of a rule -----------------------------------------------------------------------

struct Example {
  std::string rule;
  std::string cell;  // a value of the column for which the rule is true, as YAML
};

bool is_number(const column::Type& type) {
  return type.kind == TypeKind::kInt || type.kind == TypeKind::kDecimal ||
         type.kind == TypeKind::kDouble || type.kind == TypeKind::kFloat;
}

rule::Literal literal_of(const DraftExample& example) {
  if (is_number(example.column.type)) {
    return rule::NumberLiteral{example.value};
  }
  switch (example.column.type.kind) {
    case TypeKind::kBoolean:
      return example.value == "true";
    case TypeKind::kDate:
      return rule::DayLiteral{example.value};
    case TypeKind::kTimestamp:
      return rule::TimeLiteral{example.value};
    default:
      return rule::TextLiteral{example.value};
  }
}

Example example_of(const DraftExample& example) {
  const TypeKind kind = example.column.type.kind;
  const bool is_ordered =
      is_number(example.column.type) || kind == TypeKind::kDate || kind == TypeKind::kTimestamp;
  rule::Condition condition;
  condition.subject.name = {example.database, example.table, example.column.name};
  condition.op = is_ordered ? rule::Operator::kGreaterEqual : rule::Operator::kEqual;
  condition.arguments = {.form = rule::Arguments::Form::kScalar,
                         .list = {{.literal = literal_of(example)}}};
  return {.rule = rule::print(rule::Expression{condition}),
          .cell = kind == TypeKind::kText ? base::json_quoted(example.value) : example.value};
}

// The name of a column as a key of a map: "users.age".
std::string cell_name(const DraftExample& example) {
  const std::string database = example.database.empty() ? "" : example.database + ".";
  return yaml_text(database + example.table + "." + example.column.name);
}

std::string as_comment(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    out += fmt::format("# {}\n", text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

}  // namespace

std::string settings_text(const Draft& draft) {
  std::string out = "# yaml-language-server: $schema=schema/tagsmith.json\n";
  out += fmt::format("project: {}\n\n", yaml_text(draft.name));
  out += "# The zone of timestamps that carry one, and of the day that a run takes for today.\n";
  out += fmt::format("timezone: {}\n\n", yaml_text(draft.zone));
  out +=
      "# The column that says who the user is; a table that calls it otherwise has its own key.\n";
  out += fmt::format("key: {}\n\n", yaml_text(draft.key));
  out += "# Paths count from this folder.\ndatasets:\n";
  for (const DraftTable& table : draft.tables) {
    out += table_text(table, draft.key);
  }
  if (!draft.left_out.empty()) {
    out += "\n# Left out:\n";
    for (const std::string& left_out : draft.left_out) {
      out += comment(0, "- " + left_out);
    }
  }
  out +=
      "\n# Users, their tags and the evidence of each: a file of SQLite, made by the first run.\n";
  return out + "store: sqlite:tags.db\n";
}

std::string tags_text(const Draft& draft) {
  std::string out =
      "# yaml-language-server: $schema=../schema/tags.json\n"
      "# Tags, each with a rule over the columns of the tables: docs/guide.md says what rules can "
      "say.\n"
      "# The lines below are an example: take away the \"# \" in front of them.\n\n";
  std::string tags =
      "categories:\n"
      "  - { code: first, name: { en: First tags, zh: 首批标签 } }\n"
      "tags:\n"
      "  - id: 1\n"
      "    code: example\n"
      "    name: { en: example, zh: 示例 }\n"
      "    category: first\n";
  if (draft.example) {
    tags += fmt::format("    when: {}\n", base::json_quoted(example_of(*draft.example).rule));
  } else {
    tags += "    grant_days: 30 # without a rule: only `tagsmith grant` gives it\n";
  }
  return out + as_comment(tags);
}

std::string tests_text(const Draft& draft) {
  std::string out =
      "# yaml-language-server: $schema=../schema/tests.json\n"
      "# Users with cells, and all tags that the rules must give them; cells that are not named "
      "are "
      "null.\n"
      "# The lines below are an example, of the one in tags/.\n\n";
  std::string tests = "tests:\n";
  if (draft.example) {
    tests += fmt::format(
        "  - name: who has the value of the rule\n"
        "    user: {{ {0}: {1} }}\n"
        "    tags: [ example ]\n"
        "  - name: of whom nothing is known\n"
        "    user: {{ {0}: null }}\n"
        "    tags: [ ]\n",
        cell_name(*draft.example), example_of(*draft.example).cell);
  } else {
    tests += "  - { name: of whom nothing is known, user: { }, tags: [ ] }\n";
  }
  return out + as_comment(tests);
}

std::string identifier_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (base::is_name_part(c) && c != '_') {
      out += c;
    } else if (!out.empty() && !out.ends_with('_')) {
      out += '_';
    }
  }
  while (out.ends_with('_')) {
    out.pop_back();
  }
  return !out.empty() && base::is_digit(out.front()) ? "t" + out : out;
}

std::string select_text(const SelectDraft& select) {
  const std::string name = sql_name(select.key);
  const std::string key = select.key_as_text ? fmt::format("{}::varchar as {}", name, name) : name;
  const std::string from = "from " + base::in_quotes(select.file, '\'') + "\n";
  if (select.one_row_a_user) {
    const std::string replaced = select.key_as_text ? " replace (" + key + ")" : "";
    return "select *" + replaced + "\n" + from;
  }
  std::vector<std::string> outputs = {key, "count(*) as rows_of_user"};
  for (const Column& column : select.columns) {
    const std::string cell = sql_name(column.name);
    switch (column.type.kind) {
      case TypeKind::kInt:
      case TypeKind::kDecimal:
        outputs.push_back(fmt::format("sum({}) as {}", cell, sql_name("sum_" + column.name)));
        break;
      case TypeKind::kDouble:  // a sum would depend on the order of the rows
      case TypeKind::kFloat:
        outputs.push_back(fmt::format("max({}) as {}", cell, sql_name("max_" + column.name)));
        break;
      case TypeKind::kDate:
      case TypeKind::kTimestamp:
        outputs.push_back(fmt::format("min({0}) as {1}, max({0}) as {2}", cell,
                                      sql_name("first_" + column.name),
                                      sql_name("last_" + column.name)));
        break;
      default:
        break;  // what of several texts is meant nobody can tell
    }
  }
  return fmt::format("select {}\n{}group by 1\n", fmt::join(outputs, ",\n       "), from);
}

}  // namespace tagsmith::project
