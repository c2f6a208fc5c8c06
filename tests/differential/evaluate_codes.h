#pragma once

#include <vector>

#include "engine/program.h"
#include "random_case.h"

namespace tagsmith::differential {

/// Encodes the tables' rows, evaluates them in batches of `batch_rows`, and returns [rule][user]:
/// TRUE.
std::vector<std::vector<bool>> evaluate_codes(const engine::Program& program,
                                              const RandomTables& tables,
                                              size_t batch_rows = engine::kTileRows);

}  // namespace tagsmith::differential
