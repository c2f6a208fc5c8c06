#include "app/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line_internal.h"
#include "app/command_table.h"
#include "app/console.h"
#include "app/exit_code.h"
#include "app/help_topics.h"
#include "app/terminal.h"
#include "app/version.h"
#include "base/language.h"
#include "base/similar.h"

namespace tagsmith::app {
namespace {

// The options of every command that say how stdout and stderr are written, as written.
struct ConsoleWords {
  std::string color = "auto";
  bool quiet = false;
  bool verbose = false;
  std::string log_format = "text";
};

// Names other options in the order of their names; by itself CLI11 orders them by their addresses.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    std::string text = Formatter::make_option_opts(option);
    for (const auto& [label, others] : {std::pair(" Needs:", option->get_needs()),
                                        std::pair(" Excludes:", option->get_excludes())}) {
      std::set<std::string> names;
      std::string as_found = label;
      for (const CLI::Option* other : others) {
        names.insert(other->get_name());
        as_found += " " + other->get_name();
      }
      if (const size_t start = text.find(as_found); !names.empty() && start != std::string::npos) {
        std::string sorted = label;
        for (const std::string& name : names) {
          sorted += " " + name;
        }
        text.replace(start, as_found.size(), sorted);
      }
    }
    return text;
  }
};

struct Group {
  const char* heading;
  std::vector<const char*> commands;
};

// The headings of --help, in order.
const std::vector<Group>& groups() {
  static const std::vector<Group> groups = {
      {"Rules and tables", {"eval", "columns", "generate"}},
      {"A project", {"init", "validate", "test", "plan", "run", "runs"}},
      {"Who, why, by hand",
       {"why", "users", "history", "feed", "tags", "health", "grant", "block"}},
      {"This program", {"help", "completion"}}};
  return groups;
}

void group_commands(CLI::App& app) {
  for (const Group& group : groups()) {
    for (const char* name : group.commands) {
      app.get_subcommand(name)->group(group.heading);
    }
  }
}

void add_console(CLI::App& command, ConsoleWords& words) {
  constexpr const char* kGroup = "Options of every command";
  command.add_option("--color", words.color, "colors: on a terminal, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN")
      ->group(kGroup);
  CLI::Option* quiet =
      command.add_flag("-q,--quiet", words.quiet, "print nothing but results and errors")
          ->group(kGroup);
  command
      .add_flag("-v,--verbose", words.verbose, "tell on stderr what is read, and how long it takes")
      ->group(kGroup)
      ->excludes(quiet);
  command
      .add_option("--log-format", words.log_format,
                  "notes and the lines of --verbose as text or JSON")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT")
      ->group(kGroup);
}

ConsoleOptions console_options(const ConsoleWords& words, bool json, bool is_eval) {
  ConsoleOptions options{
      .color = words.color == "always"  ? ColorChoice::kAlways
               : words.color == "never" ? ColorChoice::kNever
                                        : ColorChoice::kAuto,
      .quiet = words.quiet,
      .verbose = words.verbose,
      .log_format = words.log_format == "json" ? LogFormat::kJson : LogFormat::kText,
      .errors = errors_by_terminal(),
      .language = language_of_environment()};
  if (json || is_eval || options.log_format == LogFormat::kJson) {
    options.language = Language::kEnglish;  // programs read it
  }
  if (json) {
    options.errors = ErrorFormat::kJson;
  } else if (is_eval) {
    options.errors = ErrorFormat::kBySymbol;
  }
  return options;
}

// The names of a command's options and subcommands, for hints.
std::vector<std::string> names_of(const CLI::App& command) {
  const CommandInfo info = command_table(command).front();
  std::vector<std::string> names = info.subcommands;
  for (const OptionInfo& option : info.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

// What to do about options that do not go together; CLI11 only names them.
std::string advice(const CLI::ParseError& error) {
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::ExcludesError:
      return base::tr("give one of the two, or run the command once for each;");
    case CLI::ExitCodes::RequiresError:
      return base::tr("give both or neither;");
    default:
      return "";
  }
}

// What CLI11 says of wrong usage, and we by its exceptions, for the catalogue.
[[maybe_unused]] constexpr std::string_view kWrongUsage[] = {
    base::marked("The following argument was not expected: {}"),
    base::marked("The following arguments were not expected: {}"),
    base::marked("{} is required"),
    base::marked("{} requires {}"),
    base::marked("{} excludes {}"),
    base::marked("{}: {} required {} missing"),
    base::marked("{}: Value {} not in range {} to {}"),
    base::marked("{}: {} not in {}"),
    base::marked("{}: must not be empty"),
    base::marked("Could not convert: {} = {}"),
    base::marked("A subcommand"),
    base::marked("{}: say where the tables are"),
    base::marked("{}: chooses partitions of --data; without it, leave --dt away"),
};

// The command that the words were read for.
const CLI::App& command_read(const CLI::App& app) {
  const CLI::App* command = &app;
  for (auto given = command->get_subcommands(); !given.empty();
       given = command->get_subcommands()) {
    command = given.front();
  }
  return *command;
}

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = command_read(app);
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
  base::Error usage = base::invalid_argument(base::retold(error.what()));
  usage.hint =
      (hint.empty() ? "" : hint + " ") + base::message("see {} --help", full_name(command));
  return report(usage);
}

int print_text(const std::string& text, int exit_code) {
  const base::Status printed = print(text);
  return printed ? exit_code : report(printed.error());
}

int show_version(bool json) {
  const auto text = version_text(json);
  return text ? print_text(*text, kDone) : report(text.error());
}

}  // namespace

int run_command_line(int argument_count, const char* const* arguments) {
  CLI::App app("Which users carry which tags, and why: computed from rules over tables, exactly.",
               "tagsmith");
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(
      "\ntagsmith help COMMAND shows the options of a command, with examples.\n"
      "tagsmith help TOPIC is one screen about: " +
      topic_names() + ".");
  app.require_subcommand(0, 1);
  bool version = false;
  bool json = false;
  CLI::Option* version_flag =
      app.add_flag("--version", version, "print the versions of the program and its libraries");
  app.add_flag("--json", json, "with --version: as JSON")->needs(version_flag);
  Commands commands;
  add_file_commands(app, commands);
  add_init_command(app, commands);
  add_check_commands(app, commands);
  add_run_commands(app, commands);
  add_ask_commands(app, commands);
  add_help_commands(app, commands);
  group_commands(app);
  ConsoleWords words;
  add_console(app, words);
  for (const Command& command : commands) {
    add_console(*command.parser, words);
  }
  for (CLI::App* command : app.get_subcommands({})) {
    command->excludes(version_flag);
  }
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help
      return print_text(help_text(command_read(app)), kDone);
    }
    const std::span given(arguments, static_cast<size_t>(argument_count));
    const bool asks_json = std::ranges::any_of(
        given, [](const char* word) { return std::string_view(word) == "--json"; });
    const bool is_eval = command_read(app).get_name() == "eval";
    set_console(console_options(words, asks_json, is_eval));
    return report_usage(app, error);
  }
  const CLI::App& read = command_read(app);
  const CLI::Option* as_json = read.get_option_no_throw("--json");
  set_console(console_options(words, as_json != nullptr && as_json->count() > 0,
                              read.get_name() == "eval"));
  if (version) {
    return show_version(json);
  }
  for (const Command& command : commands) {
    if (command.parser->parsed()) {
      return command.act();
    }
  }
  return print_text(help_text(app), kRefused);
}

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

}  // namespace tagsmith::app
