#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "app/checked_project.h"
#include "app/init.h"
#include "app/terminal.h"
#include "base/language.h"
#include "base/problem.h"
#include "base/words.h"
#include "dataset/data_set.h"
#include "dataset/discover.h"
#include "dataset/key_choice.h"
#include "dataset/survey.h"
#include "files/system_error.h"
#include "project/draft.h"

namespace tagsmith::app {
namespace {

namespace fs = std::filesystem;
using column::Column;
using dataset::ChosenKey;
using dataset::KeyCounts;
using dataset::SurveyedTable;
using dataset::TableSource;

constexpr std::string_view kIgnored = "# what a run makes\n/*.db*\n/.tagsmith/\n";

// Makes a folder the working one, and goes back at its end: the paths of a project count from it.
class Inside {
 public:
  static base::Result<Inside> enter(const std::string& folder) {
    std::error_code error;
    fs::path before = fs::current_path(error);
    if (!error) {
      fs::current_path(folder, error);
    }
    return error ? base::Result<Inside>(
                       files::system_error(base::marked("go to"), folder, error.value()))
                 : base::Result<Inside>(Inside(std::move(before)));
  }
  Inside(Inside&& other) noexcept : before_(std::exchange(other.before_, {})) {}
  Inside& operator=(Inside&&) = delete;
  ~Inside() {
    std::error_code ignored;
    if (!before_.empty()) {
      fs::current_path(before_, ignored);
    }
  }

 private:
  explicit Inside(fs::path before) : before_(std::move(before)) {}

  fs::path before_;
};

// The way from the new folder to the data; an absolute path where that was given, and where links
// between the two would lead elsewhere. Both are given from the working folder.
std::string way_to(const std::string& data, const std::string& new_folder) {
  std::error_code error;
  const fs::path whole = fs::absolute(data, error).lexically_normal();
  if (fs::path(data).is_absolute()) {
    return data;
  }
  const fs::path base = fs::canonical(new_folder, error);
  fs::path way = whole.lexically_relative(base);
  if (way.filename().empty()) {  // of a path with a slash at its end
    way = way.parent_path();
  }
  return !error && fs::equivalent(base / way, whole, error) ? way.string() : whole.string();
}

void replace_all(std::string& text, const std::string& old, const std::string& now) {
  for (size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + now.size())) {
    text.replace(at, old.size(), now);
  }
}

// The error with the data's folder as it was given.
base::Error as_given(base::Error error, const std::string& way, std::string given) {
  while (given.size() > 1 && given.ends_with('/')) {
    given.pop_back();
  }
  for (std::string* text : {&error.path, &error.message, &error.hint}) {
    if (*text == way) {
      *text = given;
    }
    replace_all(*text, way + "/", given + "/");
    replace_all(*text, base::quote(way, way.size()), base::quote(given, given.size()));
  }
  return error;
}

// A table with what is known about it before the draft.
struct Table {
  SurveyedTable found;
  TableSource source;  // of the newest files, without a key until it is chosen
  std::vector<Column> columns;
  std::optional<ChosenKey> key;
  KeyCounts counts;  // of the key

  [[nodiscard]] bool one_row_a_user() const {
    return counts.distinct + counts.nulls == counts.rows;
  }
};

std::string name_of(const SurveyedTable& table) {
  return table.database.empty() ? table.name : table.database + "." + table.name;
}

// Names for datasets, each once.
class Names {
 public:
  std::string unique(const SurveyedTable& table) {
    std::string name = project::identifier_of(table.name);
    name = name.empty() ? "table" : name;
    if (const std::string database = project::identifier_of(table.database); !database.empty()) {
      name = database + "." + name;
    }
    const int times = ++times_[name];
    return times == 1 ? name : unique_number(name, times);
  }

 private:
  std::string unique_number(const std::string& name, int number) {
    const std::string numbered = fmt::format("{}_{}", name, number);
    return ++times_[numbered] == 1 ? numbered : unique_number(name, number + 1);
  }

  std::map<std::string, int> times_;
};

class Inspection {
 public:
  Inspection(dataset::Reader& reader, const InitOptions& options, const Progress& progress)
      : reader_(reader), options_(options), progress_(progress) {}

