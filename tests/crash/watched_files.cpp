// Calls of files that this program makes go through here (the linker's --wrap), so that a test may
// end the world at each. SQLite, a shared library, makes its own: see power_cut_disk.h.

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "failpoints.h"
#include "power_cut_disk.h"

namespace {

using tagsmith::crash::power_cut_disk;
using tagsmith::crash::watched_files;

template <typename Call>
int passed(const char* what, const Call& call) {
  if (watched_files == nullptr) {
    return call();
  }
  watched_files->before(what);
  const int result = call();
  watched_files->after();
  return result;
}

int power_is_off() {
  errno = EIO;
  return -1;
}

bool is_folder(int descriptor) {
  struct stat status{};
  return fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the linker gives these names
extern "C" {

int __real_fsync(int descriptor);
int __real_rename(const char* from, const char* to);
int __wrap_fsync(int descriptor);
int __wrap_rename(const char* from, const char* to);

int __wrap_fsync(int descriptor) {
  const bool folder = is_folder(descriptor);
  if (power_cut_disk != nullptr) {
    std::error_code ignored;
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const std::string path = std::filesystem::read_symlink(link, ignored).string();
    if (power_cut_disk->knows(path)) {
      const bool synced = folder ? power_cut_disk->sync_folder() : power_cut_disk->sync_file(path);
      return synced ? 0 : power_is_off();
    }
  }
  return passed(folder ? "sync folder" : "sync file", [&] { return __real_fsync(descriptor); });
}

int __wrap_rename(const char* from, const char* to) {
  if (power_cut_disk != nullptr && power_cut_disk->is_off()) {
    return power_is_off();
  }
  return passed("rename file", [&] { return __real_rename(from, to); });
}
}
// NOLINTEND(bugprone-reserved-identifier)
