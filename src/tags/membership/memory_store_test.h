#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "lease/lease.h"
#include "membership/membership.h"
#include "membership/tag_store.h"

namespace tagsmith::membership {

/// What a store of tags is, in memory and written for clarity: the fake of the tests, and the model
/// that a real store is judged by. Everything in it may be looked at and changed.
class MemoryStore : public TagStore, public lease::LeaseStore {
 public:
  std::map<std::string, StoredUser> rows;
  std::vector<ManualEdit> edits;  // by user, tag and kind
  std::vector<FeedRow> events;    // the feed
  std::vector<EditRecord> log;    // of edits
  std::map<std::int64_t, Progress> progress_of_run;
  std::map<std::string, lease::FenceRow> fences;
  /// What the next call of publish() or edit() answers in place of doing anything.
  std::optional<base::Error> fails_once;

  /// Puts a row there as a run by itself would have: details of source rule.
  void put(const std::string& user_id, const std::vector<std::int32_t>& tags, Micros time = 1) {
    StoredUser& row = rows[user_id];
    row = {.user_id = user_id, .created_time = time, .updated_time = time};
    for (const std::int32_t tag : tags) {
      row.tags.push_back({tag, to_json({.hit_time = time, .rule_version = 1})});
    }
  }

  [[nodiscard]] std::vector<std::int32_t> tags_of(const std::string& user_id) const {
    std::vector<std::int32_t> tags;
    if (const auto row = rows.find(user_id); row != rows.end()) {
      std::ranges::transform(row->second.tags, std::back_inserter(tags), &StoredTag::tag_id);
    }
    return tags;
  }

  base::Result<std::unique_ptr<UserCursor>> users() override {
    class Cursor final : public UserCursor {
     public:
      explicit Cursor(const std::map<std::string, StoredUser>& rows) : rows_(rows) {}
      base::Result<std::optional<UserTags>> next() override {
        if (place_ == rows_.end()) {
          return std::optional<UserTags>();
        }
        UserTags user{.user_id = place_->first};
        std::ranges::transform(place_->second.tags, std::back_inserter(user.tags),
                               &StoredTag::tag_id);
        ++place_;
        return std::optional(std::move(user));
      }

     private:
      const std::map<std::string, StoredUser>& rows_;
      std::map<std::string, StoredUser>::const_iterator place_ = rows_.begin();
    };
    return std::unique_ptr<UserCursor>(std::make_unique<Cursor>(rows));
  }

  base::Result<std::optional<StoredUser>> user(const std::string& user_id) override {
    const auto row = rows.find(user_id);
    return row == rows.end() ? std::nullopt : std::optional(row->second);
  }

  base::Result<std::vector<ManualEdit>> manual_edits(
      const std::optional<std::string>& user_id) override {
    std::vector<ManualEdit> found;
    std::ranges::copy_if(edits, std::back_inserter(found), [&](const ManualEdit& edit) {
      return !user_id || edit.user_id == *user_id;
    });
    return found;
  }

  base::Result<StoreMark> mark() override {
    return StoreMark{.store_id = "memory", .seq = events.size()};
  }

  base::Result<PublishCounts> publish(const Chunk& chunk) override {
    if (fails_once) {
      return *std::exchange(fails_once, std::nullopt);
    }
    if (fences[chunk.fence.name].epoch != chunk.fence.epoch) {
      return fenced(chunk.fence);
    }
    Progress& progress = progress_of_run[chunk.stamp.run_id];
    if (progress.chunks != chunk.number) {
      return elsewhere("a chunk out of its order");
    }
    PublishCounts counts;
    for (const RuleResult& found : chunk.users) {
      const StoredUser before = row_of(found.user_id);
      const std::vector<ManualEdit> manual = manual_edits(found.user_id).value();
      counts += write(before, merge(before, found, chunk.scope, manual, chunk.stamp), chunk.stamp);
    }
    ++progress.chunks;
    progress.counts += counts;
    return counts;
  }

  base::Result<Progress> progress(std::int64_t run_id) override { return progress_of_run[run_id]; }

