#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "column/schema.h"
#include "project/project.h"

namespace tagsmith::project {

/// A table of a new project.
struct DraftTable {
  Dataset dataset;
  std::vector<column::Column> columns;  // that rules may name
  std::vector<std::string> remarks;     // sentences for a person
};

/// A column with one of its values, for an example of a rule.
struct DraftExample {
  std::string database;  // or empty
  std::string table;
  column::Column column;
  std::string value;  // as text
};

/// A project that nobody has written yet.
struct Draft {
  std::string name;
  std::string zone = "UTC";
  std::string key = "user_id";
  std::vector<DraftTable> tables;     // at least one
  std::vector<std::string> left_out;  // what is no table, and why
  std::optional<DraftExample> example;
};

/// The text of a file that says what it reads, in comments, and that is read as the draft says.
std::string settings_text(const Draft& draft);

/// A file of tags with one example, and a file of tests with one of it: all in comments, which
/// removing "# " at the start of each line makes a tag and tests that pass.
std::string tags_text(const Draft& draft);
std::string tests_text(const Draft& draft);

/// An identifier made of any text: letters and digits of ASCII stay, all between is one '_'. Empty
/// where nothing stays.
std::string identifier_of(std::string_view text);

/// One SELECT over files for a dataset. `file` is a path or a pattern.
struct SelectDraft {
  std::string file;
  std::string key;
  bool key_as_text = false;             // the key is an integer in the files, and text elsewhere
  bool one_row_a_user = true;           // else they are counted and added up
  std::vector<column::Column> columns;  // of the files, without the key
};
std::string select_text(const SelectDraft& select);

}  // namespace tagsmith::project
