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

--from looks into a folder of Parquet, CSV, TSV and JSON lines: a file, a folder of files, or a
folder of partitions like ds=20251122 is a table. It finds the column that says who the user is,
makes one row a user where a table has several, and writes tagsmith.yaml with what it found. The
files stay where they are.

Examples:
  tagsmith init shop --example shop
  tagsmith init shop --example shop --data Downloads/CDNOW_master.txt
  tagsmith init seed --example seed --users 100000
  tagsmith init mine --from exports
  tagsmith init mine --from exports --key customer --key cust_no --zone Asia/Shanghai

Exit codes: 0 done; 1 the files or the memory failed; 2 NAME or the data was refused and nothing
written; 130 interrupted.)help";

}  // namespace

void add_init_command(CLI::App& app, Commands& commands) {
  const auto options = std::make_shared<InitOptions>();
  CLI::App* command = app.add_subcommand("init", "make a project in a new folder");
  command->footer(kInitFooter);
  command->add_option("NAME", options->folder, "the folder to make")->required();
  CLI::Option* example = command->add_option("--example", options->example, "shop or seed")
                             ->check(CLI::IsMember({"shop", "seed"}))
                             ->type_name("EXAMPLE");
  command->add_option("--data", options->data, "of shop: the file of the purchases")
      ->type_name("FILE")
      ->needs(example);
  command->add_option("--users", options->users, "of seed: how many users (default: 1000)")
      ->check(CLI::Range(1, 100'000'000))
      ->type_name("N")
      ->needs(example);
  CLI::Option* from = command->add_option("--from", options->from, "a folder of your own files")
                          ->excludes(example)
                          ->type_name("DIR");
  command
      ->add_option("--key", options->keys,
                   "with --from: the column of the user ids; may be repeated")
      ->expected(1)
      ->take_all()
      ->type_name("NAME")
      ->needs(from);
  command
      ->add_option("--zone", options->zone,
                   "with --from: local time of timestamps that carry a zone (default: UTC)")
      ->type_name("ZONE")
      ->needs(from);
  add_resources(*command, options->resources);
  command->add_flag("--json", options->json, "what was made, as one JSON object");
  refuse_empty_texts(*command);
  commands.push_back({command, [options] { return init(*options); }});
}

}  // namespace tagsmith::app
