#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/source_internal.h"
#include "adapters/duckdb/text_file_internal.h"
#include "base/assert.h"
#include "base/language.h"
#include "base/problem.h"
#include "base/words.h"

namespace tagsmith::duckdb {
namespace {

using base::Result;
using base::Status;
using dataset::TableSource;

// What a column of texts could be; a set of these bits for each value. When all values share
// several, the first wins.
constexpr int kExactDecimal = 64;  // written without an exponent
struct TextType {
  int bit;
  std::string_view type;  // empty: a decimal that is wide enough for all values, if there is one
};
constexpr std::array kTextTypes{TextType{1, "BIGINT"},   TextType{2, "DECIMAL(38,0)"},
                                TextType{4, "DOUBLE"},   TextType{kExactDecimal, ""},
                                TextType{128, "DOUBLE"}, TextType{8, "BOOLEAN"},
                                TextType{16, "DATE"},    TextType{32, "TIMESTAMP"}};
constexpr int kAllTextTypes = 255;
constexpr std::string_view kSameColumns = base::marked(
    "the files of a table have the same columns in the same order: write one of them anew");
// DuckDB reads no type that is nested much more.
constexpr int kTypeNestingMax = 100;
constexpr int kNumberTypes = 7 + kExactDecimal + 128;
constexpr int kDayTypes = 48;

// The digits of a number from the first that is not 0 to the last.
constexpr std::string_view kDigitsOfText =
    "trim(replace(split_part(lower(ltrim({0}, '-')), 'e', 1), '.', ''), '0')";

// The set for one value. A cast is only asked after the shape is certain: DuckDB's casts take much
// more than SEMANTICS 5 and 6 do. A number counts as a double while it has no more digits than any
// double keeps, and in a column that is no decimal also while its double gives its digits back.
constexpr std::string_view kTypesOfText = R"(CASE
  WHEN regexp_full_match({0}, '0|-?[1-9][0-9]*') THEN
    CASE WHEN try_cast({0} AS BIGINT) IS NOT NULL THEN 1 ELSE 0 END
    + CASE WHEN length(ltrim({0}, '-')) <= 38 THEN 66 ELSE 0 END
    + CASE WHEN length({0}) <= 15 THEN 132 WHEN {2} = {1} THEN 128 ELSE 0 END
  WHEN regexp_full_match({0}, '-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{{1,4}})?') THEN
    CASE WHEN (length({0}) <= 16 OR length({1}) <= 15) AND abs(try_cast({0} AS DOUBLE)) BETWEEN 1e-300 AND 1e300 THEN 132
         WHEN {2} = {1} THEN CASE WHEN length({1}) <= 15 THEN 132 ELSE 128 END ELSE 0 END
    + CASE WHEN contains(lower({0}), 'e') THEN 0 ELSE 64 END
  WHEN lower({0}) IN ('true', 'false') THEN 8
  WHEN regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN
    CASE WHEN {0} >= '0001' AND try_cast({0} AS DATE) IS NOT NULL THEN 48 ELSE 0 END
  WHEN regexp_full_match({0}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{{1,6}})?)?') THEN
    CASE WHEN {0} >= '0001' AND try_cast({0} AS TIMESTAMP) IS NOT NULL THEN 32 ELSE 0 END
  ELSE 0 END)";

// A column of texts that may be more.
struct Inferred {
  size_t index = 0;
  int allowed = kAllTextTypes;
};

// An aggregate of each column, in one row.
Result<TextRow> aggregates(Connection& connection, const std::string& from,
                           std::span<const std::string> expressions) {
  auto rows = TAGSMITH_TRY(connection.texts(
      fmt::format("SELECT {} FROM {} AS source", fmt::join(expressions, ", "), from)));
  TAGSMITH_ASSERT(rows.size() == 1);
  return std::move(rows.front());
}

