#pragma once

#include <string>
#include <vector>

#include "rule/typed.h"

namespace tagsmith::rule {

/// Something that is allowed and probably not meant.
struct Remark {
  std::string code;     // stable: see lint()
  std::string message;  // with the text of the conditions

  bool operator==(const Remark&) const = default;
};

/// Looks at a rule without its data. Never refuses, and is silent where it is not sure:
///
///   W_CONTRADICTION  conditions of one "and" that are never TRUE together: age < 18 and age > 65
///   W_REPEATED       a part that stands more than once in its group
///   W_USE_IN         a = 1 or a = 2, for which "in" is shorter
///   W_ONE_VALUE      a range whose bounds are equal
std::vector<Remark> lint(const TypedRule& rule, const column::Schema& schema);

}  // namespace tagsmith::rule
