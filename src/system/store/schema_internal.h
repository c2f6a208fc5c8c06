#pragma once

#include <string>

#include "base/result.h"
#include "store/sql_connection.h"

namespace tagsmith::store {

/// What must be true of the tables before anything else is asked, see open() in store.h.
base::Status prepare_schema(SqlConnection& connection, const std::string& name, bool create);

}  // namespace tagsmith::store
