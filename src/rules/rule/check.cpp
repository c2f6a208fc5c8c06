#include "rule/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/json.h"
#include "base/language.h"
#include "rule/names_internal.h"
#include "rule/one_problem_internal.h"
#include "rule/problems.h"
#include "rule/values_internal.h"

namespace tagsmith::rule {
namespace {

using base::Problems;
using base::Result;
using column::ColumnId;
using column::TypeKind;

// --- What the parts of a condition stand for

bool is_json(const Condition& condition) { return condition.declared.has_value(); }

/// The place of one member of a JSON condition; the text form has one place for all.
std::string place_of(const Condition& condition, std::string_view member) {
  return is_json(condition) ? base::json_pointer(condition.place.path, member)
                            : condition.place.path;
}

/// The type that a column has without anything declared; nothing for one that rules cannot read.
std::optional<ConditionType> natural_type(TypeKind kind) {
  switch (kind) {
    case TypeKind::kInt:
    case TypeKind::kDecimal:
    case TypeKind::kDouble:
    case TypeKind::kFloat:
      return ConditionType::kNumber;
    case TypeKind::kText:
      return ConditionType::kString;
    case TypeKind::kBoolean:
      return ConditionType::kBoolean;
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
      return ConditionType::kDate;
    case TypeKind::kTextList:
      return ConditionType::kList;
    case TypeKind::kUnusable:
      break;
  }
  return std::nullopt;
}

constexpr std::string_view kNoRuleReadsIt = base::marked(
    "make a column of a type that rules read, for example by a SELECT: --table \"NAME=select "
    "user_id, "
    "s.part as part from 'FILE.parquet'\"");

/// SEMANTICS 8c.
bool can_read(ConditionType type, TypeKind kind) {
  if (kind == TypeKind::kText) {
    return type != ConditionType::kList;
  }
  return natural_type(kind) == type || (type == ConditionType::kBoolean && kind == TypeKind::kInt);
}

/// The type that a reader of the text form makes of a column.
ConditionType type_of(Reader reader) {
  switch (reader) {
    case Reader::kNumber:
      return ConditionType::kNumber;
    case Reader::kDay:
    case Reader::kTime:
      return ConditionType::kDate;
    case Reader::kBoolean:
      return ConditionType::kBoolean;
    case Reader::kNone:
      break;
  }
  TAGSMITH_ASSERT(false);
  return ConditionType::kString;
}

/// What was declared, with the operators that can mean only one type (SEMANTICS 8a).
ConditionType meant_type(ConditionType declared, Operator op) {
  if (declared == ConditionType::kString && only_for_dates(op)) {
    return ConditionType::kDate;
  }
  if (declared == ConditionType::kString && (op == Operator::kIsTrue || op == Operator::kIsFalse)) {
    return ConditionType::kBoolean;
  }
  return declared;
}

/// The operator that asks the same of another type; `op` itself where there is none.
Operator counterpart(Operator op, ConditionType type) {
  const bool list = type == ConditionType::kList;
  switch (op) {
    case Operator::kDateInRange:
    case Operator::kDateBetween:
      return Operator::kInRange;
    case Operator::kDateNotInRange:
      return Operator::kNotInRange;
    case Operator::kContainsAny:
    case Operator::kIntersects:
      return Operator::kIn;
    case Operator::kNoIntersection:
      return Operator::kNotIn;
    case Operator::kContains:
      return list ? Operator::kContainsAny : op;
    case Operator::kEqual:
    case Operator::kBelongsTo:
    case Operator::kIn:
      return list ? Operator::kContainsAny : Operator::kEqual;
    case Operator::kNotEqual:
    case Operator::kNotBelongsTo:
    case Operator::kNotIn:
      return list ? Operator::kNoIntersection : Operator::kNotEqual;
    default:
      return op;
  }
}

std::string operator_hint(Operator op, ConditionType type) {
  const Operator meant = counterpart(op, type);
  if (has_operator(type, meant)) {
    return base::message("{} has {} for that", name_of(type), base::quote(row_of(meant).name));
  }
  std::vector<std::string_view> names;
  for (const OperatorRow& row : operator_table()) {
    if (has_operator(type, row.op)) {
      names.push_back(row.name);
    }
  }
  return base::message("{} has {}", name_of(type), fmt::join(names, " "));
}

/// What the text form offers for a test that a type does not have.
std::string text_operator_hint(ConditionType type, const Condition& condition) {
  const std::string column = dotted(condition.subject.name);
  switch (type) {
    case ConditionType::kNumber:
      return base::tr("number has = != > < >= <= in between");
    case ConditionType::kString:
      return row_of(condition.op).shape == ValueShape::kRange
                 ? base::message("write number({0}), day({0}) or time({0}) to say how to read it",
                                 column)
                 : base::message(
                       "a text has = != > < >= <= in, contains({0}, ..), "
                       "starts_with({0}, ..), ends_with({0}, ..)",
                       column);
    case ConditionType::kDate:
      return base::tr("date has = != > < >= <= in between");
    case ConditionType::kBoolean:
      return base::message("write {0} = true or {0} = false", column);
    case ConditionType::kList:
      return base::message("a list has has_any({0}, (..)), has_all({0}, (..)), has_none({0}, (..))",
                           column);
    case ConditionType::kEnum:
      break;
  }
  return {};
}

/// JSON names a type that does not fit where it stands; "string" may not have been written at all.
std::string type_place(const Condition& condition) {
  return condition.declared == ConditionType::kString ? condition.subject.place.path
                                                      : place_of(condition, "type");
}

// --- What a condition asks

/// The canonical test of an operator; the relative days and is_true have their own functions.
Test test_of(Operator op, ConditionType type) {
  switch (op) {
    case Operator::kEqual:
    case Operator::kIsTrue:
    case Operator::kIsFalse:
      return Test::kEqual;
    case Operator::kNotEqual:
      return Test::kNotEqual;
    case Operator::kGreater:
      return Test::kGreater;
    case Operator::kLess:
      return Test::kLess;
    case Operator::kGreaterEqual:
    case Operator::kRecentDays:
      return Test::kGreaterEqual;
    case Operator::kLessEqual:
    case Operator::kDaysAgo:
      return Test::kLessEqual;
    case Operator::kIn:
    case Operator::kBelongsTo:
      return Test::kIn;
    case Operator::kNotIn:
    case Operator::kNotBelongsTo:
      return Test::kNotIn;
    case Operator::kInRange:
    case Operator::kDateInRange:
    case Operator::kDateBetween:
    case Operator::kDaysAgoBetween:
      return Test::kBetween;
    case Operator::kNotInRange:
    case Operator::kDateNotInRange:
      return Test::kNotBetween;
    case Operator::kContains:
      return Test::kContains;
    case Operator::kNotContains:
      return type == ConditionType::kList ? Test::kHasNone : Test::kContains;
    case Operator::kStartsWith:
      return Test::kStartsWith;
    case Operator::kEndsWith:
      return Test::kEndsWith;
    case Operator::kContainsAny:
    case Operator::kIntersects:
      return Test::kHasAny;
    case Operator::kContainsAll:
      return Test::kHasAll;
    case Operator::kNoIntersection:
      return Test::kHasNone;
    case Operator::kIsNull:
      return Test::kIsNull;
    case Operator::kIsNotNull:
      return Test::kIsNotNull;
  }
  TAGSMITH_ASSERT(false);
  return Test::kIsNull;
}

bool is_day(const Constant& constant) {
  const auto& moment = std::get<MomentLiteral>(constant);
  return moment.relative || moment.at.is_day;
}

/// How the column of a condition is read. JSON says the type only, so dates in texts are read by
/// the grain of the literals; a day among times is still compared as a day.
Reader reader_of(const Condition& condition, ConditionType type, TypeKind kind,
                 const std::vector<Constant>& constants) {
  if (!is_json(condition)) {
    return condition.subject.reader;
  }
  if (kind == TypeKind::kInt && type == ConditionType::kBoolean) {
    return Reader::kBoolean;
  }
  if (kind != TypeKind::kText) {
    return Reader::kNone;
  }
  switch (type) {
    case ConditionType::kNumber:
      return Reader::kNumber;
    case ConditionType::kDate:
      return std::ranges::all_of(constants, is_day) ? Reader::kDay : Reader::kTime;
    case ConditionType::kBoolean:
      return Reader::kBoolean;
    case ConditionType::kString:
    case ConditionType::kEnum:
    case ConditionType::kList:
      break;
  }
  return Reader::kNone;
}

TypedExpression negated(TypedExpression part) {
  TypedNot negation;
  negation.part.push_back(std::move(part));
  return {std::move(negation)};
}

/// One condition for every constant, joined by "or".
TypedExpression any_of(const TypedCondition& condition, std::vector<Constant> constants) {
  TypedOr alternatives;
  for (Constant& constant : constants) {
    TypedCondition alternative = condition;
    alternative.constants = {std::move(constant)};
    alternatives.parts.push_back({std::move(alternative)});
  }
  return alternatives.parts.size() == 1 ? std::move(alternatives.parts.front())
                                        : TypedExpression{std::move(alternatives)};
}

// --- The check

class Checker {
 public:
  Checker(const column::Schema& schema, const CheckOptions& options)
      : schema_(schema), options_(options), names_(schema, options.search) {}

