#include "adapters/duckdb/relation_internal.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/csv_internal.h"
#include "base/assert.h"
#include "base/problem.h"
#include "base/similar.h"

namespace tagsmith::duckdb {
namespace {

using base::Error;
using base::Result;
using base::Status;
using column::Type;
using column::TypeKind;
using dataset::TableSource;

// A column before it is brought to one of our forms.
struct Foreign {
  std::string name;
  std::string type;        // DuckDB's name, or kInt96
  std::string expression;  // gives a value of `type`
};

struct Found {
  std::string from;
  std::vector<Foreign> columns;
  bool key_is_text = false;  // the key is read as the text that it is: `integer_key` says more
  bool integer_key = false;
};

// Parquet's old timestamps: DuckDB gives a TIMESTAMP, but the value is a point in time (UTC).
// (Nanoseconds with a zone it cuts to microseconds towards 1970 before we see them.)
constexpr std::string_view kInt96 = "INT96";

// A Parquet file may have decimals of more digits; DuckDB gives wrong doubles for them.
constexpr int kDecimalDigitsMax = 38;

// "DECIMAL(18,2)".
Type decimal_type(std::string_view text) {
  Type type{.kind = TypeKind::kDecimal};
  const char* end = text.data() + text.size();
  const char* comma =
      std::from_chars(text.data() + std::string_view("DECIMAL(").size(), end, type.precision).ptr;
  std::from_chars(comma + 1, end, type.scale);
  return type;
}

Error broken(std::string message, std::string_view path) {
  Error error = base::invalid_argument(std::move(message));
  error.symbol = "E_DATA_FILE";
  error.path = path;
  return error;
}

std::string column_expression(std::string_view name) { return "source." + quote_name(name); }

// DuckDB takes *, ? and [ in a path for a pattern; a set of one character is that character.
std::string exact_path(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[') {
      out += {'[', c, ']'};
    } else {
      out += c;
    }
  }
  return out;
}

std::string list_of_files(const TableSource& source) {
  std::string out;
  for (const std::string& file : source.files) {
    out += (out.empty() ? "[" : ", ") + quote_text(exact_path(file));
  }
  return out + "]";
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_hidden(const TableSource& source, std::string_view name) {
  return std::ranges::find(source.hidden, name) != source.hidden.end();
}

// DuckDB's names ignore letter case and ours do not: two names that it cannot tell apart would
// silently give one column twice.
Status check_names(std::span<const std::string> names, std::string_view path) {
  std::map<std::string, std::string> seen;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      return broken(fmt::format("column {} has no name", i + 1), path);
    }
    const auto [at, is_new] = seen.emplace(lower(names[i]), names[i]);
    if (!is_new) {
      return broken(names[i] == at->second
                        ? fmt::format("two columns are named {}", base::quote(names[i]))
                        : fmt::format("columns {} and {} differ only in letter case",
                                      base::quote(at->second), base::quote(names[i])),
                    path);
    }
  }
  return {};
}

Result<std::vector<Foreign>> describe(Connection& connection, const std::string& from) {
  const auto rows = TAGSMITH_TRY(connection.texts(
      "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM " + from + ")"));
  std::vector<Foreign> columns;
  for (const TextRow& row : rows) {
    columns.push_back({.name = *row[0], .type = *row[1], .expression = column_expression(*row[0])});
  }
  return columns;
}

// --- Parquet ------------------------------------------------------------------------------------

// The columns of one file in a form that two files can be compared by.
using ParquetColumns = std::vector<std::pair<std::string, std::string>>;  // name, type

// A row of parquet_schema, which lists the tree of a file's schema depth first.
struct ParquetElement {
  std::string file;
  std::string name;
  size_t child_count = 0;
  std::string type;
};

// The type of the element at `at`, which is left behind its last descendant.
std::string parquet_type(std::span<const ParquetElement> elements, size_t& at) {
  TAGSMITH_ASSERT(at < elements.size());
  const ParquetElement& element = elements[at++];
  if (element.child_count == 0) {
    return element.type;
  }
  std::string inner;
  for (size_t i = 0; i < element.child_count; ++i) {
    inner += (inner.empty() ? "" : ", ") + parquet_type(elements, at);
  }
  return element.type + "(" + inner + ")";
}

