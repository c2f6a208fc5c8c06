#include <csignal>
#include <cstdio>
#include <exception>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "base/interrupt.h"

int main(int argument_count, char** arguments) {
  tagsmith::base::catch_interrupts();
  // A limit on the size of files and a reader that is gone are errors of write(), like others: a
  // process that dies of them would leave its temporary file.
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return tagsmith::app::run_command_line(argument_count, arguments);
  } catch (const std::exception& error) {  // out of memory, or a bug
    std::fprintf(stderr, "tagsmith: failed: %s\n", error.what());
    return tagsmith::app::kFailed;
  }
}
