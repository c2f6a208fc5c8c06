#include "job/slo.h"

#include <algorithm>

namespace tagsmith::job {
namespace {

std::optional<double> share(std::uint64_t part, std::uint64_t rest) {
  if (part + rest == 0) {
    return std::nullopt;
  }
  return static_cast<double>(part) / static_cast<double>(part + rest);
}

std::optional<Micros> mean(Micros sum, std::uint64_t count) {
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<Micros>(count));
}

Micros span(Micros from, Micros to) { return std::max<Micros>(0, to - from); }

}  // namespace

void add_span(Ledger& ledger, Condition condition, Micros micros) {
  const Micros counted = std::max<Micros>(0, micros);
  switch (condition) {
    case Condition::kUp:
      ledger.up += counted;
      break;
    case Condition::kDown:
      ledger.down += counted;
      break;
    case Condition::kUnknown:
      ledger.unknown += counted;
      break;
    case Condition::kPlanned:
      ledger.planned += counted;
      break;
  }
}

void add_recovery(Ledger& ledger, const Recovery& recovery) {
  ++ledger.recoveries;
  ledger.detecting += span(recovery.ended_at, recovery.detected_at);
  ledger.deciding += span(recovery.detected_at, recovery.sent_at);
  ledger.starting += span(recovery.sent_at, recovery.running_at);
  ledger.proving += span(recovery.running_at, recovery.healthy_at);
}

std::optional<double> availability(const Ledger& ledger) {
  return share(static_cast<std::uint64_t>(ledger.up), static_cast<std::uint64_t>(ledger.down));
}

std::optional<Micros> mean_time_to_recover(const Ledger& ledger) {
  return mean(ledger.detecting + ledger.deciding + ledger.starting, ledger.recoveries);
}

std::optional<Micros> mean_time_to_detect(const Ledger& ledger) {
  return mean(ledger.detecting, ledger.recoveries);
}

std::optional<double> recovery_success(const Ledger& ledger) {
  return share(ledger.recoveries, ledger.given_up);
}

std::optional<double> checkpoint_success(const Ledger& ledger) {
  return share(ledger.checkpoints_completed, ledger.checkpoints_failed);
}

}  // namespace tagsmith::job
