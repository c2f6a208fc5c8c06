#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "column/column.h"
#include "dataset/discover.h"
#include "dataset/reader.h"

namespace tagsmith::dataset {

/// A table of a test. A row without a key is one whose key is null.
struct MemoryTable {
  std::string database;
  std::string name;
  std::vector<column::Column> columns;
  struct Row {
    std::optional<std::string> key;
    std::vector<column::Value> cells;
  };
  std::vector<Row> rows;
  bool integer_key = false;
};

/// A Reader of tables in memory: batches of two rows, to several consumers in turn, so that what
/// depends on batches or threads shows.
class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(std::vector<MemoryTable> tables) {
    for (MemoryTable& table : tables) {
      TableSource source{.database = table.database,
                         .name = table.name,
                         .format = TableSource::Format::kSelect,
                         .select = "memory"};
      sources_.push_back(source);
      tables_.emplace(full_name(source), std::move(table));
    }
  }

  [[nodiscard]] const std::vector<TableSource>& sources() const { return sources_; }

  /// "table: column column", one entry a scan.
  [[nodiscard]] const std::vector<std::string>& scans() const { return scans_; }

  base::Result<TableDescription> describe(const TableSource& source) override {
    const MemoryTable& table = tables_.at(full_name(source));
    return TableDescription{
        .schema = {.database = table.database, .name = table.name, .columns = table.columns},
        .integer_key = table.integer_key,
        .files = source.format == TableSource::Format::kSelect ? std::nullopt
                                                               : std::optional(source.files)};
  }

  base::Result<ScanCounts> scan(const ScanSpec& spec,
                                const ConsumerFactory& make_consumer) override {
    constexpr size_t kRowsABatch = 2;
    const MemoryTable& table = tables_.at(full_name(spec.source));
    std::string asked = full_name(spec.source) + ":";
    for (const std::string& name : spec.columns) {
      asked += " " + name;
    }
    scans_.push_back(asked);

    ScanCounts counts;
    std::vector<const MemoryTable::Row*> rows;
    for (const MemoryTable::Row& row : table.rows) {
      if (!row.key || row.key->empty()) {
        ++counts.null_keys;
      } else if (!spec.only_user || *spec.only_user == *row.key) {
        rows.push_back(&row);
      }
    }
    counts.rows = rows.size();
    std::vector<std::unique_ptr<BatchConsumer>> consumers;
    for (int i = 0; i < 3; ++i) {
      consumers.push_back(make_consumer());
    }
    for (size_t first = 0; first < rows.size(); first += kRowsABatch) {
      const size_t end = std::min(first + kRowsABatch, rows.size());
      BatchConsumer& consumer = *consumers[first / kRowsABatch % consumers.size()];
      TAGSMITH_TRY(push(table, spec, std::span(rows).subspan(first, end - first), consumer));
    }
    return counts;
  }

  base::Result<std::vector<ColumnProfile>> profile(const ProfileSpec&) override {
    return base::internal_error("no profile in memory");
  }

  base::Result<std::vector<column::Column>> columns(const TableSource& source) override {
    return tables_.at(full_name(source)).columns;
  }

 private:
  static base::Status push(const MemoryTable& table, const ScanSpec& spec,
                           std::span<const MemoryTable::Row* const> rows, BatchConsumer& consumer) {
    std::vector<std::string_view> keys;
    for (const MemoryTable::Row* row : rows) {
      keys.push_back(*row->key);
    }
    std::vector<column::ColumnData> cells;
    for (const std::string& name : spec.columns) {
      const auto column = std::ranges::find(table.columns, name, &column::Column::name);
      const auto index = static_cast<size_t>(column - table.columns.begin());
      cells.emplace_back(column->type);
      for (const MemoryTable::Row* row : rows) {
        cells.back().append(row->cells.at(index));
      }
    }
    TableBatch batch{.row_count = rows.size(), .keys = keys};
    for (const column::ColumnData& column : cells) {
      batch.columns.push_back(column.view());
    }
    return consumer.consume(batch);
  }

  std::vector<TableSource> sources_;
  std::map<std::string, MemoryTable> tables_;
  std::vector<std::string> scans_;
};

}  // namespace tagsmith::dataset
