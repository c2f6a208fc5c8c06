#include <utility>

#include <duckdb.h>
#include <fmt/format.h>

#include "adapters/duckdb/connection_internal.h"
#include "base/assert.h"
#include "base/language.h"
#include "column/decimal.h"
#include "column/value.h"

namespace tagsmith::duckdb {
namespace {

using column::ColumnView;
using column::Int128;
using column::TypeKind;

// A decimal column whose unreadable cells stand for wide integers of 39 digits.
bool is_wide_integer(const ColumnView& cells) {
  for (size_t row = 0; row < cells.decimals.size(); ++row) {
    if (!cells.is_null(row) && cells.decimals[row] == column::kUnreadableDecimal) {
      return true;
    }
  }
  return false;
}

OwnedType type_of(const ColumnView& cells) {
  switch (cells.type.kind) {
    case TypeKind::kInt:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
    case TypeKind::kDecimal:
      return OwnedType(is_wide_integer(cells) ? duckdb_create_logical_type(DUCKDB_TYPE_HUGEINT)
                                              : duckdb_create_decimal_type(
                                                    static_cast<std::uint8_t>(cells.type.precision),
                                                    static_cast<std::uint8_t>(cells.type.scale)));
    case TypeKind::kDouble:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE));
    case TypeKind::kFloat:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_FLOAT));
    case TypeKind::kText:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
    case TypeKind::kBoolean:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN));
    case TypeKind::kDate:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_DATE));
    case TypeKind::kTimestamp:
      return OwnedType(duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP));
    case TypeKind::kTextList: {
      const OwnedType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
      return OwnedType(duckdb_create_list_type(text.get()));
    }
    case TypeKind::kUnusable:
      break;
  }
  TAGSMITH_ASSERT(false);
  return {};
}

std::string sql_type_of(const ColumnView& cells) {
  switch (cells.type.kind) {
    case TypeKind::kInt:
      return "BIGINT";
    case TypeKind::kDecimal:
      return is_wide_integer(cells)
                 ? "HUGEINT"
                 : fmt::format("DECIMAL({}, {})", cells.type.precision, cells.type.scale);
    case TypeKind::kDouble:
      return "DOUBLE";
    case TypeKind::kFloat:
      return "FLOAT";
    case TypeKind::kText:
      return "VARCHAR";
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTimestamp:
      return "TIMESTAMP";
    case TypeKind::kTextList:
      return "VARCHAR[]";
    case TypeKind::kUnusable:
      break;
  }
  TAGSMITH_ASSERT(false);
  return {};
}

// The rows [first, first + count) of a column.
struct Slice {
  const ColumnView& cells;
  size_t first;
  size_t count;
};

template <typename T>
void copy_cells(duckdb_vector vector, std::span<const T> cells, const Slice& slice) {
  auto* out = static_cast<T*>(duckdb_vector_get_data(vector));
  for (size_t i = 0; i < slice.count; ++i) {
    out[i] = cells[slice.first + i];
  }
}

void copy_decimals(duckdb_vector vector, const Slice& slice) {
  const OwnedType type(duckdb_vector_get_column_type(vector));
  const bool is_decimal = duckdb_get_type_id(type.get()) == DUCKDB_TYPE_DECIMAL;
  const duckdb_type stored =
      is_decimal ? duckdb_decimal_internal_type(type.get()) : DUCKDB_TYPE_HUGEINT;
  void* data = duckdb_vector_get_data(vector);
  for (size_t i = 0; i < slice.count; ++i) {
    Int128 value = slice.cells.decimals[slice.first + i];
    if (value == column::kUnreadableDecimal) {
      value = static_cast<Int128>(column::power_of_ten(38));
    }
    if (stored == DUCKDB_TYPE_SMALLINT) {
      static_cast<std::int16_t*>(data)[i] = static_cast<std::int16_t>(value);
    } else if (stored == DUCKDB_TYPE_INTEGER) {
      static_cast<std::int32_t*>(data)[i] = static_cast<std::int32_t>(value);
    } else if (stored == DUCKDB_TYPE_BIGINT) {
      static_cast<std::int64_t*>(data)[i] = static_cast<std::int64_t>(value);
    } else {
      static_cast<duckdb_hugeint*>(data)[i] = {.lower = static_cast<std::uint64_t>(value),
                                               .upper = static_cast<std::int64_t>(value >> 64)};
    }
  }
}

base::Status assign_text(duckdb_vector vector, size_t row, std::string_view text) {
  const Owned<duckdb_error_data, duckdb_destroy_error_data> error(
      duckdb_valid_utf8_check(text.data(), text.size()));
  if (error != nullptr) {
    return base::invalid_argument(base::tr("a text that is not UTF-8"));
  }
  duckdb_unsafe_vector_assign_string_element_len(vector, row, text.data(), text.size());
  return {};
}

