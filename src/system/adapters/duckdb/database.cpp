#include "adapters/duckdb/database.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/connection_internal.h"

namespace tagsmith::duckdb {
namespace {

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    out += c;
    if (c == quote) {
      out += c;
    }
  }
  return out + quote;
}

// Two databases of one process must not share a folder: each removes its own.
std::string default_spill_folder() {
  static std::atomic<int> count{0};
  std::error_code error;
  std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) {
    folder = "/tmp";
  }
  return (folder / fmt::format("tagsmith-spill-{}-{}", getpid(), count.fetch_add(1))).string();
}

}  // namespace

std::string quote_name(std::string_view name) { return quoted(name, '"'); }
std::string quote_text(std::string_view text) { return quoted(text, '\''); }

Database::Database(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Database::~Database() = default;

base::Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options) {
  std::vector<std::pair<const char*, std::string>> settings{
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_unsigned_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"allow_persistent_secrets", "false"},
      {"preserve_insertion_order", options.keep_order ? "true" : "false"},
      {"temp_directory",
       options.spill_folder.empty() ? default_spill_folder() : options.spill_folder},
  };
  if (options.threads > 0) {
    settings.emplace_back("threads", std::to_string(options.threads));
  }
  if (!options.memory_limit.empty()) {
    settings.emplace_back("memory_limit", options.memory_limit);
  }
  duckdb_config config_raw = nullptr;
  duckdb_create_config(&config_raw);
  const Owned<duckdb_config, duckdb_destroy_config> config(config_raw);
  for (const auto& [name, value] : settings) {
    if (duckdb_set_config(config.get(), name, value.c_str()) != DuckDBSuccess) {
      return base::invalid_argument(fmt::format("DuckDB refuses {} = {}", name, quote_text(value)));
    }
  }
  duckdb_database database = nullptr;
  char* message = nullptr;
  if (duckdb_open_ext(nullptr, &database, config.get(), &message) != DuckDBSuccess) {
    base::Error error = base::invalid_argument(
        fmt::format("DuckDB does not open: {}", message != nullptr ? message : "no reason given"));
    duckdb_free(message);
    return error;
  }
  auto handle = std::make_unique<Handle>();
  handle->database.reset(database);
  std::unique_ptr<Database> opened(new Database(std::move(handle)));
  const auto connection = TAGSMITH_TRY(Connection::open(*opened));
  TAGSMITH_TRY(connection->run("SET GLOBAL TimeZone = 'UTC'"));
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
