#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#include "adapters/duckdb/connection_internal.h"
#include "base/assert.h"
#include "base/interrupt.h"
#include "base/language.h"
#include "base/words.h"

namespace tagsmith::duckdb {
namespace {

// Repeats the call: DuckDB forgets an interrupt that comes just before a query starts.
void pass_on_interrupts(const std::stop_token& stop, duckdb_connection connection) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    if (base::interrupted()) {
      duckdb_interrupt(connection);
    }
    wake.wait_for(lock, stop, kInterruptPeriod, [] { return false; });
  }
}

base::Status check_no_nul(std::string_view sql) {
  if (sql.find('\0') != std::string_view::npos) {
    base::Error error =
        base::invalid_argument(base::tr("a NUL character in a name or an SQL text"));
    error.symbol = "E_DATA_FILE";
    return error;
  }
  return {};
}

class Extracted {
 public:
  ~Extracted() { duckdb_destroy_extracted(&statements_); }
  Extracted() = default;
  Extracted(const Extracted&) = delete;
  Extracted& operator=(const Extracted&) = delete;
  duckdb_extracted_statements* out() { return &statements_; }
  [[nodiscard]] duckdb_extracted_statements get() const { return statements_; }

 private:
  duckdb_extracted_statements statements_ = nullptr;
};

base::Error not_a_select(std::string message) {
  base::Error error = base::invalid_argument(std::move(message));
  error.symbol = "E_DATA_FILE";
  error.hint = base::tr("write one SELECT statement");
  return error;
}

}  // namespace

Stream::~Stream() {
  if (open_) {
    duckdb_destroy_result(&result_);
  }
}

Stream::Stream(Stream&& other) noexcept
    : result_(other.result_), open_(std::exchange(other.open_, false)) {}

base::Result<OwnedChunk> Stream::next() {
  TAGSMITH_ASSERT(open_);
  if (base::interrupted()) {
    return base::cancelled();
  }
  OwnedChunk chunk(duckdb_fetch_chunk(result_));
  if (chunk == nullptr) {
    if (const char* message = duckdb_result_error(&result_);
        message != nullptr && *message != '\0') {
      return error_of(message);
    }
    if (base::interrupted()) {
      return base::cancelled();
    }
  }
  return chunk;
}

Connection::Connection(OwnedConnection connection)
    : connection_(std::move(connection)),
      interrupt_watch_([handle = connection_.get()](const std::stop_token& stop) {
        pass_on_interrupts(stop, handle);
      }) {}

base::Result<std::unique_ptr<Connection>> Connection::open(Database& database) {
  duckdb_connection connection = nullptr;
  if (duckdb_connect(database.handle().database.get(), &connection) != DuckDBSuccess) {
    return base::internal_error("DuckDB gives no connection");
  }
  return std::unique_ptr<Connection>(new Connection(OwnedConnection(connection)));
}

base::Result<Stream> Connection::stream(const std::string& sql,
                                        std::span<const std::string_view> parameters) {
  TAGSMITH_TRY(check_no_nul(sql));
  duckdb_prepared_statement prepared = nullptr;
  const duckdb_state state = duckdb_prepare(get(), sql.c_str(), &prepared);
  const OwnedStatement statement(prepared);
  if (state != DuckDBSuccess) {
    const char* message = duckdb_prepare_error(statement.get());
    return error_of(message != nullptr ? message : base::tr("no statement"));
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (duckdb_bind_varchar_length(statement.get(), i + 1, parameters[i].data(),
                                   parameters[i].size()) != DuckDBSuccess) {
      return base::invalid_argument(base::tr("a text that is not UTF-8"));
    }
  }
  duckdb_pending_result pending_raw = nullptr;
  const duckdb_state started = duckdb_pending_prepared_streaming(statement.get(), &pending_raw);
  const Owned<duckdb_pending_result, duckdb_destroy_pending> pending(pending_raw);
  if (started != DuckDBSuccess) {
    const char* message = duckdb_pending_error(pending.get());
    return error_of(message != nullptr ? message : base::tr("the statement does not start"));
  }
  Stream stream;
  stream.open_ = true;
  if (duckdb_execute_pending(pending.get(), &stream.result_) != DuckDBSuccess) {
    const char* message = duckdb_result_error(&stream.result_);
    return error_of(message != nullptr ? message : base::tr("the statement failed"));
  }
  return stream;
}

