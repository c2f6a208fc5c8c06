#include "app/inputs.h"

#include <date/tz.h>
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/activity.h"
#include "base/language.h"
#include "base/problem.h"
#include "column/days.h"
#include "column/readers.h"
#include "dataset/discover.h"
#include "project/zones.h"
#include "store/store_url.h"

namespace tagsmith::app {
namespace {

base::Error own_input(const std::string& out, const std::string& what,
                      std::string_view option = "--out") {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = base::message("{} {} {}", option, base::quote(out, out.size()), what),
          .hint = base::tr("name a file that no input is")};
}

// The file that a path leads to, whether it is there or not.
std::filesystem::path resolved(const std::string& path) {
  std::error_code unknown;  // then comparing by name has to do
  const std::filesystem::path absolute = std::filesystem::absolute(path, unknown);
  const std::filesystem::path whole = std::filesystem::weakly_canonical(absolute, unknown);
  return unknown ? std::filesystem::path(path) : whole;
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code missing;
  return std::filesystem::equivalent(a, b, missing) || resolved(a) == resolved(b);
}

bool is_inside(const std::filesystem::path& path, const std::filesystem::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

// Whether a pattern like exports/u_*.csv, or a path, would find the file.
bool would_find(const std::string& pattern, const std::string& file) {
  const std::filesystem::path parts(pattern);
  const std::filesystem::path path = resolved(file);
  return is_same_file(pattern, file) ||
         (resolved(parts.parent_path().empty() ? "." : parts.parent_path().string()) ==
              path.parent_path() &&
          fnmatch(parts.filename().c_str(), path.filename().c_str(), FNM_PERIOD) == 0);
}

// The texts in quotes: the files of a SELECT are among them.
std::vector<std::string> quoted_texts(std::string_view select) {
  std::vector<std::string> texts;
  for (size_t open = select.find_first_of("'\""); open != std::string_view::npos;) {
    const size_t close = select.find(select[open], open + 1);
    if (close == std::string_view::npos) {
      break;
    }
    texts.emplace_back(select.substr(open + 1, close - open - 1));
    open = select.find_first_of("'\"", close + 1);
  }
  return texts;
}

// Whether the tables of a dataset are read from this file, or from the folder that it is in.
bool reads(const project::Dataset& dataset, const std::string& out) {
  const auto finds = [&](const std::string& name) {
    std::error_code unknown;  // then it is no folder
    return std::filesystem::is_directory(name, unknown) ? is_inside(resolved(out), resolved(name))
                                                        : would_find(name, out);
  };
  return dataset.sql.empty() ? finds(dataset.path)
                             : std::ranges::any_of(quoted_texts(dataset.sql), finds);
}

}  // namespace

base::Result<std::int32_t> read_day(std::string_view option, const std::string& text) {
  constexpr size_t kDayLength = 10;
  const auto moment = column::read_moment(text);
  if (text.size() != kDayLength || !moment || !moment->is_day) {
    return base::Error{
        .code = base::ErrorCode::kInvalidArgument,
        .message = base::message("{} {} is no day of the calendar", option, base::quote(text)),
        .hint = base::tr("write YYYY-MM-DD, for example 2025-11-22")};
  }
  return column::day_of(moment->micros);
}

base::Status check_zone(const std::string& zone) {
  base::Status known = project::check_zone(zone, project::zone_names());
  if (!known) {
    base::Error error = known.error();
    error.message = base::message("--zone: {}", error.message);
    return error;
  }
  return known;
}

std::int32_t day_in_zone(std::int64_t utc_micros, const std::string& zone) {
  try {
    const date::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(utc_micros)};
    return column::day_of(date::locate_zone(zone)->to_local(time).time_since_epoch().count());
  } catch (const std::exception&) {  // the tz database has no such zone
    return column::day_of(utc_micros);
  }
}

