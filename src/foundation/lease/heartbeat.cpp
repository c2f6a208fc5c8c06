#include "lease/heartbeat.h"

#include <chrono>
#include <utility>

namespace tagsmith::lease {

Heartbeat::Heartbeat(Fence fence, Beat beat, std::int64_t period_micros)
    : fence_(std::move(fence)),
      beat_(std::move(beat)),
      period_micros_(period_micros),
      thread_([this] { run(); }) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stop_asked_.notify_one();
  thread_.join();
}

void Heartbeat::run() {
  std::unique_lock lock(mutex_);
  const auto period = std::chrono::microseconds(period_micros_);
  while (!stop_asked_.wait_for(lock, period, [this] { return stop_; })) {
    lock.unlock();
    const base::Status beaten = beat_(fence_);
    if (!beaten && beaten.error().code == base::ErrorCode::kConflict &&
        beaten.error().symbol == kFenced) {
      lost_ = true;
      return;
    }
    lock.lock();
  }
}

}  // namespace tagsmith::lease
