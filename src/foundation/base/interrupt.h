#pragma once

#include <string>
#include <utility>

namespace tagsmith::base {

/// Makes SIGINT, SIGTERM and SIGHUP set a flag instead of ending the process; a second one ends it
/// with exit code 130. A SIGHUP that nohup ignores stays ignored. Call once, in main.
void catch_interrupts();

/// True once an interrupt came. Long loops ask it and return cancelled(). Thread-safe.
bool interrupted();

/// Names a file that the second interrupt removes before it ends the process, for as long as this
/// lives. Eight at once, with paths below 4 KB; what goes beyond stays. Movable; thread-safe.
class RemovedBySecondInterrupt {
 public:
  explicit RemovedBySecondInterrupt(const std::string& path);
  RemovedBySecondInterrupt(RemovedBySecondInterrupt&& other) noexcept
      : slot_(std::exchange(other.slot_, -1)) {}
  RemovedBySecondInterrupt& operator=(RemovedBySecondInterrupt&&) = delete;
  ~RemovedBySecondInterrupt();

 private:
  int slot_ = -1;
};

}  // namespace tagsmith::base
