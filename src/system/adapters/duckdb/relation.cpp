#include "adapters/duckdb/relation_internal.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/source_internal.h"
#include "base/language.h"
#include "base/problem.h"
#include "base/similar.h"
#include "base/words.h"

namespace tagsmith::duckdb {
namespace {

using base::Error;
using base::Result;
using base::Status;
using column::Type;
using column::TypeKind;
using dataset::TableSource;

Result<Found> find(Connection& connection, const TableSource& source) {
  if (source.format != TableSource::Format::kSelect && source.files.empty()) {
    return broken(base::tr("a table without files"), source.name,
                  base::tr("name at least one file"));
  }
  switch (source.format) {
    case TableSource::Format::kParquet:
      return find_parquet(connection, source);
    case TableSource::Format::kCsv:
    case TableSource::Format::kTsv:
      return find_csv(connection, source, reading_of(source.format));
    case TableSource::Format::kJsonLines:
      return find_json(connection, source);
    case TableSource::Format::kSelect:
      return find_select(connection, source);
  }
  return base::internal_error("an unknown format");
}

// --- Our forms ----------------------------------------------------------------------------------

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

bool is_narrow_int(std::string_view type) {
  return is_one_of(
      type, {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"});
}

bool is_wide_int(std::string_view type) {
  return is_one_of(type, {"UBIGINT", "HUGEINT", "UHUGEINT"});
}

bool is_int(std::string_view type) { return is_narrow_int(type) || is_wide_int(type); }

bool is_enum(std::string_view type) { return type.starts_with("ENUM(") && type.ends_with(')'); }

// Its text is its meaning. "NULL" in quotes is DuckDB's type of a column without any value.
bool is_text(std::string_view type) {
  return is_one_of(type, {"VARCHAR", "UUID", "JSON", "\"NULL\""}) || is_enum(type);
}

// The element of a list or an array ("VARCHAR[]", "INTEGER[3]"), or empty.
std::string_view element_of(std::string_view type) {
  const size_t open = type.rfind('[');
  return type.ends_with(']') && open != std::string_view::npos ? type.substr(0, open)
                                                               : std::string_view();
}

struct Form {
  Type type;
  std::string expression;
};

Form form_of(const Foreign& column, const std::string& zone) {
  const std::string_view type = column.type;
  const std::string& x = column.expression;
  if (is_narrow_int(type)) {
    return {{.kind = TypeKind::kInt}, type == "BIGINT" ? x : "CAST(" + x + " AS BIGINT)"};
  }
  if (is_wide_int(type)) {
    return {{.kind = TypeKind::kDecimal, .precision = 38, .scale = 0}, x};
  }
  if (type.starts_with("DECIMAL(") && type.ends_with(')') &&
      decimal_type(type).precision <= kDecimalDigitsMax) {
    return {decimal_type(type), x};
  }
  if (is_text(type)) {
    return {{.kind = TypeKind::kText}, type == "VARCHAR" ? x : "CAST(" + x + " AS VARCHAR)"};
  }
  if (type == "DOUBLE") {
    return {{.kind = TypeKind::kDouble}, x};
  }
  if (type == "FLOAT") {
    return {{.kind = TypeKind::kFloat}, x};
  }
  if (type == "BOOLEAN") {
    return {{.kind = TypeKind::kBoolean}, x};
  }
  if (type == "DATE") {
    return {{.kind = TypeKind::kDate}, x};
  }
  if (type == "TIMESTAMP") {
    return {{.kind = TypeKind::kTimestamp}, x};
  }
  if (type == "TIMESTAMP_S" || type == "TIMESTAMP_MS") {
    return {{.kind = TypeKind::kTimestamp}, "CAST(" + x + " AS TIMESTAMP)"};
  }
  if (type == "TIMESTAMP_NS") {
    // A cast would round to zero, and // does: before 1970 that is a microsecond too late.
    return {
        {.kind = TypeKind::kTimestamp},
        fmt::format("CASE WHEN isfinite({0}) THEN make_timestamp(epoch_ns({0}) // 1000 - CASE "
                    "WHEN epoch_ns({0}) % 1000 < 0 THEN 1 ELSE 0 END) WHEN {0} IS NOT NULL THEN "
                    "CAST({0} AS TIMESTAMP) END",
                    x)};
  }
  if (type == "TIMESTAMP WITH TIME ZONE") {
    return {{.kind = TypeKind::kTimestamp}, fmt::format("timezone({}, {})", quote_text(zone), x)};
  }
  if (type == kInt96) {
    return {{.kind = TypeKind::kTimestamp},
            fmt::format("timezone({}, timezone('UTC', {}))", quote_text(zone), x)};
  }
  const std::string_view element = element_of(type);
  if (is_text(element) || is_int(element) || element == "BOOLEAN") {
    return {{.kind = TypeKind::kTextList},
            type == "VARCHAR[]" ? x : "CAST(" + x + " AS VARCHAR[])"};
  }
  return {{.kind = TypeKind::kUnusable, .foreign = base::lower(type)}, {}};
}

// The first names, and how many there are if that is not all.
std::string listed(std::vector<std::string> names) {
  constexpr size_t kShownMax = 30;
  const size_t count = names.size();
  names.resize(std::min(count, kShownMax));
  return fmt::format("{}{}", fmt::join(names, ", "),
                     count > kShownMax ? fmt::format(", ... ({})", count) : "");
}

Status read_key(const Found& found, const TableSource& source, Relation& relation) {
  const auto key = std::ranges::find(found.columns, source.key, &Foreign::name);
  if (key == found.columns.end()) {
    std::vector<std::string> names;
    std::ranges::transform(found.columns, std::back_inserter(names), &Foreign::name);
    Error error = no_key(base::message("table {}: no key column {}", base::quote(source.name),
                                       base::quote(source.key)),
                         source);
    const std::string near = base::did_you_mean(source.key, names);
    const std::string columns = listed(std::move(names));
    error.hint =
        near.empty()
            ? base::message("its columns are {}; name its key with --key", columns)
            : base::message("{} Its columns are {}; name its key with --key", near, columns);
    return error;
  }
  if (!found.key_is_text && !is_text(key->type) && !is_int(key->type)) {
    return no_key(base::message("table {}: the key column {} is {}", base::quote(source.name),
                                base::quote(source.key), base::lower(key->type)),
                  source);
  }
  relation.integer_key = found.key_is_text ? found.integer_key : is_int(key->type);
  relation.key = found.key_is_text || key->type == "VARCHAR"
                     ? key->expression
                     : "CAST(" + key->expression + " AS VARCHAR)";
  return {};
}

Result<Relation> make_relation(Connection& connection, const TableSource& source) {
  TAGSMITH_TRY(check_duckdb_knows(connection, source.zone));
  Found found = TAGSMITH_TRY(find(connection, source));
  Relation relation{.from = std::move(found.from)};
  relation.files = source.format == TableSource::Format::kSelect ? std::move(found.files)
                                                                 : std::optional(source.files);
  TAGSMITH_TRY(read_key(found, source, relation));
  for (const Foreign& foreign : found.columns) {
    if (foreign.name == source.key || is_hidden(source, foreign.name)) {
      continue;
    }
    Form form = form_of(foreign, source.zone);
    relation.columns.push_back({.name = foreign.name, .type = std::move(form.type)});
    relation.expressions.push_back(std::move(form.expression));
  }
  return relation;
}

// Reads every cell that can be read.
Status read_whole(Connection& connection, const TableSource& source) {
  const Relation relation = TAGSMITH_TRY(make_relation(connection, source));
  Stream rows =
      TAGSMITH_TRY(connection.stream(select_text(relation, source.key, usable_columns(relation))));
  while (TAGSMITH_TRY(rows.next()) != nullptr) {
  }
  return {};
}

// What to do when DuckDB only says what is wrong.
std::string hint_of(TableSource::Format format) {
  switch (format) {
    case TableSource::Format::kParquet:
      return base::tr("the file is damaged or no Parquet file: write it anew");
    case TableSource::Format::kCsv:
    case TableSource::Format::kTsv:
    case TableSource::Format::kJsonLines:
      return base::tr("mend the file, or write it anew");
    case TableSource::Format::kSelect:
      return "mend the SELECT, which is DuckDB's SQL, or what it reads";
  }
  return {};
}

}  // namespace

Status check_duckdb_knows(Connection& connection, const std::string& zone) {
  if (zone == "UTC") {
    return {};
  }
  const auto rows = TAGSMITH_TRY(connection.texts("SELECT name FROM pg_timezone_names()"));
  std::vector<std::string> names;
  for (const TextRow& row : rows) {
    names.push_back(row[0].value_or(""));
  }
  if (std::ranges::find(names, zone) == names.end()) {
    Error error = base::invalid_argument(base::message("no time zone {}", base::quote(zone)));
    error.hint = base::did_you_mean(zone, names);
    return error;
  }
  return {};
}

Error error_in(Error error, const TableSource& source) {
  if (error.symbol.empty() && error.code != base::ErrorCode::kUnavailable) {
    return error;
  }
  if (error.path.empty()) {
    // The longest: one name may be part of another.
    for (const std::string& file : source.files) {
      if (file.size() > error.path.size() && error.message.find(file) != std::string::npos) {
        error.path = file;
      }
    }
  }
  if (error.path.empty()) {
    error.path = source.files.size() == 1 ? source.files.front() : source.name;
  }
  if (error.hint.empty() && error.code != base::ErrorCode::kUnavailable) {
    error.hint = hint_of(source.format);
  }
  return error;
}

Error name_damaged_file(Connection& connection, Error error, const TableSource& source) {
  if (error.symbol != "E_DATA_FILE" || source.format != TableSource::Format::kParquet ||
      source.files.size() < 2 || error.path != source.name) {
    return error;
  }
  for (const std::string& file : source.files) {
    TableSource alone = source;
    alone.files = {file};
    Status read = read_whole(connection, alone);
    if (!read && read.error().symbol == "E_DATA_FILE") {
      return error_in(std::move(read).error(), alone);
    }
  }
  return error;
}

Result<Relation> find_relation(Connection& connection, const TableSource& source) {
  Result<Relation> relation = make_relation(connection, source);
  if (!relation) {
    return name_damaged_file(connection, error_in(std::move(relation).error(), source), source);
  }
  return relation;
}

Result<std::vector<column::Column>> find_columns(Connection& connection,
                                                 const TableSource& source) {
  TableSource without_key = source;
  without_key.key.clear();  // the key of a CSV would stay text
  const Result<Found> found = find(connection, without_key);
  if (!found) {
    return name_damaged_file(connection, error_in(found.error(), source), source);
  }
  std::vector<column::Column> columns;
  for (const Foreign& foreign : found->columns) {
    if (!is_hidden(source, foreign.name)) {
      columns.push_back({.name = foreign.name, .type = form_of(foreign, source.zone).type});
    }
  }
  return columns;
}

std::vector<size_t> usable_columns(const Relation& relation) {
  std::vector<size_t> columns;
  for (size_t i = 0; i < relation.columns.size(); ++i) {
    if (relation.columns[i].type.kind != TypeKind::kUnusable) {
      columns.push_back(i);
    }
  }
  return columns;
}

std::string select_text(const Relation& relation, std::string_view key_name,
                        std::span<const size_t> columns) {
  std::string out = "SELECT " + relation.key + " AS " + quote_name(key_name);
  for (const size_t i : columns) {
    out += ", " + relation.expressions[i] + " AS " + quote_name(relation.columns[i].name);
  }
  return out + " FROM " + relation.from + " AS source";
}

}  // namespace tagsmith::duckdb
