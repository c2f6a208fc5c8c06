#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/assert.h"
#include "base/language.h"
#include "base/problem.h"
#include "store/dialect_internal.h"
#include "store/row_text_internal.h"
#include "store/stores_internal.h"
#include "store/user_rows_internal.h"

namespace tagsmith::store {
namespace {

using membership::FeedRow;
using membership::PublishCounts;
using run::Pins;
using run::RunRecord;
using run::RunState;
using run::TagState;

constexpr std::array<std::pair<RunState, std::string_view>, 6> kStates{{
    {RunState::kPinned, "pinned"},
    {RunState::kPublishing, "publishing"},
    {RunState::kPublished, "published"},
    {RunState::kHeld, "held"},
    {RunState::kFailed, "failed"},
    {RunState::kAbandoned, "abandoned"},
}};

std::string name_of(RunState state) {
  const auto* found =
      std::ranges::find(kStates, state, [](const auto& entry) { return entry.first; });
  TAGSMITH_ASSERT(found != kStates.end());
  return std::string(found->second);
}

RunState state_of(std::string_view name) {
  const auto* found =
      std::ranges::find(kStates, name, [](const auto& entry) { return entry.second; });
  TAGSMITH_ASSERT(found != kStates.end());
  return found->first;
}

constexpr std::string_view kSelectRun =
    "select run_id, state, pins, actor, plan, change_set, change_set_hash, chunks, rows_written, "
    "entered, lost, feed_before, ended_at, error, revert_below from tagsmith_runs ";

base::Result<RunRecord> read_run(SqlRow row) {
  const auto count = [&](size_t column) {
    return static_cast<std::uint64_t>(integer_of(row.at(column)));
  };
  RunRecord record{
      .id = integer_of(row.at(0)),
      .state = state_of(text_of(std::move(row.at(1)))),
      .pins = TAGSMITH_TRY(run::parse_pins(text_of(std::move(row.at(2))))),
      .actor = text_of(std::move(row.at(3))),
      .plan = std::nullopt,
      .change_set = text_of(std::move(row.at(5))),
      .change_set_hash = text_of(std::move(row.at(6))),
      .progress = {.chunks = count(7),
                   .counts = {.rows_written = count(8), .entered = count(9), .left = count(10)}},
      .feed_before = count(11),
      .ended_at = optional_integer_of(row.at(12)),
      .error = text_of(std::move(row.at(13)))};
  record.is_reverting =
      record.state == RunState::kPublishing && optional_integer_of(row.at(14)).has_value();
  if (const auto plan = optional_text_of(std::move(row.at(4)))) {
    record.plan = TAGSMITH_TRY(run::parse_plan_summary(*plan));
  }
  return record;
}

class RunStore final : public run::RunStore {
 public:
  explicit RunStore(Session& session) : session_(session) {}

  base::Result<std::optional<RunRecord>> unfinished() override {
    return first_run("where state in ('pinned', 'publishing') order by run_id limit 1", {});
  }

  base::Result<std::int64_t> begin(const Pins& pins, const std::string& actor) override {
    return in_transaction(connection(), [&]() -> base::Result<std::int64_t> {
      // Two that begin at the same time meet at this row.
      std::string sql = "select id from tagsmith_store where id = 1";
      sql += for_update(connection().dialect());
      TAGSMITH_TRY(first_row(connection(), sql, {}));
      auto other = TAGSMITH_TRY(first_row(
          connection(),
          "select run_id, state from tagsmith_runs where state in ('pinned', 'publishing')", {}));
      if (other) {
        return unfinished_run(integer_of(other->at(0)), text_of(std::move(other->at(1))));
      }
      TAGSMITH_TRY(check_drift());
      const auto last =
          TAGSMITH_TRY(first_row(connection(), "select max(run_id) from tagsmith_runs", {}));
      const std::int64_t id = optional_integer_of(last->at(0)).value_or(0) + 1;
      const SqlRow values{id, run::to_json(pins), std::int64_t{0}, actor};
      TAGSMITH_TRY(connection().execute(
          "insert into tagsmith_runs (run_id, state, pins, is_full, actor, change_set, "
          "change_set_hash, chunks, rows_written, entered, lost, feed_before, error) "
          "values (?, 'pinned', ?, ?, ?, '', '', 0, 0, 0, 0, 0, '')",
          values));
      return id;
    });
  }

