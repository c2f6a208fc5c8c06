#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "column/value.h"
#include "dataset/data_set.h"
#include "dataset/key_dictionary.h"
#include "dataset/reader.h"
#include "engine/program.h"

namespace tagsmith::dataset {

/// The class codes of one encoder, one a user in the order of the user numbers.
using UserCodes =
    std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>, std::vector<std::uint32_t>>;

struct TableCounts {
  std::string table;
  ScanCounts scan;
  size_t users = 0;  // of this table and those scanned before it; they have the first numbers
};

/// What the cells of a column were to one way in which rules read it (SEMANTICS 23).
struct ReadingCounts {
  std::string table;
  std::string column;
  std::string as;  // "number": how rules read the cells
  engine::CellCounts cells;

  bool operator==(const ReadingCounts&) const = default;
};

/// All users of a data set with the codes of all encoders of a Program, in their order.
struct JoinedUsers {
  KeyDictionary keys;
  std::vector<UserCodes> codes;
  std::vector<TableCounts> counts;      // one a table, in the order of the scans
  std::vector<ReadingCounts> readings;  // table by table, of the rows that have a key
};

/// Joins all tables on the key by SEMANTICS 1: every table is scanned once, with only the columns
/// that the encoders read, which are encoded where they are read; a user without a row in a table
/// has class code 0 there. `on_table` is told the name of each table before it is scanned. The
/// table `first_table` is scanned first: its users have the first numbers.
///
/// Fails with E_DATA_DUPLICATE when a table has two rows of one user, with kCancelled on an
/// interrupt, and with what the reader says.
base::Result<JoinedUsers> join(Reader& reader, const DataSet& data, const engine::Program& program,
                               const std::function<void(std::string_view)>& on_table = {},
                               size_t first_table = 0);

/// One user's cells: what is not there is null, as for a table without a row of the user.
using UserRow = std::map<column::ColumnId, column::Value>;

/// The cells of one user in `columns` of all tables, or nothing when no table has the user. Fails
/// as join() does.
base::Result<std::optional<UserRow>> read_user(Reader& reader, const DataSet& data,
                                               const std::string& user,
                                               const std::vector<column::ColumnId>& columns);

}  // namespace tagsmith::dataset
