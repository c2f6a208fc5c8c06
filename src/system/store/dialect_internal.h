#pragma once

#include <string>
#include <string_view>

#include "store/sql_connection.h"

namespace tagsmith::store {

/// A statement of the schema with the types of this database in the place of {key}, {user_id},
/// {time}, {text}, {json} and {clustered}.
std::string with_types(const Dialect& dialect, std::string_view sql);

/// What follows a SELECT whose rows are about to be written, and one whose rows must not change
/// before the transaction ends. Empty where the whole database has one writer.
std::string_view for_update(const Dialect& dialect);
std::string_view for_share(const Dialect& dialect);

/// A SELECT of the names of all tables of the database.
std::string_view table_names(const Dialect& dialect);

}  // namespace tagsmith::store
