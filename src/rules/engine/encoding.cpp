#include "engine/encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <map>
#include <set>
#include <tuple>
#include <unordered_set>

#include "base/assert.h"
#include "engine/hash.h"

namespace tagsmith::engine {
namespace {

using column::ColumnId;
using rule::Domain;
using rule::LoweredComparison;
using rule::LoweredConstant;
using rule::LoweredExpression;
using rule::LoweredLeaf;
using rule::LoweredSource;
using rule::LoweredTest;

size_t hash_of(column::UInt128 value) {
  size_t seed = static_cast<size_t>(value);
  mix(seed, static_cast<size_t>(value >> 64));
  return seed;
}

struct ConstantHash {
  size_t operator()(std::int64_t value) const { return std::hash<std::int64_t>()(value); }
  size_t operator()(column::Int128 value) const {
    return hash_of(static_cast<column::UInt128>(value));
  }
  size_t operator()(double value) const { return std::hash<double>()(value); }
  size_t operator()(float value) const { return std::hash<float>()(value); }
  size_t operator()(const std::string& value) const { return std::hash<std::string>()(value); }
  size_t operator()(const column::Decimal& value) const {
    size_t seed = hash_of(value.coefficient());
    mix(seed, static_cast<size_t>(value.exponent()));
    return value.negative() ? ~seed : seed;
  }
};

std::string_view name_of(Domain domain) {
  switch (domain) {
    case Domain::kInt:
      return "int";
    case Domain::kDecimal:
      return "decimal";
    case Domain::kDouble:
      return "double";
    case Domain::kFloat:
      return "float";
    case Domain::kText:
      return "text";
    case Domain::kBoolean:
      return "boolean";
    case Domain::kDay:
      return "day";
    case Domain::kMicros:
      return "point in time";
    case Domain::kNumberText:
      return "number";
    case Domain::kTextList:
      return "list of texts";
  }
  return "";
}

/// What code 1 of an encoder for the domain says.
Reading::Odd odd_of(Domain domain) {
  switch (domain) {
    case Domain::kText:
    case Domain::kTextList:
      return Reading::Odd::kNone;
    case Domain::kDouble:
    case Domain::kFloat:
      return Reading::Odd::kNan;
    default:
      return Reading::Odd::kUnreadable;
  }
}

/// The same question with the sides in one order, so that "a < b" and "b > a" share an encoder.
LoweredComparison in_order(LoweredComparison comparison) {
  if (comparison.left <= comparison.right) {
    return comparison;
  }
  std::swap(comparison.left, comparison.right);
  switch (comparison.test) {
    case LoweredTest::kLess:
      comparison.test = LoweredTest::kGreater;
      break;
    case LoweredTest::kLessEqual:
      comparison.test = LoweredTest::kGreaterEqual;
      break;
    case LoweredTest::kGreater:
      comparison.test = LoweredTest::kLess;
      break;
    case LoweredTest::kGreaterEqual:
      comparison.test = LoweredTest::kLessEqual;
      break;
    default:
      break;
  }
  return comparison;
}

}  // namespace

/// The leaves over one column, by the encoder that they need.
struct Encoding::ColumnLeaves {
  std::map<LoweredSource, std::vector<const LoweredLeaf*>> ordered;
  std::vector<const LoweredLeaf*> needles;
  std::vector<const LoweredLeaf*> lists;
  std::vector<const LoweredLeaf*> null_tests;
};

/// Every leaf once, in the order in which the rules name them.
class Encoding::Collector {
 public:
  void add(const LoweredExpression& expression) {
    std::visit([&](const auto& node) { add_node(node); }, expression.node);
  }

  const std::map<ColumnId, ColumnLeaves>& columns() const { return columns_; }
  const std::vector<const LoweredComparison*>& comparisons() const { return comparisons_; }

