#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/relation_internal.h"
#include "adapters/duckdb/source_internal.h"
#include "base/json.h"
#include "base/problem.h"
#include "base/words.h"
#include "files/folder.h"

namespace tagsmith::duckdb {
namespace {

using base::Error;
using base::Json;
using base::Result;
using base::Status;
using dataset::TableSource;

Error refused(std::string message, std::string hint) {
  return broken(std::move(message), {}, std::move(hint));
}

constexpr std::string_view kNameTheFile =
    "write from 'FILE.csv' or from 'FILE.jsonl', which are read strictly, or say all that "
    "read_csv() or read_json() would guess: auto_detect = false, columns = {'user_id': 'VARCHAR', "
    "...}";

// --- The syntax tree ----------------------------------------------------------------------------

std::string text_of(const Json& node, std::string_view key) {
  const Json* value = node.find(key);
  return value != nullptr && value->text() != nullptr ? *value->text() : std::string();
}

std::optional<size_t> offset_of(const Json& node) {
  const Json* value = node.find("query_location");
  if (value == nullptr || value->number() == nullptr) {
    return std::nullopt;
  }
  const std::string& digits = value->number()->text;
  size_t offset = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), offset);
  return read.ec == std::errc() ? std::optional(offset) : std::nullopt;
}

// What of a statement reads files, or may.
struct Mentions {
  std::vector<const Json*> tables;     // BASE_TABLE: named after FROM
  std::vector<const Json*> functions;  // of TABLE_FUNCTION
  std::vector<std::string> own_names;  // those that WITH defines, in lower case
};

// NOLINTNEXTLINE(misc-no-recursion): parse_json limits the depth.
void collect(const Json& node, Mentions& out) {
  if (node.list() != nullptr) {
    for (const Json& element : *node.list()) {
      collect(element, out);
    }
  }
  if (node.object() == nullptr) {
    return;
  }
  const std::string type = text_of(node, "type");
  if (type == "BASE_TABLE") {
    out.tables.push_back(&node);
  } else if (const Json* function = node.find("function");
             type == "TABLE_FUNCTION" && function != nullptr) {
    out.functions.push_back(function);
  }
  if (const Json* with = node.find("cte_map"); with != nullptr) {
    const Json* map = with->find("map");
    for (const Json& entry :
         map != nullptr && map->list() != nullptr ? *map->list() : Json::List()) {
      out.own_names.push_back(base::lower(text_of(entry, "key")));
    }
  }
  for (const auto& [key, member] : *node.object()) {
    collect(member, out);
  }
}

// The statement as DuckDB understands it.
Result<Json> syntax_tree(Connection& connection, const std::string& select) {
  const std::array<std::string_view, 1> parameters{select};
  const auto rows = TAGSMITH_TRY(connection.texts(
      "SELECT CAST(json_serialize_sql(CAST($1 AS VARCHAR)) AS VARCHAR)", parameters));
  auto tree = base::parse_json(rows.at(0).at(0).value_or(""));
  const Json* failed = tree ? tree->find("error") : nullptr;
  if (failed != nullptr && failed->boolean() != nullptr && !*failed->boolean()) {
    return std::move(tree).value();
  }
  TAGSMITH_TRY(connection.names_of_select(select));  // says what is wrong with it
  return refused("a SELECT whose parts cannot be seen",
                 "nest it less deeply, and leave away what is no part of a plain SELECT");
}

// --- Functions that read files ------------------------------------------------------------------

// A constant that is plainly a boolean.
std::optional<bool> boolean_of(const Json* node) {
  if (node != nullptr && text_of(*node, "class") == "CAST") {
    node = node->find("child");  // true is written CAST('t' AS BOOLEAN)
  }
  const Json* value = node != nullptr ? node->find("value") : nullptr;
  const std::string text = value != nullptr ? base::lower(text_of(*value, "value")) : std::string();
  if (text == "t" || text == "true") {
    return true;
  }
  return text == "f" || text == "false" ? std::optional(false) : std::nullopt;
}

struct Option {
  std::string name;  // in lower case
  const Json* value = nullptr;
};

// The argument `name = value`, `name := value` or `name => value`; no name for another.
Option option_of(const Json& argument) {
  const Json* left = argument.find("left");
  const Json* names = left != nullptr ? left->find("column_names") : nullptr;
  if (text_of(argument, "type") == "COMPARE_EQUAL" && names != nullptr &&
      names->list() != nullptr && names->list()->size() == 1 &&
      names->list()->front().text() != nullptr) {
    return {.name = base::lower(*names->list()->front().text()), .value = argument.find("right")};
  }
  return {.name = base::lower(text_of(argument, "alias")), .value = &argument};
}

// Readers that guess a file's form from its first lines: then a quote that does not end makes a
// file without quotes. They guess nothing when everything is said.
constexpr std::array<std::string_view, 7> kGuessing{
    "read_csv",         "read_csv_auto",         "read_json", "read_json_auto", "read_ndjson",
    "read_ndjson_auto", "read_json_objects_auto"};
