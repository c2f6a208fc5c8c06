#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>

#include "app/command_line_internal.h"
#include "app/run.h"
#include "app/runs.h"
#include "run/plan.h"

namespace tagsmith::app {
namespace {

constexpr const char* kPlanFooter = R"help(
A line for each tag that changes: members before and after, how many enter and leave, and some of
them. Then what guards or refused rules hold back, why, and what to do. Nothing is written but the
file of --save. --why N tells what decides for some users. --json: one object a line, the last one
with users, tags, entered, left, gone, held, rows_written (that a run would write), duration_ms.

Examples:
  tagsmith plan
  tagsmith plan --tags vip,churned --as-of 2025-11-22 --why 3
  tagsmith plan --users @ids.txt --json
  tagsmith plan --save today.plan && tagsmith run --plan today.plan

Exit codes: 0 done; 1 the files or the memory failed; 2 the project or the data was refused; 3
something would be held back; 130 interrupted. Each mistake is one line of JSON on stderr, but on a
terminal without --json it is text.)help";

constexpr const char* kRunFooter = R"help(
Every user that is looked at gains and loses tags as the rules say now; grants stay, blocks hold.
What looks wrong is held by a guard, which the message tells how to accept. A run that was cut off
is gone on with by the same command.

Examples:
  tagsmith run
  tagsmith run --mode incremental --json
  tagsmith run --tags vip --users u17,u18
  tagsmith run --plan today.plan
  tagsmith run --accept lost:vip --accept gone

Exit codes: 0 done; 1 the files, the memory or the store failed; 2 the project, the data or the
request was refused and nothing written; 3 something was held back; 130 interrupted: the same
command goes on. Each mistake is one line of JSON on stderr, but on a terminal without --json it is
text.)help";

constexpr const char* kRunsFooter = R"help(
Examples:
  tagsmith runs list
  tagsmith runs show 12 --json
  tagsmith runs abandon 12)help";

void add_work(CLI::App& command, WorkOptions& work) {
  add_project(command, work.project);
  command.add_option("--tags", work.tags, "only these tags, by code or id (default: all)")
      ->type_name("A,B");
  command.add_option("--users", work.users, "only these users; @FILE has one id a line")
      ->type_name("U1,U2|@FILE");
  command
      .add_option("--as-of", work.as_of,
                  "the day that relative days count from (default: --dt, else today)")
      ->type_name("YYYY-MM-DD");
  command.add_option("--dt", work.day, "the partition to read (default: the as-of day)")
      ->type_name("YYYY-MM-DD");
  command
      .add_option("--mode", work.mode,
                  "full, or incremental: read nothing where nothing changed (default: full)")
      ->check(CLI::IsMember({"full", "incremental"}))
      ->type_name("MODE");
  command
      .add_option("--days", work.days,
                  "only users that are new or whose row changed in the last N days")
      ->check(CLI::Range(0, 36'500))
      ->type_name("N");
  command
      .add_option("--accept", work.accept,
                  "let a guard pass, as the message of a held tag says; may be repeated")
      ->type_name("GUARD:TAG")
      ->expected(1)
      ->take_all();
  command.add_flag("--skip-refused", work.skip_refused,
                   "go on when rules are refused: their tags and those that ask for them are held");
  command.add_flag("--rewind", work.rewind, "take a day before the last published one");
  command
      .add_option("--started-at", work.started_at,
                  "the time that all rows carry, UTC (default: now)")
      ->type_name("TIME");
  command.add_option("--actor", work.actor, "who acts (default: $USER)")->type_name("NAME");
  command.add_flag("--stages", work.stages, "print each rule typed and lowered, and the program");
  add_resources(command, work.resources);
}

CLI::App* add_plan(CLI::App& app, PlanOptions& options) {
  CLI::App* command = app.add_subcommand("plan", "show what a run would change, and why");
  command->footer(kPlanFooter);
  add_work(*command, options.work);
  command->add_option("--save", options.save, "keep the plan in a file, for run --plan")
      ->type_name("FILE");
  command
      ->add_option("--why", options.users_told,
                   "tell why N users enter each tag, and why N leave it")
      ->check(CLI::Range(size_t{1}, run::kSampleMax))
      ->type_name("N");
  refuse_empty_texts(*command);
  return command;
}

CLI::App* add_run(CLI::App& app, RunOptions& options) {
  CLI::App* command = app.add_subcommand("run", "bring the tags of users up to date");
  command->footer(kRunFooter);
  add_work(*command, options.work);
  CLI::Option* plan = command
                          ->add_option("--plan", options.plan_file,
                                       "publish this saved plan, if nothing moved since")
                          ->type_name("FILE");
  for (const char* other :
       {"--tags", "--users", "--as-of", "--dt", "--mode", "--days", "--started-at"}) {
    plan->excludes(command->get_option(other));
  }
  command->add_flag("--verify", options.verify,
                    "first compare the whole store with its feed; fail where they differ");
  command->add_flag("--yes", options.yes, "publish changed rules without being asked");
  refuse_empty_texts(*command);
  return command;
}

}  // namespace

void add_run_commands(CLI::App& app, Commands& commands) {
  const auto plan_options = std::make_shared<PlanOptions>();
  commands.push_back(
      {add_plan(app, *plan_options), [plan_options] { return plan(*plan_options); }});
  const auto run_options = std::make_shared<RunOptions>();
  commands.push_back(
      {add_run(app, *run_options), [run_options] { return run_tags(*run_options); }});

  CLI::App* runs = app.add_subcommand("runs", "list, show and take back runs");
  runs->footer(kRunsFooter);
  runs->require_subcommand(1);
  struct RunsOptions {
    ProjectOptions project;
    std::int64_t run_id = 0;
    size_t count_max = 20;
  };
  const auto options = std::make_shared<RunsOptions>();
  CLI::App* list = runs->add_subcommand("list", "the newest runs");
  add_project(*list, options->project);
  list->add_option("--last", options->count_max, "how many (default: 20)")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N");
  CLI::App* show = runs->add_subcommand("show", "one run, with what it planned");
  CLI::App* abandon =
      runs->add_subcommand("abandon", "take back what an unfinished run published, and end it");
  for (CLI::App* command : {show, abandon}) {
    command->add_option("RUN", options->run_id, "its number")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()))
        ->type_name("N");
    add_project(*command, options->project);
  }
  for (CLI::App* command : {list, show, abandon}) {
    refuse_empty_texts(*command);
  }
  commands.push_back({list, [options] { return list_runs(options->project, options->count_max); }});
  commands.push_back({show, [options] { return show_run(options->project, options->run_id); }});
  commands.push_back(
      {abandon, [options] { return abandon_run(options->project, options->run_id); }});
}

}  // namespace tagsmith::app
