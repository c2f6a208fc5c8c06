#include "rule/values_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/language.h"
#include "base/words.h"
#include "column/days.h"
#include "column/readers.h"
#include "rule/one_problem_internal.h"
#include "rule/problems.h"

namespace tagsmith::rule {
namespace {

using base::is_digit;
using base::Problems;
using base::Result;
using column::Decimal;

constexpr size_t kDayDigitsMax = 6;  // of relative days written as a text

/// `text` for a message, cut and escaped as base::quote does it, without the quotes.
std::string shortened(std::string_view text) {
  const std::string quoted = base::quote(text);
  return quoted.substr(1, quoted.size() - 2);
}

struct LiteralText {
  std::string operator()(const NullLiteral&) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const NumberLiteral& literal) const { return shortened(literal.text); }
  std::string operator()(const TextLiteral& literal) const { return base::quote(literal.text); }
  std::string operator()(const DayLiteral& literal) const {
    return "date " + base::quote(literal.text);
  }
  std::string operator()(const TimeLiteral& literal) const {
    return "timestamp " + base::quote(literal.text);
  }
  std::string operator()(const TodayLiteral& literal) const {
    return literal.offset == 0 ? "today()"
                               : fmt::format("today() {} {} days", literal.offset < 0 ? '-' : '+',
                                             std::abs(std::int64_t{literal.offset}));
  }
  std::string operator()(const UnusableLiteral& literal) const { return literal.kind; }
  std::string operator()(const ColumnOperand& operand) const {
    return "column " + base::quote(dotted(operand.name));
  }
};

/// A literal as it is written in the text form.
std::string shown(const Argument& argument) { return std::visit(LiteralText{}, argument.literal); }

Problems wrong_type(const ValueContext& context, const Argument& argument, std::string_view wanted,
                    std::string hint) {
  return one_problem(kValueType, argument.place.path,
                     base::message("{}: {} is no {}", context.subject(), shown(argument), wanted),
                     std::move(hint));
}

// --- Numbers

/// "col", "tbl.col" or "db.tbl.col", each part an identifier.
std::optional<ColumnName> read_reference(std::string_view text) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= text.size();) {
    const size_t dot = std::min(text.find('.', start), text.size());
    parts.emplace_back(text.substr(start, dot - start));
    if (parts.size() > 3 || !base::is_identifier(parts.back())) {
      return std::nullopt;
    }
    start = dot + 1;
  }
  ColumnName name;
  const std::array members = {&name.column, &name.table, &name.database};
  std::ranges::reverse(parts);
  for (size_t i = 0; i < parts.size(); ++i) {
    *members[i] = parts[i];
  }
  return parts.empty() ? std::nullopt : std::optional(name);
}

std::string number_hint(const ValueContext& context, std::string_view text) {
  std::string bare(text);
  std::erase_if(bare, [](char c) { return c == ',' || c == '_' || c == ' ' || c == '\''; });
  if (bare != text && column::read_number(bare)) {
    return base::message("write {}", bare);
  }
  if (!read_reference(text)) {
    return base::tr(
        "a number has digits, at most 38 of them, and may have a sign, a point and an exponent");
  }
  if (context.json()) {
    return base::tr("a value names a column only with =, !=, >, <, >= and <=");
  }
  return base::message("write {} without quotes to compare with a column", text);
}

Result<Constant, Problems> read_number(const ValueContext& context, const Argument& argument) {
  const auto* number = std::get_if<NumberLiteral>(&argument.literal);
  const auto* text = std::get_if<TextLiteral>(&argument.literal);
  if (number == nullptr && text == nullptr) {
    const bool boolean = std::holds_alternative<bool>(argument.literal);
    return wrong_type(context, argument, base::tr("number"),
                      boolean && context.json()
                          ? base::tr("for true and false declare type boolean")
                      : boolean ? base::message("write bool({}) to read it as true or false",
                                                dotted(context.condition.subject.name))
                                : "");
  }
  const std::string& digits = number != nullptr ? number->text : text->text;
  if (const auto value = column::read_number(digits)) {
    return Constant(*value);
  }
  if (number != nullptr) {
    return wrong_type(context, argument, base::tr("number that a rule can hold"),
                      base::tr("at most 38 significant digits, from 1e-38 to below 1e38"));
  }
  return wrong_type(context, argument, base::tr("number"), number_hint(context, digits));
}

