#include "rule/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/words.h"
#include "column/days.h"
#include "rule/tokenizer_internal.h"

namespace tagsmith::rule {
namespace {

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::string text_of(std::string_view text) { return base::in_quotes(text, '\''); }

std::string name_part(std::string_view name) {
  return base::is_identifier(name) && !is_reserved(name) ? std::string(name)
                                                         : base::in_quotes(name, '"');
}

std::string column_text(const ColumnName& name) {
  std::string out;
  for (const std::string& part : {name.database, name.table}) {
    if (!part.empty()) {
      out += name_part(part) + ".";
    }
  }
  return out + name_part(name.column);
}

std::string with_reader(Reader reader, std::string column) {
  return reader == Reader::kNone ? column : fmt::format("{}({})", name_of(reader), column);
}

std::string today_text(std::int64_t offset) {
  if (offset == 0) {
    return "today()";
  }
  const std::int64_t days = offset < 0 ? -offset : offset;
  return fmt::format("today() {} {} {}", offset < 0 ? '-' : '+', days, days == 1 ? "day" : "days");
}

// How tightly a text holds together; a part that holds less than its place needs is put in
// parentheses. Groups of one kind inside each other stay apart: they are different trees.
enum class Binding { kOr, kAnd, kNot };

struct Piece {
  std::string text;
  Binding binding = Binding::kNot;
};

std::string in_parentheses(const Piece& piece) { return "(" + piece.text + ")"; }

Piece join(std::string_view word, Binding binding, const std::vector<Piece>& parts) {
  std::string text;
  for (const Piece& part : parts) {
    if (!text.empty()) {
      text += word;
    }
    text += part.binding <= binding ? in_parentheses(part) : part.text;
  }
  return {std::move(text), binding};
}

Piece negated(const Piece& piece) {
  return {"not " + (piece.binding == Binding::kNot ? piece.text : in_parentheses(piece))};
}

// ----- expressions as written -----

std::string operand_text(const ColumnOperand& operand) {
  return with_reader(operand.reader, column_text(operand.name));
}

std::string literal_text(const Literal& literal) {
  return std::visit(
      Overloaded{[](const NullLiteral&) { return std::string("null"); },
                 [](bool value) { return std::string(value ? "true" : "false"); },
                 [](const NumberLiteral& number) { return number.text; },
                 [](const TextLiteral& text) { return text_of(text.text); },
                 [](const DayLiteral& day) { return "date " + text_of(day.text); },
                 [](const TimeLiteral& time) { return "timestamp " + text_of(time.text); },
                 [](const TodayLiteral& today) { return today_text(today.offset); },
                 [](const UnusableLiteral& unusable) { return "<" + unusable.kind + ">"; },
                 [](const ColumnOperand& operand) { return operand_text(operand); }},
      literal);
}

std::string list_text(const Arguments& arguments) {
  std::string text;
  for (const Argument& argument : arguments.list) {
    text += (text.empty() ? "" : ", ") + literal_text(argument.literal);
  }
  return "(" + text + ")";
}

// The value where the grammar has one literal. A JSON rule may have none or a list there.
std::string scalar_text(const Arguments& arguments) {
  switch (arguments.form) {
    case Arguments::Form::kAbsent:
      return "<no value>";
    case Arguments::Form::kScalar:
      return literal_text(arguments.list.front().literal);
    case Arguments::Form::kList:
      break;
  }
  return list_text(arguments);
}

std::string bounds_text(const Arguments& arguments) {
  return arguments.list.size() == 2 ? literal_text(arguments.list[0].literal) + " and " +
                                          literal_text(arguments.list[1].literal)
                                    : list_text(arguments);
}

// today() - N days, where N is what a JSON rule gives.
std::string days_before_today(const Literal& days) {
  if (const auto* text = std::get_if<TextLiteral>(&days)) {
    return fmt::format("today() - {} days", text->text);
  }
  return fmt::format("today() - {} days", literal_text(days));
}

Piece not_contains(const Condition& condition, const std::string& subject) {
  const Arguments& arguments = condition.arguments;
  if (condition.declared == ConditionType::kList) {
    return {fmt::format("has_none({}, {})", subject,
                        arguments.form == Arguments::Form::kList
                            ? list_text(arguments)
                            : "(" + scalar_text(arguments) + ")")};
  }
  if (arguments.form != Arguments::Form::kList || arguments.list.empty()) {
    return {fmt::format("not contains({}, {})", subject, scalar_text(arguments))};
  }
  std::vector<Piece> parts;
  for (const Argument& argument : arguments.list) {
    parts.push_back({fmt::format("contains({}, {})", subject, literal_text(argument.literal))});
  }
  return negated(parts.size() == 1 ? parts.front() : join(" or ", Binding::kOr, parts));
}

std::string relative_days(const Condition& condition, const std::string& subject) {
  const std::vector<Argument>& list = condition.arguments.list;
  if (condition.op == Operator::kDaysAgoBetween && list.size() == 2) {
    return fmt::format("{} between {} and {}", subject, days_before_today(list[1].literal),
                       days_before_today(list[0].literal));
  }
  if (condition.op == Operator::kDaysAgoBetween || list.size() != 1) {
    return fmt::format("{} {} {}", subject, row_of(condition.op).name,
                       scalar_text(condition.arguments));
  }
  return fmt::format("{} {} {}", subject, condition.op == Operator::kDaysAgo ? "<=" : ">=",
                     days_before_today(list.front().literal));
}

Piece piece_of(const Condition& condition) {
  std::string subject = operand_text(condition.subject);
  const Arguments& arguments = condition.arguments;
  switch (condition.op) {
    case Operator::kEqual:
    case Operator::kNotEqual:
    case Operator::kGreater:
    case Operator::kLess:
    case Operator::kGreaterEqual:
    case Operator::kLessEqual:
      return {fmt::format("{} {} {}", subject, row_of(condition.op).name, scalar_text(arguments))};
    case Operator::kIn:
    case Operator::kBelongsTo:
      return {subject + " in " + list_text(arguments)};
    case Operator::kNotIn:
    case Operator::kNotBelongsTo:
      return {subject + " not in " + list_text(arguments)};
    case Operator::kInRange:
    case Operator::kDateInRange:
    case Operator::kDateBetween:
      return {subject + " between " + bounds_text(arguments)};
    case Operator::kNotInRange:
    case Operator::kDateNotInRange:
      return {subject + " not between " + bounds_text(arguments)};
    case Operator::kRecentDays:
    case Operator::kDaysAgo:
    case Operator::kDaysAgoBetween:
      return {relative_days(condition, subject)};
    case Operator::kContains:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
      return {
          fmt::format("{}({}, {})", row_of(condition.op).name, subject, scalar_text(arguments))};
    case Operator::kNotContains:
      return not_contains(condition, subject);
    case Operator::kContainsAny:
    case Operator::kIntersects:
      return {fmt::format("has_any({}, {})", subject, list_text(arguments))};
    case Operator::kContainsAll:
      return {fmt::format("has_all({}, {})", subject, list_text(arguments))};
    case Operator::kNoIntersection:
      return {fmt::format("has_none({}, {})", subject, list_text(arguments))};
    case Operator::kIsTrue:
      return {subject + " = true"};
    case Operator::kIsFalse:
      return {subject + " = false"};
    case Operator::kIsNull:
      return {subject + " is null"};
    case Operator::kIsNotNull:
      return {subject + " is not null"};
  }
  return {subject};
}

Piece piece_of(const Expression& expression);

std::vector<Piece> pieces_of(const std::vector<Expression>& parts) {
  std::vector<Piece> pieces;
  pieces.reserve(parts.size());
  for (const Expression& part : parts) {
    pieces.push_back(piece_of(part));
  }
  return pieces;
}

Piece piece_of(const Expression& expression) {
  return std::visit(
      Overloaded{[](const Condition& condition) { return piece_of(condition); },
                 [](const TagTest& test) { return Piece{"has_tag(" + text_of(test.code) + ")"}; },
                 [](const Invalid&) { return Piece{"<not readable>"}; },
                 [](const And& conjunction) {
                   return join(" and ", Binding::kAnd, pieces_of(conjunction.parts));
                 },
                 [](const Or& disjunction) {
                   return join(" or ", Binding::kOr, pieces_of(disjunction.parts));
                 },
                 [](const Not& negation) { return negated(piece_of(negation.part.front())); }},
      expression.node);
}

// ----- checked rules -----

// The words of Schema::display_name, each part quoted where it must be.
std::string column_text(column::ColumnId id, const column::Schema& schema) {
  ColumnName name{.column = schema.column(id).name};
  if (schema.display_name(id) == name.column) {
    return column_text(name);
  }
  const column::TableSchema& table = schema.tables[id.table];
  name.table = table.name;
  if (std::ranges::count(schema.tables, table.name, &column::TableSchema::name) > 1) {
    name.database = table.database;
  }
  return column_text(name);
}

std::string operand_text(const TypedOperand& operand, const column::Schema& schema) {
  return with_reader(operand.reader, column_text(operand.column, schema));
}

std::string moment_text(const MomentLiteral& moment) {
  if (moment.relative) {
    return today_text(moment.offset_days);
  }
  return moment.at.is_day ? "date " + text_of(column::day_text(column::day_of(moment.at.micros)))
                          : "timestamp " + text_of(column::timestamp_text(moment.at.micros));
}

std::string constant_text(const Constant& constant) {
  return std::visit(Overloaded{[](const column::Decimal& number) { return number.to_text(); },
                               [](const std::string& text) { return text_of(text); },
                               [](const MomentLiteral& moment) { return moment_text(moment); },
                               [](bool value) { return std::string(value ? "true" : "false"); }},
                    constant);
}

std::string list_text(const std::vector<Constant>& constants) {
  std::string text;
  for (const Constant& constant : constants) {
    text += (text.empty() ? "" : ", ") + constant_text(constant);
  }
  return "(" + text + ")";
}

std::string_view comparison_text(Test test) {
  switch (test) {
    case Test::kEqual:
      return "=";
    case Test::kNotEqual:
      return "!=";
    case Test::kLess:
      return "<";
    case Test::kLessEqual:
      return "<=";
    case Test::kGreater:
      return ">";
    case Test::kGreaterEqual:
      return ">=";
    default:
      TAGSMITH_ASSERT(false);
  }
}

std::string condition_text(const TypedCondition& condition, const column::Schema& schema) {
  std::string subject = operand_text(condition.subject, schema);
  const std::vector<Constant>& constants = condition.constants;
  switch (condition.test) {
    case Test::kIsNull:
      return subject + " is null";
    case Test::kIsNotNull:
      return subject + " is not null";
    case Test::kEqual:
    case Test::kNotEqual:
    case Test::kLess:
    case Test::kLessEqual:
    case Test::kGreater:
    case Test::kGreaterEqual:
      return fmt::format("{} {} {}", subject, comparison_text(condition.test),
                         condition.other ? operand_text(*condition.other, schema)
                                         : constant_text(constants.at(0)));
    case Test::kIn:
      return subject + " in " + list_text(constants);
    case Test::kNotIn:
      return subject + " not in " + list_text(constants);
    case Test::kBetween:
    case Test::kNotBetween:
      return fmt::format("{} {} {} and {}", subject,
                         condition.test == Test::kBetween ? "between" : "not between",
                         constant_text(constants.at(0)), constant_text(constants.at(1)));
    case Test::kContains:
      return fmt::format("contains({}, {})", subject, constant_text(constants.at(0)));
    case Test::kStartsWith:
      return fmt::format("starts_with({}, {})", subject, constant_text(constants.at(0)));
    case Test::kEndsWith:
      return fmt::format("ends_with({}, {})", subject, constant_text(constants.at(0)));
    case Test::kHasAny:
      return fmt::format("has_any({}, {})", subject, list_text(constants));
    case Test::kHasAll:
      return fmt::format("has_all({}, {})", subject, list_text(constants));
    case Test::kHasNone:
      return fmt::format("has_none({}, {})", subject, list_text(constants));
  }
  return subject;
}

Piece piece_of(const TypedExpression& expression, const column::Schema& schema) {
  const auto pieces = [&](const std::vector<TypedExpression>& parts) {
    std::vector<Piece> done;
    done.reserve(parts.size());
    for (const TypedExpression& part : parts) {
      done.push_back(piece_of(part, schema));
    }
    return done;
  };
  return std::visit(
      Overloaded{
          [&](const TypedCondition& condition) { return Piece{condition_text(condition, schema)}; },
          [](const TypedTagTest& test) { return Piece{"has_tag(" + text_of(test.code) + ")"}; },
          [&](const TypedAnd& conjunction) {
            return join(" and ", Binding::kAnd, pieces(conjunction.parts));
          },
          [&](const TypedOr& disjunction) {
            return join(" or ", Binding::kOr, pieces(disjunction.parts));
          },
          [&](const TypedNot& negation) {
            return negated(piece_of(negation.part.front(), schema));
          }},
      expression.node);
}

}  // namespace

std::string print(const Expression& expression) { return piece_of(expression).text; }

std::string print(const TypedExpression& rule, const column::Schema& schema) {
  return piece_of(rule, schema).text;
}

std::string print(const TypedCondition& condition, const column::Schema& schema) {
  return condition_text(condition, schema);
}

}  // namespace tagsmith::rule
