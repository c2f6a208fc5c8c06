#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/command_line_internal.h"
#include "app/manual_edits.h"
#include "app/questions.h"

namespace tagsmith::app {
namespace {

constexpr const char* kWhyFooter = R"help(
From the store: since when the user has a tag, by what, with the values of entry. From the data as
it is: what the rules say now, and the nearest miss of a tag that is lacking; where the two differ,
what the next run would do.

Examples:
  tagsmith why u17
  tagsmith why u17 vip --json
  tagsmith why u17 --at "2025-11-22 10:30:00"

Exit codes: 0 done; 1 the files or the store failed; 2 the user or the tag is unknown; 130
interrupted.)help";

constexpr const char* kUsersFooter = R"help(
Only has_tag, and, or, not: columns are not stored. Users are those that the store knows, in the
order of the bytes of their ids.

Examples:
  tagsmith users "has_tag('vip') and not has_tag('churned')"
  tagsmith users "has_tag('vip')" --count --at 2025-11-22
  tagsmith users "has_tag('vip')" --out vips.parquet)help";

constexpr const char* kHistoryFooter = R"help(
Example:
  tagsmith history u17)help";

constexpr const char* kFeedFooter = R"help(
Numbers follow each other without a gap, in the order of the commits. Without --live the feed ends
before the first row of a run that is publishing: whoever goes on from the last row misses nothing.

Examples:
  tagsmith feed --after 0 --limit 100
  tagsmith feed --after 4711 --json)help";

constexpr const char* kTagsFooter = R"help(
Example:
  tagsmith tags list)help";

constexpr const char* kHealthFooter = R"help(
Example:
  tagsmith health --json

Exit codes: 0 healthy; 3 a tag is held or a run unfinished; 1 the store failed; 2 the project has a
mistake.)help";

constexpr const char* kEditFooter = R"help(
A file is CSV with the heading user_id[,tag][,reason][,expires]. It is read whole first: every bad
line is told, and then nothing is written. All of it is one transaction of at most 100,000 rows. A
block wins over rules and grants.

Examples:
  tagsmith grant u17 vip --reason "asked for it" --expires 30d
  tagsmith grant vip --file uids.csv --actor mia
  tagsmith block u17 vip trusted
  tagsmith block u17 vip --remove

Exit codes: 0 done, also where nothing had to change; 1 the store failed; 2 refused, nothing is
written; 130 interrupted.)help";

CLI::App* add_command(CLI::App& app, const char* name, const char* description, const char* footer,
                      ProjectOptions& project) {
  CLI::App* command = app.add_subcommand(name, description);
  command->footer(footer);
  add_project(*command, project);
  return command;
}

void add_at(CLI::App& command, std::string& at) {
  command.add_option("--at", at, "as it was then, UTC; a day is its first moment")
      ->type_name("TIME");
}

void add_live(CLI::App& command, bool& live) {
  command.add_flag("--live", live, "show what an unfinished run has written too");
}

Command add_why(CLI::App& app) {
  const auto options = std::make_shared<WhyOptions>();
  CLI::App* command =
      add_command(app, "why", "explain why a user has a tag, or not", kWhyFooter, options->project);
  CLI::Option* user = command->add_option("USER", options->user, "the user's id")->required();
  command->add_option("TAG", options->tag, "its code or id (default: all tags)");
  add_at(*command, options->at);
  command
      ->add_option("--as-of", options->as_of,
                   "the day that relative days count from (default: that of --dt, else today)")
      ->type_name("YYYY-MM-DD")
      ->excludes(command->get_option("--at"));
  command->add_option("--dt", options->day, "the partition to read (default: the newest)")
      ->type_name("YYYY-MM-DD")
      ->excludes(command->get_option("--at"));
  add_live(*command, options->live);
  add_resources(*command, options->resources);
  refuse_empty_texts(*command, user);
  return {command, [options] { return why(*options); }};
}

