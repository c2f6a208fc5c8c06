#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/checked_project.h"
#include "app/wiring.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tagsmith::app {

/// A command of the program: how it is written, and what it does; `act` gives the exit code.
struct Command {
  CLI::App* parser = nullptr;
  std::function<int()> act;
};
using Commands = std::vector<Command>;

/// init.
void add_init_command(CLI::App& app, Commands& commands);

/// eval, columns, generate.
void add_file_commands(CLI::App& app, Commands& commands);

/// validate, test.
void add_check_commands(CLI::App& app, Commands& commands);

/// plan, run, runs.
void add_run_commands(CLI::App& app, Commands& commands);

/// why, users, history, feed, tags, health, grant, block.
void add_ask_commands(CLI::App& app, Commands& commands);

/// help, completion; and hidden ones, which write the generated documents and what completion asks.
/// `app` must outlive the commands, and has all others by the time one of them acts.
void add_help_commands(CLI::App& app, Commands& commands);

/// "rules, dates, ...": the topics of help.
std::string topic_names();

/// Options that several commands have.
void add_resources(CLI::App& command, Resources& resources);
void add_project(CLI::App& command, ProjectOptions& project);

/// Refuses empty texts as values of the options added so far: they would be taken for options that
/// are not there. `may_be_empty` is one that may be.
void refuse_empty_texts(CLI::App& command, const CLI::Option* may_be_empty = nullptr);

}  // namespace tagsmith::app
