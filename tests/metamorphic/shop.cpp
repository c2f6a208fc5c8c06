#include "shop.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <random>
#include <utility>

#include "adapters/sqlite/database.h"
#include "base/standing_clock_test.h"
#include "catalog/checked_catalog.h"
#include "dataset/data_set.h"
#include "dataset/memory_reader_test.h"
#include "model.h"
#include "run/change_set.h"
#include "run/publish.h"
#include "run/publisher.h"
#include "run/small_chunks_test.h"
#include "run/standing.h"

namespace tagsmith::metamorphic {
namespace {

using membership::PublishCounts;

std::vector<dataset::MemoryTable> memory_tables(const World& world, std::uint64_t order) {
  std::vector<dataset::MemoryTable> tables;
  for (const Table& table : world.tables) {
    dataset::MemoryTable& made = tables.emplace_back(dataset::MemoryTable{
        .database = "", .name = table.name, .columns = table.columns, .rows = {}});
    for (const auto& [user, cells] : table.rows) {
      made.rows.push_back({user, cells});
    }
    for (std::uint64_t i = 0; i < table.null_keys; ++i) {
      made.rows.push_back({std::nullopt, std::vector<column::Value>(table.columns.size())});
    }
    if (order != 0) {
      std::mt19937_64 engine(order);
      std::ranges::shuffle(made.rows, engine);
    }
  }
  return tables;
}

// A name that says what is in the table, as a file's size and time of change do.
std::string file_name(const Table& table) {
  std::string text;
  for (const auto& [user, cells] : table.rows) {
    text += user;
    for (size_t i = 0; i < cells.size(); ++i) {
      text += " " + column::to_text(cells[i], table.columns[i].type);
    }
    text += '\n';
  }
  return fmt::format("{}.{}.{:016x}", table.name, table.null_keys, std::hash<std::string>()(text));
}

}  // namespace

// What a run works on, and all that it refers to.
class Shop::Place {
 public:
  Place(Shop& shop, const World& world)
      : reader_(memory_tables(world, shop.row_order_)),
        catalog_{.categories = {}, .tags = world.tags},
        guards_(world.guards),
        population_(world.population),
        store_(*shop.store_) {
    std::vector<dataset::TableSource> sources = reader_.sources();
    for (size_t i = 0; i < sources.size(); ++i) {
      const std::string name = file_name(world.tables[i]);
      const std::string path = shop.folder_.path(name);
      if (!std::filesystem::exists(path)) {
        shop.folder_.put(name, "");
      }
      sources[i].format = dataset::TableSource::Format::kCsv;
      sources[i].files = {path};
    }
    data_ = dataset::describe(reader_, sources).value();
    checked_ = catalog::check_catalog(catalog_, data_.schema, {});
  }

  [[nodiscard]] run::Workplace get() {
    return {.reader = reader_,
            .data = data_,
            .population = population_,
            .changed_at = {{"people", kChangedAt}},
            .catalog = catalog_,
            .checked = checked_,
            .guards = guards_,
            .tags = store_.tags(),
            .runs = store_.runs(),
            .versions = store_.catalog()};
  }

