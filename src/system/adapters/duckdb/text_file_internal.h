#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tagsmith::duckdb {

/// No line of a CSV, quoted line breaks included, is longer.
inline constexpr size_t kCsvLineBytesMax = size_t{16} << 20;

/// How the fields of a CSV are told apart.
struct CsvForm {
  char separator = ',';
  char quote = '"';   // around a field; 0 when no byte quotes
  char escape = '"';  // before a quote inside of quotes; the quote itself, or another byte

  bool operator==(const CsvForm&) const = default;
};

/// A file to read. E_DATA_FILE with the path when it is not there or a folder, kUnavailable when
/// the system does not let us read it.
base::Result<std::ifstream> open_text(const std::string& path);

/// The fields of the first record of a CSV file (RFC 4180, but for the bytes that `form` says; a
/// byte order mark is skipped).
/// E_DATA_FILE with the path when there is none, or when it is not one; kUnavailable when the
/// system does not let us read it.
base::Result<std::vector<std::string>> read_csv_header(const std::string& path,
                                                       const CsvForm& form);

/// Reads a CSV file and finds what RFC 4180 does not allow, and DuckDB takes or tells less well:
/// lines with another number of fields than `field_count`, quotes out of place, line ends of
/// several kinds, bytes that are no UTF-8. Empty lines are passed over. E_DATA_FILE with path and
/// the line at which the record starts.
base::Status check_csv(const std::string& path, size_t field_count, const CsvForm& form);

/// What is wrong with a line, and what to do.
struct Complaint {
  std::string reason;
  std::string hint;
};

/// E_DATA_FILE of a line (from 1), which is shown.
base::Error broken_line(const std::string& path, size_t line, Complaint complaint,
                        std::string_view shown);

/// Whether each line that is not blank looks like an object, is UTF-8, and has nothing that DuckDB
/// takes and JSON has not (NaN, a comma before a bracket) or would round. E_DATA_FILE with path and
/// line. DuckDB says what else is wrong inside of it.
base::Status check_json_lines(const std::string& path);

/// Line `number` (from 1) of a text file without its line break; empty when there is none. For
/// messages.
std::string line_of_file(const std::string& path, size_t number);

}  // namespace tagsmith::duckdb
