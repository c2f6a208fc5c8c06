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
  std::vector<std::string> tags;                  // codes or ids; empty: all
  std::optional<std::vector<std::string>> users;  // ids; nothing: all
  bool rewind = false;                            // as_of may be older than a published one
  std::vector<std::string> accept;                // names of Trips
};

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
  const catalog::CatalogStore& versions;
  std::function<void(std::string_view)> progress = {};
};

/// The pins of a request: resolves T (without refused and frozen tags), their rule versions (those
/// that a changed text or expiry will get) and the manifest of the files. Refuses an unknown tag,
/// an as_of older than a published one of a tag in T (E_RUN_REWIND, names it), --days without a
/// changed_at column (E_RUN_DAYS).
struct Pinned {
  Pins pins;
  std::vector<HeldTag> held;                       // refused and frozen, with their dependants
  std::vector<catalog::RuleVersion> new_versions;  // to be recorded with the plan
};
base::Result<Pinned> pin(const Workplace& place, const Request& request, const std::string& actor,
                         const std::string& commit);

/// Evaluates U x T, compares it with the store, writes the change set to `change_set_path`, and
/// judges: tags whose guards trip and are not accepted leave the plan with their dependants (their
/// users' results are taken without them) and stand among `held`. `run_trips` are those of the
/// whole run that are not accepted: nothing of the plan may be published then.
struct PlanOutcome {
  Plan plan;
  std::vector<Trip> run_trips;
};
base::Result<PlanOutcome> make_plan(const Workplace& place, const Pinned& pinned,
                                    const std::vector<std::string>& accept,
                                    const std::string& change_set_path);

}  // namespace tagsmith::run