constexpr std::array<std::string_view, 2> kWholeObjects{"read_json_objects", "read_ndjson_objects"};

// Options that pass over what does not fit, and the values with which they do not.
struct Strictness {
  std::string_view option;
  bool strict;
};
constexpr std::array kStrictness{
    Strictness{"ignore_errors", false}, Strictness{"null_padding", false},
    Strictness{"store_rejects", false}, Strictness{"strict_mode", true}};

Status check_function(const Json& function) {
  const std::string name = base::lower(text_of(function, "function_name"));
  if (name == "query") {
    return refused("a SELECT that runs a text as another",
                   "write the inner SELECT in parentheses in its place");
  }
  const bool guesses = std::ranges::find(kGuessing, name) != kGuessing.end();
  if (!guesses && std::ranges::find(kWholeObjects, name) == kWholeObjects.end()) {
    return {};
  }
  bool all_is_said = false;
  const Json* arguments = function.find("children");
  if (arguments == nullptr || arguments->list() == nullptr) {
    return refused("a call of " + name + "() whose arguments cannot be seen",
                   std::string(kNameTheFile));
  }
  for (const Json& argument : *arguments->list()) {
    const Option option = option_of(argument);
    if (option.name == "auto_detect") {
      all_is_said = boolean_of(option.value) == false;
    }
    const auto strictness = std::ranges::find(kStrictness, option.name, &Strictness::option);
    if (option.name.starts_with("rejects_") ||
        (strictness != kStrictness.end() && boolean_of(option.value) != strictness->strict)) {
      return refused(
          fmt::format("{}() with {}, which passes over what does not fit", name, option.name),
          fmt::format("leave {} away: a line that does not fit ends the run, and is to be "
                      "mended in the file",
                      option.name));
    }
  }
  if (guesses && !all_is_said) {
    return refused(name + "() that guesses what the file holds", std::string(kNameTheFile));
  }
  return {};
}

// --- Files named after FROM ---------------------------------------------------------------------

// A text to put in the place of the name of a file.
struct Replacement {
  size_t offset = 0;
  size_t length = 0;
  std::string text;
};

// What stands in place of a file: its columns as a table of the file has them.
Result<std::string> strict_file(Connection& connection, const std::string& path,
                                TableSource::Format format, const TableSource& select) {
  // The key of a CSV would stay text, and whether all its values are integers would be lost.
  TableSource source{.name = select.name,
                     .format = format,
                     .key = format == TableSource::Format::kCsv ? std::string() : select.key};
  auto matching = files::matching_paths(path);
  if (!matching && matching.error().code != base::ErrorCode::kNotFound) {
    return std::move(matching).error();
  }
  if (!matching || matching->empty()) {
    Error error = refused("no file " + base::quote(path, path.size()),
                          "paths are relative to the working directory");
    error.code = base::ErrorCode::kNotFound;
    error.path = path;
    return error;
  }
  source.files = std::move(matching).value();
  Result<Found> found = format == TableSource::Format::kCsv ? find_csv(connection, source)
                                                            : find_json(connection, source);
  if (!found) {
    return error_in(std::move(found).error(), source);
  }
  std::string columns;
  for (const Foreign& column : found->columns) {
    columns += (columns.empty() ? "" : ", ") + column.expression + " AS " + quote_name(column.name);
  }
  return fmt::format("(SELECT {} FROM {} AS source)", columns, found->from);
}

// The name as it is written: 'a.csv', "a.csv" or a.csv. Nothing for other ways.
std::optional<size_t> length_of_name(std::string_view select, size_t offset,
                                     const std::string& name) {
  if (offset <= select.size()) {
    for (const std::string& written : {quote_text(name), quote_name(name), name}) {
      if (select.substr(offset).starts_with(written)) {
        return written.size();
      }
    }
  }
  return std::nullopt;
}

std::optional<TableSource::Format> text_format_of(std::string_view name) {
  if (name.ends_with(".csv")) {
    return TableSource::Format::kCsv;
  }
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) {
    return TableSource::Format::kJsonLines;
  }
  return std::nullopt;
}

// Whether DuckDB may take the name for that of a file of text: a.tsv, a.json, a.csv.gz.
bool is_guessed(std::string_view name) {
  return std::ranges::any_of(
      std::array<std::string_view, 4>{".csv", ".tsv", ".json", ".ndjson"},
      [&](std::string_view ending) { return name.find(ending) != std::string_view::npos; });
}

// The name of a file after FROM, if it is one: a.csv without quotes is a table in a schema.
std::string name_of_table(const Json& table) {
  std::string name;
  for (const std::string_view part : {"catalog_name", "schema_name", "table_name"}) {
    const std::string text = text_of(table, part);
    name += (name.empty() || text.empty() ? "" : ".") + text;
  }
  return name;
}

