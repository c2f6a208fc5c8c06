#include "jobs_simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "job/command.h"

namespace tagsmith::job {
namespace {

constexpr std::array<std::string_view, kFaults> kFaultNames = {"request dropped",
                                                               "request delayed",
                                                               "request doubled",
                                                               "request too late",
                                                               "answer dropped",
                                                               "answer delayed",
                                                               "500",
                                                               "standby answers",
                                                               "partial overview",
                                                               "strange state",
                                                               "partition",
                                                               "master lost",
                                                               "user error",
                                                               "infrastructure error",
                                                               "resource error",
                                                               "dependency error",
                                                               "artifact refused",
                                                               "submission refused",
                                                               "engine restarts",
                                                               "crash loop",
                                                               "cancelled outside",
                                                               "point damaged",
                                                               "empty listing",
                                                               "savepoints fail",
                                                               "supervisor dies",
                                                               "commit refused",
                                                               "commit answer lost",
                                                               "lease split",
                                                               "clock skew"};

constexpr std::array<SlipRow, static_cast<std::size_t>(Slip::kCount)> kSlips = {{
    {"none"},
    {"a new id for each try of a submission", Fault::kAnswerDropped},
    {"silence is taken for absence", Fault::kAnswerDropped},
    {"workers of a lost master are forgotten", Fault::kMasterLost, true, false},
    {"no wait after a void attempt", Fault::kMasterLost, true, false},
    {"metadata of the engine is ignored", Fault::kMasterLost, true, true},
    {"restore points come from a cache"},
    {"a start without state when nothing is listed", Fault::kEmptyListing},
    {"the oldest restore point is taken"},
    {"budgets live in memory", Fault::kUserError},
    {"a late answer changes an end"},
    {"incidents live in memory"},
}};

constexpr Micros kStorm = kHour;

}  // namespace

std::string_view name_of(Fault fault) { return kFaultNames.at(static_cast<std::size_t>(fault)); }
const SlipRow& row_of(Slip slip) { return kSlips.at(static_cast<std::size_t>(slip)); }

JobsSimulation::JobsSimulation(Options options, Totals& totals)
    : options_(std::move(options)),
      totals_(totals),
      random_(options_.seed),
      cluster_(options_.seed ^ 0x5eedU,
               row_of(options_.slip).has_ha.value_or(options_.seed % 2 == 0)) {
  build();
}

// Attempts come and go fast, so that what is done wrong about them soon shows.
void JobsSimulation::make_restless(Policy& policy) {
  policy.backoff.first = kSecond;
  policy.backoff.longest = 2 * kSecond;
  policy.cool_down = kSecond;
  policy.rewind_max = kDay;
  policy.budgets.at(static_cast<std::size_t>(FailureClass::kInfrastructure)).rounds = 1000;
}

void JobsSimulation::build() {
  harshness_ = 1 + below(2);
  may_be_too_late_ = below(5) == 0;
  storm_until_ = now_ + kStorm;
  const std::uint32_t count = 1 + below(3);
  for (std::uint32_t number = 0; number < count; ++number) {
    const std::string name = fmt::format("job-{}", number);
    JobState& job = jobs_[name];
    job.policy.checkpoint_interval = kTrueCheckpointInterval;
    job.policy.checkpoint_timeout = kMinute;
    job.policy.rewind_max = (1 + below(20)) * kMinute;
    job.policy.on_crash_loop = below(2) == 0 ? OnCrashLoop::kAlert : OnCrashLoop::kRestoreOlder;
    job.policy.on_external_cancel =
        below(2) == 0 ? OnExternalCancel::kReport : OnExternalCancel::kRecover;
    job.policy.on_stop = below(4) == 0 ? OnStop::kCancel : OnStop::kSavepoint;
    job.policy.allow_empty_start = below(6) == 0;
    job.policy.unreachable_after = (1 + below(5)) * kMinute;
    job.policy.doubt_max = (2 + below(5)) * kMinute;
    job.is_poisoned = below(4) == 0;
    if (row_of(options_.slip).needs_starts) {
      make_restless(job.policy);
    }
    job.stored.spec = {.name = name, .cluster = "c", .artifact = "a.jar"};
    const bool is_batch = below(4) == 0;
    job.stored.spec.is_stateful = !is_batch;
    const std::vector<Event> events =
        want(job.stored, is_batch ? Desired::kDoneOnce : Desired::kRunning, "test", now_);
    for (const Event& event : events) {
      apply(job.stored, event);
    }
  }
  start_supervisor(false);
  later(kSecond, [this] { world_tick(); });
}

bool JobsSimulation::happens(Fault fault, std::uint32_t one_in) {
  const bool is_wanted = fault == row_of(options_.slip).shown_by;
  const bool is_drawn = below(is_wanted ? std::max(2U, one_in / 4) : one_in * harshness_) == 0;
  if (!is_drawn || now_ >= storm_until_) {
    return false;
  }
  const std::uint32_t number = fault_number_++;
  if (options_.left_out.contains(number)) {
    return false;
  }
  happened_.push_back(number);
  ++totals_.faults.at(static_cast<std::size_t>(fault));
  tell(fmt::format("fault {}: {}", number, name_of(fault)));
  return true;
}

void JobsSimulation::tell(const std::string& what) {
  if (options_.story != nullptr) {
    options_.story->push_back(
        fmt::format("{:>6} s  {}", (now_ - 1'000'000 * kSecond) / kSecond, what));
  }
}

void JobsSimulation::violate(const std::string& what) {
  if (!violation_) {
    tell("VIOLATION: " + what);
    violation_ = what;
  }
}

void JobsSimulation::later(Micros delay, std::function<void()> act) {
  messages_.push({.at = now_ + delay, .order = order_++, .act = std::move(act)});
}

void JobsSimulation::take_message() {
  const Message message = messages_.top();
  messages_.pop();
  now_ = std::max(now_, message.at);
  cluster_.advance(now_);
  message.act();
}

std::optional<std::string> JobsSimulation::run() {
  ++totals_.runs;
  while (!violation_ && now_ < storm_until_ && !messages_.empty()) {
    take_message();
  }
  if (!violation_) {
    judge_calm();
  }
  totals_.attempts += cluster_.attempts().size();
  return violation_;
}

}  // namespace tagsmith::job
