#include "app/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/assert.h"

namespace tagsmith::app {
namespace {

using Table = std::vector<CommandInfo>;

// What may stand where a value is due.
enum class Values { kNone, kChoices, kFiles, kFolders, kTags };

Values values_of(const OptionInfo& option) {
  if (!option.choices.empty()) {
    return Values::kChoices;
  }
  if (option.value == "FILE") {
    return Values::kFiles;
  }
  if (option.value == "DIR" || option.names.front() == "DIR") {
    return Values::kFolders;
  }
  return option.names.front() == "--tags" || option.names.front().find("TAG") != std::string::npos
             ? Values::kTags
             : Values::kNone;
}

bool takes_tags(const CommandInfo& command) {
  return std::ranges::any_of(command.arguments, [](const OptionInfo& argument) {
    return values_of(argument) == Values::kTags;
  });
}

// The words of commands one after the other, as in "runs list", as the patterns of a `case`.
std::vector<std::string> paths_of(const Table& table) {
  std::vector<std::string> paths;
  for (const CommandInfo& command : table) {
    if (!command.name.empty()) {
      const bool is_nested = command.name.find(' ') != std::string::npos;
      paths.push_back((is_nested ? "" : " ") + command.name);
    }
  }
  return paths;
}

std::string in_quotes(const std::vector<std::string>& words, char quote, std::string_view between) {
  std::vector<std::string> quoted;
  for (const std::string& word : words) {
    quoted.push_back(quote + word + quote);
  }
  return fmt::format("{}", fmt::join(quoted, between));
}

// "plan --mode" and what may stand behind it; those with the same values together.
struct ValueCase {
  std::vector<std::string> patterns;
  Values values = Values::kNone;
  std::vector<std::string> choices;
};

std::vector<ValueCase> value_cases(const Table& table) {
  std::map<std::pair<Values, std::vector<std::string>>, std::vector<std::string>> by_values;
  for (const CommandInfo& command : table) {
    for (const OptionInfo& option : command.options) {
      for (const std::string& name : option.names) {
        if (!option.value.empty()) {
          by_values[{values_of(option), option.choices}].push_back(command.name + " " + name);
        }
      }
    }
  }
  std::vector<ValueCase> cases;
  for (auto& [values, patterns] : by_values) {
    cases.push_back({std::move(patterns), values.first, values.second});
  }
  return cases;
}

std::vector<std::string> words_of(const CommandInfo& command) {
  std::vector<std::string> words = command.subcommands;
  for (const OptionInfo& option : command.options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  for (const OptionInfo& argument : command.arguments) {
    words.insert(words.end(), argument.choices.begin(), argument.choices.end());
  }
  return words;
}

std::string_view bash_values(const ValueCase& one) {
  switch (one.values) {
    case Values::kNone:
    case Values::kChoices:
      break;
    case Values::kFiles:
      return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$current\")";
    case Values::kFolders:
      return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$current\")";
    case Values::kTags:
      return "_tagsmith_tags \"$current\"";
  }
  return ":";
}

std::string bash_script(const Table& table) {
  std::string out =
      fmt::format(R"bash(# Completion of tagsmith in bash: source <(tagsmith completion bash)

# The codes of the project's tags; of a list the part behind its last comma.
_tagsmith_tags() {{
  local before=""
  [[ $1 == *,* ]] && before="${{1%,*}},"
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$(tagsmith codes 2> /dev/null)" -- "${{1##*,}}")
}}

_tagsmith() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD - 1]}}" command="" i
  if [[ $current == "=" ]]; then # --option=
    current=""
  elif [[ $previous == "=" ]]; then
    previous="${{COMP_WORDS[COMP_CWORD - 2]}}"
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$command ${{COMP_WORDS[i]}}" in
      {}) command="${{command:+$command }}${{COMP_WORDS[i]}}" ;;
    esac
  done
  COMPREPLY=()
  case "$command $previous" in
)bash",
                  in_quotes(paths_of(table), '"', " | "));
  for (const ValueCase& one : value_cases(table)) {
    const std::string values =
        one.values == Values::kChoices
            ? fmt::format("mapfile -t COMPREPLY < <(compgen -W \"{}\" -- \"$current\")",
                          fmt::join(one.choices, " "))
            : std::string(bash_values(one));
    out += fmt::format("    {})\n      {}\n      return ;;\n", in_quotes(one.patterns, '"', " | "),
                       values);
  }
  out += R"bash(  esac
  local words=""
  case "$command" in
)bash";
  for (const CommandInfo& command : table) {
    if (takes_tags(command)) {
      out += fmt::format(
          "    \"{}\")\n      words=\"{}\"\n      if [[ $current != -* ]]; then\n"
          "        _tagsmith_tags \"$current\"\n        return\n      fi ;;\n",
          command.name, fmt::join(words_of(command), " "));
    } else {
      out += fmt::format("    \"{}\")\n      words=\"{}\" ;;\n", command.name,
                         fmt::join(words_of(command), " "));
    }
  }
  return out + R"bash(  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -o bashdefault -F _tagsmith tagsmith
)bash";
}

// 'name:what it is', as _describe takes it.
std::string zsh_item(const std::string& name, const std::string& about) {
  std::string text = name + ":" + about;
  for (size_t at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 4)) {
    text.replace(at, 1, R"('\'')");
  }
  return "'" + text + "'";
}

