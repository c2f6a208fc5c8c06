#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tagsmith::files {

/// Reads a file line by line. Movable; not thread-safe.
class LineReader {
 public:
  /// kNotFound when there is no such file, kInvalidArgument for a folder.
  static base::Result<LineReader> open(const std::string& path, size_t line_bytes_max);

  LineReader(LineReader&& other) noexcept;
  LineReader& operator=(LineReader&&) = delete;
  ~LineReader();

  /// The next line without its \n, valid until the next call; nothing at the end. A last line
  /// without \n counts, see ended_in_a_line(). kResourceExhausted for a line that is too long.
  base::Result<std::optional<std::string_view>> next();

  /// After the last line: it had no \n.
  [[nodiscard]] bool ended_in_a_line() const { return ended_in_a_line_; }

 private:
  LineReader(std::string path, int descriptor, size_t line_bytes_max);

  std::string path_;
  int descriptor_ = -1;
  size_t line_bytes_max_ = 0;
  std::string buffer_;
  size_t start_ = 0;  // of the next line in the buffer
  bool at_end_ = false;
  bool ended_in_a_line_ = false;
};

}  // namespace tagsmith::files
