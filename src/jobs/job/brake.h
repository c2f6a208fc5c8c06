#pragma once

#include <span>
#include <string>

#include "job/policy.h"
#include "job/time.h"

namespace tagsmith::job {

/// One attempt of a job on a cluster that was lost.
struct LostAttempt {
  std::string job;
  Micros at = 0;
};

/// How the jobs of one cluster are kept from starting all at once after they failed together.
struct Brake {
  bool is_on = false;
  Micros may_start_at = 0;  // for the next job; only while it is on
  std::string because;

  bool operator==(const Brake&) const = default;
};

/// On, when within Policy::brake_window so many different jobs of the cluster lost an attempt that
/// the cluster is the likely cause: one incident, and starts Policy::brake_spacing apart.
/// `last_start_at` is that of the last attempt that was planned on the cluster.
Brake judge_brake(std::span<const LostAttempt> lost, std::size_t jobs_on_cluster,
                  Micros last_start_at, const Policy& policy, Micros now);

}  // namespace tagsmith::job
