#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/language.h"
#include "store/dialect_internal.h"
#include "store/stores_internal.h"
#include "store/user_rows_internal.h"

namespace tagsmith::store {
namespace {

using membership::Change;
using membership::FeedRow;
using membership::ManualEdit;
using membership::PublishCounts;
using membership::StoredTag;

constexpr std::int64_t kRowsAtOnce = 10'000;  // of the feed, in one transaction

struct FeedEntry {
  std::int64_t seq = 0;
  bool entered = false;
  std::int32_t tag_id = 0;
  std::string detail;
};
using ByUser = std::map<std::string, std::vector<FeedEntry>>;  // newest first

// A grant alone gave the tag, and somebody took that grant away since: nothing gives it now.
bool is_grant_gone(const std::string& detail, std::int32_t tag_id,
                   const std::vector<ManualEdit>& manual) {
  const auto read = membership::parse_detail(detail);
  return read && read->source == membership::Source::kManual &&
         std::ranges::none_of(manual, [&](const ManualEdit& edit) {
           return edit.tag_id == tag_id && edit.kind == ManualEdit::Kind::kGrant;
         });
}

// Takes one run back, a transaction at a time: first the gains and losses, newest first, then the
// details that it rewrote, then the run is over. tagsmith_runs.revert_below says how far it came.
class Abandoning {
 public:
  Abandoning(Session& session, const lease::Fence& fence, std::int64_t run_id,
             membership::Micros now)
      : session_(session), fence_(fence), run_id_(run_id), now_(now) {}

  base::Result<PublishCounts> run() {
    PublishCounts counts;
    for (bool is_over = false; !is_over;) {
      counts += TAGSMITH_TRY(in_transaction(connection(), [&] { return step(is_over); }));
    }
    return counts;
  }

 private:
  SqlConnection& connection() { return *session_.connection; }

  base::Result<PublishCounts> step(bool& is_over) {
    TAGSMITH_TRY(check_fence(connection(), session_.name, fence_));
    std::string sql = "select state, feed_before, revert_below from tagsmith_runs where run_id = ?";
    sql += for_update(connection().dialect());
    const SqlRow key{run_id_};
    auto row = TAGSMITH_TRY(first_row(connection(), sql, key));
    if (!row) {
      return unknown_run(run_id_, session_.name);
    }
    const std::string state = text_of(std::move(row->at(0)));
    is_over = state == "abandoned";
    if (is_over) {
      return PublishCounts{};
    }
    if (state != "pinned" && state != "publishing") {
      return wrong_state(run_id_, state, std::string(base::marked("unfinished")), session_.name);
    }
    feed_before_ = integer_of(row->at(1));
    Writing writing(connection(), run_id_, now_);
    if (state == "publishing") {
      const std::int64_t below = TAGSMITH_TRY(revert_below(optional_integer_of(row->at(2))));
      std::int64_t lowest = below;
      const ByUser entries = TAGSMITH_TRY(feed_of_run(below, lowest));
      if (!entries.empty()) {
        TAGSMITH_TRY(revert(entries, writing));
        return end_step(writing, lowest);
      }
      if (TAGSMITH_TRY(restore_details(writing))) {
        return end_step(writing, below);
      }
    }
    is_over = true;
    const SqlRow values{now_, run_id_};
    TAGSMITH_TRY(connection().execute(
        "update tagsmith_runs set state = 'abandoned', ended_at = ? where run_id = ?", values));
    return writing.end(FeedRow::Kind::kAbandoned);
  }

  base::Result<PublishCounts> end_step(Writing& writing, std::int64_t below) {
    const SqlRow values{below, run_id_};
    TAGSMITH_TRY(
        connection().execute("update tagsmith_runs set revert_below = ? where run_id = ?", values));
    return writing.end();
  }

  // Where to go on; what this run appends to the feed from now on is its own reverting.
  base::Result<std::int64_t> revert_below(std::optional<std::int64_t> stored) {
    if (stored) {
      return *stored;
    }
    const auto last =
        TAGSMITH_TRY(first_row(connection(), "select max(seq) from tagsmith_feed", {}));
    return optional_integer_of(last->at(0)).value_or(0) + 1;
  }

  base::Result<ByUser> feed_of_run(std::int64_t below, std::int64_t& lowest) {
    const SqlRow parameters{run_id_, feed_before_, below, kRowsAtOnce};
    ByUser entries;
    for (SqlRow& row : TAGSMITH_TRY(all_rows(
             connection(),
             "select seq, kind, user_id, tag_id, detail from tagsmith_feed where run_id = ? and "
             "seq > ? and seq < ? order by seq desc limit ?",
             parameters))) {
      const FeedRow::Kind kind =
          TAGSMITH_TRY(feed_kind_of(text_of(std::move(row.at(1))), session_.name));
      if (kind != FeedRow::Kind::kEntered && kind != FeedRow::Kind::kLeft) {
        return drift(base::message("row {} of the feed says that run {} is {}, tagsmith_runs says "
                                   "that it is publishing",
                                   integer_of(row.at(0)), run_id_, membership::name_of(kind)),
                     session_.name);
      }
      FeedEntry entry{.seq = integer_of(row.at(0)),
                      .entered = kind == FeedRow::Kind::kEntered,
                      .tag_id = static_cast<std::int32_t>(integer_of(row.at(3))),
                      .detail = text_of(std::move(row.at(4)))};
      lowest = entry.seq;
      entries[text_of(std::move(row.at(2)))].push_back(std::move(entry));
    }
    return entries;
  }

