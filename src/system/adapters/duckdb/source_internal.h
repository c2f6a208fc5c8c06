#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/duckdb/connection_internal.h"
#include "adapters/duckdb/text_file_internal.h"
#include "base/result.h"
#include "column/type.h"
#include "dataset/reader.h"

namespace tagsmith::duckdb {

/// A column before it is brought to one of our forms.
struct Foreign {
  std::string name;
  std::string type;        // DuckDB's name, or kInt96
  std::string expression;  // gives a value of `type`
};

/// What stands after FROM, and its columns as they are found there.
struct Found {
  std::string from;
  std::vector<Foreign> columns;
  bool key_is_text = false;  // the key is read as the text that it is: `integer_key` says more
  bool integer_key = false;
  std::optional<std::vector<std::string>> files;  // as in TableDescription
};

/// How a CSV is read.
struct CsvReading {
  CsvForm form;
  /// Names its columns, which are texts then; empty: the header names them.
  std::vector<std::string> columns;
  bool has_header = true;
  bool all_text = false;  // else a column is what all its values are
};

/// How a file is read that is named without more.
CsvReading reading_of(dataset::TableSource::Format format);

/// Parquet's old timestamps: DuckDB gives a TIMESTAMP, but the value is a point in time (UTC).
/// (Nanoseconds with a zone it cuts to microseconds towards 1970 before we see them.)
inline constexpr std::string_view kInt96 = "INT96";

/// A Parquet file may have decimals of more digits; DuckDB gives wrong doubles for them.
inline constexpr int kDecimalDigitsMax = 38;

/// The type that "DECIMAL(18,2)" names.
column::Type decimal_type(std::string_view text);

/// Whether the type is a decimal of more digits than DuckDB reads.
bool is_too_wide(std::string_view type);

/// Look at the files of a source, of which there is at least one.
base::Result<Found> find_parquet(Connection& connection, const dataset::TableSource& source);
base::Result<Found> find_csv(Connection& connection, const dataset::TableSource& source,
                             const CsvReading& reading);
base::Result<Found> find_json(Connection& connection, const dataset::TableSource& source);

/// A SELECT, in which each file named after FROM is read as find_csv, find_json and find_parquet
/// read it, and read_parquet() reads only files that find_parquet takes together. Refuses whatever
/// else would guess at a file's form, pass over what does not fit or convert what differs, and what
/// depends on the clock or on chance.
base::Result<Found> find_select(Connection& connection, const dataset::TableSource& source);

/// E_DATA_FILE.
base::Error broken(std::string message, std::string_view path, std::string hint);

/// E_DATA_KEY, with the path of the table.
base::Error no_key(std::string message, const dataset::TableSource& source);

/// The column `name` of the relation `source`.
std::string column_expression(std::string_view name);

/// The files as an SQL list of paths, in which no character is a pattern.
std::string list_of_files(const dataset::TableSource& source);

bool is_hidden(const dataset::TableSource& source, std::string_view name);

/// DuckDB's names ignore letter case and ours do not: two names that it cannot tell apart would
/// silently give one column twice.
base::Status check_names(std::span<const std::string> names, std::string_view path);

/// The columns of `from` as DuckDB sees them.
base::Result<std::vector<Foreign>> describe(Connection& connection, const std::string& from);

}  // namespace tagsmith::duckdb
