// Whatever stands where pins, the summary of a plan or a detail should be: it is refused with a
// message, or it is read, and what is written of it is read as the same.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "membership/membership.h"
#include "run/pins.h"
#include "run/plan.h"

namespace {

template <typename Parsed, typename Parse>
void check(const Parsed& parsed, Parse parse) {
  if (parsed) {
    const auto again = parse(to_json(*parsed));
    TAGSMITH_ASSERT(again && *again == *parsed);
  } else {
    TAGSMITH_ASSERT(!parsed.error().message.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(tagsmith::run::parse_pins(text), tagsmith::run::parse_pins);
  check(tagsmith::run::parse_plan_summary(text), tagsmith::run::parse_plan_summary);
  check(tagsmith::membership::parse_detail(text), tagsmith::membership::parse_detail);
  return 0;
}
