#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/columns.h"
#include "app/command_line_internal.h"
#include "app/eval.h"
#include "app/generate.h"

namespace tagsmith::app {
namespace {

constexpr const char* kTablesHelp = R"help(
Tables. A folder with dt=YYYY-MM-DD folders or *.parquet files is a table, a folder of such
folders is a database: DATA/users/dt=2025-11-22/*.parquet is the table users,
DATA/shop/orders/*.parquet the table shop.orders. --table adds one from files (.csv, .tsv, .jsonl,
.parquet; a pattern like exports/users_*.csv), or from one SELECT over files in DuckDB's SQL. A
line of a file that does not fit ends the run, in a SELECT too.
)help";

constexpr const char* kEvalFooter = R"help(
The rule file is a JSON list of objects:
  {"tag_id": 5, "name": "vip", "rule": "level in ('VIP2', 'VIP3')", "is_active": true}
A rule is a text, a JSON object, or a text that holds one.

Examples:
  tagsmith eval --rules rules.json --data warehouse --as-of 2025-11-22 --out tags.parquet
  tagsmith eval --rules rules.json --table users=users.csv --as-of 2025-11-22 \
      --out tags.csv --summary
  tagsmith eval --rules rules.json --data warehouse --as-of 2025-11-22 --why u17 --tag 5

Exit codes: 0 done; 1 the files or the memory failed; 2 the input was refused and nothing
written (what is wrong with a rule or the data is one line of JSON each on stderr);
130 interrupted.)help";

constexpr const char* kColumnsFooter = R"help(
Examples:
  tagsmith columns warehouse
  tagsmith columns --table users=users.csv --json
  tagsmith columns --table \
      "orders=select customer as user_id, count(*) as orders from 'orders.csv' group by 1")help";

constexpr const char* kGenerateFooter = R"help(
The same arguments give the same rows. DIR/v1 has three typed tables, DIR/v2 a database of text
columns, DIR/v2_typed the same cells in types.

Example:
  tagsmith generate --users 1000 --out warehouse
  tagsmith columns warehouse/v1)help";

void add_inputs(CLI::App& command, Inputs& inputs) {
  command.add_option("--data", inputs.folder, "the folder of the tables")->type_name("DIR");
  command
      .add_option("--table", inputs.tables,
                  "a table from files or from one SELECT (see below); may be repeated")
      ->type_name("NAME=...")
      ->expected(1)
      ->take_all();
  command.add_option("--key", inputs.key, "the column of the user ids (default: user_id)")
      ->type_name("NAME");
  command
      .add_option("--zone", inputs.zone,
                  "local time of timestamps that carry a zone (default: UTC)")
      ->type_name("ZONE");
}

// Every command needs tables; CLI11 cannot say "one of these two".
void require_tables(const Inputs& inputs) {
  if (inputs.folder.empty() && inputs.tables.empty()) {
    throw CLI::ValidationError("--data or --table", "say where the tables are");
  }
  if (inputs.folder.empty() && !inputs.day.empty()) {
    throw CLI::ValidationError("--dt", "chooses partitions of --data; without it, leave --dt away");
  }
}

CLI::App* add_eval(CLI::App& app, EvalOptions& options) {
  CLI::App* command = app.add_subcommand("eval", "compute the tags of all users from a rule file");
  command->footer(std::string(kTablesHelp) + kEvalFooter);
  command->add_option("--rules", options.rules, "the rule file")->required()->type_name("FILE");
  add_inputs(*command, options.inputs);
  command->add_option("--as-of", options.as_of, "the day that relative days count from")
      ->required()
      ->type_name("YYYY-MM-DD");
  command->add_option("--dt", options.inputs.day, "the partition to read (default: --as-of)")
      ->type_name("YYYY-MM-DD");
  command
      ->add_option("--search", options.search,
                   "tables that a field without a table is looked for in (default: all)")
      ->type_name("T1,T2");
  command->add_flag("--upper-bound", options.upper_bound, "recent_days also ends at the as-of day");
  command->add_flag("--skip-refused", options.skip_refused,
                    "evaluate the other rules when some are refused");
  CLI::Option* out =
      command->add_option("--out", options.out, "where the tags go: .parquet, .csv or .jsonl")
          ->type_name("FILE");
  command
      ->add_flag("--summary", options.summary,
                 "with --out: print users and share of each tag, and cells that rules cannot read")
      ->needs(out);
  CLI::Option* why =
      command->add_option("--why", options.why_user, "explain one user instead")->type_name("USER");
  why->excludes(out);
  command->add_option("--tag", options.why_tag, "with --why: this tag only")
      ->type_name("ID")
      ->needs(why);
  command->add_flag("--json", options.json, "with --why: as JSON")->needs(why);
  CLI::Option* sql =
      command->add_option("--sql", options.sql_dialect, "print the rules as one query instead")
          ->check(CLI::IsMember({"duckdb"}))
          ->type_name("DIALECT");
  sql->excludes(out)->excludes(why);
  command
      ->add_flag("--stages", options.stages,
                 "print each rule typed and lowered, and the program; alone or with --out")
      ->excludes(why)
      ->excludes(sql);
  add_resources(*command, options.resources);
  refuse_empty_texts(*command, /*may_be_empty=*/why);
  return command;
}