// Of each column, the kinds that all its values share.
Result<std::vector<int>> shared_types(Connection& connection, const std::string& from,
                                      std::span<const Foreign> columns,
                                      std::span<const Inferred> which) {
  std::vector<std::string> expressions;
  for (const auto& [index, allowed] : which) {
    const std::string& x = columns[index].expression;
    const std::string as_double = fmt::format("CAST(try_cast({} AS DOUBLE) AS VARCHAR)", x);
    const std::string types =
        fmt::format(fmt::runtime(kTypesOfText), x, fmt::format(fmt::runtime(kDigitsOfText), x),
                    fmt::format(fmt::runtime(kDigitsOfText), as_double));
    expressions.push_back(fmt::format(
        "CAST(bit_and(CAST(CASE WHEN {} IS NOT NULL THEN {} END AS UTINYINT)) AS VARCHAR)", x,
        types));
  }
  const TextRow row = TAGSMITH_TRY(aggregates(connection, from, expressions));
  std::vector<int> types;
  for (size_t i = 0; i < which.size(); ++i) {
    types.push_back(row[i] ? std::stoi(*row[i]) & which[i].allowed : 0);
  }
  return types;
}

// Of each column of numbers without exponents, the decimal that holds all of them exactly; empty
// when there is none.
Result<std::vector<std::string>> exact_decimals(Connection& connection, const std::string& from,
                                                std::span<const std::string> expressions) {
  constexpr int kDigitsMax = 38;
  std::vector<std::string> lengths;
  for (const std::string& x : expressions) {
    lengths.push_back(
        fmt::format("CAST(max(length(ltrim(split_part({}, '.', 1), '-0'))) AS VARCHAR)", x));
    lengths.push_back(
        fmt::format("CAST(max(length(rtrim(split_part({}, '.', 2), '0'))) AS VARCHAR)", x));
  }
  const TextRow row = TAGSMITH_TRY(aggregates(connection, from, lengths));
  std::vector<std::string> types;
  for (size_t i = 0; i < row.size(); i += 2) {
    const long whole = std::stol(row[i].value_or("0"));
    const long scale = std::stol(row[i + 1].value_or("0"));
    types.push_back(whole + scale <= kDigitsMax ? fmt::format("DECIMAL({},{})", kDigitsMax, scale)
                                                : std::string());
  }
  return types;
}

std::string_view type_of(int types, int passed_over = 0) {
  const auto first = std::ranges::find_if(kTextTypes, [&](const TextType& candidate) {
    return (types & ~passed_over & candidate.bit) != 0;
  });
  return first == kTextTypes.end() ? "VARCHAR" : first->type;
}

// Finds the types of VARCHAR columns over all rows.
Status infer_types(Connection& connection, const std::string& from, std::vector<Foreign>& columns,
                   std::span<const Inferred> which) {
  if (which.empty()) {
    return {};
  }
  const std::vector<int> types = TAGSMITH_TRY(shared_types(connection, from, columns, which));
  std::vector<size_t> long_ones;
  std::vector<std::string> expressions;
  for (size_t i = 0; i < which.size(); ++i) {
    Foreign& column = columns[which[i].index];
    column.type = type_of(types[i]);
    if (column.type.empty()) {
      long_ones.push_back(i);
      expressions.push_back(column.expression);
    }
  }
  if (!long_ones.empty()) {
    const auto decimals = TAGSMITH_TRY(exact_decimals(connection, from, expressions));
    for (size_t i = 0; i < long_ones.size(); ++i) {
      columns[which[long_ones[i]].index].type =
          decimals[i].empty() ? type_of(types[long_ones[i]], kExactDecimal) : decimals[i];
    }
  }
  for (const auto& [index, allowed] : which) {
    Foreign& column = columns[index];
    if (column.type != "VARCHAR") {
      column.expression = fmt::format("CAST({} AS {})", column.expression, column.type);
    }
  }
  return {};
}

