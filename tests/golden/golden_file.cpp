#include "golden_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>

#include "column/days.h"
#include "column/readers.h"

namespace tagsmith::golden {
namespace {

using base::Result;
using base::Status;
using column::ColumnId;
using column::TypeKind;
using column::Value;

/// The words of a line. Blanks inside '...' and [...] do not end a word.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_text = false;
  int brackets = 0;
  for (const char c : line) {
    in_text = in_text != (c == '\'');
    brackets += in_text ? 0 : (c == '[') - (c == ']');
    if (c != ' ' || in_text || brackets > 0) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  if (!word.empty()) {
    words.push_back(std::move(word));
  }
  return words;
}

/// "'it''s\n'" -> "it's" and a line feed: quotes are doubled, \n, \t, \\ and \xHH escaped.
std::optional<std::string> unquoted(std::string_view quoted) {
  if (quoted.size() < 2 || quoted.front() != '\'' || quoted.back() != '\'') {
    return std::nullopt;
  }
  std::string text;
  for (size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] == '\'') {
      ++i;
      text += '\'';
    } else if (quoted[i] != '\\') {
      text += quoted[i];
    } else if (const char escape = quoted[++i]; escape == 'x') {
      text += static_cast<char>(std::stoi(std::string(quoted.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      text += escape == 'n' ? '\n' : escape == 't' ? '\t' : escape;
    }
  }
  return text;
}

std::optional<column::TextList> list_of(std::string_view word) {
  if (word.size() < 2 || word.front() != '[' || word.back() != ']') {
    return std::nullopt;
  }
  column::TextList list;
  std::string inside(word.substr(1, word.size() - 2));
  bool in_text = false;
  for (char& c : inside) {
    in_text = in_text != (c == '\'');
    c = c == ',' && !in_text ? ' ' : c;
  }
  for (const std::string& element : words_of(inside)) {
    std::optional<std::string> text = unquoted(element);
    if (!text && element != "null") {
      return std::nullopt;
    }
    list.push_back(std::move(text));
  }
  return list;
}

std::optional<column::Type> type_of(std::string_view name) {
  static const std::map<std::string_view, TypeKind> known_types = {
      {"int", TypeKind::kInt},
      {"double", TypeKind::kDouble},
      {"float", TypeKind::kFloat},
      {"text", TypeKind::kText},
      {"boolean", TypeKind::kBoolean},
      {"date", TypeKind::kDate},
      {"timestamp", TypeKind::kTimestamp},
      {"list<text>", TypeKind::kTextList}};
  if (const auto known = known_types.find(name); known != known_types.end()) {
    return column::Type{.kind = known->second};
  }
  static const std::regex decimal(R"(decimal\((\d+),(\d+)\))");
  if (std::cmatch found; std::regex_match(name.begin(), name.end(), found, decimal)) {
    return column::Type{.kind = TypeKind::kDecimal,
                        .precision = std::stoi(found[1].str()),
                        .scale = std::stoi(found[2].str())};
  }
  if (!name.starts_with("unusable:")) {
    return std::nullopt;
  }
  column::Type type;
  type.foreign = name.substr(name.find(':') + 1);
  return type;
}

/// A cell as it stands in a file: null, 12.50, 'text', ['a', null], nan, unreadable.
std::optional<Value> value_of(const std::string& word, const column::Type& type) {
  if (word == "null") {
    return Value();
  }
  switch (type.kind) {
    case TypeKind::kInt:
      return Value(std::int64_t{std::stoll(word)});
    case TypeKind::kDouble:
      return Value(std::strtod(word.c_str(), nullptr));
    case TypeKind::kFloat:
      return Value(std::strtof(word.c_str(), nullptr));
    case TypeKind::kBoolean:
      return word == "true" || word == "false" ? std::optional<Value>(word == "true")
                                               : std::nullopt;
    case TypeKind::kDecimal: {
      if (word == "unreadable") {
        return Value(column::kUnreadableDecimal);
      }
      const auto number = column::read_number(word);
      const auto scaled = number ? column::scale_down(*number, type.scale) : std::nullopt;
      return scaled && scaled->exact ? std::optional<Value>(scaled->floor) : std::nullopt;
    }
    case TypeKind::kDate: {
      if (word.ends_with("infinity")) {
        return Value(word.starts_with('-') ? -column::kInfiniteDay : column::kInfiniteDay);
      }
      if (word.starts_with('@')) {
        return Value(std::int32_t{std::stoi(word.substr(1))});
      }
      const auto at = column::read_moment(word);
      return at ? std::optional<Value>(column::day_of(at->micros)) : std::nullopt;
    }
    case TypeKind::kTimestamp: {
      if (word.ends_with("infinity")) {
        return Value(word.starts_with('-') ? -column::kInfiniteMicros : column::kInfiniteMicros);
      }
      if (word.starts_with('@')) {
        return Value(std::int64_t{std::stoll(word.substr(1))});
      }
      const auto at = column::read_moment(word);
      return at ? std::optional<Value>(at->micros) : std::nullopt;
    }
    case TypeKind::kText: {
      auto text = unquoted(word);
      return text ? std::optional<Value>(std::move(*text)) : std::nullopt;
    }
    case TypeKind::kTextList: {
      auto list = list_of(word);
      return list ? std::optional<Value>(std::move(*list)) : std::nullopt;
    }
    case TypeKind::kUnusable:
      break;
  }
  return std::nullopt;
}

bool is_result(std::string_view line) {
  for (const std::string_view start : {"canonical ", "true", "false", "unknown", "error "}) {
    if (line.starts_with(start)) {
      return true;
    }
  }
  return false;
}

/// Reads the lines one after the other. Each directive is a function that takes what belongs to it.
class FileReader {
 public:
  explicit FileReader(GoldenFile& file) : file_(file) {}

  Status read() {
    while (at_ < file_.lines.size()) {
      if (const Status line = read_line(); !line) {
        return base::invalid_argument(
            fmt::format("{}:{}: {}", file_.name, at_, line.error().message));
      }
    }
    return {};
  }

 private:
  Status read_line() {
    const std::string& line = file_.lines[at_++];
    if (line.empty() || line.starts_with('#')) {
      return {};
    }
    const std::vector<std::string> words = words_of(line);
    const std::string& directive = words.front();
    if (directive == "as-of" && words.size() == 2) {
      const auto day = column::read_moment(words[1]);
      if (!day) {
        return base::invalid_argument("no date: " + words[1]);
      }
      file_.as_of = column::day_of(day->micros);
      return {};
    }
    if (directive == "key" && words.size() == 2) {
      file_.schema.key.name = words[1];
      return {};
    }
    if (directive == "tag" && words.size() > 2) {
      file_.tags.emplace_back(words[1], line.substr(line.find(words[1]) + words[1].size() + 1));
      return {};
    }
    if (directive == "table" && words.size() == 2) {
      return read_table(words[1]);
    }
    if (directive == "case" && words.size() > 1) {
      return read_case(line.substr(5));
    }
    return base::invalid_argument("not understood: " + line);
  }

  Status read_table(const std::string& name) {
    const size_t dot = name.find('.');
    column::TableSchema table;
    table.database = dot == std::string::npos ? "" : name.substr(0, dot);
    table.name = dot == std::string::npos ? name : name.substr(dot + 1);
    const std::vector<std::string> header = words_of(next_line());
    if (header.empty() || header.front() != "columns") {
      return base::invalid_argument("a table starts with: columns name:type ...");
    }
    for (size_t i = 1; i < header.size(); ++i) {
      const size_t colon = header[i].find(':');
      const auto type = type_of(header[i].substr(colon + 1));
      if (colon == std::string::npos || !type) {
        return base::invalid_argument("no column: " + header[i]);
      }
      table.columns.push_back({header[i].substr(0, colon), *type});
    }
    file_.schema.tables.push_back(std::move(table));
    while (at_ < file_.lines.size() && !file_.lines[at_].empty()) {
      TAGSMITH_TRY(read_row(words_of(next_line())));
    }
    return {};
  }

  Status read_row(const std::vector<std::string>& cells) {
    const size_t table = file_.schema.tables.size() - 1;
    const std::vector<column::Column>& columns = file_.schema.tables.back().columns;
    if (cells.size() != columns.size() + 1) {
      return base::invalid_argument(
          fmt::format("{} cells for a key and {} columns", cells.size(), columns.size()));
    }
    const std::string key = unquoted(cells[0]).value_or(cells[0]);
    UserRow& user = file_.users[key];
    user[column::kKeyColumn] = key;
    for (size_t i = 0; i < columns.size(); ++i) {
      auto value = value_of(cells[i + 1], columns[i].type);
      if (!value) {
        return base::invalid_argument(fmt::format("no {}: {}", columns[i].name, cells[i + 1]));
      }
      user[ColumnId{.table = table, .column = i}] = std::move(*value);
    }
    return {};
  }

  Status read_case(std::string title) {
    Case test{.title = std::move(title), .line = at_};
    while (at_ < file_.lines.size() && file_.lines[at_].starts_with("with ")) {
      const std::vector<std::string> words = words_of(next_line());
      if (words[1] == "upper-bound") {
        test.options.upper_bound = true;
      } else if (words[1] == "search") {
        test.options.search.assign(words.begin() + 2, words.end());
      } else {
        return base::invalid_argument("no option: " + words[1]);
      }
    }
    const std::string source = next_line();
    test.json = source.starts_with("json ");
    if (!test.json && !source.starts_with("rule ")) {
      return base::invalid_argument("a case needs a line 'rule ...' or 'json ...'");
    }
    test.source = source.substr(5);
    while (at_ < file_.lines.size() && file_.lines[at_].starts_with("  ")) {
      test.source += "\n" + next_line().substr(2);
    }
    test.expected_at = at_;
    while (at_ < file_.lines.size() && is_result(file_.lines[at_])) {
      test.expected.push_back(next_line());
    }
    file_.cases.push_back(std::move(test));
    return {};
  }

  std::string next_line() { return at_ < file_.lines.size() ? file_.lines[at_++] : std::string(); }

  GoldenFile& file_;
  size_t at_ = 0;
};

}  // namespace

Result<GoldenFile> read_golden_file(const std::string& path) {
  GoldenFile file{.name = path.substr(path.rfind('/') + 1)};
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) {
    file.lines.push_back(std::move(line));
  }
  if (file.lines.empty()) {
    return base::not_found("nothing to read: " + path);
  }
  TAGSMITH_TRY(FileReader(file).read());
  return file;
}

Status rewrite_golden_file(const std::string& path, const GoldenFile& file,
                           const std::vector<std::vector<std::string>>& results) {
  std::string text;
  size_t from = 0;
  const auto copy_until = [&](size_t end) {
    for (; from < end; ++from) {
      text += file.lines[from] + "\n";
    }
  };
  for (size_t i = 0; i < file.cases.size(); ++i) {
    copy_until(file.cases[i].expected_at);
    for (const std::string& line : results[i]) {
      text += line + "\n";
    }
    from += file.cases[i].expected.size();
  }
  copy_until(file.lines.size());
  std::ofstream stream(path, std::ios::trunc);
  stream << text;
  return stream ? Status() : base::unavailable("cannot write " + path);
}

}  // namespace tagsmith::golden
