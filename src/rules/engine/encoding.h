#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "column/schema.h"
#include "engine/encoders.h"
#include "engine/program.h"
#include "rule/lowered.h"

namespace tagsmith::engine {

/// True for the rows whose code, of this encoder, is in the set.
struct Literal {
  size_t encoder = 0;
  CodeSet codes;

  bool operator==(const Literal&) const = default;
};

/// The encoders of a Program, and what each leaf of its rules becomes: the codes for which it is
/// definitely TRUE and those for which it is definitely FALSE.
///
/// Codes may depend on the rules only, because threads encode apart and because readers encode at
/// the source. So nothing is learnt from the data: an ordered domain has the classes that its
/// constants cut it into, one encoder for each way that a column is read (as text, as a number, as
/// a day, ...); what has no order (contains, ends_with, lists) has one bit a leaf in the code, as
/// many leaves to an encoder as its code has bits, and further encoders for the rest. starts_with
/// is a stretch of the order of texts.
class Encoding {
 public:
  /// Both must outlive this.
  Encoding(const rule::LoweredRules& rules, const column::Schema& schema);

  Literal literal(const rule::LoweredLeaf& leaf, bool truth) const;
  Literal literal(const rule::LoweredComparison& comparison, bool truth) const;

  struct Encoders {
    std::vector<std::unique_ptr<Encoder>> evaluated;
    std::vector<std::unique_ptr<Encoder>> counted;  // of readings that no other encoder has alone
    std::vector<Reading> readings;                  // point to both
  };
  Encoders take_encoders() && {
    return {std::move(encoders_), std::move(counters_), std::move(readings_)};
  }

  /// Of each encoder, in their order: a line for the encoder and one for each leaf, with its codes.
  const std::vector<std::string>& descriptions() const { return descriptions_; }

 private:
  struct LeafHash {
    size_t operator()(const rule::LoweredLeaf* leaf) const;
  };
  struct LeafEqual {
    bool operator()(const rule::LoweredLeaf* a, const rule::LoweredLeaf* b) const {
      return *a == *b;
    }
  };
  struct CodedLeaf {
    size_t encoder = 0;
    LeafCodes codes;
  };
  using ComparisonKey = std::tuple<rule::LoweredSource, rule::LoweredSource, rule::LoweredTest,
                                   rule::LoweredComparison::As>;
  struct ColumnLeaves;
  class Collector;

  void encode_column(column::ColumnId column, const ColumnLeaves& leaves);
  void encode_null_tests(column::ColumnId column, const ColumnLeaves& leaves, size_t first_encoder);
  void add_reading(const rule::LoweredSource& source, const Encoder& encoder);
  [[nodiscard]] bool has_reading(const rule::LoweredSource& source) const;
  void encode_pairs(const std::vector<const rule::LoweredComparison*>& comparisons);
  void add(EncodedLeaves encoded, const std::string& name,
           std::span<const rule::LoweredLeaf* const> leaves);
  void describe(size_t encoder, const rule::LoweredExpression& leaf, const LeafCodes& codes);

  const column::Schema& schema_;
  std::vector<std::unique_ptr<Encoder>> encoders_;
  std::vector<std::unique_ptr<Encoder>> counters_;
  std::vector<Reading> readings_;
  std::vector<std::string> descriptions_;
  std::unordered_map<const rule::LoweredLeaf*, CodedLeaf, LeafHash, LeafEqual> leaves_;
  std::map<ComparisonKey, CodedLeaf> comparisons_;
};

}  // namespace tagsmith::engine
