#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "column/schema.h"

namespace tagsmith::dataset {

/// A table whose key is not known yet.
struct KeylessTable {
  std::string name;
  std::vector<column::Column> columns;
};

/// What a column would be as the key.
struct KeyCounts {
  std::uint64_t rows = 0;
  std::uint64_t nulls = 0;
  std::uint64_t distinct = 0;  // of those that are not null

  /// Every row has another one.
  [[nodiscard]] bool is_unique() const { return nulls == 0 && distinct == rows; }

  bool operator==(const KeyCounts&) const = default;
};

/// Counts a column of tables[table], which is text or an integer.
using CountKeys = std::function<base::Result<KeyCounts>(size_t table, const std::string& column)>;

struct ChosenKey {
  std::string column;
  bool is_integer = false;  // else text

  bool operator==(const ChosenKey&) const = default;
};

/// Which column of each table says who the user is; nothing for a table in which none can: no
/// column is named like a user's id, and none has another value in every row.
///
/// Of columns that are named like an id of users the plainest is taken (user_id before customer_id
/// before id), of two as plain the one that more tables have. Where no column is named so, it is
/// the only one that is in every table, and in each never null and never the same twice.
///
/// `wanted` are names that decide: a table that has one of them has it for its key. Fails with
/// E_DATA_KEY, naming the candidates of each table in doubt, when it cannot be decided, when no
/// table has a key, and when no table has one of the columns that are wanted.
base::Result<std::vector<std::optional<ChosenKey>>> choose_keys(
    std::span<const KeylessTable> tables, std::span<const std::string> wanted,
    const CountKeys& count);

}  // namespace tagsmith::dataset