Result<std::vector<Replacement>> replacements(Connection& connection, const TableSource& source,
                                              const Mentions& mentions) {
  std::map<std::string, std::string> known;
  std::vector<Replacement> out;
  for (const Json* table : mentions.tables) {
    const std::string name = name_of_table(*table);
    const std::string lowered = base::lower(name);
    if (std::ranges::find(mentions.own_names, lowered) != mentions.own_names.end()) {
      continue;
    }
    const auto format = text_format_of(lowered);
    if (!format) {
      if (is_guessed(lowered)) {
        return refused("the form of " + base::quote(name) + " would be guessed",
                       std::string(kNameTheFile));
      }
      continue;
    }
    const auto offset = offset_of(*table);
    const auto length = offset ? length_of_name(source.select, *offset, name) : std::nullopt;
    if (!length) {
      return refused("the file " + base::quote(name) + " in an unusual notation",
                     "write it after FROM in single quotes: from 'folder/file.csv'");
    }
    if (!known.contains(name)) {
      known[name] = TAGSMITH_TRY(strict_file(connection, name, *format, source));
    }
    std::string text = known[name];
    if (text_of(*table, "alias").empty()) {
      text += " AS " + quote_name(std::filesystem::path(name).stem().string());
    }
    out.push_back({.offset = *offset, .length = *length, .text = std::move(text)});
  }
  return out;
}

// The same SELECT with a strict reading in the place of each CSV or JSON lines file.
Result<std::string> with_strict_files(Connection& connection, const TableSource& source) {
  const Json tree = TAGSMITH_TRY(syntax_tree(connection, source.select));
  Mentions mentions;
  collect(tree, mentions);
  for (const Json* function : mentions.functions) {
    TAGSMITH_TRY(check_function(*function));
  }
  std::vector<Replacement> places = TAGSMITH_TRY(replacements(connection, source, mentions));
  // One place may be in the tree twice; the last comes first, so that offsets stay right.
  std::ranges::sort(places, std::ranges::greater(), &Replacement::offset);
  const auto repeated = std::ranges::unique(places, {}, &Replacement::offset);
  places.erase(repeated.begin(), repeated.end());
  std::string out = source.select;
  for (const Replacement& place : places) {
    out.replace(place.offset, place.length, place.text);
  }
  return out;
}

// --- The plan -----------------------------------------------------------------------------------

// Whether an operator of the plan is a call of a function whose name starts so. Quotes of foreign
// texts are escaped in the plan: only an operator can look like this.
bool calls(std::string_view plan, std::string_view function) {
  return plan.find(fmt::format(R"("Function": "{})", function)) != std::string_view::npos;
}

// Some functions write logs or profiles to any file, or change settings that are locked. They act
// when they run, so the plan shows them in time; of a serialized statement it shows nothing. It
// also shows what the syntax does not: a file that DuckDB reads under a name of its own choice.
Status check_only_reads(Connection& connection, const std::string& from) {
  static constexpr std::array<std::string_view, 6> kActing{"ENABLE_",
                                                           "DISABLE_",
                                                           "CHECKPOINT\"",
                                                           "FORCE_CHECKPOINT\"",
                                                           "TRUNCATE_DUCKDB_LOGS\"",
                                                           "JSON_EXECUTE_SERIALIZED_SQL\""};
  static constexpr std::array<std::string_view, 4> kGuessed{
      "READ_CSV_AUTO\"", "READ_JSON_AUTO\"", "READ_NDJSON_AUTO\"", "READ_JSON_OBJECTS_AUTO\""};
  const auto rows = TAGSMITH_TRY(connection.texts("EXPLAIN (FORMAT json) SELECT * FROM " + from));
  for (const TextRow& row : rows) {
    const auto in_plan = [&](std::string_view function) { return calls(*row.back(), function); };
    if (std::ranges::any_of(kActing, in_plan)) {
      return refused("a SELECT that does more than read",
                     "functions that write logs or change settings are not called here");
    }
    if (std::ranges::any_of(kGuessed, in_plan)) {
      return refused("a file whose form would be guessed", std::string(kNameTheFile));
    }
  }
  return {};
}

}  // namespace

Result<Found> find_select(Connection& connection, const TableSource& source) {
  const std::string select = TAGSMITH_TRY(with_strict_files(connection, source));
  const std::vector<std::string> names = TAGSMITH_TRY(connection.names_of_select(select));
  TAGSMITH_TRY(check_names(names, source.name));
  // A literal: whatever the text holds, it cannot end the statement around it.
  Found found{.from = "query(" + quote_text(select) + ")"};
  TAGSMITH_TRY(check_only_reads(connection, found.from));
  found.columns = TAGSMITH_TRY(describe(connection, found.from));
  return found;
}

}  // namespace tagsmith::duckdb