std::int64_t end_of_day(std::int32_t day, const std::string& zone) {
  const date::local_days next{date::days(day + 1)};
  const date::local_time<std::chrono::microseconds> midnight{next};
  try {
    return date::locate_zone(zone)
        ->to_sys(midnight, date::choose::earliest)
        .time_since_epoch()
        .count();
  } catch (const std::exception&) {
    return midnight.time_since_epoch().count();
  }
}

base::Status check_output(const std::string& out, const std::string& rules, const Inputs& inputs) {
  if (is_same_file(out, rules)) {
    return own_input(out, base::tr("is the file of --rules"));
  }
  const std::string ending = std::filesystem::path(out).extension().string();
  // Other files in it are no tables.
  if (ending == ".parquet" && !inputs.folder.empty() &&
      is_inside(resolved(out), resolved(inputs.folder))) {
    return own_input(out,
                     base::tr("is inside of --data, where the next run would take it for a table"));
  }
  for (const std::string& definition : inputs.tables) {
    const std::string_view what =
        column::trim_blanks(std::string_view(definition).substr(definition.find('=') + 1));
    std::vector<std::string> names = quoted_texts(what);
    names.emplace_back(what);
    std::erase_if(names, [&](const std::string& name) { return !name.ends_with(ending); });
    if (std::ranges::any_of(names,
                            [&](const std::string& name) { return would_find(name, out); })) {
      return own_input(out, base::message("is a file of --table {}", base::quote(definition)));
    }
  }
  return {};
}

base::Status check_output_of_project(std::string_view option, const std::string& out,
                                     const project::Project& project) {
  if (const auto store = store::parse_store_url(project.store)) {
    for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
      if (is_same_file(out, store->path + ending)) {
        return own_input(out, base::tr("is the project's store"), option);
      }
    }
  }
  const auto is_below = [&](const char* folder) {
    return is_inside(resolved(out), resolved(folder));
  };
  if (is_same_file(out, "tagsmith.yaml") ||
      std::ranges::any_of(std::array{"tags", "tests", ".tagsmith"}, is_below)) {
    return own_input(out, base::tr("is a file of the project"), option);
  }
  for (const project::Dataset& dataset : project.datasets) {
    if (reads(dataset, out)) {
      return own_input(out, base::message("is what the table {} reads", base::quote(dataset.name)),
                       option);
    }
  }
  return {};
}

void tell_tables(const dataset::DataSet& data) {
  for (size_t i = 0; i < data.sources.size(); ++i) {
    const dataset::TableSource& source = data.sources[i];
    const std::string name = dataset::full_name(source);
    const std::string first = source.files.empty() ? source.select : source.files.front();
    const size_t more = source.files.empty() ? 0 : source.files.size() - 1;
    detail(base::message("table {}: {}{}, {} columns", name, base::quote(first),
                         more == 0 ? "" : base::message(" and {} more", more),
                         data.schema.tables[i].columns.size()),
           {{"table", name},
            {"from", first},
            {"files", static_cast<std::int64_t>(source.files.size())},
            {"columns", static_cast<std::int64_t>(data.schema.tables[i].columns.size())}});
  }
}

base::Result<dataset::DataSet> open_tables(dataset::Reader& reader, const Inputs& inputs) {
  const dataset::DataOptions options{.day = inputs.day, .key = inputs.key, .zone = inputs.zone};
  std::vector<dataset::TableSource> sources;
  if (!inputs.folder.empty()) {
    sources = TAGSMITH_TRY(dataset::discover(inputs.folder, options));
  }
  for (const std::string& definition : inputs.tables) {
    auto source = dataset::table_of_definition(definition, options);
    if (!source) {
      base::Error error = std::move(source).error();
      return error.symbol.empty() ? std::move(error).while_doing("--table") : error;
    }
    sources.push_back(std::move(source).value());
  }
  dataset::DataSet data = TAGSMITH_TRY(dataset::describe(reader, std::move(sources)));
  tell_tables(data);
  return data;
}

}  // namespace tagsmith::app
