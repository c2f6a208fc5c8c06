#include "rule/tokenizer_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/language.h"
#include "base/problem.h"
#include "base/utf8.h"
#include "base/words.h"

namespace tagsmith::rule {
namespace {

using base::is_digit;
using base::is_name_part;
using base::is_name_start;

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

size_t length_of_digits(std::string_view text) {
  return static_cast<size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

std::uint32_t code_point(std::string_view sequence) {
  auto value = static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[0]));
  if (sequence.size() > 1) {
    value &= 0xFFU >> (sequence.size() + 1);
  }
  for (const char c : sequence.substr(1)) {
    value = value << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return value;
}

// What to write instead of a character outside ASCII that text processors and input methods put in
// the place of an ASCII one.
std::string hint_for_character(std::uint32_t point) {
  if (point == 0xA0 || point == 0x3000 || point == 0xFEFF || (point >= 0x2000 && point <= 0x200B)) {
    return base::tr("this is not an ordinary space; write one");
  }
  if ((point >= 0x2018 && point <= 0x201F) || (point >= 0x300C && point <= 0x300F)) {
    return base::tr("texts stand in straight single quotes (')");
  }
  if (point > 0xFF00 && point < 0xFF5F) {
    return base::message("write '{}'", static_cast<char>(point - 0xFEE0));
  }
  switch (point) {
    case 0x2260:
      return base::tr("write '!='");
    case 0x2264:
      return base::tr("write '<='");
    case 0x2265:
      return base::tr("write '>='");
    case 0x2212:
    case 0x2013:
      return base::tr("write '-'");
    default:
      return base::tr(
          "a name with other characters than letters, digits and '_' stands in double quotes, "
          "a text in single quotes");
  }
}

// Longer ones before their beginnings. Those in the second row are known only to be refused with a
// hint.
constexpr std::array<std::string_view, 26> kSymbols = {"!=", "<>", "<=", ">=",        //
                                                       "==", "=>", "=<", "&&", "||",  //
                                                       "=",  "<",  ">",  "(",  ")",  ",", ".", "+",
                                                       "-",  //
                                                       "!",  "&",  "|",  ";",  "*",  "/", "%", "^"};

}  // namespace

Token Tokenizer::next() {
  skip_blanks_and_comments();
  if (at_ == text_.size()) {
    return take(TokenKind::kEnd, 0);
  }
  const std::string_view rest = text_.substr(at_);
  const char c = rest[0];
  if (c == '\'') {
    return quoted(TokenKind::kText);
  }
  if (c == '"') {
    return quoted(TokenKind::kQuotedName);
  }
  if (is_name_start(c)) {
    const auto end = std::ranges::find_if_not(rest, is_name_part);
    return take(TokenKind::kName, static_cast<size_t>(end - rest.begin()));
  }
  if (is_digit(c) || (c == '.' && rest.size() > 1 && is_digit(rest[1]))) {
    return number();
  }
  return symbol();
}

void Tokenizer::skip_blanks_and_comments() {
  while (at_ < text_.size()) {
    if (is_blank(text_[at_])) {
      ++at_;
    } else if (text_.substr(at_).starts_with("--")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
      return;
    }
  }
}

Token Tokenizer::quoted(TokenKind kind) {
  const char quote = text_[at_];
  std::string value;
  for (size_t i = at_ + 1; i < text_.size(); ++i) {
    if (text_[i] == quote) {
      if (i + 1 == text_.size() || text_[i + 1] != quote) {
        Token token = take(kind, i + 1 - at_);
        token.value = std::move(value);
        return token;
      }
      ++i;  // a doubled quote
    }
    value += text_[i];
  }
  Token token = take(TokenKind::kError, text_.size() - at_);
  if (kind == TokenKind::kText) {
    token.message = base::tr("the text that starts here has no closing quote (')");
    token.hint = base::tr("a quote inside a text is doubled: 'it''s'");
  } else {
    token.message = base::tr("the name that starts here has no closing quote (\")");
    token.hint = base::tr("names are in double quotes, texts in single quotes");
  }
  return token;
}

Token Tokenizer::number() {
  const std::string_view rest = text_.substr(at_);
  size_t length = length_of_digits(rest);
  if (length < rest.size() && rest[length] == '.') {
    ++length;
    length += length_of_digits(rest.substr(length));
  }
  if (length < rest.size() && (rest[length] == 'e' || rest[length] == 'E')) {
    size_t exponent = length + 1;
    if (exponent < rest.size() && (rest[exponent] == '+' || rest[exponent] == '-')) {
      ++exponent;
    }
    if (const size_t digits = length_of_digits(rest.substr(exponent)); digits > 0) {
      length = exponent + digits;
    }
  }
  const auto end = std::ranges::find_if_not(rest.substr(length), is_name_part);
  const auto stray = static_cast<size_t>(end - rest.begin()) - length;
  if (stray == 0) {
    return take(TokenKind::kNumber, length);
  }
  Token token = take(TokenKind::kError, length + stray);
  token.message = base::message("{} is not a number", base::quote(token.source));
  token.hint = base::tr(
      "a text stands in single quotes; a name that starts with a digit stands in double quotes");
  return token;
}

Token Tokenizer::symbol() {
  const std::string_view rest = text_.substr(at_);
  for (const std::string_view known : kSymbols) {
    if (rest.starts_with(known)) {
      return take(TokenKind::kSymbol, known.size());
    }
  }
  Token token = take(TokenKind::kError, std::max<size_t>(1, base::utf8_length(rest)));
  token.message = base::message("unexpected character {}", base::quote(token.source));
  if (token.source.size() > 1) {
    token.hint = hint_for_character(code_point(token.source));
  } else if (token.source == "`" || token.source == "[" || token.source == "]") {
    token.hint = base::tr("names are in double quotes");
  }
  return token;
}

Token Tokenizer::take(TokenKind kind, size_t length) {
  Token token;
  token.kind = kind;
  token.offset = at_;
  token.source = text_.substr(at_, length);
  at_ += length;
  return token;
}

std::optional<size_t> find_malformed_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t length = base::utf8_length(text.substr(i));
    if (length == 0) {
      return i;
    }
    i += length;
  }
  return std::nullopt;
}

bool is_reserved(std::string_view word) {
  static constexpr std::string_view kReserved[] = {"and", "or",   "not",  "in",   "between",
                                                   "is",  "null", "true", "false"};
  return std::ranges::any_of(
      kReserved, [&](std::string_view reserved) { return equals_ignoring_case(word, reserved); });
}

bool equals_ignoring_case(std::string_view word, std::string_view lower) {
  return std::ranges::equal(word, lower, [](char a, char b) { return base::lower(a) == b; });
}

}  // namespace tagsmith::rule
