#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <type_traits>
#include <unordered_map>

#include "base/assert.h"
#include "engine/cells.h"
#include "engine/encoders.h"
#include "engine/write_codes.h"

namespace tagsmith::engine {
namespace {

using column::ColumnView;
using column::Decimal;
using column::Int128;
using rule::Domain;
using rule::LoweredConstant;
using rule::LoweredLeaf;
using rule::LoweredSource;
using rule::LoweredTest;

constexpr std::uint32_t kUnreadableCode = 1;
constexpr std::uint32_t kFirstClassCode = 2;
constexpr std::uint32_t code_of_class(size_t number) {
  return static_cast<std::uint32_t>(number) + kFirstClassCode;
}

/// The least text that is greater than all texts with this prefix, or "" when there is none.
std::string end_of_prefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') {
    prefix.pop_back();
  }
  if (!prefix.empty()) {
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  }
  return prefix;
}

/// Positions first ... last; none when last < first.
struct Stretch {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

/// The sorted constants of a column. With n of them there are 2n + 1 positions: position 2i + 1 is
/// constant i, position 2i the gap below it, and 2n the gap above all.
template <typename Key>
class Thresholds {
 public:
  explicit Thresholds(std::span<const LoweredLeaf* const> leaves) {
    for (const LoweredLeaf* leaf : leaves) {
      for (const LoweredConstant& constant : leaf->constants) {
        add(std::get<Key>(constant), leaf->test);
      }
    }
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  }

  const std::vector<Key>& keys() const { return keys_; }
  std::uint32_t last_position() const { return static_cast<std::uint32_t>(2 * keys_.size()); }

  template <typename Probe>
  std::uint32_t position_of(const Probe& value) const {
    const size_t below = count_less(value);
    const auto gap = static_cast<std::uint32_t>(2 * below);
    return below < keys_.size() && keys_[below] == value ? gap + 1 : gap;
  }

  /// The positions where the leaf is TRUE.
  std::vector<Stretch> positions_of(const LoweredLeaf& leaf) const {
    std::vector<Stretch> stretches;
    const auto point = [&](size_t i) { return position_of(std::get<Key>(leaf.constants[i])); };
    switch (leaf.test) {
      case LoweredTest::kReadable:
        return {{0, last_position()}};
      case LoweredTest::kNever:
        return {};
      case LoweredTest::kLess:
        return {{0, point(0) - 1}};
      case LoweredTest::kLessEqual:
        return {{0, point(0)}};
      case LoweredTest::kGreater:
        return {{point(0) + 1, last_position()}};
      case LoweredTest::kGreaterEqual:
        return {{point(0), last_position()}};
      case LoweredTest::kEqual:
      case LoweredTest::kIn:
        for (size_t i = 0; i < leaf.constants.size(); ++i) {
          stretches.push_back({point(i), point(i)});
        }
        return stretches;
      case LoweredTest::kStartsWith:
        if constexpr (std::same_as<Key, std::string>) {
          const std::string end = end_of_prefix(std::get<std::string>(leaf.constants[0]));
          return {{point(0), end.empty() ? last_position() : position_of(end) - 1}};
        }
        break;
      default:
        break;
    }
    TAGSMITH_ASSERT(false && "not a test of an ordered domain");
  }

 private:
  /// The number of constants below `value`. Without branches where a comparison is cheap: which way
  /// a search goes is as good as random, and a wrong guess costs more than the rest of the search.
  template <typename Probe>
  size_t count_less(const Probe& value) const {
    if constexpr (std::is_arithmetic_v<Key>) {
      size_t first = 0;
      for (size_t count = keys_.size(); count > 0;) {
        const size_t half = count - count / 2;
        first += half * static_cast<size_t>(keys_[first + half - 1] < value);
        count -= half;
      }
      return first;
    } else {
      return static_cast<size_t>(std::lower_bound(keys_.begin(), keys_.end(), value) -
                                 keys_.begin());
    }
  }

  void add(const Key& key, LoweredTest test) {
    keys_.push_back(key);
    if constexpr (std::same_as<Key, std::string>) {
      if (test == LoweredTest::kStartsWith) {
        if (std::string end = end_of_prefix(key); !end.empty()) {
          keys_.push_back(std::move(end));
        }
      }
    }
  }

  std::vector<Key> keys_;
};

bool is_order(LoweredTest test) {
  return test == LoweredTest::kLess || test == LoweredTest::kLessEqual ||
         test == LoweredTest::kGreater || test == LoweredTest::kGreaterEqual;
}

/// Which positions no leaf tells apart. Comparisons cut the line of positions at one place each;
/// the other leaves then split what they hold from what they do not.
class Classes {
 public:
  Classes(std::uint32_t last_position, std::span<const LoweredLeaf* const> leaves,
          std::span<const std::vector<Stretch>> true_positions)
      : class_of_(size_t{last_position} + 1), size_(1) {
    std::vector<bool> cut_before(class_of_.size() + 1, false);
    for (size_t i = 0; i < leaves.size(); ++i) {
      if (is_order(leaves[i]->test)) {
        const Stretch& stretch = true_positions[i].front();
        cut_before[stretch.first] = true;
        cut_before[stretch.last + 1] = true;
      }
    }
    for (size_t position = 0; position < class_of_.size(); ++position) {
      if (position > 0 && cut_before[position]) {
        size_.push_back(0);
      }
      class_of_[position] = static_cast<std::uint32_t>(size_.size() - 1);
      ++size_.back();
    }
    for (size_t i = 0; i < leaves.size(); ++i) {
      if (!is_order(leaves[i]->test)) {
        split(true_positions[i]);
      }
    }
    number_by_first_position();
  }

