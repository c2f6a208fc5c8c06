#pragma once

#include <memory>
#include <string>

#include "adapters/duckdb/database.h"
#include "base/result.h"
#include "dataset/reader.h"

namespace tagsmith::duckdb {

/// A reader of Parquet, CSV, JSON lines and SELECTs.
///
/// Parquet: all files have the same columns and types. CSV: RFC 4180, UTF-8, one header line, the
/// same in all files; an empty field is null, a quoted empty field is empty text. The types of a
/// CSV are found over all rows of all files: a column is boolean, int, decimal(38,0), double, date
/// or timestamp if each of its values is plainly one, else text ("007", "1e999" and a day that does
/// not exist are text; a key stays the text it is). JSON lines: each line is an object; a key that
/// is absent is null; texts become dates as in CSV, a column of several kinds becomes text.
///
/// A SELECT is one statement that only reads. It reaches what this process may read (relative to
/// the working directory), not the network, and can change neither files nor settings. Files that
/// it names are read as strictly, in it the zone of its source holds, and what reads the clock or
/// draws lots is refused.
///
/// What it found out about a source is kept until it is destroyed: files must not change meanwhile.
base::Result<std::unique_ptr<dataset::Reader>> make_reader(const DatabaseOptions& options = {});

/// A SELECT that gives what a reader reads: the key as VARCHAR under its name, never null or
/// empty, then the usable columns as BIGINT, DECIMAL, UBIGINT, HUGEINT or UHUGEINT (SEMANTICS 23:
/// decimal(38,0)), DOUBLE, FLOAT, VARCHAR, BOOLEAN, DATE, TIMESTAMP or VARCHAR[]. It looks at the
/// files, as describe() does and with its errors. A SELECT gives the same only in a session whose
/// TimeZone is the source's zone.
base::Result<std::string> relation_sql(Database& database, const dataset::TableSource& source);

}  // namespace tagsmith::duckdb
