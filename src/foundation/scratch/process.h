#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tagsmith::scratch {

/// What a process said and how it ended.
struct Outcome {
  int exit_code = -1;  // 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

struct RunOptions {
  size_t file_bytes_max = 0;              // a limit on the size of the files it writes; 0: none
  int interrupt_after_ms = -1;            // SIGINT to it after so many milliseconds; negative: none
  bool reader_of_stdout_is_gone = false;  // its stdout is a pipe that nobody reads
};

/// Runs a program, by its path, with its stdin empty.
Outcome run(const std::vector<std::string>& command, const RunOptions& options = {});

}  // namespace tagsmith::scratch
