#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/language.h"
#include "base/similar.h"
#include "base/words.h"
#include "rule/parser.h"
#include "rule/problems.h"
#include "rule/tokenizer_internal.h"

namespace tagsmith::rule {
namespace {

using base::Problems;
template <typename T>
using Parsed = base::Result<T, Problems>;

// Open parentheses, and open `not`s, that the text form accepts. One more than the groups of a
// rule: a condition of a JSON rule (not_contains with a list) can be a group in its text.
constexpr int kOpenMax = kNestingMax + 1;

constexpr std::string_view kNamesAndTexts =
    base::marked("names are in double quotes, texts in single quotes");

std::string place_of(size_t offset) { return fmt::format("byte {}", offset); }

Problems problem(std::string_view code, size_t offset, std::string message, std::string hint = "") {
  return {{std::string(code), place_of(offset), std::move(message), std::move(hint)}};
}

std::optional<Operator> comparison_of(std::string_view symbol) {
  static constexpr std::pair<std::string_view, Operator> kComparisons[] = {
      {"=", Operator::kEqual},        {"!=", Operator::kNotEqual},  {"<>", Operator::kNotEqual},
      {"<", Operator::kLess},         {"<=", Operator::kLessEqual}, {">", Operator::kGreater},
      {">=", Operator::kGreaterEqual}};
  const auto* found =
      std::ranges::find(kComparisons, symbol, &std::pair<std::string_view, Operator>::first);
  return found == std::end(kComparisons) ? std::nullopt : std::optional(found->second);
}

// The operator that says the same with the sides exchanged.
Operator mirrored(Operator op) {
  switch (op) {
    case Operator::kLess:
      return Operator::kGreater;
    case Operator::kLessEqual:
      return Operator::kGreaterEqual;
    case Operator::kGreater:
      return Operator::kLess;
    case Operator::kGreaterEqual:
      return Operator::kLessEqual;
    default:
      return op;
  }
}

// "contains(column, text)" and "has_any(column, (text, ...))": a condition by itself.
struct FunctionRow {
  std::string_view name;
  Operator op;
  bool takes_list;
};
constexpr FunctionRow kFunctions[] = {
    {"contains", Operator::kContains, false},  {"starts_with", Operator::kStartsWith, false},
    {"ends_with", Operator::kEndsWith, false}, {"has_any", Operator::kContainsAny, true},
    {"has_all", Operator::kContainsAll, true}, {"has_none", Operator::kNoIntersection, true}};

constexpr Reader kReaders[] = {Reader::kNumber, Reader::kDay, Reader::kTime, Reader::kBoolean};

const FunctionRow* find_function(std::string_view name) {
  const auto* row = std::ranges::find_if(
      kFunctions, [&](const FunctionRow& f) { return equals_ignoring_case(name, f.name); });
  return row == std::end(kFunctions) ? nullptr : row;
}

std::optional<Reader> find_reader(std::string_view name) {
  const auto* row = std::ranges::find_if(
      kReaders, [&](Reader reader) { return equals_ignoring_case(name, name_of(reader)); });
  return row == std::end(kReaders) ? std::nullopt : std::optional(*row);
}

std::string hint_for_function(std::string_view name) {
  static const std::vector<std::string> known = {"contains", "starts_with", "ends_with", "has_any",
                                                 "has_all",  "has_none",    "has_tag",   "number",
                                                 "day",      "time",        "bool",      "today"};
  const std::string hint = base::did_you_mean(name, known);
  return hint.empty() ? base::message("the functions are {}", fmt::join(known, ", ")) : hint;
}

// For words and symbols of other languages.
std::string hint_for_foreign(std::string_view source) {
  static constexpr std::pair<std::string_view, std::string_view> kForeign[] = {
      {"==", base::marked("write '='")},
      {"=>", base::marked("write '>='")},
      {"=<", base::marked("write '<='")},
      {"&&", base::marked("write 'and'")},
      {"&", base::marked("write 'and'")},
      {"||", base::marked("write 'or'")},
      {"|", base::marked("write 'or'")},
      {"!", base::marked("write 'not'")},
      {";", base::marked("a rule is one condition, without a semicolon")},
      {"+", base::marked("there is no arithmetic in rules, but for today() + 7 days")},
      {"-", base::marked("a date stands in quotes, '2025-11-22'; there is no arithmetic, but for "
                         "today() - 7 days")},
      {"*", base::marked("there is no arithmetic in rules")},
      {"/", base::marked("there is no arithmetic in rules; comments start with --")},
      {"%", base::marked("there is no arithmetic in rules")},
      {"^", base::marked("there is no arithmetic in rules")},
      {"contains", base::marked("write contains(column, 'text')")},
      {"starts_with", base::marked("write starts_with(column, 'text')")},
      {"ends_with", base::marked("write ends_with(column, 'text')")},
      {"recent_days", base::marked("write column >= today() - 7 days")},
      {"days_ago", base::marked("write column <= today() - 7 days")},
      {"like", base::marked("use contains(column, 'text'), starts_with(...) or ends_with(...)")},
      {"ilike", base::marked("use contains(column, 'text'), starts_with(...) or ends_with(...)")},
      {"rlike", base::marked("use contains(column, 'text'), starts_with(...) or ends_with(...)")},
      {"regexp", base::marked("use contains(column, 'text'), starts_with(...) or ends_with(...)")},
      {"similar",
       base::marked("use contains(column, 'text'), starts_with(...) or ends_with(...)")}};
  for (const auto& [foreign, hint] : kForeign) {
    if (equals_ignoring_case(source, foreign)) {
      return base::tr(hint);
    }
  }
  return {};
}

// One side of a comparison, with the place where it starts.
struct Operand {
  Literal literal;
  size_t offset = 0;

