#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "column/int128.h"
#include "column/type.h"

namespace tagsmith::column {

/// A non-null cell of a decimal column that holds more than 38 digits (a wide integer of the
/// source): not null, and UNKNOWN for every comparison (SEMANTICS 23). Stands in the cell's place.
inline constexpr Int128 kUnreadableDecimal = static_cast<Int128>(UInt128{1} << 127);

using TextList = std::vector<std::optional<std::string>>;

/// One cell, owned. Which alternative is set follows the column's type; monostate is null.
///
///   kInt int64_t | kDecimal Int128 (unscaled) | kDouble double | kFloat float | kText string
///   kBoolean bool | kDate int32_t days | kTimestamp int64_t micros | kTextList TextList
using Value = std::variant<std::monostate, bool, std::int32_t, std::int64_t, Int128, double, float,
                           std::string, TextList>;

/// As a person would write it: "null", "12.50", "2025-11-22", "'VIP2'", "['BTC', null]".
std::string to_text(const Value& value, const Type& type);

}  // namespace tagsmith::column