base::Status Connection::run(const std::string& sql) {
  Stream rows = TAGSMITH_TRY(stream(sql));
  while (TAGSMITH_TRY(rows.next()) != nullptr) {
  }
  return {};
}

base::Result<std::vector<TextRow>> Connection::texts(const std::string& sql,
                                                     std::span<const std::string_view> parameters) {
  Stream rows = TAGSMITH_TRY(stream(sql, parameters));
  std::vector<TextRow> out;
  while (OwnedChunk chunk = TAGSMITH_TRY(rows.next())) {
    const size_t first = out.size();
    const size_t row_count = duckdb_data_chunk_get_size(chunk.get());
    const size_t column_count = duckdb_data_chunk_get_column_count(chunk.get());
    out.resize(first + row_count, TextRow(column_count));
    for (size_t c = 0; c < column_count; ++c) {
      duckdb_vector vector = duckdb_data_chunk_get_vector(chunk.get(), c);
      const OwnedType type(duckdb_vector_get_column_type(vector));
      TAGSMITH_ASSERT(duckdb_get_type_id(type.get()) == DUCKDB_TYPE_VARCHAR);
      const std::uint64_t* valid = duckdb_vector_get_validity(vector);
      const auto* cells = static_cast<const duckdb_string_t*>(duckdb_vector_get_data(vector));
      for (size_t row = 0; row < row_count; ++row) {
        if (is_valid(valid, row)) {
          out[first + row][c] = text_at(cells, row);
        }
      }
    }
  }
  return out;
}

base::Result<std::vector<std::string>> Connection::names_of_select(const std::string& text) {
  TAGSMITH_TRY(check_no_nul(text));
  Extracted extracted;
  const idx_t count = duckdb_extract_statements(get(), text.c_str(), extracted.out());
  if (count != 1) {
    const char* message = duckdb_extract_statements_error(extracted.get());
    if (count == 0 && message != nullptr) {
      return error_of(message);
    }
    if (count > 1 && base::lower(text).find("pivot") != std::string::npos) {
      base::Error error =
          not_a_select(base::tr("more than one SQL statement, or a PIVOT that looks at the "
                                "rows to find its columns"));
      error.hint = base::tr("say which values become columns: PIVOT ... ON column IN ('a', 'b')");
      return error;
    }
    return not_a_select(count == 0 ? base::tr("an empty text where a SELECT statement belongs")
                                   : base::tr("more than one SQL statement"));
  }
  duckdb_prepared_statement prepared = nullptr;
  const duckdb_state state =
      duckdb_prepare_extracted_statement(get(), extracted.get(), 0, &prepared);
  const OwnedStatement statement(prepared);
  if (state != DuckDBSuccess) {
    const char* message = duckdb_prepare_error(statement.get());
    return error_of(message != nullptr ? message : base::tr("no statement"));
  }
  if (duckdb_prepared_statement_type(statement.get()) != DUCKDB_STATEMENT_TYPE_SELECT) {
    return not_a_select(base::tr("a statement that is not a SELECT"));
  }
  if (duckdb_nparams(statement.get()) != 0) {
    return not_a_select(base::tr("a SELECT with parameters"));
  }
  std::vector<std::string> names;
  const idx_t columns = duckdb_prepared_statement_column_count(statement.get());
  for (idx_t i = 0; i < columns; ++i) {
    const char* name = duckdb_prepared_statement_column_name(statement.get(), i);
    names.emplace_back(name);
    duckdb_free(const_cast<char*>(name));
  }
  return names;
}

}  // namespace tagsmith::duckdb
