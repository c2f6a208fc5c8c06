#include "app/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>

#include "app/terminal.h"
#include "base/assert.h"
#include "base/language.h"

namespace tagsmith::app {
namespace {

constexpr std::string_view kGap = "  ";
constexpr size_t kCutWidthMin = 8;

}  // namespace

void TextTable::add(std::vector<std::string> cells) {
  TAGSMITH_ASSERT(cells.size() == headings_.size());
  std::ranges::transform(cells, cells.begin(), [](const auto& cell) { return printable(cell); });
  rows_.push_back(std::move(cells));
}

size_t TextTable::full_width(size_t index) const {
  size_t width = display_width(headings_[index].text);
  for (const std::vector<std::string>& cells : rows_) {
    width = std::max(width, display_width(cells[index]));
  }
  return width;
}

size_t TextTable::width() const {
  size_t width = 0;
  for (size_t i = 0; i < headings_.size(); ++i) {
    width += full_width(i) + (i == 0 ? 0 : kGap.size());
  }
  return width;
}

std::vector<TextTable::Column> TextTable::columns_within(size_t width) const {
  std::vector<Column> columns;
  for (size_t i = 0; i < headings_.size(); ++i) {
    const size_t full = full_width(i);
    const bool is_cut = headings_[i].fit == Fit::kCut;
    columns.push_back(
        {.index = i, .width = is_cut ? std::min(full, std::max(width, kCutWidthMin)) : full});
  }
  const auto fit_of = [&](const Column& column) { return headings_[column.index].fit; };
  // What lines are wider than they may be, when cells are cut as far as they may be.
  const auto excess = [&] {
    size_t used = 0;
    for (const Column& column : columns) {
      used += kGap.size() +
              (fit_of(column) == Fit::kCut ? std::min(column.width, kCutWidthMin) : column.width);
    }
    return used > width + kGap.size();
  };
  for (const Fit fit : {Fit::kDrop, Fit::kCut}) {
    for (size_t i = columns.size(); i > 0 && excess(); --i) {
      if (fit_of(columns[i - 1]) == fit) {
        columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(i) - 1);
      }
    }
  }
  const auto used = [&] {
    return std::accumulate(
        columns.begin(), columns.end(), size_t{0},
        [](size_t sum, const auto& one) { return sum + one.width + kGap.size(); });
  };
  while (!excess() && used() > width + kGap.size()) {
    Column* widest = nullptr;
    for (Column& column : columns) {
      if (fit_of(column) == Fit::kCut && (widest == nullptr || column.width > widest->width)) {
        widest = &column;
      }
    }
    --widest->width;
  }
  return columns;
}

std::string TextTable::line(const std::vector<std::string>& cells,
                            const std::vector<Column>& columns, bool is_heading) const {
  std::string out;
  std::string blanks;  // due before the next cell; none stand at the end
  for (const Column& column : columns) {
    const Heading& heading = headings_[column.index];
    const std::string cell = shortened(cells[column.index], column.width, ellipsis());
    const std::string padding(column.width - display_width(cell), ' ');
    const bool is_colored = heading.meaning && !is_heading;
    if (!cell.empty()) {
      out += blanks + (heading.align == Align::kRight ? padding : "");
      out += is_colored ? painted(Stream::kOut, *heading.meaning, cell) : cell;
      blanks = heading.align == Align::kRight ? "" : padding;
    } else {
      blanks += padding;
    }
    blanks += kGap;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

std::string TextTable::text(size_t indent, size_t width) const {
  const std::vector<Column> columns =
      columns_within(width == kAnyWidth ? kAnyWidth / 2 : width - std::min(indent, width));
  std::vector<std::string> heading;
  for (const Heading& one : headings_) {
    heading.push_back(one.text);
  }
  const std::string margin(indent, ' ');
  std::string out = margin + line(heading, columns, /*is_heading=*/true);
  for (const std::vector<std::string>& cells : rows_) {
    out += margin + line(cells, columns, /*is_heading=*/false);
  }
  if (const size_t missing = headings_.size() - columns.size(); missing > 0) {
    out += margin + base::message(
                        "({} more in a wider terminal)\n",
                        missing == 1 ? base::tr("1 column") : base::message("{} columns", missing));
  }
  return out;
}

size_t table_width() {
  return is_terminal(Stream::kOut) ? width_of(Stream::kOut) : TextTable::kAnyWidth;
}

}  // namespace tagsmith::app
