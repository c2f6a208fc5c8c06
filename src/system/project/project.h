#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/problem.h"
#include "base/result.h"
#include "catalog/tag.h"
#include "column/value.h"
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
  std::string key;   // the key column; empty: the project's
  std::optional<Partition> partition;
  std::string changed_at;  // a column, for --days; or empty
  std::string place;       // "tagsmith.yaml:7"

  bool operator==(const Dataset&) const = default;
};

/// A user with cells, and the tags that the rules must give.
struct RuleTest {
  std::string name;                                          // or empty
  std::vector<std::pair<std::string, column::Value>> cells;  // column name as a rule writes it
  std::vector<std::string> tags;                             // codes, all that the user has
  std::optional<std::string> as_of;                          // a day
  std::string place;
};

struct Environment {
  std::string store;  // "sqlite:tags.db"
};

/// The project folder, read and checked in itself; rules are parsed, not yet checked against data.
struct Project {
  std::string folder;
  std::string name;
  std::string zone = "UTC";
  std::string key = "user_id";
  std::string population;  // a dataset's name; or empty: the union of all
  std::vector<std::string> search;
  bool upper_bound = false;
  std::vector<Dataset> datasets;
  std::string store;  // of the environment chosen
  catalog::RunGuards guards;
  catalog::Catalog catalog;
  std::vector<RuleTest> tests;
};

/// Finds the project folder from `start` upwards (the folder with tagsmith.yaml); kNotFound with a
/// hint.
base::Result<std::string> find_project(const std::string& start);

/// Reads the whole folder. Every problem of every file at once: YAML that is none, unknown and
/// duplicate keys with the nearest valid name, wrong types, duplicate tag ids and codes, cycles of
/// has_tag, rules that do not parse. `environment` empty: the settings outside environments.
base::Result<Project, FileProblems> read_project(const std::string& folder,
                                                 const std::string& environment);

/// The tables of the project for the reader, at one partition; a dataset with `ready` whose marker
/// is missing is E_DATA_PARTITION.
base::Result<std::vector<dataset::TableSource>> table_sources(const Project& project,
                                                              const std::string& day);

}  // namespace tagsmith::project
