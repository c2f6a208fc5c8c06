#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "base/assert.h"
#include "column/days.h"
#include "rule/lowered.h"

namespace tagsmith::rule {
namespace {

using column::Decimal;
using column::Int128;
using column::TypeKind;

/// A literal on the line of the whole numbers that a domain stores: between floor and floor + 1, or
/// on floor when it is exact.
struct Position {
  Int128 floor = 0;
  bool exact = true;
};

/// The values that a domain of whole numbers has.
struct DomainRange {
  Int128 min = 0;
  Int128 max = 0;
};

DomainRange range_of(Domain domain) {
  if (domain == Domain::kDecimal) {
    const auto limit = static_cast<Int128>(column::power_of_ten(38));
    return {.min = -(limit - 1), .max = limit - 1};
  }
  return {.min = std::numeric_limits<std::int64_t>::min(),
          .max = std::numeric_limits<std::int64_t>::max()};
}

Position position_of(const Decimal& number, int scale) {
  const auto scaled = column::scale_down(number, scale);
  if (!scaled) {
    const auto outside = static_cast<Int128>(column::power_of_ten(38));
    return {.floor = number.negative() ? -outside : outside};
  }
  return {.floor = scaled->floor, .exact = scaled->exact};
}

LoweredConstant whole_number(Domain domain, Int128 value) {
  if (domain == Domain::kDecimal) {
    return value;
  }
  return static_cast<std::int64_t>(value);
}

LoweredExpression leaf(const LoweredSource& source, LoweredTest test,
                       std::vector<LoweredConstant> constants = {}) {
  return {LoweredLeaf{.source = source, .test = test, .constants = std::move(constants)}};
}

LoweredExpression negated(LoweredExpression part) {
  LoweredNot negation;
  negation.part.push_back(std::move(part));
  return {std::move(negation)};
}

LoweredExpression both(LoweredExpression first, LoweredExpression second) {
  LoweredAnd conjunction;
  conjunction.parts.push_back(std::move(first));
  conjunction.parts.push_back(std::move(second));
  return {std::move(conjunction)};
}

/// A comparison with a literal that may lie between two values of the domain, or outside of it.
LoweredExpression compare_whole(const LoweredSource& source, LoweredTest test, Position literal) {
  const DomainRange range = range_of(source.domain);
  const auto at = [&](LoweredTest exact_test, Int128 bound) {
    return leaf(source, exact_test, {whole_number(source.domain, bound)});
  };
  const auto fold = [&](bool always) {
    return leaf(source, always ? LoweredTest::kReadable : LoweredTest::kNever);
  };
  const bool upwards = test == LoweredTest::kGreater || test == LoweredTest::kGreaterEqual;
  if (test == LoweredTest::kEqual && !literal.exact) {
    return fold(false);
  }
  if (!literal.exact) {
    test = upwards ? LoweredTest::kGreaterEqual : LoweredTest::kLessEqual;
    literal.floor += upwards ? 1 : 0;
  }
  if (literal.floor < range.min) {
    return fold(upwards);
  }
  if (literal.floor > range.max) {
    return fold(!upwards && test != LoweredTest::kEqual);
  }
  return at(test, literal.floor);
}

/// A point in time against the whole days first_day to last_day, which the cell is reduced to.
LoweredExpression compare_days(const LoweredSource& source, LoweredTest test,
                               std::int64_t first_day, std::int64_t last_day) {
  const Position start{.floor = Int128{first_day} * column::kMicrosPerDay};
  const Position end{.floor = (Int128{last_day} + 1) * column::kMicrosPerDay};
  switch (test) {
    case LoweredTest::kLess:
      return compare_whole(source, LoweredTest::kLess, start);
    case LoweredTest::kLessEqual:
      return compare_whole(source, LoweredTest::kLess, end);
    case LoweredTest::kGreater:
      return compare_whole(source, LoweredTest::kGreaterEqual, end);
    case LoweredTest::kGreaterEqual:
      return compare_whole(source, LoweredTest::kGreaterEqual, start);
    default:
      TAGSMITH_ASSERT(test == LoweredTest::kEqual);
      return both(compare_whole(source, LoweredTest::kGreaterEqual, start),
                  compare_whole(source, LoweredTest::kLess, end));
  }
}

/// kEqual for one constant, so that "x in (1)" and "x = 1" are one condition to the engines.
LoweredExpression membership(const LoweredSource& source, std::vector<LoweredConstant> constants) {
  std::sort(constants.begin(), constants.end());
  constants.erase(std::unique(constants.begin(), constants.end()), constants.end());
  if (constants.empty()) {
    return leaf(source, LoweredTest::kNever);
  }
  const LoweredTest test = constants.size() == 1 ? LoweredTest::kEqual : LoweredTest::kIn;
  return leaf(source, test, std::move(constants));
}

Domain natural_domain(TypeKind kind) {
  switch (kind) {
    case TypeKind::kInt:
      return Domain::kInt;
    case TypeKind::kDecimal:
      return Domain::kDecimal;
    case TypeKind::kDouble:
      return Domain::kDouble;
    case TypeKind::kFloat:
      return Domain::kFloat;
    case TypeKind::kText:
      return Domain::kText;
    case TypeKind::kBoolean:
      return Domain::kBoolean;
    case TypeKind::kDate:
      return Domain::kDay;
    case TypeKind::kTimestamp:
      return Domain::kMicros;
    case TypeKind::kTextList:
      return Domain::kTextList;
    case TypeKind::kUnusable:
      break;
  }
  TAGSMITH_ASSERT(false && "check() refuses rules over unusable columns");
}

Domain reader_domain(Reader reader) {
  switch (reader) {
    case Reader::kNumber:
      return Domain::kNumberText;
    case Reader::kDay:
      return Domain::kDay;
    case Reader::kTime:
      return Domain::kMicros;
    case Reader::kBoolean:
      return Domain::kBoolean;
    case Reader::kNone:
      break;
  }
  TAGSMITH_ASSERT(false && "only called for a reader");
}

LoweredComparison::As common_type(Domain left, Domain right) {
  using enum LoweredComparison::As;
  const auto either = [&](Domain domain) { return left == domain || right == domain; };
  if (left == Domain::kFloat && right == Domain::kFloat) {
    return kFloat;
  }
  if (either(Domain::kDouble) || either(Domain::kFloat)) {
    return kDouble;
  }
  if (either(Domain::kText)) {
    return kText;
  }
  if (either(Domain::kDay) || either(Domain::kMicros)) {
    return kMicros;
  }
  return either(Domain::kBoolean) ? kBoolean : kExact;
}

/// The tests that compare; kNotEqual is the negation of kEqual.
LoweredTest comparison_of(Test test) {
  switch (test) {
    case Test::kEqual:
    case Test::kNotEqual:
      return LoweredTest::kEqual;
    case Test::kLess:
      return LoweredTest::kLess;
    case Test::kLessEqual:
      return LoweredTest::kLessEqual;
    case Test::kGreater:
      return LoweredTest::kGreater;
    case Test::kGreaterEqual:
      return LoweredTest::kGreaterEqual;
    default:
      break;
  }
  TAGSMITH_ASSERT(false && "not a comparison");
}

class Lowering {
 public:
  Lowering(const column::Schema& schema, std::int32_t as_of, const LowerTagTest& lower_tag_test)
      : schema_(schema), as_of_(as_of), lower_tag_test_(lower_tag_test) {}

