#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "base/result.h"
#include "column/schema.h"
#include "rule/expression.h"

namespace tagsmith::rule {

/// Where a name stands, for the path of a problem: JSON has the table and the column apart.
struct NamePlaces {
  std::string table;
  std::string column;
  bool json = false;         // how a hint spells a qualified name
  bool may_be_text = false;  // the name may be a text that lacks its quotes
};

/// "age", "orders.age" or "dwd.orders.age", as it was written.
std::string dotted(const ColumnName& name);

/// "age (int)": how messages show a column.
std::string described(const column::Schema& schema, column::ColumnId column);

/// Finds the columns that names mean (SEMANTICS 13 and 18). Immutable; `schema` must outlive it.
class Names {
 public:
  /// `search`: the tables of names without a table ("tbl" or "db.tbl"); empty: all. With an
  /// ambiguous entry no such name is found.
  Names(const column::Schema& schema, const std::vector<std::string>& search);

  /// The column of a condition.
  [[nodiscard]] base::Result<column::ColumnId, base::Problems> find(const ColumnName& name,
                                                                    const NamePlaces& places) const;

  /// The column that a value refers to: without a table it is looked for beside `own` first, then
  /// in the whole data set.
  [[nodiscard]] base::Result<column::ColumnId, base::Problems> find_reference(
      const ColumnName& name, column::ColumnId own, const NamePlaces& places) const;

 private:
  using Tables = std::vector<size_t>;

  [[nodiscard]] base::Result<column::ColumnId, base::Problems> find_in_named_table(
      const ColumnName& name, const NamePlaces& places) const;
  [[nodiscard]] base::Result<column::ColumnId, base::Problems> find_in_one_of(
      const Tables& tables, std::string_view column, const NamePlaces& places) const;
  [[nodiscard]] base::Result<size_t, base::Problems> find_table(const ColumnName& name,
                                                                const NamePlaces& places) const;
  [[nodiscard]] base::Problems ambiguous_table(std::string_view written,
                                               const std::string& place) const;
  [[nodiscard]] Tables holders(const Tables& tables, std::string_view column) const;
  [[nodiscard]] std::string hint_for_table(const ColumnName& name) const;
  [[nodiscard]] std::string hint_for_column(const Tables& tables, std::string_view column,
                                            const NamePlaces& places) const;

  /// "did you mean 'age'?", with the tables to choose from where several have it; empty when no
  /// name is near.
  [[nodiscard]] std::string hint_for_near_column(const Tables& tables, std::string_view column,
                                                 const NamePlaces& places) const;
  /// The key and the columns of the tables, a name of several with its table; ends one beyond what
  /// listed() shows.
  [[nodiscard]] std::vector<std::string> columns_of(const Tables& tables) const;

  /// "orders.age", or for JSON "\"table\": \"orders\"", of every table of the list.
  [[nodiscard]] std::string qualified(const Tables& tables, std::string_view column,
                                      const NamePlaces& places) const;
  /// The shortest name of a table: "db.orders" only where two databases have one.
  [[nodiscard]] std::string shown(size_t table) const;

  const column::Schema& schema_;
  Tables all_;
  Tables searched_;
  std::string ambiguous_search_;  // the first such entry
};

}  // namespace tagsmith::rule