  [[nodiscard]] const ColumnOperand* column() const { return std::get_if<ColumnOperand>(&literal); }
};

Argument argument_of(Operand operand) {
  return {.literal = std::move(operand.literal), .place = {place_of(operand.offset)}};
}

// Recursive descent: one function a rule of the grammar in parser.h. Recursion happens only at a
// parenthesis, and those are counted.
class Parser {
 public:
  explicit Parser(std::string_view text) : tokenizer_(text) {
    current_ = tokenizer_.next();
    ahead_ = tokenizer_.next();
  }

  Parsed<Expression> parse_rule_text() {
    Expression rule = TAGSMITH_TRY(parse_condition());
    if (current_.kind != TokenKind::kEnd) {
      return unexpected(base::marked("'and', 'or' or the end of the rule"), hint_after_condition());
    }
    return rule;
  }

 private:
  // condition := and ("or" and)*
  Parsed<Expression> parse_condition() {
    Expression first = TAGSMITH_TRY(parse_and());
    if (!at_word("or")) {
      return first;
    }
    Or disjunction;
    disjunction.parts.push_back(std::move(first));
    while (take_word("or")) {
      disjunction.parts.push_back(TAGSMITH_TRY(parse_and()));
    }
    return Expression{std::move(disjunction)};
  }

  // and := not ("and" not)*
  Parsed<Expression> parse_and() {
    Expression first = TAGSMITH_TRY(parse_not());
    if (!at_word("and")) {
      return first;
    }
    And conjunction;
    conjunction.parts.push_back(std::move(first));
    while (take_word("and")) {
      conjunction.parts.push_back(TAGSMITH_TRY(parse_not()));
    }
    return Expression{std::move(conjunction)};
  }

