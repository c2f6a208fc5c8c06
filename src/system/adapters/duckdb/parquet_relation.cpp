#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/source_internal.h"
#include "base/assert.h"
#include "base/language.h"
#include "base/problem.h"
#include "dataset/discover.h"

namespace tagsmith::duckdb {
namespace {

using base::Result;
using base::Status;
using dataset::TableSource;

// The columns of one file in a form that two files can be compared by.
using ParquetColumns = std::vector<std::pair<std::string, std::string>>;  // name, type

// A row of parquet_schema, which lists the tree of a file's schema depth first.
struct ParquetElement {
  std::string file;
  std::string name;
  size_t child_count = 0;
  std::string type;
};

// The type of the element at `at`, which is left behind its last descendant.
std::string parquet_type(std::span<const ParquetElement> elements, size_t& at) {
  TAGSMITH_ASSERT(at < elements.size());
  const ParquetElement& element = elements[at++];
  if (element.child_count == 0) {
    return element.type;
  }
  std::string inner;
  for (size_t i = 0; i < element.child_count; ++i) {
    inner += (inner.empty() ? "" : ", ") + parquet_type(elements, at);
  }
  return element.type + "(" + inner + ")";
}

// Which of two files is right nobody can tell: the path is that of their table.
Status differ(std::string message, const TableSource& source) {
  return broken(std::move(message), dataset::place_of(source),
                base::tr("the files of a table have the same columns: write one of them anew"));
}

Status compare_files(const ParquetColumns& a, std::string_view file_a, const ParquetColumns& b,
                     std::string_view file_b, const TableSource& source) {
  const std::map<std::string, std::string> types_b(b.begin(), b.end());
  const std::map<std::string, std::string> types_a(a.begin(), a.end());
  const auto only_in_one = [&](std::string_view column, std::string_view has,
                               std::string_view has_not) {
    return differ(
        base::message("column {} is in {} and not in {}", base::quote(column), has, has_not),
        source);
  };
  for (const auto& [name, type] : a) {
    const auto other = types_b.find(name);
    if (is_hidden(source, name)) {
      continue;
    }
    if (other == types_b.end()) {
      return only_in_one(name, file_a, file_b);
    }
    if (other->second != type) {
      return differ(base::message("column {} is {} in {} and {} in {}", base::quote(name), type,
                                  file_a, other->second, file_b),
                    source);
    }
  }
  for (const auto& [name, type] : b) {
    if (!is_hidden(source, name) && !types_a.contains(name)) {
      return only_in_one(name, file_b, file_a);
    }
  }
  return {};
}

}  // namespace

Result<Found> find_parquet(Connection& connection, const TableSource& source) {
  const std::string files = list_of_files(source);
  const auto rows = TAGSMITH_TRY(connection.texts(fmt::format(
      "SELECT file_name, name, CAST(coalesce(num_children, 0) AS VARCHAR), "
      "CASE WHEN type = 'INT96' THEN {} WHEN precision > {} THEN 'DECIMAL(' || precision || ',' || "
      "scale || ')' ELSE coalesce(duckdb_type, converted_type, 'STRUCT') END "
      "FROM parquet_schema({}) ORDER BY file_name, column_id",
      quote_text(kInt96), kDecimalDigitsMax, files)));
  std::vector<ParquetElement> elements;
  for (const TextRow& row : rows) {
    elements.push_back({.file = row[0].value_or(""),
                        .name = row[1].value_or(""),
                        .child_count = std::stoul(row[2].value_or("0")),
                        .type = row[3].value_or("")});
  }
  std::string first_file;
  ParquetColumns first;
  for (size_t at = 0; at < elements.size();) {
    const ParquetElement& root = elements[at++];
    ParquetColumns columns;
    std::vector<std::string> names;
    for (size_t i = 0; i < root.child_count; ++i) {
      names.push_back(elements[at].name);
      columns.emplace_back(names.back(), parquet_type(elements, at));
    }
    TAGSMITH_TRY(check_names(names, root.file));
    if (first_file.empty()) {
      first_file = root.file;
      first = std::move(columns);
    } else {
      TAGSMITH_TRY(compare_files(first, first_file, columns, root.file, source));
    }
  }
  Found found{.from = fmt::format("read_parquet({}, hive_partitioning = false)", files)};
  found.columns = TAGSMITH_TRY(describe(connection, found.from));
  for (const auto& [name, type] : first) {
    const auto column = std::ranges::find(found.columns, name, &Foreign::name);
    if ((type == kInt96 || is_too_wide(type)) && column != found.columns.end()) {
      column->type = type;
    }
  }
  return found;
}

}  // namespace tagsmith::duckdb
