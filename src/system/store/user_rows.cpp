#include "store/user_rows_internal.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/language.h"
#include "base/problem.h"
#include "base/utf8.h"
#include "store/dialect_internal.h"
#include "store/row_text_internal.h"

namespace tagsmith::store {
namespace {

using membership::Change;
using membership::FeedRow;
using membership::ManualEdit;
using membership::StoredTag;
using membership::StoredUser;

// A row of id, user_id, tag_ids, tag_details, created_time, updated_time.
base::Result<UserRow> read_user(SqlRow row, const std::string& store_name) {
  UserRow read{.row_id = integer_of(row.at(0))};
  StoredUser& user = read.user;
  user.user_id = text_of(std::move(row.at(1)));
  const std::string ids_text = text_of(std::move(row.at(2)));
  const auto ids = read_tag_ids(ids_text);
  auto tags = read_tag_details(text_of(std::move(row.at(3))));
  const auto created = membership::read_time(text_of(std::move(row.at(4))));
  const auto updated = membership::read_time(text_of(std::move(row.at(5))));
  if (!ids || !tags || !created || !updated ||
      !std::ranges::equal(*ids, *tags, {}, {}, &StoredTag::tag_id)) {
    return drift(base::message("the row of user {} cannot be read: tag_ids {}",
                               base::quote(user.user_id), base::quote(ids_text)),
                 store_name);
  }
  user.tags = std::move(*tags);
  user.created_time = *created;
  user.updated_time = *updated;
  return read;
}

// A statement has room for one row at least, with its time and its keys.
base::Status check_row_size(const SqlConnection& connection, const std::string& user_id,
                            size_t bytes) {
  constexpr size_t kRest = 4096;
  const size_t bytes_max = connection.dialect().statement_bytes_max - kRest;
  if (bytes <= bytes_max) {
    return {};
  }
  return base::Error{
      .code = base::ErrorCode::kResourceExhausted,
      .message =
          base::message("the tags of user {} with their details have {} bytes, a row holds {}",
                        base::quote(user_id), bytes, bytes_max),
      .symbol = "E_STORE",
      .hint = base::tr(
          "the details hold the cells that the rules read: look for a very long text there")};
}

size_t position_of(std::span<const std::string> user_ids, const std::string& user_id) {
  const auto found = std::ranges::lower_bound(user_ids, user_id);
  TAGSMITH_ASSERT(found != user_ids.end() && *found == user_id);
  return static_cast<size_t>(found - user_ids.begin());
}

}  // namespace

base::Error drift(std::string message, const std::string& store_name) {
  return {.code = base::ErrorCode::kConflict,
          .message = std::move(message),
          .symbol = std::string(membership::kStoreDrift),
          .path = store_name,
          .hint = base::tr("only Tagsmith may write its tables: restore them from a backup")};
}

base::Status check_fence(SqlConnection& connection, const std::string& store_name,
                         const lease::Fence& fence) {
  std::string sql = "select epoch, holder from tagsmith_fences where name = ?";
  sql += for_share(connection.dialect());
  const SqlRow key{fence.name};
  auto row = TAGSMITH_TRY(first_row(connection, sql, key));
  if (row && integer_of(row->at(0)) == static_cast<std::int64_t>(fence.epoch)) {
    return {};
  }
  const std::string holder = row ? text_of(std::move(row->at(1))) : std::string();
  return base::Error{
      .code = base::ErrorCode::kConflict,
      .message = base::message(
          "another run took the right to write: {}",
          holder.empty() ? std::string(base::tr("it has ended since")) : base::quote(holder)),
      .symbol = std::string(membership::kStoreFenced),
      .path = store_name,
      .hint = base::tr("start the run again when the other one has finished")};
}

base::Status check_user_ids(std::span<const std::string> user_ids, const std::string& store_name) {
  for (const std::string& user_id : user_ids) {
    if (!base::is_utf8(user_id)) {
      return base::Error{
          .code = base::ErrorCode::kInvalidArgument,
          .message = base::message("the user id {} is not UTF-8", base::quote(user_id)),
          .symbol = std::string(membership::kStoreUserId),
          .path = store_name,
          .hint = base::tr("write the file or the id in UTF-8")};
    }
    // A text of at most so many bytes has no more characters.
    if (user_id.size() <= membership::kUserIdCharactersMax) {
      continue;
    }
    const size_t characters = character_count(user_id);
    if (characters > membership::kUserIdCharactersMax) {
      return base::Error{.code = base::ErrorCode::kInvalidArgument,
                         .message = base::message(
                             "the user id {} has {} characters, user_tags holds at most {}",
                             base::quote(user_id), characters, membership::kUserIdCharactersMax),
                         .symbol = std::string(membership::kStoreUserId),
                         .path = store_name,
                         .hint = base::tr("use a shorter key, for example its hash")};
    }
  }
  return {};
}

base::Result<std::vector<UserRow>> user_rows(SqlConnection& connection,
                                             const std::string& store_name,
                                             std::span<const std::string> user_ids, bool lock) {
  std::vector<UserRow> rows(user_ids.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].user.user_id = user_ids[i];
  }
  std::string sql =
      "select id, user_id, tag_ids, tag_details, created_time, updated_time from user_tags "
      "where user_id in {list} order by user_id";
  if (lock) {
    sql += for_update(connection.dialect());
  }
  const auto keep = [&](SqlRow row) -> base::Status {
    UserRow read = TAGSMITH_TRY(read_user(std::move(row), store_name));
    const size_t position = position_of(user_ids, read.user.user_id);
    rows[position] = std::move(read);
    return {};
  };
  TAGSMITH_TRY(rows_by_keys(connection, sql, user_ids, {}, keep));
  return rows;
}

