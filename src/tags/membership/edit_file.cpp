#include "membership/edit_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/language.h"
#include "base/problem.h"
#include "base/similar.h"
#include "base/utf8.h"

namespace tagsmith::membership {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

using Cells = std::vector<std::string>;

struct Record {
  size_t line = 0;
  Cells cells;
  std::string broken;  // why it cannot be read; or empty
};

// Splits a text into the records of a CSV.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  // Nothing after the last one. A record of no cells is a blank line.
  std::optional<Record> next() {
    if (place_ >= text_.size()) {
      return std::nullopt;
    }
    Record record{.line = line_};
    for (bool more = true; more;) {
      record.cells.push_back(at('"') ? quoted(record) : plain(record));
      more = at(',');
      place_ += more ? 1 : 0;
    }
    if (!at_end_of_line()) {
      record.broken = base::tr("something stands behind the closing quote of a cell");
      place_ = std::min(text_.find('\n', place_), text_.size());
    }
    place_ += at('\r') ? 1 : 0;
    if (at('\n')) {
      ++place_;
      ++line_;
    }
    if (record.cells.size() == 1 && record.cells.front().empty()) {
      record.cells.clear();
    }
    return record;
  }

 private:
  [[nodiscard]] bool at(char c) const { return place_ < text_.size() && text_[place_] == c; }

  [[nodiscard]] bool at_end_of_line() const {
    return place_ >= text_.size() || at('\n') || text_.substr(place_).starts_with("\r\n") ||
           (at('\r') && place_ + 1 == text_.size());
  }

  std::string plain(Record& record) {
    const size_t start = place_;
    while (!at_end_of_line() && !at(',')) {
      if (at('"')) {
        record.broken = base::tr("a quote stands inside a cell that has none around it");
      }
      ++place_;
    }
    return std::string(text_.substr(start, place_ - start));
  }

  std::string quoted(Record& record) {
    std::string cell;
    for (++place_; place_ < text_.size(); ++place_) {
      if (at('"')) {
        ++place_;
        if (!at('"')) {
          return cell;
        }
      }
      line_ += at('\n') ? 1 : 0;
      cell += text_[place_];
    }
    record.broken = base::tr("a quote is not closed");
    return cell;
  }

  std::string_view text_;
  size_t place_ = 0;
  size_t line_ = 1;
};

struct Heading {
  std::string_view name;
  std::string EditRow::* cell;
};
constexpr std::array kHeadings = {
    Heading{"user_id", &EditRow::user_id}, Heading{"tag", &EditRow::tag},
    Heading{"reason", &EditRow::reason}, Heading{"expires", &EditRow::expires}};

std::vector<Heading> read_heading(const Record& record, LineProblems& problems) {
  std::vector<std::string> names;
  for (const Heading& heading : kHeadings) {
    names.emplace_back(heading.name);
  }
  std::vector<Heading> columns;
  for (const std::string& cell : record.cells) {
    const auto* known = std::ranges::find(kHeadings, std::string_view(cell), &Heading::name);
    if (known == kHeadings.end()) {
      const std::string nearest = base::did_you_mean(cell, names);
      problems.push_back(
          {.line = record.line,
           .message = base::message("unknown heading {}", base::quote(cell)),
           .hint = nearest.empty() ? base::tr("write user_id,tag,reason,expires") : nearest});
    } else if (std::ranges::find(columns, known->name, &Heading::name) != columns.end()) {
      problems.push_back({.line = record.line,
                          .message = base::message("the heading {} stands twice", known->name),
                          .hint = base::tr("leave one of the two away")});
    } else {
      columns.push_back(*known);
    }
  }
  if (problems.empty() && std::ranges::find(columns, "user_id", &Heading::name) == columns.end()) {
    problems.push_back({.line = record.line,
                        .message = base::tr("the heading has no user_id"),
                        .hint = base::tr("write user_id,tag,reason,expires in the first line")});
  }
  return columns;
}

std::optional<LineProblem> problem_of(const Record& record, const std::vector<Heading>& columns,
                                      const EditRow& row) {
  if (!record.broken.empty()) {
    return LineProblem{record.line, record.broken,
                       base::tr("put the cell in quotes, those inside doubled")};
  }
  if (record.cells.size() != columns.size()) {
    return LineProblem{
        record.line,
        base::message("{} cells where the heading has {}", record.cells.size(), columns.size()),
        base::tr("put a cell with a comma in quotes")};
  }
  if (!std::ranges::all_of(record.cells, [](const auto& cell) { return base::is_utf8(cell); })) {
    return LineProblem{record.line, base::tr("a cell is not UTF-8"),
                       base::tr("save the file as UTF-8")};
  }
  if (row.user_id.empty()) {
    return LineProblem{record.line, base::tr("the user_id is empty"), base::tr("name the user")};
  }
  return std::nullopt;
}

}  // namespace

EditFile read_edit_rows(std::string_view csv) {
  if (csv.starts_with(kByteOrderMark)) {
    csv.remove_prefix(kByteOrderMark.size());
  }
  Splitter splitter(csv);
  std::optional<Record> heading;
  do {
    heading = splitter.next();
  } while (heading && heading->cells.empty());
  EditFile file;
  if (!heading) {
    file.problems.push_back(
        {.line = 1,
         .message = base::tr("the file is empty"),
         .hint = base::tr("write user_id,tag,reason,expires in the first line")});
    return file;
  }
  const std::vector<Heading> columns = read_heading(*heading, file.problems);
  if (!file.problems.empty()) {
    return file;
  }
  while (auto record = splitter.next()) {
    if (record->cells.empty()) {
      continue;
    }
    if (file.rows.size() == kEditRowsMax) {
      file.problems.push_back({.line = record->line,
                               .message = base::message("more than {} rows", kEditRowsMax),
                               .hint = base::tr("split the file; each part is one transaction")});
      break;
    }
    EditRow row{.line = record->line};
    for (size_t i = 0; i < std::min(columns.size(), record->cells.size()); ++i) {
      row.*columns[i].cell = record->cells[i];
    }
    if (auto problem = problem_of(*record, columns, row)) {
      file.problems.push_back(std::move(*problem));
    } else {
      file.rows.push_back(std::move(row));
    }
  }
  return file;
}

}  // namespace tagsmith::membership
