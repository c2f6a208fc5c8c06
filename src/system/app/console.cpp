#include "app/console.h"

#include <unistd.h>

namespace tagsmith::app {
namespace {

ConsoleOptions& options_of_process() {
  static ConsoleOptions options;
  return options;
}

}  // namespace

void set_console(const ConsoleOptions& options) { options_of_process() = options; }

const ConsoleOptions& console() { return options_of_process(); }

bool is_terminal(Stream stream) {
  return isatty(stream == Stream::kOut ? STDOUT_FILENO : STDERR_FILENO) != 0;
}

ErrorFormat errors_by_terminal() {
  return is_terminal(Stream::kErr) ? ErrorFormat::kText : ErrorFormat::kBySymbol;
}

}  // namespace tagsmith::app