// The names that occur in the objects: DuckDB renames "A" beside "a" to "A_1", and "" to "C1".
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
    names.insert(base::lower(column.name));
  }
  return std::ranges::any_of(names, [&](const std::string& name) {
    if (name.starts_with('c') && name.find_first_not_of("0123456789", 1) == std::string::npos) {
      return true;
    }
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

// How deep "STRUCT(a BIGINT[])[]" is nested.
int nesting_of(std::string_view type) {
  int structs = 0;
  int lists = 0;
  int most = 0;
  for (const char c : type) {
    structs += c == '(' ? 1 : c == ')' ? -1 : 0;
    lists = c == '[' ? lists + 1 : c == ']' ? lists : 0;
    most = std::max(most, structs + lists);
  }
  return most;
}

// What a column may be whose type is found by us, or 0. DuckDB's dates take more than a person
// means, and of one form only: a column of two forms of a time is one of texts to it. To its
// doubles integers of any length belong, which a double rounds; it makes a HUGEINT of any two
// signs.
int types_to_find(std::string_view found) {
  if (found.ends_with(']')) {
    return 0;
  }
  if (found == "DOUBLE" || found == "HUGEINT") {
    return kNumberTypes;
  }
  const bool holds_texts = found == "VARCHAR" || found == "DATE" || found.starts_with("TIMESTAMP");
  return holds_texts ? kDayTypes : 0;
}

std::string json_reader(std::string_view files, std::string_view columns) {
  return fmt::format(
      "read_json({}, columns = {{{}}}, format = 'newline_delimited', records = 'true', "
      "auto_detect = false, compression = 'uncompressed', hive_partitioning = false)",
      files, columns);
}

// Texts beside integers are texts; anything else is no key.
Status check_mixed_key(Connection& connection, const TableSource& source,
                       const std::string& files) {
  const auto kinds = TAGSMITH_TRY(connection.texts(fmt::format(
      "SELECT DISTINCT lower(json_type({0})) FROM {1} WHERE json_type({0}) NOT IN ('VARCHAR', "
      "'BIGINT', 'UBIGINT', 'HUGEINT', 'NULL') ORDER BY ALL",
      quote_name(source.key), json_reader(files, quote_text(source.key) + ": 'JSON'"))));
  if (kinds.empty()) {
    return {};
  }
  return no_key(
      base::message("table {}: the key column {} is {} in some lines", base::quote(source.name),
                    base::quote(source.key), kinds.front().front().value_or("")),
      source);
}

// Whether the header of a file is that of the first.
Status check_same_header(std::span<const std::string> first, const std::string& first_file,
                         std::span<const std::string> header, const std::string& file) {
  const size_t count = std::min(first.size(), header.size());
  for (size_t i = 0; i < count; ++i) {
    if (first[i] != header[i]) {
      return broken(base::message("line 1: column {} is {} and not {} as in {}", i + 1,
                                  base::quote(header[i]), base::quote(first[i]), first_file),
                    file, base::tr(kSameColumns));
    }
  }
  if (header.size() != first.size()) {
    const bool more = header.size() > first.size();
    return broken(base::message("line 1: column {} of {} is missing in {}",
                                base::quote(more ? header[count] : first[count]),
                                more ? file : first_file, more ? first_file : file),
                  file, base::tr(kSameColumns));
  }
  return {};
}

// A byte as an option of DuckDB, where none is an empty text.
std::string byte_option(char byte) {
  return quote_text(byte == 0 ? std::string() : std::string(1, byte));
}

// All columns as texts, by nothing but RFC 4180 and the form.
std::string csv_reader(std::string_view files, std::span<const std::string> names,
                       const CsvReading& reading) {
  std::string columns;
  for (const std::string& name : names) {
    columns += (columns.empty() ? "" : ", ") + quote_text(name) + ": 'VARCHAR'";
  }
  const std::string reader = fmt::format(
      "read_csv({}, columns = {{{}}}, auto_detect = false, header = {}, delim = {}, quote = {}, "
      "escape = {}, nullstr = '', allow_quoted_nulls = false, strict_mode = true, null_padding = "
      "false, compression = 'none', hive_partitioning = false, max_line_size = {}, buffer_size = "
      "{})",
      files, columns, reading.has_header, byte_option(reading.form.separator),
      byte_option(reading.form.quote), byte_option(reading.form.escape), kCsvLineBytesMax,
      2 * kCsvLineBytesMax);
  // DuckDB makes a null of an empty line where there is one column.
  return names.size() == 1
             ? fmt::format("(FROM {} WHERE {} IS NOT NULL)", reader, quote_name(names.front()))
             : reader;
}

// Whether all files are what their reading says, byte by byte.
Status check_csv_files(const TableSource& source, const CsvReading& reading,
                       std::span<const std::string> names) {
  const bool names_own = reading.columns.empty();
  const std::string first = names_own ? source.files.front() : base::tr("columns");
  for (const std::string& file : source.files) {
    // One column holds whole lines, and what the first says is no name.
    if (names_own || (reading.has_header && names.size() > 1)) {
      const std::vector<std::string> header = TAGSMITH_TRY(read_csv_header(file, reading.form));
      auto same = check_same_header(names, first, header, file);
      if (!same) {
        base::Error error = std::move(same).error();
        error.hint = names_own ? base::tr(kSameColumns)
                               : base::tr("name the columns as the first line does, in its order");
        return error;
      }
    }
    TAGSMITH_TRY(check_csv(file, names.size(), reading.form));
  }
  return {};
}

// The columns that DuckDB finds over all lines.
Result<std::vector<Foreign>> describe_json(Connection& connection, const TableSource& source) {
  auto described = describe(
      connection,
      fmt::format(
          "read_json({}, format = 'newline_delimited', records = 'true', sample_size = -1, "
          "maximum_sample_files = 1000000000, map_inference_threshold = -1, "
          "field_appearance_threshold = 0, union_by_name = true, compression = 'uncompressed', "
          "hive_partitioning = false)",
          list_of_files(source)));
  if (described || described.error().message.find("expected records") == std::string::npos) {
    return described;
  }
  // Some line is no object, and only reading the lines says which one.
  TAGSMITH_TRY(
      connection.run("SELECT * FROM " + json_reader(list_of_files(source), "'any': 'JSON'")));
  return broken(base::tr("no line with a JSON object"), source.files.front(),
                base::tr(R"(each line is one object: {"user_id": "ann", "age": 31})"));
}

}  // namespace

CsvReading reading_of(TableSource::Format format) {
  return {.form = {.separator = format == TableSource::Format::kTsv ? '\t' : ','}};
}

Result<Found> find_csv(Connection& connection, const TableSource& source,
                       const CsvReading& reading) {
  const std::string& first_file = source.files.front();
  std::vector<std::string> names = reading.columns;
  if (names.empty()) {
    names = TAGSMITH_TRY(read_csv_header(first_file, reading.form));
  }
  TAGSMITH_TRY(check_names(names, first_file));
  TAGSMITH_TRY(check_csv_files(source, reading, names));
  Found found{.from = csv_reader(list_of_files(source), names, reading)};
  for (const std::string& name : names) {
    found.columns.push_back(
        {.name = name, .type = "VARCHAR", .expression = column_expression(name)});
  }
  std::vector<Inferred> which;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!reading.all_text && !is_hidden(source, names[i])) {
      which.push_back({.index = i});
    }
  }
  TAGSMITH_TRY(infer_types(connection, found.from, found.columns, which));
  const auto key = std::ranges::find(found.columns, source.key, &Foreign::name);
  if (key != found.columns.end()) {
    found.key_is_text = true;
    found.integer_key = key->type == "BIGINT" || key->type == "DECIMAL(38,0)";
    key->expression = column_expression(key->name);
  }
  return found;
}

