#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/language.h"
#include "base/problem.h"
#include "store/dialect_internal.h"
#include "store/row_text_internal.h"
#include "store/stores_internal.h"
#include "store/user_rows_internal.h"

namespace tagsmith::store {
namespace {

using membership::Chunk;
using membership::EditRequest;
using membership::FeedRow;
using membership::ManualEdit;
using membership::Progress;
using membership::PublishCounts;
using membership::StoredUser;
using membership::UserTags;

constexpr size_t kEditedUsersAtOnce = 5000;

/// Reads on a connection of its own: other calls go on, and all rows are of one moment.
class Users final : public membership::UserCursor {
 public:
  Users(std::string store_name, std::unique_ptr<SqlConnection> connection,
        std::unique_ptr<SqlRows> rows)
      : store_name_(std::move(store_name)),
        connection_(std::move(connection)),
        rows_(std::move(rows)) {}

  base::Result<std::optional<UserTags>> next() override {
    auto row = TAGSMITH_TRY(rows_->next());
    if (!row) {
      return std::optional<UserTags>();
    }
    UserTags user{.user_id = text_of(std::move(row->at(0))), .tags = {}};
    const std::string text = text_of(std::move(row->at(1)));
    auto ids = read_tag_ids(text);
    if (!ids) {
      return drift(base::message("the row of user {} cannot be read: tag_ids {}",
                                 base::quote(user.user_id), base::quote(text)),
                   store_name_);
    }
    user.tags = std::move(*ids);
    return std::optional(std::move(user));
  }

 private:
  std::string store_name_;
  std::unique_ptr<SqlConnection> connection_;
  std::unique_ptr<SqlRows> rows_;
};

bool same_key(const ManualEdit& left, const ManualEdit& right) {
  return left.tag_id == right.tag_id && left.kind == right.kind;
}

// The edits of one user as they shall be.
struct UserEdits {
  std::vector<ManualEdit> set;
  std::vector<ManualEdit> remove;
};

std::vector<ManualEdit> edits_after(std::vector<ManualEdit> edits, const UserEdits& change) {
  for (const ManualEdit& removed : change.remove) {
    std::erase_if(edits, [&](const ManualEdit& edit) { return same_key(edit, removed); });
  }
  for (const ManualEdit& set : change.set) {
    std::erase_if(edits, [&](const ManualEdit& edit) { return same_key(edit, set); });
    edits.push_back(set);
  }
  return edits;
}

std::vector<std::int32_t> tags_of(const UserEdits& edits) {
  std::vector<std::int32_t> tags;
  for (const auto* list : {&edits.set, &edits.remove}) {
    for (const ManualEdit& edit : *list) {
      tags.push_back(edit.tag_id);
    }
  }
  std::ranges::sort(tags);
  const auto repeated = std::ranges::unique(tags);
  tags.erase(repeated.begin(), repeated.end());
  return tags;
}

class TagStore final : public membership::TagStore {
 public:
  explicit TagStore(Session& session) : session_(session) {}

  base::Result<std::unique_ptr<membership::UserCursor>> users() override {
    auto connection = TAGSMITH_TRY(session_.database->connect());
    auto rows = TAGSMITH_TRY(
        connection->query("select user_id, tag_ids from user_tags order by user_id", {}));
    return std::unique_ptr<membership::UserCursor>(
        std::make_unique<Users>(session_.name, std::move(connection), std::move(rows)));
  }

  base::Result<std::optional<StoredUser>> user(const std::string& user_id) override {
    const std::vector<std::string> ids{user_id};
    auto rows = TAGSMITH_TRY(user_rows(connection(), session_.name, ids, /*lock=*/false));
    if (!rows.front().row_id) {
      return std::optional<StoredUser>();
    }
    return std::optional(std::move(rows.front().user));
  }

