#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "adapters/sqlite/database.h"
#include "base/result.h"
#include "store/sql_connection.h"

namespace tagsmith::sqlite {

/// The failure `result` of `handle` (may be null) as ours. The only place that knows SQLite's
/// codes.
base::Error error_of(sqlite3* handle, int result, const std::string& database_name,
                     const DatabaseOptions& options);

/// Opens the file, which must be there.
base::Result<std::unique_ptr<store::SqlConnection>> open_connection(const std::string& path,
                                                                    const std::string& name,
                                                                    const DatabaseOptions& options);

}  // namespace tagsmith::sqlite
