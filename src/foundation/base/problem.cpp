#include "base/problem.h"

#include <fmt/format.h>

namespace tagsmith::base {

std::string quote(std::string_view text, size_t length_max) {
  size_t length = text.size();
  if (length > length_max) {
    length = length_max;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
      --length;  // not in the middle of a UTF-8 sequence
    }
  }
  std::string out = "'";
  for (const char c : text.substr(0, length)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  out += length < text.size() ? "...'" : "'";
  return out;
}

}  // namespace tagsmith::base
