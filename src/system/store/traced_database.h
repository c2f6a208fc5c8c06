#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "store/sql_connection.h"

namespace tagsmith::store {

/// The same database, with a line in a file for each call before it is made and after it came back:
///
///   0.001204 1 > begin
///   0.001431 1 < ok
///   0.001502 1 > select epoch, holder from tagsmith_fences where name = ?
///
/// (seconds since the file was opened, the connection, the call or what came of it). Values are not
/// in it. Each line is written at once, so that the file tells how far a process came that was
/// killed. It is appended to; kUnavailable when it cannot be.
base::Result<std::shared_ptr<SqlDatabase>> traced(std::shared_ptr<SqlDatabase> database,
                                                  const std::string& path);

}  // namespace tagsmith::store