  base::Status look(const std::string& data) {
    progress_.show(base::tr("looking at the files"));
    const dataset::SameColumns same_columns = [&](const SurveyedTable& table) {
      const auto columns = reader_.columns(source_of(table));
      return columns || columns.error().symbol == "E_DATA_FILE"
                 ? base::Result<bool>(columns.has_value())
                 : base::Result<bool>(columns.error());
    };
    dataset::Survey survey = TAGSMITH_TRY(dataset::survey(data, same_columns));
    made_.left_out = std::move(survey.passed_over);
    for (SurveyedTable& found : survey.tables) {
      progress_.show("reading " + name_of(found));
      Table table{.found = std::move(found)};
      table.source = source_of(table.found);
      table.columns = TAGSMITH_TRY(reader_.columns(table.source));
      tables_.push_back(std::move(table));
    }
    return {};
  }

  base::Status choose_keys() {
    std::vector<dataset::KeylessTable> keyless;
    for (const Table& table : tables_) {
      keyless.push_back({.name = name_of(table.found), .columns = table.columns});
    }
    const auto keys = TAGSMITH_TRY(dataset::choose_keys(
        keyless, options_.keys,
        [&](size_t table, const std::string& column) { return count(tables_[table], column); }));
    for (size_t i = 0; i < tables_.size(); ++i) {
      tables_[i].key = keys[i];
      if (keys[i]) {
        tables_[i].source.key = keys[i]->column;
        tables_[i].counts = TAGSMITH_TRY(count(tables_[i], keys[i]->column));
      }
    }
    return {};
  }

  base::Result<project::Draft> draft(const std::string& name) {
    project::Draft draft{.name = name, .zone = options_.zone, .key = most_common_key()};
    for (Table& table : tables_) {
      if (table.key) {
        TAGSMITH_TRY(add_table(draft, table));
      } else {
        made_.left_out.push_back(table.found.path + ": no column says who the user is");
      }
    }
    for (const std::string& left_out : made_.left_out) {
      draft.left_out.push_back(left_out);
    }
    draft.example = TAGSMITH_TRY(find_example(draft));
    return draft;
  }

  NewProject made() { return std::move(made_); }

 private:
  TableSource source_of(const SurveyedTable& table) const {
    TableSource source{
        .name = table.name, .format = table.format, .files = table.newest, .zone = options_.zone};
    if (table.days) {
      source.hidden = {table.days->column};
    }
    return source;
  }

  base::Result<KeyCounts> count(const Table& table, const std::string& column) {
    progress_.show(base::message("counting {} of {}", column, name_of(table.found)));
    TableSource source = table.source;
    source.key = column;
    const auto profiles =
        TAGSMITH_TRY(reader_.profile({.source = source, .columns = std::vector<std::string>()}));
    const dataset::ColumnProfile& key = profiles.front();
    return KeyCounts{.rows = key.rows, .nulls = key.nulls, .distinct = key.distinct};
  }

  std::string most_common_key() const {
    std::map<std::string, int> weights;  // a table of users weighs more than one of their deeds
    int most = 0;
    std::string best;
    for (const Table& table : tables_) {
      if (!table.key) {
        continue;
      }
      int& weight = weights[table.key->column];
      weight += table.one_row_a_user() ? 3 : 2;
      if (weight > most) {
        most = weight;
        best = table.key->column;
      }
    }
    return best;
  }

  bool has_key_of(bool is_integer) const {
    return std::ranges::any_of(tables_, [&](const Table& table) {
      return table.key && table.key->is_integer == is_integer;
    });
  }