// --- Dates

/// The right spelling of a date that was written in another common form, or empty.
std::string respelled_day(std::string_view text) {
  std::vector<std::string> numbers;
  bool in_number = false;
  for (const char c : text) {
    if (is_digit(c)) {
      if (!in_number) {
        numbers.emplace_back();
      }
      numbers.back() += c;
    }
    in_number = is_digit(c);
  }
  if (numbers.size() == 1 && numbers[0].size() == 8) {
    numbers = {numbers[0].substr(0, 4), numbers[0].substr(4, 2), numbers[0].substr(6, 2)};
  }
  if (numbers.size() != 3 || numbers[0].size() != 4 || numbers[1].size() > 2 ||
      numbers[2].size() > 2) {
    return {};
  }
  std::string day = fmt::format("{}-{:0>2}-{:0>2}", numbers[0], numbers[1], numbers[2]);
  return column::read_moment(day) && day != text ? day : std::string();
}

std::string date_hint(std::string_view text) {
  const std::string day = respelled_day(text);
  return day.empty()
             ? base::tr("a date is YYYY-MM-DD, alone or with a time HH:MM[:SS[.ffffff]] of no zone")
             : base::message("write '{}'", day);
}

Constant moment(column::Moment at) { return MomentLiteral{.at = at}; }
Constant today(std::int32_t offset_days) {
  return MomentLiteral{.relative = true, .offset_days = offset_days};
}

/// date '...' holds a day and timestamp '...' a time, so that the grain is what the eye sees.
Result<Constant, Problems> read_moment(const ValueContext& context, const Argument& argument,
                                       std::string_view text, bool wants_day) {
  const auto at = column::read_moment(text);
  if (at && at->is_day == wants_day) {
    return moment(*at);
  }
  const std::string written(column::trim_blanks(text));
  const std::string hint = !at         ? date_hint(text)
                           : wants_day ? base::message("write timestamp '{}'", written)
                                       : base::message("write date '{}'", written);
  return wrong_type(context, argument, wants_day ? base::tr("day") : base::tr("point in time"),
                    hint);
}

Result<Constant, Problems> read_date(const ValueContext& context, const Argument& argument) {
  if (const auto* text = std::get_if<TextLiteral>(&argument.literal)) {
    const auto at = column::read_moment(text->text);
    return at ? Result<Constant, Problems>(moment(*at))
              : wrong_type(context, argument, base::tr("date"), date_hint(text->text));
  }
  if (const auto* day = std::get_if<DayLiteral>(&argument.literal)) {
    return read_moment(context, argument, day->text, true);
  }
  if (const auto* time = std::get_if<TimeLiteral>(&argument.literal)) {
    return read_moment(context, argument, time->text, false);
  }
  if (const auto* relative = std::get_if<TodayLiteral>(&argument.literal)) {
    if (relative->offset >= -kDaysMax && relative->offset <= kDaysMax) {
      return today(relative->offset);
    }
    return wrong_type(context, argument, base::tr("day near enough"),
                      base::message("at most {} days from today()", kDaysMax));
  }
  const auto* number = std::get_if<NumberLiteral>(&argument.literal);
  return wrong_type(context, argument, base::tr("date"),
                    number != nullptr ? date_hint(number->text) : std::string());
}

/// A count of days: a whole number from 0 to kDaysMax.
std::optional<std::int32_t> read_day_count(const Literal& literal) {
  if (const auto* text = std::get_if<TextLiteral>(&literal)) {
    const bool digits = !text->text.empty() && text->text.size() <= kDayDigitsMax &&
                        std::ranges::all_of(text->text, is_digit);
    if (!digits) {
      return std::nullopt;
    }
    const int days = std::stoi(text->text);
    return days <= kDaysMax ? std::optional(days) : std::nullopt;
  }
  const auto* number = std::get_if<NumberLiteral>(&literal);
  const auto value = number == nullptr ? std::nullopt : column::read_number(number->text);
  const auto days = value ? column::scale_down(*value, 0) : std::nullopt;
  if (!days || !days->exact || days->floor < 0 || days->floor > kDaysMax) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(days->floor);
}

