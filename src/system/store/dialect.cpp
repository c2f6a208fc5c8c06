#include <array>
#include <utility>

#include "base/assert.h"
#include "store/dialect_internal.h"

namespace tagsmith::store {
namespace {

using Types = std::array<std::pair<std::string_view, std::string_view>, 6>;

// Texts of SQLite compare by their bytes, and end in what they end in: no collation, no padding.
constexpr Types kSqliteTypes{{
    {"{key}", "integer primary key"},
    {"{user_id}", "text"},
    {"{time}", "text"},
    {"{text}", "text"},
    {"{json}", "text"},
    {"{clustered}", "without rowid"},
}};
constexpr Types kMysqlTypes{{
    {"{key}", "bigint not null auto_increment primary key"},
    {"{user_id}", "varbinary(400)"},
    {"{time}", "datetime(6)"},
    {"{text}", "longtext character set utf8mb4 collate utf8mb4_bin"},
    {"{json}", "json"},
    {"{clustered}", ""},
}};

bool is_sqlite(const Dialect& dialect) { return dialect.kind == Dialect::Kind::kSqlite; }

}  // namespace

std::string with_types(const Dialect& dialect, std::string_view sql) {
  const Types& types = is_sqlite(dialect) ? kSqliteTypes : kMysqlTypes;
  std::string text;
  for (size_t at = 0; at < sql.size();) {
    const size_t open = sql.find('{', at);
    text += sql.substr(at, open - at);
    if (open == std::string_view::npos) {
      break;
    }
    const std::string_view rest = sql.substr(open);
    size_t length = 0;
    for (const auto& [name, type] : types) {
      if (rest.starts_with(name)) {
        text += type;
        length = name.size();
      }
    }
    TAGSMITH_ASSERT(length > 0);
    at = open + length;
  }
  return text;
}

std::string_view for_update(const Dialect& dialect) {
  return is_sqlite(dialect) ? "" : " for update";
}

std::string_view for_share(const Dialect& dialect) {
  return is_sqlite(dialect) ? "" : " lock in share mode";
}

std::string_view table_names(const Dialect& dialect) {
  return is_sqlite(dialect)
             ? "select name from sqlite_master where type in ('table', 'view')"
             : "select table_name from information_schema.tables where table_schema = database()";
}

}  // namespace tagsmith::store
