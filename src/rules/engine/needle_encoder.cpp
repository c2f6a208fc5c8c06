#include <fmt/format.h>

#include "base/assert.h"
#include "engine/encoders.h"
#include "engine/write_codes.h"

namespace tagsmith::engine {
namespace {

using column::ColumnView;
using rule::LoweredLeaf;
using rule::LoweredTest;

constexpr std::uint32_t bit_of_needle(size_t leaf) { return std::uint32_t{2} << leaf; }

struct Needle {
  std::string text;
  bool at_end = false;
};

class NeedleEncoder final : public Encoder {
 public:
  NeedleEncoder(column::ColumnId column, std::vector<Needle> needles)
      : column_(column),
        needles_(std::move(needles)),
        width_(width_for(bit_of_needle(needles_.size()) - 1)) {}

  std::span<const column::ColumnId> inputs() const override { return {&column_, 1}; }
  size_t code_width() const override { return width_; }

  void encode(std::span<const ColumnView> inputs, void* codes) const override {
    const ColumnView& cells = inputs.front();
    write_cell_codes(cells, width_, codes, [&](size_t row) { return code_of(cells.texts[row]); });
  }

 private:
  std::uint32_t code_of(std::string_view text) const {
    std::uint32_t code = kNotNull;
    for (size_t i = 0; i < needles_.size(); ++i) {
      const Needle& needle = needles_[i];
      if (needle.at_end ? text.ends_with(needle.text)
                        : text.find(needle.text) != std::string_view::npos) {
        code |= bit_of_needle(i);
      }
    }
    return code;
  }

  column::ColumnId column_;
  std::vector<Needle> needles_;
  size_t width_;
};

}  // namespace

EncodedLeaves encode_needles(column::ColumnId column, std::span<const LoweredLeaf* const> leaves) {
  TAGSMITH_ASSERT(leaves.size() <= kNeedlesMax);
  EncodedLeaves encoded;
  std::vector<Needle> needles;
  for (size_t i = 0; i < leaves.size(); ++i) {
    needles.push_back({.text = std::get<std::string>(leaves[i]->constants.front()),
                       .at_end = leaves[i]->test == LoweredTest::kEndsWith});
    const std::uint32_t bit = bit_of_needle(i);
    encoded.leaves.push_back({.is_true = CodeBits{.mask = bit, .value = bit},
                              .is_false = CodeBits{.mask = kNotNull | bit, .value = kNotNull}});
  }
  encoded.encoder = std::make_unique<NeedleEncoder>(column, std::move(needles));
  encoded.description = fmt::format("{} needles", leaves.size());
  return encoded;
}

}  // namespace tagsmith::engine
