#include <algorithm>
#include <utility>

#include "adapters/duckdb/batch_internal.h"
#include "adapters/duckdb/connection_internal.h"
#include "base/assert.h"
#include "column/decimal.h"
#include "column/value.h"

namespace tagsmith::duckdb {
namespace {

using column::Int128;
using column::TypeKind;
using column::UInt128;

static_assert(sizeof(bool) == sizeof(std::uint8_t));

Int128 joined(std::int64_t upper, std::uint64_t lower) {
  return static_cast<Int128>(static_cast<UInt128>(static_cast<Int128>(upper)) << 64 | lower);
}

// Of a wide integer of the source; from 10^38 on it is not readable (SEMANTICS 23).
Int128 readable(Int128 value) {
  const auto limit = static_cast<Int128>(column::power_of_ten(38));
  return value < limit && value > -limit ? value : column::kUnreadableDecimal;
}

}  // namespace

BatchMaker::BatchMaker(std::vector<column::Type> types) : buffers_(types.size()) {
  for (column::Type& type : types) {
    batch_.columns.push_back({.type = std::move(type)});
  }
}

const dataset::TableBatch& BatchMaker::make(duckdb_data_chunk chunk) {
  make_keys(duckdb_data_chunk_get_vector(chunk, 0), duckdb_data_chunk_get_size(chunk));
  batch_.row_count = rows_.size();
  batch_.keys = keys_;
  for (size_t i = 0; i < buffers_.size(); ++i) {
    make_column(duckdb_data_chunk_get_vector(chunk, i + 1), buffers_[i], batch_.columns[i]);
  }
  return batch_;
}

void BatchMaker::make_keys(duckdb_vector vector, size_t row_count) {
  const std::uint64_t* valid = duckdb_vector_get_validity(vector);
  const auto* texts = static_cast<const duckdb_string_t*>(duckdb_vector_get_data(vector));
  keys_.clear();
  rows_.clear();
  for (size_t row = 0; row < row_count; ++row) {
    if (!is_valid(valid, row)) {
      continue;
    }
    if (const std::string_view key = text_at(texts, row); !key.empty()) {
      keys_.push_back(key);
      rows_.push_back(static_cast<std::uint32_t>(row));
    }
  }
  all_rows_ = rows_.size() == row_count;
  null_keys_ += row_count - rows_.size();
}

template <typename T>
std::span<const T> BatchMaker::pick(duckdb_vector vector, std::vector<T>& buffer) const {
  const auto* cells = static_cast<const T*>(duckdb_vector_get_data(vector));
  if (all_rows_) {
    return {cells, rows_.size()};
  }
  buffer.resize(rows_.size());
  std::ranges::transform(rows_, buffer.begin(), [cells](std::uint32_t row) { return cells[row]; });
  return buffer;
}

void BatchMaker::make_column(duckdb_vector vector, Buffers& buffers, column::ColumnView& view) {
  view.row_count = rows_.size();
  make_valid(vector, buffers, view);
  switch (view.type.kind) {
    case TypeKind::kInt:
    case TypeKind::kTimestamp:
      view.ints = pick(vector, buffers.ints);
      break;
    case TypeKind::kDecimal:
      make_decimals(vector, buffers);
      view.decimals = buffers.decimals;
      break;
    case TypeKind::kDouble:
      view.doubles = pick(vector, buffers.doubles);
      break;
    case TypeKind::kFloat:
      view.floats = pick(vector, buffers.floats);
      break;
    case TypeKind::kText:
      make_texts(vector, buffers);
      view.texts = buffers.texts;
      break;
    case TypeKind::kBoolean:
      view.booleans = pick(vector, buffers.booleans);
      break;
    case TypeKind::kDate:
      view.days = pick(vector, buffers.days);
      break;
    case TypeKind::kTextList:
      make_lists(vector, buffers);
      view.texts = buffers.texts;
      view.offsets = buffers.offsets;
      view.elements_valid = buffers.elements_valid;
      break;
    case TypeKind::kUnusable:
      TAGSMITH_ASSERT(false);
  }
}

void BatchMaker::make_valid(duckdb_vector vector, Buffers& buffers, column::ColumnView& view) {
  const std::uint64_t* valid = duckdb_vector_get_validity(vector);
  view.valid = {};
  if (valid == nullptr) {
    return;
  }
  // Copied also when all rows stay: DuckDB sets bits past the last row, and ours are 0.
  if (all_rows_) {
    buffers.valid.assign(valid, valid + column::word_count(rows_.size()));
    if (const size_t rest = rows_.size() % column::kWordBits; rest != 0) {
      buffers.valid.back() &= (column::Word{1} << rest) - 1;
    }
    view.valid = buffers.valid;
    return;
  }
  buffers.valid.assign(column::word_count(rows_.size()), 0);
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (is_valid(valid, rows_[i])) {
      column::set_bit(buffers.valid, i);
    }
  }
  view.valid = buffers.valid;
}

