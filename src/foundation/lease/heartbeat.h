#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "base/result.h"
#include "lease/lease.h"

namespace tagsmith::lease {

/// Keeps a fence alive from a thread of its own, from now until it is destroyed: one beat a period.
/// A beat that fails because the world does is tried again a period later; the fence, and not this
/// thread, decides who may write.
class Heartbeat {
 public:
  /// Adds one beat, on a connection that only this thread uses; as LeaseStore::beat.
  using Beat = std::function<base::Status(const Fence&)>;

  Heartbeat(Fence fence, Beat beat, std::int64_t period_micros = kBeatMicros);
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;
  ~Heartbeat();

  /// True once a beat was told that somebody took the fence over. Thread-safe.
  [[nodiscard]] bool lost() const { return lost_.load(); }

 private:
  void run();

  const Fence fence_;
  const Beat beat_;
  const std::int64_t period_micros_;
  std::atomic<bool> lost_{false};
  std::mutex mutex_;
  std::condition_variable stop_asked_;
  bool stop_ = false;  // under mutex_
  std::thread thread_;
};

}  // namespace tagsmith::lease
