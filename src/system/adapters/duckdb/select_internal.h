#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/duckdb/connection_internal.h"
#include "adapters/duckdb/source_internal.h"
#include "base/json.h"
#include "base/language.h"
#include "base/result.h"

namespace tagsmith::duckdb {

/// A function that is called after FROM.
struct TableFunction {
  const base::Json* call = nullptr;
  bool has_alias = false;
};

/// What of a SELECT's syntax tree decides what it reads, and whether it gives the same twice.
/// Borrowed from the tree.
struct Mentions {
  std::vector<const base::Json*> tables;  // BASE_TABLE: named after FROM
  std::vector<TableFunction> table_functions;
  std::vector<const base::Json*> functions;  // called in expressions
  std::vector<std::string> words;            // names of one part that may be a column's
  std::vector<std::string> own_names;        // those that WITH defines, in lower case
  bool takes_sample = false;
};

/// The statement as DuckDB understands it.
base::Result<base::Json> syntax_tree(Connection& connection, const std::string& select);

Mentions mentions_of(const base::Json& tree);

/// The text under a key, empty for none.
std::string text_of(const base::Json& node, std::string_view key);

/// Where a node starts in the statement; nothing for what the statement does not hold.
std::optional<size_t> offset_of(const base::Json& node);

/// A call's arguments.
const base::Json::List& arguments_of(const base::Json& function);

/// An argument of the form `name = value`, `name := value` or `name => value`.
struct Option {
  std::string name;  // in lower case; empty for another argument
  const base::Json* value = nullptr;
};

Option option_of(const base::Json& argument);

/// A constant that is plainly a boolean.
std::optional<bool> boolean_of(const base::Json* node);

/// Whether the function reads CSV or JSON lines by guesses of its own, so that text_call() has to
/// say how the files are read instead.
bool is_text_reader(std::string_view function);

/// How the files of a call of such a function are read.
struct TextCall {
  dataset::TableSource::Format format = dataset::TableSource::Format::kCsv;
  CsvReading csv;
};

/// `path` is the first that the call names. Refuses options that ask for another reading than ours.
base::Result<TextCall> text_call(const base::Json& function, std::string_view path);

/// How long the text of a call is, up to its last parenthesis; nothing where comments or texts in
/// $$ make that hard to say.
std::optional<size_t> length_of_call(std::string_view select, size_t offset);

/// Refuses functions after FROM that guess at a file's form, pass over what does not fit, convert
/// what differs between files, or tell of DuckDB instead of data.
base::Status check_table_functions(const Mentions& mentions);

/// Refuses what reads the clock or draws lots (SEMANTICS 7): a run gives the same twice.
base::Status check_gives_the_same_twice(Connection& connection, const Mentions& mentions);

/// E_DATA_FILE, for what a SELECT may not do.
base::Error refused(std::string message, std::string hint);

/// What to write instead of a reader that guesses.
inline constexpr std::string_view kNameTheFile = base::marked(
    "write from 'FILE.csv', 'FILE.tsv', 'FILE.jsonl' or 'FILE.ndjson', which are read strictly; "
    "lines of another form are read by read_text()");

}  // namespace tagsmith::duckdb