  /// The rule; worth nothing once there are problems(), where all of them gather.
  TypedExpression check(const Expression& expression) {
    return std::visit([this](const auto& node) { return check(node); }, expression.node);
  }

  Problems& problems() { return problems_; }

 private:
  TypedExpression check(const Condition& condition) {
    Result<TypedExpression, Problems> typed = type_condition(condition);
    if (typed) {
      return std::move(*typed);
    }
    std::ranges::move(typed.error(), std::back_inserter(problems_));
    return {};
  }
  TypedExpression check(const TagTest& test) { return {TypedTagTest{.code = test.code}}; }
  TypedExpression check(const Invalid& invalid) {
    TAGSMITH_ASSERT(!invalid.problems.empty());
    std::ranges::copy(invalid.problems, std::back_inserter(problems_));
    return {};
  }
  TypedExpression check(const And& conjunction) { return {TypedAnd{check(conjunction.parts)}}; }
  TypedExpression check(const Or& disjunction) { return {TypedOr{check(disjunction.parts)}}; }
  TypedExpression check(const Not& negation) {
    TAGSMITH_ASSERT(negation.part.size() == 1);
    return {TypedNot{check(negation.part)}};
  }
  std::vector<TypedExpression> check(const std::vector<Expression>& parts) {
    std::vector<TypedExpression> typed;
    typed.reserve(parts.size());
    for (const Expression& part : parts) {
      typed.push_back(check(part));
    }
    return typed;
  }

