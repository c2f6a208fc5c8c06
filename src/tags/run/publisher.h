#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/result.h"
#include "catalog/tag.h"
#include "lease/heartbeat.h"
#include "lease/lease.h"
#include "membership/tag_store.h"
#include "run/change_set.h"
#include "run/plan.h"
#include "run/run_store.h"

namespace tagsmith::run {

/// The stores that a publish writes to; one connection. reconnect() gives a new one after an answer
/// was lost.
struct PublishPorts {
  membership::TagStore& tags;
  RunStore& runs;
  lease::LeaseStore& leases;
  std::function<base::Status()> reconnect;
  base::Clock& clock;
  std::string holder;                                                        // lease::new_holder()
  lease::Heartbeat::Beat beat = {};                                          // none: no heartbeat
  std::function<void(std::uint64_t done, std::uint64_t all)> progress = {};  // users
  std::function<bool()> interrupted = base::interrupted;
  std::function<base::Result<std::unique_ptr<ChangeSetReader>>(const std::string& path,
                                                               const std::string& hash)>
      open_change_set = read_change_set;
};

/// Does the effects of a PublishMachine until it is done: publishes `plan` as the run, or goes on
/// with it where the run stands. Waits for the lease, and gives it back. The counts are those of
/// the whole run, also of what another process had published of it.
///
/// On an error the run stays as it is and may be resumed by a call like this one. E_RUN_CHANGED
/// (kConflict): the run has stored another plan than this one. kCancelled: an interrupt came, and
/// no chunk is half done. `new_versions` are recorded when the plan is stored, and not again.
base::Result<membership::PublishCounts> publish(
    const PublishPorts& ports, std::int64_t run_id, const Plan& plan,
    const std::vector<catalog::RuleVersion>& new_versions);

}  // namespace tagsmith::run
