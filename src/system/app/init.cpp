#include "app/init.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/exit_code.h"
#include "app/terminal.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/words.h"
#include "files/atomic_file.h"
#include "files/system_error.h"

namespace tagsmith::app {
namespace {

// A word of a command for the shell.
std::string shell_word(const std::string& word) {
  const bool is_plain = std::ranges::all_of(word, [](char c) {
    return base::is_name_part(c) || std::string_view("-./:=+@").find(c) != std::string_view::npos;
  });
  if (is_plain && !word.empty()) {
    return word;
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return quoted + "'";
}

std::vector<std::string> next_commands(const InitOptions& options, const NewProject& made) {
  const std::string project = " --project " + shell_word(options.folder);
  return {"tagsmith validate" + project, "tagsmith test" + project,
          "tagsmith run" + project + " --as-of " + made.as_of};
}

// The paths of the files below a folder, sorted.
base::Result<std::vector<std::string>> files_below(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder, error), end;
       !error && entry != end; entry.increment(error)) {
    if (!entry->is_directory()) {
      paths.push_back(entry->path().lexically_relative(folder).string());
    }
  }
  if (error) {
    return files::system_error("look into", folder, error.value());
  }
  std::ranges::sort(paths);
  return paths;
}

std::string to_text(const InitOptions& options, const std::vector<std::string>& paths,
                    const std::vector<std::string>& commands) {
  return fmt::format("made {}\n  {}\nnext:\n  {}\n", printable(options.folder),
                     printable(fmt::format("{}", fmt::join(paths, "\n  ")), /*keeps_lines=*/true),
                     fmt::join(commands, "\n  "));
}

std::string to_json(const InitOptions& options, const NewProject& made,
                    const std::vector<std::string>& paths,
                    const std::vector<std::string>& commands) {
  const auto list = [](const std::vector<std::string>& texts) {
    std::vector<std::string> quoted;
    std::ranges::transform(texts, std::back_inserter(quoted), base::json_quoted);
    return fmt::format("[{}]", fmt::join(quoted, ","));
  };
  return fmt::format("{{\"folder\":{},\"as_of\":{},\"files\":{},\"next\":{}}}\n",
                     base::json_quoted(options.folder),
                     made.as_of.empty() ? "null" : base::json_quoted(made.as_of), list(paths),
                     list(commands));
}

base::Status check_options(const InitOptions& options) {
  if (!options.data.empty() && options.example != "shop") {
    return base::invalid_argument("--data is the purchases of --example shop");
  }
  if (options.users && options.example != "seed") {
    return base::invalid_argument("--users is the number of users of --example seed");
  }
  return {};
}

base::Result<NewProject> write_project(const std::string& folder, const InitOptions& options) {
  return options.example == "shop" ? write_shop(folder, options) : write_seed(folder, options);
}

base::Status make_project(const InitOptions& options) {
  TAGSMITH_TRY(check_options(options));
  const Progress progress;
  files::AtomicFolder folder = TAGSMITH_TRY(files::AtomicFolder::create(options.folder));
  progress.show("writing the project");
  const NewProject made = TAGSMITH_TRY(write_project(folder.temporary_path(), options));
  const std::vector<std::string> paths = TAGSMITH_TRY(files_below(folder.temporary_path()));
  if (base::interrupted()) {
    return base::cancelled();
  }
  TAGSMITH_TRY(folder.commit());
  progress.clear();
  const std::vector<std::string> commands = next_commands(options, made);
  return print(options.json ? to_json(options, made, paths, commands)
                            : to_text(options, paths, commands));
}

}  // namespace

base::Status write_new_file(const std::string& folder, std::string_view path,
                            std::string_view text) {
  const std::filesystem::path whole = std::filesystem::path(folder) / path;
  std::error_code error;
  std::filesystem::create_directories(whole.parent_path(), error);
  if (error) {
    return files::system_error("make", whole.parent_path().string(), error.value());
  }
  files::AtomicFile file = TAGSMITH_TRY(files::AtomicFile::create(whole.string()));
  TAGSMITH_TRY(file.write(text));
  return file.commit();
}

int init(const InitOptions& options) {
  const base::Status made = make_project(options);
  return made ? kDone : report(made.error());
}

}  // namespace tagsmith::app
