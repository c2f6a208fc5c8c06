#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tagsmith::base {

/// One thing wrong with a text that somebody wrote: a rule, a rule file, a configuration.
struct Problem {
  std::string code;     // Stable, for programs: "E_OPERATOR_UNKNOWN".
  std::string path;     // Where: a JSON pointer, or "byte 17" for the text form.
  std::string message;  // What, with the offending text.
  std::string hint;     // What to write instead, or empty.

  bool operator==(const Problem&) const = default;
};

/// Never empty where it is the error of a Result; in the order of the text.
using Problems = std::vector<Problem>;

/// `text` between single quotes, control characters escaped, cut to `length_max` bytes at a
/// character boundary with "..." added: for messages that show foreign text.
std::string quote(std::string_view text, size_t length_max = 60);

}  // namespace tagsmith::base
