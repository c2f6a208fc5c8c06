#include "dataset/discover.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/language.h"
#include "base/problem.h"
#include "base/words.h"
#include "column/days.h"
#include "column/readers.h"
#include "column/schema.h"
#include "files/folder.h"

namespace tagsmith::dataset {
namespace {

constexpr std::string_view kPartitionPrefix = "dt=";

base::Error data_error(std::string symbol, std::string path, std::string message,
                       std::string hint) {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = std::move(message),
          .symbol = std::move(symbol),
          .path = std::move(path),
          .hint = std::move(hint)};
}

bool is_hidden(const files::Entry& entry) {
  return entry.name.starts_with('.') || entry.name.starts_with('_');
}

bool is_partition(const files::Entry& entry) {
  return entry.is_folder && entry.name.starts_with(kPartitionPrefix);
}

bool is_parquet(const files::Entry& entry) {
  return !entry.is_folder && !is_hidden(entry) && entry.name.ends_with(".parquet");
}

// What one folder holds, as far as it matters here.
struct Folder {
  std::string path;
  std::vector<std::string> partitions;  // "dt=2025-11-22"
  std::vector<std::string> parquet;     // paths
  std::vector<std::string> folders;     // names of the others

  [[nodiscard]] bool is_table() const { return !partitions.empty() || !parquet.empty(); }
};

base::Result<Folder> look_into(const std::string& path) {
  Folder folder{.path = path};
  for (const files::Entry& entry : TAGSMITH_TRY(files::list_folder(path))) {
    if (is_partition(entry)) {
      folder.partitions.push_back(entry.name);
    } else if (is_parquet(entry)) {
      folder.parquet.push_back(files::join(path, entry.name));
    } else if (entry.is_folder && !is_hidden(entry)) {
      folder.folders.push_back(entry.name);
    }
  }
  return folder;
}

// Data of two kinds in one folder: whichever were read, the other would be lost without a word.
base::Error mixed(const Folder& folder, std::string message, std::string hint) {
  return data_error("E_DATA_FILE", folder.path, std::move(message), std::move(hint));
}

// What makes the first table below `folder` one, a path, at most `depth` folders down; nothing when
// there is no table.
base::Result<std::optional<std::string>> find_table_below(const Folder& folder, int depth) {
  for (const std::string& name : folder.folders) {
    const Folder below = TAGSMITH_TRY(look_into(files::join(folder.path, name)));
    if (!below.parquet.empty()) {
      return std::optional(below.parquet.front());
    }
    if (!below.partitions.empty()) {
      return std::optional(files::join(below.path, below.partitions.front()));
    }
    if (depth > 1) {
      if (auto found = TAGSMITH_TRY(find_table_below(below, depth - 1))) {
        return found;
      }
    }
  }
  return std::optional<std::string>();
}

// A Parquet file of the first partition that has one, else that partition's folder.
base::Result<std::string> example_of_partitions(const Folder& table) {
  for (const std::string& name : table.partitions) {
    const Folder partition = TAGSMITH_TRY(look_into(files::join(table.path, name)));
    if (!partition.parquet.empty()) {
      return partition.parquet.front();
    }
  }
  return files::join(table.path, table.partitions.front());
}

// Refuses a table's or a partition's folder when it holds data that nobody would read.
base::Status check_one_kind(const Folder& folder) {
  if (!folder.partitions.empty() && !folder.parquet.empty()) {
    return mixed(
        folder,
        base::message("a table has either dt=* folders or *.parquet files, this folder has "
                      "both: {} and {}",
                      TAGSMITH_TRY(example_of_partitions(folder)), folder.parquet.front()),
        base::tr("move the files into the dt=* folder that they belong to, or out of the table"));
  }
  constexpr int kDepth = 2;  // of a table of a database
  const auto below = TAGSMITH_TRY(find_table_below(folder, kDepth));
  if (!below) {
    return {};
  }
  const std::string own =
      folder.parquet.empty() ? TAGSMITH_TRY(example_of_partitions(folder)) : folder.parquet.front();
  return mixed(
      folder,
      base::message("a folder holds either the files of one table or folders of tables, this "
                    "one has both: {} and {}",
                    own, *below),
      base::tr("move the files into a folder of their own; a folder whose name starts with '_' is "
               "not looked into"));
}

// The day of "dt=2025-11-22" as days since 1970, nothing for other names.
std::optional<std::int32_t> day_of_partition(std::string_view name) {
  const std::string_view text = name.substr(kPartitionPrefix.size());
  const auto moment = column::read_moment(text);
  constexpr size_t kDayLength = 10;
  if (!moment || !moment->is_day || text.size() != kDayLength) {
    return std::nullopt;
  }
  return column::day_of(moment->micros);
}

// The partition of the latest day; names that are no day count only where there is no other.
std::string newest(const std::vector<std::string>& partitions) {
  return *std::ranges::max_element(partitions, {}, [](const std::string& name) {
    return std::pair(day_of_partition(name), name);
  });
}

// The partitions that could be read instead of `wanted`, the nearest day first, of two as near the
// earlier; and the newest of them.
struct Readable {
  std::vector<std::string> nearest;
  std::string newest;
};

base::Result<Readable> find_readable(const Folder& table, const std::string& wanted) {
  Readable readable;
  std::vector<std::pair<std::int32_t, std::string>> by_distance;
  const std::int32_t target = day_of_partition(wanted).value_or(0);
  for (const std::string& name : table.partitions) {
    const auto day = day_of_partition(name);
    if (!day || TAGSMITH_TRY(look_into(files::join(table.path, name))).parquet.empty()) {
      continue;
    }
    by_distance.emplace_back(std::abs(*day - target), name);
    readable.newest = std::max(readable.newest, name);  // names of days sort as the days do
  }
  std::ranges::sort(by_distance);
  for (auto& [distance, name] : by_distance) {
    readable.nearest.push_back(std::move(name));
  }
  return readable;
}

// E_DATA_PARTITION, or the error of a folder that cannot be listed.
base::Error no_partition(const Folder& table, const std::string& name, const std::string& wanted,
                         std::string_view what) {
  constexpr size_t kShownMax = 3;
  auto found = find_readable(table, wanted);
  if (!found) {
    return std::move(found).error();
  }
  Readable& readable = *found;
  std::string hint = base::tr("wait until the partition is written");
  if (!readable.nearest.empty()) {
    readable.nearest.resize(std::min(readable.nearest.size(), kShownMax));
    hint += base::message(", or name another with --dt; the nearest: {}",
                          fmt::join(readable.nearest, ", "));
  }
  return data_error(
      "E_DATA_PARTITION", files::join(table.path, wanted),
      base::message("table {}: {}; {}", base::quote(name), what,
                    readable.newest.empty()
                        ? base::tr("no partition of a day holds a *.parquet file")
                        : base::message("the newest partition with files is {}", readable.newest)),
      std::move(hint));
}

// The files of the one partition that is read.
base::Result<std::vector<std::string>> partition_files(const Folder& table, const std::string& name,
                                                       const DataOptions& options) {
  const std::string wanted =
      options.day.empty() ? newest(table.partitions) : std::string(kPartitionPrefix) + options.day;
  if (!day_of_partition(wanted)) {
    return no_partition(table, name, wanted,
                        base::message("partition {} is named after no day", wanted));
  }
  if (std::ranges::find(table.partitions, wanted) == table.partitions.end()) {
    return no_partition(table, name, wanted, base::message("there is no partition {}", wanted));
  }
  Folder partition = TAGSMITH_TRY(look_into(files::join(table.path, wanted)));
  if (partition.parquet.empty()) {
    return no_partition(table, name, wanted,
                        base::message("partition {} holds no *.parquet file", wanted));
  }
  TAGSMITH_TRY(check_one_kind(partition));
  return std::move(partition.parquet);
}

base::Result<TableSource> table_of(Folder folder, std::string database, std::string name,
                                   const DataOptions& options) {
  TableSource source{.database = std::move(database),
                     .name = std::move(name),
                     .key = options.key,
                     .zone = options.zone};
  TAGSMITH_TRY(check_one_kind(folder));
  if (folder.partitions.empty()) {
    source.files = std::move(folder.parquet);
  } else {
    source.files = TAGSMITH_TRY(partition_files(folder, full_name(source), options));
    source.hidden = {"dt"};
  }
  return source;
}

// Adds the table, or the tables of the database, that `parent` has under `name`.
base::Status add_below(const std::string& parent, const std::string& name,
                       const DataOptions& options, std::vector<TableSource>& tables) {
  Folder folder = TAGSMITH_TRY(look_into(files::join(parent, name)));
  if (folder.is_table()) {
    tables.push_back(TAGSMITH_TRY(table_of(std::move(folder), "", name, options)));
    return {};
  }
  for (const std::string& table_name : folder.folders) {
    Folder table = TAGSMITH_TRY(look_into(files::join(folder.path, table_name)));
    if (table.is_table()) {
      tables.push_back(TAGSMITH_TRY(table_of(std::move(table), name, table_name, options)));
    }
  }
  return {};
}

// Whether a text starts as a SELECT does and no file has it for a name.
bool is_select(std::string_view text) {
  const size_t end = text.find_first_of(" \t\n\r");
  const std::string word = base::lower(text.substr(0, end));
  std::error_code unknown;
  return end != std::string_view::npos && (word == "select" || word == "from" || word == "with") &&
         !std::filesystem::exists(text, unknown);
}

}  // namespace

