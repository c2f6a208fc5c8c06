#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace tagsmith::lease {

/// The symbol (code kConflict) of what a fence refuses: somebody took a later epoch.
inline constexpr std::string_view kFenced = "E_STORE_FENCED";

/// The right to act, for as long as nobody took a later epoch (PROTOCOLS 2). Every transaction that
/// writes under it reads the store's row `fence(name, epoch, holder)` and compares the epoch.
struct Fence {
  std::string name;
  std::uint64_t epoch = 0;

  bool operator==(const Fence&) const = default;
};

/// The row of a fence with the counter of its heartbeat, which stands in a row of its own.
struct FenceRow {
  std::uint64_t epoch = 0;
  std::string holder;  // empty: nobody; else "host/pid/start": see this_process()
  std::uint64_t beats = 0;

  bool operator==(const FenceRow&) const = default;
};

/// Where fences stand. Errors: kUnavailable for the world.
class LeaseStore {
 public:
  virtual ~LeaseStore() = default;

  /// A fence that nobody took yet is a row of epoch 0 without a holder.
  virtual base::Result<FenceRow> read(const std::string& name) = 0;

  /// Makes `holder` the holder at expected_epoch + 1; kFenced when the epoch is not (any more)
  /// the expected one. A deadlock or a lock that was waited for too long is a plain kConflict.
  virtual base::Result<Fence> take(const std::string& name, const std::string& holder,
                                   std::uint64_t expected_epoch) = 0;

  /// Adds one beat; kFenced when the epoch is not this fence's any more.
  virtual base::Status beat(const Fence& fence) = 0;

  /// Gives the fence back: no holder, the epoch stays. Nothing happens when it was taken over.
  virtual base::Status release(const Fence& fence) = 0;
};

/// Decides when a fence may be taken: at once when it has no holder, or a holder of this host whose
/// process is gone; else when its row and its beats have not changed for `patience_micros` of the
/// challenger's own steady clock. Never compares wall clocks. Pure; not thread-safe.
class Challenger {
 public:
  explicit Challenger(std::int64_t patience_micros) : patience_micros_(patience_micros) {}

  /// Tells what was seen and when; true: take it, expecting the row's epoch.
  bool may_take(const FenceRow& row, bool holder_is_gone, std::int64_t steady_now_micros);

 private:
  std::int64_t patience_micros_;
  std::optional<FenceRow> seen_;
  std::int64_t seen_since_micros_ = 0;
};

/// What taking a fence came to: it is ours, or it is held by somebody else.
struct Taking {
  std::optional<Fence> fence;  // nothing: not yet
  std::string holder;          // who has it then; empty when somebody else was faster just now
};

/// Reads the fence and takes it where the challenger allows it. A fence that `holder` has already,
/// since the answer to an earlier try was lost, is taken again.
base::Result<Taking> try_take(LeaseStore& store, const std::string& name, const std::string& holder,
                              Challenger& challenger, std::int64_t steady_now_micros);

/// How long a challenger watches, and how often.
inline constexpr std::int64_t kPatienceMicros = 30'000'000;
inline constexpr std::int64_t kPollMicros = 500'000;
inline constexpr std::int64_t kBeatMicros = 3'000'000;
static_assert(kBeatMicros * 5 < kPatienceMicros, "a late beat is no reason for a takeover");

/// Waits for the fence, at most wait_micros_max. E_LEASE_BUSY (kConflict, names the holder) when it
/// is still held then; kCancelled when an interrupt came.
base::Result<Fence> acquire(LeaseStore& store, const std::string& name, const std::string& holder,
                            std::int64_t wait_micros_max, base::Clock& clock);

/// The error of a fence that is held: E_LEASE_BUSY.
base::Error busy(const std::string& name, const std::string& holder);

/// "host/pid/start time of the process": names this process and no later one with its pid. `host`
/// has the machine's start and the pid namespace in it, so that two containers or a restart are two
/// hosts.
std::string this_process();

/// A holder of this process that no other call gives: "host/pid/start/number".
std::string new_holder();

/// True when `holder` names a process of this host that has ended; false when it lives, or when it
/// is of another host and nothing is known.
bool is_gone(const std::string& holder);

}  // namespace tagsmith::lease
