#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace tagsmith::store {

/// A unique key that is there already; the code is kConflict.
inline constexpr std::string_view kStoreDuplicate = "E_STORE_DUPLICATE";

/// A parameter or a cell. Text is UTF-8; bytes and text are the same here.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string>;

/// What our statements differ in between databases. Everything else they say is standard SQL that
/// all of them take.
struct Dialect {
  enum class Kind { kSqlite, kMysql };
  Kind kind = Kind::kSqlite;
  size_t statement_bytes_max = 1 << 20;
  size_t parameters_max = 32'000;  // of one statement
};

/// Rows of one SELECT, one by one; ends before the connection's next call.
class SqlRows {
 public:
  virtual ~SqlRows() = default;
  /// The next row, or nothing after the last.
  virtual base::Result<std::optional<std::vector<SqlValue>>> next() = 0;
};

/// One connection to a database. Placeholders are `?`. Statements are prepared and kept, so the
/// same text twice is parsed once. Error codes: kConflict for a deadlock, a lock that was waited
/// for too long, a duplicate key (symbol E_STORE_DUPLICATE); kUnavailable for a lost connection, a
/// full disk, E_STORE_LOCKED; E_STORE_IN_DOUBT only from commit(). Not thread-safe.
class SqlConnection {
 public:
  virtual ~SqlConnection() = default;

  [[nodiscard]] virtual const Dialect& dialect() const = 0;

  /// Runs one statement that gives no rows; the number of rows it wrote.
  virtual base::Result<std::int64_t> execute(std::string_view sql,
                                             std::span<const SqlValue> parameters) = 0;

  virtual base::Result<std::unique_ptr<SqlRows>> query(std::string_view sql,
                                                       std::span<const SqlValue> parameters) = 0;

  /// `write`: takes the right to write at once (SQLite: BEGIN IMMEDIATE), so that no lock is
  /// upgraded later.
  virtual base::Status begin(bool write) = 0;
  virtual base::Status commit() = 0;
  /// Never fails: a connection that is gone has rolled back.
  virtual void rollback() = 0;
};

/// Opens connections to one database. Thread-safe.
class SqlDatabase {
 public:
  virtual ~SqlDatabase() = default;

  /// What people call it, without secrets: "sqlite:tags.db".
  [[nodiscard]] virtual std::string name() const = 0;

  /// Makes an empty database where there is none; one that is there stays as it is.
  virtual base::Status create() = 0;

  /// kNotFound when there is no database. Changes nothing in it: that is for begin(true).
  virtual base::Result<std::unique_ptr<SqlConnection>> connect() = 0;
};

}  // namespace tagsmith::store
