#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "column/column.h"
#include "column/decimal.h"
#include "rule/lowered.h"

namespace tagsmith::engine {

/// One cell that is not null, brought to the domain of `source`; nothing when it cannot be read in
/// it. Which function serves a domain stands behind it.

// kInt, kDay, kMicros, kBoolean
std::optional<std::int64_t> read_whole(const rule::LoweredSource& source,
                                       const column::ColumnView& cells, size_t row);
// kDecimal
std::optional<column::Int128> read_decimal(const column::ColumnView& cells, size_t row);
// kDouble
std::optional<double> read_double(const column::ColumnView& cells, size_t row);
// kFloat
std::optional<float> read_float(const column::ColumnView& cells, size_t row);
// kText
std::optional<std::string_view> read_text(const column::ColumnView& cells, size_t row);

/// kInt, kDecimal and kNumberText as exact numbers.
std::optional<column::Decimal> read_exact(const rule::LoweredSource& source,
                                          const column::ColumnView& cells, size_t row);

/// Every domain of numbers as the nearest double.
std::optional<double> read_as_double(const rule::LoweredSource& source,
                                     const column::ColumnView& cells, size_t row);

/// kDay (its midnight) and kMicros as microseconds. Midnights of far days need more than 64 bits.
std::optional<column::Int128> read_as_micros(const rule::LoweredSource& source,
                                             const column::ColumnView& cells, size_t row);

}  // namespace tagsmith::engine
