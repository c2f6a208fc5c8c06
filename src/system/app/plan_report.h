#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "run/guards.h"
#include "run/plan.h"

namespace tagsmith::app {

/// Why a user enters a tag, or leaves it.
struct MoveReason {
  std::int32_t tag_id = 0;
  std::string user_id;
  bool enters = false;
  std::string text;
};

/// What is said about a plan, or about a run that followed it.
struct PlanReport {
  run::PlanSummary plan;
  std::vector<run::Trip> run_trips;  // guards of the whole run that held everything
  std::vector<run::Trip> to_accept;  // of changed rules, where the plan is only shown
  std::vector<MoveReason> reasons;   // of some users, where somebody asked; by tag
  std::string as_of;                 // a day
  std::optional<std::int64_t> run_id;
  std::string state = "planned";   // or how the run ended
  std::uint64_t rows_written = 0;  // for a plan: rows that would be written
  std::uint64_t entered = 0;       // memberships
  std::uint64_t left = 0;
  std::int64_t duration_micros = 0;
};

/// A line a tag that changes: members before and after, gains, losses, some users; no wider than
/// `width`. Then the reasons, what is held, why, and what to do. `command` is what --accept is
/// added to.
std::string to_text(const PlanReport& report, size_t width, std::string_view command);

/// The same as JSON, one object a line: each tag of the run, each held tag, each guard of the whole
/// run, and last {"users":..,"tags":..,"entered":..,...}.
std::string to_json(const PlanReport& report);

/// 3 when something was held back, else 0.
int exit_code(const PlanReport& report);

}  // namespace tagsmith::app