  // not := "not" not | predicate | "(" condition ")"
  Parsed<Expression> parse_not() {
    int count = 0;
    for (size_t offset = current_.offset; take_word("not"); offset = current_.offset) {
      ++count;
      if (++open_nots_ > kOpenMax) {
        return problem(kDepth, offset, base::message("more than {} nested 'not'", kOpenMax));
      }
    }
    Expression expression = TAGSMITH_TRY(at_symbol("(") ? parse_parentheses() : parse_predicate());
    open_nots_ -= count;
    for (; count > 0; --count) {
      Not negation;
      negation.part.push_back(std::move(expression));
      expression = Expression{std::move(negation)};
    }
    return expression;
  }

  Parsed<Expression> parse_parentheses() {
    if (++open_parentheses_ > kOpenMax) {
      return problem(kDepth, current_.offset,
                     base::message("more than {} nested parentheses", kOpenMax));
    }
    const size_t opened = current_.offset;
    advance();
    Expression inner = TAGSMITH_TRY(parse_condition());
    if (!take_symbol(")")) {
      std::string hint = hint_after_condition();
      if (hint.empty() && current_.kind == TokenKind::kEnd) {
        hint = base::message("the parenthesis of byte {} is not closed", opened);
      }
      return unexpected(base::marked("'and', 'or' or ')'"), std::move(hint));
    }
    --open_parentheses_;
    return inner;
  }

  Parsed<Expression> parse_predicate() {
    const size_t offset = current_.offset;
    if (++conditions_ > kConditionsMax) {
      return problem(kLimit, offset, base::message("more than {} conditions", kConditionsMax));
    }
    if (at_call()) {
      if (equals_ignoring_case(current_.source, "has_tag")) {
        return parse_tag_test();
      }
      if (const FunctionRow* function = find_function(current_.source)) {
        return parse_function(*function);
      }
    }
    Operand left = TAGSMITH_TRY(parse_operand(base::marked("a condition")));
    if (current_.kind == TokenKind::kSymbol) {
      if (const auto op = comparison_of(current_.source)) {
        advance();
        return parse_comparison(std::move(left), *op);
      }
    }
    const bool literal_ahead = left.column() == nullptr;
    if (literal_ahead && (at_word("in") || at_word("not") || at_word("between") || at_word("is"))) {
      return problem(kSyntax, left.offset,
                     base::message("the left side of '{}' must be a column", current_.source));
    }
    if (literal_ahead) {
      return unexpected(base::marked("a comparison ('=', '<', ...)"),
                        hint_for_foreign(current_.source));
    }
    Condition condition{.subject = std::move(std::get<ColumnOperand>(left.literal)),
                        .place = {place_of(offset)}};
    if (take_word("is")) {
      return parse_null_test(std::move(condition));
    }
    const bool negated = take_word("not");
    if (take_word("in")) {
      condition.op = negated ? Operator::kNotIn : Operator::kIn;
      condition.arguments = TAGSMITH_TRY(parse_list());
      return Expression{std::move(condition)};
    }
    if (take_word("between")) {
      condition.op = negated ? Operator::kNotInRange : Operator::kInRange;
      condition.arguments = TAGSMITH_TRY(parse_bounds());
      return Expression{std::move(condition)};
    }
    if (negated) {
      return unexpected(base::marked("'in' or 'between' after 'not'"),
                        hint_for_foreign(current_.source));
    }
    return unexpected(base::marked("a comparison ('=', '<', ...), 'in', 'between' or 'is'"),
                      hint_after_operand());
  }

  // What follows `left op`.
  Parsed<Expression> parse_comparison(Operand left, Operator op) {
    const size_t start = left.offset;
    Operand right = TAGSMITH_TRY(parse_operand(base::marked("a column or a literal")));
    if (left.column() == nullptr) {
      if (right.column() == nullptr) {
        return problem(kSyntax, start, base::tr("both sides of the comparison are literals"),
                       base::tr("name a column on one side"));
      }
      std::swap(left, right);
      op = mirrored(op);
    }
    Condition condition{.subject = std::move(std::get<ColumnOperand>(left.literal)),
                        .op = op,
                        .place = {place_of(start)}};
    condition.arguments.form = Arguments::Form::kScalar;
    condition.arguments.place = {place_of(right.offset)};
    if (right.column() == nullptr && ++values_ > kValuesMax) {
      return too_many_values(right.offset);
    }
    condition.arguments.list.push_back(argument_of(std::move(right)));
    return Expression{std::move(condition)};
  }

