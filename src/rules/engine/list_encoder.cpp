#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/assert.h"
#include "engine/encoders.h"
#include "engine/write_codes.h"

namespace tagsmith::engine {
namespace {

using column::ColumnView;
using rule::LoweredConstant;
using rule::LoweredLeaf;
using rule::LoweredTest;

constexpr std::uint32_t kHoldsNull = 2;
constexpr std::uint32_t bit_of_list_test(size_t leaf) { return std::uint32_t{4} << leaf; }

/// A value that some leaf looks for.
struct Wanted {
  size_t id = 0;
  std::uint32_t any = 0;  // bits of the kHasAny leaves that it satisfies
};

/// A kHasAll leaf: TRUE when all of these were found.
struct AllOf {
  std::uint32_t bit = 0;
  std::vector<size_t> ids;
};

class ListEncoder final : public Encoder {
 public:
  ListEncoder(column::ColumnId column, std::span<const LoweredLeaf* const> leaves)
      : column_(column), width_(width_for(bit_of_list_test(leaves.size()) - 1)) {
    for (size_t i = 0; i < leaves.size(); ++i) {
      AllOf all{.bit = bit_of_list_test(i)};
      for (const LoweredConstant& constant : leaves[i]->constants) {
        Wanted& wanted =
            wanted_.try_emplace(std::get<std::string>(constant), Wanted{.id = wanted_.size()})
                .first->second;
        if (leaves[i]->test == LoweredTest::kHasAny) {
          wanted.any |= bit_of_list_test(i);
        } else {
          all.ids.push_back(wanted.id);
        }
      }
      if (leaves[i]->test == LoweredTest::kHasAll) {
        all_.push_back(std::move(all));
      }
    }
  }

  std::span<const column::ColumnId> inputs() const override { return {&column_, 1}; }
  size_t code_width() const override { return width_; }

  void encode(std::span<const ColumnView> inputs, void* codes) const override {
    const ColumnView& cells = inputs.front();
    // The last row, counted from 1, in which a value was found: nothing to clear between rows.
    std::vector<size_t> found_in(all_.empty() ? 0 : wanted_.size(), 0);
    write_cell_codes(cells, width_, codes,
                     [&](size_t row) { return code_of(cells, row, found_in); });
  }

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::uint32_t code_of(const ColumnView& cells, size_t row, std::vector<size_t>& found_in) const {
    std::uint32_t code = kNotNull;
    for (size_t i = cells.offsets[row]; i < cells.offsets[row + 1]; ++i) {
      if (!cells.elements_valid.empty() && !column::bit(cells.elements_valid, i)) {
        code |= kHoldsNull;
        continue;
      }
      const auto wanted = wanted_.find(cells.texts[i]);
      if (wanted == wanted_.end()) {
        continue;
      }
      code |= wanted->second.any;
      if (!found_in.empty()) {
        found_in[wanted->second.id] = row + 1;
      }
    }
    for (const AllOf& all : all_) {
      if (std::ranges::all_of(all.ids, [&](size_t id) { return found_in[id] == row + 1; })) {
        code |= all.bit;
      }
    }
    return code;
  }

  column::ColumnId column_;
  std::unordered_map<std::string, Wanted, TextHash, std::equal_to<>> wanted_;
  std::vector<AllOf> all_;
  size_t width_;
};

}  // namespace

EncodedLeaves encode_lists(column::ColumnId column, std::span<const LoweredLeaf* const> leaves) {
  TAGSMITH_ASSERT(leaves.size() <= kListLeavesMax);
  EncodedLeaves encoded;
  for (size_t i = 0; i < leaves.size(); ++i) {
    TAGSMITH_ASSERT(leaves[i]->test == LoweredTest::kHasAny ||
                    leaves[i]->test == LoweredTest::kHasAll);
    // What is not found in a list that holds a null may be that null: UNKNOWN (SEMANTICS 11). So
    // kHasAny is FALSE, and some value of kHasAll is, only in lists without one.
    const std::uint32_t bit = bit_of_list_test(i);
    encoded.leaves.push_back(
        {.is_true = CodeBits{.mask = bit, .value = bit},
         .is_false = CodeBits{.mask = kNotNull | kHoldsNull | bit, .value = kNotNull}});
  }
  encoded.encoder = std::make_unique<ListEncoder>(column, leaves);
  encoded.description = fmt::format("{} tests of elements", leaves.size());
  return encoded;
}

}  // namespace tagsmith::engine
