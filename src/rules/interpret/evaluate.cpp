#include <compare>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "interpret/interpret.h"
#include "interpret/reading_internal.h"
#include "interpret/truth_internal.h"

namespace tagsmith::interpret {
namespace {

using rule::ConditionType;
using rule::Constant;
using rule::Test;
using rule::TypedCondition;

template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

// ---- Comparing two values of one type. Neither is NaN.

double as_double(const Number& number) {
  if (const auto* digits = std::get_if<Digits>(&number)) {
    return digits->to_double();
  }
  if (const auto* narrow = std::get_if<float>(&number)) {
    return double{*narrow};
  }
  return std::get<double>(number);
}

// Two columns (SEMANTICS 5, 13): exactly when both are exact, else as doubles. Two FLOAT columns
// are compared as floats, which their doubles do as well: the conversion is exact.
std::partial_ordering compare(const Number& a, const Number& b) {
  if (std::holds_alternative<Digits>(a) && std::holds_alternative<Digits>(b)) {
    return std::get<Digits>(a) <=> std::get<Digits>(b);
  }
  return as_double(a) <=> as_double(b);
}

// A column against a literal (SEMANTICS 5, 23): the literal takes the type of the column.
std::partial_ordering compare_with_literal(const Number& cell, const Digits& literal) {
  return std::visit(
      Overloaded{
          [&](const Digits& digits) -> std::partial_ordering { return digits <=> literal; },
          [&](double number) { return number <=> literal.to_double(); },
          [&](float number) { return number <=> literal.to_float(); },
      },
      cell);
}

// The literal decides the grain (SEMANTICS 6); a relative day is a day (SEMANTICS 7).
std::partial_ordering compare_with_literal(const Instant& cell, const rule::MomentLiteral& literal,
                                           std::int32_t as_of) {
  if (literal.relative) {
    return cell.day() <=> column::Int128{as_of} + literal.offset_days;
  }
  const Instant at{.micros = literal.at.micros};
  return literal.at.is_day ? cell.day() <=> at.day() : cell <=> at;
}

std::partial_ordering compare_with_literal(const Reading& cell, const Constant& literal,
                                           const Context& context) {
  return std::visit(
      Overloaded{
          [&](const column::Decimal& number) {
            const std::optional<Digits> digits = read_digits(number.to_text());
            TAGSMITH_ASSERT(digits.has_value());
            return compare_with_literal(std::get<Number>(cell), *digits);
          },
          [&](const std::string& text) -> std::partial_ordering {
            return std::get<std::string>(cell) <=> text;
          },
          [&](const rule::MomentLiteral& moment) {
            return compare_with_literal(std::get<Instant>(cell), moment, context.as_of);
          },
          [&](bool value) -> std::partial_ordering { return std::get<bool>(cell) <=> value; },
      },
      literal);
}

std::partial_ordering compare_columns(const Reading& left, const Reading& right,
                                      ConditionType type) {
  switch (type) {
    case ConditionType::kNumber:
      return compare(std::get<Number>(left), std::get<Number>(right));
    case ConditionType::kString:
    case ConditionType::kEnum:
      return std::get<std::string>(left) <=> std::get<std::string>(right);
    case ConditionType::kDate:
      return std::get<Instant>(left) <=> std::get<Instant>(right);
    case ConditionType::kBoolean:
      return std::get<bool>(left) <=> std::get<bool>(right);
    case ConditionType::kList:
      break;
  }
  TAGSMITH_ASSERT(false && "lists are not compared with each other");
  return std::partial_ordering::unordered;
}

bool holds(Test test, std::partial_ordering order) {
  switch (test) {
    case Test::kEqual:
      return order == 0;
    case Test::kNotEqual:
      return order != 0;
    case Test::kLess:
      return order < 0;
    case Test::kLessEqual:
      return order <= 0;
    case Test::kGreater:
      return order > 0;
    case Test::kGreaterEqual:
      return order >= 0;
    case Test::kIsNull:
    case Test::kIsNotNull:
    case Test::kIn:
    case Test::kNotIn:
    case Test::kBetween:
    case Test::kNotBetween:
    case Test::kContains:
    case Test::kStartsWith:
    case Test::kEndsWith:
    case Test::kHasAny:
    case Test::kHasAll:
    case Test::kHasNone:
      break;
  }
  TAGSMITH_ASSERT(false && "no comparison of two values");
  return false;
}

// ---- Lists (SEMANTICS 11)

Truth is_element(const column::TextList& list, const Constant& value) {
  const auto& wanted = std::get<std::string>(value);
  bool null = false;
  for (const std::optional<std::string>& element : list) {
    if (element == wanted) {
      return Truth::kTrue;
    }
    null = null || !element.has_value();
  }
  return null ? Truth::kUnknown : Truth::kFalse;
}

// ---- Leaves

Truth test_value(const TypedCondition& condition, const Reading& cell, const Context& context) {
  const auto& constants = condition.constants;
  const auto against = [&](Test test, const Constant& literal) {
    return holds(test, compare_with_literal(cell, literal, context));
  };
  const auto is_in = [&] {
    bool found = false;
    for (const Constant& literal : constants) {
      found = found || against(Test::kEqual, literal);
    }
    return found;
  };
  const auto is_between = [&] {
    return against(Test::kGreaterEqual, constants.at(0)) &&
           against(Test::kLessEqual, constants.at(1));
  };
  const auto text = [&]() -> const std::string& { return std::get<std::string>(cell); };
  const auto needle = [&]() -> const std::string& {
    return std::get<std::string>(constants.at(0));
  };
  const auto has = [&](const Constant& value) {
    return is_element(std::get<column::TextList>(cell), value);
  };

  switch (condition.test) {
    case Test::kEqual:
    case Test::kNotEqual:
    case Test::kLess:
    case Test::kLessEqual:
    case Test::kGreater:
    case Test::kGreaterEqual:
      return as_truth(against(condition.test, constants.at(0)));
    case Test::kIn:
      return as_truth(is_in());
    case Test::kNotIn:
      return as_truth(!is_in());
    case Test::kBetween:
      return as_truth(is_between());
    case Test::kNotBetween:
      return as_truth(!is_between());
    case Test::kContains:
      return as_truth(text().find(needle()) != std::string::npos);
    case Test::kStartsWith:
      return as_truth(text().starts_with(needle()));
    case Test::kEndsWith:
      return as_truth(text().ends_with(needle()));
    case Test::kHasAny:
      return any(constants, has);
    case Test::kHasAll:
      return all(constants, has);
    case Test::kHasNone:
      return negated(any(constants, has));
    case Test::kIsNull:
    case Test::kIsNotNull:
      break;
  }
  TAGSMITH_ASSERT(false && "null tests do not look at the value");
  return Truth::kUnknown;
}

bool is_value(const Reading& reading) {
  return !std::holds_alternative<Null>(reading) && !std::holds_alternative<Unreadable>(reading);
}

Truth evaluate_condition(const TypedCondition& condition, const Row& row, const Context& context) {
  if (condition.test == Test::kIsNull || condition.test == Test::kIsNotNull) {
    const bool null = std::holds_alternative<std::monostate>(cell_of(row, condition.subject));
    return as_truth(null == (condition.test == Test::kIsNull));  // SEMANTICS 10: never UNKNOWN
  }
  const Reading subject = read(condition.subject, condition.type, row, context);
  if (!is_value(subject)) {
    return Truth::kUnknown;
  }
  if (!condition.other) {
    return test_value(condition, subject, context);
  }
  const Reading other = read(*condition.other, condition.type, row, context);
  if (!is_value(other)) {
    return Truth::kUnknown;
  }
  return as_truth(holds(condition.test, compare_columns(subject, other, condition.type)));
}

}  // namespace

Truth evaluate(const rule::TypedRule& rule, const Row& row, const Context& context) {
  const auto truth_of = [&](const rule::TypedExpression& part) {
    return evaluate(part, row, context);
  };
  return std::visit(
      Overloaded{
          [&](const TypedCondition& leaf) { return evaluate_condition(leaf, row, context); },
          [&](const rule::TypedTagTest& leaf) {
            TAGSMITH_ASSERT(context.has_tag != nullptr);
            return as_truth(context.has_tag(leaf.code));
          },
          [&](const rule::TypedAnd& group) { return all(group.parts, truth_of); },
          [&](const rule::TypedOr& group) { return any(group.parts, truth_of); },
          [&](const rule::TypedNot& group) { return negated(truth_of(group.part.at(0))); },
      },
      rule.node);
}

}  // namespace tagsmith::interpret
