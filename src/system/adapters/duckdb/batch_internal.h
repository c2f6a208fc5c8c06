#pragma once

#include <duckdb.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "column/column.h"
#include "column/type.h"
#include "dataset/reader.h"

namespace tagsmith::duckdb {

/// Makes batches of a result's chunks: the first column is the key (VARCHAR), the others have the
/// types given. Cells of fixed width and texts are borrowed from the chunk while all its rows have
/// a key; otherwise the rows that have one are copied together.
class BatchMaker {
 public:
  explicit BatchMaker(std::vector<column::Type> types);

  /// Valid until the next call or the end of the chunk. Rows without a key (null, empty) are left
  /// out and counted.
  const dataset::TableBatch& make(duckdb_data_chunk chunk);

  [[nodiscard]] std::uint64_t null_keys() const { return null_keys_; }

 private:
  struct Buffers {
    std::vector<column::Word> valid;
    std::vector<column::Word> elements_valid;
    std::vector<std::int64_t> ints;
    std::vector<column::Int128> decimals;
    std::vector<double> doubles;
    std::vector<float> floats;
    std::vector<std::int32_t> days;
    std::vector<std::uint8_t> booleans;
    std::vector<std::string_view> texts;
    std::vector<std::uint32_t> offsets;
  };

  void make_keys(duckdb_vector vector, size_t row_count);
  void make_column(duckdb_vector vector, Buffers& buffers, column::ColumnView& view);
  void make_valid(duckdb_vector vector, Buffers& buffers, column::ColumnView& view);
  void make_decimals(duckdb_vector vector, Buffers& buffers);
  void make_texts(duckdb_vector vector, Buffers& buffers);
  void make_lists(duckdb_vector vector, Buffers& buffers);
  template <typename T>
  std::span<const T> pick(duckdb_vector vector, std::vector<T>& buffer) const;

  std::vector<Buffers> buffers_;  // of each column
  std::vector<std::string_view> keys_;
  std::vector<std::uint32_t> rows_;  // the rows of the chunk that have a key
  bool all_rows_ = true;
  std::uint64_t null_keys_ = 0;
  dataset::TableBatch batch_;
};

}  // namespace tagsmith::duckdb