Status compare_files(const ParquetColumns& a, std::string_view file_a, const ParquetColumns& b,
                     std::string_view file_b, const TableSource& source) {
  const std::map<std::string, std::string> types_b(b.begin(), b.end());
  const std::map<std::string, std::string> types_a(a.begin(), a.end());
  for (const auto& [name, type] : a) {
    const auto other = types_b.find(name);
    if (is_hidden(source, name)) {
      continue;
    }
    if (other == types_b.end()) {
      return broken(
          fmt::format("column {} of {} is missing in {}", base::quote(name), file_a, file_b),
          file_b);
    }
    if (other->second != type) {
      return broken(fmt::format("column {} is {} in {} and {} in {}", base::quote(name), type,
                                file_a, other->second, file_b),
                    file_b);
    }
  }
  for (const auto& [name, type] : b) {
    if (!is_hidden(source, name) && !types_a.contains(name)) {
      return broken(
          fmt::format("column {} of {} is missing in {}", base::quote(name), file_b, file_a),
          file_a);
    }
  }
  return {};
}

Result<Found> find_parquet(Connection& connection, const TableSource& source) {
  const std::string files = list_of_files(source);
  const auto rows = TAGSMITH_TRY(connection.texts(fmt::format(
      "SELECT file_name, name, CAST(coalesce(num_children, 0) AS VARCHAR), "
      "CASE WHEN type = 'INT96' THEN {} WHEN precision > {} THEN 'DECIMAL(' || precision || ',' || "
      "scale || ')' ELSE coalesce(duckdb_type, converted_type, 'STRUCT') END "
      "FROM parquet_schema({}) ORDER BY file_name, column_id",
      quote_text(kInt96), kDecimalDigitsMax, files)));
  std::vector<ParquetElement> elements;
  for (const TextRow& row : rows) {
    elements.push_back({.file = row[0].value_or(""),
                        .name = row[1].value_or(""),
                        .child_count = std::stoul(row[2].value_or("0")),
                        .type = row[3].value_or("")});
  }
  std::string first_file;
  ParquetColumns first;
  for (size_t at = 0; at < elements.size();) {
    const ParquetElement& root = elements[at++];
    ParquetColumns columns;
    std::vector<std::string> names;
    for (size_t i = 0; i < root.child_count; ++i) {
      names.push_back(elements[at].name);
      columns.emplace_back(names.back(), parquet_type(elements, at));
    }
    TAGSMITH_TRY(check_names(names, root.file));
    if (first_file.empty()) {
      first_file = root.file;
      first = std::move(columns);
    } else {
      TAGSMITH_TRY(compare_files(first, first_file, columns, root.file, source));
    }
  }
  Found found{.from = fmt::format("read_parquet({}, hive_partitioning = false)", files)};
  found.columns = TAGSMITH_TRY(describe(connection, found.from));
  for (const auto& [name, type] : first) {
    const auto column = std::ranges::find(found.columns, name, &Foreign::name);
    const bool too_wide =
        type.starts_with("DECIMAL(") && decimal_type(type).precision > kDecimalDigitsMax;
    if ((type == kInt96 || too_wide) && column != found.columns.end()) {
      column->type = type;
    }
  }
  return found;
}

// --- Text formats -------------------------------------------------------------------------------

// What a column of texts could be; a set of these bits for each value. When all values share
// several, the first wins.
struct TextType {
  int bit;
  std::string_view type;
};
constexpr std::array kTextTypes{TextType{1, "BIGINT"}, TextType{2, "DECIMAL(38,0)"},
                                TextType{4, "DOUBLE"}, TextType{8, "BOOLEAN"},
                                TextType{16, "DATE"},  TextType{32, "TIMESTAMP"}};
constexpr int kAllTextTypes = 63;
constexpr int kDayTypes = 48;

// The set for one value. A cast is only asked after the shape is certain: DuckDB's casts take much
// more than SEMANTICS 5 and 6 do. An integer counts as a double while it is exact as one.
constexpr std::string_view kTypesOfText = R"(CASE
  WHEN regexp_full_match({0}, '0|-?[1-9][0-9]*') THEN
    CASE WHEN try_cast({0} AS BIGINT) IS NOT NULL THEN 1 ELSE 0 END
    + CASE WHEN length(ltrim({0}, '-')) <= 38 THEN 2 ELSE 0 END
    + CASE WHEN length({0}) <= 15 THEN 4 ELSE 0 END
  WHEN regexp_full_match({0}, '-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{{1,4}})?') THEN
    CASE WHEN isfinite(try_cast({0} AS DOUBLE)) THEN 4 ELSE 0 END
  WHEN lower({0}) IN ('true', 'false') THEN 8
  WHEN regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN
    CASE WHEN {0} >= '0001' AND try_cast({0} AS DATE) IS NOT NULL THEN 48 ELSE 0 END
  WHEN regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{{1,6}})?)?') THEN
    CASE WHEN {0} >= '0001' AND try_cast({0} AS TIMESTAMP) IS NOT NULL THEN 32 ELSE 0 END
  ELSE 0 END)";

