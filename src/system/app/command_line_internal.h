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

/// plan, run, runs.
void add_run_commands(CLI::App& app, Commands& commands);

/// why, users, history, feed, tags, health, grant, block.
void add_ask_commands(CLI::App& app, Commands& commands);

/// Options that several commands have.
void add_resources(CLI::App& command, Resources& resources);
void add_project(CLI::App& command, ProjectOptions& project);

/// Refuses empty texts as values of the options added so far: they would be taken for options that
/// are not there. `may_be_empty` is one that may be.
void refuse_empty_texts(CLI::App& command, const CLI::Option* may_be_empty = nullptr);

}  // namespace tagsmith::app
