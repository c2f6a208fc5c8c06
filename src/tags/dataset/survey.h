#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/reader.h"

namespace tagsmith::dataset {

/// Folders of a table that are named after a day, one a day: "ds=20251122".
struct DayFolders {
  std::string column;      // "ds"
  std::string format;      // "%Y%m%d"
  std::string newest;      // the folder of the latest day that can be read: "ds=20251122"
  std::string day;         // of that folder: "2025-11-22"
  bool is_marked = false;  // complete folders have a file _SUCCESS

  bool operator==(const DayFolders&) const = default;
};

/// Files that look like one table.
struct SurveyedTable {
  std::string database;  // the name of the folder around it, below the one that was looked at
  std::string name;      // of its folder, or of its files without their ending: any text
  TableSource::Format format = TableSource::Format::kParquet;
  std::string path;                 // a file, a folder of Parquet files, or a pattern
  std::optional<DayFolders> days;   // then `path` is the folder of theirs
  std::string every_file;           // the path or pattern of all its files, of all days
  std::string newest_files;         // with `days`: the pattern of those of the newest day
  std::vector<std::string> newest;  // the files of the newest day; all where there are no days
  std::string remark;               // what a person should know, or empty

  bool operator==(const SurveyedTable&) const = default;
};

struct Survey {
  std::vector<SurveyedTable> tables;  // by database and name
  /// What was seen and is no table, as a sentence each.
  std::vector<std::string> passed_over;
};

/// Whether files of one format have the same columns.
using SameColumns = std::function<base::Result<bool>(const SurveyedTable&)>;

/// What the files in a folder look like, as tables. Read are .parquet, .csv, .tsv, .jsonl and
/// .ndjson. A file alone is a table, files named alike (part-0, part-1) with the same columns are
/// one; a folder of files of the same columns is a table, any other a database of tables. Folders
/// named COLUMN=DAY are the days of a table, and other COLUMN=VALUE folders parts of it. Names that
/// start with '.' or '_' are not looked at.
///
/// Fails with E_DATA_FILE when there is no such folder or nothing in it is a table.
base::Result<Survey> survey(const std::string& folder, const SameColumns& have_same_columns);

}  // namespace tagsmith::dataset
