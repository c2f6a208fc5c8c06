#include "app/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "app/columns.h"
#include "app/command_line_internal.h"
#include "app/eval.h"
#include "app/exit_code.h"
#include "app/generate.h"
#include "app/rule_tests.h"
#include "app/terminal.h"
#include "app/validate.h"
#include "app/wiring.h"
#include "base/similar.h"

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

constexpr const char* kValidateFooter = R"help(
Every mistake is one line: FILE:LINE:COLUMN: CODE: what is wrong; what to write instead. Codes that
start with W_ are remarks, which are no failure.

Examples:
  tagsmith validate
  tagsmith validate --project shop --env prod --json

Exit codes: 0 all good; 1 the files or the memory failed; 2 something is wrong; 130 interrupted.)help";

constexpr const char* kTestFooter = R"help(
A test in tests/*.yaml gives the cells of a user and all tags that the rules must give:
  - user: { level: VIP2, age: null }
    tags: [ vip ]

Example:
  tagsmith test --project shop

Exit codes: 0 all passed; 1 a test failed; 2 the project or a test has a mistake, and no test was
run; 130 interrupted.)help";

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

// What to do about options that do not go together; CLI11 only names them.
std::string advice(const CLI::ParseError& error) {
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::ExcludesError:
      return "give one of the two, or run the command once for each;";
    case CLI::ExitCodes::RequiresError:
      return "give both or neither;";
    default:
      return "";
  }
}

void add_newest_day(CLI::App& command, std::string& day) {
  command.add_option("--dt", day, "the partition to read (default: the newest)")
      ->type_name("YYYY-MM-DD");
}

CLI::App* add_validate(CLI::App& app, ValidateOptions& options) {
  CLI::App* command = app.add_subcommand("validate", "check a project: everything wrong at once");
  command->footer(kValidateFooter);
  add_project(*command, options.project);
  add_newest_day(*command, options.day);
  command
      ->add_option("--as-of", options.as_of,
                   "the day that relative days count from (default: --dt, else today)")
      ->type_name("YYYY-MM-DD");
  add_resources(*command, options.resources);
  return command;
}

CLI::App* add_test(CLI::App& app, RuleTestsOptions& options) {
  CLI::App* command = app.add_subcommand("test", "run the rule tests of a project");
  command->footer(kTestFooter);
  add_project(*command, options.project);
  add_newest_day(*command, options.day);
  add_resources(*command, options.resources);
  return command;
}

// The names of a command's options and subcommands, for hints.
std::vector<std::string> names_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  for (const CLI::App* subcommand : command.get_subcommands({})) {
    names.push_back(subcommand->get_name());
  }
  return names;
}

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  const auto given = app.get_subcommands();
  const CLI::App& command = given.empty() ? app : *given.front();
  const std::string name = given.empty() ? "tagsmith" : "tagsmith " + command.get_name();
  std::string hint;
  for (const std::string& word : app.remaining(true)) {
    hint = base::did_you_mean(word.substr(0, word.find('=')), names_of(command));
    if (!hint.empty()) {
      break;
    }
  }
  if (hint.empty()) {
    hint = advice(error);
  }
  base::Error usage = base::invalid_argument(error.what());
  usage.hint = (hint.empty() ? "" : hint + " ") + fmt::format("see {} --help", name);
  return report(usage);
}

int show_version() {
  const auto text = version_text();
  if (!text) {
    return report(text.error());
  }
  const base::Status printed = print(*text + fmt::format("CLI11 {}\n", CLI11_VERSION));
  return printed ? kDone : report(printed.error());
}

}  // namespace

void add_resources(CLI::App& command, Resources& resources) {
  command.add_option("--threads", resources.threads, "threads that read (default: all)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command.add_option("--memory", resources.memory, "memory for reading, like 2GB")
      ->type_name("SIZE");
}

void add_project(CLI::App& command, ProjectOptions& project) {
  command
      .add_option("--project", project.folder,
                  "the project's folder (default: this one, or one around it)")
      ->type_name("DIR");
  command.add_option("--env", project.environment, "an environment of tagsmith.yaml")
      ->type_name("NAME");
  command.add_flag("--json", project.json, "one JSON object a line");
}

void refuse_empty_texts(CLI::App& command, const CLI::Option* may_be_empty) {
  for (CLI::Option* option : command.get_options()) {
    if (option != may_be_empty && option->get_items_expected_max() > 0) {
      option->check(CLI::Validator(
          [](const std::string& text) { return text.empty() ? "must not be empty" : ""; }, ""));
    }
  }
}

int run_command_line(int argument_count, const char* const* arguments) {
  CLI::App app("Which users carry which tags, and why: computed from rules over tables, exactly.",
               "tagsmith");
  app.footer("\ntagsmith COMMAND --help shows the options of a command, with examples.");
  bool version = false;
  app.require_subcommand(0, 1);
  CLI::Option* version_flag =
      app.add_flag("--version", version, "print the versions of the program and its libraries");
  EvalOptions eval_options;
  ColumnsOptions columns_options;
  GenerateOptions generate_options;
  ValidateOptions validate_options;
  RuleTestsOptions test_options;
  CLI::App* eval_command = add_eval(app, eval_options);
  CLI::App* columns_command = add_columns(app, columns_options);
  Commands commands = {
      {eval_command, [&] { return eval(eval_options); }},
      {columns_command, [&] { return columns(columns_options); }},
      {add_generate(app, generate_options), [&] { return generate(generate_options); }},
      {add_validate(app, validate_options), [&] { return validate(validate_options); }},
      {add_test(app, test_options), [&] { return rule_tests(test_options); }}};
  add_init_command(app, commands);
  add_run_commands(app, commands);
  add_ask_commands(app, commands);
  for (CLI::App* command : app.get_subcommands({})) {
    command->excludes(version_flag);
  }
  try {
    app.parse(argument_count, arguments);
    if (eval_command->parsed()) {
      require_tables(eval_options.inputs);
    } else if (columns_command->parsed()) {
      require_tables(columns_options.inputs);
    }
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help
      return app.exit(error);
    }
    return report_usage(app, error);
  }
  if (version) {
    return show_version();
  }
  for (const Command& command : commands) {
    if (command.parser->parsed()) {
      return command.act();
    }
  }
  const base::Status printed = print(app.help());
  return printed ? kRefused : report(printed.error());
}

}  // namespace tagsmith::app