  base::Status store_plan(const lease::Fence& fence, const run::PlanToStore& to_store) override {
    return in_transaction(connection(), [&]() -> base::Status {
      TAGSMITH_TRY(check_fence(connection(), session_.name, fence));
      const RunRecord record = TAGSMITH_TRY(locked_run(to_store.run_id));
      const run::Plan& plan = to_store.plan;
      if (record.state == RunState::kPublishing && record.change_set_hash == plan.change_set_hash) {
        return {};  // done before, and the answer was lost
      }
      if (record.state != RunState::kPinned) {
        return wrong_state(record.id, name_of(record.state), "pinned", session_.name);
      }
      for (const catalog::RuleVersion& version : to_store.new_versions) {
        TAGSMITH_TRY(insert(version));
      }
      const auto head = TAGSMITH_TRY(
          first_row(connection(), "select seq from tagsmith_feed_head where id = 1", {}));
      const SqlRow values{run::to_json(plan.pins),
                          std::int64_t{run::looked_at_everybody(plan)},
                          run::to_json(plan.summary),
                          plan.change_set,
                          plan.change_set_hash,
                          head->at(0),
                          record.id};
      TAGSMITH_TRY(connection().execute(
          "update tagsmith_runs set state = 'publishing', pins = ?, is_full = ?, plan = ?, "
          "change_set = ?, change_set_hash = ?, feed_before = ? where run_id = ?",
          values));
      return {};
    });
  }

  base::Status finish(const lease::Fence& fence, std::int64_t run_id,
                      membership::Micros ended_at) override {
    return in_transaction(connection(), [&]() -> base::Status {
      TAGSMITH_TRY(check_fence(connection(), session_.name, fence));
      const RunRecord record = TAGSMITH_TRY(locked_run(run_id));
      if (record.state == RunState::kPublished) {
        return {};
      }
      if (record.state != RunState::kPublishing) {
        return wrong_state(run_id, name_of(record.state), "publishing", session_.name);
      }
      const SqlRow values{ended_at, run_id};
      const std::int64_t written = TAGSMITH_TRY(connection().execute(
          "update tagsmith_runs set state = 'published', ended_at = ? where run_id = ? "
          "and revert_below is null",
          values));
      if (written == 0) {
        return wrong_state(run_id, "being abandoned", "publishing", session_.name);
      }
      const SqlRow key{run_id};
      TAGSMITH_TRY(connection().execute("delete from tagsmith_rewrites where run_id = ?", key));
      TAGSMITH_TRY(write_tag_states(record));
      Writing writing(connection(), run_id, record.pins.started_at);
      TAGSMITH_TRY(writing.end(FeedRow::Kind::kPublished));
      return {};
    });
  }

  base::Status end_unpublished(std::int64_t run_id, RunState state, const std::string& error,
                               membership::Micros ended_at) override {
    TAGSMITH_ASSERT(state == RunState::kFailed || state == RunState::kHeld);
    return in_transaction(connection(), [&]() -> base::Status {
      const RunRecord record = TAGSMITH_TRY(locked_run(run_id));
      if (record.state == state) {
        return {};
      }
      if (record.state != RunState::kPinned) {
        return wrong_state(run_id, name_of(record.state), "pinned", session_.name);
      }
      const SqlRow values{name_of(state), error, ended_at, run_id};
      TAGSMITH_TRY(connection().execute(
          "update tagsmith_runs set state = ?, error = ?, ended_at = ? where run_id = ?", values));
      return {};
    });
  }

  base::Result<PublishCounts> abandon(const lease::Fence& fence, std::int64_t run_id,
                                      membership::Micros now) override {
    return store::abandon(session_, fence, run_id, now);
  }

  base::Result<std::vector<RunRecord>> runs(size_t count_max) override {
    const std::string sql = std::string(kSelectRun) + "order by run_id desc limit ?";
    const SqlRow parameters{static_cast<std::int64_t>(count_max)};
    std::vector<RunRecord> records;
    for (SqlRow& row : TAGSMITH_TRY(all_rows(connection(), sql, parameters))) {
      records.push_back(TAGSMITH_TRY(read_run(std::move(row))));
    }
    return records;
  }