  size_t count() const { return size_.size(); }
  std::uint32_t of(std::uint32_t position) const { return class_of_[position]; }

 private:
  static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);

  // Costs no more than `members` has positions: there may be as many leaves as positions.
  void split(const std::vector<Stretch>& members) {
    hits_.resize(size_.size(), 0);
    moved_to_.resize(size_.size(), kNone);
    touched_.clear();
    for_each(members, [&](std::uint32_t position) {
      const std::uint32_t in_class = class_of_[position];
      if (hits_[in_class]++ == 0) {
        touched_.push_back(in_class);
      }
    });
    for (const std::uint32_t hit : touched_) {
      if (hits_[hit] < size_[hit]) {
        moved_to_[hit] = static_cast<std::uint32_t>(size_.size());
        size_[hit] -= hits_[hit];
        size_.push_back(hits_[hit]);
      }
    }
    for_each(members, [&](std::uint32_t position) {
      const std::uint32_t in_class = class_of_[position];
      if (in_class < moved_to_.size() && moved_to_[in_class] != kNone) {
        class_of_[position] = moved_to_[in_class];
      }
    });
    for (const std::uint32_t hit : touched_) {
      hits_[hit] = 0;
      moved_to_[hit] = kNone;
    }
  }

  template <typename Visit>
  static void for_each(const std::vector<Stretch>& stretches, Visit visit) {
    for (const Stretch& stretch : stretches) {
      for (std::uint32_t position = stretch.first; position <= stretch.last; ++position) {
        visit(position);
      }
    }
  }

  // A class lies between two cuts, so what a comparison holds is a range of classes.
  void number_by_first_position() {
    std::vector<std::uint32_t> number(size_.size(), kNone);
    std::uint32_t next = 0;
    for (std::uint32_t& class_of_position : class_of_) {
      std::uint32_t& assigned = number[class_of_position];
      if (assigned == kNone) {
        assigned = next++;
      }
      class_of_position = assigned;
    }
  }

  std::vector<std::uint32_t> class_of_;  // of a position
  std::vector<std::uint32_t> size_;      // of a class, in positions
  // Scratch of split(), by class:
  std::vector<std::uint32_t> hits_;
  std::vector<std::uint32_t> moved_to_;
  std::vector<std::uint32_t> touched_;
};

template <typename Key>
auto read_cell(const LoweredSource& source, const ColumnView& cells, size_t row) {
  if constexpr (std::same_as<Key, std::int64_t>) {
    return read_whole(source, cells, row);
  } else if constexpr (std::same_as<Key, Int128>) {
    return read_decimal(cells, row);
  } else if constexpr (std::same_as<Key, double>) {
    return read_double(cells, row);
  } else if constexpr (std::same_as<Key, float>) {
    return read_float(cells, row);
  } else {
    static_assert(std::same_as<Key, Decimal>);
    return read_exact(source, cells, row);
  }
}

template <typename Key>
class OrderedEncoder final : public Encoder {
 public:
  OrderedEncoder(const LoweredSource& source, Thresholds<Key> thresholds,
                 std::vector<std::uint32_t> code_of_position, size_t width)
      : source_(source),
        thresholds_(std::move(thresholds)),
        code_of_position_(std::move(code_of_position)),
        width_(width) {}

  std::span<const column::ColumnId> inputs() const override { return {&source_.column, 1}; }
  size_t code_width() const override { return width_; }

  void encode(std::span<const ColumnView> inputs, void* codes) const override {
    const ColumnView& cells = inputs.front();
    write_cell_codes(cells, width_, codes, [&](size_t row) {
      const auto value = read_cell<Key>(source_, cells, row);
      return value ? code_of_position_[thresholds_.position_of(*value)] : kUnreadableCode;
    });
  }

 private:
  LoweredSource source_;
  Thresholds<Key> thresholds_;
  std::vector<std::uint32_t> code_of_position_;
  size_t width_;
};

