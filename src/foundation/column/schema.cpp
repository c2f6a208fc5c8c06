#include "column/schema.h"

#include <algorithm>

namespace tagsmith::column {

std::optional<size_t> TableSchema::find(std::string_view column) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) {
      return i;
    }
  }
  return std::nullopt;
}

std::string full_name(const std::string& database, const std::string& table) {
  return database.empty() ? table : database + "." + table;
}

std::vector<size_t> Schema::tables_named(std::string_view name) const {
  std::vector<size_t> found;
  for (size_t table = 0; table < tables.size(); ++table) {
    if (tables[table].full_name() == name) {
      return {table};
    }
    if (tables[table].name == name) {
      found.push_back(table);
    }
  }
  return found;
}

std::string Schema::display_name(ColumnId id) const {
  if (id.table == kKeyTable) {
    return key.name;
  }
  const TableSchema& table = tables[id.table];
  const std::string& column_name = table.columns[id.column].name;
  const auto holders = std::ranges::count_if(
      tables, [&](const TableSchema& other) { return other.find(column_name).has_value(); });
  if (holders == 1) {
    return column_name;
  }
  const auto namesakes = std::ranges::count(tables, table.name, &TableSchema::name);
  return (namesakes == 1 ? table.name : table.full_name()) + "." + column_name;
}

}  // namespace tagsmith::column
