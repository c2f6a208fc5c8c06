#include "dataset/survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <tuple>
#include <utility>

#include "base/language.h"
#include "base/problem.h"
#include "base/words.h"
#include "dataset/day_format.h"
#include "dataset/discover.h"
#include "files/folder.h"

namespace tagsmith::dataset {
namespace {

constexpr std::string_view kMarker = "_SUCCESS";
constexpr std::array<std::string_view, 5> kEndings = {".parquet", ".csv", ".tsv", ".jsonl",
                                                      ".ndjson"};

bool is_hidden(std::string_view name) { return name.starts_with('.') || name.starts_with('_'); }

// What one folder holds.
struct Listing {
  std::string path;
  std::vector<std::string> files;       // names of data files
  std::vector<std::string> partitions;  // "ds=20251122"
  std::vector<std::string> folders;     // names of the others
  std::vector<std::string> others;      // names of files of other kinds
  bool is_marked = false;
};

base::Result<Listing> list_data(const std::string& path) {
  Listing folder{.path = path};
  for (const files::Entry& entry : TAGSMITH_TRY(files::list_folder(path))) {
    if (is_hidden(entry.name)) {
      folder.is_marked = folder.is_marked || (!entry.is_folder && entry.name == kMarker);
    } else if (!entry.is_folder) {
      (format_of_file(entry.name) ? folder.files : folder.others).push_back(entry.name);
    } else {
      (entry.name.find('=') == std::string::npos ? folder.folders : folder.partitions)
          .push_back(entry.name);
    }
  }
  return folder;
}

std::string ending_of(const std::string& file) { return file.substr(file.rfind('.')); }
// Spark names folders as others name files: users.parquet/part-0.parquet.
std::string without_ending(const std::string& name) {
  return format_of_file(name) ? name.substr(0, name.rfind('.')) : name;
}

// `path` as a part of a pattern in which no character of it is one.
std::string exactly(std::string_view path) {
  std::string out;
  for (const char c : path) {
    out += (std::string_view(R"(*?[\)").find(c) == std::string_view::npos ? "" : "\\");
    out += c;
  }
  return out;
}

// "part-" of "part-00001-c000.parquet": what files that belong together have in common.
std::string stem_of(const std::string& file) {
  const std::string name = without_ending(file);
  return name.substr(0, name.find_first_of("0123456789"));
}

// A name without the blanks, points and dashes at its end.
std::string trimmed(const std::string& name) {
  const size_t last = name.find_last_not_of(" .-_=");
  return last == std::string::npos ? std::string() : name.substr(0, last + 1);
}

// --- Days ---------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 4> kDayFormats = {"%Y-%m-%d", "%Y%m%d", "%Y_%m_%d",
                                                         "%Y.%m.%d"};

// A partition by its parts: "ds=20251122".
struct Partition {
  std::string folder;
  std::string column;
  std::string value;
};

std::vector<Partition> partitions_of(const Listing& folder) {
  std::vector<Partition> partitions;
  for (const std::string& name : folder.partitions) {
    const size_t equals = name.find('=');
    partitions.push_back({name, name.substr(0, equals), name.substr(equals + 1)});
  }
  return partitions;
}

// The format in which every partition of a column is a day, or empty.
std::string_view format_of_days(const std::vector<Partition>& partitions) {
  for (const std::string_view format : kDayFormats) {
    if (std::ranges::all_of(partitions, [&](const Partition& partition) {
          return day_of_text(format, partition.value).has_value();
        })) {
      return format;
    }
  }
  return {};
}

// --- Tables -------------------------------------------------------------------------------------

class Surveyor {
 public:
  explicit Surveyor(const SameColumns& have_same_columns) : have_same_columns_(have_same_columns) {}

  base::Status look_at_all(const std::string& path, const std::string& own_name) {
    const Listing root = TAGSMITH_TRY(list_data(path));
    TAGSMITH_TRY(add_partitions(root, "", own_name));
    TAGSMITH_TRY(add_files(root, "", own_name));
    for (const std::string& name : root.folders) {
      TAGSMITH_TRY(add_folder(root, name));
    }
    return {};
  }

  Survey finish() {
    std::ranges::sort(out_.tables, {}, [](const SurveyedTable& table) {
      return std::tie(table.database, table.name, table.path);
    });
    return std::move(out_);
  }

 private:
  // A folder of the root: a table, or a database of tables.
  base::Status add_folder(const Listing& root, const std::string& name) {
    const Listing folder = TAGSMITH_TRY(list_data(files::join(root.path, name)));
    TAGSMITH_TRY(add_partitions(folder, "", without_ending(name)));
    TAGSMITH_TRY(add_table_folder(folder, "", without_ending(name)));
    for (const std::string& below : folder.folders) {
      const Listing table = TAGSMITH_TRY(list_data(files::join(folder.path, below)));
      TAGSMITH_TRY(add_partitions(table, name, without_ending(below)));
      TAGSMITH_TRY(add_table_folder(table, name, without_ending(below)));
      for (const std::string& deeper : table.folders) {
        pass_over(files::join(table.path, deeper), "deeper than tables are looked for");
      }
    }
    return {};
  }

