#include "scenario.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "adapters/sqlite/database.h"
#include "base/assert.h"
#include "base/standing_clock_test.h"
#include "lease/lease.h"
#include "power_cut_disk.h"
#include "run/change_set.h"
#include "run/publish.h"
#include "run/publisher.h"
#include "run/small_chunks_test.h"
#include "run/standing.h"
#include "store/store.h"

namespace tagsmith::crash {
namespace {

using membership::ManualEdit;
using membership::Micros;
using membership::PublishCounts;
using membership::RuleResult;

constexpr Micros kYesterday = 1'763'800'000'000'000;
constexpr Micros kDay = 86'400'000'000;
constexpr Micros kToday = kYesterday + kDay;
constexpr size_t kUsersOfAChunk = 3;

RuleResult user(std::string id, std::vector<std::int32_t> tags,
                const std::vector<std::int32_t>& entered = {}) {
  RuleResult result{
      .user_id = std::move(id), .in_input = true, .tags = std::move(tags), .evidence = {}};
  for (const std::int32_t tag : entered) {
    result.evidence.push_back({tag, fmt::format(R"({{"age":{}}})", 20 + tag), "age > 18"});
  }
  return result;
}

RuleResult gone(std::string id) {
  return {.user_id = std::move(id), .in_input = false, .tags = {}, .evidence = {}};
}

ManualEdit edit(std::string user_id, std::int32_t tag_id, ManualEdit::Kind kind,
                std::optional<Micros> expires_at = std::nullopt) {
  return {.user_id = std::move(user_id),
          .tag_id = tag_id,
          .kind = kind,
          .actor = "ann",
          .reason = "asked for",
          .made_at = kYesterday + 1,
          .expires_at = expires_at};
}

run::Plan plan_of(Micros started_at, int rule_version) {
  run::Plan plan;
  plan.pins.as_of = static_cast<std::int32_t>(started_at / kDay);
  plan.pins.started_at = started_at;
  plan.pins.tags = {{.tag_id = 1, .rule_version = rule_version},
                    {.tag_id = 2, .rule_version = 1},
                    {.tag_id = 3, .rule_version = 1}};
  return plan;
}

catalog::RuleVersion version_of(std::int32_t tag_id, int number, Micros recorded) {
  return {.tag_id = tag_id,
          .number = number,
          .code = fmt::format("tag{}", tag_id),
          .text = fmt::format("age > {}", number),
          .grant_days = std::nullopt,
          .actor = "ann",
          .commit = "c0ffee",
          .recorded_micros = recorded};
}

std::vector<RuleResult> users_of_yesterday() {
  return {user("u01", {1}, {1}),       user("u02", {2}, {2}), user("u03", {1, 2}, {1, 2}),
          user("u04", {1}, {1}),       user("u05", {1}, {1}), user("u06", {1, 2, 4}, {1, 2, 4}),
          user("u07", {2, 4}, {2, 4}), user("u08", {1}, {1})};
}

std::vector<RuleResult> users_of_today() {
  return {
      user("u01", {2}, {2}),     // loses 1, gains 2
      user("u02", {2}),          // the grant of 3 has ended
      user("u03", {1, 2}),       // 1 is blocked
      user("u04", {1, 2}, {2}),  // gains 2, keeps the grant of 3
      user("u05", {1}),          // the grant of 1 comes to the rule: another source
      gone("u06"),               // loses 1 and 2; 4 is not of this run
      user("u07", {2, 3}, {3}),  // gains 3
      user("u09", {1}, {1}),     // new
      user("u10", {}),           // new, and without a tag: no row
      user("u11", {1, 2, 3}, {1, 2, 3}),
      user("用户", {2}, {2}),
  };
}

// Makes the change set of a run, and its plan complete.
base::Result<run::Plan> plan(run::Plan plan, const std::vector<RuleResult>& users,
                             const std::string& path) {
  auto writer = TAGSMITH_TRY(run::write_change_set(path, run::to_json(plan.pins)));
  for (const RuleResult& one : users) {
    TAGSMITH_TRY(writer->append(one));
  }
  plan.change_set = path;
  plan.change_set_hash = TAGSMITH_TRY(writer->finish());
  plan.summary.users = users.size();
  plan.summary.changed_users = users.size();
  for (const run::PinnedTag& tag : plan.pins.tags) {
    plan.summary.tags.push_back({.tag_id = tag.tag_id, .code = fmt::format("tag{}", tag.tag_id)});
  }
  plan.summary.held = {{.tag_id = 4,
                        .code = "tag4",
                        .cause = run::HeldTag::Cause::kGuard,
                        .why = "would lose all",
                        .accept = "to_zero:tag4"}};
  return plan;
}

std::string cell(const store::SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return std::to_string(*number);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return fmt::format("{}", *real);
  }
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? "'" + *text + "'" : "null";
}

std::vector<std::vector<store::SqlValue>> rows_of(store::SqlConnection& connection,
                                                  const std::string& sql) {
  std::vector<std::vector<store::SqlValue>> all;
  const auto rows = connection.query(sql, {}).value();
  while (auto row = rows->next().value()) {
    all.push_back(*std::move(row));
  }
  return all;
}

}  // namespace

