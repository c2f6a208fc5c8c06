#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dataset/reader.h"

namespace tagsmith::dataset {

/// What holds for every table of a data set.
struct DataOptions {
  std::string day;  // the partition, "2025-11-22"; empty: the newest of each table
  std::string key = "user_id";
  std::string zone = "UTC";
};

/// The tables in `folder`, sorted by name. A folder with `dt=*` folders or *.parquet files is a
/// table, a folder of such folders a database; nothing deeper is looked at. Files of other kinds
/// are ignored, and so is every name that starts with '.' or '_'. `folder` itself is the one table,
/// under its own name, when it has `dt=*` folders or *.parquet files.
///
/// A table with `dt=*` folders is its partition of the day. Fails with E_DATA_PARTITION, naming the
/// partitions that could be read instead, when that one is missing or holds no *.parquet file; with
/// E_DATA_FILE when there is no folder or no table, and when a folder holds data of two kinds, of
/// which one would be lost: *.parquet files or `dt=*` folders beside one another or beside folders
/// of tables.
base::Result<std::vector<TableSource>> discover(const std::string& folder,
                                                const DataOptions& options);

/// The table of a definition NAME=WHAT or DATABASE.NAME=WHAT. WHAT is one SELECT, or a path or
/// pattern that ends in .parquet, .csv, .tsv, .jsonl or .ndjson; E_DATA_FILE when no file matches
/// it.
base::Result<TableSource> table_of_definition(std::string_view definition,
                                              const DataOptions& options);

/// What a file holds by the ending of its name: .parquet, .csv, .tsv, .jsonl, .ndjson.
std::optional<TableSource::Format> format_of_file(std::string_view path);

/// The name of a folder: of a link, and not of what it leads to; of "." that of the working folder.
std::string own_name(const std::string& folder);

/// "database.name" or "name".
std::string full_name(const TableSource& source);

/// Where a table comes from, for messages: its folder, its files where they were named without one,
/// or its name for a SELECT.
std::string place_of(const TableSource& source);

}  // namespace tagsmith::dataset
