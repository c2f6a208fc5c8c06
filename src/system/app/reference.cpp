#include "app/reference.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/help_topics.h"

namespace tagsmith::app {
namespace {

// The anchor that a heading "tagsmith runs list" gets.
std::string anchor_of(const std::string& name) {
  std::string anchor = "tagsmith-" + name;
  std::ranges::replace(anchor, ' ', '-');
  return anchor;
}

}  // namespace

std::string commands_reference(const std::vector<CommandInfo>& table) {
  std::string out = R"(# Commands

Written by `tagsmith reference commands`, from what `--help` prints. [The guide](../guide.md) shows them at work.
)";
  std::string group;
  for (const CommandInfo& command : table) {
    const bool is_of_program = command.name.find(' ') == std::string::npos;
    if (command.name.empty() || !is_of_program) {
      continue;
    }
    if (command.group != group) {
      group = command.group;
      out += fmt::format("\n{}:\n\n", group);
    }
    out += fmt::format("- [{}](#{}): {}\n", command.name, anchor_of(command.name), command.about);
  }
  for (const CommandInfo& command : table) {
    out += fmt::format("\n## tagsmith{}{}\n\n```text\n{}```\n", command.name.empty() ? "" : " ",
                       command.name, command.help);
  }
  for (const HelpTopic& topic : help_topics()) {
    out += fmt::format("\n## Topic: {}\n\n```text\n{}```\n", topic.name, topic.text);
  }
  return out;
}

}  // namespace tagsmith::app