  LoweredExpression lower(const TypedExpression& expression) const {
    return std::visit([&](const auto& node) { return lower_node(node); }, expression.node);
  }

 private:
  LoweredExpression lower_node(const TypedAnd& conjunction) const {
    return {LoweredAnd{lower_parts(conjunction.parts)}};
  }
  LoweredExpression lower_node(const TypedOr& disjunction) const {
    return {LoweredOr{lower_parts(disjunction.parts)}};
  }
  LoweredExpression lower_node(const TypedNot& negation) const {
    return negated(lower(negation.part.front()));
  }
  std::vector<LoweredExpression> lower_parts(const std::vector<TypedExpression>& parts) const {
    std::vector<LoweredExpression> lowered;
    lowered.reserve(parts.size());
    for (const TypedExpression& part : parts) {
      lowered.push_back(lower(part));
    }
    return lowered;
  }

  LoweredExpression lower_node(const TypedTagTest& tag) const { return lower_tag_test_(tag.code); }

  LoweredExpression lower_node(const TypedCondition& condition) const {
    if (condition.test == Test::kIsNull || condition.test == Test::kIsNotNull) {
      return null_test(condition);
    }
    if (condition.other) {
      return compare_columns(condition);
    }
    const LoweredSource source = source_of(condition.subject);
    const std::vector<Constant>& constants = condition.constants;
    TAGSMITH_ASSERT(!constants.empty());
    switch (condition.test) {
      case Test::kEqual:
      case Test::kLess:
      case Test::kLessEqual:
      case Test::kGreater:
      case Test::kGreaterEqual:
        return compare(source, comparison_of(condition.test), constants.front());
      case Test::kNotEqual:
        return negated(compare(source, LoweredTest::kEqual, constants.front()));
      case Test::kIn:
        return in(source, constants);
      case Test::kNotIn:
        return negated(in(source, constants));
      case Test::kBetween:
        return between(source, constants);
      case Test::kNotBetween:
        return negated(between(source, constants));
      case Test::kContains:
        return leaf(source, LoweredTest::kContains, texts(constants));
      case Test::kStartsWith:
        return leaf(source, LoweredTest::kStartsWith, texts(constants));
      case Test::kEndsWith:
        return leaf(source, LoweredTest::kEndsWith, texts(constants));
      case Test::kHasAny:
        return leaf(source, LoweredTest::kHasAny, texts(constants));
      case Test::kHasAll:
        return leaf(source, LoweredTest::kHasAll, texts(constants));
      case Test::kHasNone:
        return negated(leaf(source, LoweredTest::kHasAny, texts(constants)));
      case Test::kIsNull:
      case Test::kIsNotNull:
        break;
    }
    TAGSMITH_ASSERT(false && "null tests are handled above");
  }

