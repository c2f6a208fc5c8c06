#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "column/schema.h"
#include "column/value.h"
#include "rule/check.h"

namespace tagsmith::golden {

/// One rule of a golden file with what is expected of it. README.md says how the files look.
struct Case {
  std::string title;
  size_t line = 0;  // of the title, counted from 1
  std::string source;
  bool json = false;
  rule::CheckOptions options;
  std::vector<std::string> expected;  // the lines of the result, as they stand
  size_t expected_at = 0;             // index into the lines of the file
};

/// The users of a file: what they have in each table where they have a row.
using UserRow = std::map<column::ColumnId, column::Value>;

struct GoldenFile {
  std::string name;
  std::vector<std::string> lines;
  column::Schema schema;
  std::map<std::string, UserRow> users;  // in the byte order of their keys
  std::int32_t as_of = 0;
  std::vector<std::pair<std::string, std::string>> tags;  // code, rule in the text form
  std::vector<Case> cases;
};

/// Reads a golden file; the message of an error names file and line.
base::Result<GoldenFile> read_golden_file(const std::string& path);

/// Puts `results`, the lines of each case, in the place of those that the file has.
base::Status rewrite_golden_file(const std::string& path, const GoldenFile& file,
                                 const std::vector<std::vector<std::string>>& results);

}  // namespace tagsmith::golden
