#include "app/console.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "app/translations.h"
#include "base/language.h"

namespace tagsmith::app {
namespace {

ConsoleOptions& options_of_process() {
  static ConsoleOptions options;
  return options;
}

}  // namespace

void set_console(const ConsoleOptions& options) {
  options_of_process() = options;
  const bool is_chinese = options.language == Language::kChinese;
  base::set_translations(is_chinese ? chinese() : std::span<const base::Translation>());
}

const ConsoleOptions& console() { return options_of_process(); }

bool is_terminal(Stream stream) {
  return isatty(stream == Stream::kOut ? STDOUT_FILENO : STDERR_FILENO) != 0;
}

ErrorFormat errors_by_terminal() {
  return is_terminal(Stream::kErr) ? ErrorFormat::kText : ErrorFormat::kBySymbol;
}

Language language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
    if (value != nullptr && *value != '\0') {
      const std::string_view locale = value;  // "zh_CN.UTF-8", "zh_CN@stroke"
      const std::string_view place = locale.substr(0, locale.find_first_of(".@"));
      const bool is_chinese = place == "zh_CN" || place == "zh_SG" || place == "zh";
      return is_chinese ? Language::kChinese : Language::kEnglish;
    }
  }
  return Language::kEnglish;
}

}  // namespace tagsmith::app
