// Whatever the bytes are, reading JSON ends with a value or a problem, and reading a rule with an
// expression that can be printed or with problems; a value that is written is read as the same.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "rule/parser.h"
#include "rule/printer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tagsmith::base::parse_json;
  using tagsmith::base::to_text;
  using tagsmith::rule::parse_rule;
  using tagsmith::rule::print;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = parse_json(text);
  if (!json) {
    TAGSMITH_ASSERT(!json.error().empty());
    return 0;
  }
  const auto same = parse_json(to_text(*json));
  TAGSMITH_ASSERT(same.has_value());
  TAGSMITH_ASSERT(*same == *json);
  const auto rule = parse_rule(*json);
  if (!rule) {
    TAGSMITH_ASSERT(!rule.error().empty());
    return 0;
  }
  TAGSMITH_ASSERT(!print(*rule).empty());
  const auto again = parse_rule(*same);
  TAGSMITH_ASSERT(again.has_value());
  TAGSMITH_ASSERT(*again == *rule);
  return 0;
}