Result<Constant, Problems> read_days_ago(const ValueContext& context, const Argument& argument) {
  if (const auto days = read_day_count(argument.literal)) {
    return today(-*days);
  }
  return wrong_type(context, argument, base::tr("number of days"),
                    base::message("a whole number from 0 to {}", kDaysMax));
}

// --- Booleans

Result<Constant, Problems> read_boolean(const ValueContext& context, const Argument& argument) {
  if (const auto* value = std::get_if<bool>(&argument.literal)) {
    return Constant(*value);
  }
  if (const auto* text = std::get_if<TextLiteral>(&argument.literal)) {
    if (const auto value = column::read_boolean(text->text)) {
      return Constant(*value);
    }
  }
  if (const auto* number = std::get_if<NumberLiteral>(&argument.literal)) {
    const auto value = column::read_number(number->text);
    if (value == Decimal() || value == Decimal::from_int(1)) {
      return Constant(!value->is_zero());
    }
  }
  return wrong_type(context, argument, base::tr("boolean"), base::tr("write true or false"));
}

// --- Texts

/// The digits of a JSON integer, or nothing. There is one zero, whatever its sign.
std::optional<std::string> integer_digits(std::string_view number) {
  const std::string_view digits = number.substr(number.starts_with('-') ? 1 : 0);
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) {
    return std::nullopt;
  }
  return std::string(digits == "0" ? digits : number);
}

std::string text_hint(const ValueContext& context, const Argument& argument) {
  const bool is_number = std::holds_alternative<NumberLiteral>(argument.literal);
  const bool is_boolean = std::holds_alternative<bool>(argument.literal);
  if (std::holds_alternative<UnusableLiteral>(argument.literal)) {
    return {};
  }
  if (context.type == ConditionType::kList || (context.json() && !is_number && !is_boolean)) {
    return base::tr("put it between quotes");
  }
  if (context.json()) {
    return base::message("write \"{}\" to compare texts, or declare type {}", shown(argument),
                         is_number ? "number" : "boolean");
  }
  const std::string column = dotted(context.condition.subject.name);
  if (is_number) {
    return base::message("write number({}) to compare numbers, or '{}' to compare texts", column,
                         shown(argument));
  }
  if (is_boolean) {
    return base::message("write bool({}) to read it as true or false", column);
  }
  if (std::holds_alternative<TimeLiteral>(argument.literal)) {
    return base::message("write time({}) to compare points in time", column);
  }
  return base::message("write day({}) to compare days", column);
}

Result<Constant, Problems> read_text(const ValueContext& context, const Argument& argument) {
  if (const auto* text = std::get_if<TextLiteral>(&argument.literal)) {
    return Constant(text->text);
  }
  const auto* number = std::get_if<NumberLiteral>(&argument.literal);
  if (number != nullptr && context.json()) {
    if (auto digits = integer_digits(number->text)) {
      return Constant(std::move(*digits));
    }
  }
  return wrong_type(context, argument, base::tr("text"), text_hint(context, argument));
}

/// An empty text is in every text: a search for it would match everybody.
bool searches_text(const ValueContext& context) {
  const Operator op = context.condition.op;
  return context.type == ConditionType::kString &&
         (op == Operator::kContains || op == Operator::kNotContains ||
          op == Operator::kStartsWith || op == Operator::kEndsWith);
}

// --- The whole value

