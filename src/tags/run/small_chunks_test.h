#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "run/change_set.h"

namespace tagsmith::run {

/// The chunks of a change set cut smaller, so that a few users make several.
class SmallChunks final : public ChangeSetReader {
 public:
  SmallChunks(std::unique_ptr<ChangeSetReader> real, size_t users_max)
      : real_(std::move(real)), users_max_(users_max) {}

  base::Result<std::vector<membership::RuleResult>> next_chunk() override {
    if (users_.empty()) {
      users_ = TAGSMITH_TRY(real_->next_chunk());
    }
    const auto end =
        users_.begin() + static_cast<std::ptrdiff_t>(std::min(users_.size(), users_max_));
    std::vector<membership::RuleResult> chunk(users_.begin(), end);
    users_.erase(users_.begin(), end);
    return chunk;
  }

 private:
  std::unique_ptr<ChangeSetReader> real_;
  size_t users_max_;
  std::vector<membership::RuleResult> users_;
};

}  // namespace tagsmith::run
