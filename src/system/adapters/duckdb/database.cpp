#include "adapters/duckdb/database.h"

#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/connection_internal.h"
#include "base/language.h"
#include "base/words.h"

namespace tagsmith::duckdb {
namespace {

// The memory is the one option that a person writes as text.
std::string hint_of(const DatabaseOptions& options) {
  return options.memory_limit.empty() ? std::string()
                                      : base::tr("write the memory as 2GB or 512MB");
}

}  // namespace

std::string quote_name(std::string_view name) { return base::in_quotes(name, '"'); }
std::string quote_text(std::string_view text) { return base::in_quotes(text, '\''); }

Database::Database(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Database::~Database() = default;

base::Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options) {
  // Made first: what DuckDB writes into it is gone with the handle, however this ends.
  auto handle = std::make_unique<Handle>(options.spill_parent);
  std::vector<std::pair<const char*, std::string>> settings{
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_unsigned_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"allow_persistent_secrets", "false"},
      {"preserve_insertion_order", options.keep_order ? "true" : "false"},
      {"temp_directory", handle->spill.path()},
  };
  if (options.threads > 0) {
    settings.emplace_back("threads", std::to_string(options.threads));
  }
  if (options.memory_limit.starts_with('-')) {  // to DuckDB it is no limit
    base::Error error = base::invalid_argument(
        base::message("a negative memory {}", quote_text(options.memory_limit)));
    error.hint = hint_of(options);
    return error;
  }
  if (!options.memory_limit.empty()) {
    settings.emplace_back("memory_limit", options.memory_limit);
  }
  duckdb_config config_raw = nullptr;
  duckdb_create_config(&config_raw);
  const Owned<duckdb_config, duckdb_destroy_config> config(config_raw);
  for (const auto& [name, value] : settings) {
    if (duckdb_set_config(config.get(), name, value.c_str()) != DuckDBSuccess) {
      base::Error error =
          base::invalid_argument(base::message("DuckDB refuses {} = {}", name, quote_text(value)));
      error.hint = hint_of(options);
      return error;
    }
  }
  duckdb_database database = nullptr;
  char* message = nullptr;
  if (duckdb_open_ext(nullptr, &database, config.get(), &message) != DuckDBSuccess) {
    base::Error error = base::invalid_argument(base::message(
        "DuckDB does not open: {}", message != nullptr ? message : base::tr("no reason given")));
    duckdb_free(message);
    error.hint = hint_of(options);
    return error;
  }
  handle->database.reset(database);
  std::unique_ptr<Database> opened(new Database(std::move(handle)));
  const auto connection = TAGSMITH_TRY(Connection::open(*opened));
  TAGSMITH_TRY(connection->run("SET GLOBAL TimeZone = 'UTC'"));
  // What a user wrote is a SELECT, which cannot set it: connections do, for a table's zone.
  TAGSMITH_TRY(connection->run("SET GLOBAL allowed_configs = ['TimeZone']"));
  TAGSMITH_TRY(connection->run("SET GLOBAL lock_configuration = true"));
  return opened;
}

base::Result<std::vector<TextRow>> Database::query_text(const std::string& sql) {
  const auto connection = TAGSMITH_TRY(Connection::open(*this));
  if (connection->names_of_select(sql).has_value()) {
    return connection->texts("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM query(" + quote_text(sql) +
                             ")");
  }
  TAGSMITH_TRY(connection->run(sql));
  return std::vector<TextRow>();
}

}  // namespace tagsmith::duckdb
