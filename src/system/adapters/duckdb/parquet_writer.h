#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "dataset/reader.h"

namespace tagsmith::duckdb {

/// Writes user_id VARCHAR, tag_ids INTEGER[] to `path`, which is overwritten, in the order of
/// append(). Needs memory for one row group, however many rows there are. A writer destroyed
/// before finish() succeeded removes the file.
base::Result<std::unique_ptr<dataset::TagFileWriter>> make_parquet_writer(const std::string& path);

}  // namespace tagsmith::duckdb
