#include <fmt/format.h>

#include <limits>

#include "base/assert.h"
#include "base/problem.h"
#include "column/days.h"
#include "column/value.h"
#include "rule/lowered.h"

namespace tagsmith::rule {
namespace {

constexpr size_t kConstantsShown = 20;
constexpr size_t kRulesShown = 20;

std::string_view symbol_of(LoweredTest test) {
  switch (test) {
    case LoweredTest::kIsNull:
      return "is null";
    case LoweredTest::kReadable:
      return "is readable";
    case LoweredTest::kNever:
      return "is never";
    case LoweredTest::kEqual:
    case LoweredTest::kLess:
    case LoweredTest::kLessEqual:
    case LoweredTest::kGreater:
    case LoweredTest::kGreaterEqual:
      return comparison_sign(test);
    case LoweredTest::kIn:
      return "in";
    case LoweredTest::kContains:
      return "contains";
    case LoweredTest::kStartsWith:
      return "starts with";
    case LoweredTest::kEndsWith:
      return "ends with";
    case LoweredTest::kHasAny:
      return "has any of";
    case LoweredTest::kHasAll:
      return "has all of";
  }
  return "";
}

std::string_view name_of(LoweredComparison::As as) {
  switch (as) {
    case LoweredComparison::As::kExact:
      return "exact numbers";
    case LoweredComparison::As::kDouble:
      return "doubles";
    case LoweredComparison::As::kFloat:
      return "floats";
    case LoweredComparison::As::kText:
      return "texts";
    case LoweredComparison::As::kMicros:
      return "points in time";
    case LoweredComparison::As::kBoolean:
      return "booleans";
  }
  return "";
}

std::string whole_text(std::int64_t value, Domain domain) {
  if (domain == Domain::kMicros) {
    return column::timestamp_text(value);
  }
  if (domain == Domain::kDay && value >= std::numeric_limits<std::int32_t>::min() &&
      value <= std::numeric_limits<std::int32_t>::max()) {
    return column::day_text(static_cast<std::int32_t>(value));
  }
  if (domain == Domain::kBoolean) {
    return value != 0 ? "true" : "false";
  }
  return std::to_string(value);
}

class Dump {
 public:
  explicit Dump(const column::Schema& schema) : schema_(schema) {}

  void add(const LoweredExpression& expression, size_t depth) {
    text_.append(2 * depth, ' ');
    std::visit([&](const auto& node) { add_node(node, depth); }, expression.node);
  }
  std::string take() && { return std::move(text_); }

 private:
  void add_node(const LoweredLeaf& leaf, size_t) {
    text_ += fmt::format("{} {}", source_text(leaf.source), symbol_of(leaf.test));
    for (size_t i = 0; i < leaf.constants.size() && i < kConstantsShown; ++i) {
      text_ += i == 0 ? " " : ", ";
      text_ += constant_text(leaf.constants[i], leaf.source);
    }
    if (leaf.constants.size() > kConstantsShown) {
      text_ += fmt::format(", and {} more", leaf.constants.size() - kConstantsShown);
    }
    text_ += '\n';
  }
  void add_node(const LoweredComparison& comparison, size_t) {
    text_ +=
        fmt::format("{} {} {} as {}\n", source_text(comparison.left), symbol_of(comparison.test),
                    source_text(comparison.right), name_of(comparison.as));
  }
  void add_node(const LoweredRuleTest& test, size_t) {
    const std::vector<size_t>& rules = test.rules();
    text_ += rules.empty() ? "no rule" : "any of rules";
    for (size_t i = 0; i < std::min(rules.size(), kRulesShown); ++i) {
      text_ += fmt::format("{} {}", i == 0 ? "" : ",", rules[i]);
    }
    if (rules.size() > kRulesShown) {
      text_ += fmt::format(", and {} more", rules.size() - kRulesShown);
    }
    text_ += '\n';
  }
  void add_node(const LoweredAnd& conjunction, size_t depth) {
    add_group("and", conjunction.parts, depth);
  }
  void add_node(const LoweredOr& disjunction, size_t depth) {
    add_group("or", disjunction.parts, depth);
  }
  void add_node(const LoweredNot& negation, size_t depth) {
    add_group("not", negation.part, depth);
  }
  void add_group(std::string_view name, const std::vector<LoweredExpression>& parts, size_t depth) {
    text_ += name;
    text_ += '\n';
    for (const LoweredExpression& part : parts) {
      add(part, depth + 1);
    }
  }

  std::string source_text(const LoweredSource& source) const {
    const std::string name = schema_.display_name(source.column);
    return source.reader == Reader::kNone
               ? name
               : fmt::format("{}({})", rule::name_of(source.reader), name);
  }

  std::string constant_text(const LoweredConstant& constant, const LoweredSource& source) const {
    if (const auto* whole = std::get_if<std::int64_t>(&constant)) {
      return whole_text(*whole, source.domain);
    }
    if (const auto* unscaled = std::get_if<column::Int128>(&constant)) {
      return column::to_text(*unscaled, schema_.type(source.column));
    }
    if (const auto* number = std::get_if<double>(&constant)) {
      return fmt::format("{}", *number);
    }
    if (const auto* number = std::get_if<float>(&constant)) {
      return fmt::format("{}", *number);
    }
    if (const auto* number = std::get_if<column::Decimal>(&constant)) {
      return number->to_text();
    }
    return base::quote(std::get<std::string>(constant));
  }

  const column::Schema& schema_;
  std::string text_;
};

}  // namespace

std::string_view comparison_sign(LoweredTest test) {
  switch (test) {
    case LoweredTest::kEqual:
      return "=";
    case LoweredTest::kLess:
      return "<";
    case LoweredTest::kLessEqual:
      return "<=";
    case LoweredTest::kGreater:
      return ">";
    case LoweredTest::kGreaterEqual:
      return ">=";
    default:
      break;
  }
  TAGSMITH_ASSERT(false && "not a comparison");
}

std::string to_text(const LoweredExpression& rule, const column::Schema& schema) {
  Dump dump(schema);
  dump.add(rule, 0);
  return std::move(dump).take();
}

}  // namespace tagsmith::rule
