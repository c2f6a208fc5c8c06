#include "job/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/assert.h"
#include "job/names_internal.h"
#include "job/random_internal.h"

namespace tagsmith::job {
namespace {

constexpr Names<OnCrashLoop, 2> kOnCrashLoop{{"alert", "restore_older"}};
constexpr Names<OnExternalCancel, 2> kOnExternalCancel{{"report", "recover"}};
constexpr Names<OnStop, 2> kOnStop{{"savepoint", "cancel"}};
constexpr Names<Profile, 4> kProfiles{{"default", "throughput", "latency", "reliability"}};

Policy throughput() {
  Policy policy;
  policy.tick = kMinute;
  policy.checkpoint_interval = 10 * kMinute;
  policy.checkpoint_timeout = 15 * kMinute;
  policy.savepoint_max = 20 * kMinute;
  policy.rewind_max = kHour;
  return policy;
}

Policy latency() {
  Policy policy;
  policy.checkpoint_interval = kMinute;
  policy.checkpoint_timeout = 5 * kMinute;
  policy.rewind_max = 15 * kMinute;
  return policy;
}

Policy reliability() {
  Policy policy;
  policy.checkpoint_failures_max = 5;
  policy.cool_down = kMinute;
  for (Budget& budget : policy.budgets) {
    budget.attempts = budget.attempts == 0 ? 0 : 5;
  }
  return policy;
}

}  // namespace

std::string_view name_of(OnCrashLoop action) { return kOnCrashLoop.of(action); }
std::string_view name_of(OnExternalCancel action) { return kOnExternalCancel.of(action); }
std::string_view name_of(OnStop action) { return kOnStop.of(action); }
std::string_view name_of(Profile profile) { return kProfiles.of(profile); }

Micros wait_before(const Backoff& backoff, int step, std::uint64_t seed) {
  auto wait = static_cast<double>(backoff.first);
  const auto longest = static_cast<double>(backoff.longest);
  for (int doubled = 0; doubled < step && wait < longest; ++doubled) {
    wait *= backoff.factor;
  }
  const double spread = backoff.jitter * (2 * fraction(seed) - 1);
  return static_cast<Micros>(std::min(wait, longest) * (1 + spread));
}

Policy policy_of(Profile profile) {
  switch (profile) {
    case Profile::kDefault:
      return {};
    case Profile::kThroughput:
      return throughput();
    case Profile::kLatency:
      return latency();
    case Profile::kReliability:
      return reliability();
  }
  TAGSMITH_ASSERT(false);
  std::abort();
}

std::vector<std::string> contradictions(const Policy& policy) {
  std::vector<std::string> found;
  const auto seconds = [](Micros micros) { return micros / kSecond; };
  const auto at_most = [&](std::string_view small, Micros a, std::string_view large, Micros b) {
    if (a > b) {
      found.push_back(
          fmt::format("{} ({} s) is longer than {} ({} s)", small, seconds(a), large, seconds(b)));
    }
  };
  at_most("the first wait", policy.backoff.first, "the longest wait", policy.backoff.longest);
  at_most("a checkpoint's timeout", policy.checkpoint_timeout, "a savepoint's",
          policy.savepoint_max);
  at_most("the checkpoint interval", policy.checkpoint_interval, "the rewind budget",
          policy.rewind_max);
  at_most("the patience of a request with the age of an answer",
          policy.request_patience + 2 * policy.refresh, "the longest doubt", policy.doubt_max);
  if (policy.backoff.factor < 1) {
    found.emplace_back("the factor of the backoff is below 1: waits would get shorter");
  }
  if (policy.backoff.jitter < 0 || policy.backoff.jitter >= 1) {
    found.emplace_back("the jitter is not a share between 0 and 1");
  }
  if (policy.crash_loop_restarts < 1) {
    found.emplace_back("a crash loop of no restarts would be found in every job");
  }
  return found;
}

}  // namespace tagsmith::job
