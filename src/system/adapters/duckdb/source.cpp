#include "adapters/duckdb/source_internal.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/language.h"
#include "base/problem.h"
#include "base/words.h"

namespace tagsmith::duckdb {

namespace {

using base::Error;
using base::Result;
using base::Status;
using dataset::TableSource;

// DuckDB takes *, ? and [ in a path for a pattern; a set of one character is that character.
std::string exact_path(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[') {
      out += {'[', c, ']'};
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

column::Type decimal_type(std::string_view text) {
  column::Type type{.kind = column::TypeKind::kDecimal};
  const char* end = text.data() + text.size();
  const char* comma =
      std::from_chars(text.data() + std::string_view("DECIMAL(").size(), end, type.precision).ptr;
  std::from_chars(comma + 1, end, type.scale);
  return type;
}

bool is_too_wide(std::string_view type) {
  return type.starts_with("DECIMAL(") && decimal_type(type).precision > kDecimalDigitsMax;
}

Error broken(std::string message, std::string_view path, std::string hint) {
  Error error = base::invalid_argument(std::move(message));
  error.symbol = "E_DATA_FILE";
  error.path = path;
  error.hint = std::move(hint);
  return error;
}

Error no_key(std::string message, const TableSource& source) {
  Error error = base::invalid_argument(std::move(message));
  error.symbol = "E_DATA_KEY";
  error.path = source.files.empty() ? source.name : source.files.front();
  error.hint = base::tr("a key is text or an integer");
  return error;
}

std::string column_expression(std::string_view name) { return "source." + quote_name(name); }

std::string list_of_files(const TableSource& source) {
  std::string out;
  for (const std::string& file : source.files) {
    out += (out.empty() ? "[" : ", ") + quote_text(exact_path(file));
  }
  return out + "]";
}

bool is_hidden(const TableSource& source, std::string_view name) {
  return std::ranges::find(source.hidden, name) != source.hidden.end();
}

Status check_names(std::span<const std::string> names, std::string_view path) {
  std::map<std::string, std::string> seen;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      return broken(base::message("column {} has no name", i + 1), path,
                    base::tr("give each column a name"));
    }
    const auto [at, is_new] = seen.emplace(base::lower(names[i]), names[i]);
    if (!is_new) {
      return broken(names[i] == at->second
                        ? base::message("two columns are named {}", base::quote(names[i]))
                        : base::message("columns {} and {} differ only in letter case",
                                        base::quote(at->second), base::quote(names[i])),
                    path, base::tr("rename one of them"));
    }
  }
  return {};
}

Result<std::vector<Foreign>> describe(Connection& connection, const std::string& from) {
  const auto rows = TAGSMITH_TRY(connection.texts(
      "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM " + from + ")"));
  std::vector<Foreign> columns;
  for (const TextRow& row : rows) {
    columns.push_back({.name = *row[0], .type = *row[1], .expression = column_expression(*row[0])});
  }
  return columns;
}

}  // namespace tagsmith::duckdb
