#include "column/column.h"

#include "base/assert.h"

namespace tagsmith::column {
namespace {

void append_bit(std::vector<Word>& words, size_t position, bool value) {
  words.resize(word_count(position + 1));
  if (value) {
    set_bit(words, position);
  }
}

// The value's alternative T, or a T{} in the place of a null.
template <typename T>
T cell(const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) {
    return T{};
  }
  TAGSMITH_ASSERT(std::holds_alternative<T>(value));
  return std::get<T>(value);
}

}  // namespace

Value ColumnView::value(size_t row) const {
  TAGSMITH_ASSERT(row < row_count);
  if (is_null(row)) {
    return {};
  }
  switch (type.kind) {
    case TypeKind::kInt:
    case TypeKind::kTimestamp:
      return ints[row];
    case TypeKind::kDecimal:
      return decimals[row];
    case TypeKind::kDouble:
      return doubles[row];
    case TypeKind::kFloat:
      return floats[row];
    case TypeKind::kText:
      return std::string(texts[row]);
    case TypeKind::kBoolean:
      return booleans[row] != 0;
    case TypeKind::kDate:
      return days[row];
    case TypeKind::kTextList: {
      TextList list;
      for (size_t i = offsets[row]; i < offsets[row + 1]; ++i) {
        const bool null = !elements_valid.empty() && !bit(elements_valid, i);
        list.push_back(null ? std::nullopt : std::optional(std::string(texts[i])));
      }
      return list;
    }
    case TypeKind::kUnusable:
      break;
  }
  return {};
}

void ColumnData::append_text(std::string_view text) {
  bytes_ += text;
  ends_.push_back(bytes_.size());
}

void ColumnData::append(const Value& value) {
  append_bit(valid_, row_count_, !std::holds_alternative<std::monostate>(value));
  ++row_count_;
  switch (type_.kind) {
    case TypeKind::kInt:
    case TypeKind::kTimestamp:
      ints_.push_back(cell<std::int64_t>(value));
      break;
    case TypeKind::kDecimal:
      decimals_.push_back(cell<Int128>(value));
      break;
    case TypeKind::kDouble:
      doubles_.push_back(cell<double>(value));
      break;
    case TypeKind::kFloat:
      floats_.push_back(cell<float>(value));
      break;
    case TypeKind::kText:
      append_text(cell<std::string>(value));
      break;
    case TypeKind::kBoolean:
      booleans_.push_back(cell<bool>(value) ? 1 : 0);
      break;
    case TypeKind::kDate:
      days_.push_back(cell<std::int32_t>(value));
      break;
    case TypeKind::kTextList:
      if (offsets_.empty()) {
        offsets_.push_back(0);
      }
      for (const std::optional<std::string>& element : cell<TextList>(value)) {
        append_bit(elements_valid_, ends_.size(), element.has_value());
        append_text(element ? std::string_view(*element) : std::string_view());
      }
      offsets_.push_back(static_cast<std::uint32_t>(ends_.size()));
      break;
    case TypeKind::kUnusable:
      break;
  }
}

ColumnView ColumnData::view() const {
  texts_.clear();
  size_t start = 0;
  for (const size_t end : ends_) {
    texts_.push_back(std::string_view(bytes_).substr(start, end - start));
    start = end;
  }
  return {.type = type_,
          .row_count = row_count_,
          .valid = valid_,
          .ints = ints_,
          .decimals = decimals_,
          .doubles = doubles_,
          .floats = floats_,
          .days = days_,
          .booleans = booleans_,
          .texts = texts_,
          .offsets = offsets_,
          .elements_valid = elements_valid_};
}

}  // namespace tagsmith::column
