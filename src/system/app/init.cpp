#include "app/init.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/activity.h"
#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/terminal.h"
#include "app/text_table.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/language.h"
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
  const std::string partition = made.newest_is_ready ? "" : " --dt " + made.as_of;
  const std::string day = made.as_of.empty() ? "" : " --as-of " + made.as_of;
  return {"tagsmith validate" + project + partition, "tagsmith test" + project + partition,
          (made.has_tags ? "tagsmith run" : "tagsmith plan") + project + day};
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
    return files::system_error(base::marked("look into"), folder, error.value());
  }
  std::ranges::sort(paths);
  return paths;
}

std::string tables_text(const NewProject& made) {
  using enum TextTable::Align;
  if (made.tables.empty()) {
    return "";
  }
  TextTable table({{base::tr("table")},
                   {base::tr("key")},
                   {base::tr("rows"), kRight},
                   {base::tr("users"), kRight},
                   {base::tr("from")}});
  for (const NewTable& each : made.tables) {
    table.add({printable(each.name), printable(each.key), grouped(each.rows), grouped(each.users),
               printable(each.from)});
  }
  std::string out = base::tr("with\n") + table.text(2, table_width());
  for (const std::string& left_out : made.left_out) {
    out += base::message("left out: {}\n", printable(left_out));
  }
  return out;
}

std::string to_text(const InitOptions& options, const NewProject& made,
                    const std::vector<std::string>& paths,
                    const std::vector<std::string>& commands) {
  return base::message("made {}\n  {}\n{}next:\n  {}\n", printable(options.folder),
                       printable(fmt::format("{}", fmt::join(paths, "\n  ")), /*keeps_lines=*/true),
                       tables_text(made), fmt::join(commands, "\n  "));
}

std::string list_json(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  std::ranges::transform(texts, std::back_inserter(quoted), base::json_quoted);
  return fmt::format("[{}]", fmt::join(quoted, ","));
}

std::string table_json(const NewTable& table) {
  return fmt::format(R"({{"name":{},"from":{},"key":{},"rows":{},"users":{}}})",
                     base::json_quoted(table.name), base::json_quoted(table.from),
                     base::json_quoted(table.key), table.rows, table.users);
}

std::string to_json(const InitOptions& options, const NewProject& made,
                    const std::vector<std::string>& paths,
                    const std::vector<std::string>& commands) {
  std::vector<std::string> tables;
  std::ranges::transform(made.tables, std::back_inserter(tables), table_json);
  return fmt::format(
      R"({{"folder":{},"as_of":{},"files":{},"tables":[{}],"left_out":{},"next":{}}})"
      "\n",
      base::json_quoted(options.folder),
      made.as_of.empty() ? "null" : base::json_quoted(made.as_of), list_json(paths),
      fmt::join(tables, ","), list_json(made.left_out), list_json(commands));
}

base::Status check_options(const InitOptions& options) {
  if (!options.data.empty() && options.example != "shop") {
    return base::invalid_argument(base::tr("--data is the purchases of --example shop"));
  }
  if (options.users && options.example != "seed") {
    return base::invalid_argument(base::tr("--users is the number of users of --example seed"));
  }
  if (options.example.empty() == options.from.empty()) {
    base::Error error =
        base::invalid_argument(base::tr("init makes an example, or a project of your files"));
    error.hint = base::tr("say --example shop, --example seed or --from DIR");
    return error;
  }
  return check_zone(options.zone);
}

base::Result<NewProject> write_project(const std::string& folder, const InitOptions& options) {
  if (!options.from.empty()) {
    return write_from(folder, options);
  }
  return options.example == "shop" ? write_shop(folder, options) : write_seed(folder, options);
}

base::Status make_project(const InitOptions& options) {
  TAGSMITH_TRY(check_options(options));
  const Progress progress;
  files::AtomicFolder folder = TAGSMITH_TRY(files::AtomicFolder::create(options.folder));
  progress.show(base::tr("writing the project"));
  const NewProject made = TAGSMITH_TRY(write_project(folder.temporary_path(), options));
  const std::vector<std::string> paths = TAGSMITH_TRY(files_below(folder.temporary_path()));
  if (base::interrupted()) {
    return base::cancelled();
  }
  TAGSMITH_TRY(folder.commit());
  progress.clear();
  const std::vector<std::string> commands = next_commands(options, made);
  return print(options.json ? to_json(options, made, paths, commands)
                            : to_text(options, made, paths, commands));
}

}  // namespace

base::Status write_new_file(const std::string& folder, std::string_view path,
                            std::string_view text) {
  const std::filesystem::path whole = std::filesystem::path(folder) / path;
  std::error_code error;
  std::filesystem::create_directories(whole.parent_path(), error);
  if (error) {
    return files::system_error(base::marked("make"), whole.parent_path().string(), error.value());
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