  // The files of a folder that has them: one table where all have the same columns.
  base::Status add_table_folder(const Listing& folder, const std::string& database,
                                const std::string& name) {
    note_others(folder);
    const auto by_ending = grouped(folder.files, ending_of);
    if (by_ending.size() == 1) {
      SurveyedTable table = table_of_files(folder, folder.files, database, name);
      const std::string ending = by_ending.begin()->first;
      table.every_file = exactly(folder.path) + "/*" + ending;
      // A path that ends as a file does would be taken for one.
      const bool is_plain = table.format == TableSource::Format::kParquet &&
                            folder.folders.empty() && folder.partitions.empty() &&
                            !format_of_file(folder.path);
      table.path = is_plain ? folder.path : table.every_file;
      const bool is_one = folder.files.size() == 1 || TAGSMITH_TRY(have_same_columns_(table));
      if (is_one) {
        out_.tables.push_back(std::move(table));
        return {};
      }
    }
    return add_files(folder, database.empty() ? name : database + "_" + name, name);
  }

  // Files each of which is a table, but for those of one that are named alike.
  base::Status add_files(const Listing& folder, const std::string& database,
                         const std::string& own_name) {
    if (database.empty()) {
      note_others(folder);
    }
    for (const auto& [series, names] : grouped(folder.files, [](const std::string& file) {
           return stem_of(file) + "\n" + ending_of(file);
         })) {
      const std::string stem = series.substr(0, series.find('\n'));
      if (names.size() > 1) {
        const std::string name = trimmed(stem);
        const bool is_part = name.empty() || name == "part" || name == "data";
        SurveyedTable table = table_of_files(folder, names, database, is_part ? own_name : name);
        table.path = exactly(folder.path + "/" + stem) + "*" + ending_of(names.front());
        table.every_file = table.path;
        if (matches_only(folder, stem, names) && TAGSMITH_TRY(have_same_columns_(table))) {
          out_.tables.push_back(newest_of_days(folder, names, std::move(table)));
          continue;
        }
      }
      for (const std::string& file : names) {
        out_.tables.push_back(table_of_files(folder, {file}, database, without_ending(file)));
      }
    }
    return {};
  }

  // A table of the folders COLUMN=VALUE in a folder.
  base::Status add_partitions(const Listing& folder, const std::string& database,
                              const std::string& name) {
    const std::vector<Partition> all = partitions_of(folder);
    std::map<std::string, std::vector<Partition>> by_column;
    for (const Partition& partition : all) {
      by_column[partition.column].push_back(partition);
    }
    for (const auto& [column, partitions] : by_column) {
      const std::string own = by_column.size() == 1 ? name : fmt::format("{}_{}", name, column);
      TAGSMITH_TRY(add_partitioned(folder, partitions, database, own));
    }
    return {};
  }

  base::Status add_partitioned(const Listing& folder, const std::vector<Partition>& partitions,
                               const std::string& database, const std::string& name) {
    const std::string_view format = format_of_days(partitions);
    const std::string& column = partitions.front().column;
    SurveyedTable table{.database = database, .name = name, .path = folder.path};
    DayFolders days{.column = column, .format = std::string(format)};
    for (const Partition& partition : partitions) {
      const Listing inside = TAGSMITH_TRY(list_data(files::join(folder.path, partition.folder)));
      const auto endings = grouped(inside.files, ending_of);
      if (format.empty() || !inside.partitions.empty() || endings.size() > 1) {
        return add_nested(folder, partitions, std::move(table));
      }
      if (endings.empty()) {
        continue;
      }
      const std::string day = day_of_text(format, partition.value).value_or("");
      // A marked folder is newer than any without a mark: that one may be half written.
      if (std::pair(inside.is_marked, day) > std::pair(days.is_marked, days.day)) {
        days.is_marked = inside.is_marked;
        days.day = day;
        days.newest = partition.folder;
        const SurveyedTable files = table_of_files(inside, inside.files, database, name);
        table.newest = files.newest;
        table.format = files.format;
        const std::string& ending = endings.begin()->first;
        table.every_file =
            fmt::format("{}/{}=*/*{}", exactly(folder.path), exactly(column), ending);
        table.newest_files = fmt::format("{}/*{}", exactly(inside.path), ending);
      }
    }
    if (days.newest.empty()) {
      pass_over(folder.path, fmt::format("its folders {}=... hold no data file", column));
      return {};
    }
    table.days = std::move(days);
    out_.tables.push_back(std::move(table));
    return {};
  }