base::Result<std::vector<TableSource>> discover(const std::string& folder,
                                                const DataOptions& options) {
  auto looked = look_into(folder);
  if (!looked) {
    base::Error error = std::move(looked).error();
    if (error.code != base::ErrorCode::kUnavailable) {
      error.symbol = "E_DATA_FILE";
      error.hint = base::tr(
          "give a folder of tables: FOLDER/TABLE/dt=YYYY-MM-DD/*.parquet; a file is --table "
          "NAME=FILE");
    }
    return error;
  }
  Folder root = std::move(looked).value();
  std::vector<TableSource> tables;
  if (root.is_table()) {
    tables.push_back(TAGSMITH_TRY(table_of(std::move(root), "", own_name(folder), options)));
  } else {
    for (const std::string& name : root.folders) {
      TAGSMITH_TRY(add_below(folder, name, options, tables));
    }
  }
  if (tables.empty()) {
    return data_error(
        "E_DATA_FILE", folder,
        base::message("no table in {}: no folder there has dt=* folders or *.parquet files",
                      base::quote(folder, folder.size())),
        base::tr("a table is FOLDER/TABLE/dt=YYYY-MM-DD/*.parquet or FOLDER/TABLE/*.parquet"));
  }
  std::ranges::sort(tables, {}, full_name);
  return tables;
}

