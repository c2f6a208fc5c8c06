#include <CLI/CLI.hpp>
#include <memory>

#include "app/command_line_internal.h"
#include "app/init.h"

namespace tagsmith::app {
namespace {

constexpr const char* kInitFooter = R"help(
NAME is a new folder, or an empty one. --example shop: 23,570 real customers of a CD shop, made by
one SELECT from the log of their purchases; the log is looked for where `make setup` puts it,
$TAGSMITH_CACHE or ~/.cache/tagsmith, and copied. --example seed: three made tables; no network.

Examples:
  tagsmith init shop --example shop
  tagsmith init shop --example shop --data Downloads/CDNOW_master.txt
  tagsmith init seed --example seed --users 100000

Exit codes: 0 done; 1 the files or the memory failed; 2 NAME or the data was refused and nothing
written; 130 interrupted.)help";

}  // namespace

void add_init_command(CLI::App& app, Commands& commands) {
  const auto options = std::make_shared<InitOptions>();
  CLI::App* command = app.add_subcommand("init", "make a project in a new folder");
  command->footer(kInitFooter);
  command->add_option("NAME", options->folder, "the folder to make")->required();
  CLI::Option* example = command->add_option("--example", options->example, "shop or seed")
                             ->required()
                             ->check(CLI::IsMember({"shop", "seed"}))
                             ->type_name("EXAMPLE");
  command->add_option("--data", options->data, "of shop: the file of the purchases")
      ->type_name("FILE")
      ->needs(example);
  command->add_option("--users", options->users, "of seed: how many users (default: 1000)")
      ->check(CLI::Range(1, 100'000'000))
      ->type_name("N")
      ->needs(example);
  command->add_flag("--json", options->json, "what was made, as one JSON object");
  refuse_empty_texts(*command);
  commands.push_back({command, [options] { return init(*options); }});
}

}  // namespace tagsmith::app