  base::Status add_table(project::Draft& draft, const Table& table) {
    const std::string name = names_.unique(table.found);
    const size_t point = name.find('.');
    const bool key_as_text = table.key->is_integer && has_key_of(/*is_integer=*/false);
    project::DraftTable out;
    out.dataset.database = point == std::string::npos ? "" : name.substr(0, point);
    out.dataset.name = point == std::string::npos ? name : name.substr(point + 1);
    out.dataset.key = table.key->column;
    out.columns = table.columns;
    TableSource source = table.source;
    if (key_as_text || !table.one_row_a_user()) {
      source = with_select(table, key_as_text, out);
      out.columns = TAGSMITH_TRY(reader_.columns(source));
    } else {
      out.dataset.path = table.found.path;
      if (table.found.days) {
        out.dataset.partition =
            project::Partition{.column = table.found.days->column,
                               .format = table.found.days->format,
                               .ready = table.found.days->is_marked ? "_SUCCESS" : ""};
        note_day(table.found.days->day);
      }
    }
    std::erase_if(out.columns,
                  [&](const Column& column) { return column.name == out.dataset.key; });
    add_remarks(table, key_as_text, out);
    made_.tables.push_back({.name = name,
                            .from = table.found.days && out.dataset.sql.empty()
                                        ? files_of_days(table.found)
                                        : file_of_select(table),
                            .key = out.dataset.key,
                            .rows = table.counts.rows,
                            .users = table.counts.distinct});
    draft.tables.push_back(std::move(out));
    sources_.push_back(std::move(source));
    return {};
  }

  static std::string files_of_days(const SurveyedTable& table) {
    return fmt::format("{}/{}={}", table.path, table.days->column, table.days->format);
  }

  // What a SELECT reads: all days where rows are added up, else the newest files.
  static std::string file_of_select(const Table& table) {
    const SurveyedTable& found = table.found;
    if (!found.days) {
      return found.every_file;
    }
    return table.one_row_a_user() ? found.newest_files : found.every_file;
  }

  TableSource with_select(const Table& table, bool key_as_text, project::DraftTable& out) {
    project::SelectDraft select{.file = file_of_select(table),
                                .key = table.key->column,
                                .key_as_text = key_as_text,
                                .one_row_a_user = table.one_row_a_user(),
                                .columns = table.columns};
    std::erase_if(select.columns, [&](const Column& column) { return column.name == select.key; });
    out.dataset.sql = project::select_text(select);
    return {.name = table.found.name,
            .format = TableSource::Format::kSelect,
            .select = out.dataset.sql,
            .key = table.key->column,
            .zone = options_.zone};
  }

  static void add_remarks(const Table& table, bool key_as_text, project::DraftTable& out) {
    std::vector<std::string>& remarks = out.remarks;
    if (!table.found.remark.empty()) {
      remarks.push_back(table.found.remark);
    }
    if (key_as_text) {
      remarks.push_back(
          fmt::format("{} is a whole number here and text in another table: a user "
                      "has one id, so it becomes text here.",
                      table.key->column));
      if (table.found.days && table.one_row_a_user()) {
        remarks.push_back(fmt::format("Read is {} alone: another day has to be written here.",
                                      table.found.days->newest));
      }
    }
    if (!table.one_row_a_user()) {
      remarks.push_back(
          fmt::format("{} of {}: the SELECT makes one row of each user's. Keep what rules "
                      "shall ask for.",
                      counted(table.counts.rows - table.counts.nulls, "row"),
                      counted(table.counts.distinct, "user")));
    }
    if (table.counts.nulls > 0) {
      remarks.push_back(fmt::format("{} of {} rows have no {} and are passed over.",
                                    table.counts.nulls, table.counts.rows, table.key->column));
    }
  }

  // The first day of which every table has a partition, as far as newest ones say.
  void note_day(const std::string& day) {
    if (made_.as_of.empty() || day < made_.as_of) {
      made_.as_of = day;
    }
  }

  // A column with a value, of the type that makes the plainest rule.
  base::Result<std::optional<project::DraftExample>> find_example(const project::Draft& draft) {
    using enum column::TypeKind;
    for (const column::TypeKind kind : {kInt, kDecimal, kText, kDate, kBoolean, kDouble}) {
      for (size_t i = 0; i < draft.tables.size(); ++i) {
        for (const Column& column : draft.tables[i].columns) {
          // A test could not name a column with a point in its name.
          if (column.type.kind == kind && column.name.find('.') == std::string::npos) {
            auto example = TAGSMITH_TRY(example_of(draft.tables[i], sources_[i], column));
            if (example) {
              return example;
            }
          }
        }
      }
    }
    return std::optional<project::DraftExample>();
  }

