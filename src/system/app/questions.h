#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/checked_project.h"
#include "app/wiring.h"

namespace tagsmith::app {

/// The options of `tagsmith why`, as written.
struct WhyOptions {
  ProjectOptions project;
  std::string user;
  std::string tag;    // code or id; empty: all
  std::string at;     // --at; empty: now
  std::string as_of;  // --as-of; empty: the day of --dt, else today in the project's zone
  std::string day;    // --dt; empty: the newest partition
  bool live = false;
  Resources resources;
};

/// Each gives the exit code.

/// Explains why a user has tags or not.
int why(const WhyOptions& options);

struct UsersOptions {
  ProjectOptions project;
  std::string expression;
  bool count = false;
  std::string out;  // --out; empty: stdout
  std::string at;
  bool live = false;
};

/// Lists the users that have tags, or counts them.
int users(const UsersOptions& options);

struct HistoryOptions {
  ProjectOptions project;
  std::string user;
};

/// Lists everything that a user gained and lost.
int history(const HistoryOptions& options);

struct FeedOptions {
  ProjectOptions project;
  std::uint64_t after = 0;
  std::optional<std::uint64_t> limit;
  bool live = false;
};

/// Prints the change feed; without `live` it ends before the first row of a run that publishes, so
/// that who goes on from the last row misses nothing.
int feed(const FeedOptions& options);

/// Lists the tags with their members and states.
int tags_list(const ProjectOptions& options);

/// Tells how the store is: 0 healthy, 3 something is held or unfinished, 1 the store failed.
int health(const ProjectOptions& options);

}  // namespace tagsmith::app
