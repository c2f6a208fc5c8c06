#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tagsmith::membership {

/// The most rows of a file of manual edits: all of it is one transaction.
inline constexpr size_t kEditRowsMax = 100'000;

/// A row of a file of manual edits as it was written; a cell that is empty or has no column is "".
struct EditRow {
  size_t line = 0;  // from 1
  std::string user_id;
  std::string tag;
  std::string reason;
  std::string expires;

  bool operator==(const EditRow&) const = default;
};

/// Something wrong in one line.
struct LineProblem {
  size_t line = 0;  // from 1
  std::string message;
  std::string hint;

  bool operator==(const LineProblem&) const = default;
};
using LineProblems = std::vector<LineProblem>;

/// A file as far as it can be read.
struct EditFile {
  std::vector<EditRow> rows;  // of lines without a problem
  LineProblems problems;      // in the order of the lines
};

/// Reads CSV by RFC 4180 (UTF-8, quotes, \n or \r\n) with a heading out of user_id, tag, reason and
/// expires in any order, of which user_id must be there. Blank lines are passed over.
EditFile read_edit_rows(std::string_view csv);

}  // namespace tagsmith::membership