  // What follows `column is`.
  Parsed<Expression> parse_null_test(Condition condition) {
    condition.op = take_word("not") ? Operator::kIsNotNull : Operator::kIsNull;
    if (take_word("null")) {
      return Expression{std::move(condition)};
    }
    if (at_word("true") || at_word("false")) {
      return unexpected(
          "'null'",
          base::message("SQL's 'is {0}' turns an unknown value into a known one, which rules never "
                        "do; write x = {0}, which is unknown for a null",
                        equals_ignoring_case(current_.source, "true") ? "true" : "false"));
    }
    return unexpected(condition.op == Operator::kIsNull ? base::marked("'null' or 'not null'")
                                                        : "'null'");
  }

  // "(" literal ("," literal)* ")"
  Parsed<Arguments> parse_list() {
    return parse_list_of(base::marked("a literal"),
                         [this] { return parse_literal(base::marked("a literal")); });
  }
  Parsed<Arguments> parse_list_of_texts() {
    return parse_list_of(base::marked("a text"),
                         [this] { return parse_text_literal(base::marked("a text")); });
  }

  template <typename ParseElement>
  Parsed<Arguments> parse_list_of(std::string_view element, const ParseElement& parse_element) {
    Arguments arguments{.form = Arguments::Form::kList, .place = {place_of(current_.offset)}};
    if (!take_symbol("(")) {
      return unexpected(
          "'('", base::message("a list stands in parentheses: ({}, ...)", base::tr(element)));
    }
    do {
      const size_t offset = current_.offset;
      if (++values_ > kValuesMax) {
        return too_many_values(offset);
      }
      arguments.list.push_back(argument_of(TAGSMITH_TRY(parse_element())));
    } while (take_symbol(","));
    if (!take_symbol(")")) {
      return unexpected("',' or ')'");
    }
    return arguments;
  }

  // What follows "between".
  Parsed<Arguments> parse_bounds() {
    Arguments arguments{.form = Arguments::Form::kList, .place = {place_of(current_.offset)}};
    arguments.list.push_back(
        argument_of(TAGSMITH_TRY(parse_literal(base::marked("the lower bound")))));
    if (!take_word("and")) {
      return unexpected(base::marked("'and' and the upper bound"));
    }
    const size_t offset = current_.offset;
    arguments.list.push_back(
        argument_of(TAGSMITH_TRY(parse_literal(base::marked("the upper bound")))));
    values_ += 2;
    if (values_ > kValuesMax) {
      return too_many_values(offset);
    }
    return arguments;
  }

  // "contains" "(" column "," text ")", "has_any" "(" column "," "(" text ("," text)* ")" ")", ...
  Parsed<Expression> parse_function(const FunctionRow& function) {
    Condition condition{.op = function.op, .place = {place_of(current_.offset)}};
    advance();
    advance();
    condition.subject = TAGSMITH_TRY(parse_plain_column(function.name));
    if (!take_symbol(",")) {
      return unexpected("','");
    }
    if (function.takes_list) {
      condition.arguments = TAGSMITH_TRY(parse_list_of_texts());
    } else {
      condition.arguments = {.form = Arguments::Form::kScalar,
                             .place = {place_of(current_.offset)}};
      if (++values_ > kValuesMax) {
        return too_many_values(current_.offset);
      }
      condition.arguments.list.push_back(
          argument_of(TAGSMITH_TRY(parse_text_literal(base::marked("a text")))));
    }
    if (!take_symbol(")")) {
      return unexpected("')'", at_symbol(",") && !function.takes_list
                                   ? base::tr("one text only; join several conditions with 'or'")
                                   : "");
    }
    return Expression{std::move(condition)};
  }