// Finds the types of the VARCHAR columns at `columns` over all rows; only those in `allowed`.
Status infer_types(Connection& connection, const std::string& from, std::vector<Foreign>& columns,
                   std::span<const size_t> which, int allowed) {
  if (which.empty()) {
    return {};
  }
  std::string sql;
  for (const size_t i : which) {
    sql +=
        (sql.empty() ? "SELECT " : ", ") +
        fmt::format(
            "CAST(bit_and(CAST(CASE WHEN {0} IS NOT NULL THEN {1} END AS UTINYINT)) AS "
            "VARCHAR)",
            columns[i].expression, fmt::format(fmt::runtime(kTypesOfText), columns[i].expression));
  }
  const auto rows = TAGSMITH_TRY(connection.texts(sql + " FROM " + from + " AS source"));
  TAGSMITH_ASSERT(rows.size() == 1);
  for (size_t i = 0; i < which.size(); ++i) {
    Foreign& column = columns[which[i]];
    column.type = "VARCHAR";
    const int types = rows[0][i] ? std::stoi(*rows[0][i]) & allowed : 0;
    for (const TextType& candidate : kTextTypes) {
      if ((types & candidate.bit) != 0) {
        column.type = candidate.type;
        column.expression = fmt::format("CAST({} AS {})", column.expression, candidate.type);
        break;
      }
    }
  }
  return {};
}

Result<Found> find_csv(Connection& connection, const TableSource& source) {
  const std::string& first_file = source.files.front();
  const std::vector<std::string> names = TAGSMITH_TRY(read_csv_header(first_file));
  TAGSMITH_TRY(check_names(names, first_file));
  for (const std::string& file : source.files) {
    const std::vector<std::string> others = TAGSMITH_TRY(read_csv_header(file));
    const size_t count = std::min(names.size(), others.size());
    for (size_t i = 0; i < count; ++i) {
      if (names[i] != others[i]) {
        return broken(fmt::format("line 1: column {} is {} and not {} as in {}", i + 1,
                                  base::quote(others[i]), base::quote(names[i]), first_file),
                      file);
      }
    }
    if (others.size() != names.size()) {
      const bool more = others.size() > names.size();
      return broken(fmt::format("line 1: column {} of {} is missing in {}",
                                base::quote(more ? others[count] : names[count]),
                                more ? file : first_file, more ? first_file : file),
                    file);
    }
  }
  Found found;
  std::string declared;
  for (const std::string& name : names) {
    declared += (declared.empty() ? "" : ", ") + quote_text(name) + ": 'VARCHAR'";
    found.columns.push_back(
        {.name = name, .type = "VARCHAR", .expression = column_expression(name)});
  }
  found.from = fmt::format(
      "read_csv({}, columns = {{{}}}, auto_detect = false, header = true, delim = ',', quote = "
      "'\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, strict_mode = true, "
      "null_padding = false, compression = 'none', hive_partitioning = false, max_line_size = {}, "
      "buffer_size = {})",
      list_of_files(source), declared, kCsvLineBytesMax, 2 * kCsvLineBytesMax);
  std::vector<size_t> which;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!is_hidden(source, names[i])) {
      which.push_back(i);
    }
  }
  TAGSMITH_TRY(infer_types(connection, found.from, found.columns, which, kAllTextTypes));
  const auto key = std::ranges::find(found.columns, source.key, &Foreign::name);
  if (key != found.columns.end()) {
    found.key_is_text = true;
    found.integer_key = key->type == "BIGINT" || key->type == "DECIMAL(38,0)";
    key->expression = column_expression(key->name);
  }
  return found;
}

