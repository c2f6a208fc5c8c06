#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/duckdb/database.h"
#include "adapters/duckdb/reader.h"
#include "column/value.h"
#include "dataset/reader.h"
#include "scratch/folder.h"

namespace tagsmith::duckdb {

class Folder : public scratch::Folder {
 public:
  // A Parquet file of the rows of a SELECT.
  [[nodiscard]] std::string parquet(const std::string& name, const std::string& select) const {
    const auto database = Database::open({.threads = 1}).value();
    const auto copied = database->query_text("COPY (" + select + ") TO " + quote_text(path(name)) +
                                             " (FORMAT parquet)");
    EXPECT_TRUE(copied) << copied.error().message;
    return path(name);
  }
};

inline dataset::TableSource parquet_source(std::vector<std::string> files) {
  return {.name = "t", .format = dataset::TableSource::Format::kParquet, .files = std::move(files)};
}
inline dataset::TableSource csv_source(std::vector<std::string> files) {
  return {.name = "t", .format = dataset::TableSource::Format::kCsv, .files = std::move(files)};
}
inline dataset::TableSource json_source(std::vector<std::string> files) {
  return {
      .name = "t", .format = dataset::TableSource::Format::kJsonLines, .files = std::move(files)};
}
inline dataset::TableSource select_source(std::string select) {
  return {
      .name = "t", .format = dataset::TableSource::Format::kSelect, .select = std::move(select)};
}

inline std::unique_ptr<dataset::Reader> reader() { return make_reader({.threads = 2}).value(); }

// What a scan pushed: for each key the cells as text, "null" for a null.
using Rows = std::map<std::string, std::vector<std::string>>;

class Collector final : public dataset::BatchConsumer {
 public:
  explicit Collector(Rows& rows) : rows_(rows) {}
  base::Status consume(const dataset::TableBatch& batch) override {
    for (size_t row = 0; row < batch.row_count; ++row) {
      std::vector<std::string>& cells = rows_[std::string(batch.keys[row])];
      for (const column::ColumnView& column : batch.columns) {
        EXPECT_EQ(column.row_count, batch.row_count);
        if (!column.valid.empty()) {
          EXPECT_EQ(column.valid.size(), column::word_count(batch.row_count));
          for (size_t i = batch.row_count; i < column.valid.size() * column::kWordBits; ++i) {
            EXPECT_FALSE(column::bit(column.valid, i)) << "a bit past the last row";
          }
        }
        cells.push_back(column::to_text(column.value(row), column.type));
      }
    }
    return {};
  }

 private:
  Rows& rows_;
};

struct Scanned {
  Rows rows;
  dataset::ScanCounts counts;
};

inline base::Result<Scanned> try_scan(const dataset::ScanSpec& spec) {
  Scanned scanned;
  const auto counts =
      reader()->scan(spec, [&scanned] { return std::make_unique<Collector>(scanned.rows); });
  if (!counts) {
    return counts.error();
  }
  scanned.counts = *counts;
  return scanned;
}

inline Rows scan(const dataset::TableSource& source, const std::vector<std::string>& columns) {
  const auto scanned = try_scan({.source = source, .columns = columns});
  EXPECT_TRUE(scanned) << scanned.error().message;
  return scanned ? scanned->rows : Rows();
}

// "name type" of each column.
inline std::vector<std::string> described(const dataset::TableSource& source) {
  const auto table = reader()->describe(source);
  EXPECT_TRUE(table) << table.error().message;
  std::vector<std::string> out;
  if (table) {
    for (const column::Column& column : table->schema.columns) {
      out.push_back(column.name + " " + to_string(column.type));
    }
  }
  return out;
}

inline base::Error error_of_describe(const dataset::TableSource& source, dataset::Reader& reader) {
  const auto table = reader.describe(source);
  EXPECT_FALSE(table);
  return table ? base::Error() : table.error();
}

inline base::Error error_of_describe(const dataset::TableSource& source) {
  return error_of_describe(source, *reader());
}

// DuckDB writes neither: a file of Arrow with user_id 'before', 'after'; t INT96, one nanosecond
// before 1970 and 2024-03-10 07:00:00.500000999; big DECIMAL(50, 2).
inline constexpr std::string_view kArrowFile =
    "UEFSMRUAFTIVMiwVBBUAFQYVBhwAAAACAAAABAEGAAAAYmVmb3JlBQAAAGFmdGVyFQAVPBU8LBUEFQAVBhUGHAAA"
    "AAIAAAAEAf//TpGUTgAAiz0lAOfI2XLrFgAA3IolABUAFWAVYCwVBBUAFQYVBhwAAAACAAAABAEAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAGQAAAAAAAAAAAAAAAAAAAAAAAAAAMgVBBlMNQAYBnNjaGVtYRUGABUMJQIYB3VzZXJfaWQlAEwc"
    "AAAAFQYlAhgBdAAVDhUqFQIYA2JpZyUKFQQVZCxcFQQVZAAAABYEGRwZPCYAHBUMGSUGABkYB3VzZXJfaWQVABYE"
    "FlgWWCYISRwVABUAFQIAPBYWGQYZJgAEAAAAJgAcFQYZJQYAGRgBdBUAFgQWYhZiJmBJHBUAFQAVAgA8KQYZJgAE"
    "AAAAJgAcFQ4ZJQYAGRgDYmlnFQAWBBaGARaGASbCAUkcFQAVABUCADwpBhkmAAQAAAAWwAIWBCYIFsACACggcGFy"
    "cXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZPBwAABwAABwAAAARAQAAUEFSMQ==";

inline std::string put_arrow_file(const Folder& folder) {
  const auto database = Database::open().value();
  const auto text =
      database->query_text("SELECT hex(from_base64('" + std::string(kArrowFile) + "'))")
          .value()[0][0]
          .value();
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  }
  return folder.put("a.parquet", bytes);
}

}  // namespace tagsmith::duckdb
