#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "base/language.h"
#include "dataset/day_format.h"
#include "dataset/discover.h"
#include "files/folder.h"
#include "project/project.h"

namespace tagsmith::project {
namespace {

using dataset::TableSource;

base::Error data_error(std::string symbol, std::string path, std::string message,
                       std::string hint) {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = std::move(message),
          .symbol = std::move(symbol),
          .path = std::move(path),
          .hint = std::move(hint)};
}

// The data files of a partition, by what they hold.
using FilesByFormat = std::map<TableSource::Format, std::vector<std::string>>;

base::Result<FilesByFormat> data_files(const std::string& folder) {
  FilesByFormat by_format;
  for (const files::Entry& entry : TAGSMITH_TRY(files::list_folder(folder))) {
    const bool hidden = entry.name.starts_with('.') || entry.name.starts_with('_');
    const auto format = dataset::format_of_file(entry.name);
    if (!entry.is_folder && !hidden && format) {
      by_format[*format].push_back(files::join(folder, entry.name));
    }
  }
  return by_format;
}

// Whether the job that writes a partition said that it is complete.
base::Result<bool> is_ready(const Partition& partition, const std::string& folder) {
  if (partition.ready.empty()) {
    return true;
  }
  const auto marker = TAGSMITH_TRY(files::matching_paths(files::join(folder, partition.ready)));
  return !marker.empty();
}

// The newest partition that is complete; where none is, the newest.
base::Result<std::optional<std::pair<std::string, std::string>>> newest_partition(
    const Dataset& dataset, std::vector<std::pair<std::string, std::string>> partitions) {
  std::ranges::sort(partitions, std::ranges::greater());
  for (const auto& partition : partitions) {
    if (TAGSMITH_TRY(is_ready(*dataset.partition, files::join(dataset.path, partition.second)))) {
      return std::optional(partition);
    }
  }
  return partitions.empty() ? std::nullopt : std::optional(partitions.front());
}

base::Result<TableSource> partition_source(const Dataset& dataset, const std::string& day,
                                           TableSource source) {
  const Partition& partition = *dataset.partition;
  const std::string prefix = partition.column + "=";
  std::vector<std::pair<std::string, std::string>> partitions;  // day, name
  for (const files::Entry& entry : TAGSMITH_TRY(files::list_folder(dataset.path))) {
    if (entry.is_folder && entry.name.starts_with(prefix)) {
      const auto found = dataset::day_of_text(partition.format,
                                              std::string_view(entry.name).substr(prefix.size()));
      if (found) {
        partitions.emplace_back(*found, entry.name);
      }
    }
  }
  const auto newest = TAGSMITH_TRY(newest_partition(dataset, std::move(partitions)));
  const std::string wanted = !day.empty() ? prefix + dataset::text_of_day(partition.format, day)
                                          : (newest ? newest->second : prefix + partition.format);
  const std::string folder = files::join(dataset.path, wanted);
  const std::string hint = newest ? base::message("the newest partition is {}", newest->second)
                                  : base::message("a partition is a folder {}{} in {}", prefix,
                                                  partition.format, dataset.path);
  auto by_format = data_files(folder);
  if (!by_format) {
    if (by_format.error().code != base::ErrorCode::kNotFound) {
      return std::move(by_format).error();
    }
    return data_error("E_DATA_PARTITION", folder,
                      base::message("table {}: there is no partition {}",
                                    base::quote(full_name(dataset)), wanted),
                      hint);
  }
  if (!TAGSMITH_TRY(is_ready(partition, folder))) {
    return data_error("E_DATA_PARTITION", folder,
                      base::message("table {}: partition {} is not complete: it has no {}",
                                    base::quote(full_name(dataset)), wanted, partition.ready),
                      base::tr("wait for the job that writes it"));
  }
  if (by_format->empty()) {
    return data_error("E_DATA_PARTITION", folder,
                      base::message("table {}: partition {} holds no data file",
                                    base::quote(full_name(dataset)), wanted),
                      base::tr("wait for the job that writes it"));
  }
  auto& [format, paths] = *by_format->begin();  // Parquet, where there is any
  if (format != TableSource::Format::kParquet && by_format->size() > 1) {
    return data_error(
        "E_DATA_FILE", folder,
        base::message("table {}: partition {} holds files of several kinds: {} and {}",
                      base::quote(full_name(dataset)), wanted, paths.front(),
                      std::next(by_format->begin())->second.front()),
        base::tr("leave the files of one kind in it"));
  }
  source.format = format;
  source.files = std::move(paths);
  source.hidden = {partition.column};
  return source;
}

// A path of tagsmith.yaml for the process.
std::string in_folder(const Project& project, const std::string& path) {
  return path.starts_with('/') || project.folder == "." ? path : files::join(project.folder, path);
}

// The hints of files speak of options of the command line, which a project has not.
base::Error with_path_hint(base::Error error) {
  if (error.symbol == "E_DATA_FILE") {
    error.hint = base::tr("'path' is a folder, a file or a pattern, from the project's folder");
  }
  return error;
}

}  // namespace

base::Result<TableSource> table_source(const Project& project, const Dataset& declared,
                                       const std::string& day) {
  Dataset dataset = declared;
  dataset.path = in_folder(project, dataset.path);
  const dataset::DataOptions options{.day = day, .key = dataset.key, .zone = project.zone};
  const std::string name = full_name(dataset);
  if (!dataset.sql.empty()) {
    return TableSource{.database = dataset.database,
                       .name = dataset.name,
                       .format = TableSource::Format::kSelect,
                       .select = dataset.sql,
                       .key = dataset.key,
                       .zone = project.zone};
  }
  if (dataset.partition) {
    return partition_source(dataset, day,
                            {.database = dataset.database,
                             .name = dataset.name,
                             .key = dataset.key,
                             .zone = project.zone});
  }
  if (dataset::format_of_file(dataset.path)) {
    auto source = dataset::table_of_definition(name + "=" + dataset.path, options);
    return source ? std::move(source) : with_path_hint(std::move(source).error());
  }
  auto found = dataset::discover(dataset.path, options);
  if (!found) {
    return with_path_hint(std::move(found).error());
  }
  std::vector<TableSource> tables = std::move(found).value();
  if (tables.size() != 1) {
    return data_error(
        "E_DATA_FILE", dataset.path,
        base::message("table {}: {} holds {} tables", base::quote(name), dataset.path,
                      tables.size()),
        base::message("name the folder of one of them: {}/{}", dataset.path, tables.front().name));
  }
  tables.front().database = dataset.database;
  tables.front().name = dataset.name;
  return std::move(tables.front());
}

base::Result<std::vector<TableSource>> table_sources(const Project& project,
                                                     const std::string& day) {
  std::vector<TableSource> sources;
  for (const Dataset& dataset : project.datasets) {
    sources.push_back(TAGSMITH_TRY(table_source(project, dataset, day)));
  }
  return sources;
}

}  // namespace tagsmith::project
