#include "adapters/duckdb/parquet_writer.h"

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <duckdb.h>
#include <fmt/format.h>

#include "adapters/duckdb/connection_internal.h"
#include "base/interrupt.h"

namespace tagsmith::duckdb {
namespace {

// Rows that go to DuckDB together.
struct Rows {
  std::string user_bytes;
  std::vector<size_t> user_ends;  // of each row in user_bytes
  std::vector<std::int32_t> tag_ids;
  std::vector<size_t> tag_ends;  // of each row in tag_ids

  [[nodiscard]] size_t count() const { return user_ends.size(); }
  void clear() {
    user_bytes.clear();
    user_ends.clear();
    tag_ids.clear();
    tag_ends.clear();
  }
};

// Hands rows from append() to the thread that runs COPY; one hand-over at a time. Thread-safe.
class Handover {
 public:
  enum class Taken { kRows, kEnd, kAbandoned };

  // Swaps `rows` for empty ones. False when the other side has ended.
  bool give(Rows& rows) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return rows_.count() == 0 || reader_ended_; });
    if (reader_ended_) {
      return false;
    }
    std::swap(rows, rows_);
    rows.clear();
    changed_.notify_all();
    return true;
  }

  void end(bool abandoned) {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    abandoned_ = abandoned;
    changed_.notify_all();
  }

  Taken take(Rows& rows) {
    rows.clear();
    std::unique_lock lock(mutex_);
    while (rows_.count() == 0 && !ended_ && !base::interrupted()) {
      changed_.wait_for(lock, kInterruptPeriod);
    }
    if (abandoned_ || base::interrupted()) {
      return Taken::kAbandoned;
    }
    if (rows_.count() == 0) {
      return Taken::kEnd;
    }
    std::swap(rows, rows_);
    changed_.notify_all();
    return Taken::kRows;
  }

  void reader_ended() {
    const std::scoped_lock lock(mutex_);
    reader_ended_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Rows rows_;
  bool ended_ = false;
  bool abandoned_ = false;
  bool reader_ended_ = false;
};

// The table function that COPY reads: one thread, so that the order of rows stays.
constexpr const char* kRowsFunction = "rows_of_tags";

void bind_rows(duckdb_bind_info info) {
  const OwnedType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  const OwnedType integer(duckdb_create_logical_type(DUCKDB_TYPE_INTEGER));
  const OwnedType list(duckdb_create_list_type(integer.get()));
  duckdb_bind_add_result_column(info, "user_id", text.get());
  duckdb_bind_add_result_column(info, "tag_ids", list.get());
}

void begin_rows(duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); }

void fill(duckdb_data_chunk chunk, const Rows& rows) {
  duckdb_vector users = duckdb_data_chunk_get_vector(chunk, 0);
  duckdb_vector tags = duckdb_data_chunk_get_vector(chunk, 1);
  auto* lists = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(tags));
  duckdb_list_vector_reserve(tags, rows.tag_ids.size());
  if (!rows.tag_ids.empty()) {
    std::memcpy(duckdb_vector_get_data(duckdb_list_vector_get_child(tags)), rows.tag_ids.data(),
                rows.tag_ids.size() * sizeof(std::int32_t));
  }
  duckdb_list_vector_set_size(tags, rows.tag_ids.size());
  size_t user_start = 0;
  size_t tag_start = 0;
  for (size_t row = 0; row < rows.count(); ++row) {
    duckdb_unsafe_vector_assign_string_element_len(users, row, rows.user_bytes.data() + user_start,
                                                   rows.user_ends[row] - user_start);
    lists[row] = {.offset = tag_start, .length = rows.tag_ends[row] - tag_start};
    user_start = rows.user_ends[row];
    tag_start = rows.tag_ends[row];
  }
  duckdb_data_chunk_set_size(chunk, rows.count());
}

