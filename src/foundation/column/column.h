#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "column/type.h"
#include "column/value.h"

namespace tagsmith::column {

/// One bit a row, 64 rows a word, the lowest bit first. Bits past the last row are 0.
using Word = std::uint64_t;
inline constexpr size_t kWordBits = 64;
constexpr size_t word_count(size_t bits) { return (bits + kWordBits - 1) / kWordBits; }
inline bool bit(std::span<const Word> words, size_t i) {
  return (words[i / kWordBits] >> (i % kWordBits) & 1) != 0;
}
inline void set_bit(std::span<Word> words, size_t i) {
  words[i / kWordBits] |= Word{1} << (i % kWordBits);
}

/// A column of some rows, borrowed: valid as long as what it was made from. Only the member that
/// the type names is set; the others are empty. Cells of null rows hold anything.
struct ColumnView {
  Type type;
  size_t row_count = 0;
  std::span<const Word> valid;  // a set bit: not null; empty: no row is null

  std::span<const std::int64_t> ints;       // kInt, kTimestamp (micros)
  std::span<const Int128> decimals;         // kDecimal, unscaled; kUnreadableDecimal possible
  std::span<const double> doubles;          // kDouble
  std::span<const float> floats;            // kFloat
  std::span<const std::int32_t> days;       // kDate
  std::span<const std::uint8_t> booleans;   // kBoolean
  std::span<const std::string_view> texts;  // kText; for kTextList the elements
  std::span<const std::uint32_t>
      offsets;                           // kTextList: row r has elements offsets[r] to offsets[r+1]
  std::span<const Word> elements_valid;  // kTextList, as `valid`

  [[nodiscard]] bool is_null(size_t row) const { return !valid.empty() && !bit(valid, row); }

  /// The cell as an owned value.
  [[nodiscard]] Value value(size_t row) const;
};

/// A column that owns its cells; append, then view.
class ColumnData {
 public:
  explicit ColumnData(Type type) : type_(std::move(type)) {}

  [[nodiscard]] const Type& type() const { return type_; }
  [[nodiscard]] size_t row_count() const { return row_count_; }

  /// `value` is null or the alternative that the type names (see Value).
  void append(const Value& value);

  /// Borrowed until the next append, move or destruction of this.
  [[nodiscard]] ColumnView view() const;

 private:
  void append_text(std::string_view text);

  Type type_;
  size_t row_count_ = 0;
  std::vector<Word> valid_;
  std::vector<std::int64_t> ints_;
  std::vector<Int128> decimals_;
  std::vector<double> doubles_;
  std::vector<float> floats_;
  std::vector<std::int32_t> days_;
  std::vector<std::uint8_t> booleans_;
  std::string bytes_;                            // all texts, one after the other
  std::vector<size_t> ends_;                     // of each text in bytes_
  std::vector<std::uint32_t> offsets_;           // kTextList
  std::vector<Word> elements_valid_;             // kTextList
  mutable std::vector<std::string_view> texts_;  // made by view() from bytes_ and ends_
};

}  // namespace tagsmith::column