Command add_users(CLI::App& app) {
  const auto options = std::make_shared<UsersOptions>();
  CLI::App* command =
      add_command(app, "users", "list the users that have tags", kUsersFooter, options->project);
  CLI::Option* expression =
      command->add_option("EXPRESSION", options->expression, "has_tag with and, or, not")
          ->required();
  CLI::Option* count = command->add_flag("--count", options->count, "only how many they are");
  command
      ->add_option("--out", options->out,
                   "a file for the users with all their tags: .parquet, .csv or .jsonl")
      ->type_name("FILE")
      ->excludes(count);
  add_at(*command, options->at);
  add_live(*command, options->live);
  refuse_empty_texts(*command, expression);
  return {command, [options] { return users(*options); }};
}

Command add_history(CLI::App& app) {
  const auto options = std::make_shared<HistoryOptions>();
  CLI::App* command = add_command(app, "history", "list what a user gained and lost",
                                  kHistoryFooter, options->project);
  command->add_option("USER", options->user, "the user's id")->required();
  refuse_empty_texts(*command);
  return {command, [options] { return history(*options); }};
}

Command add_feed(CLI::App& app) {
  const auto options = std::make_shared<FeedOptions>();
  CLI::App* command =
      add_command(app, "feed", "print every gain and loss", kFeedFooter, options->project);
  command->add_option("--after", options->after, "the number of the last row seen; 0: all")
      ->required()
      ->type_name("SEQ");
  command->add_option("--limit", options->limit, "at most so many rows (default: all)")
      ->type_name("N");
  add_live(*command, options->live);
  refuse_empty_texts(*command);
  return {command, [options] { return feed(*options); }};
}

Command add_tags(CLI::App& app) {
  const auto options = std::make_shared<ProjectOptions>();
  CLI::App* tags = app.add_subcommand("tags", "the tags of a project");
  tags->footer(kTagsFooter);
  tags->require_subcommand(1);
  CLI::App* command =
      add_command(*tags, "list", "list the tags with members, versions and what is held",
                  kTagsFooter, *options);
  refuse_empty_texts(*command);
  return {command, [options] { return tags_list(*options); }};
}

Command add_health(CLI::App& app) {
  const auto options = std::make_shared<ProjectOptions>();
  CLI::App* command =
      add_command(app, "health", "tell whether the store is well", kHealthFooter, *options);
  refuse_empty_texts(*command);
  return {command, [options] { return health(*options); }};
}

Command add_edit(CLI::App& app, membership::ManualEdit::Kind kind) {
  const bool grant = kind == membership::ManualEdit::Kind::kGrant;
  const auto options = std::make_shared<EditOptions>();
  options->kind = kind;
  CLI::App* command =
      grant ? add_command(app, "grant", "give tags by hand", kEditFooter, options->project)
            : add_command(app, "block", "keep tags away by hand", kEditFooter, options->project);
  command
      ->add_option("USER TAG", options->words,
                   "the user and the tags, by code or id; with --file only the tags")
      ->expected(0, -1);
  command->add_option("--file", options->file, "many users: CSV (see below)")->type_name("FILE");
  CLI::Option* remove =
      command->add_flag("--remove", options->remove, "take it back; the rules decide again");
  command->add_option("--reason", options->reason,
                      "why; stands in the evidence of a grant, and in the history");
  command
      ->add_option("--expires", options->expires,
                   "the last day, or a number of days like 30d (default: the tag's grant_days)")
      ->type_name("WHEN")
      ->excludes(remove);
  command->add_option("--actor", options->actor, "who decides (default: $USER)")->type_name("NAME");
  command
      ->add_flag("--new-users", options->new_users,
                 "take users that neither the data nor the store know")
      ->excludes(remove);
  add_resources(*command, options->resources);
  refuse_empty_texts(*command);
  return {command, [options] { return edit_tags(*options); }};
}

}  // namespace

void add_ask_commands(CLI::App& app, Commands& commands) {
  commands.push_back(add_why(app));
  commands.push_back(add_users(app));
  commands.push_back(add_history(app));
  commands.push_back(add_feed(app));
  commands.push_back(add_tags(app));
  commands.push_back(add_health(app));
  commands.push_back(add_edit(app, membership::ManualEdit::Kind::kGrant));
  commands.push_back(add_edit(app, membership::ManualEdit::Kind::kBlock));
}

}  // namespace tagsmith::app
