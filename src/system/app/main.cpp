#include <csignal>
#include <cstdio>
#include <exception>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "base/interrupt.h"

int main(int argument_count, char** arguments) {
  tagsmith::base::catch_interrupts();
  std::signal(SIGXFSZ,
              SIG_IGN);  // a limit on the size of files is an error of write(), like others
  try {
    return tagsmith::app::run_command_line(argument_count, arguments);
  } catch (const std::exception& error) {  // out of memory, or a bug
    std::fprintf(stderr, "tagsmith: failed: %s\n", error.what());
    return tagsmith::app::kFailed;
  }
}