Result<Constant, Problems> read_element(const ValueContext& context, const Argument& argument) {
  if (std::holds_alternative<NullLiteral>(argument.literal)) {
    return one_problem(kValueNull, argument.place.path,
                       base::message("{}: null cannot be compared with", context.subject()),
                       base::tr("to find nulls use is_null or is_not_null"));
  }
  const Operator op = context.condition.op;
  if (op == Operator::kRecentDays || op == Operator::kDaysAgo || op == Operator::kDaysAgoBetween) {
    return read_days_ago(context, argument);
  }
  switch (context.type) {
    case ConditionType::kNumber:
      return read_number(context, argument);
    case ConditionType::kDate:
      return read_date(context, argument);
    case ConditionType::kBoolean:
      return read_boolean(context, argument);
    case ConditionType::kString:
    case ConditionType::kEnum:
    case ConditionType::kList:
      break;
  }
  Result<Constant, Problems> text = read_text(context, argument);
  if (text && searches_text(context) && std::get<std::string>(*text).empty()) {
    return one_problem(kValueEmpty, argument.place.path,
                       base::message("{}: every text contains the empty text", context.subject()),
                       context.json() ? base::tr("to find all texts use is_not_null")
                                      : base::message("to find all texts write {} is not null",
                                                      dotted(context.condition.subject.name)));
  }
  return text;
}

Problems wrong_count(const ValueContext& context, std::string_view wanted, std::string_view found,
                     std::string hint) {
  return one_problem(kValueCount, context.condition.arguments.place.path,
                     base::message("{}: {} takes {}, not {}", context.subject(),
                                   base::quote(operator_text(context.condition)), wanted, found),
                     std::move(hint));
}

/// What to write where a list stands in the place of one value.
std::string hint_for_list(const ValueContext& context) {
  const Operator op = context.condition.op;
  if (context.condition.arguments.list.size() == 1) {
    return base::tr("write the value without the brackets");
  }
  if (!has_operator(context.type, Operator::kIn)) {
    return {};
  }
  return op == Operator::kEqual      ? base::tr("for several values use in")
         : op == Operator::kNotEqual ? base::tr("for several values use not_in")
                                     : "";
}

/// What is wrong with the number of values, before any of them is read; empty when nothing is.
Problems problems_of_shape(const ValueContext& context) {
  const Arguments& value = context.condition.arguments;
  const bool is_list = value.form == Arguments::Form::kList;
  const size_t count = value.list.size();
  const std::string found = !is_list ? base::tr("one value") : base::message("a list of {}", count);
  switch (row_of(context.condition.op).shape) {
    case ValueShape::kIgnored:
      return {};
    case ValueShape::kScalar:
      return is_list ? wrong_count(context, base::tr("one value"), found, hint_for_list(context))
                     : Problems();
    case ValueShape::kRange:
      return is_list && count == 2 ? Problems()
                                   : wrong_count(context, base::tr("a list of two bounds"), found,
                                                 base::tr("write [lower, upper]"));
    case ValueShape::kList:
      if (!is_list) {
        return wrong_count(context, base::tr("a list"), found,
                           base::tr("put the value between brackets"));
      }
      break;
    case ValueShape::kListOrScalar:
      break;
  }
  if (!is_list || count > 0) {
    return {};
  }
  return one_problem(kValueEmpty, value.place.path,
                     base::message("{}: the list of {} is empty", context.subject(),
                                   base::quote(operator_text(context.condition))),
                     base::tr("name at least one value"));
}

/// null and objects are wrong whatever the shape; a list in a list is told as an element.
bool is_wrong_in_any_shape(const Argument& argument, bool in_list) {
  return std::holds_alternative<NullLiteral>(argument.literal) ||
         (!in_list && std::holds_alternative<UnusableLiteral>(argument.literal));
}

/// Whether a range holds nothing. Relative days and dates meet only on an as-of date: without one
/// such a range is taken as it is.
bool is_inverted(const Constant& lower, const Constant& upper,
                 const std::optional<std::int32_t>& as_of) {
  if (const auto* number = std::get_if<Decimal>(&lower)) {
    return *number > std::get<Decimal>(upper);
  }
  const auto& from = std::get<MomentLiteral>(lower);
  const auto& to = std::get<MomentLiteral>(upper);
  if (from.relative != to.relative) {
    const auto day = [&](const MomentLiteral& bound) {
      return bound.relative ? *as_of + bound.offset_days : column::day_of(bound.at.micros);
    };
    return as_of && day(from) > day(to);
  }
  if (from.relative) {
    return from.offset_days > to.offset_days;
  }
  if (!from.at.is_day && !to.at.is_day) {
    return from.at.micros > to.at.micros;
  }
  return column::day_of(from.at.micros) > column::day_of(to.at.micros);
}