  // "has_tag" "(" text ")"
  Parsed<Expression> parse_tag_test() {
    TagTest test{.place = {place_of(current_.offset)}};
    advance();
    advance();
    Operand code = TAGSMITH_TRY(parse_text_literal(base::marked("the code of a tag, a text")));
    test.code = std::move(std::get<TextLiteral>(code.literal).text);
    if (!take_symbol(")")) {
      return unexpected("')'");
    }
    return Expression{std::move(test)};
  }

  // operand := column | reader "(" column ")" | literal
  Parsed<Operand> parse_operand(std::string_view expected) {
    const size_t offset = current_.offset;
    const bool word = current_.kind == TokenKind::kName;
    if (word && at_call() && !equals_ignoring_case(current_.source, "today")) {
      return parse_reader(expected);
    }
    if (current_.kind == TokenKind::kQuotedName ||
        (word && !is_reserved(current_.source) && !at_literal_word())) {
      return Operand{TAGSMITH_TRY(parse_column()), offset};
    }
    return parse_literal(expected);
  }

  // ("number" | "day" | "time" | "bool") "(" column ")"
  Parsed<Operand> parse_reader(std::string_view expected) {
    const Token name = current_;
    const auto reader = find_reader(name.source);
    if (!reader) {
      if (find_function(name.source) != nullptr || equals_ignoring_case(name.source, "has_tag")) {
        return problem(kSyntax, name.offset,
                       base::message("{}(...) is a condition and cannot be compared", name.source),
                       base::tr("it stands alone, or after 'not' for the opposite"));
      }
      if (is_reserved(name.source)) {
        return unexpected(expected, hint_for_reserved());
      }
      return problem(kSyntax, name.offset,
                     base::message("unknown function {}", base::quote(name.source)),
                     hint_for_function(name.source));
    }
    advance();
    advance();
    ColumnOperand operand = TAGSMITH_TRY(parse_plain_column(name.source));
    operand.reader = *reader;
    operand.place = {place_of(name.offset)};
    if (!take_symbol(")")) {
      return unexpected("')'");
    }
    return Operand{std::move(operand), name.offset};
  }

  // The column inside the parentheses of a function.
  Parsed<ColumnOperand> parse_plain_column(std::string_view function) {
    if (at_call()) {
      return unexpected(base::marked("a column"),
                        base::message("{}() takes the column itself", function));
    }
    return parse_column();
  }

  // column := name | name "." name | name "." name "." name
  Parsed<ColumnOperand> parse_column() {
    ColumnOperand operand{.place = {place_of(current_.offset)}};
    std::vector<std::string> parts;
    do {
      if (current_.kind == TokenKind::kQuotedName) {
        if (current_.value.empty()) {
          return problem(kSyntax, current_.offset, base::tr("an empty name"));
        }
        parts.push_back(std::move(current_.value));
      } else if (current_.kind == TokenKind::kName && !is_reserved(current_.source)) {
        parts.emplace_back(current_.source);
      } else if (current_.kind == TokenKind::kText) {
        return unexpected(base::marked("the name of a column"), base::tr(kNamesAndTexts));
      } else if (current_.kind == TokenKind::kName) {
        return unexpected(base::marked("the name of a column"), hint_for_reserved());
      } else {
        return unexpected(base::marked("the name of a column"));
      }
      if (parts.size() > 3) {
        return problem(kSyntax, current_.offset, base::tr("a name of more than three parts"),
                       base::tr("a column is column, table.column or database.table.column"));
      }
      advance();
    } while (take_symbol("."));
    operand.name.column = std::move(parts.back());
    if (parts.size() > 1) {
      operand.name.table = std::move(parts[parts.size() - 2]);
    }
    if (parts.size() > 2) {
      operand.name.database = std::move(parts.front());
    }
    return operand;
  }

