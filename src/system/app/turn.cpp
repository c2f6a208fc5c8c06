#include "app/turn.h"

#include <utility>

#include "app/project_store.h"
#include "base/clock.h"

namespace tagsmith::app {

lease::Heartbeat::Beat make_beat(const std::string& store_url) {
  return [store_url, store = std::shared_ptr<store::Store>()](
             const lease::Fence& fence) mutable -> base::Status {
    if (store == nullptr) {
      store = TAGSMITH_TRY(open_store(store_url, /*create=*/false));
    }
    base::Status beaten = store->leases().beat(fence);
    if (!beaten && beaten.error().symbol != lease::kFenced) {
      store.reset();  // the next beat connects anew
    }
    return beaten;
  };
}

base::Result<std::unique_ptr<Turn>> Turn::take(store::Store& store, const std::string& store_url) {
  lease::Fence fence = TAGSMITH_TRY(lease::acquire(store.leases(), kRunLease, lease::new_holder(),
                                                   /*wait_micros_max=*/0, base::system_clock()));
  return std::unique_ptr<Turn>(new Turn(store, std::move(fence), store_url));
}

Turn::Turn(store::Store& store, lease::Fence fence, const std::string& store_url)
    : store_(store), fence_(std::move(fence)) {
  heartbeat_.emplace(fence_, make_beat(store_url));
}

Turn::~Turn() {
  heartbeat_.reset();
  // What cannot be given back is taken from a process that is gone.
  [[maybe_unused]] const base::Status released = store_.leases().release(fence_);
}

}  // namespace tagsmith::app
