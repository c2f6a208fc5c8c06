#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "adapters/sqlite/connection_internal.h"
#include "base/assert.h"
#include "membership/tag_store.h"

namespace tagsmith::sqlite {
namespace {

using store::SqlRows;
using store::SqlValue;

constexpr size_t kStatementsKept = 256;
constexpr int kRetryPauseMs = 10;

struct CloseHandle {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, CloseHandle>;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

// Gives a kept statement back: it holds no lock and no foreign memory afterwards.
struct Reset {
  void operator()(sqlite3_stmt* statement) const {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};
using UsedStatement = std::unique_ptr<sqlite3_stmt, Reset>;

int bind(sqlite3_stmt* statement, int position, const SqlValue& value, bool copy) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, position, *number);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return sqlite3_bind_double(statement, position, *real);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, position, text->data(), text->size(),
                               copy ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, position);
}

SqlValue cell(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_NULL:
      return std::monostate{};
    default: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
      const auto length = static_cast<size_t>(sqlite3_column_bytes(statement, column));
      return bytes == nullptr ? std::string() : std::string(bytes, length);
    }
  }
}

class Connection;

class Rows final : public SqlRows {
 public:
  Rows(const Connection& connection, UsedStatement statement)
      : connection_(connection), statement_(std::move(statement)) {}

  base::Result<std::optional<std::vector<SqlValue>>> next() override;

 private:
  const Connection& connection_;
  UsedStatement statement_;
};

class Connection final : public store::SqlConnection {
 public:
  Connection(Handle handle, std::string name, const DatabaseOptions& options)
      : handle_(std::move(handle)), name_(std::move(name)), options_(options) {}

  [[nodiscard]] const store::Dialect& dialect() const override { return dialect_; }

  base::Result<std::int64_t> execute(std::string_view sql,
                                     std::span<const SqlValue> parameters) override {
    const UsedStatement statement = TAGSMITH_TRY(prepared(sql, parameters, /*copy=*/false));
    const int result = sqlite3_step(statement.get());
    if (result != SQLITE_DONE && result != SQLITE_ROW) {
      return error(result);
    }
    return std::int64_t{sqlite3_changes64(handle_.get())};
  }

  base::Result<std::unique_ptr<SqlRows>> query(std::string_view sql,
                                               std::span<const SqlValue> parameters) override {
    UsedStatement statement = TAGSMITH_TRY(prepared(sql, parameters, /*copy=*/true));
    return std::unique_ptr<SqlRows>(std::make_unique<Rows>(*this, std::move(statement)));
  }

  base::Status begin(bool write) override {
    if (write) {
      TAGSMITH_TRY(log_ahead());
    }
    return run(write ? "begin immediate" : "begin");
  }

  base::Status commit() override {
    const base::Status committed = run("commit");
    if (committed) {
      return {};
    }
    // After a failed write or sync nobody knows which frames of the log reached the disk.
    const bool in_doubt = (sqlite3_extended_errcode(handle_.get()) & 0xff) == SQLITE_IOERR;
    rollback();
    base::Error failure = committed.error();
    if (in_doubt) {
      failure.symbol = membership::kStoreInDoubt;
    }
    return failure;
  }

  void rollback() override {
    if (sqlite3_get_autocommit(handle_.get()) == 0) {
      sqlite3_exec(handle_.get(), "rollback", nullptr, nullptr, nullptr);
    }
  }

  base::Status run(const char* sql) {
    const int result = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    return result == SQLITE_OK ? base::Status() : base::Status(error(result));
  }

  [[nodiscard]] base::Error error(int result) const {
    return error_of(handle_.get(), result, name_, options_);
  }

 private:
  base::Result<UsedStatement> prepared(std::string_view sql, std::span<const SqlValue> parameters,
                                       bool copy) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
      if (statements_.size() >= kStatementsKept) {
        statements_.clear();
      }
      sqlite3_stmt* made = nullptr;
      const int result = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &made, nullptr);
      if (result != SQLITE_OK) {
        return error(result);
      }
      found = statements_.emplace(sql, Statement(made)).first;
    }
    UsedStatement statement(found->second.get());
    TAGSMITH_ASSERT(sqlite3_bind_parameter_count(statement.get()) ==
                    static_cast<int>(parameters.size()));
    sqlite3_reset(statement.get());
    int position = 0;
    for (const SqlValue& value : parameters) {
      const int result = bind(statement.get(), ++position, value, copy);
      if (result != SQLITE_OK) {
        return error(result);
      }
    }
    return statement;
  }

  // Turns write-ahead logging on, once a connection: the file remembers it. SQLite asks for an
  // exclusive lock here without waiting for it, so the waiting is done by us.
  base::Status log_ahead() {
    for (std::int64_t waited_ms = 0; !logs_ahead_; waited_ms += kRetryPauseMs) {
      const base::Status turned = run("pragma journal_mode = wal");
      if (turned) {
        logs_ahead_ = true;
      } else if (turned.error().symbol != membership::kStoreLocked ||
                 waited_ms >= options_.lock_wait_ms) {
        return turned;
      } else {
        sqlite3_sleep(kRetryPauseMs);
      }
    }
    return {};
  }

  Handle handle_;
  std::string name_;
  DatabaseOptions options_;
  store::Dialect dialect_;
  bool logs_ahead_ = false;
  std::map<std::string, Statement, std::less<>> statements_;
};

base::Result<std::optional<std::vector<SqlValue>>> Rows::next() {
  if (statement_ == nullptr) {
    return std::optional<std::vector<SqlValue>>();
  }
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_DONE) {
    statement_.reset();
    return std::optional<std::vector<SqlValue>>();
  }
  if (result != SQLITE_ROW) {
    return connection_.error(result);
  }
  std::vector<SqlValue> row;
  const int columns = sqlite3_column_count(statement_.get());
  row.reserve(static_cast<size_t>(columns));
  for (int column = 0; column < columns; ++column) {
    row.push_back(cell(statement_.get(), column));
  }
  return std::optional(std::move(row));
}

}  // namespace

base::Result<std::unique_ptr<store::SqlConnection>> open_connection(
    const std::string& path, const std::string& name, const DatabaseOptions& options) {
  sqlite3* opened = nullptr;
  const int result =
      sqlite3_open_v2(path.c_str(), &opened,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Handle handle(opened);
  if (result != SQLITE_OK) {
    return error_of(handle.get(), result, name, options);
  }
  sqlite3_busy_timeout(handle.get(), static_cast<int>(options.lock_wait_ms));
  auto connection = std::make_unique<Connection>(std::move(handle), name, options);
  TAGSMITH_TRY(connection->run("pragma foreign_keys = on"));
  TAGSMITH_TRY(connection->run("pragma synchronous = full"));
  TAGSMITH_TRY(connection->run("pragma cache_size = -65536"));  // KiB
  return std::unique_ptr<store::SqlConnection>(std::move(connection));
}

}  // namespace tagsmith::sqlite
