#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tagsmith {

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

/// Runs a program with its stdin empty.
Outcome run(const std::vector<std::string>& command, const RunOptions& options = {});

/// A folder of the running test; gone after it.
class TestFolder {
 public:
  TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder();

  [[nodiscard]] std::string path(const std::string& name = "") const;

  /// Writes a file, with the folders that lead to it; gives its path.
  std::string put(const std::string& name, const std::string& bytes) const;

  /// The names in the folder, also those that start with a point.
  [[nodiscard]] std::vector<std::string> names(const std::string& below = "") const;

 private:
  std::filesystem::path path_;
};

std::string read_all(const std::string& path);

}  // namespace tagsmith
