#include "program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

namespace tagsmith {
namespace {

// The child's side of run(): never returns.
[[noreturn]] void become(const std::vector<std::string>& command, const RunOptions& options,
                         const std::string& out, const std::string& err) {
  constexpr int kCannotRun = 127;
  const int null = open("/dev/null", O_RDONLY);
  const int out_file = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int err_file = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (null < 0 || out_file < 0 || err_file < 0 || dup2(null, STDIN_FILENO) < 0 ||
      dup2(out_file, STDOUT_FILENO) < 0 || dup2(err_file, STDERR_FILENO) < 0) {
    _exit(kCannotRun);
  }
  if (options.reader_of_stdout_is_gone) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0 || dup2(ends[1], STDOUT_FILENO) < 0 || close(ends[0]) != 0) {
      _exit(kCannotRun);
    }
    std::signal(SIGPIPE, SIG_DFL);  // whatever it is to us
  }
  if (options.file_bytes_max > 0) {
    const rlimit limit{.rlim_cur = options.file_bytes_max, .rlim_max = options.file_bytes_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  execv(arguments.front(), arguments.data());
  _exit(kCannotRun);
}

}  // namespace

Outcome run(const std::vector<std::string>& command, const RunOptions& options) {
  static int counter = 0;
  const std::string base = (std::filesystem::path(testing::TempDir()) /
                            ("run-" + std::to_string(getpid()) + "-" + std::to_string(++counter)))
                               .string();
  const std::string out = base + ".out";
  const std::string err = base + ".err";
  const pid_t child = fork();
  if (child == 0) {
    become(command, options, out, err);
  }
  if (options.interrupt_after_ms >= 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(options.interrupt_after_ms));
    kill(child, SIGINT);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  const Outcome outcome{
      .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
      .out = read_all(out),
      .err = read_all(err)};
  std::filesystem::remove(out);
  std::filesystem::remove(err);
  return outcome;
}

TestFolder::TestFolder() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  path_ = std::filesystem::path(testing::TempDir()) /
          (std::string("eval_test-") + test->name() + "-" + std::to_string(getpid()));
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TestFolder::path(const std::string& name) const {
  return name.empty() ? path_.string() : (path_ / name).string();
}

std::string TestFolder::put(const std::string& name, const std::string& bytes) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
  return file.string();
}

std::vector<std::string> TestFolder::names(const std::string& below) const {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(path_ / below)) {
    out.push_back(entry.path().filename().string());
  }
  std::ranges::sort(out);
  return out;
}

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace tagsmith
