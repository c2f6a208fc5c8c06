#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/command_line_internal.h"
#include "app/rule_tests.h"
#include "app/validate.h"

namespace tagsmith::app {
namespace {

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

}  // namespace

void add_check_commands(CLI::App& app, Commands& commands) {
  const auto validate_options = std::make_shared<ValidateOptions>();
  commands.push_back({add_validate(app, *validate_options),
                      [validate_options] { return validate(*validate_options); }});
  const auto test_options = std::make_shared<RuleTestsOptions>();
  commands.push_back(
      {add_test(app, *test_options), [test_options] { return rule_tests(*test_options); }});
}

}  // namespace tagsmith::app