  base::Result<std::optional<RunRecord>> run(std::int64_t id) override {
    const SqlRow key{id};
    return first_run("where run_id = ?", key);
  }

  base::Result<std::optional<RunRecord>> last_published(bool full) override {
    const SqlRow parameters{std::int64_t{full}};
    return first_run("where state = 'published' and is_full >= ? order by run_id desc limit 1",
                     parameters);
  }

  base::Result<std::vector<TagState>> tag_states() override {
    std::vector<TagState> states;
    for (SqlRow& row :
         TAGSMITH_TRY(all_rows(connection(),
                               "select tag_id, last_run, last_as_of, last_rule_version, stale "
                               "from tagsmith_tag_states order by tag_id",
                               {}))) {
      states.push_back({.tag_id = static_cast<std::int32_t>(integer_of(row.at(0))),
                        .last_run = integer_of(row.at(1)),
                        .last_as_of = static_cast<std::int32_t>(integer_of(row.at(2))),
                        .last_rule_version = static_cast<int>(integer_of(row.at(3))),
                        .stale = optional_text_of(std::move(row.at(4)))});
    }
    return states;
  }

  base::Result<std::map<std::int32_t, std::uint64_t>> member_counts() override {
    const auto rows =
        TAGSMITH_TRY(connection().query("select user_id, tag_ids from user_tags", {}));
    std::map<std::int32_t, std::uint64_t> counts;
    while (auto row = TAGSMITH_TRY(rows->next())) {
      const auto ids = read_tag_ids(text_of(std::move(row->at(1))));
      if (!ids) {
        return drift(base::message("the row of user {} cannot be read",
                                   base::quote(text_of(std::move(row->at(0))))),
                     session_.name);
      }
      for (const std::int32_t id : *ids) {
        ++counts[id];
      }
    }
    return counts;
  }

 private:
  SqlConnection& connection() { return *session_.connection; }

  base::Result<std::optional<RunRecord>> first_run(std::string_view rest,
                                                   std::span<const SqlValue> parameters) {
    auto row = TAGSMITH_TRY(
        first_row(connection(), std::string(kSelectRun) + std::string(rest), parameters));
    if (!row) {
      return std::optional<RunRecord>();
    }
    return std::optional(TAGSMITH_TRY(read_run(std::move(*row))));
  }

  base::Result<RunRecord> locked_run(std::int64_t run_id) {
    std::string rest = "where run_id = ?";
    rest += for_update(connection().dialect());
    const SqlRow key{run_id};
    auto record = TAGSMITH_TRY(first_run(rest, key));
    if (!record) {
      return unknown_run(run_id, session_.name);
    }
    return std::move(*record);
  }

  base::Error unfinished_run(std::int64_t run_id, const std::string& state) {
    return {
        .code = base::ErrorCode::kConflict,
        .message = base::message("run {} is not finished: it is {}", run_id, base::tr(state)),
        .symbol = "E_RUN_UNFINISHED",
        .path = session_.name,
        .hint = base::message("start the same run again to finish it, or give it up: tagsmith runs "
                              "abandon {}",
                              run_id)};
  }

  // What our last transaction left in the serving table must be there still (PROTOCOLS 1).
  base::Status check_drift() {
    std::string sql = "select user_rows, updated_time from tagsmith_feed_head where id = 1";
    sql += for_update(connection().dialect());
    auto head = TAGSMITH_TRY(first_row(connection(), sql, {}));
    auto found = TAGSMITH_TRY(
        first_row(connection(), "select count(*), max(updated_time) from user_tags", {}));
    const std::int64_t rows_wanted = integer_of(head->at(0));
    const std::int64_t rows = integer_of(found->at(0));
    const std::string updated_wanted = text_of(std::move(head->at(1)));
    const std::string updated = optional_text_of(std::move(found->at(1))).value_or("");
    if (rows == rows_wanted && updated == updated_wanted) {
      return {};
    }
    std::set<std::string> users;
    const SqlRow newest{updated_wanted};
    TAGSMITH_TRY(
        add_users(users, "select user_id from user_tags where updated_time > ? limit 5", newest));
    TAGSMITH_TRY(add_users(users,
                           "select user_id from user_tags u where not exists "
                           "(select 1 from tagsmith_feed f where f.user_id = u.user_id) limit 5",
                           {}));
    TAGSMITH_TRY(add_users(users,
                           "select distinct user_id from tagsmith_feed f where user_id is not null "
                           "and not exists (select 1 from user_tags u where u.user_id = f.user_id) "
                           "limit 5",
                           {}));
    std::string message = base::message(
        "somebody else wrote to user_tags: {} rows (ours: {}), last change {} (ours: {})", rows,
        rows_wanted, updated.empty() ? "none" : updated,
        updated_wanted.empty() ? "none" : updated_wanted);
    if (!users.empty()) {
      message += base::message("; users {}", fmt::join(users, ", "));
    }
    return drift(std::move(message), session_.name);
  }

