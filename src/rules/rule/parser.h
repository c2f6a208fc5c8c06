#pragma once

#include <string_view>

#include "base/json.h"
#include "rule/expression.h"

namespace tagsmith::rule {

/// Parses the text form:
///
///   condition  := and ("or" and)*
///   and        := not ("and" not)*
///   not        := "not" not | predicate | "(" condition ")"
///   predicate  := operand ("=" | "!=" | "<>" | "<" | "<=" | ">" | ">=") operand
///               | operand ["not"] "in" "(" literal ("," literal)* ")"
///               | operand ["not"] "between" literal "and" literal
///               | operand "is" ["not"] "null"
///               | ("contains" | "starts_with" | "ends_with") "(" column "," text ")"
///               | ("has_any" | "has_all" | "has_none") "(" column "," "(" text ("," text)* ")" ")"
///               | "has_tag" "(" text ")"
///   operand    := column | ("number" | "day" | "time" | "bool") "(" column ")" | literal
///   literal    := ["+" | "-"] number | text | "true" | "false" | "date" text | "timestamp" text
///               | "today()" [("+" | "-") integer ("day" | "days")]
///   column     := name | name "." name | name "." name "." name       names may be "quoted"
///
/// Keywords in any letter case, texts in single quotes, comments from "--" to the end of the line.
/// At least one side of a comparison is no literal; a literal on the left is turned to the right.
/// Names are quoted where they are no identifier or one of the words and, or, not, in, between, is,
/// null, true, false. Fails with E_SYNTAX (path "byte N" of the first thing not understood),
/// E_DEPTH (more than kNestingMax + 1 open parentheses, or as many open "not"s) or E_LIMIT.
base::Result<Expression, base::Problems> parse_text(std::string_view text);

/// Reads a rule of either JSON form (SEMANTICS 4; the flat V1 form is a case of the grammar of V2).
/// What is wrong inside stands in the result as Invalid parts, so that check() can report all of a
/// rule in the order of the source; only E_DEPTH and E_LIMIT fail at once. The bytes that count for
/// kRuleBytesMax are those of `value` without blanks. `path` is the JSON pointer of `value` in its
/// file.
base::Result<Expression, base::Problems> parse_rule(const base::Json& value,
                                                    std::string_view path = "");

/// The text of a rule: JSON when its first character that is no blank is a brace, else the text
/// form.
base::Result<Expression, base::Problems> parse_source(std::string_view text);

}  // namespace tagsmith::rule
