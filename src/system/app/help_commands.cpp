#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/asking.h"
#include "app/command_line_internal.h"
#include "app/command_table.h"
#include "app/completion.h"
#include "app/exit_code.h"
#include "app/help_topics.h"
#include "app/reference.h"
#include "app/terminal.h"
#include "app/truth_tables.h"
#include "base/language.h"
#include "base/problem.h"
#include "base/similar.h"

namespace tagsmith::app {
namespace {

constexpr const char* kHidden = "";  // CLI11 shows no command of this group

constexpr const char* kHelpFooter = R"help(
Examples:
  tagsmith help
  tagsmith help run
  tagsmith help runs abandon
  tagsmith help dates)help";

constexpr const char* kCompletionFooter = R"help(
Examples:
  source <(tagsmith completion bash)      # in ~/.bashrc
  source <(tagsmith completion zsh)       # in ~/.zshrc, behind compinit
  tagsmith completion fish | source       # in ~/.config/fish/config.fish)help";

int print_text(const std::string& text) {
  const base::Status printed = print(text);
  return printed ? kDone : report(printed.error());
}

std::vector<std::string> names_of_topics() {
  std::vector<std::string> names;
  for (const HelpTopic& topic : help_topics()) {
    names.emplace_back(topic.name);
  }
  return names;
}

std::string all_help(const CLI::App& app) {
  std::string out = help_text(app) + "\nTopics:\n";
  for (const HelpTopic& topic : help_topics()) {
    out += fmt::format("  {:<28}{}\n", topic.name, topic.about);
  }
  return out;
}

int help(const CLI::App& app, const std::vector<std::string>& words) {
  if (words.empty()) {
    return print_text(all_help(app));
  }
  if (const CLI::App* command = find_command(app, words)) {
    return print_text(help_text(*command));
  }
  for (const HelpTopic& topic : help_topics()) {
    if (words.size() == 1 && topic.name == words.front()) {
      return print_text(fmt::format("{}: {}\n\n{}", topic.name, topic.about, topic.text));
    }
  }
  const std::string asked = fmt::format("{}", fmt::join(words, " "));
  std::vector<std::string> known = names_of_topics();
  for (const CommandInfo& command : command_table(app)) {
    known.push_back(command.name);
  }
  const std::string nearest = base::did_you_mean(asked, known);
  return report({.code = base::ErrorCode::kInvalidArgument,
                 .message = base::message("no command or topic is named {}", base::quote(asked)),
                 .symbol = "",
                 .path = "",
                 .hint = nearest.empty() ? base::tr("tagsmith help lists them") : nearest});
}

// The codes of the project's tags, one a line, as far as they can be read.
base::Result<int> print_codes(const ProjectOptions& options) {
  TAGSMITH_TRY(enter_project(options));
  std::string out;
  for (const catalog::Tag& tag :
       project::read_folder(".", options.environment).project.catalog.tags) {
    out += printable(tag.code) + "\n";
  }
  TAGSMITH_TRY(print(out));
  return kDone;
}

}  // namespace

std::string topic_names() { return fmt::format("{}", fmt::join(names_of_topics(), ", ")); }

void add_help_commands(CLI::App& app, Commands& commands) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* help_command = app.add_subcommand("help", "show a command's options, or a topic");
  help_command->footer(kHelpFooter);
  help_command->add_option("WORDS", *words, "a command or a topic")->type_name("")->expected(0, -1);
  commands.push_back({help_command, [&app, words] { return help(app, *words); }});

  const auto shell = std::make_shared<std::string>();
  CLI::App* completion =
      app.add_subcommand("completion", "print a script that completes commands and options");
  completion->footer(kCompletionFooter);
  completion->add_option("SHELL", *shell, "the shell")
      ->required()
      ->check(CLI::IsMember(completion_shells()))
      ->type_name("");
  commands.push_back({completion, [&app, shell] {
                        return print_text(completion_script(*shell, command_table(app)));
                      }});

  const auto project = std::make_shared<ProjectOptions>();
  CLI::App* codes = app.add_subcommand("codes", "print the codes of tags")->group(kHidden);
  add_project(*codes, *project);
  commands.push_back({codes, [project] {
                        const auto result = print_codes(*project);
                        return result ? *result : report(result.error());
                      }});

  const auto document = std::make_shared<std::string>();
  CLI::App* reference =
      app.add_subcommand("reference", "print a generated document")->group(kHidden);
  reference->add_option("DOCUMENT", *document, "which one")
      ->required()
      ->check(CLI::IsMember({"commands", "truth-tables"}));
  commands.push_back({reference, [&app, document] {
                        return print_text(*document == "commands"
                                              ? commands_reference(command_table(app))
                                              : truth_tables());
                      }});
}

}  // namespace tagsmith::app
