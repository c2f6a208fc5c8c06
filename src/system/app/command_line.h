#pragma once

namespace tagsmith::app {

/// Reads the command line, does what it says, gives the exit code. Wrong usage is exit code 2 with
/// a hint on stderr.
int run_command_line(int argument_count, const char* const* arguments);

}  // namespace tagsmith::app