  base::Status add_users(std::set<std::string>& users, std::string_view sql,
                         std::span<const SqlValue> parameters) {
    for (SqlRow& row : TAGSMITH_TRY(all_rows(connection(), sql, parameters))) {
      users.insert(base::quote(text_of(std::move(row.at(0)))));
    }
    return {};
  }

  base::Status insert(const catalog::RuleVersion& version) {
    const SqlRow values{
        std::int64_t{version.tag_id},
        std::int64_t{version.number},
        version.code,
        version.text,
        version.grant_days ? SqlValue(std::int64_t{*version.grant_days}) : SqlValue(),
        version.actor,
        version.commit,
        version.recorded_micros};
    TAGSMITH_TRY(connection().execute(
        "insert into tagsmith_rule_versions (tag_id, number, code, rules, grant_days, actor, "
        "commit_id, recorded_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
        values));
    return {};
  }

  // Tags of T are fresh, held ones stale; the others are left alone.
  base::Status write_tag_states(const RunRecord& record) {
    std::map<std::int32_t, TagState> states;
    for (TagState& state : TAGSMITH_TRY(tag_states())) {
      states[state.tag_id] = std::move(state);
    }
    std::map<std::int32_t, TagState> changed;
    for (const run::PinnedTag& tag : record.pins.tags) {
      changed[tag.tag_id] = {.tag_id = tag.tag_id,
                             .last_run = record.id,
                             .last_as_of = record.pins.as_of,
                             .last_rule_version = run::asks_for_everybody(record.pins)
                                                      ? tag.rule_version
                                                      : states[tag.tag_id].last_rule_version,
                             .stale = std::nullopt};
    }
    for (const run::HeldTag& held : record.plan ? record.plan->held : std::vector<run::HeldTag>()) {
      TagState state =
          states.contains(held.tag_id) ? states[held.tag_id] : TagState{.tag_id = held.tag_id};
      state.stale = held.why;
      changed[held.tag_id] = std::move(state);
    }
    Inserter inserter(connection(),
                      "insert into tagsmith_tag_states (tag_id, last_run, last_as_of, "
                      "last_rule_version, stale) values",
                      5);
    for (const auto& [tag_id, state] : changed) {
      const SqlRow key{std::int64_t{tag_id}};
      TAGSMITH_TRY(connection().execute("delete from tagsmith_tag_states where tag_id = ?", key));
      TAGSMITH_TRY(
          inserter.add({std::int64_t{tag_id}, state.last_run, std::int64_t{state.last_as_of},
                        std::int64_t{state.last_rule_version}, value_of(state.stale)}));
    }
    return inserter.finish();
  }

  Session& session_;
};

}  // namespace

base::Error unknown_run(std::int64_t run_id, const std::string& store_name) {
  return {.code = base::ErrorCode::kNotFound,
          .message = base::message("there is no run {}", run_id),
          .symbol = "E_RUN_UNKNOWN",
          .path = store_name,
          .hint = base::tr("tagsmith runs list shows them")};
}

base::Error wrong_state(std::int64_t run_id, const std::string& state, const std::string& wanted,
                        const std::string& store_name) {
  return {
      .code = base::ErrorCode::kConflict,
      .message = base::message("run {} is {}, not {}", run_id, base::tr(state), base::tr(wanted)),
      .symbol = "E_RUN_STATE",
      .path = store_name,
      .hint = base::tr("tagsmith runs list shows what each run has come to")};
}

std::unique_ptr<run::RunStore> run_store(Session& session) {
  return std::make_unique<RunStore>(session);
}

}  // namespace tagsmith::store
