// What publishing costs beside SQLite itself: the same rows written by bare statements.
// TAGSMITH_BENCH_USERS=1000000 for the size of the promise.

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "adapters/sqlite/database.h"
#include "store/store.h"

namespace tagsmith::sqlite {
namespace {

constexpr membership::Micros kStart = 1'700'000'000'000'000;
constexpr size_t kChunk = 10'000;
const std::vector<std::int32_t> kScope{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

size_t user_count() {
  const char* text = std::getenv("TAGSMITH_BENCH_USERS");  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? 20'000 : std::stoul(text);
}

std::string fresh_file() {
  std::string folder = std::filesystem::temp_directory_path() / "tagsmith-bench-XXXXXX";
  return std::string(::mkdtemp(folder.data())) + "/tags.db";
}

// Three tags a user, with evidence; `shift` moves the tags.
std::vector<membership::RuleResult> chunk_of(size_t first, size_t count, size_t shift) {
  std::vector<membership::RuleResult> users(count);
  for (size_t i = 0; i < count; ++i) {
    const size_t number = first + i;
    users[i].user_id = fmt::format("user-{:09}", number);
    const auto tag = static_cast<std::int32_t>((number + shift) % 8);
    for (std::int32_t id = tag + 1; id <= tag + 3; ++id) {
      users[i].tags.push_back(id);
      users[i].evidence.push_back({id, fmt::format(R"({{"age":{},"level":"VIP2"}})", number % 90),
                                   "age in_range [18, 30] and level in ('VIP2', 'VIP3')"});
    }
  }
  return users;
}

void publish(store::Store& store, size_t changed_percent, size_t shift, std::int64_t hour) {
  run::Pins pins{.partition = "2025-11-22", .started_at = kStart + hour * 3'600'000'000};
  membership::Stamp stamp{.run_id = store.runs().begin(pins, "bench").value(),
                          .time = pins.started_at};
  const std::uint64_t epoch = store.leases().read("publish").value().epoch;
  const lease::Fence fence = store.leases().take("publish", "bench", epoch).value();
  const run::Plan plan{.pins = pins, .change_set_hash = "x"};
  (void)store.runs().store_plan(fence, {.run_id = stamp.run_id, .plan = plan, .new_versions = {}});
  std::uint64_t number = 0;
  for (size_t first = 0; first < user_count(); first += kChunk) {
    const size_t count = std::min(kChunk, user_count() - first);
    std::vector<membership::RuleResult> users = chunk_of(first, count, 0);
    std::vector<membership::RuleResult> moved =
        chunk_of(first, count * changed_percent / 100, shift);
    std::ranges::move(moved, users.begin());
    (void)store.tags()
        .publish(
            {.fence = fence, .number = number++, .users = users, .scope = kScope, .stamp = stamp})
        .value();
  }
  (void)store.runs().finish(fence, stamp.run_id, pins.started_at);
}

void first_run(benchmark::State& state) {
  for (auto _ : state) {
    const std::string file = fresh_file();
    const auto store = store::open(database(file), true).value();
    publish(*store, 0, 0, 0);
    state.PauseTiming();
    std::filesystem::remove_all(std::filesystem::path(file).parent_path());
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(user_count()));
}

void later_run(benchmark::State& state) {
  const std::string file = fresh_file();
  const auto store = store::open(database(file), true).value();
  publish(*store, 0, 0, 0);
  size_t run = 0;
  for (auto _ : state) {
    ++run;
    publish(*store, static_cast<size_t>(state.range(0)), run % 2, static_cast<std::int64_t>(run));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(user_count()));
  std::filesystem::remove_all(std::filesystem::path(file).parent_path());
}

// The rows of a first run, without a thought: one prepared INSERT a row, the same transactions.
void bare_rows(benchmark::State& state) {
  for (auto _ : state) {
    const std::string file = fresh_file();
    (void)store::open(database(file), true).value();
    const auto connection = database(file)->connect().value();
    const std::string time = membership::time_text(kStart);
    std::int64_t seq = 0;
    for (size_t first = 0; first < user_count(); first += kChunk) {
      (void)connection->begin(true);
      for (const auto& user : chunk_of(first, std::min(kChunk, user_count() - first), 0)) {
        std::string ids;
        std::string details;
        for (const auto& evidence : user.evidence) {
          std::string detail = membership::to_json(
              {.value = evidence.value, .reason = evidence.reason, .hit_time = kStart});
          ids += fmt::format(",{}", evidence.tag_id);
          details += fmt::format("\"{}\":{},", evidence.tag_id, detail);
          const std::vector<store::SqlValue> row{++seq,
                                                 std::int64_t{1},
                                                 std::string("entered"),
                                                 user.user_id,
                                                 std::int64_t{evidence.tag_id},
                                                 std::move(detail),
                                                 kStart};
          (void)connection->execute("insert into tagsmith_feed values (?, ?, ?, ?, ?, ?, ?)", row);
        }
        const std::vector<store::SqlValue> row{user.user_id, std::move(ids), std::move(details),
                                               time, time};
        (void)connection->execute(
            "insert into user_tags (user_id, tag_ids, tag_details, created_time, updated_time) "
            "values (?, ?, ?, ?, ?)",
            row);
      }
      (void)connection->commit();
    }
    state.PauseTiming();
    std::filesystem::remove_all(std::filesystem::path(file).parent_path());
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(user_count()));
}

void read_users(benchmark::State& state) {
  const std::string file = fresh_file();
  const auto store = store::open(database(file), true).value();
  publish(*store, 0, 0, 0);
  for (auto _ : state) {
    const auto cursor = store->tags().users().value();
    while (const auto user = cursor->next().value()) {
      benchmark::DoNotOptimize(user->tags.size());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(user_count()));
  std::filesystem::remove_all(std::filesystem::path(file).parent_path());
}

BENCHMARK(bare_rows)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(first_run)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(later_run)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(read_users)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace tagsmith::sqlite