  base::Result<std::optional<project::DraftExample>> example_of(const project::DraftTable& table,
                                                                const TableSource& source,
                                                                const Column& column) {
    constexpr size_t kSamplesMax = 5;
    const auto profiles = TAGSMITH_TRY(reader_.profile(
        {.source = source, .samples_max = kSamplesMax, .columns = {{column.name}}}));
    for (const std::string& sample : profiles.back().samples) {
      if (is_plain(column.type, sample)) {
        return std::optional(project::DraftExample{.database = table.dataset.database,
                                                   .table = table.dataset.name,
                                                   .column = column,
                                                   .value = sample});
      }
    }
    return std::optional<project::DraftExample>();
  }

  // Whether a value may stand in an example.
  static bool is_plain(const column::Type& type, const std::string& value) {
    constexpr size_t kBytesMax = 40;
    const bool fits =
        !value.empty() && value.size() <= kBytesMax && std::ranges::none_of(value, [](char c) {
          return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
        });
    const auto is_made_of = [&](std::string_view characters) {
      return value.find_first_not_of(characters) == std::string::npos;
    };
    switch (type.kind) {
      case column::TypeKind::kInt:
      case column::TypeKind::kDecimal:
      case column::TypeKind::kDouble:
        return fits && is_made_of("-0123456789.");  // no infinity, no exponent
      case column::TypeKind::kDate:
        return fits && is_made_of("-0123456789");
      default:
        return fits;
    }
  }

  dataset::Reader& reader_;
  const InitOptions& options_;
  const Progress& progress_;
  Names names_;
  std::vector<Table> tables_;
  std::vector<TableSource> sources_;  // of the tables of the draft
  NewProject made_;
};

// What a project that was just written would say.
base::Status try_out(dataset::Reader& reader, NewProject& made) {
  const auto read = project::read_project(".", "");
  if (!read) {
    return base::internal_error("the new project is wrong: " +
                                project::to_text(read.error().front()));
  }
  auto sources = project::table_sources(*read, "");
  if (!sources && sources.error().symbol == "E_DATA_PARTITION") {
    made.newest_is_ready = false;
    sources = project::table_sources(*read, made.as_of);
  }
  if (!sources) {
    return std::move(sources).error();
  }
  const auto described = dataset::describe(reader, std::move(sources).value());
  return described ? base::Status() : base::Status(described.error());
}

base::Result<NewProject> write_draft(const std::string& data, const InitOptions& options,
                                     const std::string& name) {
  const Progress progress;
  const auto reader = TAGSMITH_TRY(make_reader(options.resources));
  Inspection inspection(*reader, options, progress);
  TAGSMITH_TRY(inspection.look(data));
  TAGSMITH_TRY(inspection.choose_keys());
  const project::Draft draft = TAGSMITH_TRY(inspection.draft(name));
  TAGSMITH_TRY(write_new_file(".", ".gitignore", kIgnored));
  TAGSMITH_TRY(write_new_file(".", "tagsmith.yaml", project::settings_text(draft)));
  TAGSMITH_TRY(write_new_file(".", "tags/first.yaml", project::tags_text(draft)));
  TAGSMITH_TRY(write_new_file(".", "tests/first.yaml", project::tests_text(draft)));
  TAGSMITH_TRY(write_schemas("."));
  NewProject made = inspection.made();
  made.has_tags = false;
  progress.show(base::tr("trying out the project"));
  TAGSMITH_TRY(try_out(*reader, made));
  return made;
}

}  // namespace

base::Result<NewProject> write_from(const std::string& folder, const InitOptions& options) {
  const std::string way = way_to(options.from, folder);
  const std::string name = dataset::own_name(options.folder);
  const Inside inside = TAGSMITH_TRY(Inside::enter(folder));
  auto made = write_draft(way, options, name);
  return made ? std::move(made)
              : base::Result<NewProject>(as_given(std::move(made).error(), way, options.from));
}

}  // namespace tagsmith::app