  // Folders that are no days, or have folders inside: all their files are the table, or those of
  // the latest where the values are days.
  base::Status add_nested(const Listing& folder, const std::vector<Partition>& partitions,
                          SurveyedTable table) {
    std::string pattern = exactly(folder.path);
    table.remark =
        fmt::format("All folders {0}=... together; {0} is no column.", partitions.front().column);
    if (!format_of_days(partitions).empty() || is_part_of_day(partitions)) {
      const std::string newest = TAGSMITH_TRY(newest_below(folder, partitions));
      pattern = exactly(files::join(folder.path, newest));
      table.remark =
          fmt::format("The files of {} alone: another day has to be written here.", newest);
    }
    for (const std::string_view ending : kEndings) {
      const std::string every = fmt::format("{}/**/*{}", pattern, ending);
      std::vector<std::string> files = TAGSMITH_TRY(files::matching_paths(every));
      if (files.empty()) {
        continue;
      }
      if (!table.newest.empty()) {
        pass_over(files.front(), fmt::format("of another kind than {}", table.newest.front()));
        continue;
      }
      table.format = *format_of_file(ending);
      table.path = every;
      table.every_file = every;
      table.newest = std::move(files);
    }
    if (table.newest.empty()) {
      pass_over(folder.path,
                fmt::format("its folders {}=... hold no data file", partitions.front().column));
      return {};
    }
    out_.tables.push_back(std::move(table));
    return {};
  }

  // "year=2025/month=11/day=22": the latest folder, as far down as folders are parts of a day.
  static base::Result<std::string> newest_below(const Listing& folder,
                                                std::vector<Partition> partitions) {
    std::string newest;
    do {
      const Partition& latest =
          *std::ranges::max_element(partitions, {}, [](const Partition& partition) {
            return std::pair(partition.value.size(), partition.value);
          });
      newest += (newest.empty() ? "" : "/") + latest.folder;
      partitions = partitions_of(TAGSMITH_TRY(list_data(files::join(folder.path, newest))));
    } while (!partitions.empty() && is_part_of_day(partitions));
    return newest;
  }

  static bool is_part_of_day(const std::vector<Partition>& partitions) {
    return std::ranges::all_of(partitions, [](const Partition& partition) {
      const std::string name = base::lower(partition.column);
      return name == "year" || name == "month" || name == "day" || name == "y" || name == "m" ||
             name == "d";
    });
  }

  // Of files that are named after days the last one is the table as it is now.
  static SurveyedTable newest_of_days(const Listing& folder, const std::vector<std::string>& names,
                                      SurveyedTable table) {
    std::string newest_day;
    std::string newest;
    for (const std::string& name : names) {
      std::string rest = without_ending(name).substr(stem_of(name).size());
      std::optional<std::string> day;
      for (const std::string_view format : kDayFormats) {
        day = day ? day : day_of_text(format, rest);
      }
      if (!day) {
        return table;
      }
      if (*day > newest_day) {
        newest_day = *day;
        newest = name;
      }
    }
    table.remark = fmt::format("The last of {} files that are named after days.", names.size());
    table.path = files::join(folder.path, newest);
    table.every_file = table.path;
    table.newest = {table.path};
    return table;
  }

  static SurveyedTable table_of_files(const Listing& folder, const std::vector<std::string>& names,
                                      const std::string& database, const std::string& name) {
    SurveyedTable table{.database = database, .name = name};
    for (const std::string& file : names) {
      table.newest.push_back(files::join(folder.path, file));
    }
    table.format = *format_of_file(names.front());
    table.path = table.newest.front();
    table.every_file = table.path;
    return table;
  }

  // Whether no other file of the folder has a name that "STEM*ENDING" matches.
  static bool matches_only(const Listing& folder, const std::string& stem,
                           const std::vector<std::string>& names) {
    const auto matching = std::ranges::count_if(folder.files, [&](const std::string& file) {
      return file.starts_with(stem) && ending_of(file) == ending_of(names.front());
    });
    return static_cast<size_t>(matching) == names.size();
  }

  template <typename KeyOf>
  static std::map<std::string, std::vector<std::string>> grouped(
      const std::vector<std::string>& names, const KeyOf& key_of) {
    std::map<std::string, std::vector<std::string>> groups;
    for (const std::string& name : names) {
      groups[key_of(name)].push_back(name);
    }
    return groups;
  }

  void note_others(const Listing& folder) {
    for (const std::string& name : folder.others) {
      pass_over(files::join(folder.path, name), "no kind of file that is read");
    }
  }

  void pass_over(const std::string& path, std::string_view why) {
    out_.passed_over.push_back(fmt::format("{}: {}", path, why));
  }

  const SameColumns& have_same_columns_;
  Survey out_;
};

}  // namespace

base::Result<Survey> survey(const std::string& folder, const SameColumns& have_same_columns) {
  Surveyor surveyor(have_same_columns);
  const base::Status looked = surveyor.look_at_all(folder, own_name(folder));
  if (!looked) {
    base::Error error = looked.error();
    if (error.symbol.empty() && error.code != base::ErrorCode::kUnavailable) {
      error.symbol = "E_DATA_FILE";
      error.path = folder;
      error.hint = base::tr("give a folder that holds the files of the tables");
    }
    return error;
  }
  Survey survey = surveyor.finish();
  if (survey.tables.empty()) {
    return base::Error{
        .code = base::ErrorCode::kInvalidArgument,
        .message = base::message("no table in {}", base::quote(folder, folder.size())),
        .symbol = "E_DATA_FILE",
        .path = folder,
        .hint = base::tr(
            "tables are files that end in .parquet, .csv, .tsv, .jsonl or .ndjson, or folders "
            "of them")};
  }
  return survey;
}

}  // namespace tagsmith::dataset