  // literal := ["+" | "-"] number | text | "true" | "false" | "date" text | "timestamp" text
  //          | "today()" [("+" | "-") integer ("day" | "days")]
  Parsed<Operand> parse_literal(std::string_view expected) {
    const size_t offset = current_.offset;
    if (at_symbol("+") || at_symbol("-")) {
      std::string text(current_.source);
      advance();
      if (current_.kind != TokenKind::kNumber) {
        return unexpected(base::marked("a number after the sign"));
      }
      text += current_.source;
      advance();
      return Operand{NumberLiteral{std::move(text)}, offset};
    }
    if (current_.kind == TokenKind::kNumber) {
      NumberLiteral number{std::string(current_.source)};
      advance();
      return Operand{std::move(number), offset};
    }
    if (current_.kind == TokenKind::kText) {
      return parse_text_literal(expected);
    }
    if (at_word("true") || at_word("false")) {
      const bool value = at_word("true");
      advance();
      return Operand{value, offset};
    }
    if (at_literal_word()) {
      return at_word("today") ? parse_today() : parse_moment();
    }
    if (at_word("null")) {
      return unexpected(expected,
                        base::tr("nothing equals null; write 'x is null' or 'x is not null'"));
    }
    return unexpected(expected, hint_instead_of_literal());
  }

  Parsed<Operand> parse_moment() {
    const size_t offset = current_.offset;
    const bool day = at_word("date");
    advance();
    std::string text = std::move(current_.value);
    advance();
    if (day) {
      return Operand{DayLiteral{std::move(text)}, offset};
    }
    return Operand{TimeLiteral{std::move(text)}, offset};
  }

  Parsed<Operand> parse_today() {
    const size_t offset = current_.offset;
    advance();
    advance();
    if (!take_symbol(")")) {
      return unexpected("')'", base::tr("today() takes nothing; write today() - 7 days"));
    }
    TodayLiteral today;
    if (at_symbol("+") || at_symbol("-")) {
      const bool back = at_symbol("-");
      advance();
      today.offset = TAGSMITH_TRY(parse_day_count());
      if (back) {
        today.offset = -today.offset;
      }
    }
    return Operand{today, offset};
  }

  // integer ("day" | "days")
  Parsed<std::int32_t> parse_day_count() {
    const std::string_view digits = current_.source;
    if (current_.kind != TokenKind::kNumber ||
        digits.find_first_not_of("0123456789") < digits.size()) {
      return unexpected(base::marked("a whole number of days"), base::tr("write today() - 7 days"));
    }
    std::int32_t days = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), days);
    if (read.ec != std::errc() || days > kDaysMax) {
      return problem(
          kLimit, current_.offset,
          base::message("{} days: at most {} are allowed", base::quote(digits), kDaysMax));
    }
    advance();
    if (!take_word("days") && !take_word("day")) {
      return unexpected("'days'", base::tr("write today() - 7 days"));
    }
    return days;
  }

  Parsed<Operand> parse_text_literal(std::string_view expected) {
    if (current_.kind != TokenKind::kText) {
      return unexpected(expected, hint_instead_of_literal());
    }
    const size_t offset = current_.offset;
    TextLiteral text{std::move(current_.value)};
    advance();
    return Operand{std::move(text), offset};
  }

  void advance() {
    current_ = std::move(ahead_);
    ahead_ = current_.kind == TokenKind::kError ? current_ : tokenizer_.next();
  }

  bool at_word(std::string_view lower) const {
    return current_.kind == TokenKind::kName && equals_ignoring_case(current_.source, lower);
  }
  bool take_word(std::string_view lower) {
    const bool found = at_word(lower);
    if (found) {
      advance();
    }
    return found;
  }
  bool at_symbol(std::string_view symbol) const {
    return current_.kind == TokenKind::kSymbol && current_.source == symbol;
  }
  bool take_symbol(std::string_view symbol) {
    const bool found = at_symbol(symbol);
    if (found) {
      advance();
    }
    return found;
  }

