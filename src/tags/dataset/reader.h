#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "column/column.h"
#include "column/schema.h"

namespace tagsmith::dataset {

/// Where the rows of a table come from: files that belong together, or one SELECT over files.
struct TableSource {
  enum class Format { kParquet, kCsv, kTsv, kJsonLines, kSelect };

  std::string database;  // empty when there is none
  std::string name;
  Format format = Format::kParquet;
  std::vector<std::string> files;  // sorted; empty for kSelect
  std::string select;              // kSelect: one SELECT statement
  std::string key = "user_id";     // the key column's name
  /// Columns that the folder names give and rules may not see ("dt"); not read.
  std::vector<std::string> hidden;
  /// Timestamps with a zone become local time of this IANA zone.
  std::string zone = "UTC";

  bool operator==(const TableSource&) const = default;
};

/// What a table looks like, before any row is read.
struct TableDescription {
  column::TableSchema schema;  // without the key and the hidden columns
  bool integer_key = false;    // else text
  /// Every file that decides which rows there are; nothing where a SELECT may read others.
  std::optional<std::vector<std::string>> files;
};

/// Some rows of one table, borrowed for the duration of a call.
struct TableBatch {
  size_t row_count = 0;
  std::span<const std::string_view> keys;   // decimal digits for an integer key; never empty text
  std::vector<column::ColumnView> columns;  // the columns asked for, in that order
};

/// Takes the batches of one thread of a scan.
class BatchConsumer {
 public:
  virtual ~BatchConsumer() = default;
  /// An error ends the scan and is its result.
  virtual base::Status consume(const TableBatch& batch) = 0;
};

struct ScanSpec {
  TableSource source;
  std::vector<std::string> columns;  // of the description, any order, no repetition
  /// Only the row of this user.
  std::optional<std::string> only_user;
};

struct ProfileSpec {
  TableSource source;
  size_t samples_max = 0;  // of each column
  /// Columns of the description; nothing: all of them.
  std::optional<std::vector<std::string>> columns;
};

struct ScanCounts {
  std::uint64_t rows = 0;       // with a key
  std::uint64_t null_keys = 0;  // skipped: null or empty text
};

struct ColumnProfile {
  std::string name;
  column::Type type;  // of a kUnusable column only `rows` is known
  bool is_key = false;
  std::uint64_t rows = 0;  // that have a key; of the key itself, all
  std::uint64_t nulls = 0;
  std::uint64_t distinct = 0;  // of the values that are not null; exact
  /// UNKNOWN to every rule and not null. (What a text is to number() and the like is not looked
  /// at.)
  std::uint64_t unreadable = 0;
  std::uint64_t nans = 0;
  std::vector<std::string>
      samples;  // the most frequent values as text, most frequent first, then by value
};

/// Reads tables. Errors are those of SEMANTICS 1, 21, 23: E_DATA_FILE (not of its format, broken
/// line, schema that differs between files: names file, line, column), E_DATA_KEY (no key column,
/// or of a type that is neither text nor integer); all kInvalidArgument but kNotFound for a file
/// that is not there. kInvalidArgument also for a zone that does not exist. kUnavailable for the
/// world, kCancelled when base::interrupted(). Thread-safe.
class Reader {
 public:
  virtual ~Reader() = default;

  virtual base::Result<TableDescription> describe(const TableSource& source) = 0;

  /// Pushes all rows with a key to consumers made by `make_consumer`, one a thread, in any order;
  /// rows whose key is null are counted and skipped. Duplicate keys are the caller's to find.
  using ConsumerFactory = std::function<std::unique_ptr<BatchConsumer>()>;
  virtual base::Result<ScanCounts> scan(const ScanSpec& spec,
                                        const ConsumerFactory& make_consumer) = 0;

  /// The key first, then the columns asked for.
  virtual base::Result<std::vector<ColumnProfile>> profile(const ProfileSpec& spec) = 0;

  /// All columns but the hidden ones, in their order and whether or not one of them is the key.
  virtual base::Result<std::vector<column::Column>> columns(const TableSource& source) = 0;
};

/// Writes a finished result. Lists are ascending tag ids.
class TagFileWriter {
 public:
  virtual ~TagFileWriter() = default;
  /// Users arrive in the byte order of their ids.
  virtual base::Status append(std::string_view user_id, std::span<const std::int32_t> tag_ids) = 0;
  /// Completes the file under the name it was opened with; to make it durable is the caller's.
  virtual base::Status finish() = 0;
};

}  // namespace tagsmith::dataset
