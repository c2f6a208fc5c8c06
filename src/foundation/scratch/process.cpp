#include "scratch/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "scratch/folder.h"

namespace tagsmith::scratch {
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
  const Folder folder;
  const std::string out = folder.path("out");
  const std::string err = folder.path("err");
  const pid_t child = fork();
  if (child == 0) {
    become(command, options, out, err);
  }
  if (options.interrupt_after_ms >= 0 && child > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(options.interrupt_after_ms));
    kill(child, SIGINT);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) {
    throw std::runtime_error("cannot run " + command.front());
  }
  return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = read_all(out),
          .err = read_all(err)};
}

}  // namespace tagsmith::scratch
