#include "app/command_table.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

namespace tagsmith::app {
namespace {

bool is_hidden(const CLI::App& command) { return command.get_group().empty(); }

// "MODE:{full,incremental}" -> full, incremental: CLI11 writes so what IsMember accepts.
std::vector<std::string> choices_of(const std::string& type_name) {
  const size_t open = type_name.find(":{");
  const size_t close = type_name.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) {
    return {};
  }
  std::vector<std::string> choices;
  for (size_t start = open + 2; start <= close;) {
    const size_t end = std::min(type_name.find(',', start), close);
    choices.push_back(type_name.substr(start, end - start));
    start = end + 1;
  }
  return choices;
}

OptionInfo info_of(const CLI::Option& option) {
  OptionInfo info{.names = {}, .value = "", .choices = {}, .about = option.get_description()};
  for (const std::string& name : option.get_lnames()) {
    info.names.push_back("--" + name);
  }
  for (const std::string& name : option.get_snames()) {
    info.names.push_back("-" + name);
  }
  if (info.names.empty()) {
    info.names.push_back(option.get_name(/*positional=*/true));
  }
  if (option.get_items_expected_max() > 0) {
    const std::string type = option.get_type_name();
    info.value = type.substr(0, type.find(':'));
    info.choices = choices_of(type);
  }
  return info;
}

void add(const CLI::App& command, const std::string& name, std::vector<CommandInfo>& table) {
  CommandInfo info{.name = name,
                   .group = command.get_group(),
                   .about = command.get_description(),
                   .options = {},
                   .arguments = {},
                   .subcommands = {},
                   .help = help_text(command)};
  for (const CLI::Option* option : command.get_options()) {
    const bool is_argument = option->get_lnames().empty() && option->get_snames().empty();
    (is_argument ? info.arguments : info.options).push_back(info_of(*option));
  }
  std::vector<const CLI::App*> subcommands;
  for (const CLI::App* subcommand : command.get_subcommands({})) {
    if (!is_hidden(*subcommand)) {
      info.subcommands.push_back(subcommand->get_name());
      subcommands.push_back(subcommand);
    }
  }
  table.push_back(std::move(info));
  for (const CLI::App* subcommand : subcommands) {
    add(*subcommand, name.empty() ? subcommand->get_name() : name + " " + subcommand->get_name(),
        table);
  }
}

}  // namespace

std::vector<CommandInfo> command_table(const CLI::App& app) {
  std::vector<CommandInfo> table;
  add(app, "", table);
  return table;
}

std::string full_name(const CLI::App& command) {
  std::string name = command.get_name();
  for (const CLI::App* parent = command.get_parent(); parent != nullptr;
       parent = parent->get_parent()) {
    name.insert(0, parent->get_name() + " ");
  }
  return name;
}

std::string help_text(const CLI::App& command) {
  return command.get_formatter()->make_help(&command, full_name(command),
                                            CLI::AppFormatMode::Normal);
}

const CLI::App* find_command(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  for (const std::string& word : words) {
    const auto found = command->get_subcommands(
        [&](const CLI::App* subcommand) { return subcommand->get_name() == word; });
    if (found.empty()) {
      return nullptr;
    }
    command = found.front();
  }
  return command;
}

}  // namespace tagsmith::app
