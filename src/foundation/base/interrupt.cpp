#include "base/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace tagsmith::base {
namespace {

std::atomic<bool> interrupt_came{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // a signal handler may touch nothing else

void on_signal(int) {
  if (interrupt_came.exchange(true)) {
    _exit(130);
  }
}

}  // namespace

void catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return interrupt_came.load(std::memory_order_relaxed); }

}  // namespace tagsmith::base
