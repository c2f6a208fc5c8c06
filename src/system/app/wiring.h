#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dataset/data_set.h"
#include "dataset/reader.h"
#include "files/atomic_file.h"

namespace tagsmith::duckdb {
class Database;
}

namespace tagsmith::store {
class SqlDatabase;
}

namespace tagsmith::app {

/// What this binary is made of: the one place that knows which adapter stands behind which port.

struct Resources {
  int threads = 0;     // 0: as many as the machine has
  std::string memory;  // "2GB"; empty: the reader's own choice
};

base::Result<std::unique_ptr<dataset::Reader>> make_reader(const Resources& resources);

/// The formats that a result can be written in.
enum class OutputFormat { kParquet, kCsv, kJsonLines };

/// The format that the end of a name tells; kInvalidArgument names the option.
base::Result<OutputFormat> output_format(std::string_view option, const std::string& path);

/// A writer into the temporary file of `file`, which must outlive it and is the caller's to commit.
base::Result<std::unique_ptr<dataset::TagFileWriter>> make_tag_writer(OutputFormat format,
                                                                      files::AtomicFile& file);

/// Writes what SELECTs of this program, in DuckDB's SQL, give.
class SelectWriter {
 public:
  static base::Result<SelectWriter> make();
  SelectWriter(SelectWriter&& other) noexcept;
  SelectWriter& operator=(SelectWriter&&) = delete;
  ~SelectWriter();

  /// Makes the Parquet file `path`. kCancelled after an interrupt.
  base::Status write_parquet(const std::string& select, const std::string& path);

 private:
  explicit SelectWriter(std::unique_ptr<duckdb::Database> database);

  std::unique_ptr<duckdb::Database> database_;
};

/// For each table a SELECT that gives what the reader reads, in DuckDB's SQL.
base::Result<std::vector<std::string>> duckdb_relations(const dataset::DataSet& data);

/// The database that a project names ("sqlite:tags.db"), opened by nobody yet. A relative path
/// counts from the working folder. E_STORE_URL for what names none.
base::Result<std::shared_ptr<store::SqlDatabase>> make_database(const std::string& store_url);

/// The versions of the foreign systems that this process runs with.
struct AdapterVersions {
  std::string duckdb;
  std::string sqlite;
};
base::Result<AdapterVersions> adapter_versions();

}  // namespace tagsmith::app
