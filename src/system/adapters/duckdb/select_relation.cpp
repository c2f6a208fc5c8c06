#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/relation_internal.h"
#include "adapters/duckdb/select_internal.h"
#include "adapters/duckdb/source_internal.h"
#include "base/json.h"
#include "base/language.h"
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

// A text to put in the place of the name of a file.
struct Replacement {
  size_t offset = 0;
  size_t length = 0;
  std::string text;
};

// What of a SELECT gives way to a strict reading, and every file that it reads.
struct StrictReading {
  std::vector<Replacement> places;
  std::optional<std::vector<std::string>> files = std::vector<std::string>();  // nothing: unknown

  void reads(const std::vector<std::string>& more) {
    if (files) {
      files->insert(files->end(), more.begin(), more.end());
    }
  }
  void reads_unknown() { files.reset(); }
};

// --- Files named after FROM ---------------------------------------------------------------------

// The files that a name or a pattern stands for, of which there is at least one.
Result<std::vector<std::string>> files_named(const std::string& pattern) {
  auto matching = files::matching_paths(pattern);
  if (!matching && matching.error().code != base::ErrorCode::kNotFound) {
    return std::move(matching).error();
  }
  if (!matching || matching->empty()) {
    Error error = refused(base::message("no file {}", base::quote(pattern, pattern.size())),
                          base::tr("paths are relative to the working directory"));
    error.code = base::ErrorCode::kNotFound;
    error.path = pattern;
    return error;
  }
  return matching;
}

Result<std::string> strict_text(Connection& connection, const TableSource& source,
                                const CsvReading& reading) {
  const Found found = TAGSMITH_TRY(source.format == TableSource::Format::kJsonLines
                                       ? find_json(connection, source)
                                       : find_csv(connection, source, reading));
  std::string columns;
  for (const Foreign& column : found.columns) {
    columns += (columns.empty() ? "" : ", ") + column.expression + " AS " + quote_name(column.name);
  }
  return fmt::format("(SELECT {} FROM {} AS source)", columns, found.from);
}

// INT96 is a moment, which DuckDB takes for local time. It misreads long decimals: whoever reads
// one gets an error, and the type is one that no rule reads.
std::string mended(const Foreign& column) {
  if (column.type == kInt96) {
    return fmt::format("timezone('UTC', {})", column_expression(column.name));
  }
  const std::string type = base::lower(column.type);
  const std::string message = fmt::format("column {} is {}, and no more than {} digits can be read",
                                          base::quote(column.name), type, kDecimalDigitsMax);
  return fmt::format("struct_pack({} := error({}))", quote_name(type), quote_text(message));
}

bool needs_mending(const Foreign& column) {
  return column.type == kInt96 || is_too_wide(column.type);
}

Result<std::string> strict_parquet(Connection& connection, const TableSource& source) {
  std::string from = "read_parquet(" + list_of_files(source) + ")";
  std::string replaced;
  for (const Foreign& column : TAGSMITH_TRY(find_parquet(connection, source)).columns) {
    if (needs_mending(column)) {
      replaced += fmt::format("{}{} AS {}", replaced.empty() ? "" : ", ", mended(column),
                              quote_name(column.name));
    }
  }
  return replaced.empty()
             ? from
             : fmt::format("(SELECT * REPLACE ({}) FROM {} AS source)", replaced, from);
}

// What stands in place of a file: its columns as a table of the file has them.
Result<std::string> strict_file(Connection& connection, const std::string& path,
                                TableSource::Format format, const TableSource& select,
                                StrictReading& out) {
  // The key of a CSV would stay text, and whether all its values are integers would be lost.
  const TableSource source{
      .name = select.name,
      .format = format,
      .files = TAGSMITH_TRY(files_named(path)),
      .key = format == TableSource::Format::kCsv || format == TableSource::Format::kTsv
                 ? std::string()
                 : select.key};
  out.reads(source.files);
  Result<std::string> text = format == TableSource::Format::kParquet
                                 ? strict_parquet(connection, source)
                                 : strict_text(connection, source, reading_of(format));
  if (!text) {
    return error_in(std::move(text).error(), source);
  }
  return text;
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

std::optional<TableSource::Format> format_of(std::string_view name) {
  if (name.ends_with(".csv")) {
    return TableSource::Format::kCsv;
  }
  if (name.ends_with(".tsv")) {
    return TableSource::Format::kTsv;
  }
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) {
    return TableSource::Format::kJsonLines;
  }
  if (name.ends_with(".parquet")) {
    return TableSource::Format::kParquet;
  }
  return std::nullopt;
}

// Whether only DuckDB's own reading of it says that there are no remote files.
bool is_remote(std::string_view name) {
  return name.find("://") != std::string_view::npos && !name.starts_with("file:");
}

// Whether DuckDB may take the name for that of a file of text: a.json, a.csv.gz.
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

