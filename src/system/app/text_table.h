#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/color.h"

namespace tagsmith::app {

/// A table of text: a heading and rows of as many cells.
class TextTable {
 public:
  enum class Align { kLeft, kRight };
  /// What becomes of a column where the table is wider than it may be: it stays as it is; its long
  /// cells end in an ellipsis, and if that is not enough it is left out; or it is left out.
  enum class Fit { kWhole, kCut, kDrop };
  struct Heading {
    std::string text;
    Align align = Align::kLeft;
    Fit fit = Fit::kWhole;
    std::optional<Meaning> meaning = {};  // of its cells; the heading is in no color
  };

  static constexpr size_t kAnyWidth = static_cast<size_t>(-1);

  explicit TextTable(std::vector<Heading> headings) : headings_(std::move(headings)) {}

  void add(std::vector<std::string> cells);

  /// Of its longest line, with nothing cut.
  [[nodiscard]] size_t width() const;

  /// Every line indented by `indent` blanks, without blanks at its end, for stdout. Columns are cut
  /// first, and left out from the right, until lines have `width` columns at most; a last line says
  /// how many are left out. Columns that stay whole may be wider than that together.
  [[nodiscard]] std::string text(size_t indent, size_t width = kAnyWidth) const;

 private:
  struct Column {
    size_t index = 0;
    size_t width = 0;
  };

  [[nodiscard]] std::vector<Column> columns_within(size_t width) const;
  [[nodiscard]] size_t full_width(size_t index) const;
  [[nodiscard]] std::string line(const std::vector<std::string>& cells,
                                 const std::vector<Column>& columns, bool is_heading) const;

  std::vector<Heading> headings_;
  std::vector<std::vector<std::string>> rows_;
};

/// How wide tables on stdout may be: as wide as the terminal; any width elsewhere.
size_t table_width();

}  // namespace tagsmith::app
