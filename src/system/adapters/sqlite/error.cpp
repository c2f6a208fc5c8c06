#include <cerrno>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "adapters/sqlite/connection_internal.h"
#include "base/language.h"
#include "membership/tag_store.h"

namespace tagsmith::sqlite {
namespace {

// The shared memory of the log grows at once to what it needs: where that fails there is no room.
bool is_full(sqlite3* handle, int result) {
  const int reason = handle == nullptr ? 0 : sqlite3_system_errno(handle);
  return result == SQLITE_IOERR_SHMSIZE ||
         ((result & 0xff) == SQLITE_IOERR && (reason == ENOSPC || reason == EDQUOT));
}

}  // namespace

using base::ErrorCode;

base::Error error_of(sqlite3* handle, int result, const std::string& database_name,
                     const DatabaseOptions& options) {
  base::Error error{.code = ErrorCode::kUnavailable,
                    .message = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(result),
                    .symbol = "E_STORE",
                    .path = database_name};
  switch (is_full(handle, result) ? SQLITE_FULL : result & 0xff) {
    case SQLITE_CONSTRAINT:
      error.code = ErrorCode::kConflict;
      error.symbol = store::kStoreDuplicate;
      error.hint = base::tr("somebody wrote the same row at the same time; try again");
      if (result != SQLITE_CONSTRAINT_UNIQUE && result != SQLITE_CONSTRAINT_PRIMARYKEY) {
        error.code = ErrorCode::kInternal;
        error.symbol = "E_STORE";
        error.hint.clear();
      }
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      if (result == SQLITE_BUSY_SNAPSHOT) {
        error.code = ErrorCode::kConflict;
        error.hint = base::tr("somebody wrote since this transaction began; try again");
        break;
      }
      error.symbol = membership::kStoreLocked;
      error.message = base::message("the database is locked by another process, waited {} ms",
                                    options.lock_wait_ms);
      error.hint = base::tr("wait until the other one has finished, or end it");
      break;
    case SQLITE_NOTADB:
      error.code = ErrorCode::kInvalidArgument;
      error.symbol = membership::kStoreForeign;
      error.message = base::tr("the file is not an SQLite database");
      error.hint = base::tr("name another file as the store");
      break;
    case SQLITE_FULL:
      error.message = base::tr("the disk is full");
      error.hint =
          base::tr("free some space and start the same command again: nothing is half-written");
      break;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: {
      const int reason = handle != nullptr ? sqlite3_system_errno(handle) : 0;
      error.message = base::message("cannot open the file{}{}", reason != 0 ? ": " : "",
                                    reason != 0 ? std::strerror(reason)  // NOLINT(concurrency-*)
                                                : "");
      error.hint = base::tr("the file and its folder must be readable and writable");
      break;
    }
    case SQLITE_READONLY:
      error.message = base::tr("the file cannot be written");
      error.hint = base::tr("the file and its folder must be writable");
      break;
    case SQLITE_IOERR:
      error.hint = base::tr("look at the disk; then start the same command again");
      break;
    case SQLITE_CORRUPT:
      error.message = base::message("the database is damaged: {}", error.message);
      error.hint = base::tr("restore it from a backup");
      break;
    case SQLITE_NOMEM:
      error.hint = base::tr("give the process more memory");
      break;
    default:
      error.code = ErrorCode::kInternal;
      break;
  }
  return error;
}

}  // namespace tagsmith::sqlite