 private:
  void add_node(const rule::LoweredAnd& conjunction) { add_all(conjunction.parts); }
  void add_node(const rule::LoweredOr& disjunction) { add_all(disjunction.parts); }
  void add_node(const rule::LoweredNot& negation) { add_all(negation.part); }
  void add_node(const rule::LoweredRuleTest&) {}
  void add_node(const LoweredComparison& comparison) { comparisons_.push_back(&comparison); }
  void add_all(const std::vector<LoweredExpression>& parts) {
    for (const LoweredExpression& part : parts) {
      add(part);
    }
  }

  void add_node(const LoweredLeaf& leaf) {
    if (!seen_.insert(&leaf).second) {
      return;
    }
    ColumnLeaves& column = columns_[leaf.source.column];
    switch (leaf.test) {
      case LoweredTest::kIsNull:
        column.null_tests.push_back(&leaf);
        return;
      case LoweredTest::kContains:
      case LoweredTest::kEndsWith:
        column.needles.push_back(&leaf);
        return;
      case LoweredTest::kHasAny:
      case LoweredTest::kHasAll:
        column.lists.push_back(&leaf);
        return;
      default:
        column.ordered[leaf.source].push_back(&leaf);
    }
  }

  std::map<ColumnId, ColumnLeaves> columns_;
  std::vector<const LoweredComparison*> comparisons_;
  std::unordered_set<const LoweredLeaf*, LeafHash, LeafEqual> seen_;
};

size_t Encoding::LeafHash::operator()(const LoweredLeaf* leaf) const {
  size_t seed = leaf->source.column.table;
  mix(seed, leaf->source.column.column);
  mix(seed, static_cast<size_t>(leaf->source.domain));
  mix(seed, static_cast<size_t>(leaf->test));
  for (const LoweredConstant& constant : leaf->constants) {
    mix(seed, std::visit(ConstantHash(), constant));
  }
  return seed;
}

Encoding::Encoding(const rule::LoweredRules& rules, const column::Schema& schema)
    : schema_(schema) {
  Collector collector;
  for (const LoweredExpression& rule : rules) {
    collector.add(rule);
  }
  for (const auto& [column, leaves] : collector.columns()) {
    encode_column(column, leaves);
  }
  encode_pairs(collector.comparisons());
}

void Encoding::encode_column(ColumnId column, const ColumnLeaves& leaves) {
  const std::string name = schema_.display_name(column);
  const size_t first_encoder = encoders_.size();
  for (const auto& [source, ordered] : leaves.ordered) {
    add(encode_ordered(source, ordered), fmt::format("{} as {}", name, name_of(source.domain)),
        ordered);
    add_reading(source, *encoders_.back());
  }
  const std::span needles(leaves.needles);
  for (size_t i = 0; i < needles.size(); i += kNeedlesMax) {
    const auto group = needles.subspan(i, std::min(kNeedlesMax, needles.size() - i));
    add(encode_needles(column, group), name, group);
    add_reading(group.front()->source, *encoders_.back());
  }
  const std::span lists(leaves.lists);
  for (size_t i = 0; i < lists.size(); i += kListLeavesMax) {
    const auto group = lists.subspan(i, std::min(kListLeavesMax, lists.size() - i));
    add(encode_lists(column, group), name, group);
    add_reading(group.front()->source, *encoders_.back());
  }
  if (!leaves.null_tests.empty()) {
    encode_null_tests(column, leaves, first_encoder);
  }
}

// Code 0 is null in every encoder of the column; only a column without one needs its own.
void Encoding::encode_null_tests(ColumnId column, const ColumnLeaves& leaves,
                                 size_t first_encoder) {
  if (encoders_.size() == first_encoder) {
    const LoweredSource& source = leaves.null_tests.front()->source;
    add(source.domain == Domain::kTextList ? encode_lists(column, {}) : encode_ordered(source, {}),
        fmt::format("{} as {}", schema_.display_name(column), name_of(source.domain)), {});
    add_reading(source, *encoders_.back());
  }
  const LeafCodes codes{.is_true = CodeRange{0, 0},
                        .is_false = CodeRange{1, static_cast<std::uint32_t>(-1)}};
  for (const LoweredLeaf* test : leaves.null_tests) {
    describe(first_encoder, {*test}, codes);
    leaves_.emplace(test, CodedLeaf{.encoder = first_encoder, .codes = codes});
  }
}

bool Encoding::has_reading(const LoweredSource& source) const {
  return std::ranges::any_of(readings_, [&](const Reading& reading) {
    return reading.column == source.column && reading.as == name_of(source.domain);
  });
}

void Encoding::add_reading(const LoweredSource& source, const Encoder& encoder) {
  if (source.column.table != column::kKeyTable && !has_reading(source)) {
    readings_.push_back({.column = source.column,
                         .as = std::string(name_of(source.domain)),
                         .encoder = &encoder,
                         .odd = odd_of(source.domain)});
  }
}

void Encoding::encode_pairs(const std::vector<const LoweredComparison*>& comparisons) {
  using Pair = std::tuple<LoweredSource, LoweredSource, LoweredComparison::As>;
  std::map<Pair, std::set<LoweredTest>> pairs;
  for (const LoweredComparison* written : comparisons) {
    const LoweredComparison comparison = in_order(*written);
    pairs[{comparison.left, comparison.right, comparison.as}].insert(comparison.test);
  }
  for (const auto& [pair, tests] : pairs) {
    const auto& [left, right, as] = pair;
    for (const LoweredSource& side : {left, right}) {
      if (side.column.table != column::kKeyTable && !has_reading(side)) {
        // The codes of the pair do not tell which side is UNKNOWN, and why.
        counters_.push_back(encode_ordered(side, {}).encoder);
        add_reading(side, *counters_.back());
      }
    }
    const size_t encoder = encoders_.size();
    add(encode_pair(left, right, as),
        fmt::format("{} as {} and {} as {}", schema_.display_name(left.column),
                    name_of(left.domain), schema_.display_name(right.column),
                    name_of(right.domain)),
        {});
    for (const LoweredTest test : tests) {
      const LeafCodes codes = codes_of_comparison(test);
      describe(encoder, {LoweredComparison{.left = left, .right = right, .test = test, .as = as}},
               codes);
      comparisons_.emplace(ComparisonKey(left, right, test, as),
                           CodedLeaf{.encoder = encoder, .codes = codes});
    }
  }
}

void Encoding::add(EncodedLeaves encoded, const std::string& name,
                   std::span<const LoweredLeaf* const> leaves) {
  const size_t encoder = encoders_.size();
  const size_t width = encoded.encoder->code_width();
  descriptions_.push_back(fmt::format("{}: {}, {} byte{} a code\n", name, encoded.description,
                                      width, width == 1 ? "" : "s"));
  encoders_.push_back(std::move(encoded.encoder));
  for (size_t i = 0; i < leaves.size(); ++i) {
    describe(encoder, {*leaves[i]}, encoded.leaves[i]);
    leaves_.emplace(leaves[i],
                    CodedLeaf{.encoder = encoder, .codes = std::move(encoded.leaves[i])});
  }
}

void Encoding::describe(size_t encoder, const LoweredExpression& leaf, const LeafCodes& codes) {
  std::string text = rule::to_text(leaf, schema_);
  text.pop_back();  // the end of the line
  descriptions_[encoder] += fmt::format("  {}: true for {}, false for {}\n", text,
                                        to_text(codes.is_true), to_text(codes.is_false));
}

Literal Encoding::literal(const LoweredLeaf& leaf, bool truth) const {
  const auto found = leaves_.find(&leaf);
  TAGSMITH_ASSERT(found != leaves_.end());
  const CodedLeaf& coded = found->second;
  return {.encoder = coded.encoder, .codes = truth ? coded.codes.is_true : coded.codes.is_false};
}

Literal Encoding::literal(const LoweredComparison& comparison, bool truth) const {
  const LoweredComparison wanted = in_order(comparison);
  const auto found = comparisons_.find({wanted.left, wanted.right, wanted.test, wanted.as});
  TAGSMITH_ASSERT(found != comparisons_.end());
  const CodedLeaf& coded = found->second;
  return {.encoder = coded.encoder, .codes = truth ? coded.codes.is_true : coded.codes.is_false};
}

}  // namespace tagsmith::engine
