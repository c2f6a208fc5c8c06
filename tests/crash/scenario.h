#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/tag.h"
#include "membership/tag_store.h"
#include "run/plan.h"
#include "store/sql_connection.h"
#include "store/store.h"

namespace tagsmith::crash {

/// A store with yesterday's run, grants and blocks; and today's run over it, with every kind of
/// change: users that are new, change, stay, are gone from the input; a tag that is held; a grant
/// that ends, one that comes to a rule, a block. It has four chunks of three users.
class Scenario {
 public:
  /// Works in `folder`, which is emptied.
  explicit Scenario(std::string folder);

  /// Puts yesterday's store there, and nothing else.
  void reset() const;

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string database_path() const { return folder_ + "/tags.db"; }
  [[nodiscard]] std::string change_set_path() const { return folder_ + "/today.changes"; }
  [[nodiscard]] std::shared_ptr<store::SqlDatabase> database() const;

  /// What `tagsmith run` does with pins like these, from opening the store on: begins, goes on, or
  /// finds it done. `acknowledged` counts the chunks that were told to be published.
  base::Result<membership::PublishCounts> run(std::shared_ptr<store::SqlDatabase> database,
                                              std::uint64_t* acknowledged = nullptr) const;

  /// Takes the unfinished run back.
  base::Result<membership::PublishCounts> abandon() const;

  /// Every row of every table but the leases, one a line, sorted.
  [[nodiscard]] std::string dump() const;

 private:
  void make_yesterday() const;
  base::Result<membership::PublishCounts> publish(store::Store& store, std::int64_t run_id,
                                                  const run::Plan& plan,
                                                  const std::vector<catalog::RuleVersion>& versions,
                                                  base::Clock& clock,
                                                  std::uint64_t* acknowledged) const;

  std::string folder_;
  std::string yesterday_;  // the bytes of the database
};

/// A folder for a test, in memory where the system has one: what these tests end is processes or
/// disks of their own making, so no real disk has to keep up.
std::string new_folder(const std::string& name);

/// The step of the run that each point of a trail belongs to: "a" to "g" of a chunk (PROTOCOLS 1;
/// d is computed and touches nothing), or "open", "pins", "change set", "lease", "plan", "read",
/// "finish", "release".
std::vector<std::string> steps_of(const std::vector<std::string>& trail);

/// "open 3, pins 5, ...": how many points each step has.
std::string figures(const std::vector<std::string>& steps);

}  // namespace tagsmith::crash
