#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "column/column.h"
#include "engine/program.h"

namespace tagsmith::engine {

/// The codes first ... last; none when last < first.
struct CodeRange {
  std::uint32_t first = 1;
  std::uint32_t last = 0;

  bool operator==(const CodeRange&) const = default;
};

/// The codes from `lowest` on but not first ... last.
struct CodesBut {
  std::uint32_t lowest = 0;
  std::uint32_t first = 1;
  std::uint32_t last = 0;

  bool operator==(const CodesBut&) const = default;
};

/// The codes whose bits under `mask` are `value`.
struct CodeBits {
  std::uint32_t mask = 0;
  std::uint32_t value = 0;

  bool operator==(const CodeBits&) const = default;
};

/// Any codes: bit c says whether code c is one of them. Ends with the highest of them.
struct CodeTable {
  std::vector<column::Word> members;

  bool operator==(const CodeTable&) const = default;
};

/// Some of the codes of one encoder, in the form that is cheapest to test for. The form follows
/// from the codes, so that equal sets of one encoder are equal values.
using CodeSet = std::variant<CodeRange, CodesBut, CodeBits, CodeTable>;

/// Exactly these codes, which are sorted and distinct.
CodeSet code_set(std::span<const std::uint32_t> codes);

/// The codes lowest ... highest but these, which are among them, sorted and distinct.
CodeSet all_but(std::span<const std::uint32_t> codes, std::uint32_t lowest, std::uint32_t highest);

bool is_empty(const CodeSet& set);

size_t hash_of(const CodeSet& set);

/// "4-6", "none", "all from 2 but 4-6", "bits 0x1 of 0x3", "2 3 7 9".
std::string to_text(const CodeSet& set);

/// Sets bit r of `rows` for every row r whose code is in `set`, and clears all others;
/// word_count(row_count) words. `set` is not empty.
void select(const Codes& codes, size_t row_count, const CodeSet& set, std::span<column::Word> rows);

}  // namespace tagsmith::engine