std::string inverted_hint(const ValueContext& context) {
  const std::vector<Argument>& list = context.condition.arguments.list;
  if (!context.json()) {
    return base::message("write {} and {}", shown(list[1]), shown(list[0]));
  }
  const auto as_json = [](const Argument& argument) {
    const auto* text = std::get_if<TextLiteral>(&argument.literal);
    return text == nullptr ? shown(argument) : base::json_quoted(text->text);
  };
  return base::message("write [{}, {}]", as_json(list[1]), as_json(list[0]));
}

}  // namespace

std::string operator_text(const Condition& condition) {
  if (!condition.declared) {
    switch (condition.op) {
      case Operator::kInRange:
        return "between";
      case Operator::kNotInRange:
        return "not between";
      case Operator::kNotIn:
        return "not in";
      case Operator::kContainsAny:
        return "has_any";
      case Operator::kContainsAll:
        return "has_all";
      case Operator::kNoIntersection:
        return "has_none";
      case Operator::kIsNull:
        return "is null";
      case Operator::kIsNotNull:
        return "is not null";
      default:  // the others have one name in all notations
        break;
    }
  }
  return std::string(row_of(condition.op).name);
}

std::optional<ColumnOperand> reference_of(const ValueContext& context) {
  const Condition& condition = context.condition;
  if (condition.arguments.form != Arguments::Form::kScalar) {
    return std::nullopt;
  }
  const Argument& argument = condition.arguments.list.front();
  if (const auto* operand = std::get_if<ColumnOperand>(&argument.literal)) {
    return *operand;
  }
  const auto* text = std::get_if<TextLiteral>(&argument.literal);
  if (text == nullptr || !context.json() || context.type != ConditionType::kNumber ||
      row_of(condition.op).shape != ValueShape::kScalar) {
    return std::nullopt;
  }
  const auto name = read_reference(text->text);
  return name ? std::optional(ColumnOperand{.name = *name, .place = argument.place}) : std::nullopt;
}

Result<std::vector<Constant>, Problems> read_value(const ValueContext& context) {
  const Arguments& value = context.condition.arguments;
  if (value.form == Arguments::Form::kAbsent) {
    return one_problem(kValueMissing, context.condition.place.path,
                       base::message("{}: {} needs a value", context.subject(),
                                     base::quote(operator_text(context.condition))),
                       base::tr("add \"value\""));
  }
  const bool is_list = value.form == Arguments::Form::kList;
  Problems shape = problems_of_shape(context);
  Problems problems;
  std::vector<Constant> constants;
  for (const Argument& argument : value.list) {
    if (!shape.empty() && !is_wrong_in_any_shape(argument, is_list)) {
      continue;
    }
    Result<Constant, Problems> constant = read_element(context, argument);
    if (constant) {
      constants.push_back(std::move(*constant));
    } else {
      std::ranges::move(constant.error(), std::back_inserter(problems));
    }
  }
  if (!problems.empty() || !shape.empty()) {
    return problems.empty() ? shape : problems;
  }
  if (row_of(context.condition.op).shape != ValueShape::kRange) {
    return constants;
  }
  if (context.condition.op == Operator::kDaysAgoBetween) {
    std::ranges::reverse(constants);
  }
  if (is_inverted(constants[0], constants[1], context.as_of)) {
    std::string message =
        base::message("{}: the lower bound {} is above the upper bound {}", context.subject(),
                      shown(value.list[0]), shown(value.list[1]));
    const auto is_relative = [&](size_t i) {
      const auto* moment = std::get_if<MomentLiteral>(&constants[i]);
      return moment != nullptr && moment->relative;
    };
    if (is_relative(0) == is_relative(1)) {
      return one_problem(kRangeOrder, value.place.path, std::move(message), inverted_hint(context));
    }
    return one_problem(
        kRangeOrder, value.place.path,
        message + base::message(" on {}", column::day_text(*context.as_of)),
        base::tr("such a range ends on some day: take the rule away, or compare with each "
                 "bound for itself"));
  }
  return constants;
}

}  // namespace tagsmith::rule