base::Result<TableSource> table_of_definition(std::string_view definition,
                                              const DataOptions& options) {
  const size_t equals = definition.find('=');
  const std::string_view name = column::trim_blanks(definition.substr(0, equals));
  const std::string_view what =
      equals == std::string_view::npos ? "" : column::trim_blanks(definition.substr(equals + 1));
  const size_t point = name.find('.');
  const std::string_view database = point == std::string_view::npos ? "" : name.substr(0, point);
  const std::string_view table = point == std::string_view::npos ? name : name.substr(point + 1);
  const bool database_fits = point == std::string_view::npos || base::is_identifier(database);
  if (what.empty() || !base::is_identifier(table) || !database_fits) {
    base::Error error =
        base::invalid_argument(base::message("{} defines no table", base::quote(definition)));
    error.hint = base::tr("write NAME=FILE or NAME=SELECT ..., for example users=users.csv");
    return error;
  }
  TableSource source{.database = std::string(database),
                     .name = std::string(table),
                     .key = options.key,
                     .zone = options.zone};
  const auto format = is_select(what) ? std::nullopt : format_of_file(what);
  if (!format && what.find_first_of(" \t\n\r('\"") == std::string_view::npos) {
    return data_error("E_DATA_FILE", std::string(what),
                      base::message("{} is no kind of file that is read by its name, and no SELECT",
                                    base::quote(what)),
                      base::tr("names end in .csv, .tsv, .jsonl, .ndjson or .parquet; a SELECT may "
                               "read others, as the "
                               "guide says"));
  }
  if (!format) {
    source.format = TableSource::Format::kSelect;
    source.select = what;
    return source;
  }
  source.format = *format;
  auto matching = files::matching_paths(std::string(what));
  if (!matching && matching.error().code != base::ErrorCode::kNotFound) {
    return std::move(matching).error();
  }
  if (!matching || matching->empty()) {
    return data_error("E_DATA_FILE", std::string(what),
                      base::message("no file {}", base::quote(what, what.size())),
                      base::tr("paths are relative to the working directory"));
  }
  source.files = std::move(matching).value();
  return source;
}

std::optional<TableSource::Format> format_of_file(std::string_view path) {
  if (path.ends_with(".parquet")) {
    return TableSource::Format::kParquet;
  }
  if (path.ends_with(".csv")) {
    return TableSource::Format::kCsv;
  }
  if (path.ends_with(".tsv")) {
    return TableSource::Format::kTsv;
  }
  if (path.ends_with(".jsonl") || path.ends_with(".ndjson")) {
    return TableSource::Format::kJsonLines;
  }
  return std::nullopt;
}

std::string own_name(const std::string& folder) {
  std::string given = folder;
  while (given.ends_with('/')) {
    given.pop_back();
  }
  std::string name = std::filesystem::path(given).filename().string();
  if (!name.empty() && name != "." && name != "..") {
    return name;  // of a link, and not of what it leads to
  }
  std::error_code error;
  return std::filesystem::canonical(folder, error).filename().string();
}

std::string full_name(const TableSource& source) {
  return column::full_name(source.database, source.name);
}

std::string place_of(const TableSource& source) {
  if (source.files.empty()) {
    return full_name(source);
  }
  const std::filesystem::path& first = source.files.front();
  const std::string folder = first.parent_path().string();
  return folder.empty() ? fmt::format("{}", fmt::join(source.files, ", ")) : folder;
}

}  // namespace tagsmith::dataset