  base::Result<std::vector<ManualEdit>> manual_edits(
      const std::optional<std::string>& user_id) override {
    if (user_id) {
      const std::vector<std::string> ids{*user_id};
      return std::move(TAGSMITH_TRY(manual_edits_of(connection(), session_.name, ids)).front());
    }
    const std::string sql = fmt::format(
        "select {} from tagsmith_manual order by user_id, tag_id, kind desc", kManualColumns);
    const auto rows = TAGSMITH_TRY(connection().query(sql, {}));
    std::vector<ManualEdit> edits;
    while (auto row = TAGSMITH_TRY(rows->next())) {
      edits.push_back(TAGSMITH_TRY(manual_edit_of(std::move(*row), session_.name)));
    }
    return edits;
  }

  base::Result<membership::StoreMark> mark() override {
    auto row = TAGSMITH_TRY(
        first_row(connection(),
                  "select store_id, seq from tagsmith_store join tagsmith_feed_head "
                  "on tagsmith_feed_head.id = tagsmith_store.id where tagsmith_store.id = 1",
                  {}));
    TAGSMITH_ASSERT(row);
    return membership::StoreMark{.store_id = text_of(std::move(row->at(0))),
                                 .seq = static_cast<std::uint64_t>(integer_of(row->at(1)))};
  }

  base::Status check_user_id(const std::string& user_id) override {
    return check_user_ids(std::span(&user_id, 1), session_.name);
  }

  base::Result<PublishCounts> publish(const Chunk& chunk) override {
    std::vector<std::string> ids;
    ids.reserve(chunk.users.size());
    for (const membership::RuleResult& user : chunk.users) {
      TAGSMITH_ASSERT(ids.empty() || ids.back() < user.user_id);
      ids.push_back(user.user_id);
    }
    TAGSMITH_TRY(check_user_ids(ids, session_.name));
    return in_transaction(connection(), [&] { return publish(chunk, ids); });
  }

  base::Result<Progress> progress(std::int64_t run_id) override {
    const SqlRow key{run_id};
    const auto row = TAGSMITH_TRY(first_row(
        connection(),
        "select chunks, rows_written, entered, lost from tagsmith_runs where run_id = ?", key));
    if (!row) {
      return unknown_run(run_id, session_.name);
    }
    const auto count = [&](size_t column) {
      return static_cast<std::uint64_t>(integer_of(row->at(column)));
    };
    return Progress{.chunks = count(0),
                    .counts = {.rows_written = count(1), .entered = count(2), .left = count(3)}};
  }

  base::Result<PublishCounts> edit(const EditRequest& request) override {
    std::map<std::string, UserEdits> by_user;
    for (const ManualEdit& edit : request.set) {
      by_user[edit.user_id].set.push_back(edit);
    }
    for (const ManualEdit& edit : request.remove) {
      by_user[edit.user_id].remove.push_back(edit);
    }
    std::vector<std::string> ids;
    ids.reserve(by_user.size());
    for (const auto& [user_id, edits] : by_user) {
      ids.push_back(user_id);
    }
    TAGSMITH_TRY(check_user_ids(ids, session_.name));
    return in_transaction(connection(), [&]() -> base::Result<PublishCounts> {
      Writing writing(connection(), 0, request.stamp.time);
      for (size_t first = 0; first < ids.size(); first += kEditedUsersAtOnce) {
        const auto batch =
            std::span(ids).subspan(first, std::min(kEditedUsersAtOnce, ids.size() - first));
        TAGSMITH_TRY(edit(batch, by_user, request.stamp, writing));
      }
      return writing.end();
    });
  }

  base::Result<std::vector<membership::EditRecord>> edit_log(const std::string& user_id) override {
    const std::string sql = fmt::format(
        "select {}, removed, feed_seq from tagsmith_edits where user_id = ? order by edit_id",
        kManualColumns);
    const SqlRow key{user_id};
    std::vector<membership::EditRecord> log;
    for (SqlRow& row : TAGSMITH_TRY(all_rows(connection(), sql, key))) {
      const bool removed = integer_of(row.at(7)) != 0;
      const auto seq = static_cast<std::uint64_t>(integer_of(row.at(8)));
      log.push_back({.edit = TAGSMITH_TRY(manual_edit_of(std::move(row), session_.name)),
                     .removed = removed,
                     .feed_seq = seq});
    }
    return log;
  }

