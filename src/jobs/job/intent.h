#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "job/failure.h"
#include "job/policy.h"
#include "job/time.h"

namespace tagsmith::job {

enum class IntentKind {
  kSubmit,
  kStop,  // with a savepoint
  kCancel,
};

std::string_view name_of(IntentKind kind);

/// A call to a platform, committed before it is made. From then on it is in doubt: whatever was
/// answered, only looking tells whether it was done (PROTOCOLS 3, "Submitting").
struct Intent {
  IntentKind kind = IntentKind::kSubmit;
  std::string id;            // the attempt's on the engine; of a stop, the trigger's own
  std::uint64_t epoch = 0;   // of the fence under which it was committed
  std::string artifact_id;   // of a submission: the uploaded artifact
  std::string target;        // of a stop: its own directory, so that listing finds the result
  std::string leader_token;  // of a submission: who led the cluster
  Micros first_sent_at = 0;
  Micros sent_at = 0;
  Micros not_after = 0;            // the request is dead then, wherever it is
  int tries = 1;                   // with this id
  std::optional<Failure> refusal;  // what was answered; proves nothing alone

  /// From then on an answer "not there" tells that it was never done.
  [[nodiscard]] Micros answerable_after(const Policy& policy) const {
    return not_after + 2 * policy.refresh;
  }

  bool operator==(const Intent&) const = default;
};

}  // namespace tagsmith::job
