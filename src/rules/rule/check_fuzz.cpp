// Whatever the rule is, the check ends with problems that say where, or with a rule whose canonical
// text is the same rule; and what is checked can be lowered.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "rule/check.h"
#include "rule/lowered.h"
#include "rule/parser.h"
#include "rule/printer.h"

namespace {

namespace base = tagsmith::base;
namespace column = tagsmith::column;
namespace rule = tagsmith::rule;
using column::TypeKind;

// Every type, and names in two tables or in two databases.
const column::Schema& schema() {
  static const column::Schema all_types = {
      .tables = {{.name = "t",
                  .columns = {{"i", {.kind = TypeKind::kInt}},
                              {"c", {.kind = TypeKind::kDecimal, .precision = 6, .scale = 2}},
                              {"f", {.kind = TypeKind::kDouble}},
                              {"g", {.kind = TypeKind::kFloat}},
                              {"s", {.kind = TypeKind::kText}},
                              {"b", {.kind = TypeKind::kBoolean}},
                              {"d", {.kind = TypeKind::kDate}},
                              {"m", {.kind = TypeKind::kTimestamp}},
                              {"l", {.kind = TypeKind::kTextList}},
                              {"x", {.kind = TypeKind::kUnusable, .foreign = "struct<a>"}}}},
                 {.database = "a",
                  .name = "o",
                  .columns = {{"z", {.kind = TypeKind::kInt}}, {"s", {.kind = TypeKind::kText}}}},
                 {.database = "b", .name = "o", .columns = {{"z", {.kind = TypeKind::kInt}}}}}};
  return all_types;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto expression = rule::parse_source(text);
  if (!expression) {
    TAGSMITH_ASSERT(!expression.error().empty());
    return 0;
  }
  const auto checked = rule::check(*expression, schema(), {});
  if (!checked) {
    TAGSMITH_ASSERT(!checked.error().empty());
    for (const base::Problem& problem : checked.error()) {
      TAGSMITH_ASSERT(!problem.code.empty() && !problem.message.empty());
      TAGSMITH_ASSERT(problem.path.empty() || problem.path.front() == '/' ||
                      problem.path.starts_with("byte "));
    }
    return 0;
  }
  const std::string canonical = print(*checked, schema());
  const auto again = rule::parse_text(canonical);
  TAGSMITH_ASSERT(again.has_value());
  const auto same = rule::check(*again, schema(), {});
  TAGSMITH_ASSERT(same.has_value());
  TAGSMITH_ASSERT(*same == *checked);
  const auto no_rules = [](std::string_view) -> rule::LoweredExpression {
    return {rule::LoweredRuleTest({})};
  };
  TAGSMITH_ASSERT(
      !rule::to_text(rule::lower(*checked, schema(), 20'000, no_rules), schema()).empty());
  return 0;
}
