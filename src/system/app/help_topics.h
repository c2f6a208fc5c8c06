#pragma once

#include <span>
#include <string_view>

namespace tagsmith::app {

/// One screen about something that is in no single command.
struct HelpTopic {
  std::string_view name;
  std::string_view about;  // one line
  std::string_view text;   // at most 24 lines of 80 columns, the last one ended; rules stand
                           // indented by 4 blanks, commands by 2
};

std::span<const HelpTopic> help_topics();

}  // namespace tagsmith::app