void set_null(duckdb_vector vector, size_t row) {
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

base::Status copy_lists(duckdb_vector vector, const Slice& slice) {
  const ColumnView& cells = slice.cells;
  auto* lists = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(vector));
  const std::uint32_t begin = cells.offsets[slice.first];
  const std::uint32_t end = cells.offsets[slice.first + slice.count];
  duckdb_list_vector_reserve(vector, end - begin);
  duckdb_vector child = duckdb_list_vector_get_child(vector);
  for (std::uint32_t i = begin; i < end; ++i) {
    if (!cells.elements_valid.empty() && !column::bit(cells.elements_valid, i)) {
      set_null(child, i - begin);
    } else {
      TAGSMITH_TRY(assign_text(child, i - begin, cells.texts[i]));
    }
  }
  duckdb_list_vector_set_size(vector, end - begin);
  for (size_t i = 0; i < slice.count; ++i) {
    const std::uint32_t offset = cells.offsets[slice.first + i];
    lists[i] = {.offset = offset - begin, .length = cells.offsets[slice.first + i + 1] - offset};
  }
  return {};
}

base::Status copy_column(duckdb_vector vector, const Slice& slice) {
  const ColumnView& cells = slice.cells;
  for (size_t i = 0; i < slice.count; ++i) {
    if (cells.is_null(slice.first + i)) {
      set_null(vector, i);
    }
  }
  switch (cells.type.kind) {
    case TypeKind::kInt:
    case TypeKind::kTimestamp:
      copy_cells(vector, cells.ints, slice);
      break;
    case TypeKind::kDecimal:
      copy_decimals(vector, slice);
      break;
    case TypeKind::kDouble:
      copy_cells(vector, cells.doubles, slice);
      break;
    case TypeKind::kFloat:
      copy_cells(vector, cells.floats, slice);
      break;
    case TypeKind::kBoolean:
      copy_cells(vector, cells.booleans, slice);
      break;
    case TypeKind::kDate:
      copy_cells(vector, cells.days, slice);
      break;
    case TypeKind::kText:
      for (size_t i = 0; i < slice.count; ++i) {
        if (!cells.is_null(slice.first + i)) {
          TAGSMITH_TRY(assign_text(vector, i, cells.texts[slice.first + i]));
        }
      }
      break;
    case TypeKind::kTextList:
      return copy_lists(vector, slice);
    case TypeKind::kUnusable:
      TAGSMITH_ASSERT(false);
  }
  return {};
}

}  // namespace

base::Status Database::create_table(std::string_view name, std::span<const TableColumn> columns) {
  TAGSMITH_ASSERT(!columns.empty());
  const size_t row_count = columns.front().cells.row_count;
  std::string declared;
  std::vector<OwnedType> types;
  std::vector<duckdb_logical_type> raw_types;
  for (const TableColumn& column : columns) {
    TAGSMITH_ASSERT(column.cells.row_count == row_count);
    declared +=
        (declared.empty() ? "" : ", ") + quote_name(column.name) + " " + sql_type_of(column.cells);
    types.push_back(type_of(column.cells));
    raw_types.push_back(types.back().get());
  }
  const auto connection = TAGSMITH_TRY(Connection::open(*this));
  TAGSMITH_TRY(connection->run("CREATE TABLE " + quote_name(name) + " (" + declared + ")"));
  duckdb_appender appender_raw = nullptr;
  const duckdb_state made =
      duckdb_appender_create(connection->get(), nullptr, std::string(name).c_str(), &appender_raw);
  const auto destroy = [](auto* handle) { duckdb_appender_destroy(&handle); };
  const std::unique_ptr<std::remove_pointer_t<duckdb_appender>, decltype(destroy)> appender(
      appender_raw, destroy);
  const auto appender_error = [&] {
    const char* message = duckdb_appender_error(appender.get());
    return error_of(message != nullptr ? message : base::tr("the appender failed"));
  };
  if (made != DuckDBSuccess) {
    return appender_error();
  }
  const size_t step = duckdb_vector_size();
  for (size_t first = 0; first < row_count; first += step) {
    const size_t count = std::min(step, row_count - first);
    const OwnedChunk chunk(duckdb_create_data_chunk(raw_types.data(), raw_types.size()));
    for (size_t i = 0; i < columns.size(); ++i) {
      TAGSMITH_TRY(copy_column(duckdb_data_chunk_get_vector(chunk.get(), i),
                               {.cells = columns[i].cells, .first = first, .count = count}));
    }
    duckdb_data_chunk_set_size(chunk.get(), count);
    if (duckdb_append_data_chunk(appender.get(), chunk.get()) != DuckDBSuccess) {
      return appender_error();
    }
  }
  if (duckdb_appender_close(appender.get()) != DuckDBSuccess) {
    return appender_error();
  }
  return {};
}

}  // namespace tagsmith::duckdb
