// Whatever the bytes are, parsing ends with an expression or with one problem that says where; and
// what was understood has a text that is understood as the same.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "rule/parser.h"
#include "rule/printer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tagsmith::rule::parse_text;
  using tagsmith::rule::print;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rule = parse_text(text);
  if (!rule) {
    TAGSMITH_ASSERT(rule.error().size() == 1);
    TAGSMITH_ASSERT(rule.error().front().path.starts_with("byte "));
    return 0;
  }
  const auto again = parse_text(print(*rule));
  TAGSMITH_ASSERT(again.has_value());
  TAGSMITH_ASSERT(*again == *rule);
  return 0;
}
