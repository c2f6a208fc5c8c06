#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace tagsmith::duckdb {

/// No line of a CSV, quoted line breaks included, is longer.
inline constexpr size_t kCsvLineBytesMax = size_t{16} << 20;

/// The fields of the first record of a CSV file (RFC 4180; a byte order mark is skipped).
/// E_DATA_FILE with the path when there is none, or when it is not one; kUnavailable when the
/// system does not let us read it.
base::Result<std::vector<std::string>> read_csv_header(const std::string& path);

/// Line `number` (from 1) of a text file without its line break; empty when there is none. For
/// messages.
std::string line_of_file(const std::string& path, size_t number);

}  // namespace tagsmith::duckdb
