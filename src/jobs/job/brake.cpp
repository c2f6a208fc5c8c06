#include "job/brake.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

namespace tagsmith::job {

Brake judge_brake(std::span<const LostAttempt> lost, std::size_t jobs_on_cluster,
                  Micros last_start_at, const Policy& policy, Micros now) {
  std::set<std::string_view> jobs;
  for (const LostAttempt& one : lost) {
    if (now - one.at <= policy.brake_window) {
      jobs.insert(one.job);
    }
  }
  const auto least = static_cast<std::size_t>(policy.brake_jobs_min);
  const std::size_t share = jobs_on_cluster * static_cast<std::size_t>(policy.brake_percent);
  if (jobs.size() < least || jobs.size() * 100 < share) {
    return {};
  }
  return {.is_on = true,
          .may_start_at = last_start_at + policy.brake_spacing,
          .because = fmt::format("{} of {} jobs of the cluster failed within {} s", jobs.size(),
                                 jobs_on_cluster, policy.brake_window / kSecond)};
}

}  // namespace tagsmith::job