/// Texts are looked up in a hash table first: most leaves on texts ask for equality only, and then
/// all texts that are no constant have one class and need no search, however many constants.
template <>
class OrderedEncoder<std::string> final : public Encoder {
 public:
  OrderedEncoder(const LoweredSource& source, Thresholds<std::string> thresholds,
                 std::vector<std::uint32_t> code_of_position, size_t width)
      : source_(source),
        thresholds_(std::move(thresholds)),
        code_of_position_(std::move(code_of_position)),
        width_(width) {
    const std::vector<std::string>& keys = thresholds_.keys();
    for (size_t i = 0; i < keys.size(); ++i) {
      codes_of_constants_.emplace(keys[i], code_of_position_[2 * i + 1]);
      gaps_differ_ = gaps_differ_ || code_of_position_[2 * i + 2] != code_of_position_[0];
    }
  }

  std::span<const column::ColumnId> inputs() const override { return {&source_.column, 1}; }
  size_t code_width() const override { return width_; }

  void encode(std::span<const ColumnView> inputs, void* codes) const override {
    const ColumnView& cells = inputs.front();
    write_cell_codes(cells, width_, codes, [&](size_t row) { return code_of(cells.texts[row]); });
  }

 private:
  std::uint32_t code_of(std::string_view text) const {
    if (const auto found = codes_of_constants_.find(text); found != codes_of_constants_.end()) {
      return found->second;
    }
    return code_of_position_[gaps_differ_ ? thresholds_.position_of(text) : 0];
  }

  LoweredSource source_;
  Thresholds<std::string> thresholds_;
  std::vector<std::uint32_t> code_of_position_;
  // The keys are views of the strings in thresholds_, whose buffers stay where they are.
  std::unordered_map<std::string_view, std::uint32_t> codes_of_constants_;
  bool gaps_differ_ = false;
  size_t width_;
};

LeafCodes codes_of_order(const Stretch& stretch, const Classes& classes,
                         std::uint32_t last_position) {
  const std::uint32_t highest = code_of_class(classes.count() - 1);
  const CodeRange is_true{.first = code_of_class(classes.of(stretch.first)),
                          .last = stretch.last == last_position
                                      ? highest
                                      : code_of_class(classes.of(stretch.last + 1)) - 1};
  const CodeRange is_false = stretch.first == 0 ? CodeRange{is_true.last + 1, highest}
                                                : CodeRange{kFirstClassCode, is_true.first - 1};
  return {.is_true = is_true, .is_false = is_false};
}

LeafCodes codes_of_members(const std::vector<Stretch>& stretches, const Classes& classes) {
  std::vector<std::uint32_t> codes;
  for (const Stretch& stretch : stretches) {
    for (std::uint32_t position = stretch.first; position <= stretch.last; ++position) {
      codes.push_back(code_of_class(classes.of(position)));
    }
  }
  std::ranges::sort(codes);
  const auto repeated = std::ranges::unique(codes);
  codes.erase(repeated.begin(), repeated.end());
  return {.is_true = code_set(codes),
          .is_false = all_but(codes, kFirstClassCode, code_of_class(classes.count() - 1))};
}

template <typename Key>
EncodedLeaves encode_keys(const LoweredSource& source, std::span<const LoweredLeaf* const> leaves) {
  Thresholds<Key> thresholds(leaves);
  const std::uint32_t last_position = thresholds.last_position();
  std::vector<std::vector<Stretch>> true_positions;
  true_positions.reserve(leaves.size());
  for (const LoweredLeaf* leaf : leaves) {
    true_positions.push_back(thresholds.positions_of(*leaf));
  }
  const Classes classes(last_position, leaves, true_positions);

  EncodedLeaves encoded;
  for (size_t i = 0; i < leaves.size(); ++i) {
    encoded.leaves.push_back(is_order(leaves[i]->test)
                                 ? codes_of_order(true_positions[i].front(), classes, last_position)
                                 : codes_of_members(true_positions[i], classes));
  }

  std::vector<std::uint32_t> code_of_position(size_t{last_position} + 1);
  for (std::uint32_t position = 0; position <= last_position; ++position) {
    code_of_position[position] = code_of_class(classes.of(position));
  }
  const size_t width = width_for(code_of_class(classes.count() - 1));
  encoded.description =
      fmt::format("{} constants, {} classes", thresholds.keys().size(), classes.count());
  encoded.encoder = std::make_unique<OrderedEncoder<Key>>(source, std::move(thresholds),
                                                          std::move(code_of_position), width);
  return encoded;
}

}  // namespace

EncodedLeaves encode_ordered(const LoweredSource& source,
                             std::span<const LoweredLeaf* const> leaves) {
  switch (source.domain) {
    case Domain::kInt:
    case Domain::kDay:
    case Domain::kMicros:
    case Domain::kBoolean:
      return encode_keys<std::int64_t>(source, leaves);
    case Domain::kDecimal:
      return encode_keys<Int128>(source, leaves);
    case Domain::kDouble:
      return encode_keys<double>(source, leaves);
    case Domain::kFloat:
      return encode_keys<float>(source, leaves);
    case Domain::kNumberText:
      return encode_keys<Decimal>(source, leaves);
    case Domain::kText:
      return encode_keys<std::string>(source, leaves);
    case Domain::kTextList:
      break;
  }
  TAGSMITH_ASSERT(false && "lists have no order");
}

}  // namespace tagsmith::engine
