#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "job/engine_state.h"
#include "job/failure.h"
#include "job/progress.h"
#include "job/restore.h"
#include "job/time.h"

namespace tagsmith::job {

/// planned -> sent -> accepted -> finished | failed | cancelled | vanished, or void (PROTOCOLS 3).
enum class AttemptState {
  kPlanned,   // its id is chosen, nothing was sent
  kSent,      // the intent is committed; whether the platform has it is in doubt
  kAccepted,  // the platform has it
  kFinished,
  kFailed,
  kCancelled,
  kVanished,  // proven to be gone
  kVoid,      // proven never to have started, or never sent
};

std::string_view name_of(AttemptState state);

/// It never changes again.
bool is_final(AttemptState state);

/// What started it: a call, a process on this host, a pod.
struct LauncherHandle {
  std::string kind;
  std::string id;

  bool operator==(const LauncherHandle&) const = default;
};

/// What runs it. The id is ours, chosen before the call, and belongs to this attempt alone.
struct EngineHandle {
  std::string cluster;
  std::string id;  // 32 hex digits

  bool operator==(const EngineHandle&) const = default;
};

struct Attempt {
  std::uint64_t number = 0;  // in its job, from 1
  AttemptState state = AttemptState::kPlanned;
  std::uint64_t spec_version = 0;
  LauncherHandle launcher;
  EngineHandle engine;
  std::optional<RestorePoint> restored_from;  // none: it starts without state
  Micros planned_at = 0;
  Micros accepted_at = 0;
  Micros started_at = 0;     // the platform's
  Micros last_alive_at = 0;  // the platform's: up to then it may have worked
  Micros ended_at = 0;       // the platform's
  EngineState engine_state = EngineState::kUnknown;
  std::string word;  // of the platform, where the state is unknown
  Progress progress;
  std::optional<Failure> failure;
  bool was_told_to_stop = false;  // with a savepoint: that it finishes is our doing
  bool is_captured = false;       // its logs, exceptions and statistics are kept

  /// A checkpoint of its own: it is healthy, and what it was restored from was good.
  [[nodiscard]] bool has_own_checkpoint() const {
    return progress.checkpoint_id > (restored_from ? restored_from->id : 0);
  }

  bool operator==(const Attempt&) const = default;
};

}  // namespace tagsmith::job