// The names that occur in the objects: DuckDB renames "A" beside "a" to "A_1".
Result<std::vector<std::string>> json_names(Connection& connection, const TableSource& source) {
  const auto rows = TAGSMITH_TRY(
      connection.texts(fmt::format("SELECT DISTINCT unnest(json_keys(json)) FROM "
                                   "read_ndjson_objects({}, compression = 'uncompressed')",
                                   list_of_files(source))));
  std::vector<std::string> names;
  for (const TextRow& row : rows) {
    names.push_back(row[0].value_or(""));
  }
  std::ranges::sort(names);
  return names;
}

bool looks_renamed(std::span<const Foreign> columns) {
  std::set<std::string> names;
  for (const Foreign& column : columns) {
    names.insert(lower(column.name));
  }
  return std::ranges::any_of(names, [&](const std::string& name) {
    const size_t bar = name.rfind('_');
    return bar != std::string::npos && names.contains(name.substr(0, bar));
  });
}

// How a column is read whose kind DuckDB found over all lines.
std::string json_type(std::string_view found) {
  static const std::set<std::string_view> texts{
      "VARCHAR", "JSON", "UUID", "TIME", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"};
  if (texts.contains(found)) {
    return "VARCHAR";
  }
  if (found.ends_with("[]") && texts.contains(found.substr(0, found.size() - 2))) {
    return "VARCHAR[]";
  }
  return std::string(found);
}

std::string json_reader(std::string_view files, std::string_view columns) {
  return fmt::format(
      "read_json({}, columns = {{{}}}, format = 'newline_delimited', records = 'true', "
      "auto_detect = false, compression = 'uncompressed', hive_partitioning = false)",
      files, columns);
}

Result<Found> find_json(Connection& connection, const TableSource& source) {
  const std::string files = list_of_files(source);
  Result<std::vector<Foreign>> described = describe(
      connection,
      fmt::format(
          "read_json({}, format = 'newline_delimited', records = 'true', sample_size = -1, "
          "maximum_sample_files = 1000000000, map_inference_threshold = -1, "
          "field_appearance_threshold = 0, union_by_name = true, compression = 'uncompressed', "
          "hive_partitioning = false)",
          files));
  if (!described) {
    if (described.error().message.find("expected records") == std::string::npos) {
      return std::move(described).error();
    }
    // Some line is no object, and only reading the lines says which one.
    TAGSMITH_TRY(connection.run(
        fmt::format("SELECT * FROM {}", json_reader(files, quote_text(source.key) + ": 'JSON'"))));
    return broken("no line with a JSON object", source.files.front());
  }
  std::vector<Foreign> columns = std::move(*described);
  std::vector<std::string> names;
  if (looks_renamed(columns)) {
    names = TAGSMITH_TRY(json_names(connection, source));
  } else {
    std::ranges::transform(columns, std::back_inserter(names), &Foreign::name);
  }
  TAGSMITH_TRY(check_names(names, source.files.front()));
  std::string declared;
  std::vector<size_t> days;
  for (size_t i = 0; i < columns.size(); ++i) {
    Foreign& column = columns[i];
    if (column.name != source.key &&
        (column.type == "DATE" || column.type.starts_with("TIMESTAMP")) &&
        !column.type.ends_with("]")) {
      days.push_back(i);
    }
    column.type = json_type(column.type);
    declared +=
        (declared.empty() ? "" : ", ") + quote_text(column.name) + ": " + quote_text(column.type);
  }
  Found found{.from = json_reader(files, declared), .columns = std::move(columns)};
  TAGSMITH_TRY(infer_types(connection, found.from, found.columns, days, kDayTypes));
  return found;
}

// Some functions write logs or profiles to any file, or change settings that are locked. They act
// when they run, so the plan shows them in time, also those inside query(); of a serialized
// statement it shows nothing.
Status check_only_reads(Connection& connection, const std::string& from) {
  static constexpr std::array<std::string_view, 6> kActing{"ENABLE_",
                                                           "DISABLE_",
                                                           "CHECKPOINT\"",
                                                           "FORCE_CHECKPOINT\"",
                                                           "TRUNCATE_DUCKDB_LOGS\"",
                                                           "JSON_EXECUTE_SERIALIZED_SQL\""};
  const auto rows = TAGSMITH_TRY(connection.texts("EXPLAIN (FORMAT json) SELECT * FROM " + from));
  for (const TextRow& row : rows) {
    const std::string& plan = *row.back();
    for (const std::string_view function : kActing) {
      // Quotes of foreign texts are escaped in the plan: only an operator can look like this.
      if (plan.find(fmt::format(R"("Function": "{})", function)) != std::string::npos) {
        Error error = broken("a SELECT that does more than read", {});
        error.hint = "functions that write logs or change settings are not called here";
        return error;
      }
    }
  }
  return {};
}

Result<Found> find_select(Connection& connection, const TableSource& source) {
  const std::vector<std::string> names = TAGSMITH_TRY(connection.names_of_select(source.select));
  TAGSMITH_TRY(check_names(names, source.name));
  // A literal: whatever the text holds, it cannot end the statement around it.
  Found found{.from = "query(" + quote_text(source.select) + ")"};
  TAGSMITH_TRY(check_only_reads(connection, found.from));
  found.columns = TAGSMITH_TRY(describe(connection, found.from));
  return found;
}

Result<Found> find(Connection& connection, const TableSource& source) {
  if (source.format != TableSource::Format::kSelect && source.files.empty()) {
    return broken("a table without files", source.name);
  }
  switch (source.format) {
    case TableSource::Format::kParquet:
      return find_parquet(connection, source);
    case TableSource::Format::kCsv:
      return find_csv(connection, source);
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

bool is_enum(std::string_view type) { return type.starts_with("ENUM(") && type.ends_with(")"); }

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
  return {{.kind = TypeKind::kUnusable, .foreign = lower(type)}, {}};
}

Error no_key(std::string message, const TableSource& source) {
  Error error = base::invalid_argument(std::move(message));
  error.symbol = "E_DATA_KEY";
  error.path = source.files.empty() ? source.name : source.files.front();
  return error;
}

Status read_key(const Found& found, const TableSource& source, Relation& relation) {
  const auto key = std::ranges::find(found.columns, source.key, &Foreign::name);
  if (key == found.columns.end()) {
    std::vector<std::string> names;
    std::ranges::transform(found.columns, std::back_inserter(names), &Foreign::name);
    Error error = no_key(fmt::format("table {}: no key column {}", base::quote(source.name),
                                     base::quote(source.key)),
                         source);
    error.hint = base::did_you_mean(source.key, names);
    if (error.hint.empty()) {
      error.hint = fmt::format("its columns are {}", fmt::join(names, ", "));
    }
    return error;
  }
  if (!found.key_is_text && !is_text(key->type) && !is_int(key->type)) {
    Error error = no_key(fmt::format("table {}: the key column {} is {}", base::quote(source.name),
                                     base::quote(source.key), lower(key->type)),
                         source);
    error.hint = "a key is text or an integer";
    return error;
  }
  relation.integer_key = found.key_is_text ? found.integer_key : is_int(key->type);
  relation.key = found.key_is_text || key->type == "VARCHAR"
                     ? key->expression
                     : "CAST(" + key->expression + " AS VARCHAR)";
  return {};
}

Status check_zone(Connection& connection, const std::string& zone) {
  if (zone == "UTC") {
    return {};
  }
  const auto rows = TAGSMITH_TRY(connection.texts("SELECT name FROM pg_timezone_names()"));
  std::vector<std::string> names;
  for (const TextRow& row : rows) {
    names.push_back(row[0].value_or(""));
  }
  if (std::ranges::find(names, zone) == names.end()) {
    Error error = base::invalid_argument("no time zone " + base::quote(zone));
    error.hint = base::did_you_mean(zone, names);
    return error;
  }
  return {};
}

Result<Relation> make_relation(Connection& connection, const TableSource& source) {
  TAGSMITH_TRY(check_zone(connection, source.zone));
  Found found = TAGSMITH_TRY(find(connection, source));
  Relation relation{.from = std::move(found.from)};
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

}  // namespace

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
  size_t line = 0;
  const std::string_view message = error.message;
  if (source.format == TableSource::Format::kJsonLines && message.starts_with("line ") &&
      std::from_chars(message.data() + 5, message.data() + message.size(), line).ec ==
          std::errc()) {
    error.message += ": " + base::quote(line_of_file(error.path, line));
  }
  return error;
}

Result<Relation> find_relation(Connection& connection, const TableSource& source) {
  Result<Relation> relation = make_relation(connection, source);
  if (!relation) {
    return error_in(std::move(relation).error(), source);
  }
  return relation;
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
