#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/checked_project.h"
#include "app/wiring.h"

namespace tagsmith::app {

/// The options that `tagsmith plan` and `tagsmith run` share, as written.
struct WorkOptions {
  ProjectOptions project;
  std::string tags;   // --tags A,B: codes or ids; empty: all
  std::string users;  // --users U1,U2 or @FILE; empty: all
  std::string as_of;  // empty: the day of --dt, else today in the project's zone
  std::string day;    // --dt; empty: as_of
  std::string mode;   // "full" or "incremental"; empty: full, incremental with --days
  std::optional<int> days;
  std::string started_at;  // empty: now
  std::string actor;       // empty: see actor_of()
  std::vector<std::string> accept;
  bool skip_refused = false;
  bool rewind = false;
  bool stages = false;
  Resources resources;
};

/// The options of `tagsmith plan`.
struct PlanOptions {
  WorkOptions work;
  std::string save;       // the file that keeps the plan; empty: none
  size_t users_told = 0;  // --why: of each tag, of those who enter and of those who leave
};

/// The options of `tagsmith run`.
struct RunOptions {
  WorkOptions work;
  std::string plan_file;  // --plan; empty: a plan of its own
  bool yes = false;       // publish changed rules without being asked
  bool verify = false;    // first compare the store with its feed
};

/// Shows what a run would change; writes nothing but the file of --save. Gives the exit code.
int plan(const PlanOptions& options);

/// Plans, judges and publishes, or goes on with a run that was cut off. Gives the exit code.
int run_tags(const RunOptions& options);

}  // namespace tagsmith::app