Status replace_names(Connection& connection, const TableSource& source, const Mentions& mentions,
                     StrictReading& out) {
  std::map<std::string, std::string> known;
  for (const Json* table : mentions.tables) {
    const std::string name = name_of_table(*table);
    const std::string lowered = base::lower(name);
    if (std::ranges::find(mentions.own_names, lowered) != mentions.own_names.end()) {
      continue;
    }
    const auto format = is_remote(lowered) ? std::nullopt : format_of(lowered);
    if (!format) {
      if (!is_remote(lowered) && is_guessed(lowered)) {
        return refused(base::message("the form of {} would be guessed", base::quote(name)),
                       base::tr(kNameTheFile));
      }
      out.reads_unknown();
      continue;
    }
    const auto offset = offset_of(*table);
    const auto length = offset ? length_of_name(source.select, *offset, name) : std::nullopt;
    if (!length) {
      return refused(base::message("the file {} in an unusual notation", base::quote(name)),
                     base::tr("write it after FROM in single quotes: from 'folder/file.csv'"));
    }
    if (!known.contains(name)) {
      known[name] = TAGSMITH_TRY(strict_file(connection, name, *format, source, out));
    }
    std::string text = known[name];
    if (text_of(*table, "alias").empty()) {
      text += " AS " + quote_name(std::filesystem::path(name).stem().string());
    }
    out.places.push_back({.offset = *offset, .length = *length, .text = std::move(text)});
  }
  return {};
}

// --- Files named in calls --------------------------------------------------------------

// A path or pattern that stands in a statement as a constant.
struct Constant {
  const Json* node = nullptr;
  std::string text;
  bool in_list = false;
};

std::optional<Constant> constant_of(const Json& node, bool in_list) {
  const Json* value = node.find("value");
  if (text_of(node, "class") != "CONSTANT" || value == nullptr ||
      text_of(*value, "value").empty()) {
    return std::nullopt;
  }
  return Constant{.node = &node, .text = text_of(*value, "value"), .in_list = in_list};
}

// Nothing when some path is no constant.
std::optional<std::vector<Constant>> constants_of(const Json& function) {
  std::vector<Constant> out;
  for (const Json& argument : arguments_of(function)) {
    if (!option_of(argument).name.empty()) {
      continue;
    }
    const bool is_list = base::lower(text_of(argument, "function_name")) == "list_value";
    const std::span<const Json> nodes =
        is_list ? std::span<const Json>(arguments_of(argument)) : std::span(&argument, 1);
    for (const Json& node : nodes) {
      const auto constant = constant_of(node, is_list);
      if (!constant) {
        return std::nullopt;
      }
      out.push_back(*constant);
    }
  }
  return out.empty() ? std::nullopt : std::optional(out);
}

// The call's patterns give way to the files that were compared: no other can come in between.
Status compare_files_of_call(Connection& connection, const TableSource& select,
                             const Json& function, StrictReading& out) {
  const Error unusual = refused(
      base::tr("read_parquet() of files that are not named plainly"),
      base::tr("name them in single quotes: read_parquet('FILE.parquet') or read_parquet(['FILE', "
               "'FILE'])"));
  const auto constants = constants_of(function);
  if (!constants) {
    return unusual;
  }
  TableSource all{.name = select.name, .key = select.key};
  for (const Constant& constant : *constants) {
    if (is_remote(base::lower(constant.text))) {
      out.reads_unknown();
      return {};
    }
    const auto offset = offset_of(*constant.node);
    const std::string written = quote_text(constant.text);
    if (!offset || *offset > select.select.size() ||
        !std::string_view(select.select).substr(*offset).starts_with(written)) {
      return unusual;
    }
    TableSource one{.name = select.name, .files = TAGSMITH_TRY(files_named(constant.text))};
    all.files.insert(all.files.end(), one.files.begin(), one.files.end());
    const std::string list = list_of_files(one);
    out.places.push_back({.offset = *offset,
                          .length = written.size(),
                          .text = constant.in_list ? list.substr(1, list.size() - 2) : list});
  }
  out.reads(all.files);
  const auto found = find_parquet(connection, all);
  if (!found) {
    return error_in(found.error(), all);
  }
  const auto misread = std::ranges::find_if(found->columns, needs_mending);
  if (misread != found->columns.end()) {
    return broken(base::message("column {} is {}, which read_parquet() misreads",
                                base::quote(misread->name), base::lower(misread->type)),
                  all.files.front(), base::tr("write from 'FILE.parquet'"));
  }
  return {};
}

// Rows from what the SELECT itself says.
bool reads_no_file(std::string_view function) {
  return function == "range" || function == "generate_series" || function == "unnest";
}

bool is_compressed(std::string_view path) {
  return path.ends_with(".gz") || path.ends_with(".zst");
}

