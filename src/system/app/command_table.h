#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace tagsmith::app {

/// What the parser of the command line knows about the commands, as plain values: the source of
/// --help, of the scripts of completion, of hints, and of docs/reference/commands.md.

struct OptionInfo {
  std::vector<std::string> names;    // "--verbose", "-v"; of an argument its one name, "USER"
  std::string value;                 // "FILE"; empty: takes none
  std::vector<std::string> choices;  // the values that there are, where they are few
  std::string about;
};

struct CommandInfo {
  std::string name;   // "runs list"; of the program itself empty
  std::string group;  // of the commands of the program: the heading that --help puts it under
  std::string about;
  std::vector<OptionInfo> options;
  std::vector<OptionInfo> arguments;
  std::vector<std::string> subcommands;  // "list"
  std::string help;                      // what --help prints
};

/// The program, then its commands and theirs, in the order of --help. Without hidden ones.
std::vector<CommandInfo> command_table(const CLI::App& app);

/// "tagsmith runs list".
std::string full_name(const CLI::App& command);

/// What --help prints about a command of `app`.
std::string help_text(const CLI::App& command);

/// The command that words like {"runs", "list"} name, also a hidden one; null where there is none.
const CLI::App* find_command(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace tagsmith::app
