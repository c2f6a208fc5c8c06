#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "run/planner.h"
#include "scratch/folder.h"
#include "store/faulty_database_test.h"
#include "store/store.h"
#include "world.h"

namespace tagsmith::metamorphic {

/// Who makes runs over a world with a store of its own, as `tagsmith run` does.
class Shop {
 public:
  Shop();

  [[nodiscard]] store::Store& store() { return *store_; }
  [[nodiscard]] store::FaultyDatabase& database() { return *database_; }

  /// As a process that starts anew.
  void reopen();

  /// A shop with a store that is the same, to the byte.
  [[nodiscard]] std::unique_ptr<Shop> copy();

  struct Run {
    run::PlanOutcome outcome;
    membership::PublishCounts counts;
    bool is_held = false;  // by a guard of the run
  };

  /// Pins and plans, publishes nothing.
  base::Result<run::PlanOutcome> plan(const World& world, const run::Request& request,
                                      const run::Consent& consent);

  /// The whole run, or the rest of one with the same pins.
  base::Result<Run> run(const World& world, const run::Request& request,
                        const run::Consent& consent);

  /// Publishes the rest of a run whose plan is stored.
  base::Result<membership::PublishCounts> resume(const run::RunRecord& record);

  base::Result<membership::PublishCounts> abandon(std::int64_t run_id, Micros now);

  /// Rows of the tables come in an order that this number says; 0: by user.
  void set_row_order(std::uint64_t seed) { row_order_ = seed; }

 private:
  class Place;
  base::Result<membership::PublishCounts> publish(
      std::int64_t run_id, const run::Plan& plan,
      const std::vector<catalog::RuleVersion>& new_versions);

  scratch::Folder folder_{scratch::Folder::Where::kMemory};
  std::shared_ptr<store::FaultyDatabase> database_;
  std::unique_ptr<store::Store> store_;
  std::uint64_t row_order_ = 0;
};

}  // namespace tagsmith::metamorphic