  base::Result<PublishCounts> edit(const EditRequest& request) override {
    if (fails_once) {
      return *std::exchange(fails_once, std::nullopt);
    }
    std::map<std::string, std::set<std::int32_t>> touched;
    const std::uint64_t seq = events.size();
    for (const auto* list : {&request.remove, &request.set}) {
      const bool removes = list == &request.remove;
      for (const ManualEdit& edit : *list) {
        const bool was_there = std::ranges::any_of(edits, [&](const ManualEdit& old) {
          return removes ? same_place(old, edit) : old == edit;
        });
        if (was_there == removes) {
          log.push_back({.edit = edit, .removed = removes, .feed_seq = seq});
          log.back().edit.made_at = request.stamp.time;
        }
        std::erase_if(edits, [&](const ManualEdit& old) { return same_place(old, edit); });
        touched[edit.user_id].insert(edit.tag_id);
      }
    }
    edits.insert(edits.end(), request.set.begin(), request.set.end());
    std::ranges::sort(edits, {}, [](const ManualEdit& edit) {
      return std::tuple(edit.user_id, edit.tag_id, edit.kind);
    });
    PublishCounts counts;
    for (const auto& [user_id, tag_set] : touched) {
      const StoredUser before = row_of(user_id);
      const std::vector<std::int32_t> tags(tag_set.begin(), tag_set.end());
      counts +=
          write(before, merge_edits(before, tags, manual_edits(user_id).value(), request.stamp),
                request.stamp);
    }
    return counts;
  }

  base::Result<std::vector<EditRecord>> edit_log(const std::string& user_id) override {
    std::vector<EditRecord> found;
    std::ranges::copy_if(log, std::back_inserter(found),
                         [&](const EditRecord& record) { return record.edit.user_id == user_id; });
    return found;
  }

  base::Result<std::vector<FeedRow>> feed(const FeedQuestion& question) override {
    std::vector<FeedRow> found;
    for (const FeedRow& row : events) {
      if (row.seq > question.after && found.size() < question.rows_max &&
          (!question.user_id || row.user_id == *question.user_id) &&
          (!question.tag_id || row.tag_id == *question.tag_id)) {
        found.push_back(row);
      }
    }
    return found;
  }

  base::Result<lease::FenceRow> read(const std::string& name) override { return fences[name]; }

  base::Result<lease::Fence> take(const std::string& name, const std::string& holder,
                                  std::uint64_t expected_epoch) override {
    lease::FenceRow& row = fences[name];
    if (row.epoch != expected_epoch) {
      return fenced({.name = name, .epoch = expected_epoch});
    }
    row = {.epoch = expected_epoch + 1, .holder = holder, .beats = row.beats};
    return lease::Fence{.name = name, .epoch = row.epoch};
  }

  base::Status beat(const lease::Fence& fence) override {
    if (fences[fence.name].epoch != fence.epoch) {
      return fenced(fence);
    }
    ++fences[fence.name].beats;
    return {};
  }

  base::Status release(const lease::Fence& fence) override {
    if (fences[fence.name].epoch == fence.epoch) {
      fences[fence.name].holder.clear();
    }
    return {};
  }

  /// Appends to the feed; the number is given here.
  void tell(FeedRow row) {
    row.seq = events.size() + 1;
    events.push_back(std::move(row));
  }

  static base::Error elsewhere(std::string message) {
    return {.code = base::ErrorCode::kConflict,
            .message = std::move(message),
            .symbol = std::string(kStoreProgress)};
  }

  static base::Error fenced(const lease::Fence& fence) {
    return {.code = base::ErrorCode::kConflict,
            .message = "another run took the lease " + fence.name,
            .symbol = std::string(kStoreFenced),
            .hint = "look at runs list"};
  }

 private:
  static bool same_place(const ManualEdit& left, const ManualEdit& right) {
    return left.user_id == right.user_id && left.tag_id == right.tag_id && left.kind == right.kind;
  }

  [[nodiscard]] StoredUser row_of(const std::string& user_id) const {
    const auto row = rows.find(user_id);
    return row == rows.end() ? StoredUser{.user_id = user_id} : row->second;
  }

  PublishCounts write(const StoredUser& before, const Merged& merged, const Stamp& stamp) {
    PublishCounts counts;
    if (!merged.differs) {
      return counts;
    }
    counts.rows_written = 1;
    StoredUser after{.user_id = before.user_id,
                     .tags = merged.tags,
                     .created_time = before.created_time == 0 ? stamp.time : before.created_time,
                     .updated_time = stamp.time};
    rows[before.user_id] = std::move(after);
    for (const Change& change : merged.changes) {
      const bool entered = change.kind == Change::Kind::kEntered;
      ++(entered ? counts.entered : counts.left);
      FeedRow row{.run_id = stamp.run_id,
                  .kind = entered ? FeedRow::Kind::kEntered : FeedRow::Kind::kLeft,
                  .user_id = change.user_id,
                  .tag_id = change.tag_id,
                  .detail = change.detail,
                  .time = stamp.time};
      for (const EditRecord& record : log) {  // the newest one decided
        if (stamp.run_id == 0 && record.edit.user_id == change.user_id &&
            record.edit.tag_id == change.tag_id) {
          row.actor = record.edit.actor;
          row.reason = record.edit.reason;
        }
      }
      tell(std::move(row));
    }
    return counts;
  }
};

}  // namespace tagsmith::membership