const CommandInfo& command_of(const Table& table, const std::string& name) {
  const auto found = std::ranges::find(table, name, &CommandInfo::name);
  TAGSMITH_ASSERT(found != table.end());
  return *found;
}

std::string zsh_script(const Table& table) {
  std::string out = fmt::format(R"zsh(#compdef tagsmith
# Completion of tagsmith in zsh: source <(tagsmith completion zsh), or as _tagsmith in a folder of fpath

_tagsmith() {{
  local command="" i
  for ((i = 2; i < CURRENT; ++i)); do
    case "$command $words[i]" in
      ({}) command="${{command:+$command }}$words[i]" ;;
    esac
  done
  case "$command $words[CURRENT-1]" in
)zsh",
                                in_quotes(paths_of(table), '"', "|"));
  for (const ValueCase& one : value_cases(table)) {
    std::string values = ":";
    switch (one.values) {
      case Values::kNone:
        break;
      case Values::kChoices:
        values = fmt::format("compadd -- {}", fmt::join(one.choices, " "));
        break;
      case Values::kFiles:
        values = "_files";
        break;
      case Values::kFolders:
        values = "_files -/";
        break;
      case Values::kTags:
        values = "compset -P '*,'; compadd -- ${(f)\"$(tagsmith codes 2> /dev/null)\"}";
        break;
    }
    out += fmt::format("    ({})\n      {}\n      return ;;\n", in_quotes(one.patterns, '"', "|"),
                       values);
  }
  out += "  esac\n  local -a items\n  case \"$command\" in\n";
  for (const CommandInfo& command : table) {
    std::vector<std::string> items;
    for (const std::string& name : command.subcommands) {
      const std::string path = command.name.empty() ? name : command.name + " " + name;
      items.push_back(zsh_item(name, command_of(table, path).about));
    }
    for (const OptionInfo& option : command.options) {
      for (const std::string& name : option.names) {
        items.push_back(zsh_item(name, option.about));
      }
    }
    for (const OptionInfo& argument : command.arguments) {
      for (const std::string& choice : argument.choices) {
        items.push_back(zsh_item(choice, argument.about));
      }
    }
    out += fmt::format("    (\"{}\")\n      items=({})\n", command.name,
                       fmt::join(items, "\n             "));
    if (takes_tags(command)) {
      out += "      [[ $PREFIX != -* ]] && compadd -- ${(f)\"$(tagsmith codes 2> /dev/null)\"}\n";
    }
    out += "      ;;\n";
  }
  return out + R"zsh(  esac
  _describe 'tagsmith' items
}

if [ "$funcstack[1]" = "_tagsmith" ]; then
  _tagsmith "$@"
else
  compdef _tagsmith tagsmith
fi
)zsh";
}

std::string fish_quoted(std::string text) {
  for (size_t at = text.find_first_of("'\\"); at != std::string::npos;
       at = text.find_first_of("'\\", at + 2)) {
    text.insert(at, 1, '\\');
  }
  return "'" + text + "'";
}

std::string fish_names(const OptionInfo& option) {
  std::string out;
  for (const std::string& name : option.names) {
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return out;
}

std::string fish_values(const OptionInfo& option) {
  switch (values_of(option)) {
    case Values::kNone:
      return option.value.empty() ? "" : " -x";
    case Values::kChoices:
      return fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
    case Values::kFiles:
      return " -r -F";
    case Values::kFolders:
      return " -x -a '(__fish_complete_directories)'";
    case Values::kTags:
      break;
  }
  return " -x -a '(tagsmith codes 2> /dev/null)'";
}

std::string fish_script(const Table& table) {
  std::string out =
      fmt::format(R"fish(# Completion of tagsmith in fish: tagsmith completion fish | source

function __tagsmith_command
    set -l command ''
    set -l words (commandline -opc)
    for word in $words[2..-1]
        switch "$command $word"
            case {}
                set command (string trim "$command $word")
        end
    end
    echo $command
end

complete -c tagsmith -f
)fish",
                  in_quotes(paths_of(table), '\'', " "));
  for (const CommandInfo& command : table) {
    const std::string start = fmt::format(
        "complete -c tagsmith -n 'test \"$(__tagsmith_command)\" = \"{}\"'", command.name);
    for (const std::string& name : command.subcommands) {
      const std::string path = command.name.empty() ? name : command.name + " " + name;
      out +=
          fmt::format("{} -a {} -d {}\n", start, name, fish_quoted(command_of(table, path).about));
    }
    for (const OptionInfo& option : command.options) {
      out += fmt::format("{}{}{} -d {}\n", start, fish_names(option), fish_values(option),
                         fish_quoted(option.about));
    }
    for (const OptionInfo& argument : command.arguments) {
      if (const Values values = values_of(argument); values != Values::kNone) {
        out +=
            start + (values == Values::kFolders ? " -F" : fish_values(argument).substr(3)) + "\n";
      }
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> completion_shells() { return {"bash", "zsh", "fish"}; }

std::string completion_script(const std::string& shell, const std::vector<CommandInfo>& table) {
  if (shell == "bash") {
    return bash_script(table);
  }
  return shell == "zsh" ? zsh_script(table) : fish_script(table);
}

}  // namespace tagsmith::app