Result<Found> find_json(Connection& connection, const TableSource& source) {
  for (const std::string& file : source.files) {
    TAGSMITH_TRY(check_json_lines(file));
  }
  const std::string files = list_of_files(source);
  std::vector<Foreign> columns = TAGSMITH_TRY(describe_json(connection, source));
  std::vector<std::string> names;
  if (looks_renamed(columns)) {
    names = TAGSMITH_TRY(json_names(connection, source));
  } else {
    std::ranges::transform(columns, std::back_inserter(names), &Foreign::name);
  }
  TAGSMITH_TRY(check_names(names, source.files.front()));
  std::string declared;
  std::vector<Inferred> inferred;
  for (size_t i = 0; i < columns.size(); ++i) {
    Foreign& column = columns[i];
    if (nesting_of(column.type) > kTypeNestingMax) {
      return broken(base::message("column {} has values that are nested more than {} times",
                                  base::quote(column.name), kTypeNestingMax),
                    source.files.front(), base::tr("leave it out of the file: no rule can use it"));
    }
    if (column.name == source.key) {
      if (column.type == "JSON") {
        TAGSMITH_TRY(check_mixed_key(connection, source, files));
      }
    } else if (const int allowed = types_to_find(column.type); allowed != 0) {
      inferred.push_back({.index = i, .allowed = allowed});
      column.type = "VARCHAR";
    }
    column.type = json_type(column.type);
    declared +=
        (declared.empty() ? "" : ", ") + quote_text(column.name) + ": " + quote_text(column.type);
  }
  Found found{.from = json_reader(files, declared), .columns = std::move(columns)};
  TAGSMITH_TRY(infer_types(connection, found.from, found.columns, inferred));
  return found;
}

}  // namespace tagsmith::duckdb
