#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "column/column.h"

namespace tagsmith::duckdb {

struct DatabaseOptions {
  int threads = 0;           // 0: as many as the machine has
  std::string memory_limit;  // "2GB"; empty: 80 % of the machine's memory
  /// Where queries that need more memory put their state: a folder of this database alone is made
  /// in it, and removed with the database. Empty: the system's folder for temporary files.
  std::string spill_parent;
  /// Whether rows keep the order of the source. Costs parallelism where order does not matter.
  bool keep_order = true;
};

/// A row of a result as text; nothing for a null.
using TextRow = std::vector<std::optional<std::string>>;

/// A column of a table to make; its cells are borrowed for the call.
struct TableColumn {
  std::string name;
  column::ColumnView cells;
};

/// A DuckDB in memory, cut off from the world but for local files: it installs and loads no
/// extension, reads no stored secret, its sessions are in UTC unless they say otherwise, and but
/// for that zone its configuration is locked once it is open. Thread-safe: each call uses its own
/// connection. A call ends within about a second with kCancelled after base::interrupted(), unless
/// DuckDB is inferring the columns of a file. To be destroyed before main() returns: libduckdb
/// looks into thread-local state when it closes, which an object of static storage would outlive.
class Database {
 public:
  static base::Result<std::unique_ptr<Database>> open(const DatabaseOptions& options = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs one statement that this program wrote. A SELECT gives its rows, each cell cast to
  /// VARCHAR, in the order of its ORDER BY; other statements give none.
  base::Result<std::vector<TextRow>> query_text(const std::string& sql);

  /// Makes a table whose cells are exactly those given: infinities, NaN, -0.0, texts with NUL,
  /// nulls in lists. A decimal(38,0) column with an unreadable cell becomes HUGEINT and the cell
  /// 10^38. All columns have the same number of rows and none is kUnusable.
  base::Status create_table(std::string_view name, std::span<const TableColumn> columns);

  struct Handle;  // of this room alone
  [[nodiscard]] Handle& handle() { return *handle_; }

 private:
  explicit Database(std::unique_ptr<Handle> handle);

  std::unique_ptr<Handle> handle_;
};

/// `name` as an SQL identifier, `text` as an SQL literal: the only way that foreign text enters
/// SQL. Neither can hold a NUL character; a statement with one is refused when it is run.
std::string quote_name(std::string_view name);
std::string quote_text(std::string_view text);

}  // namespace tagsmith::duckdb