  // How the column is read does not matter to a null test: without the reader it is shared.
  LoweredExpression null_test(const TypedCondition& condition) const {
    const column::ColumnId column = condition.subject.column;
    const LoweredSource source{.column = column,
                               .domain = natural_domain(schema_.type(column).kind)};
    LoweredExpression test = leaf(source, LoweredTest::kIsNull);
    return condition.test == Test::kIsNull ? std::move(test) : negated(std::move(test));
  }

  LoweredExpression compare_columns(const TypedCondition& condition) const {
    const LoweredSource left = source_of(condition.subject);
    const LoweredSource right = source_of(*condition.other);
    LoweredExpression comparison{LoweredComparison{.left = left,
                                                   .right = right,
                                                   .test = comparison_of(condition.test),
                                                   .as = common_type(left.domain, right.domain)}};
    return condition.test == Test::kNotEqual ? negated(std::move(comparison))
                                             : std::move(comparison);
  }

  LoweredSource source_of(const TypedOperand& operand) const {
    const TypeKind kind = schema_.type(operand.column).kind;
    return {.column = operand.column,
            .reader = operand.reader,
            .domain = operand.reader == Reader::kNone ? natural_domain(kind)
                                                      : reader_domain(operand.reader)};
  }

  LoweredExpression between(const LoweredSource& source,
                            const std::vector<Constant>& constants) const {
    TAGSMITH_ASSERT(constants.size() == 2);
    return both(compare(source, LoweredTest::kGreaterEqual, constants[0]),
                compare(source, LoweredTest::kLessEqual, constants[1]));
  }

