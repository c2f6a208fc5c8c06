#include "lease/lease.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/interrupt.h"
#include "base/language.h"

namespace tagsmith::lease {
namespace {

// The first line of a file of /proc, or nothing.
std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// "name-BOOT-NAMESPACE"; empty parts where the system does not tell.
std::string this_host() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) {
    name[0] = '\0';
  }
  std::error_code ignored;
  const std::string pid_namespace =
      std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();  // "pid:[4026531836]"
  const size_t digits = pid_namespace.find_first_of("0123456789");
  const size_t digits_end = pid_namespace.find(']');
  return fmt::format(
      "{}-{}-{}", name.data(), first_line("/proc/sys/kernel/random/boot_id").substr(0, 8),
      digits == std::string::npos ? std::string()
                                  : pid_namespace.substr(digits, digits_end - digits));
}

// What /proc says of a process.
struct Process {
  char state = '?';
  std::string start;  // ticks since the start of the machine
};

std::optional<Process> process_of(std::string_view pid) {
  const std::string line = first_line(fmt::format("/proc/{}/stat", pid));
  // "4711 (name, with ) and blanks) S 1 ...": the state is field 3, the start field 22.
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= line.size()) {
    return std::nullopt;
  }
  Process process{.state = line[name_end + 2], .start = {}};
  size_t begin = name_end + 2;
  for (int field = 3; field < 22; ++field) {
    const size_t blank = line.find(' ', begin);
    if (blank == std::string::npos) {
      return std::nullopt;
    }
    begin = blank + 1;
  }
  process.start = line.substr(begin, line.find(' ', begin) - begin);
  return process;
}

struct Holder {
  std::string_view host;
  std::string_view pid;
  std::string_view start;
};

std::optional<Holder> parse(std::string_view holder) {
  const size_t host_end = holder.find('/');
  if (host_end == std::string_view::npos) {
    return std::nullopt;
  }
  const size_t pid_end = holder.find('/', host_end + 1);
  if (pid_end == std::string_view::npos) {
    return std::nullopt;
  }
  const size_t start_end = holder.find('/', pid_end + 1);
  Holder parsed{
      .host = holder.substr(0, host_end),
      .pid = holder.substr(host_end + 1, pid_end - host_end - 1),
      .start = holder.substr(
          pid_end + 1, start_end == std::string_view::npos ? start_end : start_end - pid_end - 1)};
  std::uint64_t number = 0;
  const auto [last, error] =
      std::from_chars(parsed.pid.data(), parsed.pid.data() + parsed.pid.size(), number);
  const bool is_whole = last == parsed.pid.data() + parsed.pid.size();
  if (error != std::errc() || !is_whole || parsed.start.empty()) {
    return std::nullopt;
  }
  return parsed;
}

// "host-BOOT-NAMESPACE/pid/..." for a person: "process 4711 of host".
std::string readable(const std::string& holder) {
  const std::optional<Holder> parsed = parse(holder);
  if (!parsed) {
    return holder.empty() ? base::tr("somebody else") : holder;
  }
  std::string_view host = parsed->host;
  for (int part = 0; part < 2; ++part) {
    host = host.substr(0, host.rfind('-'));
  }
  return base::message("process {} on {}", parsed->pid, host);
}

}  // namespace

bool Challenger::may_take(const FenceRow& row, bool holder_is_gone,
                          std::int64_t steady_now_micros) {
  if (row.holder.empty() || holder_is_gone) {
    return true;
  }
  if (seen_ != row) {
    seen_ = row;
    seen_since_micros_ = steady_now_micros;
  }
  return steady_now_micros - seen_since_micros_ >= patience_micros_;
}

base::Result<Taking> try_take(LeaseStore& store, const std::string& name, const std::string& holder,
                              Challenger& challenger, std::int64_t steady_now_micros) {
  const FenceRow row = TAGSMITH_TRY(store.read(name));
  const bool is_ours = row.holder == holder;
  if (!is_ours && !challenger.may_take(row, is_gone(row.holder), steady_now_micros)) {
    return Taking{.fence = std::nullopt, .holder = row.holder};
  }
  base::Result<Fence> taken = store.take(name, holder, row.epoch);
  if (taken) {
    return Taking{.fence = *std::move(taken), .holder = {}};
  }
  if (taken.error().code == base::ErrorCode::kConflict && taken.error().symbol == kFenced) {
    return Taking{};  // somebody else was faster
  }
  return std::move(taken).error();
}

base::Error busy(const std::string& name, const std::string& holder) {
  return base::Error{
      .code = base::ErrorCode::kConflict,
      .message = base::message("the lease '{}' is held by {}", name, readable(holder)),
      .symbol = "E_LEASE_BUSY",
      .path = {},
      .hint = base::tr(
          "wait until it has finished, or end it; a process that is gone loses the lease by "
          "itself")};
}

base::Result<Fence> acquire(LeaseStore& store, const std::string& name, const std::string& holder,
                            std::int64_t wait_micros_max, base::Clock& clock) {
  Challenger challenger(kPatienceMicros);
  const std::int64_t start = clock.steady_micros();
  while (true) {
    const std::int64_t now = clock.steady_micros();
    Taking taking = TAGSMITH_TRY(try_take(store, name, holder, challenger, now));
    if (taking.fence) {
      return *std::move(taking.fence);
    }
    if (now - start >= wait_micros_max) {
      return busy(name, taking.holder);
    }
    if (base::interrupted()) {
      return base::cancelled();
    }
    clock.sleep_micros(kPollMicros);
  }
}

std::string this_process() {
  const std::string pid = std::to_string(getpid());
  const std::optional<Process> process = process_of(pid);
  return fmt::format("{}/{}/{}", this_host(), pid, process ? process->start : "0");
}

std::string new_holder() {
  static std::atomic<std::uint64_t> count{0};
  return fmt::format("{}/{}", this_process(), ++count);
}

bool is_gone(const std::string& holder) {
  const std::optional<Holder> parsed = parse(holder);
  if (!parsed || parsed->host != this_host() || parsed->start == "0" ||
      !std::filesystem::exists("/proc/self/stat")) {
    return false;
  }
  const std::optional<Process> process = process_of(parsed->pid);
  return !process || process->start != parsed->start || process->state == 'Z' ||
         process->state == 'X';
}

}  // namespace tagsmith::lease
