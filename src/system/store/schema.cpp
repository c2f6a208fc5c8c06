#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/language.h"
#include "base/problem.h"
#include "membership/tag_store.h"
#include "store/dialect_internal.h"
#include "store/schema_internal.h"
#include "store/transaction_internal.h"

namespace tagsmith::store {
namespace {

using base::ErrorCode;

// Forward only: a migration that somebody has run is never edited, the next one goes below it. The
// version of a store is the number of those that it has run.
constexpr std::array kFirst{
    // The serving table: what others read.
    "create table user_tags (id {key}, user_id {user_id} not null, tag_ids {json} not null, "
    "tag_details {json} not null, created_time {time} not null, updated_time {time} not null)",
    "create unique index user_tags_user_id on user_tags (user_id)",
    "create index user_tags_created_time on user_tags (created_time)",
    "create index user_tags_updated_time on user_tags (updated_time)",

    // One row: the last number of the feed, locked last by every transaction that writes; and what
    // the serving table looked like after it, so that foreign writes show.
    "create table tagsmith_feed_head (id integer not null primary key, seq bigint not null, "
    "user_rows bigint not null, updated_time varchar(26) not null)",
    "insert into tagsmith_feed_head (id, seq, user_rows, updated_time) values (1, 0, 0, '')",

    "create table tagsmith_feed (seq bigint not null primary key, run_id bigint not null, "
    "kind varchar(9) not null, user_id {user_id}, tag_id integer, detail {text}, "
    "made_at bigint not null, actor {text}, reason {text})",
    "create index tagsmith_feed_user_id on tagsmith_feed (user_id, seq)",

    "create table tagsmith_manual (user_id {user_id} not null, tag_id integer not null, "
    "kind varchar(5) not null, actor {text} not null, reason {text} not null, "
    "made_at bigint not null, expires_at bigint, primary key (user_id, tag_id, kind)) {clustered}",

    // Every grant and block that was made or taken away; rows are only added.
    "create table tagsmith_edits (edit_id {key}, user_id {user_id} not null, "
    "tag_id integer not null, kind varchar(5) not null, removed integer not null, "
    "actor {text} not null, reason {text} not null, made_at bigint not null, expires_at bigint, "
    "feed_seq bigint not null)",
    "create index tagsmith_edits_user_id on tagsmith_edits (user_id, edit_id)",

    "create table tagsmith_runs (run_id bigint not null primary key, state varchar(10) not null, "
    "pins {text} not null, is_full integer not null, actor {text} not null, plan {text}, "
    "change_set {text} not null, change_set_hash varchar(64) not null, chunks bigint not null, "
    "rows_written bigint not null, entered bigint not null, lost bigint not null, "
    "feed_before bigint not null, revert_below bigint, ended_at bigint, error {text} not null)",

    // What a run that is not yet published did to a detail without a gain or a loss.
    "create table tagsmith_rewrites (run_id bigint not null, user_id {user_id} not null, "
    "tag_id integer not null, before_run {text} not null, after_run {text} not null, "
    "primary key (run_id, user_id, tag_id)) {clustered}",

    "create table tagsmith_rule_versions (tag_id integer not null, number integer not null, "
    "code varchar(64) not null, rules {text} not null, grant_days integer, actor {text} not null, "
    "commit_id {text} not null, recorded_at bigint not null, primary key (tag_id, number))",

    "create table tagsmith_tag_states (tag_id integer not null primary key, "
    "last_run bigint not null, last_as_of integer not null, last_rule_version integer not null, "
    "stale {text})",

    "create table tagsmith_fences (name varchar(64) not null primary key, epoch bigint not null, "
    "holder {text} not null)",
    "create table tagsmith_heartbeats (name varchar(64) not null primary key, "
    "beats bigint not null)",
};

struct Migration {
  std::span<const char* const> statements;
};
const std::array kMigrations{Migration{kFirst}};

constexpr std::array<std::string_view, 11> kOurTables{
    "user_tags",           "tagsmith_feed_head", "tagsmith_feed",      "tagsmith_manual",
    "tagsmith_edits",      "tagsmith_runs",      "tagsmith_rewrites",  "tagsmith_rule_versions",
    "tagsmith_tag_states", "tagsmith_fences",    "tagsmith_heartbeats"};
constexpr std::string_view kStoreTable = "tagsmith_store";

base::Error foreign(std::string message, const std::string& name, std::string hint) {
  return {.code = ErrorCode::kInvalidArgument,
          .message = std::move(message),
          .symbol = std::string(membership::kStoreForeign),
          .path = name,
          .hint = std::move(hint)};
}

// 32 hex digits: tells this store from a copy that somebody started anew.
std::string new_store_id() {
  std::random_device device;
  std::string id;
  for (int i = 0; i < 4; ++i) {
    id += fmt::format("{:08x}", device());
  }
  return id;
}

// The version of the schema; 0: the database holds nothing of ours.
base::Result<std::int64_t> version_of(SqlConnection& connection, const std::string& name) {
  std::set<std::string, std::less<>> tables;
  for (SqlRow& row : TAGSMITH_TRY(all_rows(connection, table_names(connection.dialect()), {}))) {
    tables.insert(text_of(std::move(row.at(0))));
  }
  std::vector<std::string_view> there;
  std::vector<std::string_view> missing;
  for (const std::string_view table : kOurTables) {
    (tables.contains(table) ? there : missing).push_back(table);
  }
  if (!tables.contains(kStoreTable)) {
    if (there.empty()) {
      return std::int64_t{0};
    }
    return foreign(
        base::message("the database has tables with our names that Tagsmith did not make: {}",
                      fmt::join(there, ", ")),
        name, base::tr("name another database as the store"));
  }
  auto row = first_row(connection, "select schema_version from tagsmith_store where id = 1", {});
  if (!row && row.error().code != ErrorCode::kInternal) {
    return row.error();
  }
  if (!row || !*row || !std::holds_alternative<std::int64_t>((*row)->at(0))) {
    return foreign(base::tr("the table tagsmith_store is not one that Tagsmith made"), name,
                   base::tr("name another database as the store"));
  }
  const std::int64_t version = integer_of((*row)->at(0));
  if (version <= static_cast<std::int64_t>(kMigrations.size()) && !missing.empty()) {
    return foreign(base::message("tables of the store are missing: {}", fmt::join(missing, ", ")),
                   name, base::tr("restore the database from a backup"));
  }
  return version;
}

base::Status check_not_newer(std::int64_t version, const std::string& name) {
  const auto known = static_cast<std::int64_t>(kMigrations.size());
  if (version <= known) {
    return {};
  }
  return base::Error{.code = ErrorCode::kInvalidArgument,
                     .message = base::message(
                         "the store has schema version {}, this program knows {}", version, known),
                     .symbol = std::string(membership::kStoreVersion),
                     .path = name,
                     .hint = base::tr("a newer Tagsmith made it: use that one")};
}

base::Status migrate(SqlConnection& connection, std::int64_t version) {
  if (version == 0) {
    TAGSMITH_TRY(connection.execute(
        with_types(connection.dialect(),
                   "create table tagsmith_store (id integer not null primary key, "
                   "store_id varchar(32) not null, schema_version integer not null)"),
        {}));
    const SqlRow values{new_store_id()};
    TAGSMITH_TRY(connection.execute(
        "insert into tagsmith_store (id, store_id, schema_version) values (1, ?, 0)", values));
  }
  for (const Migration& migration : std::span(kMigrations).subspan(static_cast<size_t>(version))) {
    for (const char* statement : migration.statements) {
      TAGSMITH_TRY(connection.execute(with_types(connection.dialect(), statement), {}));
    }
    TAGSMITH_TRY(connection.execute(
        "update tagsmith_store set schema_version = schema_version + 1 where id = 1", {}));
  }
  return {};
}

}  // namespace

base::Status prepare_schema(SqlConnection& connection, const std::string& name, bool create) {
  const std::int64_t seen = TAGSMITH_TRY(version_of(connection, name));
  TAGSMITH_TRY(check_not_newer(seen, name));
  if (seen == static_cast<std::int64_t>(kMigrations.size())) {
    return {};
  }
  if (seen == 0 && !create) {
    return base::Error{.code = ErrorCode::kNotFound,
                       .message = base::tr("the database is empty: no run has been published"),
                       .symbol = "E_STORE",
                       .path = name,
                       .hint = base::tr("the first run fills it")};
  }
  // The transaction that writes is the lock; another process may have been here before it.
  return in_transaction(connection, [&]() -> base::Status {
    const std::int64_t version = TAGSMITH_TRY(version_of(connection, name));
    TAGSMITH_TRY(check_not_newer(version, name));
    return migrate(connection, version);
  });
}

}  // namespace tagsmith::store
