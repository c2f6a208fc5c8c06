#pragma once

#include <string>
#include <vector>

#include "column/column.h"
#include "golden_file.h"
#include "rule/typed.h"

namespace tagsmith::golden {

/// What the engine says of each user of a file, in their order: whether `rule` is definitely TRUE,
/// and whether its negation is. `tags` are the checked rules of the tags of the file.
struct EngineTruth {
  std::vector<bool> is_true;
  std::vector<bool> is_false;
};
EngineTruth engine_truth(const GoldenFile& file, const rule::TypedRule& rule,
                         const std::vector<rule::TypedRule>& tags);

}  // namespace tagsmith::golden
