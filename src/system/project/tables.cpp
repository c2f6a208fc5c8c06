#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

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

std::string name_of(const Dataset& dataset) {
  return dataset.database.empty() ? dataset.name : dataset.database + "." + dataset.name;
}

// The value of a partition's column on a day: format "%Y%m%d", day "2025-11-22".
std::string partition_value(std::string format, std::string_view day) {
  const auto replace = [&](std::string_view part, std::string_view value) {
    format.replace(format.find(part), part.size(), value);
  };
  replace("%Y", day.substr(0, 4));
  replace("%m", day.substr(5, 2));
  replace("%d", day.substr(8, 2));
  return format;
}

// The day that a partition's value stands for, as "2025-11-22", or nothing: the inverse.
std::optional<std::string> day_of_value(const std::string& format, std::string_view value) {
  std::string year;
  std::string month;
  std::string day;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      if (!value.starts_with(format[i])) {
        return std::nullopt;
      }
      value.remove_prefix(1);
      continue;
    }
    const char part = format[++i];
    const size_t digits = part == 'Y' ? 4 : 2;
    const std::string_view number = value.substr(0, digits);
    if (number.size() != digits ||
        number.find_first_not_of("0123456789") != std::string_view::npos) {
      return std::nullopt;
    }
    (part == 'Y' ? year : part == 'm' ? month : day) = number;
    value.remove_prefix(digits);
  }
  return value.empty() ? std::optional(year + "-" + month + "-" + day) : std::nullopt;
}

base::Result<std::vector<std::string>> data_files(const std::string& folder,
                                                  std::string_view suffix) {
  std::vector<std::string> paths;
  for (const files::Entry& entry : TAGSMITH_TRY(files::list_folder(folder))) {
    const bool hidden = entry.name.starts_with('.') || entry.name.starts_with('_');
    if (!entry.is_folder && !hidden && entry.name.ends_with(suffix)) {
      paths.push_back(files::join(folder, entry.name));
    }
  }
  return paths;
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
      const auto found =
          day_of_value(partition.format, std::string_view(entry.name).substr(prefix.size()));
      if (found) {
        partitions.emplace_back(*found, entry.name);
      }
    }
  }
  const auto newest = TAGSMITH_TRY(newest_partition(dataset, std::move(partitions)));
  const std::string wanted = !day.empty() ? prefix + partition_value(partition.format, day)
                                          : (newest ? newest->second : prefix + partition.format);
  const std::string folder = files::join(dataset.path, wanted);
  const std::string hint = newest ? fmt::format("the newest partition is {}", newest->second)
                                  : fmt::format("a partition is a folder {}{} in {}", prefix,
                                                partition.format, dataset.path);
  auto paths = data_files(folder, ".parquet");
  if (!paths) {
    if (paths.error().code != base::ErrorCode::kNotFound) {
      return std::move(paths).error();
    }
    return data_error(
        "E_DATA_PARTITION", folder,
        fmt::format("table {}: there is no partition {}", base::quote(name_of(dataset)), wanted),
        hint);
  }
  if (!TAGSMITH_TRY(is_ready(partition, folder))) {
    return data_error("E_DATA_PARTITION", folder,
                      fmt::format("table {}: partition {} is not complete: it has no {}",
                                  base::quote(name_of(dataset)), wanted, partition.ready),
                      "wait for the job that writes it");
  }
  if (paths->empty()) {
    return data_error("E_DATA_PARTITION", folder,
                      fmt::format("table {}: partition {} holds no *.parquet file",
                                  base::quote(name_of(dataset)), wanted),
                      "wait for the job that writes it");
  }
  source.files = std::move(paths).value();
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
    error.hint = "'path' is a folder, a file or a pattern, from the project's folder";
  }
  return error;
}

bool names_files(const std::string& path) {
  return path.ends_with(".parquet") || path.ends_with(".csv") || path.ends_with(".tsv") ||
         path.ends_with(".jsonl") || path.ends_with(".ndjson");
}

}  // namespace

base::Result<TableSource> table_source(const Project& project, const Dataset& declared,
                                       const std::string& day) {
  Dataset dataset = declared;
  dataset.path = in_folder(project, dataset.path);
  const dataset::DataOptions options{.day = day, .key = dataset.key, .zone = project.zone};
  const std::string name = name_of(dataset);
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
  if (names_files(dataset.path)) {
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
        fmt::format("table {}: {} holds {} tables", base::quote(name), dataset.path, tables.size()),
        fmt::format("name the folder of one of them: {}/{}", dataset.path, tables.front().name));
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