base::Result<FeedRow::Kind> feed_kind_of(std::string_view name, const std::string& store_name) {
  const auto kind = membership::read_feed_kind(name);
  return kind ? base::Result<FeedRow::Kind>(*kind)
              : drift(base::message("the feed has a row of the kind {}", base::quote(name)),
                      store_name);
}

base::Result<ManualEdit> manual_edit_of(SqlRow row, const std::string& store_name) {
  ManualEdit edit{.user_id = text_of(std::move(row.at(0))),
                  .tag_id = static_cast<std::int32_t>(integer_of(row.at(1))),
                  .actor = text_of(std::move(row.at(3))),
                  .reason = text_of(std::move(row.at(4))),
                  .made_at = integer_of(row.at(5)),
                  .expires_at = optional_integer_of(row.at(6))};
  const std::string name = text_of(std::move(row.at(2)));
  const auto kind = membership::read_edit_kind(name);
  if (!kind) {
    return drift(base::message("a manual edit of user {} is of the kind {}",
                               base::quote(edit.user_id), base::quote(name)),
                 store_name);
  }
  edit.kind = *kind;
  return edit;
}

base::Result<std::vector<std::vector<ManualEdit>>> manual_edits_of(
    SqlConnection& connection, const std::string& store_name,
    std::span<const std::string> user_ids) {
  std::vector<std::vector<ManualEdit>> edits(user_ids.size());
  const std::string sql = fmt::format(
      "select {} from tagsmith_manual where user_id in {{list}} order by user_id, tag_id, kind "
      "desc",
      kManualColumns);
  const auto keep = [&](SqlRow row) -> base::Status {
    ManualEdit edit = TAGSMITH_TRY(manual_edit_of(std::move(row), store_name));
    const size_t position = position_of(user_ids, edit.user_id);
    edits[position].push_back(std::move(edit));
    return {};
  };
  TAGSMITH_TRY(rows_by_keys(connection, sql, user_ids, {}, keep));
  return edits;
}

Writing::Writing(SqlConnection& connection, std::int64_t run_id, membership::Micros time)
    : connection_(connection),
      run_id_(run_id),
      time_(time),
      time_text_(membership::time_text(time)),
      new_rows_(connection,
                "insert into user_tags (user_id, tag_ids, tag_details, created_time, updated_time) "
                "values",
                5),
      rewrites_(connection,
                "insert into tagsmith_rewrites (run_id, user_id, tag_id, before_run, after_run) "
                "values",
                5) {}

base::Status Writing::write(const UserRow& before, membership::Merged merged) {
  if (!merged.differs) {
    return {};
  }
  for (const Change& change : merged.changes) {
    (change.kind == Change::Kind::kEntered ? counts_.entered : counts_.left) += 1;
  }
  ++counts_.rows_written;
  std::string ids = tag_ids_text(merged.tags);
  std::string details = tag_details_text(merged.tags);
  TAGSMITH_TRY(check_row_size(connection_, before.user.user_id, ids.size() + details.size()));
  if (!before.row_id) {
    ++rows_added_;
    TAGSMITH_TRY(new_rows_.add(
        {before.user.user_id, std::move(ids), std::move(details), time_text_, time_text_}));
  } else {
    if (keeps_rewrites_) {
      TAGSMITH_TRY(keep_rewritten(before, merged));
    }
    const SqlRow values{std::move(ids), std::move(details), time_text_, *before.row_id};
    TAGSMITH_TRY(connection_.execute(
        "update user_tags set tag_ids = ?, tag_details = ?, updated_time = ? where id = ?",
        values));
  }
  std::ranges::move(merged.changes, std::back_inserter(changes_));
  return {};
}

