#pragma once

#include <duckdb.h>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "adapters/duckdb/database.h"
#include "adapters/duckdb/spill_folder_internal.h"
#include "base/result.h"

namespace tagsmith::duckdb {

// duckdb.h has a handle type for everything and a function that destroys each through its address.
template <auto DestroyHandle>
struct Destroy {
  template <typename T>
  void operator()(T* handle) const {
    DestroyHandle(&handle);
  }
};
template <typename T, auto DestroyHandle>
using Owned = std::unique_ptr<std::remove_pointer_t<T>, Destroy<DestroyHandle>>;

using OwnedDatabase = Owned<duckdb_database, duckdb_close>;
using OwnedConnection = Owned<duckdb_connection, duckdb_disconnect>;
using OwnedStatement = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using OwnedChunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using OwnedType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;

/// How often somebody who waits for DuckDB looks whether the process is to end.
constexpr std::chrono::milliseconds kInterruptPeriod{50};

struct Database::Handle {
  explicit Handle(const std::string& spill_parent) : spill(spill_parent) {}

  SpillFolder spill;  // declared first: goes after the database that writes into it
  OwnedDatabase database;
};

/// What DuckDB reports, as ours: interrupts are kCancelled; memory, permission and the disk
/// kUnavailable; an absent file kNotFound; all else is the input's fault, E_DATA_FILE. `message` is
/// shortened to what a person can use.
base::Error error_of(std::string_view message);

/// The rows of a statement, chunk by chunk, while it runs.
class Stream {
 public:
  Stream() = default;
  ~Stream();
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&&) = delete;

  /// The next rows, null after the last. kCancelled when base::interrupted().
  base::Result<OwnedChunk> next();

  [[nodiscard]] duckdb_result& result() { return result_; }

 private:
  friend class Connection;
  duckdb_result result_{};
  bool open_ = false;
};

/// One connection, for one thread at a time. A second thread lives as long as it does and passes
/// base::interrupted() on to DuckDB, which otherwise would notice only between two chunks.
class Connection {
 public:
  static base::Result<std::unique_ptr<Connection>> open(Database& database);

  /// Starts one statement; parameters are bound to $1, $2, ...
  base::Result<Stream> stream(const std::string& sql,
                              std::span<const std::string_view> parameters = {});

  /// Runs one statement to its end.
  base::Status run(const std::string& sql);

  /// All rows of a statement whose columns are VARCHAR.
  base::Result<std::vector<TextRow>> texts(const std::string& sql,
                                           std::span<const std::string_view> parameters = {});

  /// The names that a SELECT gives its columns. kInvalidArgument unless `text` is exactly one
  /// statement, a SELECT without parameters.
  base::Result<std::vector<std::string>> names_of_select(const std::string& text);

  [[nodiscard]] duckdb_connection get() { return connection_.get(); }

 private:
  explicit Connection(OwnedConnection connection);

  OwnedConnection connection_;
  std::jthread interrupt_watch_;  // declared last: ends before the connection
};

/// The text of a cell of a VARCHAR vector; valid as long as the vector. Reads the published layout:
/// a call of the library for each cell would cost more than all else that is done with it.
inline std::string_view text_at(const duckdb_string_t* texts, size_t row) {
  const auto& value = texts[row].value;
  constexpr std::uint32_t kInlinedMax = sizeof(value.inlined.inlined);
  const std::uint32_t length = value.inlined.length;
  return {length <= kInlinedMax ? value.inlined.inlined : value.pointer.ptr, length};
}

/// Whether DuckDB takes `text` for a VARCHAR.
inline bool is_utf8(std::string_view text) {
  const Owned<duckdb_error_data, duckdb_destroy_error_data> error(
      duckdb_valid_utf8_check(text.data(), text.size()));
  return error == nullptr;
}

/// Whether a row is not null; `valid` is what duckdb_vector_get_validity gives, as its comment
/// says.
inline bool is_valid(const std::uint64_t* valid, size_t row) {
  return valid == nullptr || (valid[row / 64] >> (row % 64) & 1) != 0;
}

}  // namespace tagsmith::duckdb