  /// `test` is kEqual or an order.
  LoweredExpression compare(const LoweredSource& source, LoweredTest test,
                            const Constant& constant) const {
    switch (source.domain) {
      case Domain::kInt:
        return compare_whole(source, test, position_of(std::get<Decimal>(constant), 0));
      case Domain::kDecimal:
        return compare_whole(
            source, test,
            position_of(std::get<Decimal>(constant), schema_.type(source.column).scale));
      case Domain::kDouble:
        return leaf(source, test, {std::get<Decimal>(constant).to_double()});
      case Domain::kFloat:
        return leaf(source, test, {std::get<Decimal>(constant).to_float()});
      case Domain::kNumberText:
        return leaf(source, test, {std::get<Decimal>(constant)});
      case Domain::kText:
        return leaf(source, test, {std::get<std::string>(constant)});
      case Domain::kBoolean:
        return leaf(source, test, {std::int64_t{std::get<bool>(constant) ? 1 : 0}});
      case Domain::kDay:
        return compare_whole(source, test, day_position(std::get<MomentLiteral>(constant)));
      case Domain::kMicros: {
        const auto& moment = std::get<MomentLiteral>(constant);
        if (is_day(moment)) {
          return compare_days(source, test, day_of(moment), day_of(moment));
        }
        return compare_whole(source, test, Position{.floor = moment.at.micros});
      }
      case Domain::kTextList:
        break;
    }
    TAGSMITH_ASSERT(false && "lists have no comparisons");
  }

  /// One leaf over all points, and one range for each run of whole days that a point in time is
  /// compared with.
  LoweredExpression in(const LoweredSource& source, const std::vector<Constant>& constants) const {
    std::vector<LoweredConstant> points;
    std::set<std::int64_t> days;
    for (const Constant& constant : constants) {
      if (source.domain == Domain::kMicros && is_day(std::get<MomentLiteral>(constant))) {
        days.insert(day_of(std::get<MomentLiteral>(constant)));
        continue;
      }
      const LoweredExpression equality = compare(source, LoweredTest::kEqual, constant);
      const auto& point = std::get<LoweredLeaf>(equality.node);  // kEqual or kNever
      points.insert(points.end(), point.constants.begin(), point.constants.end());
    }

    LoweredOr alternatives;
    if (!points.empty() || days.empty()) {
      alternatives.parts.push_back(membership(source, std::move(points)));
    }
    for (auto day = days.begin(); day != days.end();) {
      const std::int64_t first = *day;
      std::int64_t last = first;
      while (++day != days.end() && *day == last + 1) {
        last = *day;
      }
      alternatives.parts.push_back(compare_days(source, LoweredTest::kEqual, first, last));
    }
    if (alternatives.parts.size() == 1) {
      return std::move(alternatives.parts.front());
    }
    return {std::move(alternatives)};
  }

  static std::vector<LoweredConstant> texts(const std::vector<Constant>& constants) {
    std::vector<LoweredConstant> lowered;
    lowered.reserve(constants.size());
    for (const Constant& constant : constants) {
      lowered.emplace_back(std::get<std::string>(constant));
    }
    std::sort(lowered.begin(), lowered.end());
    lowered.erase(std::unique(lowered.begin(), lowered.end()), lowered.end());
    return lowered;
  }

  static bool is_day(const MomentLiteral& moment) { return moment.relative || moment.at.is_day; }

  std::int64_t day_of(const MomentLiteral& moment) const {
    return moment.relative ? std::int64_t{as_of_} + moment.offset_days
                           : column::day_of(moment.at.micros);
  }

  /// A day cell is its midnight to a time literal, so a time within a day lies between two cells.
  Position day_position(const MomentLiteral& moment) const {
    return {.floor = day_of(moment),
            .exact = is_day(moment) || moment.at.micros % column::kMicrosPerDay == 0};
  }

  const column::Schema& schema_;
  std::int32_t as_of_;
  const LowerTagTest& lower_tag_test_;
};

}  // namespace

LoweredRuleTest::LoweredRuleTest(std::vector<size_t> rules) {
  std::sort(rules.begin(), rules.end());
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  rules_ = std::make_shared<const std::vector<size_t>>(std::move(rules));
}

LoweredExpression lower(const TypedRule& rule, const column::Schema& schema, std::int32_t as_of,
                        const LowerTagTest& lower_tag_test) {
  return Lowering(schema, as_of, lower_tag_test).lower(rule);
}

}  // namespace tagsmith::rule
