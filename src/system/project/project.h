#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/problem.h"
#include "base/result.h"
#include "catalog/tag.h"
#include "dataset/reader.h"

namespace tagsmith::project {

/// One mistake in the project folder.
struct FileProblem {
  std::string file;   // "tags/value.yaml", from the project folder
  size_t line = 0;    // from 1; 0: the whole file
  size_t column = 0;  // from 1, in characters
  base::Problem problem;

  bool operator==(const FileProblem&) const = default;
};
/// In the order of the files and their lines; never empty where it is an error.
using FileProblems = std::vector<FileProblem>;

/// "tags/value.yaml:12:9: E_OPERATOR_UNKNOWN: ..., did you mean ...": for a person.
std::string to_text(const FileProblem& problem);
/// {"file":..,"line":..,"column":..,"code":..,"path":..,"message":..,"hint":..} on one line.
std::string to_json(const FileProblem& problem);

struct Partition {
  std::string column = "dt";
  std::string format = "%Y-%m-%d";
  std::string ready;  // a file that marks a complete partition, "_SUCCESS"; or empty

  bool operator==(const Partition&) const = default;
};

/// A table as tagsmith.yaml declares it: exactly one of path and sql.
struct Dataset {
  std::string database;  // of the name "db.table"; or empty
  std::string name;
  std::string path;  // a folder, a file, a pattern; from the project folder
  std::string sql;   // one SELECT over files; paths from the project folder
  std::string key;   // the key column; the project's where none is given
  std::optional<Partition> partition;
  std::string changed_at;  // a column, for --days; or empty
  std::string place;       // "tagsmith.yaml:7:3"

  bool operator==(const Dataset&) const = default;
};

/// "database.name" or "name": what rules call its table.
std::string full_name(const Dataset& dataset);

/// A cell of a user of a test, before the type of its column is known.
struct TestCell {
  std::string column;  // as a rule writes it: "age", "users.age"
  base::Json value;
  std::string place;

  bool operator==(const TestCell&) const = default;
};

/// A user with cells, and the tags that the rules must give.
struct RuleTest {
  std::string name;  // or empty
  std::vector<TestCell> cells;
  std::vector<std::string> tags;     // codes, all that the user has; sorted
  std::optional<std::string> as_of;  // a day; of the test, else of its file
  std::string place;

  bool operator==(const RuleTest&) const = default;
};

/// Where each rule stands in its file, to the character. Opaque.
class RuleSources;

/// The project folder, read and checked in itself. Rules are parsed, not yet checked against data:
/// what is wrong with a rule stands in its catalog::TagRule and refuses its tag, not the project
/// (SEMANTICS 22).
struct Project {
  std::string folder;
  std::string name;
  std::string zone = "UTC";
  std::string key = "user_id";
  std::string population;  // a dataset's name; or empty: the union of all
  std::vector<std::string> search;
  bool upper_bound = false;
  std::vector<Dataset> datasets;
  std::string store;  // of the environment chosen, "sqlite:tags.db"; or empty
  catalog::RunGuards guards;
  catalog::Catalog catalog;
  std::vector<RuleTest> tests;
  std::shared_ptr<const RuleSources> sources;
};

/// The problem of a rule at its place in its file: lines and columns are followed into texts and
/// into rules that are written as YAML. `place` is a place of the project ("tags/value.yaml:12:9").
FileProblem located(const Project& project, const std::string& place, const base::Problem& problem);

/// Finds the project folder from `start` upwards (the folder with tagsmith.yaml); kNotFound with a
/// hint.
base::Result<std::string> find_project(const std::string& start);

/// What could be read of a folder, and everything that is wrong with it.
struct Reading {
  Project project;
  FileProblems problems;
  bool settings_read = false;  // tagsmith.yaml has no problem
};

/// Reads the whole folder and goes on after mistakes, for `validate`. Every problem of every file
/// at once: YAML that is none, unknown and duplicate keys with the nearest valid name, wrong types,
/// duplicate tag ids and codes, unknown categories, tests of unknown tags. `environment` empty: the
/// settings outside environments.
Reading read_folder(const std::string& folder, const std::string& environment);

/// read_folder(), where any problem is an error.
base::Result<Project, FileProblems> read_project(const std::string& folder,
                                                 const std::string& environment);

/// The tables of the project for the reader, at one partition ("2025-11-22"; empty: the newest of
/// each table); a dataset with `ready` whose marker is missing is E_DATA_PARTITION. The files that
/// a SELECT names are found only from the project's folder: it has to be the working folder.
base::Result<std::vector<dataset::TableSource>> table_sources(const Project& project,
                                                              const std::string& day);
base::Result<dataset::TableSource> table_source(const Project& project, const Dataset& dataset,
                                                const std::string& day);

}  // namespace tagsmith::project