  // A word with an opening parenthesis behind it.
  bool at_call() const {
    return current_.kind == TokenKind::kName && ahead_.kind == TokenKind::kSymbol &&
           ahead_.source == "(";
  }

  // today(, date '...', timestamp '...': elsewhere these words are names of columns.
  bool at_literal_word() const {
    if (at_word("today")) {
      return at_call();
    }
    return (at_word("date") || at_word("timestamp")) && ahead_.kind == TokenKind::kText;
  }

  Problems unexpected(std::string_view expected, std::string hint = "") const {
    if (current_.kind == TokenKind::kError) {
      return problem(kSyntax, current_.offset, current_.message, current_.hint);
    }
    if (hint.empty()) {
      hint = hint_for_foreign(current_.source);
    }
    return problem(kSyntax, current_.offset,
                   base::message("expected {}, found {}", base::tr(expected), found()),
                   std::move(hint));
  }

  std::string found() const {
    return current_.kind == TokenKind::kEnd ? base::tr("the end of the rule")
                                            : base::quote(current_.source, 40);
  }

  static Problems too_many_values(size_t offset) {
    return problem(kLimit, offset, base::message("more than {} values", kValuesMax));
  }

  std::string hint_for_reserved() const {
    return base::message("a column of that name is written \"{}\"", current_.source);
  }

  std::string hint_instead_of_literal() const {
    if (current_.kind == TokenKind::kQuotedName) {
      return base::tr(kNamesAndTexts);
    }
    if (current_.kind == TokenKind::kName && is_reserved(current_.source)) {
      return hint_for_reserved();
    }
    if (current_.kind == TokenKind::kName) {
      return base::message("texts are in single quotes: {}",
                           base::in_quotes(current_.source, '\''));
    }
    return {};
  }

  // The column before may be a whole condition in other languages.
  std::string hint_after_operand() const {
    std::string hint = hint_for_foreign(current_.source);
    if (!hint.empty()) {
      return hint;
    }
    if (current_.kind == TokenKind::kEnd || at_symbol(")") || at_word("and") || at_word("or")) {
      return base::tr("a column alone is no condition; for a boolean one write x = true");
    }
    return {};
  }

  std::string hint_after_condition() const {
    if (current_.kind == TokenKind::kSymbol && comparison_of(current_.source)) {
      return base::tr("one comparison at a time: join two with 'and'");
    }
    if (at_symbol(")") && open_parentheses_ == 0) {
      return base::tr("this parenthesis was never opened");
    }
    return {};
  }

  Tokenizer tokenizer_;
  Token current_;
  Token ahead_;
  int open_parentheses_ = 0;
  int open_nots_ = 0;
  size_t conditions_ = 0;
  size_t values_ = 0;
};

}  // namespace

base::Result<Expression, Problems> parse_text(std::string_view text) {
  if (text.size() > kRuleBytesMax) {
    return problem(kLimit, kRuleBytesMax, base::message("longer than {} bytes", kRuleBytesMax));
  }
  if (const auto malformed = find_malformed_utf8(text)) {
    return problem(kSyntax, *malformed, base::tr("not UTF-8: a rule is text in UTF-8"));
  }
  return Parser(text).parse_rule_text();
}

base::Result<Expression, Problems> parse_source(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\n\v\f\r");
  if (start == std::string_view::npos || text[start] != '{') {
    return parse_text(text);
  }
  if (text.size() > kRuleBytesMax) {
    return problem(kLimit, kRuleBytesMax, base::message("longer than {} bytes", kRuleBytesMax));
  }
  const base::Json value = TAGSMITH_TRY(base::parse_json(text));
  return parse_rule(value);
}

}  // namespace tagsmith::rule
