#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "column/decimal.h"
#include "column/schema.h"
#include "rule/typed.h"

namespace tagsmith::rule {

/// The type that a source is compared in: the column's own, or what a reader makes of a text.
enum class Domain {
  kInt,         // int64_t
  kDecimal,     // Int128, unscaled at the column's scale
  kDouble,      // double
  kFloat,       // float
  kText,        // std::string
  kBoolean,     // int64_t 0 or 1; a boolean column, an int column read as one, or bool(text)
  kDay,         // int64_t days; a date column, or day(text)
  kMicros,      // int64_t microseconds; a timestamp column, or time(text)
  kNumberText,  // column::Decimal; number(text)
  kTextList,    // std::string elements
};

/// What a leaf reads. A cell that cannot be read in the domain is UNKNOWN and not null: text that
/// is no number, NaN, an int that is neither 0 nor 1 where a boolean is meant, kUnreadableDecimal,
/// an infinite day or time.
struct LoweredSource {
  column::ColumnId column;
  Reader reader = Reader::kNone;
  Domain domain = Domain::kText;

  auto operator<=>(const LoweredSource&) const = default;
};

using LoweredConstant =
    std::variant<std::int64_t, column::Int128, double, float, column::Decimal, std::string>;

enum class LoweredTest {
  kIsNull,    // two-valued
  kReadable,  // TRUE for every value that can be read, else UNKNOWN
  kNever,     // FALSE for every value that can be read, else UNKNOWN
  kEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,          // constants sorted, distinct
  kContains,    // kText
  kStartsWith,  // kText
  kEndsWith,    // kText
  kHasAny,      // kTextList, by SEMANTICS 11
  kHasAll,      // kTextList, by SEMANTICS 11
};

/// One source against constants of exactly its domain (SEMANTICS 24). Negation stands outside.
struct LoweredLeaf {
  LoweredSource source;
  LoweredTest test = LoweredTest::kIsNull;
  std::vector<LoweredConstant> constants;

  bool operator==(const LoweredLeaf&) const = default;
};

/// Two sources against each other. UNKNOWN unless both can be read.
struct LoweredComparison {
  /// What both sides become before they are compared.
  enum class As { kExact, kDouble, kFloat, kText, kMicros, kBoolean };

  LoweredSource left;
  LoweredSource right;
  LoweredTest test = LoweredTest::kEqual;  // kEqual, kLess, kLessEqual, kGreater or kGreaterEqual
  As as = As::kExact;

  bool operator==(const LoweredComparison&) const = default;
};

/// TRUE when one of its rules is TRUE, else FALSE: has_tag. Copies share the list: a tag may have
/// as many rules as there are rules that ask for it.
class LoweredRuleTest {
 public:
  /// Any order, repetitions allowed.
  explicit LoweredRuleTest(std::vector<size_t> rules);

  /// Sorted, distinct indexes into the LoweredRules that hold this, all smaller than the index of
  /// the rule that asks. One object for all copies.
  [[nodiscard]] const std::vector<size_t>& rules() const { return *rules_; }

  bool operator==(const LoweredRuleTest& other) const {
    return rules_ == other.rules_ || *rules_ == *other.rules_;
  }

 private:
  std::shared_ptr<const std::vector<size_t>> rules_;
};

struct LoweredExpression;

struct LoweredAnd {
  std::vector<LoweredExpression> parts;
  bool operator==(const LoweredAnd&) const;
};
struct LoweredOr {
  std::vector<LoweredExpression> parts;
  bool operator==(const LoweredOr&) const;
};
struct LoweredNot {
  std::vector<LoweredExpression> part;
  bool operator==(const LoweredNot&) const;
};

struct LoweredExpression {
  std::variant<LoweredLeaf, LoweredComparison, LoweredRuleTest, LoweredAnd, LoweredOr, LoweredNot>
      node;

  bool operator==(const LoweredExpression&) const = default;
};

inline bool LoweredAnd::operator==(const LoweredAnd&) const = default;
inline bool LoweredOr::operator==(const LoweredOr&) const = default;
inline bool LoweredNot::operator==(const LoweredNot&) const = default;

/// The rules of a run, in an order in which every rule stands after those that it asks for.
using LoweredRules = std::vector<LoweredExpression>;

/// What has_tag(code) is. Two-valued.
using LowerTagTest = std::function<LoweredExpression(std::string_view code)>;

/// Brings a checked rule to leaves that compare without conversions. `as_of` is the run's day.
LoweredExpression lower(const TypedRule& rule, const column::Schema& schema, std::int32_t as_of,
                        const LowerTagTest& lower_tag_test);

/// "=", "<", "<=", ">" or ">=" of a test that compares.
std::string_view comparison_sign(LoweredTest test);

/// A readable dump, one node a line, for `--stages` and tests.
std::string to_text(const LoweredExpression& rule, const column::Schema& schema);

}  // namespace tagsmith::rule
