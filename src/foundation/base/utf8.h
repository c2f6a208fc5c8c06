#pragma once

#include <cstddef>
#include <string_view>

namespace tagsmith::base {

/// The bytes of the first character of `text`; 0 where `text` does not begin with well-formed
/// UTF-8 (Unicode, table 3-7).
size_t utf8_length(std::string_view text);

/// Whether all of `text` is well-formed.
bool is_utf8(std::string_view text);

}  // namespace tagsmith::base