  base::Result<std::vector<FeedRow>> feed(const membership::FeedQuestion& question) override {
    std::string sql =
        "select seq, run_id, kind, user_id, tag_id, detail, made_at, actor, reason from "
        "tagsmith_feed where seq > ?";
    SqlRow parameters{static_cast<std::int64_t>(question.after)};
    if (question.user_id) {
      sql += " and user_id = ?";
      parameters.emplace_back(*question.user_id);
    }
    if (question.tag_id) {
      sql += " and tag_id = ?";
      parameters.emplace_back(std::int64_t{*question.tag_id});
    }
    sql += " order by seq limit ?";
    parameters.emplace_back(static_cast<std::int64_t>(question.rows_max));
    const auto rows = TAGSMITH_TRY(connection().query(sql, parameters));
    std::vector<FeedRow> feed;
    while (auto row = TAGSMITH_TRY(rows->next())) {
      const FeedRow::Kind kind =
          TAGSMITH_TRY(feed_kind_of(text_of(std::move(row->at(2))), session_.name));
      feed.push_back(
          {.seq = static_cast<std::uint64_t>(integer_of(row->at(0))),
           .run_id = integer_of(row->at(1)),
           .kind = kind,
           .user_id = optional_text_of(std::move(row->at(3))).value_or(""),
           .tag_id = static_cast<std::int32_t>(optional_integer_of(row->at(4)).value_or(0)),
           .detail = optional_text_of(std::move(row->at(5))).value_or(""),
           .actor = optional_text_of(std::move(row->at(7))).value_or(""),
           .reason = optional_text_of(std::move(row->at(8))).value_or(""),
           .time = integer_of(row->at(6))});
    }
    return feed;
  }

 private:
  SqlConnection& connection() { return *session_.connection; }

  // The letters are those of PROTOCOLS 1.
  base::Result<PublishCounts> publish(const Chunk& chunk, const std::vector<std::string>& ids) {
    TAGSMITH_TRY(check_fence(connection(), session_.name, chunk.fence));  // (a)
    TAGSMITH_TRY(check_turn(chunk));
    const auto rows =
        TAGSMITH_TRY(user_rows(connection(), session_.name, ids, /*lock=*/true));         // (b)
    const auto manual = TAGSMITH_TRY(manual_edits_of(connection(), session_.name, ids));  // (c)
    Writing writing(connection(), chunk.stamp.run_id, chunk.stamp.time);
    writing.keep_rewrites();
    for (size_t i = 0; i < rows.size(); ++i) {
      membership::Merged merged = membership::merge(rows[i].user, chunk.users[i], chunk.scope,
                                                    manual[i], chunk.stamp);  // (d)
      TAGSMITH_TRY(writing.write(rows[i], std::move(merged)));                // (e)
    }
    const PublishCounts counts = TAGSMITH_TRY(writing.end());  // (f)
    const SqlRow mark{static_cast<std::int64_t>(counts.rows_written),
                      static_cast<std::int64_t>(counts.entered),
                      static_cast<std::int64_t>(counts.left), chunk.stamp.run_id};
    TAGSMITH_TRY(connection().execute(  // (g)
        "update tagsmith_runs set chunks = chunks + 1, rows_written = rows_written + ?, "
        "entered = entered + ?, lost = lost + ? where run_id = ?",
        mark));
    return counts;
  }

