#include <array>
#include <compare>

#include "base/assert.h"
#include "engine/cells.h"
#include "engine/encoders.h"
#include "engine/write_codes.h"

namespace tagsmith::engine {
namespace {

using column::ColumnView;
using rule::LoweredComparison;
using rule::LoweredSource;
using rule::LoweredTest;

constexpr std::uint32_t kUnknown = 0;
constexpr std::uint32_t kLess = 1;
constexpr std::uint32_t kEqual = 2;
constexpr std::uint32_t kGreater = 3;

template <typename Value>
std::uint32_t compare(const std::optional<Value>& left, const std::optional<Value>& right) {
  if (!left || !right) {
    return kUnknown;
  }
  return *left < *right ? kLess : *right < *left ? kGreater : kEqual;
}

class PairEncoder final : public Encoder {
 public:
  PairEncoder(const LoweredSource& left, const LoweredSource& right, LoweredComparison::As as)
      : columns_{left.column, right.column}, left_(left), right_(right), as_(as) {}

  std::span<const column::ColumnId> inputs() const override { return columns_; }
  size_t code_width() const override { return 1; }

  void encode(std::span<const ColumnView> inputs, void* codes) const override {
    const ColumnView& left = inputs[0];
    const ColumnView& right = inputs[1];
    write_codes(left.row_count, 1, codes, [&](size_t row) {
      return left.is_null(row) || right.is_null(row) ? kUnknown : code_of(left, right, row);
    });
  }

 private:
  std::uint32_t code_of(const ColumnView& left, const ColumnView& right, size_t row) const {
    switch (as_) {
      case LoweredComparison::As::kExact:
        return compare(read_exact(left_, left, row), read_exact(right_, right, row));
      case LoweredComparison::As::kDouble:
        return compare(read_as_double(left_, left, row), read_as_double(right_, right, row));
      case LoweredComparison::As::kFloat:
        return compare(read_float(left, row), read_float(right, row));
      case LoweredComparison::As::kText:
        return compare(read_text(left, row), read_text(right, row));
      case LoweredComparison::As::kMicros:
        return compare(read_as_micros(left_, left, row), read_as_micros(right_, right, row));
      case LoweredComparison::As::kBoolean:
        return compare(read_whole(left_, left, row), read_whole(right_, right, row));
    }
    return kUnknown;
  }

  std::array<column::ColumnId, 2> columns_;
  LoweredSource left_;
  LoweredSource right_;
  LoweredComparison::As as_;
};

}  // namespace

EncodedLeaves encode_pair(const LoweredSource& left, const LoweredSource& right,
                          LoweredComparison::As as) {
  return {.encoder = std::make_unique<PairEncoder>(left, right, as),
          .description = "less, equal or greater"};
}

LeafCodes codes_of_comparison(LoweredTest test) {
  switch (test) {
    case LoweredTest::kEqual:
      return {.is_true = CodeRange{kEqual, kEqual},
              .is_false = CodesBut{.lowest = kLess, .first = kEqual, .last = kEqual}};
    case LoweredTest::kLess:
      return {.is_true = CodeRange{kLess, kLess}, .is_false = CodeRange{kEqual, kGreater}};
    case LoweredTest::kLessEqual:
      return {.is_true = CodeRange{kLess, kEqual}, .is_false = CodeRange{kGreater, kGreater}};
    case LoweredTest::kGreater:
      return {.is_true = CodeRange{kGreater, kGreater}, .is_false = CodeRange{kLess, kEqual}};
    case LoweredTest::kGreaterEqual:
      return {.is_true = CodeRange{kEqual, kGreater}, .is_false = CodeRange{kLess, kLess}};
    default:
      break;
  }
  TAGSMITH_ASSERT(false && "not a comparison");
}

}  // namespace tagsmith::engine
