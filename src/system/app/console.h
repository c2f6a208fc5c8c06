#pragma once

namespace tagsmith::app {

/// How stdout and stderr of this process are written: what the options that every verb has say.

enum class Stream { kOut, kErr };

enum class ColorChoice { kAuto, kAlways, kNever };

enum class LogFormat { kText, kJson };

/// What an error on stderr looks like.
enum class ErrorFormat {
  kBySymbol,  // one with a symbol is a line of JSON, another a sentence: the contract of scripts
  kJson,      // all are lines of JSON
  kText,      // all are text, for a person at a terminal
};

enum class Language { kEnglish, kChinese };

struct ConsoleOptions {
  ColorChoice color = ColorChoice::kAuto;
  bool quiet = false;    // nothing but results and errors
  bool verbose = false;  // what is read, and how long each stage took
  LogFormat log_format = LogFormat::kText;
  ErrorFormat errors = ErrorFormat::kBySymbol;
  Language language = Language::kEnglish;
};

/// As the streams themselves, one for the whole process. The command line sets it before a verb
/// begins, and nobody after that.
void set_console(const ConsoleOptions& options);
const ConsoleOptions& console();

bool is_terminal(Stream stream);

/// What errors look like where nothing but the terminal decides.
ErrorFormat errors_by_terminal();

/// What LC_ALL, LC_MESSAGES or LANG asks for, the first of them that says anything.
Language language_of_environment();

}  // namespace tagsmith::app
