#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/duckdb/connection_internal.h"
#include "base/result.h"
#include "column/schema.h"
#include "dataset/reader.h"

namespace tagsmith::duckdb {

/// A table source in the terms of DuckDB: expressions over what stands after FROM.
struct Relation {
  std::string from;
  std::string key;  // VARCHAR, possibly null or empty
  bool integer_key = false;
  std::vector<column::Column> columns;            // without the key and the hidden ones
  std::vector<std::string> expressions;           // of each column; empty for kUnusable
  std::optional<std::vector<std::string>> files;  // as in TableDescription
};

/// Looks at the files. E_DATA_FILE, E_DATA_KEY as the contract of Reader says.
base::Result<Relation> find_relation(Connection& connection, const dataset::TableSource& source);

/// All columns of the files but the hidden ones, whether or not there is a key.
base::Result<std::vector<column::Column>> find_columns(Connection& connection,
                                                       const dataset::TableSource& source);

/// The names of zones that DuckDB has itself, which need not be those of the system's tz database:
/// kInvalidArgument for another.
base::Status check_duckdb_knows(Connection& connection, const std::string& zone);

/// SELECT key, columns[0], ... without FROM's rows removed: the key may be null or empty.
std::string select_text(const Relation& relation, std::string_view key_name,
                        std::span<const size_t> columns);

/// The indices of the columns that are not kUnusable.
std::vector<size_t> usable_columns(const Relation& relation);

/// `error`, met while reading `source`, with its path.
base::Error error_in(base::Error error, const dataset::TableSource& source);

/// DuckDB does not say which of several Parquet files it cannot decode. If `error` is E_DATA_FILE
/// and names none, each file is read alone, to the end: the error of the first that fails, with
/// that file as its path; else `error`.
base::Error name_damaged_file(Connection& connection, base::Error error,
                              const dataset::TableSource& source);

}  // namespace tagsmith::duckdb
