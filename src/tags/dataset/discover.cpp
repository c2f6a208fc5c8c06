#include "dataset/discover.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/problem.h"
#include "column/readers.h"
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

bool is_day(std::string_view text) {
  const auto moment = column::read_moment(text);
  return moment && moment->is_day && text == column::trim_blanks(text);
}

// The partition of the latest day; names that are no day count only where there is no other.
std::string newest(const std::vector<std::string>& partitions) {
  return *std::ranges::max_element(partitions, {}, [](const std::string& name) {
    return std::pair(is_day(std::string_view(name).substr(kPartitionPrefix.size())), name);
  });
}

// The files of the one partition that is read.
base::Result<std::vector<std::string>> partition_files(const Folder& table, const std::string& name,
                                                       const DataOptions& options) {
  const std::string last = newest(table.partitions);
  const std::string wanted =
      options.day.empty() ? last : std::string(kPartitionPrefix) + options.day;
  const std::string path = files::join(table.path, wanted);
  const std::string hint = last == wanted
                               ? "wait until the partition is written, or name another"
                               : fmt::format("the newest there is {}: name it with --dt", last);
  if (std::ranges::find(table.partitions, wanted) == table.partitions.end()) {
    return data_error("E_DATA_PARTITION", path,
                      fmt::format("table {} has no partition {}; the newest there is {}",
                                  base::quote(name), wanted, last),
                      hint);
  }
  Folder partition = TAGSMITH_TRY(look_into(path));
  if (partition.parquet.empty()) {
    return data_error("E_DATA_PARTITION", path,
                      fmt::format("partition {} of table {} holds no *.parquet file; the newest "
                                  "partition there is {}",
                                  wanted, base::quote(name), last),
                      hint);
  }
  return std::move(partition.parquet);
}

base::Result<TableSource> table_of(Folder folder, std::string database, std::string name,
                                   const DataOptions& options) {
  TableSource source{.database = std::move(database),
                     .name = std::move(name),
                     .key = options.key,
                     .zone = options.zone};
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

bool is_identifier(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

// What a path says its file holds; nothing for other texts. A SELECT never ends so: it would have
// to quote the path.
std::optional<TableSource::Format> format_of(std::string_view path) {
  if (path.ends_with(".parquet")) {
    return TableSource::Format::kParquet;
  }
  if (path.ends_with(".csv")) {
    return TableSource::Format::kCsv;
  }
  if (path.ends_with(".jsonl")) {
    return TableSource::Format::kJsonLines;
  }
  return std::nullopt;
}

std::string own_name(const std::string& folder) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::canonical(folder, error);
  return whole.filename().string();
}

}  // namespace

base::Result<std::vector<TableSource>> discover(const std::string& folder,
                                                const DataOptions& options) {
  auto looked = look_into(folder);
  if (!looked) {
    base::Error error = std::move(looked).error();
    if (error.code != base::ErrorCode::kUnavailable) {
      error.symbol = "E_DATA_FILE";
      error.hint =
          "give a folder of tables: FOLDER/TABLE/dt=YYYY-MM-DD/*.parquet; a file is --table "
          "NAME=FILE";
    }
    return error;
  }
  Folder root = std::move(looked).value();
  std::vector<TableSource> tables;
  if (root.partitions.empty()) {
    for (const std::string& name : root.folders) {
      TAGSMITH_TRY(add_below(folder, name, options, tables));
    }
  }
  if (tables.empty() && root.is_table()) {
    tables.push_back(TAGSMITH_TRY(table_of(std::move(root), "", own_name(folder), options)));
  }
  if (tables.empty()) {
    return data_error(
        "E_DATA_FILE", folder,
        fmt::format("no table in {}: no folder there has dt=* folders or *.parquet files",
                    base::quote(folder, folder.size())),
        "a table is FOLDER/TABLE/dt=YYYY-MM-DD/*.parquet or FOLDER/TABLE/*.parquet");
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
  const bool database_fits = point == std::string_view::npos || is_identifier(database);
  if (what.empty() || !is_identifier(table) || !database_fits) {
    base::Error error =
        base::invalid_argument(fmt::format("{} defines no table", base::quote(definition)));
    error.hint = "write NAME=FILE or NAME=SELECT ..., for example users=users.csv";
    return error;
  }
  TableSource source{.database = std::string(database),
                     .name = std::string(table),
                     .key = options.key,
                     .zone = options.zone};
  const auto format = format_of(what);
  if (!format) {
    source.format = TableSource::Format::kSelect;
    source.select = what;
    return source;
  }
  source.format = *format;
  source.files = TAGSMITH_TRY(files::matching_paths(std::string(what)));
  if (source.files.empty()) {
    return data_error("E_DATA_FILE", std::string(what),
                      fmt::format("no file {}", base::quote(what, what.size())),
                      "paths are relative to the working directory");
  }
  return source;
}

std::string full_name(const TableSource& source) {
  return source.database.empty() ? source.name : source.database + "." + source.name;
}

std::string place_of(const TableSource& source) {
  return source.files.empty() ? full_name(source)
                              : std::filesystem::path(source.files.front()).parent_path().string();
}

}  // namespace tagsmith::dataset
