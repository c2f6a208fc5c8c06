#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/tag.h"
#include "lease/lease.h"
#include "membership/tag_store.h"
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
  std::string holder;  // lease::this_process()
  std::function<void(std::uint64_t done, std::uint64_t all)> progress = {};  // users
};

/// Does the effects of a PublishMachine until it is done: publishes a new plan, or resumes the one
/// that `run_id` has stored. On an error the run stays unfinished and may be resumed by a call like
/// this one. `new_versions` empty when resuming.
base::Result<membership::PublishCounts> publish(
    const PublishPorts& ports, std::int64_t run_id, const Plan& plan,
    const std::vector<catalog::RuleVersion>& new_versions, bool plan_is_stored);

}  // namespace tagsmith::run
