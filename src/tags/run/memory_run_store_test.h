#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "catalog/tag.h"
#include "lease/lease.h"
#include "membership/memory_store_test.h"
#include "run/run_store.h"

namespace tagsmith::run {

/// Runs and rule versions beside a MemoryStore, which holds the rows and the feed. Written for
/// clarity, as that one.
class MemoryRunStore : public RunStore, public catalog::CatalogStore {
 public:
  explicit MemoryRunStore(membership::MemoryStore& store) : store_(store) {}

  std::vector<RunRecord> records;  // run 1, 2, ...
  std::map<std::int32_t, TagState> states;
  std::vector<catalog::RuleVersion> versions;  // oldest first

  base::Result<std::optional<RunRecord>> unfinished() override {
    for (const RunRecord& record : records) {
      if (record.state == RunState::kPinned || record.state == RunState::kPublishing) {
        return run(record.id);
      }
    }
    return std::optional<RunRecord>();
  }

  base::Result<std::int64_t> begin(const Pins& pins, const std::string& actor) override {
    if (unfinished().value()) {
      return conflict("another run is unfinished");
    }
    records.push_back(
        {.id = static_cast<std::int64_t>(records.size()) + 1, .pins = pins, .actor = actor});
    return records.back().id;
  }

  base::Status store_plan(const lease::Fence& fence, const PlanToStore& plan) override {
    RunRecord& record = at(plan.run_id);
    if (store_.fences[fence.name].epoch != fence.epoch) {
      return membership::MemoryStore::fenced(fence);
    }
    if (record.state != RunState::kPinned) {
      return membership::MemoryStore::elsewhere("the run is not pinned");
    }
    record.state = RunState::kPublishing;
    record.pins = plan.plan.pins;
    record.plan = plan.plan.summary;
    record.change_set = plan.plan.change_set;
    record.change_set_hash = plan.plan.change_set_hash;
    record.feed_before = store_.events.size();
    versions.insert(versions.end(), plan.new_versions.begin(), plan.new_versions.end());
    return {};
  }

  base::Status finish(const lease::Fence& fence, std::int64_t run_id,
                      membership::Micros ended_at) override {
    RunRecord& record = at(run_id);
    if (store_.fences[fence.name].epoch != fence.epoch) {
      return membership::MemoryStore::fenced(fence);
    }
    if (record.state == RunState::kPublished) {
      return {};
    }
    if (record.state != RunState::kPublishing) {
      return membership::MemoryStore::elsewhere("the run is not publishing");
    }
    record.state = RunState::kPublished;
    record.ended_at = ended_at;
    for (const PinnedTag& tag : record.pins.tags) {
      if (std::ranges::find(record.plan->held, tag.tag_id, &HeldTag::tag_id) !=
          record.plan->held.end()) {
        continue;
      }
      states[tag.tag_id] = {.tag_id = tag.tag_id,
                            .last_run = run_id,
                            .last_as_of = record.pins.as_of,
                            .last_rule_version = asks_for_everybody(record.pins)
                                                     ? tag.rule_version
                                                     : states[tag.tag_id].last_rule_version};
    }
    for (const HeldTag& held : record.plan->held) {
      states[held.tag_id].tag_id = held.tag_id;
      states[held.tag_id].stale = held.why;
    }
    store_.tell({.run_id = run_id,
                 .kind = membership::FeedRow::Kind::kPublished,
                 .time = record.pins.started_at});
    return {};
  }

  base::Status end_unpublished(std::int64_t run_id, RunState state, const std::string& error,
                               membership::Micros ended_at) override {
    RunRecord& record = at(run_id);
    if (record.state != RunState::kPinned) {
      return membership::MemoryStore::elsewhere("the run is not pinned");
    }
    record.state = state;
    record.error = error;
    record.ended_at = ended_at;
    return {};
  }