  base::Status revert(const ByUser& entries, Writing& writing) {
    std::vector<std::string> ids;
    for (const auto& [user_id, list] : entries) {
      ids.push_back(user_id);
    }
    const auto rows = TAGSMITH_TRY(user_rows(connection(), session_.name, ids, /*lock=*/true));
    const auto manual = TAGSMITH_TRY(manual_edits_of(connection(), session_.name, ids));
    const auto changed_by_others = TAGSMITH_TRY(others(ids));
    for (size_t i = 0; i < rows.size(); ++i) {
      membership::Merged merged{.tags = rows[i].user.tags, .changes = {}, .differs = false};
      for (const FeedEntry& entry : entries.at(ids[i])) {
        const auto other = changed_by_others.find({ids[i], entry.tag_id});
        if (other == changed_by_others.end() || other->second < entry.seq) {
          revert(ids[i], entry, manual[i], merged);
        }
      }
      std::ranges::sort(merged.changes, {}, &Change::tag_id);
      TAGSMITH_TRY(writing.write(rows[i], std::move(merged)));
    }
    return {};
  }

  // Takes one gain or loss back, unless the membership became another one since.
  void revert(const std::string& user_id, const FeedEntry& entry,
              const std::vector<ManualEdit>& manual, membership::Merged& merged) const {
    const auto place = std::ranges::lower_bound(merged.tags, entry.tag_id, {}, &StoredTag::tag_id);
    const bool has_it = place != merged.tags.end() && place->tag_id == entry.tag_id;
    if (entry.entered) {
      if (!has_it || place->detail != entry.detail) {
        return;
      }
      merged.tags.erase(place);
    } else {
      const bool is_blocked = std::ranges::any_of(manual, [&](const ManualEdit& edit) {
        return edit.tag_id == entry.tag_id && edit.kind == ManualEdit::Kind::kBlock &&
               edit.holds_at(now_);
      });
      if (has_it || is_blocked || is_grant_gone(entry.detail, entry.tag_id, manual)) {
        return;
      }
      merged.tags.insert(place, {entry.tag_id, entry.detail});
    }
    merged.differs = true;
    merged.changes.push_back({user_id, entry.tag_id,
                              entry.entered ? Change::Kind::kLeft : Change::Kind::kEntered,
                              entry.detail});
  }

  // The last change of each (user, tag) that is not of this run.
  base::Result<std::map<std::pair<std::string, std::int32_t>, std::int64_t>> others(
      const std::vector<std::string>& ids) {
    std::map<std::pair<std::string, std::int32_t>, std::int64_t> last;
    const SqlRow more{feed_before_, run_id_};
    TAGSMITH_TRY(rows_by_keys(
        connection(),
        "select user_id, tag_id, seq from tagsmith_feed where user_id in {list} and seq > ? and "
        "run_id <> ?",
        ids, more, [&](SqlRow row) -> base::Status {
          const auto tag_id = static_cast<std::int32_t>(integer_of(row.at(1)));
          std::int64_t& seq = last[{text_of(std::move(row.at(0))), tag_id}];
          seq = std::max(seq, integer_of(row.at(2)));
          return {};
        }));
    return last;
  }

  // Details that the run rewrote become what they were, where they still are what it made of them.
  // False: there are none left.
  base::Result<bool> restore_details(Writing& writing) {
    const SqlRow parameters{run_id_, kRowsAtOnce};
    auto rewrites = TAGSMITH_TRY(
        all_rows(connection(),
                 "select user_id, tag_id, before_run, after_run from tagsmith_rewrites "
                 "where run_id = ? order by user_id, tag_id limit ?",
                 parameters));
    if (rewrites.empty()) {
      return false;
    }
    std::vector<std::string> ids;
    for (const SqlRow& row : rewrites) {
      const std::string user_id = text_of(SqlValue(row.at(0)));
      if (ids.empty() || ids.back() != user_id) {
        ids.push_back(user_id);
      }
    }
    const auto rows = TAGSMITH_TRY(user_rows(connection(), session_.name, ids, /*lock=*/true));
    const auto manual = TAGSMITH_TRY(manual_edits_of(connection(), session_.name, ids));
    auto rewrite = rewrites.begin();
    for (size_t i = 0; i < ids.size(); ++i) {
      membership::Merged merged{.tags = rows[i].user.tags, .changes = {}, .differs = false};
      for (; rewrite != rewrites.end() && text_of(SqlValue(rewrite->at(0))) == ids[i]; ++rewrite) {
        const SqlRow key{run_id_, rewrite->at(0), rewrite->at(1)};
        TAGSMITH_TRY(connection().execute(
            "delete from tagsmith_rewrites where run_id = ? and user_id = ? and tag_id = ?", key));
        const auto tag_id = static_cast<std::int32_t>(integer_of(rewrite->at(1)));
        const auto tag = std::ranges::find(merged.tags, tag_id, &StoredTag::tag_id);
        std::string before = text_of(std::move(rewrite->at(2)));
        if (tag != merged.tags.end() && tag->detail == text_of(std::move(rewrite->at(3))) &&
            !is_grant_gone(before, tag_id, manual[i])) {
          tag->detail = std::move(before);
          merged.differs = true;
        }
      }
      TAGSMITH_TRY(writing.write(rows[i], std::move(merged)));
    }
    return true;
  }

  Session& session_;
  lease::Fence fence_;
  std::int64_t run_id_;
  membership::Micros now_;
  std::int64_t feed_before_ = 0;
};

}  // namespace

base::Result<PublishCounts> abandon(Session& session, const lease::Fence& fence,
                                    std::int64_t run_id, membership::Micros now) {
  return Abandoning(session, fence, run_id, now).run();
}

}  // namespace tagsmith::store
