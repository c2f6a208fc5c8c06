#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "column/column.h"
#include "column/schema.h"
#include "rule/lowered.h"

namespace tagsmith::engine {

/// Rows that one call of evaluate() takes at most, and rules of one tile.
inline constexpr size_t kTileRows = 2048;
inline constexpr size_t kTileRules = 64;

/// The class codes of one encoder for some rows, 1, 2 or 4 bytes wide. Code 0 is the class of a
/// null and of a missing row.
using Codes = std::variant<std::span<const std::uint8_t>, std::span<const std::uint16_t>,
                           std::span<const std::uint32_t>>;

/// Turns the cells of one column into class codes: two cells with the same codes are the same to
/// every rule of the Program. A column has an encoder for each way that rules look at it (as text,
/// as a number, for words in it), a comparison of two columns has one of its own over both.
///
/// Immutable and thread-safe. The codes depend on the Program only, never on the data.
class Encoder {
 public:
  virtual ~Encoder() = default;

  /// The columns read: one, or two for column against column.
  [[nodiscard]] virtual std::span<const column::ColumnId> inputs() const = 0;

  /// Bytes of a code: 1, 2 or 4.
  [[nodiscard]] virtual size_t code_width() const = 0;

  /// Writes row_count codes of code_width() bytes to `codes` (aligned to the width). `inputs` are
  /// views of the columns inputs() names, in that order, of equal row counts.
  virtual void encode(std::span<const column::ColumnView> inputs, void* codes) const = 0;
};

/// What some cells of a column were to one way of reading them (SEMANTICS 23).
struct CellCounts {
  std::uint64_t rows = 0;
  std::uint64_t nulls = 0;
  std::uint64_t unreadable = 0;  // neither null nor NaN, and UNKNOWN
  std::uint64_t nans = 0;

  CellCounts& operator+=(const CellCounts& other);
  bool operator==(const CellCounts&) const = default;
};

/// One way in which rules read a column of a table: as it is, or as the number, day, point in time
/// or boolean in it.
struct Reading {
  enum class Odd { kNone, kUnreadable, kNan };

  column::ColumnId column;
  std::string as;                    // "number"
  const Encoder* encoder = nullptr;  // whose codes tell; of encoders(), or one for counting alone
  Odd odd = Odd::kNone;              // what code 1 of the encoder says, beside null
};

/// Counts the codes of the reading's encoder for some rows.
CellCounts count_cells(const Reading& reading, const Codes& codes);

/// The codes of some rows, one entry an encoder in the order of Program::encoders().
struct CodeBatch {
  size_t row_count = 0;  // at most kTileRows
  std::vector<Codes> codes;
};

/// Results of at most 64 rules for the rows of a batch: definitely TRUE, or not.
struct Tile {
  size_t first_rule = 0;
  size_t rule_count = 0;  // at most kTileRules
  size_t row_count = 0;
  std::span<const column::Word> bits;  // rule r of the tile: words [r * stride, (r + 1) * stride)
  size_t stride = 0;                   // words a rule

  [[nodiscard]] bool is_true(size_t rule, size_t row) const {
    return column::bit(bits.subspan(rule * stride, stride), row);
  }
};

class TileConsumer {
 public:
  virtual ~TileConsumer() = default;

  /// Called for every tile of a batch in the order of the rules, also of a batch without rows;
  /// `tile` is valid during the call only.
  virtual void consume(const Tile& tile) = 0;
};

class Program;

/// Evaluates batches; holds the scratch memory of one thread. Not thread-safe; make one a thread.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual void evaluate(const CodeBatch& batch, TileConsumer& consumer) = 0;
};

/// All rules of a run, compiled against one schema. Immutable and thread-safe.
class Program {
 public:
  virtual ~Program() = default;

  [[nodiscard]] virtual size_t rule_count() const = 0;

  /// Unary encoders, at least one a column that the rules test, column by column; then one a pair
  /// of columns that they compare.
  [[nodiscard]] virtual std::span<const std::unique_ptr<Encoder>> encoders() const = 0;

  /// Every way in which rules read a column of a table, each once.
  [[nodiscard]] virtual std::span<const Reading> readings() const = 0;

  /// The Program must outlive it.
  [[nodiscard]] virtual std::unique_ptr<Evaluator> evaluator() const = 0;

  /// Every stage in words: columns with their classes, then the shared graph of conditions.
  [[nodiscard]] virtual std::string stages() const = 0;
};

/// Compiles lowered rules. Limits that input can reach were checked before (rule::kConditionsMax).
std::unique_ptr<Program> compile(const rule::LoweredRules& rules, const column::Schema& schema);

}  // namespace tagsmith::engine
