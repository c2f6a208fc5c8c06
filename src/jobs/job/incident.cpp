#include "job/incident.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "job/names_internal.h"

namespace tagsmith::job {
namespace {

constexpr Names<Cause, kCauses> kCauseNames{
    {"recovering", "crash loop", "stalled", "held", "failed", "ended outside", "stray attempt",
     "unknown state", "unreachable", "late", "savepoint failed"}};

std::optional<IncidentChange> change_of(const Incident& incident, bool is_there,
                                        const Policy& policy, Micros now) {
  if (is_there && incident.quiet_since) {
    return incident::Quiet{incident.number, std::nullopt};
  }
  if (is_there) {
    const bool is_due =
        incident.cause == Cause::kHeld && now - incident.told_at >= policy.repeat_after;
    return is_due ? std::optional<IncidentChange>(incident::Repeated{incident.number})
                  : std::nullopt;
  }
  if (!incident.quiet_since) {
    return incident::Quiet{incident.number, now};
  }
  if (now - *incident.quiet_since >= policy.quiet_after) {
    return incident::Resolved{incident.number};
  }
  return std::nullopt;
}

std::vector<Incident>::iterator find(std::vector<Incident>& open, std::uint64_t number) {
  const auto found = std::ranges::find(open, number, &Incident::number);
  TAGSMITH_ASSERT(found != open.end());
  return found;
}

}  // namespace

std::string_view name_of(Cause cause) { return kCauseNames.of(cause); }

std::vector<IncidentChange> reconcile(const std::vector<Incident>& open,
                                      const std::vector<Trouble>& troubles,
                                      std::uint64_t next_number, const Policy& policy, Micros now) {
  std::vector<IncidentChange> changes;
  for (const Incident& incident : open) {
    const bool is_there =
        std::ranges::find(troubles, incident.cause, &Trouble::cause) != troubles.end();
    if (std::optional<IncidentChange> change = change_of(incident, is_there, policy, now)) {
      changes.push_back(*std::move(change));
    }
  }
  for (const Trouble& trouble : troubles) {
    if (std::ranges::find(open, trouble.cause, &Incident::cause) == open.end()) {
      changes.emplace_back(incident::Opened{Incident{.number = next_number++,
                                                     .cause = trouble.cause,
                                                     .text = trouble.text,
                                                     .opened_at = now,
                                                     .told_at = now,
                                                     .quiet_since = {}}});
    }
  }
  return changes;
}

void apply(std::vector<Incident>& open, const IncidentChange& change, Micros at) {
  if (const auto* opened = std::get_if<incident::Opened>(&change)) {
    open.push_back(opened->incident);
  } else if (const auto* repeated = std::get_if<incident::Repeated>(&change)) {
    const auto found = find(open, repeated->number);
    found->told_at = at;
    ++found->told;
  } else if (const auto* quiet = std::get_if<incident::Quiet>(&change)) {
    find(open, quiet->number)->quiet_since = quiet->since;
  } else if (const auto* resolved = std::get_if<incident::Resolved>(&change)) {
    open.erase(find(open, resolved->number));
  }
}

std::optional<std::string> delivery_key(const std::string& job, const std::vector<Incident>& open,
                                        const IncidentChange& change) {
  if (const auto* opened = std::get_if<incident::Opened>(&change)) {
    return fmt::format("{}/{}/opened", job, opened->incident.number);
  }
  if (const auto* repeated = std::get_if<incident::Repeated>(&change)) {
    const auto found = std::ranges::find(open, repeated->number, &Incident::number);
    TAGSMITH_ASSERT(found != open.end());
    return fmt::format("{}/{}/repeated/{}", job, repeated->number, found->told);
  }
  if (const auto* resolved = std::get_if<incident::Resolved>(&change)) {
    return fmt::format("{}/{}/resolved", job, resolved->number);
  }
  return std::nullopt;
}

}  // namespace tagsmith::job
