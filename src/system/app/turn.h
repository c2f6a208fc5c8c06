#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "lease/heartbeat.h"
#include "lease/lease.h"
#include "store/store.h"

namespace tagsmith::app {

/// The lease that a run has for its whole life.
inline constexpr const char* kRunLease = "run";

/// A beat for leases of a store, on a connection of its own.
lease::Heartbeat::Beat make_beat(const std::string& store_url);

/// The right to be the one process that runs or takes back a run. While it is held no other run of
/// the store is alive, so that an unfinished one is one whose process has ended.
class Turn {
 public:
  /// E_LEASE_BUSY (names the process) when somebody else has it.
  static base::Result<std::unique_ptr<Turn>> take(store::Store& store,
                                                  const std::string& store_url);
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn();

 private:
  Turn(store::Store& store, lease::Fence fence, const std::string& store_url);

  store::Store& store_;
  lease::Fence fence_;
  std::optional<lease::Heartbeat> heartbeat_;
};

}  // namespace tagsmith::app