  // Each step needs the one before: the column, the type, the operator, the value.
  [[nodiscard]] Result<TypedExpression, Problems> type_condition(const Condition& condition) const {
    const NamePlaces places{
        .table = is_json(condition) ? place_of(condition, "table") : condition.subject.place.path,
        .column = condition.subject.place.path,
        .json = is_json(condition)};
    const ColumnId column = TAGSMITH_TRY(names_.find(condition.subject.name, places));
    const ConditionType type = TAGSMITH_TRY(effective_type(condition, column));
    if (!has_operator(type, condition.op)) {
      return no_such_operator(condition, type, column);
    }
    TypedCondition typed{.test = test_of(condition.op, type),
                         .type = type == ConditionType::kEnum ? ConditionType::kString : type,
                         .subject = {.column = column}};
    const TypeKind kind = schema_.type(column).kind;
    if (row_of(condition.op).shape == ValueShape::kIgnored) {
      return type_null_or_truth_test(condition, std::move(typed), kind);
    }
    const ValueContext context{.condition = condition,
                               .schema = schema_,
                               .column = column,
                               .type = typed.type,
                               .as_of = options_.as_of};
    if (const auto reference = reference_of(context)) {
      return type_comparison(condition, std::move(typed), *reference);
    }
    std::vector<Constant> constants = TAGSMITH_TRY(read_value(context));
    typed.subject.reader = reader_of(condition, type, kind, constants);
    return with_constants(condition, std::move(typed), std::move(constants));
  }

  [[nodiscard]] Result<ConditionType, Problems> effective_type(const Condition& condition,
                                                               ColumnId column) const {
    const column::Type& type = schema_.type(column);
    const auto natural = natural_type(type.kind);
    if (!natural) {
      return one_problem(
          kTypeColumn, condition.subject.place.path,
          base::message("{}: rules cannot read a column of this type", described(schema_, column)),
          base::tr(kNoRuleReadsIt));
    }
    if (!is_json(condition)) {
      return operand_type(condition.subject, column);
    }
    const ConditionType meant = meant_type(*condition.declared, condition.op);
    if (can_read(meant, type.kind)) {
      return meant;
    }
    if (meant == ConditionType::kString || meant == ConditionType::kEnum) {
      return *natural;  // 8b
    }
    return one_problem(
        kTypeColumn, type_place(condition),
        base::message("{}: type {} cannot read the column{}", described(schema_, column),
                      name_of(meant),
                      meant == *condition.declared
                          ? std::string()
                          : base::message(", and {} is for type {} only",
                                          base::quote(operator_text(condition)), name_of(meant))),
        base::message("this column has type {}", name_of(*natural)));
  }

