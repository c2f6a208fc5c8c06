#include "engine/cells.h"

#include <cmath>

#include "base/assert.h"
#include "column/days.h"
#include "column/readers.h"

namespace tagsmith::engine {
namespace {

using column::ColumnView;
using column::Decimal;
using column::Int128;
using column::TypeKind;
using rule::Domain;
using rule::LoweredSource;

template <typename T>
std::optional<T> finite(T value, T infinite) {
  return -infinite < value && value < infinite ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> read_day(const ColumnView& cells, size_t row) {
  if (cells.type.kind == TypeKind::kDate) {
    return finite<std::int64_t>(cells.days[row], column::kInfiniteDay);
  }
  const auto moment = column::read_moment(cells.texts[row]);
  return moment ? std::optional<std::int64_t>(column::day_of(moment->micros)) : std::nullopt;
}

std::optional<std::int64_t> read_micros(const ColumnView& cells, size_t row) {
  if (cells.type.kind == TypeKind::kTimestamp) {
    return finite(cells.ints[row], column::kInfiniteMicros);
  }
  const auto moment = column::read_moment(cells.texts[row]);
  return moment ? std::optional(moment->micros) : std::nullopt;
}

std::optional<std::int64_t> read_boolean(const ColumnView& cells, size_t row) {
  if (cells.type.kind == TypeKind::kBoolean) {
    return cells.booleans[row];
  }
  if (cells.type.kind == TypeKind::kInt) {
    const std::int64_t value = cells.ints[row];
    return value == 0 || value == 1 ? std::optional(value) : std::nullopt;
  }
  const auto word = column::read_boolean(cells.texts[row]);
  return word ? std::optional<std::int64_t>(*word ? 1 : 0) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> read_whole(const LoweredSource& source, const ColumnView& cells,
                                       size_t row) {
  switch (source.domain) {
    case Domain::kInt:
      return cells.ints[row];
    case Domain::kDay:
      return read_day(cells, row);
    case Domain::kMicros:
      return read_micros(cells, row);
    case Domain::kBoolean:
      return read_boolean(cells, row);
    default:
      break;
  }
  TAGSMITH_ASSERT(false && "a domain of whole numbers");
}

std::optional<Int128> read_decimal(const ColumnView& cells, size_t row) {
  const Int128 unscaled = cells.decimals[row];
  return unscaled == column::kUnreadableDecimal ? std::nullopt : std::optional(unscaled);
}

std::optional<double> read_double(const ColumnView& cells, size_t row) {
  const double value = cells.doubles[row];
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

std::optional<float> read_float(const ColumnView& cells, size_t row) {
  const float value = cells.floats[row];
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

std::optional<std::string_view> read_text(const ColumnView& cells, size_t row) {
  return cells.texts[row];
}

std::optional<Decimal> read_exact(const LoweredSource& source, const ColumnView& cells,
                                  size_t row) {
  switch (source.domain) {
    case Domain::kInt:
      return Decimal::from_int(cells.ints[row]);
    case Domain::kDecimal: {
      const auto unscaled = read_decimal(cells, row);
      return unscaled ? std::optional(Decimal::from_scaled(*unscaled, cells.type.scale))
                      : std::nullopt;
    }
    default:
      TAGSMITH_ASSERT(source.domain == Domain::kNumberText);
      return column::read_number(cells.texts[row]);
  }
}

std::optional<double> read_as_double(const LoweredSource& source, const ColumnView& cells,
                                     size_t row) {
  switch (source.domain) {
    case Domain::kDouble:
      return read_double(cells, row);
    case Domain::kFloat:
      return read_float(cells, row);
    case Domain::kInt:
      return static_cast<double>(cells.ints[row]);
    default: {
      const auto number = read_exact(source, cells, row);
      return number ? std::optional(number->to_double()) : std::nullopt;
    }
  }
}

std::optional<Int128> read_as_micros(const LoweredSource& source, const ColumnView& cells,
                                     size_t row) {
  const auto value = read_whole(source, cells, row);
  if (!value) {
    return std::nullopt;
  }
  return source.domain == Domain::kDay ? Int128{*value} * column::kMicrosPerDay : Int128{*value};
}

}  // namespace tagsmith::engine
