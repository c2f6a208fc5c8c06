#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/graph.h"

namespace tagsmith::engine {

/// One operation on bitmaps, which stand in numbered slots.
struct Step {
  enum class Kind {
    kFalse,    // target := no row
    kTrue,     // target := all rows
    kLiteral,  // target := rows whose code is in the literal's set
    kNot,      // target := all rows but parts[0]
    kAnd,      // target := rows in all parts
    kOr,       // target := rows in some part
    kOutput,   // hand out parts[0] as the result of the next rule
  };
  Kind kind = Kind::kFalse;
  std::uint32_t target = 0;
  std::uint32_t literal = 0;
  std::vector<std::uint32_t> parts;  // slots
};

/// The steps that compute all rules, in their order, for one block of rows.
struct Schedule {
  std::vector<Step> steps;
  size_t slot_count = 0;
};

/// Every node that a rule needs is computed once, shortly before it is first needed; its slot is
/// used again after it was last needed, so that a block of rows stays in the cache.
Schedule schedule(const Graph& graph, std::span<const NodeId> roots);

}  // namespace tagsmith::engine
