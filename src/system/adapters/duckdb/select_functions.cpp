#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>

#include "adapters/duckdb/select_internal.h"
#include "base/language.h"
#include "base/words.h"

namespace tagsmith::duckdb {
namespace {

using base::Json;
using base::Status;

template <size_t Size>
bool is_one_of(const std::array<std::string_view, Size>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Readers that guess a file's form from its first lines: then a quote that does not end makes a
// file without quotes. Also when everything is said they pass over damage (an empty field too many,
// names in another order) and round what is no integer where one was asked for. So our own reading
// takes the place of theirs.
constexpr std::array<std::string_view, 6> kTextReaders{
    "read_csv", "read_csv_auto", "read_json", "read_json_auto", "read_ndjson", "read_ndjson_auto"};
constexpr std::array<std::string_view, 2> kWholeObjects{"read_json_objects", "read_ndjson_objects"};

// Options that pass over what does not fit, and the values with which they do not.
struct Strictness {
  std::string_view option;
  bool strict;
};
constexpr std::array kStrictness{
    Strictness{"ignore_errors", false}, Strictness{"null_padding", false},
    Strictness{"store_rejects", false}, Strictness{"strict_mode", true}};

Status check_reader_of_text(const std::string& name, const Json::List& arguments) {
  for (const Json& argument : arguments) {
    const Option option = option_of(argument);
    const auto strictness = std::ranges::find(kStrictness, option.name, &Strictness::option);
    if (option.name.starts_with("rejects_") ||
        (strictness != kStrictness.end() && boolean_of(option.value) != strictness->strict)) {
      return refused(
          base::message("{}() with {}, which passes over what does not fit", name, option.name),
          base::message("leave {} away: a line that does not fit ends the run, and is to be "
                        "mended in the file",
                        option.name));
    }
  }
  return {};
}

// Those that change nothing of what the files hold. Others fill up what a file lacks or convert
// what differs.
constexpr std::array<std::string_view, 6> kParquetOptions{
    "filename",   "file_row_number",     "hive_partitioning",
    "hive_types", "hive_types_autocast", "binary_as_string"};

Status check_reader_of_parquet(const Json::List& arguments) {
  for (const Json& argument : arguments) {
    const Option option = option_of(argument);
    if (!option.name.empty() && !is_one_of(kParquetOptions, option.name)) {
      return refused(
          base::message("read_parquet() with {}, which may hide that files differ", option.name),
          base::tr("read files that differ each on its own, name and cast the columns, and put the "
                   "parts "
                   "together with UNION ALL"));
    }
  }
  return {};
}

Status check_table_function(const Json& function) {
  const std::string name = base::lower(text_of(function, "function_name"));
  if (name == "query") {
    return refused(base::tr("a SELECT that runs a text as another"),
                   base::tr("write the inner SELECT in parentheses in its place"));
  }
  if (name == "read_parquet") {
    return check_reader_of_parquet(arguments_of(function));
  }
  if (name == "parquet_scan") {
    return refused(base::tr("parquet_scan(), another name of read_parquet()"),
                   base::tr("write read_parquet()"));
  }
  if (name == "pg_timezone_names" || name.starts_with("duckdb_") || name.starts_with("pragma_")) {
    return refused(
        base::message("{}() tells of the machine at this moment, which is no data", name),
        base::tr("read files only"));
  }
  if (name == "read_json_objects_auto") {
    return refused(base::message("{}(), which guesses", name), base::tr(kNameTheFile));
  }
  if (is_text_reader(name) || is_one_of(kWholeObjects, name)) {
    return check_reader_of_text(name, arguments_of(function));
  }
  return {};
}

// Words that call a function where no column has their name.
constexpr std::array<std::string_view, 5> kClockWords{
    "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"};

// The catalog says of these that they give the same for the same.
constexpr std::array<std::string_view, 3> kKnownBetter{
    "current_localtime", "current_localtimestamp", "reservoir_quantile"};

Status not_the_same_twice(const std::string& what) {
  return refused(
      base::message("{}, so the SELECT need not give the same twice", what),
      base::tr("nothing here reads the clock or draws lots: write the day itself, as in date "
               "'2025-11-22', and take some of the rows by what they hold, as in hash(user_id) % "
               "10 = 0"));
}

// Asked once: every database of the library has the same functions, and there are thousands.
base::Result<std::set<std::string>> unsteady_functions(Connection& connection) {
  static std::mutex mutex;
  static std::set<std::string> names;  // guarded by mutex
  const std::scoped_lock lock(mutex);
  if (names.empty()) {
    // error() has its name there so that it is not moved, and ago() is written with another.
    for (const TextRow& row : TAGSMITH_TRY(connection.texts(
             "SELECT function_name FROM duckdb_functions() WHERE function_name <> 'error' AND "
             "(stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY') OR "
             "contains(macro_definition, 'current_timestamp'))"))) {
      names.insert(row.front().value_or(""));
    }
  }
  return names;
}

}  // namespace

std::optional<bool> boolean_of(const Json* node) {
  if (node != nullptr && text_of(*node, "class") == "CAST") {
    node = node->find("child");  // true is written CAST('t' AS BOOLEAN)
  }
  const Json* value = node != nullptr ? node->find("value") : nullptr;
  const std::string text = value != nullptr ? base::lower(text_of(*value, "value")) : std::string();
  if (text == "t" || text == "true") {
    return true;
  }
  return text == "f" || text == "false" ? std::optional(false) : std::nullopt;
}

bool is_text_reader(std::string_view function) { return is_one_of(kTextReaders, function); }

Status check_table_functions(const Mentions& mentions) {
  for (const TableFunction& function : mentions.table_functions) {
    TAGSMITH_TRY(check_table_function(*function.call));
  }
  return {};
}

Status check_gives_the_same_twice(Connection& connection, const Mentions& mentions) {
  if (mentions.takes_sample) {
    return not_the_same_twice(base::tr("a sample is drawn by lot"));
  }
  for (const std::string& word : mentions.words) {
    if (is_one_of(kClockWords, base::lower(word))) {
      return not_the_same_twice(base::message("{} reads the clock", base::lower(word)));
    }
  }
  if (mentions.functions.empty()) {
    return {};
  }
  const std::set<std::string> unsteady = TAGSMITH_TRY(unsteady_functions(connection));
  for (const Json* function : mentions.functions) {
    const std::string name = base::lower(text_of(*function, "function_name"));
    // age() of one moment is counted up to today.
    const bool until_today = name == "age" && arguments_of(*function).size() == 1;
    if (unsteady.contains(name) || until_today || is_one_of(kKnownBetter, name)) {
      return not_the_same_twice(base::message("{}() depends on the moment or on chance", name));
    }
  }
  return {};
}

}  // namespace tagsmith::duckdb