Scenario::Scenario(std::string folder) : folder_(std::move(folder)) {
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  make_yesterday();
  yesterday_ = bytes_of(database_path());
}

void Scenario::reset() const {
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  std::ofstream(database_path(), std::ios::binary) << yesterday_;
}

std::shared_ptr<store::SqlDatabase> Scenario::database() const {
  return sqlite::database(database_path());
}

void Scenario::make_yesterday() const {
  const auto store = store::open(database(), /*create=*/true).value();
  base::StandingClock clock(kYesterday);
  run::Plan first = plan_of(kYesterday, 1);
  first.pins.tags.push_back({.tag_id = 4, .rule_version = 1});
  const std::int64_t id = store->runs().begin(first.pins, "ann").value();
  first = plan(first, users_of_yesterday(), folder_ + "/yesterday.changes").value();
  first.summary.held.clear();
  std::vector<catalog::RuleVersion> versions;
  for (const std::int32_t tag : {1, 2, 3, 4}) {
    versions.push_back(version_of(tag, 1, kYesterday));
  }
  publish(*store, id, first, versions, clock, nullptr).value();
  membership::EditRequest edits;
  edits.set = {edit("u02", 3, ManualEdit::Kind::kGrant, kToday - 1),
               edit("u03", 1, ManualEdit::Kind::kBlock), edit("u04", 3, ManualEdit::Kind::kGrant),
               edit("u05", 1, ManualEdit::Kind::kGrant, kToday + kDay),
               edit("u08", 1, ManualEdit::Kind::kBlock, kToday + kDay)};
  edits.stamp.time = kYesterday + 1;
  store->tags().edit(edits).value();
}

base::Result<PublishCounts> Scenario::publish(store::Store& store, std::int64_t run_id,
                                              const run::Plan& plan,
                                              const std::vector<catalog::RuleVersion>& versions,
                                              base::Clock& clock,
                                              std::uint64_t* acknowledged) const {
  run::PublishPorts ports{
      .tags = store.tags(),
      .runs = store.runs(),
      .leases = store.leases(),
      .reconnect = [&] { return store.reconnect(); },
      .clock = clock,
      .holder = lease::new_holder(),
      .beat = {},
      .progress =
          [&](std::uint64_t, std::uint64_t) {
            if (acknowledged != nullptr) {
              ++*acknowledged;
            }
          },
      .interrupted = [] { return false; },
      .open_change_set = [](const std::string& path, const std::string& hash)
          -> base::Result<std::unique_ptr<run::ChangeSetReader>> {
        auto real = TAGSMITH_TRY(run::read_change_set(path, hash));
        return std::unique_ptr<run::ChangeSetReader>(
            std::make_unique<run::SmallChunks>(std::move(real), kUsersOfAChunk));
      }};
  return run::publish(ports, run_id, plan, versions);
}

base::Result<PublishCounts> Scenario::run(std::shared_ptr<store::SqlDatabase> database,
                                          std::uint64_t* acknowledged) const {
  base::StandingClock clock(kToday);
  const auto store = TAGSMITH_TRY(store::open(std::move(database), /*create=*/false));
  const run::Plan today = plan_of(kToday, 2);
  run::Standing found = TAGSMITH_TRY(run::standing(store->runs(), today.pins));
  std::int64_t id = found.record ? found.record->id : 0;
  switch (found.kind) {
    case run::Standing::Kind::kPublished:
      return found.record->progress.counts;
    case run::Standing::Kind::kPublishing: {
      const run::RunRecord& record = *found.record;
      return publish(*store, id,
                     {.pins = record.pins,
                      .summary = *record.plan,
                      .change_set = record.change_set,
                      .change_set_hash = record.change_set_hash},
                     {}, clock, acknowledged);
    }
    case run::Standing::Kind::kNew:
      id = TAGSMITH_TRY(store->runs().begin(today.pins, "ann"));
      break;
    case run::Standing::Kind::kPinned:
      break;
    case run::Standing::Kind::kAnother:
      return base::internal_error("another run is unfinished");
  }
  const run::Plan planned = TAGSMITH_TRY(plan(today, users_of_today(), change_set_path()));
  return publish(*store, id, planned, {version_of(1, 2, kToday)}, clock, acknowledged);
}

