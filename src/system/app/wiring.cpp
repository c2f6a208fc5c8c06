#include "app/wiring.h"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "adapters/duckdb/database.h"
#include "adapters/duckdb/parquet_writer.h"
#include "adapters/duckdb/reader.h"
#include "adapters/sqlite/database.h"
#include "base/interrupt.h"
#include "base/language.h"
#include "base/problem.h"
#include "run/text_writers.h"
#include "store/store_url.h"
#include "store/traced_database.h"

namespace tagsmith::app {

base::Result<std::unique_ptr<dataset::Reader>> make_reader(const Resources& resources) {
  return duckdb::make_reader(
      {.threads = resources.threads, .memory_limit = resources.memory, .keep_order = false});
}

base::Result<OutputFormat> output_format(std::string_view option, const std::string& path) {
  if (path.ends_with(".parquet")) {
    return OutputFormat::kParquet;
  }
  if (path.ends_with(".csv")) {
    return OutputFormat::kCsv;
  }
  if (path.ends_with(".jsonl")) {
    return OutputFormat::kJsonLines;
  }
  return base::Error{
      .code = base::ErrorCode::kInvalidArgument,
      .message = base::message("{} {}: the name tells no format", option, base::quote(path)),
      .hint = base::tr("end it in .parquet, .csv or .jsonl")};
}

base::Result<std::unique_ptr<dataset::TagFileWriter>> make_tag_writer(OutputFormat format,
                                                                      files::AtomicFile& file) {
  switch (format) {
    case OutputFormat::kParquet:
      return duckdb::make_parquet_writer(file.temporary_path());
    case OutputFormat::kCsv:
      return run::csv_writer(file);
    case OutputFormat::kJsonLines:
      break;
  }
  return run::json_lines_writer(file);
}

base::Result<SelectWriter> SelectWriter::make() {
  return SelectWriter(TAGSMITH_TRY(duckdb::Database::open()));
}

SelectWriter::SelectWriter(std::unique_ptr<duckdb::Database> database)
    : database_(std::move(database)) {}

SelectWriter::SelectWriter(SelectWriter&& other) noexcept = default;
SelectWriter::~SelectWriter() = default;

base::Status SelectWriter::write_parquet(const std::string& select, const std::string& path) {
  if (base::interrupted()) {
    return base::cancelled();
  }
  const auto written = database_->query_text(
      fmt::format("COPY ({}) TO {} (FORMAT parquet)", select, duckdb::quote_text(path)));
  return written ? base::Status() : base::Status(written.error());
}

base::Result<std::vector<std::string>> duckdb_relations(const dataset::DataSet& data) {
  auto database = TAGSMITH_TRY(duckdb::Database::open());
  std::vector<std::string> relations;
  for (const dataset::TableSource& source : data.sources) {
    relations.push_back(TAGSMITH_TRY(duckdb::relation_sql(*database, source)));
  }
  return relations;
}

base::Result<std::shared_ptr<store::SqlDatabase>> make_database(const std::string& store_url) {
  const store::StoreUrl url = TAGSMITH_TRY(store::parse_store_url(store_url));
  switch (url.kind) {
    case store::StoreUrl::Kind::kSqlite:
      break;
  }
  const char* trace = std::getenv("TAGSMITH_TRACE_FILE");  // NOLINT(concurrency-mt-unsafe)
  auto database = sqlite::database(url.path);
  if (trace == nullptr || *trace == '\0') {
    return database;
  }
  return store::traced(std::move(database), trace);
}

base::Result<AdapterVersions> adapter_versions() {
  auto database = TAGSMITH_TRY(duckdb::Database::open());
  const auto rows = TAGSMITH_TRY(database->query_text("select version()"));
  return AdapterVersions{.duckdb = rows.front().front().value_or("unknown"),
                         .sqlite = sqlite::library_version()};
}

}  // namespace tagsmith::app
