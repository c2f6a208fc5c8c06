#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "store/sql_connection.h"

namespace tagsmith::sqlite {

struct DatabaseOptions {
  /// How long a call waits for the locks of other connections before E_STORE_LOCKED.
  std::int64_t lock_wait_ms = 10'000;
};

/// The SQLite database in one file, on one host. It is made with mode 0600; the first transaction
/// that writes brings it to write-ahead logging, and every commit is synced to the disk.
std::shared_ptr<store::SqlDatabase> database(std::string path, const DatabaseOptions& options = {});

/// Of the library that this process runs with: "3.40.1".
std::string library_version();

}  // namespace tagsmith::sqlite