CLI::App* add_columns(CLI::App& app, ColumnsOptions& options) {
  CLI::App* command = app.add_subcommand("columns", "show the columns of the tables");
  command->footer(std::string(kTablesHelp) + kColumnsFooter);
  CLI::Option* folder =
      command->add_option("DIR", options.inputs.folder, "the folder of the tables");
  add_inputs(*command, options.inputs);
  folder->excludes(command->get_option("--data"));
  command->add_option("--dt", options.inputs.day, "the partition to read (default: the newest)")
      ->type_name("YYYY-MM-DD");
  command->add_option("--only", options.only_table, "this table only")->type_name("TABLE");
  command->add_option("--samples", options.samples_max, "values to show (default: 3)")
      ->check(CLI::Range(0, 1000))
      ->type_name("N");
  command->add_flag("--json", options.json, "one JSON object a table");
  add_resources(*command, options.resources);
  refuse_empty_texts(*command);
  return command;
}

CLI::App* add_generate(CLI::App& app, GenerateOptions& options) {
  CLI::App* command =
      app.add_subcommand("generate", "write example tables with the cells that rules stumble over");
  command->footer(kGenerateFooter);
  command->add_option("--users", options.users, "how many users")
      ->required()
      ->check(CLI::Range(1, 100'000'000))
      ->type_name("N");
  command->add_option("--out", options.folder, "the folder to make")->required()->type_name("DIR");
  command->add_option("--dt", options.day, "the partition (default: 2025-11-22)")
      ->type_name("YYYY-MM-DD");
  refuse_empty_texts(*command);
  return command;
}

}  // namespace

void add_file_commands(CLI::App& app, Commands& commands) {
  const auto eval_options = std::make_shared<EvalOptions>();
  CLI::App* eval_command = add_eval(app, *eval_options);
  eval_command->callback([eval_options] { require_tables(eval_options->inputs); });
  commands.push_back({eval_command, [eval_options] { return eval(*eval_options); }});

  const auto columns_options = std::make_shared<ColumnsOptions>();
  CLI::App* columns_command = add_columns(app, *columns_options);
  columns_command->callback([columns_options] { require_tables(columns_options->inputs); });
  commands.push_back({columns_command, [columns_options] { return columns(*columns_options); }});

  const auto generate_options = std::make_shared<GenerateOptions>();
  commands.push_back({add_generate(app, *generate_options),
                      [generate_options] { return generate(*generate_options); }});
}

}  // namespace tagsmith::app