  /// The type of a column with its reader, in the text form.
  [[nodiscard]] Result<ConditionType, Problems> operand_type(const ColumnOperand& operand,
                                                             ColumnId column) const {
    const TypeKind kind = schema_.type(column).kind;
    const auto natural = natural_type(kind);
    if (operand.reader == Reader::kNone && natural) {
      return *natural;
    }
    const bool readable =
        kind == TypeKind::kText || (kind == TypeKind::kInt && operand.reader == Reader::kBoolean);
    if (readable) {
      return type_of(operand.reader);
    }
    return one_problem(
        kTypeColumn, operand.place.path,
        natural
            ? base::message("{}: {}() reads text columns{}", described(schema_, column),
                            name_of(operand.reader),
                            operand.reader == Reader::kBoolean ? base::tr(" and int columns") : "")
            : base::message("{}: rules cannot read a column of this type",
                            described(schema_, column)),
        natural ? base::message("write {}", dotted(operand.name)) : base::tr(kNoRuleReadsIt));
  }

  [[nodiscard]] Problems no_such_operator(const Condition& condition, ConditionType type,
                                          ColumnId column) const {
    std::string hint = is_json(condition) ? operator_hint(condition.op, type)
                                          : text_operator_hint(type, condition);
    return one_problem(kOperatorType, place_of(condition, "operator"),
                       base::message("{}: {} is no operator of type {}", described(schema_, column),
                                     base::quote(operator_text(condition)), name_of(type)),
                       std::move(hint));
  }

  /// Null tests ask the same however the column is read, so they take it as it is.
  [[nodiscard]] TypedExpression type_null_or_truth_test(const Condition& condition,
                                                        TypedCondition typed, TypeKind kind) const {
    if (typed.test != Test::kEqual) {
      typed.type = *natural_type(kind);
      return {std::move(typed)};
    }
    typed.constants = {condition.op == Operator::kIsTrue};
    typed.subject.reader = reader_of(condition, typed.type, kind, typed.constants);
    return {std::move(typed)};
  }

  [[nodiscard]] Result<TypedExpression, Problems> type_comparison(
      const Condition& condition, TypedCondition typed, const ColumnOperand& reference) const {
    const bool may_be_text = !is_json(condition) && typed.type == ConditionType::kString &&
                             reference.name.table.empty() && reference.reader == Reader::kNone;
    const NamePlaces places{
        .table = reference.place.path, .column = reference.place.path, .may_be_text = may_be_text};
    const ColumnId column =
        TAGSMITH_TRY(names_.find_reference(reference.name, typed.subject.column, places));
    const TypeKind kind = schema_.type(column).kind;
    typed.subject.reader =
        reader_of(condition, typed.type, schema_.type(typed.subject.column).kind, {});
    typed.other = TypedOperand{.column = column, .reader = reference.reader};
    if (is_json(condition)) {
      if (!can_read(ConditionType::kNumber, kind)) {
        return one_problem(
            kTypeColumn, reference.place.path,
            base::message("{}: {} cannot be read as a number",
                          described(schema_, typed.subject.column), described(schema_, column)));
      }
      typed.other->reader = reader_of(condition, ConditionType::kNumber, kind, {});
      return TypedExpression{std::move(typed)};
    }
    const ConditionType other_type = TAGSMITH_TRY(operand_type(reference, column));
    if (other_type != typed.type) {
      return one_problem(
          kTypeColumn, reference.place.path,
          base::message("{}: a {} cannot be compared with {}, a {}",
                        described(schema_, typed.subject.column), name_of(typed.type),
                        described(schema_, column), name_of(other_type)),
          kind == TypeKind::kText || schema_.type(typed.subject.column).kind == TypeKind::kText
              ? base::tr("number(), day(), time() and bool() read a text column")
              : "");
    }
    return TypedExpression{std::move(typed)};
  }

  /// The tests that JSON has a word for and the canonical form does not.
  [[nodiscard]] TypedExpression with_constants(const Condition& condition, TypedCondition typed,
                                               std::vector<Constant> constants) const {
    if (condition.op == Operator::kNotContains && typed.type == ConditionType::kString) {
      return negated(any_of(typed, std::move(constants)));
    }
    typed.constants = std::move(constants);
    if (condition.op != Operator::kRecentDays || !options_.upper_bound) {
      return {std::move(typed)};
    }
    TypedCondition upper = typed;
    upper.test = Test::kLessEqual;
    upper.constants = {MomentLiteral{.relative = true}};
    TypedAnd both;
    both.parts.push_back({std::move(typed)});
    both.parts.push_back({std::move(upper)});
    return {std::move(both)};
  }

  const column::Schema& schema_;
  const CheckOptions& options_;
  Names names_;
  Problems problems_;
};

}  // namespace

Result<TypedRule, Problems> check(const Expression& expression, const column::Schema& schema,
                                  const CheckOptions& options) {
  Checker checker(schema, options);
  Result<TypedRule, Problems> rule = checker.check(expression);
  if (!checker.problems().empty()) {
    rule = std::move(checker.problems());
  }
  return rule;
}

}  // namespace tagsmith::rule