void next_rows(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto& handover = *static_cast<Handover*>(duckdb_function_get_extra_info(info));
  Rows rows;
  switch (handover.take(rows)) {
    case Handover::Taken::kAbandoned:
      duckdb_function_set_error(info, "abandoned");
      return;
    case Handover::Taken::kEnd:
      duckdb_data_chunk_set_size(chunk, 0);
      return;
    case Handover::Taken::kRows:
      fill(chunk, rows);
  }
}

base::Status register_rows(Connection& connection, Handover& handover) {
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, kRowsFunction);
  duckdb_table_function_set_extra_info(function, &handover, nullptr);
  duckdb_table_function_set_bind(function, bind_rows);
  duckdb_table_function_set_init(function, begin_rows);
  duckdb_table_function_set_function(function, next_rows);
  const duckdb_state state = duckdb_register_table_function(connection.get(), function);
  duckdb_destroy_table_function(&function);
  if (state != DuckDBSuccess) {
    return base::internal_error("DuckDB refuses the function that gives rows");
  }
  return {};
}

class ParquetWriter final : public dataset::TagFileWriter {
 public:
  ParquetWriter(std::string path, std::unique_ptr<Database> database,
                std::unique_ptr<Connection> connection)
      : path_(std::move(path)),
        database_(std::move(database)),
        connection_(std::move(connection)),
        rows_max_(duckdb_vector_size()) {}

  ~ParquetWriter() override {
    if (copy_.joinable()) {
      handover_.end(/*abandoned=*/true);
      copy_.join();
    }
    if (!finished_) {
      std::error_code ignored;
      if (std::filesystem::is_regular_file(path_, ignored)) {
        std::filesystem::remove(path_, ignored);
      }
    }
  }

  base::Status start() {
    TAGSMITH_TRY(register_rows(*connection_, handover_));
    copy_ = std::thread([this] {
      copied_ = connection_->run(
          fmt::format("COPY (SELECT user_id, tag_ids FROM {}()) TO {} (FORMAT parquet, "
                      "USE_TMP_FILE false)",
                      kRowsFunction, quote_text(path_)));
      handover_.reader_ended();
    });
    return {};
  }

  base::Status append(std::string_view user_id, std::span<const std::int32_t> tag_ids) override {
    rows_.user_bytes += user_id;
    rows_.user_ends.push_back(rows_.user_bytes.size());
    rows_.tag_ids.insert(rows_.tag_ids.end(), tag_ids.begin(), tag_ids.end());
    rows_.tag_ends.push_back(rows_.tag_ids.size());
    if (rows_.count() < rows_max_) {
      return {};
    }
    return hand_over();
  }

  base::Status finish() override {
    if (rows_.count() > 0) {
      TAGSMITH_TRY(hand_over());
    }
    handover_.end(/*abandoned=*/false);
    TAGSMITH_TRY(join());
    finished_ = true;
    return {};
  }

 private:
  base::Status hand_over() { return handover_.give(rows_) ? base::Status() : join(); }

  // How COPY ended.
  base::Status join() {
    if (copy_.joinable()) {
      copy_.join();
    }
    if (copied_) {
      return {};
    }
    if (base::interrupted()) {
      return base::cancelled();
    }
    base::Error error = copied_.error();
    error.symbol.clear();
    error.path = path_;
    return error;
  }

  std::string path_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  size_t rows_max_;
  Rows rows_;
  Handover handover_;
  base::Status copied_;  // written by copy_, read after its join
  bool finished_ = false;
  std::thread copy_;
};

}  // namespace

base::Result<std::unique_ptr<dataset::TagFileWriter>> make_parquet_writer(const std::string& path) {
  std::unique_ptr<Database> database =
      TAGSMITH_TRY(Database::open({.threads = 1, .keep_order = true}));
  std::unique_ptr<Connection> connection = TAGSMITH_TRY(Connection::open(*database));
  auto writer = std::make_unique<ParquetWriter>(path, std::move(database), std::move(connection));
  TAGSMITH_TRY(writer->start());
  return std::unique_ptr<dataset::TagFileWriter>(std::move(writer));
}

}  // namespace tagsmith::duckdb
