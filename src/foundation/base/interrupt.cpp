#include "base/interrupt.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>

namespace tagsmith::base {
namespace {

std::atomic<bool> interrupt_came{false};

enum class SlotState { kFree, kTaken, kSet };
struct Slot {
  std::atomic<SlotState> state{SlotState::kFree};
  std::array<char, 4096> path{};  // whole while kSet
};
std::array<Slot, 8> slots;

// A signal handler may touch nothing else.
static_assert(std::atomic<bool>::is_always_lock_free);
static_assert(std::atomic<SlotState>::is_always_lock_free);

void on_signal(int) {
  if (interrupt_came.exchange(true)) {
    for (const Slot& slot : slots) {
      if (slot.state.load() == SlotState::kSet) {
        unlink(slot.path.data());
      }
    }
    _exit(130);
  }
}

}  // namespace

void catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // Who starts it with nohup wants it to outlive the terminal.
  struct sigaction before{};
  sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) {
    sigaction(SIGHUP, &action, nullptr);
  }
}

RemovedBySecondInterrupt::RemovedBySecondInterrupt(const std::string& path) {
  for (size_t i = 0; i < slots.size() && path.size() < slots[i].path.size(); ++i) {
    SlotState expected = SlotState::kFree;
    if (slots[i].state.compare_exchange_strong(expected, SlotState::kTaken)) {
      std::memcpy(slots[i].path.data(), path.c_str(), path.size() + 1);
      slots[i].state.store(SlotState::kSet);
      slot_ = static_cast<int>(i);
      return;
    }
  }
}

RemovedBySecondInterrupt::~RemovedBySecondInterrupt() {
  if (slot_ >= 0) {
    slots[static_cast<size_t>(slot_)].state.store(SlotState::kFree);
  }
}

bool interrupted() { return interrupt_came.load(std::memory_order_relaxed); }

}  // namespace tagsmith::base
