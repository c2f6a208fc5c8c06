#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "column/type.h"

namespace tagsmith::column {

struct Column {
  std::string name;
  Type type;

  bool operator==(const Column&) const = default;
};

/// The columns that rules may name: neither the key nor the partition column is among them.
struct TableSchema {
  std::string database;  // empty when the data set has none
  std::string name;
  std::vector<Column> columns;

  /// The index of a column (names are exact), or nothing.
  [[nodiscard]] std::optional<size_t> find(std::string_view column) const;

  /// "db.table" or "table".
  [[nodiscard]] std::string full_name() const;

  bool operator==(const TableSchema&) const = default;
};

/// Which column of which table of a Schema.
struct ColumnId {
  size_t table = 0;
  size_t column = 0;

  auto operator<=>(const ColumnId&) const = default;
};

/// All tables of a data set.
struct Schema {
  std::vector<TableSchema> tables;

  [[nodiscard]] const Column& column(ColumnId id) const {
    return tables[id.table].columns[id.column];
  }
  [[nodiscard]] const Type& type(ColumnId id) const { return column(id).type; }

  /// The shortest name that is unambiguous in this schema: "age", "table.age" or "db.table.age".
  [[nodiscard]] std::string display_name(ColumnId id) const;

  bool operator==(const Schema&) const = default;
};

}  // namespace tagsmith::column