void Writing::log(ManualEdit edit, bool removed) {
  edit.made_at = time_;
  newest_decision_[{edit.user_id, edit.tag_id}] = decisions_.size();
  decisions_.push_back({.edit = std::move(edit), .removed = removed});
}

const Writing::Decision* Writing::decision_of(const Change& change) const {
  const auto found = newest_decision_.find({change.user_id, change.tag_id});
  return found == newest_decision_.end() ? nullptr : &decisions_[found->second];
}

base::Status Writing::append_feed(std::int64_t& seq, std::optional<FeedRow::Kind> mark) {
  Inserter feed(connection_,
                "insert into tagsmith_feed (seq, run_id, kind, user_id, tag_id, detail, made_at, "
                "actor, reason) values",
                9);
  for (Change& change : changes_) {
    const auto kind =
        change.kind == Change::Kind::kEntered ? FeedRow::Kind::kEntered : FeedRow::Kind::kLeft;
    const Decision* decision = decision_of(change);
    const SqlValue actor = decision == nullptr ? SqlValue() : SqlValue(decision->edit.actor);
    const SqlValue reason = decision == nullptr ? SqlValue() : SqlValue(decision->edit.reason);
    TAGSMITH_TRY(
        feed.add({++seq, run_id_, std::string(membership::name_of(kind)), std::move(change.user_id),
                  std::int64_t{change.tag_id}, std::move(change.detail), time_, actor, reason}));
  }
  if (mark) {
    TAGSMITH_TRY(feed.add(
        {++seq, run_id_, std::string(membership::name_of(*mark)), {}, {}, {}, time_, {}, {}}));
  }
  return feed.finish();
}

// `seq`: the feed's last number before this transaction.
base::Status Writing::append_log(std::int64_t seq) {
  Inserter inserter(connection_,
                    "insert into tagsmith_edits (user_id, tag_id, kind, removed, actor, reason, "
                    "made_at, expires_at, feed_seq) values",
                    9);
  for (const Decision& decision : decisions_) {
    const ManualEdit& edit = decision.edit;
    TAGSMITH_TRY(
        inserter.add({edit.user_id, std::int64_t{edit.tag_id},
                      std::string(membership::name_of(edit.kind)), std::int64_t{decision.removed},
                      edit.actor, edit.reason, edit.made_at, value_of(edit.expires_at), seq}));
  }
  return inserter.finish();
}

// Details that became other ones while the membership lasted. Gains and losses stand in the feed.
base::Status Writing::keep_rewritten(const UserRow& before, const membership::Merged& merged) {
  auto after = merged.tags.begin();
  for (const StoredTag& was : before.user.tags) {
    while (after != merged.tags.end() && after->tag_id < was.tag_id) {
      ++after;
    }
    if (after != merged.tags.end() && after->tag_id == was.tag_id && after->detail != was.detail) {
      TAGSMITH_TRY(rewrites_.add(
          {run_id_, before.user.user_id, std::int64_t{was.tag_id}, was.detail, after->detail}));
    }
  }
  return {};
}

base::Result<membership::PublishCounts> Writing::end(std::optional<FeedRow::Kind> mark) {
  if (counts_.rows_written == 0 && decisions_.empty() && !mark) {
    return counts_;
  }
  TAGSMITH_TRY(new_rows_.finish());
  TAGSMITH_TRY(rewrites_.finish());

  std::string sql = "select seq, user_rows, updated_time from tagsmith_feed_head where id = 1";
  sql += for_update(connection_.dialect());
  auto head = TAGSMITH_TRY(first_row(connection_, sql, {}));
  TAGSMITH_ASSERT(head.has_value());
  std::int64_t seq = integer_of(head->at(0));
  const std::int64_t user_rows = integer_of(head->at(1)) + rows_added_;
  std::string updated = text_of(std::move(head->at(2)));

  TAGSMITH_TRY(append_log(seq));
  TAGSMITH_TRY(append_feed(seq, mark));

  if (counts_.rows_written > 0 && time_text_ < updated) {
    // The newest row may be one of those that this transaction gave an earlier time.
    const auto newest =
        TAGSMITH_TRY(first_row(connection_, "select max(updated_time) from user_tags", {}));
    updated = optional_text_of(SqlValue(newest->at(0))).value_or("");
  } else if (counts_.rows_written > 0) {
    updated = time_text_;
  }
  const SqlRow values{seq, user_rows, std::move(updated)};
  TAGSMITH_TRY(connection_.execute(
      "update tagsmith_feed_head set seq = ?, user_rows = ?, updated_time = ? where id = 1",
      values));
  return counts_;
}

}  // namespace tagsmith::store