void BatchMaker::make_decimals(duckdb_vector vector, Buffers& buffers) {
  const OwnedType type(duckdb_vector_get_column_type(vector));
  const void* data = duckdb_vector_get_data(vector);
  buffers.decimals.clear();
  buffers.decimals.reserve(rows_.size());
  const auto copy = [&]<typename T>(const T* cells, auto&& to_int128) {
    for (const std::uint32_t row : rows_) {
      buffers.decimals.push_back(to_int128(cells[row]));
    }
  };
  const auto widen = [](auto value) { return static_cast<Int128>(value); };
  const auto join = [](const duckdb_hugeint& value) { return joined(value.upper, value.lower); };
  duckdb_type id = duckdb_get_type_id(type.get());
  const bool is_decimal = id == DUCKDB_TYPE_DECIMAL;
  if (is_decimal) {
    id = duckdb_decimal_internal_type(type.get());
  }
  if (id == DUCKDB_TYPE_SMALLINT) {
    copy(static_cast<const std::int16_t*>(data), widen);
  } else if (id == DUCKDB_TYPE_INTEGER) {
    copy(static_cast<const std::int32_t*>(data), widen);
  } else if (id == DUCKDB_TYPE_BIGINT) {
    copy(static_cast<const std::int64_t*>(data), widen);
  } else if (id == DUCKDB_TYPE_UBIGINT) {
    copy(static_cast<const std::uint64_t*>(data), widen);
  } else if (id == DUCKDB_TYPE_HUGEINT && is_decimal) {
    copy(static_cast<const duckdb_hugeint*>(data), join);
  } else if (id == DUCKDB_TYPE_HUGEINT) {
    copy(static_cast<const duckdb_hugeint*>(data),
         [&](const duckdb_hugeint& value) { return readable(join(value)); });
  } else {
    TAGSMITH_ASSERT(id == DUCKDB_TYPE_UHUGEINT);
    copy(static_cast<const duckdb_uhugeint*>(data), [](const duckdb_uhugeint& value) {
      const bool fits = value.upper <= static_cast<std::uint64_t>(INT64_MAX);
      return fits ? readable(joined(static_cast<std::int64_t>(value.upper), value.lower))
                  : column::kUnreadableDecimal;
    });
  }
}

void BatchMaker::make_texts(duckdb_vector vector, Buffers& buffers) {
  const std::uint64_t* valid = duckdb_vector_get_validity(vector);
  const auto* cells = static_cast<const duckdb_string_t*>(duckdb_vector_get_data(vector));
  buffers.texts.assign(rows_.size(), {});
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (is_valid(valid, rows_[i])) {  // a null's cell points anywhere
      buffers.texts[i] = text_at(cells, rows_[i]);
    }
  }
}

void BatchMaker::make_lists(duckdb_vector vector, Buffers& buffers) {
  const std::uint64_t* valid = duckdb_vector_get_validity(vector);
  const auto* lists = static_cast<const duckdb_list_entry*>(duckdb_vector_get_data(vector));
  duckdb_vector child = duckdb_list_vector_get_child(vector);
  const std::uint64_t* child_valid = duckdb_vector_get_validity(child);
  const auto* cells = static_cast<const duckdb_string_t*>(duckdb_vector_get_data(child));
  buffers.texts.clear();
  buffers.elements_valid.clear();
  buffers.offsets.assign(1, 0);
  for (const std::uint32_t row : rows_) {
    if (is_valid(valid, row)) {
      for (std::uint64_t i = lists[row].offset; i < lists[row].offset + lists[row].length; ++i) {
        const size_t position = buffers.texts.size();
        buffers.elements_valid.resize(column::word_count(position + 1));
        if (is_valid(child_valid, i)) {
          column::set_bit(buffers.elements_valid, position);
          buffers.texts.push_back(text_at(cells, i));
        } else {
          buffers.texts.emplace_back();
        }
      }
    }
    buffers.offsets.push_back(static_cast<std::uint32_t>(buffers.texts.size()));
  }
}

}  // namespace tagsmith::duckdb