  // The chunk must be the next one of a run that publishes.
  base::Status check_turn(const Chunk& chunk) {
    const SqlRow key{chunk.stamp.run_id};
    auto row = TAGSMITH_TRY(
        first_row(connection(),
                  "select state, chunks, revert_below from tagsmith_runs where run_id = ?", key));
    if (!row) {
      return unknown_run(chunk.stamp.run_id, session_.name);
    }
    const std::string state = text_of(std::move(row->at(0)));
    const bool is_reverting = optional_integer_of(row->at(2)).has_value();
    const std::int64_t chunks = integer_of(row->at(1));
    if (state == "publishing" && !is_reverting &&
        chunks == static_cast<std::int64_t>(chunk.number)) {
      return {};
    }
    return base::Error{
        .code = base::ErrorCode::kConflict,
        .message =
            base::message("chunk {} of run {} comes out of turn: the run is {}, "
                          "{} chunks are written",
                          chunk.number, chunk.stamp.run_id,
                          is_reverting ? base::tr("being abandoned") : base::tr(state), chunks),
        .symbol = std::string(membership::kStoreProgress),
        .path = session_.name,
        .hint = is_reverting ? base::message("tagsmith runs abandon {} goes on", chunk.stamp.run_id)
                             : base::tr("start the run again: it goes on from what is written")};
  }

  base::Status edit(std::span<const std::string> ids,
                    const std::map<std::string, UserEdits>& by_user, const membership::Stamp& stamp,
                    Writing& writing) {
    const auto rows = TAGSMITH_TRY(user_rows(connection(), session_.name, ids, /*lock=*/true));
    const auto edits = TAGSMITH_TRY(manual_edits_of(connection(), session_.name, ids));
    Inserter inserter(connection(),
                      fmt::format("insert into tagsmith_manual ({}) values", kManualColumns), 7);
    for (size_t i = 0; i < ids.size(); ++i) {
      const UserEdits& change = by_user.at(ids[i]);
      const std::vector<ManualEdit> after = edits_after(edits[i], change);
      TAGSMITH_TRY(write_edits(edits[i], after, inserter));
      log_edits(edits[i], after, change, writing);
      TAGSMITH_TRY(writing.write(
          rows[i], membership::merge_edits(rows[i].user, tags_of(change), after, stamp)));
    }
    return inserter.finish();
  }

  base::Status write_edits(const std::vector<ManualEdit>& before,
                           const std::vector<ManualEdit>& after, Inserter& inserter) {
    for (const ManualEdit& edit : before) {
      if (std::ranges::find(after, edit) == after.end()) {
        const SqlRow key{edit.user_id, std::int64_t{edit.tag_id},
                         std::string(membership::name_of(edit.kind))};
        TAGSMITH_TRY(connection().execute(
            "delete from tagsmith_manual where user_id = ? and tag_id = ? and kind = ?", key));
      }
    }
    for (const ManualEdit& edit : after) {
      if (std::ranges::find(before, edit) == before.end()) {
        TAGSMITH_TRY(inserter.add({edit.user_id, std::int64_t{edit.tag_id},
                                   std::string(membership::name_of(edit.kind)), edit.actor,
                                   edit.reason, edit.made_at, value_of(edit.expires_at)}));
      }
    }
    return {};
  }

  // What became another one only.
  static void log_edits(const std::vector<ManualEdit>& before, const std::vector<ManualEdit>& after,
                        const UserEdits& change, Writing& writing) {
    for (const ManualEdit& removed : change.remove) {
      const auto is_it = [&](const ManualEdit& edit) { return same_key(edit, removed); };
      if (std::ranges::any_of(before, is_it) && std::ranges::none_of(after, is_it)) {
        writing.log(removed, /*removed=*/true);
      }
    }
    for (const ManualEdit& edit : after) {
      if (std::ranges::find(before, edit) == before.end()) {
        writing.log(edit, /*removed=*/false);
      }
    }
  }

  Session& session_;
};

}  // namespace

std::unique_ptr<membership::TagStore> tag_store(Session& session) {
  return std::make_unique<TagStore>(session);
}

}  // namespace tagsmith::store
