#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tagsmith::rule {

enum class TokenKind {
  kName,        // a bare word: a keyword, a function or a part of a column's name
  kQuotedName,  // "a name"
  kText,        // 'a text'
  kNumber,      // without a sign: 12, 1.5e3
  kSymbol,      // = != <> < <= > >= ( ) , . + -, and some that only other languages know
  kError,       // what is no token; message and hint say why
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t offset = 0;        // of its first byte
  std::string_view source;  // as written
  std::string value;        // kText and kQuotedName: what stands between the quotes, unescaped
  std::string message;      // kError
  std::string hint;         // kError
};

/// Cuts the text form of a rule, which must be UTF-8, into tokens; blanks and comments fall away.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  /// The next token; kEnd at the end, and again after it. After kError nothing useful follows.
  Token next();

 private:
  void skip_blanks_and_comments();
  Token quoted(TokenKind kind);
  Token number();
  Token symbol();
  Token take(TokenKind kind, size_t length);

  std::string_view text_;
  size_t at_ = 0;
};

/// The offset of the first byte that does not belong to well-formed UTF-8, or nothing.
std::optional<size_t> find_malformed_utf8(std::string_view text);

/// True for the words that cannot be a bare column name, in any letter case: and, or, not, in,
/// between, is, null, true, false. Names of functions, `date`, `day` and the like are told apart by
/// what follows them, so that columns may bear these names.
bool is_reserved(std::string_view word);

/// Letter case of ASCII ignored; `lower` is in lower case.
bool equals_ignoring_case(std::string_view word, std::string_view lower);

}  // namespace tagsmith::rule
