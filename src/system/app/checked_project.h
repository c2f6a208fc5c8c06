#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/activity.h"
#include "base/result.h"
#include "catalog/checked_catalog.h"
#include "dataset/data_set.h"
#include "dataset/reader.h"
#include "project/project.h"
#include "rule/check.h"

namespace tagsmith::app {

/// The options of every command that works in a project.
struct ProjectOptions {
  std::string folder;       // --project; empty: the working folder or one around it
  std::string environment;  // --env
  bool json = false;        // --json
};

/// Makes the project's folder the working folder: the files that its SELECTs name are found only
/// from there. Paths of the command line have to be absolute before. kNotFound with a hint when
/// there is no project.
base::Status enter_project(const ProjectOptions& options);

/// A project with its rules checked against the columns of its data.
struct CheckedProject {
  project::Project project;
  std::optional<dataset::DataSet> data;  // nothing where a problem of the settings or data hides it
  rule::CheckOptions check_options;      // of rule tests: without an as-of date
  catalog::CheckedCatalog checked;       // empty without data
  project::FileProblems problems;        // all of them, in the order of the files
};

/// Reads and checks the project in the working folder, going on after mistakes. Its errors are
/// those of the world; what somebody wrote wrong is among the problems. `day` is the partition;
/// empty: the newest of each table. `as_of` is the day by which rules are judged, if there is one.
base::Result<CheckedProject> check_project(const ProjectOptions& options, const std::string& day,
                                           const std::optional<std::int32_t>& as_of,
                                           dataset::Reader& reader, const Progress& progress);

/// tagsmith.yaml first, then tags/, then tests/; in a file by line.
void sort_problems(project::FileProblems& problems);

/// All problems, one a line: for a person, or as JSON.
std::string problems_text(const project::FileProblems& problems, bool json);

/// Prints all problems on stderr, as console() says; gives their exit code.
int report(const project::FileProblems& problems);

/// "1 tag", "23,570 tags".
std::string counted(size_t count, const std::string& noun);

}  // namespace tagsmith::app