// A call that would read texts in its own way gives way to ours.
Status replace_text_reader(Connection& connection, const TableSource& select,
                           const TableFunction& function, StrictReading& out) {
  const std::string name = base::lower(text_of(*function.call, "function_name"));
  const auto constants = constants_of(*function.call);
  const auto offset = offset_of(*function.call);
  const auto length = offset ? length_of_call(select.select, *offset) : std::nullopt;
  const auto positional =
      std::ranges::count_if(arguments_of(*function.call),
                            [](const Json& argument) { return option_of(argument).name.empty(); });
  if (!constants || !length || positional != 1) {
    return refused(
        base::message("{}() in an unusual notation", name),
        base::message("write {}('FILE') or {}(['FILE', 'FILE']), without comments inside", name,
                      name));
  }
  const TextCall call = TAGSMITH_TRY(text_call(*function.call, constants->front().text));
  // The key of a CSV would stay text, as in strict_file().
  TableSource source{.name = select.name,
                     .format = call.format,
                     .key = call.format == TableSource::Format::kCsv ? std::string() : select.key};
  for (const Constant& constant : *constants) {
    if (is_compressed(constant.text)) {
      return refused(base::message("the compressed file {}", base::quote(constant.text)),
                     base::tr("unpack it first"));
    }
    const auto files = TAGSMITH_TRY(files_named(constant.text));
    source.files.insert(source.files.end(), files.begin(), files.end());
  }
  out.reads(source.files);
  auto text = strict_text(connection, source, call.csv);
  if (!text) {
    return error_in(std::move(text).error(), source);
  }
  const std::string alias = function.has_alias ? "" : " AS " + quote_name(name);
  out.places.push_back(
      {.offset = *offset, .length = *length, .text = std::move(text).value() + alias});
  return {};
}

// What stands in place of a SELECT's files, each of which is read strictly.
Result<StrictReading> strict_reading(Connection& connection, const TableSource& source) {
  const Json tree = TAGSMITH_TRY(syntax_tree(connection, source.select));
  const Mentions mentions = mentions_of(tree);
  TAGSMITH_TRY(check_table_functions(mentions));
  TAGSMITH_TRY(check_gives_the_same_twice(connection, mentions));
  StrictReading reading;
  TAGSMITH_TRY(replace_names(connection, source, mentions, reading));
  for (const TableFunction& function : mentions.table_functions) {
    const std::string name = base::lower(text_of(*function.call, "function_name"));
    if (name == "read_parquet") {
      TAGSMITH_TRY(compare_files_of_call(connection, source, *function.call, reading));
    } else if (is_text_reader(name)) {
      TAGSMITH_TRY(replace_text_reader(connection, source, function, reading));
    } else if (!reads_no_file(name)) {
      reading.reads_unknown();
    }
  }
  // One place may be in the tree twice; the last comes first, so that offsets stay right.
  std::ranges::sort(reading.places, std::ranges::greater(), &Replacement::offset);
  const auto repeated = std::ranges::unique(reading.places, {}, &Replacement::offset);
  reading.places.erase(repeated.begin(), repeated.end());
  if (reading.files) {
    std::ranges::sort(*reading.files);
    const auto twice = std::ranges::unique(*reading.files);
    reading.files->erase(twice.begin(), twice.end());
  }
  return reading;
}

std::string with_replacements(std::string select, const std::vector<Replacement>& places) {
  for (const Replacement& place : places) {
    select.replace(place.offset, place.length, place.text);
  }
  return select;
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
      return refused(base::tr("a SELECT that does more than read"),
                     base::tr("functions that write logs or change settings are not called here"));
    }
    if (std::ranges::any_of(kGuessed, in_plan)) {
      return refused(base::tr("a file whose form would be guessed"), base::tr(kNameTheFile));
    }
    // Files that were compared are read by the other name of the same function.
    if (in_plan("PARQUET_SCAN\"")) {
      return refused(base::tr("Parquet files that were not compared with one another"),
                     base::tr("write them after FROM in single quotes: from 'folder/*.parquet'"));
    }
  }
  return {};
}

}  // namespace

Result<Found> find_select(Connection& connection, const TableSource& source) {
  StrictReading reading = TAGSMITH_TRY(strict_reading(connection, source));
  const std::string select = with_replacements(source.select, reading.places);
  const std::vector<std::string> names = TAGSMITH_TRY(connection.names_of_select(select));
  TAGSMITH_TRY(check_names(names, source.name));
  // A literal: whatever the text holds, it cannot end the statement around it.
  Found found{.from = "query(" + quote_text(select) + ")"};
  TAGSMITH_TRY(check_only_reads(connection, found.from));
  found.columns = TAGSMITH_TRY(describe(connection, found.from));
  found.files = std::move(reading.files);
  return found;
}

}  // namespace tagsmith::duckdb
