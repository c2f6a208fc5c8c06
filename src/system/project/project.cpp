#include "project/project.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/language.h"
#include "column/schema.h"
#include "files/folder.h"
#include "project/fields_internal.h"
#include "project/problems.h"
#include "project/rule_sources_internal.h"
#include "project/settings_internal.h"
#include "project/tag_file_internal.h"
#include "project/test_file_internal.h"

namespace tagsmith::project {
namespace {

constexpr std::string_view kSettingsFile = "tagsmith.yaml";
constexpr size_t kFilesMax = 10'000;

FileProblem file_problem(std::string file, std::string message, std::string hint) {
  return {.file = std::move(file),
          .problem = {.code = std::string(kProjectFile),
                      .path = "",
                      .message = std::move(message),
                      .hint = std::move(hint)}};
}

// Reads the files of one project folder.
class Folder {
 public:
  explicit Folder(std::string path) : path_(std::move(path)) {}

  // The file with its nodes, or nothing where that has a problem.
  std::optional<YamlNode> open(const std::string& name, std::optional<YamlFile>& file,
                               FileProblems& problems) const {
    const std::string path = files::join(path_, name);
    if (leads_out(path)) {
      problems.push_back(file_problem(name,
                                      base::tr("a link that leads out of the project's folder"),
                                      base::tr("put a copy of the file here")));
      return std::nullopt;
    }
    auto text = files::read_file(path, kYamlBytesMax);
    if (!text) {
      problems.push_back(file_problem(name, text.error().message, text.error().hint));
      return std::nullopt;
    }
    file.emplace(name, std::move(text).value());
    return file->parse();
  }

  // The names of the YAML files in a folder below this one; none when there is no such folder.
  std::vector<std::string> yaml_files(const std::string& folder, FileProblems& problems) const {
    auto entries = files::list_folder(files::join(path_, folder));
    if (!entries) {
      if (entries.error().code != base::ErrorCode::kNotFound) {
        problems.push_back(file_problem(folder, entries.error().message, entries.error().hint));
      }
      return {};
    }
    std::vector<std::string> names;
    for (const files::Entry& entry : *entries) {
      const std::string name = files::join(folder, entry.name);
      if (entry.name.starts_with('.')) {
        continue;
      }
      if (entry.is_folder) {
        problems.push_back(file_problem(name, base::tr("a folder, which is not looked into"),
                                        base::message("put its files into {}/", folder)));
      } else if (entry.name.ends_with(".yml")) {
        problems.push_back(file_problem(name,
                                        base::tr("a file that is not read: its name ends in .yml"),
                                        base::tr("rename it to .yaml")));
      } else if (entry.name.ends_with(".yaml")) {
        names.push_back(name);
      }
    }
    if (names.size() > kFilesMax) {
      problems.push_back(
          file_problem(folder, base::message("{} files, more than {}", names.size(), kFilesMax),
                       base::tr("merge some")));
      names.clear();
    }
    return names;
  }

 private:
  [[nodiscard]] bool leads_out(const std::string& path) const {
    std::error_code error;
    const std::filesystem::path own = std::filesystem::canonical(path_, error);
    const std::filesystem::path target = std::filesystem::canonical(path, error);
    if (error) {
      return false;  // reading it will say what is wrong
    }
    return std::mismatch(own.begin(), own.end(), target.begin(), target.end()).first != own.end();
  }

  std::string path_;
};

void move_into(FileProblems from, FileProblems& to) {
  std::ranges::move(from, std::back_inserter(to));
}

// Whether all files could be read: else a code that is not there may stand in another.
bool read_tag_files(const Folder& folder, const catalog::TagGuards& guards, RuleSources& sources,
                    Reading& reading) {
  bool all_read = true;
  TagFiles tags(guards, reading.project.catalog, sources);
  std::vector<YamlFile> files;
  for (const std::string& name : folder.yaml_files("tags", reading.problems)) {
    std::optional<YamlFile> file;
    const auto root = folder.open(name, file, reading.problems);
    if (root) {
      tags.read(*file, *root);
    }
    all_read = all_read && root.has_value();
    if (file) {
      files.push_back(std::move(*file));
    }
  }
  for (YamlFile& file : files) {
    if (all_read) {
      tags.check_categories(file);
    }
    move_into(file.problems(), reading.problems);
  }
  tags.finish();
  return all_read;
}

void read_test_files(const Folder& folder, bool all_tags_read, Reading& reading) {
  std::optional<std::vector<std::string>> codes;
  if (all_tags_read) {
    codes.emplace();
    for (const catalog::Tag& tag : reading.project.catalog.tags) {
      codes->push_back(tag.code);
    }
  }
  for (const std::string& name : folder.yaml_files("tests", reading.problems)) {
    std::optional<YamlFile> file;
    const auto root = folder.open(name, file, reading.problems);
    if (root) {
      read_tests(*file, *root, codes, reading.project.tests);
    }
    if (file) {
      move_into(file->problems(), reading.problems);
    }
  }
}

base::Error no_project(std::string message, const std::string& start) {
  base::Error error = base::not_found(std::move(message));
  error.symbol = std::string(kProjectFile);
  error.path = start;
  error.hint = base::tr("go to the project's folder, or name it with --project");
  return error;
}

}  // namespace

std::string full_name(const Dataset& dataset) {
  return column::full_name(dataset.database, dataset.name);
}

base::Result<std::string> find_project(const std::string& start) {
  const std::string named = start.empty() ? "." : start;
  std::error_code error;
  std::filesystem::path folder = std::filesystem::absolute(named, error).lexically_normal();
  // A folder that is not there is a slip: the one around it would be another project.
  if (error || !std::filesystem::is_directory(folder, error)) {
    return no_project(base::message("no folder {}", base::quote(named, named.size())), start);
  }
  for (;; folder = folder.parent_path()) {
    if (std::filesystem::exists(folder / kSettingsFile, error)) {
      return folder.string();
    }
    if (folder == folder.parent_path()) {
      return no_project(base::message("no {} in {} or a folder around it", kSettingsFile,
                                      base::quote(named, named.size())),
                        start);
    }
  }
}

Reading read_folder(const std::string& path, const std::string& environment) {
  Reading reading{.project = {.folder = path}};
  auto sources = std::make_shared<RuleSources>();
  const Folder folder(path);
  catalog::TagGuards guards;
  std::optional<YamlFile> file;
  const auto root = folder.open(std::string(kSettingsFile), file, reading.problems);
  if (root) {
    read_settings(*file, *root, environment, reading.project, guards);
  }
  if (file) {
    move_into(file->problems(), reading.problems);
  }
  reading.settings_read = reading.problems.empty();
  const bool all_tags_read = read_tag_files(folder, guards, *sources, reading);
  read_test_files(folder, all_tags_read, reading);
  reading.project.sources = std::move(sources);
  return reading;
}

base::Result<Project, FileProblems> read_project(const std::string& folder,
                                                 const std::string& environment) {
  Reading reading = read_folder(folder, environment);
  if (!reading.problems.empty()) {
    return std::move(reading.problems);
  }
  return std::move(reading.project);
}

}  // namespace tagsmith::project
