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
using dataset::ScanCounts;
using dataset::ScanSpec;
using dataset::TableDescription;
using dataset::TableSource;

std::string select_with_keys(const Relation& relation, const TableSource& source) {
  return fmt::format("{} WHERE {} IS NOT NULL AND {} <> ''",
                     select_text(relation, source.key, usable_columns(relation)), relation.key,
                     relation.key);
}

class DuckdbReader final : public dataset::Reader {
 public:
  explicit DuckdbReader(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  Result<TableDescription> describe(const TableSource& source) override {
    const auto connection = TAGSMITH_TRY(Connection::open(*database_));
    const Relation relation = TAGSMITH_TRY(relation_of(*connection, source));
    return TableDescription{
        .schema = {.database = source.database, .name = source.name, .columns = relation.columns},
        .integer_key = relation.integer_key};
  }

  Result<ScanCounts> scan(const ScanSpec& spec, const ConsumerFactory& make_consumer) override {
    const auto connection = TAGSMITH_TRY(Connection::open(*database_));
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

  Result<std::vector<ColumnProfile>> profile(const TableSource& source,
                                             size_t samples_max) override;

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

Result<std::vector<ColumnProfile>> DuckdbReader::profile(const TableSource& source,
                                                         size_t samples_max) {
  const auto connection = TAGSMITH_TRY(Connection::open(*database_));
  const Relation relation = TAGSMITH_TRY(relation_of(*connection, source));
  const auto named = [&](base::Error error) { return error_in_file(std::move(error), source); };
  // A SELECT may be dear and need not give the same twice; files are read column by column.
  std::string from = "(" + select_with_keys(relation, source) + ")";
  if (source.format == TableSource::Format::kSelect) {
    if (base::Status made = connection->run("CREATE TEMP TABLE profiled AS FROM " + from); !made) {
      return named(std::move(made).error());
    }
    from = "profiled";
  }
  std::vector<ColumnProfile> profiles;
  for (const column::Column& column : relation.columns) {
    ColumnProfile profile{.name = column.name, .type = column.type};
    const bool usable = column.type.kind != column::TypeKind::kUnusable;
    const std::string name = quote_name(column.name);
    auto counts = connection->texts(
        usable ? fmt::format("SELECT CAST(count(*) AS VARCHAR), CAST(count(*) - count({0}) AS "
                             "VARCHAR), CAST(count(DISTINCT {0}) AS VARCHAR) FROM {1}",
                             name, from)
               : fmt::format("SELECT CAST(count(*) AS VARCHAR), '0', '0' FROM {}", from));
    if (!counts) {
      return named(std::move(counts).error());
    }
    const TextRow& row = counts->front();
    profile.rows = std::stoull(*row[0]);
    profile.nulls = std::stoull(*row[1]);
    profile.distinct = std::stoull(*row[2]);
    if (usable) {
      auto samples = connection->texts(
          fmt::format("SELECT CAST(cell AS VARCHAR) FROM (SELECT {0}, count(*) FROM {1} WHERE {0} "
                      "IS NOT NULL GROUP BY {0}) AS counted(cell, occurrences) ORDER BY "
                      "occurrences DESC, cell LIMIT {2}",
                      name, from, samples_max));
      if (!samples) {
        return named(std::move(samples).error());
      }
      for (const TextRow& sample : *samples) {
        profile.samples.push_back(sample[0].value_or(""));
      }
    }
    profiles.push_back(std::move(profile));
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
  const auto connection = TAGSMITH_TRY(Connection::open(database));
  const Relation relation = TAGSMITH_TRY(find_relation(*connection, source));
  return select_with_keys(relation, source);
}

}  // namespace tagsmith::duckdb
