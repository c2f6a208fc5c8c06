#pragma once

#include <string>

#include "column/schema.h"
#include "rule/expression.h"
#include "rule/typed.h"

namespace tagsmith::rule {

/// The text form of an expression that holds no Invalid part, on one line. For every expression e
/// of the text form parse_text(print(e)) == e.
std::string print(const Expression& expression);

/// The canonical text of a checked rule: no synonyms, readers where a text column is read as a
/// number, a date or a boolean, columns by their shortest name that is unambiguous among all
/// tables. Checking it again without a search list gives the same TypedRule, so that the text means
/// the same wherever it is read; under a search list that leaves tables out, a bare name may not be
/// found.
std::string print(const TypedExpression& rule, const column::Schema& schema);

/// A condition alone, for explanations and diffs.
std::string print(const TypedCondition& condition, const column::Schema& schema);

}  // namespace tagsmith::rule