  base::Result<membership::PublishCounts> abandon(const lease::Fence& fence, std::int64_t run_id,
                                                  membership::Micros now) override {
    using Kind = membership::FeedRow::Kind;
    if (store_.fences[fence.name].epoch != fence.epoch) {
      return membership::MemoryStore::fenced(fence);
    }
    membership::PublishCounts counts;
    std::set<std::pair<std::string, std::int32_t>> changed_since;
    std::set<std::string> written;
    const std::vector<membership::FeedRow> events = store_.events;
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      const std::pair place(event->user_id, event->tag_id);
      if (event->run_id != run_id) {
        changed_since.insert(place);
        continue;
      }
      if (changed_since.contains(place)) {
        continue;
      }
      membership::StoredUser& row = store_.rows[event->user_id];
      const bool entered = event->kind == Kind::kEntered;
      std::erase_if(row.tags, [&](const auto& tag) { return tag.tag_id == event->tag_id; });
      if (!entered) {
        row.tags.push_back({event->tag_id, event->detail});
        std::ranges::sort(row.tags, {}, &membership::StoredTag::tag_id);
      }
      row.updated_time = now;
      written.insert(event->user_id);
      ++(entered ? counts.left : counts.entered);
      store_.tell({.run_id = run_id,
                   .kind = entered ? Kind::kLeft : Kind::kEntered,
                   .user_id = event->user_id,
                   .tag_id = event->tag_id,
                   .detail = event->detail,
                   .time = now});
    }
    counts.rows_written = written.size();
    at(run_id).state = RunState::kAbandoned;
    at(run_id).ended_at = now;
    store_.tell({.run_id = run_id, .kind = Kind::kAbandoned, .time = now});
    return counts;
  }

  base::Result<std::vector<RunRecord>> runs(size_t count_max) override {
    std::vector<RunRecord> found;
    for (size_t i = records.size(); i > 0 && found.size() < count_max; --i) {
      found.push_back(*run(static_cast<std::int64_t>(i)).value());
    }
    return found;
  }

  base::Result<std::optional<RunRecord>> run(std::int64_t id) override {
    if (id < 1 || static_cast<size_t>(id) > records.size()) {
      return std::optional<RunRecord>();
    }
    RunRecord record = at(id);
    record.progress = store_.progress_of_run[id];
    return std::optional(std::move(record));
  }

  base::Result<std::optional<RunRecord>> last_published(bool full) override {
    for (size_t i = records.size(); i > 0; --i) {
      const RunRecord& record = records[i - 1];
      if (record.state == RunState::kPublished &&
          (!full || looked_at_everybody({.pins = record.pins, .summary = *record.plan}))) {
        return run(record.id);
      }
    }
    return std::optional<RunRecord>();
  }

  base::Result<std::vector<TagState>> tag_states() override {
    std::vector<TagState> all;
    for (const auto& [id, state] : states) {
      all.push_back(state);
    }
    return all;
  }

  base::Result<std::map<std::int32_t, std::uint64_t>> member_counts() override {
    std::map<std::int32_t, std::uint64_t> counts;
    for (const auto& [user_id, row] : store_.rows) {
      for (const membership::StoredTag& tag : row.tags) {
        ++counts[tag.tag_id];
      }
    }
    return counts;
  }

  base::Result<std::vector<catalog::RuleVersion>> newest_versions() override {
    std::map<std::int32_t, catalog::RuleVersion> newest;
    for (const catalog::RuleVersion& version : versions) {
      newest[version.tag_id] = version;
    }
    std::vector<catalog::RuleVersion> all;
    for (const auto& [id, version] : newest) {
      all.push_back(version);
    }
    return all;
  }

  base::Result<std::vector<catalog::RuleVersion>> versions_of(std::int32_t tag_id) override {
    std::vector<catalog::RuleVersion> all;
    std::ranges::copy_if(versions, std::back_inserter(all),
                         [&](const auto& version) { return version.tag_id == tag_id; });
    return all;
  }

 private:
  RunRecord& at(std::int64_t id) { return records.at(static_cast<size_t>(id) - 1); }

  static base::Error conflict(std::string message) {
    return {.code = base::ErrorCode::kConflict, .message = std::move(message)};
  }

  membership::MemoryStore& store_;
};

}  // namespace tagsmith::run
