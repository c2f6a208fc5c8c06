#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/checked_catalog.h"
#include "catalog/tag.h"
#include "dataset/data_set.h"
#include "dataset/reader.h"
#include "membership/tag_store.h"
#include "run/guards.h"
#include "run/plan.h"
#include "run/run_store.h"

namespace tagsmith::run {

/// What somebody asks a run to do.
struct Request {
  std::int32_t as_of = 0;
  std::string partition;
  std::string zone = "UTC";
  bool upper_bound = false;
  membership::Micros started_at = 0;
  Mode mode = Mode::kFull;
  std::optional<int> days;
  std::optional<std::vector<std::string>> tags;   // codes or ids; nothing: all
  std::optional<std::vector<std::string>> users;  // ids; nothing: all
  bool rewind = false;                            // as_of may be older than a published one
};

/// Error symbols of runs, each with a hint.
inline constexpr std::string_view kRunTag = "E_RUN_TAG";        // --tags names no active tag
inline constexpr std::string_view kRunRewind = "E_RUN_REWIND";  // as_of before a published one
inline constexpr std::string_view kRunDays = "E_RUN_DAYS";      // --days without a changed_at
inline constexpr std::string_view kRunAccept = "E_RUN_ACCEPT";  // --accept names no guard

/// What a run works on; all outlive the call.
struct Workplace {
  dataset::Reader& reader;
  const dataset::DataSet& data;
  std::string population;  // a table's full name; empty: the union of all tables (SEMANTICS 1)
  std::map<std::string, std::string> changed_at;  // table -> column, for --days
  const catalog::Catalog& catalog;
  const catalog::CheckedCatalog& checked;
  const catalog::RunGuards& guards;
  membership::TagStore& tags;
  RunStore& runs;
  catalog::CatalogStore& versions;
  std::function<void(std::string_view)> progress = {};
};

/// The pins of a request: resolves T (without refused tags), their rule versions (those that a
/// changed text or expiry will get) and the manifest of the files. Refuses a tag that is not there
/// or not active (kRunTag), an as_of older than a published one of a tag in T (kRunRewind), --days
/// without a usable changed_at column (kRunDays).
struct Pinned {
  Pins pins;
  std::vector<HeldTag> held;                       // refused, with their dependants
  std::vector<catalog::RuleVersion> new_versions;  // to be recorded with the plan
};
base::Result<Pinned> pin(const Workplace& place, const Request& request, const std::string& actor,
                         const std::string& commit);

/// What may pass the guards.
struct Consent {
  std::vector<std::string> accept;  // names of Trips
  bool is_shown = false;            // the plan is only shown: a changed rule need not be accepted
};

/// A plan with what stood in its way. Tags whose guards tripped and are not accepted stand among
/// plan.summary.held with their dependants, and the change set is without them.
struct PlanOutcome {
  Plan plan;
  std::vector<Trip> run_trips;  // not accepted: nothing of the plan may be published
  std::vector<Trip> to_accept;  // of changed rules, where the plan is only shown
};

/// Evaluates U x T, compares it with the store, judges, and writes the change set to
/// `change_set_path`, whose folder must exist. Writes nothing else.
///
/// An incremental run whose tables, rules, day and manual edits are those of the last run of its
/// tags reads nothing and changes nobody.
///
/// Fails with kRunAccept where `accept` names no guard of this project, kCancelled on an interrupt,
/// and with what reader and stores say.
base::Result<PlanOutcome> make_plan(const Workplace& place, const Pinned& pinned,
                                    const Consent& consent, const std::string& change_set_path);

}  // namespace tagsmith::run
