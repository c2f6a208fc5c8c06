#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/sql_connection.h"

namespace tagsmith::store {

using SqlRow = std::vector<SqlValue>;

/// Cells of our own tables as what they are. One of another type stops the process: nobody else
/// writes these tables, and to go on with a guess could change somebody's tags.
std::int64_t integer_of(const SqlValue& value);
std::string text_of(SqlValue&& value);
std::optional<std::int64_t> optional_integer_of(const SqlValue& value);
std::optional<std::string> optional_text_of(SqlValue&& value);
SqlValue value_of(const std::optional<std::int64_t>& number);
SqlValue value_of(const std::optional<std::string>& text);

base::Result<std::vector<SqlRow>> all_rows(SqlConnection& connection, std::string_view sql,
                                           std::span<const SqlValue> parameters);
base::Result<std::optional<SqlRow>> first_row(SqlConnection& connection, std::string_view sql,
                                              std::span<const SqlValue> parameters);

/// One transaction: begin, `body`, commit. Whatever fails rolls it back.
template <typename Body>
auto in_transaction(SqlConnection& connection, const Body& body) -> decltype(body()) {
  TAGSMITH_TRY(connection.begin(/*write=*/true));
  auto result = body();
  if (!result) {
    connection.rollback();
    return result;
  }
  TAGSMITH_TRY(connection.commit());
  return result;
}

/// Collects rows of one INSERT and writes them many to a statement, as the dialect allows. Few
/// texts of statements arise, so that each is parsed once.
class Inserter {
 public:
  /// `head`: "insert into t (a, b) values".
  Inserter(SqlConnection& connection, std::string head, size_t columns);

  base::Status add(SqlRow row);
  /// Writes what is left.
  base::Status finish();

 private:
  base::Status write(size_t row_count);

  SqlConnection& connection_;
  std::string head_;
  size_t columns_;
  size_t rows_max_;
  size_t bytes_ = 0;
  std::vector<SqlValue> values_;  // of the rows not yet written
};

/// Calls `each` with every row of `sql`, which holds one "{list}" in the place of a list of `keys`;
/// asks for many keys at once. `more` are the parameters that come after the list. Rows come in the
/// order of the keys' batches.
base::Status rows_by_keys(SqlConnection& connection, std::string_view sql,
                          std::span<const std::string> keys, std::span<const SqlValue> more,
                          const std::function<base::Status(SqlRow)>& each);

}  // namespace tagsmith::store
