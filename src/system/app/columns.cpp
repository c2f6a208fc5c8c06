#include "app/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "app/activity.h"
#include "app/exit_code.h"
#include "app/terminal.h"
#include "app/text_table.h"
#include "base/json.h"
#include "base/language.h"
#include "base/problem.h"
#include "base/similar.h"
#include "column/type.h"
#include "dataset/discover.h"

namespace tagsmith::app {
namespace {

constexpr size_t kSampleBytesMax = 30;  // of one sample that is shown to a person

struct TableProfile {
  std::string name;
  std::uint64_t rows = 0;
  std::vector<dataset::ColumnProfile> columns;
};

// A sample for a list of samples: in quotes where its ends would not show.
std::string shown(const std::string& sample) {
  const auto is_odd = [](char c) { return c == ',' || (c >= 0 && c < ' '); };
  const bool plain = !sample.empty() && sample.size() <= kSampleBytesMax && sample.front() != ' ' &&
                     sample.back() != ' ' &&
                     (sample.front() == '[' || std::ranges::none_of(sample, is_odd));
  return plain ? sample : base::quote(sample, kSampleBytesMax);
}

bool is_usable(const dataset::ColumnProfile& column) {
  return column.type.kind != column::TypeKind::kUnusable;
}

// Counts of cells without a value that are not null; most tables have none.
std::string odd_cells(const dataset::ColumnProfile& column) {
  std::string out;
  if (column.unreadable > 0) {
    out += base::message("{} unreadable", grouped(column.unreadable));
  }
  if (column.nans > 0) {
    out += fmt::format("{}{} NaN", out.empty() ? "" : ", ", grouped(column.nans));
  }
  return out.empty() ? out : " (" + out + ")";
}

std::string table_text(const TableProfile& profile) {
  using enum TextTable::Align;
  using enum TextTable::Fit;
  TextTable table({{base::tr("column")},
                   {base::tr("type"), kLeft, kCut},
                   {"null", kRight, kDrop},
                   {base::tr("distinct"), kRight, kDrop},
                   {base::tr("most frequent values"), kLeft, kCut}});
  for (const dataset::ColumnProfile& column : profile.columns) {
    std::string samples;
    for (const std::string& sample : column.samples) {
      samples += (samples.empty() ? "" : ", ") + shown(sample);
    }
    const std::string type =
        column::to_string(column.type) + (column.is_key ? base::tr(", the key") : "");
    if (is_usable(column)) {
      table.add({column.name, type, share(column.nulls, column.rows), grouped(column.distinct),
                 samples + odd_cells(column)});
    } else {
      table.add({column.name, type, "-", "-", base::tr("no rule can read this type")});
    }
  }
  return base::message("{}: {} rows\n", profile.name, grouped(profile.rows)) +
         table.text(2, table_width());
}

std::string column_json(const dataset::ColumnProfile& column) {
  std::string samples;
  for (const std::string& sample : column.samples) {
    samples += (samples.empty() ? "" : ",") + base::json_quoted(sample);
  }
  const auto known = [&](std::uint64_t count) {
    return is_usable(column) ? std::to_string(count) : "null";
  };
  return fmt::format(
      R"({{"name":{},"type":{},"key":{},"usable":{},"rows":{},"nulls":{},"distinct":{},"unreadable":{},"nans":{},"samples":{}}})",
      base::json_quoted(column.name), base::json_quoted(column::to_string(column.type)),
      column.is_key, is_usable(column), column.rows, known(column.nulls), known(column.distinct),
      known(column.unreadable), known(column.nans),
      is_usable(column) ? "[" + samples + "]" : "null");
}

std::string table_json(const TableProfile& profile) {
  std::string columns;
  for (const dataset::ColumnProfile& column : profile.columns) {
    columns += (columns.empty() ? "" : ",") + column_json(column);
  }
  return fmt::format("{{\"table\":{},\"rows\":{},\"columns\":[{}]}}\n",
                     base::json_quoted(profile.name), profile.rows, columns);
}

// The tables that were asked for.
base::Result<std::vector<dataset::TableSource>> chosen(const dataset::DataSet& data,
                                                       const std::string& only) {
  std::vector<dataset::TableSource> sources;
  std::vector<std::string> names;
  for (const dataset::TableSource& source : data.sources) {
    names.push_back(dataset::full_name(source));
    if (only.empty() || only == source.name || only == names.back()) {
      sources.push_back(source);
    }
  }
  if (sources.empty()) {
    base::Error error = base::not_found(base::message("no table {}", base::quote(only)));
    error.hint = base::did_you_mean(only, names);
    if (error.hint.empty()) {
      error.hint = base::message("the tables are {}", fmt::join(names, ", "));
    }
    return error;
  }
  return sources;
}

base::Status run_columns(const ColumnsOptions& options) {
  const Progress progress;
  if (!options.inputs.day.empty()) {
    TAGSMITH_TRY(read_day("--dt", options.inputs.day));
  }
  TAGSMITH_TRY(check_zone(options.inputs.zone));
  const auto reader = TAGSMITH_TRY(make_reader(options.resources));
  const dataset::DataSet data = TAGSMITH_TRY(open_tables(*reader, options.inputs));
  std::string out;
  for (const dataset::TableSource& source : TAGSMITH_TRY(chosen(data, options.only_table))) {
    TableProfile profile{.name = dataset::full_name(source)};
    progress.show(base::message("reading {}", profile.name));
    profile.columns = TAGSMITH_TRY(
        reader->profile({.source = source, .samples_max = options.samples_max, .columns = {}}));
    const dataset::ColumnProfile& key = profile.columns.front();
    profile.rows = key.rows - key.nulls;
    out += options.json ? table_json(profile) : (out.empty() ? "" : "\n") + table_text(profile);
  }
  progress.clear();
  return print(out);
}

}  // namespace

int columns(const ColumnsOptions& options) {
  const base::Status status = run_columns(options);
  return status ? kDone : report(status.error());
}

}  // namespace tagsmith::app