 private:
  dataset::MemoryReader reader_;
  dataset::DataSet data_;
  catalog::Catalog catalog_;
  catalog::CheckedCatalog checked_;
  catalog::RunGuards guards_;
  std::string population_;
  store::Store& store_;
};

Shop::Shop()
    : database_(
          std::make_shared<store::FaultyDatabase>(sqlite::database(folder_.path("tags.db")))) {
  store_ = store::open(database_, /*create=*/true).value();
}

void Shop::reopen() {
  database_->revive();
  store_.reset();
  store_ = store::open(database_, /*create=*/false).value();
}

std::unique_ptr<Shop> Shop::copy() {
  store_.reset();  // all of it in one file
  auto other = std::make_unique<Shop>();
  other->store_.reset();
  for (const std::string& name : folder_.names()) {
    std::filesystem::copy_file(folder_.path(name), other->folder_.path(name),
                               std::filesystem::copy_options::overwrite_existing);
  }
  reopen();
  other->reopen();
  return other;
}

base::Result<run::PlanOutcome> Shop::plan(const World& world, const run::Request& request,
                                          const run::Consent& consent) {
  Place place(*this, world);
  const run::Workplace workplace = place.get();
  const run::Pinned pinned = TAGSMITH_TRY(run::pin(workplace, request, "ann", "c0ffee"));
  return run::make_plan(workplace, pinned, consent, folder_.path("shown.changes"));
}

base::Result<Shop::Run> Shop::run(const World& world, const run::Request& request,
                                  const run::Consent& consent) {
  using Kind = run::Standing::Kind;
  Place place(*this, world);
  const run::Workplace workplace = place.get();
  run::Pinned pinned = TAGSMITH_TRY(run::pin(workplace, request, "ann", "c0ffee"));
  run::Standing found = TAGSMITH_TRY(run::standing(store_->runs(), pinned.pins));
  std::int64_t id = found.record ? found.record->id : 0;
  Run done;
  switch (found.kind) {
    case Kind::kNew:
      id = TAGSMITH_TRY(store_->runs().begin(pinned.pins, "ann"));
      break;
    case Kind::kPinned:
      pinned.pins = found.record->pins;
      break;
    case Kind::kPublishing:
      done.counts = TAGSMITH_TRY(resume(*found.record));
      return done;
    case Kind::kPublished:
      done.counts = found.record->progress.counts;
      return done;
    case Kind::kAnother:
      return base::internal_error("another run is unfinished");
  }
  done.outcome = TAGSMITH_TRY(
      run::make_plan(workplace, pinned, consent, folder_.path(fmt::format("{}.changes", id))));
  if (!done.outcome.run_trips.empty()) {
    done.is_held = true;
    TAGSMITH_TRY(store_->runs().end_unpublished(
        id, run::RunState::kHeld, done.outcome.run_trips.front().message, request.started_at));
    return done;
  }
  done.counts = TAGSMITH_TRY(publish(id, done.outcome.plan, pinned.new_versions));
  return done;
}

base::Result<PublishCounts> Shop::resume(const run::RunRecord& record) {
  return publish(record.id,
                 {.pins = record.pins,
                  .summary = *record.plan,
                  .change_set = record.change_set,
                  .change_set_hash = record.change_set_hash},
                 {});
}

base::Result<PublishCounts> Shop::publish(std::int64_t run_id, const run::Plan& plan,
                                          const std::vector<catalog::RuleVersion>& new_versions) {
  base::StandingClock clock(plan.pins.started_at);
  const run::PublishPorts ports{
      .tags = store_->tags(),
      .runs = store_->runs(),
      .leases = store_->leases(),
      .reconnect = [&] { return store_->reconnect(); },
      .clock = clock,
      .holder = lease::new_holder(),
      .beat = {},
      .progress = {},
      .interrupted = [] { return false; },
      .open_change_set = [](const std::string& path, const std::string& hash)
          -> base::Result<std::unique_ptr<run::ChangeSetReader>> {
        auto real = TAGSMITH_TRY(run::read_change_set(path, hash));
        return std::unique_ptr<run::ChangeSetReader>(
            std::make_unique<run::SmallChunks>(std::move(real), kUsersOfAChunk));
      }};
  return run::publish(ports, run_id, plan, new_versions);
}

base::Result<PublishCounts> Shop::abandon(std::int64_t run_id, Micros now) {
  base::StandingClock clock(now);
  const lease::Fence fence =
      TAGSMITH_TRY(lease::acquire(store_->leases(), std::string(run::kPublishLease),
                                  lease::new_holder(), 2 * lease::kPatienceMicros, clock));
  auto counts = store_->runs().abandon(fence, run_id, now);
  if (counts) {
    TAGSMITH_TRY(store_->leases().release(fence));
  }
  return counts;
}

}  // namespace tagsmith::metamorphic
