#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tagsmith::app {

/// Writes to stdout; kUnavailable when that fails.
base::Status print(std::string_view text);

/// Whether stdout is a terminal that shows UTF-8.
bool stdout_shows_signs();

/// Columns of the terminal on stdout; 100 where it is none.
size_t stdout_width();

/// Whether somebody sits at stdin and stdout and can be asked.
bool can_ask();

/// Asks on stdout; true for "y" or "yes". An interrupt is no.
bool ask(std::string_view question);

/// One line of what is going on, on stderr and only when that is a terminal; each replaces the one
/// before, and the end removes it.
class Progress {
 public:
  Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void show(std::string_view text) const;

  /// Removes the line, before something else is printed.
  void clear() const;

 private:
  bool is_terminal_;
};

/// The text with its control characters escaped, as in "\\x1b", so that no cell of the data steers
/// the terminal. Line breaks stay where `keeps_lines`.
std::string printable(std::string_view text, bool keeps_lines = false);

/// A table of text: a heading and rows of as many cells.
class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Heading {
    std::string text;
    Align align = Align::kLeft;
  };

  explicit TextTable(std::vector<Heading> headings) : headings_(std::move(headings)) {}

  void add(std::vector<std::string> cells);

  /// Every line indented by `indent` blanks, without blanks at its end.
  [[nodiscard]] std::string text(size_t indent) const;

 private:
  std::vector<Heading> headings_;
  std::vector<std::vector<std::string>> rows_;
};

/// Columns of a terminal that UTF-8 text takes: two for East Asian wide characters and most emoji.
size_t display_width(std::string_view text);

/// "23,570".
std::string grouped(std::uint64_t number);

/// "12.3 %"; of nothing "-".
std::string share(std::uint64_t part, std::uint64_t whole);

/// The share as a bar, of ten columns for the whole; with signs to an eighth of a column, else of
/// "#".
std::string share_bar(std::uint64_t part, std::uint64_t whole, bool with_signs);

}  // namespace tagsmith::app
