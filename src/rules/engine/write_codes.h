#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/assert.h"
#include "column/column.h"

namespace tagsmith::engine {

/// The bytes that codes 0 ... highest need: 1, 2 or 4.
constexpr size_t width_for(std::uint64_t highest) {
  return highest < (1U << 8) ? 1 : highest < (1U << 16) ? 2 : 4;
}

/// In codes made of bits: the cell is not null.
constexpr std::uint32_t kNotNull = 1;

/// Writes code_of(row) for every row, in codes of `width` bytes.
template <typename CodeOf>
void write_codes(size_t row_count, size_t width, void* codes, CodeOf code_of) {
  const auto write = [&]<typename Code>(Code* out) {
    for (size_t row = 0; row < row_count; ++row) {
      out[row] = static_cast<Code>(code_of(row));
    }
  };
  switch (width) {
    case 1:
      return write(static_cast<std::uint8_t*>(codes));
    case 2:
      return write(static_cast<std::uint16_t*>(codes));
    default:
      TAGSMITH_ASSERT(width == 4);
      return write(static_cast<std::uint32_t*>(codes));
  }
}

/// Remembers the codes of the texts last seen: columns repeat few texts, and a code can cost a
/// parse or a search. Lives for one call of encode(), so it holds views and needs no lock.
class TextMemo {
 public:
  template <typename Compute>
  std::uint32_t code_of(std::string_view text, Compute compute) {
    Entry& entry = entries_[std::hash<std::string_view>()(text) % kEntries];
    if (!entry.filled || entry.text != text) {
      entry = {.text = text, .code = compute(), .filled = true};
    }
    return entry.code;
  }

 private:
  static constexpr size_t kEntries = 512;
  struct Entry {
    std::string_view text;
    std::uint32_t code = 0;
    bool filled = false;
  };
  std::array<Entry, kEntries> entries_;
};

/// Writes code_of(row) for rows that are not null, else 0; code_of depends on the cell alone.
template <typename CodeOf>
void write_cell_codes(const column::ColumnView& cells, size_t width, void* codes, CodeOf code_of) {
  if (cells.type.kind == column::TypeKind::kText) {
    TextMemo memo;
    write_codes(cells.row_count, width, codes, [&](size_t row) {
      return cells.is_null(row) ? 0 : memo.code_of(cells.texts[row], [&] { return code_of(row); });
    });
    return;
  }
  write_codes(cells.row_count, width, codes,
              [&](size_t row) { return cells.is_null(row) ? 0 : code_of(row); });
}

}  // namespace tagsmith::engine
