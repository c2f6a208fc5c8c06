#pragma once

#include <string>
#include <vector>

#include "rule/typed.h"

namespace tagsmith::rule {

/// Something that is allowed and probably not meant.
struct Remark {
  std::string code;     // "W_ALWAYS_UNKNOWN", "W_CONTRADICTION", "W_REPEATED", ...
  std::string message;  // with the condition's text
};

/// Looks for conditions that cannot be TRUE together (age < 18 and age > 65), parts that repeat,
/// negative tests on nullable-looking readers, and ranges that hold one value. Never refuses.
std::vector<Remark> lint(const TypedRule& rule, const column::Schema& schema);

}  // namespace tagsmith::rule
