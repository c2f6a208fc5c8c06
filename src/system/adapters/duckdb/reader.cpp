#include "adapters/duckdb/reader.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>
#include <utility>

#include <duckdb.h>
#include <fmt/format.h>

#include "adapters/duckdb/batch_internal.h"
#include "adapters/duckdb/connection_internal.h"
#include "adapters/duckdb/relation_internal.h"
#include "base/assert.h"

namespace tagsmith::duckdb {
namespace {

using base::Result;
using dataset::ColumnProfile;
using dataset::ProfileSpec;
using dataset::ScanCounts;
using dataset::ScanSpec;
using dataset::TableDescription;
using dataset::TableSource;

std::string select_with_keys(const Relation& relation, const TableSource& source) {
  return fmt::format("{} WHERE {} IS NOT NULL AND {} <> ''",
                     select_text(relation, source.key, usable_columns(relation)), relation.key,
                     relation.key);
}

// Inside of a SELECT a moment becomes a day or an hour by the zone of the connection.
Result<std::unique_ptr<Connection>> connect_for(Database& database, const TableSource& source) {
  auto connection = TAGSMITH_TRY(Connection::open(database));
  if (source.format == TableSource::Format::kSelect) {
    TAGSMITH_TRY(check_duckdb_knows(*connection, source.zone));
    TAGSMITH_TRY(connection->run("SET SESSION TimeZone = " + quote_text(source.zone)));
  }
  return connection;
}

class DuckdbReader final : public dataset::Reader {
 public:
  explicit DuckdbReader(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  Result<TableDescription> describe(const TableSource& source) override {
    const auto connection = TAGSMITH_TRY(connect_for(*database_, source));
    const Relation relation = TAGSMITH_TRY(relation_of(*connection, source));
    return TableDescription{
        .schema = {.database = source.database, .name = source.name, .columns = relation.columns},
        .integer_key = relation.integer_key,
        .files = relation.files};
  }

  Result<ScanCounts> scan(const ScanSpec& spec, const ConsumerFactory& make_consumer) override {
    const auto connection = TAGSMITH_TRY(connect_for(*database_, spec.source));
    const Relation relation = TAGSMITH_TRY(relation_of(*connection, spec.source));
    std::vector<size_t> columns;
    std::vector<column::Type> types;
    for (const std::string& name : spec.columns) {
      const auto column = std::ranges::find(relation.columns, name, &column::Column::name);
      TAGSMITH_ASSERT(column != relation.columns.end() &&
                      column->type.kind != column::TypeKind::kUnusable);
      columns.push_back(static_cast<size_t>(column - relation.columns.begin()));
      types.push_back(column->type);
    }
    std::string sql = select_text(relation, spec.source.key, columns);
    std::vector<std::string_view> parameters;
    if (spec.only_user) {
      if (!is_utf8(*spec.only_user)) {
        return ScanCounts{};  // no key is like that
      }
      sql += " WHERE " + relation.key + " = $1";
      parameters.emplace_back(*spec.only_user);
    }
    Result<Stream> rows = connection->stream(sql, parameters);
    if (!rows) {
      return error_in_file(std::move(rows).error(), spec.source);
    }
    return push(*rows, spec.source, std::move(types), *make_consumer());
  }

  Result<std::vector<ColumnProfile>> profile(const ProfileSpec& spec) override;

  Result<std::vector<column::Column>> columns(const TableSource& source) override {
    const auto connection = TAGSMITH_TRY(connect_for(*database_, source));
    return find_columns(*connection, source);
  }

 private:
  // One thread hands out the chunks; DuckDB's own decode the files beside it.
  Result<ScanCounts> push(Stream& rows, const TableSource& source, std::vector<column::Type> types,
                          dataset::BatchConsumer& consumer) {
    BatchMaker maker(std::move(types));
    ScanCounts counts;
    while (true) {
      const Result<OwnedChunk> chunk = rows.next();
      if (!chunk) {
        return error_in_file(chunk.error(), source);
      }
      if (*chunk == nullptr) {
        break;
      }
      const dataset::TableBatch& batch = maker.make(chunk->get());
      if (batch.row_count > 0) {
        counts.rows += batch.row_count;
        TAGSMITH_TRY(consumer.consume(batch));
      }
    }
    counts.null_keys = maker.null_keys();
    return counts;
  }

  // `error`, met while reading `source`, with the file that is to blame.
  base::Error error_in_file(base::Error error, const TableSource& source) {
    error = error_in(std::move(error), source);
    auto connection = Connection::open(*database_);
    return connection ? name_damaged_file(**connection, std::move(error), source) : error;
  }

  Result<Relation> relation_of(Connection& connection, const TableSource& source) {
    {
      const std::scoped_lock lock(mutex_);
      const auto known =
          std::ranges::find(relations_, source, &std::pair<TableSource, Relation>::first);
      if (known != relations_.end()) {
        return known->second;
      }
    }
    Relation relation = TAGSMITH_TRY(find_relation(connection, source));
    const std::scoped_lock lock(mutex_);
    relations_.emplace_back(source, relation);
    return relation;
  }

  std::unique_ptr<Database> database_;
  std::mutex mutex_;
  std::vector<std::pair<TableSource, Relation>> relations_;  // guarded by mutex_
};

// Counts of one column, as SQL over its rows; `cell` is the column there.
std::string profile_counts(const column::Type& type, const std::string& cell) {
  const std::string none = "CAST(0 AS BIGINT)";
  std::string unreadable = none;
  std::string nans = none;
  switch (type.kind) {
    case column::TypeKind::kUnusable:
      return fmt::format("count(*), {0}, {0}, {0}, {0}", none);
    case column::TypeKind::kDouble:
    case column::TypeKind::kFloat:
      nans = fmt::format("count(*) FILTER (isnan({}))", cell);
      break;
    case column::TypeKind::kDate:
    case column::TypeKind::kTimestamp:
      unreadable = fmt::format("count(*) FILTER (NOT isfinite({}))", cell);
      break;
    case column::TypeKind::kDecimal:
      // Wide integers may have more than 38 digits.
      unreadable = fmt::format(
          "count(*) FILTER (ltrim(CAST({} AS VARCHAR), '-') SIMILAR TO "
          "'[0-9]{{39,}}')",
          cell);
      break;
    default:
      break;
  }
  return fmt::format("count(*), count(*) - count({0}), count(DISTINCT {0}), {1}, {2}", cell,
                     unreadable, nans);
}

Result<ColumnProfile> profile_column(Connection& connection, const column::Column& column,
                                     const std::string& from, size_t samples_max) {
  ColumnProfile profile{.name = column.name, .type = column.type};
  const std::string name = quote_name(column.name);
  const auto counts = TAGSMITH_TRY(
      connection.texts(fmt::format("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (SELECT {} FROM {})",
                                   profile_counts(column.type, name), from)));
  const TextRow& row = counts.front();
  profile.rows = std::stoull(*row[0]);
  profile.nulls = std::stoull(*row[1]);
  profile.distinct = std::stoull(*row[2]);
  profile.unreadable = std::stoull(*row[3]);
  profile.nans = std::stoull(*row[4]);
  if (column.type.kind == column::TypeKind::kUnusable) {
    return profile;
  }
  const auto samples = TAGSMITH_TRY(connection.texts(
      fmt::format("SELECT CAST(cell AS VARCHAR) FROM (SELECT {0}, count(*) FROM {1} WHERE {0} "
                  "IS NOT NULL GROUP BY {0}) AS counted(cell, occurrences) ORDER BY "
                  "occurrences DESC, cell LIMIT {2}",
                  name, from, samples_max)));
  for (const TextRow& sample : samples) {
    profile.samples.push_back(sample[0].value_or(""));
  }
  return profile;
}

Result<std::vector<ColumnProfile>> DuckdbReader::profile(const ProfileSpec& spec) {
  const TableSource& source = spec.source;
  const auto connection = TAGSMITH_TRY(connect_for(*database_, source));
  const Relation relation = TAGSMITH_TRY(relation_of(*connection, source));
  // A SELECT may be dear and need not give the same twice; files are read column by column.
  std::string all = "(" + select_text(relation, source.key, usable_columns(relation)) + ")";
  if (source.format == TableSource::Format::kSelect) {
    if (base::Status made = connection->run("CREATE TEMP TABLE profiled AS FROM " + all); !made) {
      return error_in_file(std::move(made).error(), source);
    }
    all = "profiled";
  }
  const std::string key_name = quote_name(source.key);
  const std::string keys = fmt::format("(SELECT nullif({0}, '') AS {0} FROM {1})", key_name, all);
  const std::string rows =
      fmt::format("(SELECT * FROM {1} WHERE {0} IS NOT NULL AND {0} <> '')", key_name, all);
  std::vector<ColumnProfile> profiles;
  const auto add = [&](const column::Column& column, const std::string& from) -> base::Status {
    auto profile = profile_column(*connection, column, from, spec.samples_max);
    if (!profile) {
      return error_in_file(std::move(profile).error(), source);
    }
    profiles.push_back(std::move(profile).value());
    return {};
  };
  TAGSMITH_TRY(add({.name = source.key, .type = {.kind = column::TypeKind::kText}}, keys));
  profiles.front().is_key = true;
  if (relation.integer_key) {
    profiles.front().type = {.kind = column::TypeKind::kInt};
  }
  for (const column::Column& column : relation.columns) {
    if (!spec.columns || std::ranges::find(*spec.columns, column.name) != spec.columns->end()) {
      TAGSMITH_TRY(add(column, rows));
    }
  }
  return profiles;
}

}  // namespace

base::Result<std::unique_ptr<dataset::Reader>> make_reader(const DatabaseOptions& options) {
  DatabaseOptions any_order = options;
  any_order.keep_order = false;
  std::unique_ptr<Database> database = TAGSMITH_TRY(Database::open(any_order));
  return std::unique_ptr<dataset::Reader>(new DuckdbReader(std::move(database)));
}

base::Result<std::string> relation_sql(Database& database, const TableSource& source) {
  const auto connection = TAGSMITH_TRY(connect_for(database, source));
  const Relation relation = TAGSMITH_TRY(find_relation(*connection, source));
  return select_with_keys(relation, source);
}

}  // namespace tagsmith::duckdb
