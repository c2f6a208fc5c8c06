#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "lease/lease.h"

namespace tagsmith::lease {

/// Fences in memory, for tests. Thread-safe.
class FakeLeaseStore final : public LeaseStore {
 public:
  base::Result<FenceRow> read(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    return rows_[name];
  }

  base::Result<Fence> take(const std::string& name, const std::string& holder,
                           std::uint64_t expected_epoch) override {
    const std::lock_guard lock(mutex_);
    FenceRow& row = rows_[name];
    if (row.epoch != expected_epoch) {
      return fenced();
    }
    ++row.epoch;
    row.holder = holder;
    return Fence{.name = name, .epoch = row.epoch};
  }

  base::Status beat(const Fence& fence) override {
    const std::lock_guard lock(mutex_);
    FenceRow& row = rows_[fence.name];
    if (row.epoch != fence.epoch) {
      return fenced();
    }
    ++row.beats;
    return {};
  }

  base::Status release(const Fence& fence) override {
    const std::lock_guard lock(mutex_);
    FenceRow& row = rows_[fence.name];
    if (row.epoch == fence.epoch) {
      row.holder.clear();
    }
    return {};
  }

  static base::Error fenced() {
    return base::Error{.code = base::ErrorCode::kConflict,
                       .message = "the fence has a later epoch",
                       .symbol = std::string(kFenced),
                       .path = {},
                       .hint = {}};
  }

 private:
  std::mutex mutex_;
  std::map<std::string, FenceRow> rows_;
};

}  // namespace tagsmith::lease