base::Result<PublishCounts> Scenario::abandon() const {
  base::StandingClock clock(kToday);
  const auto store = TAGSMITH_TRY(store::open(database(), /*create=*/false));
  const auto unfinished = TAGSMITH_TRY(store->runs().unfinished());
  TAGSMITH_ASSERT(unfinished.has_value());
  const lease::Fence fence =
      TAGSMITH_TRY(lease::acquire(store->leases(), std::string(run::kPublishLease),
                                  lease::new_holder(), 2 * lease::kPatienceMicros, clock));
  const PublishCounts counts = TAGSMITH_TRY(store->runs().abandon(fence, unfinished->id, kToday));
  TAGSMITH_TRY(store->leases().release(fence));
  return counts;
}

std::string Scenario::dump() const {
  const auto connection = database()->connect().value();
  std::string text;
  const std::set<std::string> leases{"tagsmith_fences", "tagsmith_heartbeats"};
  for (const auto& table :
       rows_of(*connection, "select name from sqlite_master where type = 'table' order by name")) {
    const std::string name = std::get<std::string>(table.at(0));
    if (leases.contains(name)) {
      continue;
    }
    std::vector<std::string> lines;
    for (const auto& row : rows_of(*connection, "select * from " + name)) {
      std::string line = name;
      for (const store::SqlValue& value : row) {
        line += " " + cell(value);
      }
      lines.push_back(std::move(line));
    }
    std::ranges::sort(lines);
    for (const std::string& line : lines) {
      text += line + "\n";
    }
  }
  return text;
}

std::string new_folder(const std::string& name) {
  const std::filesystem::path memory = "/dev/shm";
  const auto parent =
      access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
  return (parent / fmt::format("tagsmith_{}_{}", name, getpid())).string();
}

std::vector<std::string> steps_of(const std::vector<std::string>& trail) {
  const auto has = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  // What a transaction is for is known from one statement in it.
  const auto purpose = [&](size_t begin) -> std::string {
    static const std::vector<std::pair<std::string_view, std::string>> signs = {
        {"set chunks = chunks + 1", "chunk"},     {"insert into tagsmith_runs", "pins"},
        {"state = 'publishing'", "plan"},         {"state = 'published'", "finish"},
        {"tagsmith_fences set epoch", "lease"},   {"insert into tagsmith_fences", "lease"},
        {"tagsmith_fences set holder", "release"}};
    for (size_t i = begin; i < trail.size() && trail[i] != "commit"; ++i) {
      for (const auto& [sign, name] : signs) {
        if (has(trail[i], sign)) {
          return name;
        }
      }
    }
    return "?";
  };
  std::vector<std::string> steps;
  std::string transaction;
  std::string letter;
  bool pinned = false;
  for (size_t i = 0; i < trail.size(); ++i) {
    const std::string& what = trail[i];
    if (what == "begin") {
      transaction = purpose(i);
      pinned = pinned || transaction == "pins";
      letter = "a";
    }
    if (has(what, "sync f") || what == "rename file") {
      steps.emplace_back("change set");
    } else if (transaction == "chunk") {
      letter = has(what, " from user_tags")        ? "b"
               : has(what, "from tagsmith_manual") ? "c"
               : has(what, "user_tags set") || has(what, "into user_tags") ||
                       has(what, "tagsmith_rewrites")
                   ? "e"
               : has(what, "tagsmith_feed")           ? "f"
               : has(what, "set chunks = chunks + 1") ? "g"
                                                      : letter;
      steps.push_back(letter);
    } else if (!transaction.empty()) {
      steps.push_back(transaction);
    } else {
      steps.emplace_back(!pinned ? "open" : has(what, "tagsmith_fences") ? "lease" : "read");
    }
    if (what == "commit") {
      transaction.clear();
    }
  }
  return steps;
}

std::string figures(const std::vector<std::string>& steps) {
  std::map<std::string, int> counts;
  for (const std::string& step : steps) {
    ++counts[step];
  }
  std::string text;
  for (const auto& [step, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", step, count);
  }
  return text;
}

}  // namespace tagsmith::crash
