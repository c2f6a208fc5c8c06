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

/// What rules call a table: "database.table", or "table" where the database is empty.
std::string full_name(const std::string& database, const std::string& table);

/// The columns that rules may name: neither the key nor the partition column is among them.
struct TableSchema {
  std::string database;  // empty when the data set has none
  std::string name;
  std::vector<Column> columns;

  /// The index of a column (names are exact), or nothing.
  [[nodiscard]] std::optional<size_t> find(std::string_view column) const;

  [[nodiscard]] std::string full_name() const { return column::full_name(database, name); }

  bool operator==(const TableSchema&) const = default;
};

/// Which column of which table of a Schema.
struct ColumnId {
  size_t table = 0;
  size_t column = 0;

  auto operator<=>(const ColumnId&) const = default;
};

/// In the place of ColumnId::table: the key, which is one column of the whole data set. Every user
/// has it, also in tables without a row of that user.
inline constexpr size_t kKeyTable = static_cast<size_t>(-1);
inline constexpr ColumnId kKeyColumn{.table = kKeyTable, .column = 0};

/// All tables of a data set. Rules read the key as text; an integer key is its decimal digits.
struct Schema {
  std::vector<TableSchema> tables;
  Column key{.name = "user_id", .type = {.kind = TypeKind::kText}};

  [[nodiscard]] const Column& column(ColumnId id) const {
    return id.table == kKeyTable ? key : tables[id.table].columns[id.column];
  }
  [[nodiscard]] const Type& type(ColumnId id) const { return column(id).type; }

  /// The tables that `name` may mean: the one whose whole name it is ("a" that is in no database,
  /// "db.a"), else all that are called so in some database. Several: the name is ambiguous.
  [[nodiscard]] std::vector<size_t> tables_named(std::string_view name) const;

  /// The shortest name that is unambiguous in this schema: "age", "table.age" or "db.table.age".
  [[nodiscard]] std::string display_name(ColumnId id) const;

  bool operator==(const Schema&) const = default;
};

}  // namespace tagsmith::column
