#include "adapters/duckdb/spill_folder_internal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace tagsmith::duckdb {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNamed = "tagsmith-spill-";
constexpr std::string_view kBeingMade = "tagsmith-new-spill-";

fs::path parent_of(const std::string& parent) {
  if (!parent.empty()) {
    return parent;
  }
  std::error_code error;
  fs::path folder = fs::temp_directory_path(error);
  return error ? fs::path("/tmp") : folder;
}

// A lock on a folder of this user, as a descriptor; -1 when a process holds it, or for anything
// that is no such folder.
int try_lock(const fs::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) {
    return -1;
  }
  struct stat found{};
  if (fstat(descriptor, &found) == 0 && found.st_uid == geteuid() &&
      flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    return descriptor;
  }
  close(descriptor);
  return -1;
}

// Nobody is told when it fails: the folders of others are no condition of this work.
void remove_those_of_the_dead(const fs::path& parent) {
  std::error_code ignored;
  for (fs::directory_iterator entry(parent, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    if (!entry->path().filename().native().starts_with(kNamed)) {
      continue;
    }
    if (const int lock = try_lock(entry->path()); lock >= 0) {
      std::error_code not_removed;
      fs::remove_all(entry->path(), not_removed);
      close(lock);
    }
  }
}

}  // namespace

SpillFolder::SpillFolder(const std::string& parent) {
  const fs::path folder = parent_of(parent);
  remove_those_of_the_dead(folder);
  std::string made = folder / fmt::format("{}XXXXXX", kBeingMade);
  if (mkdtemp(made.data()) == nullptr) {  // its mode is 0700
    return;
  }
  path_ = made;
  // It gets the name that others look for once it is locked: no instant at which it seems dead.
  // Where nothing can be locked it keeps the first one, since others could not tell.
  lock_ = try_lock(made);
  const std::string_view drawn = std::string_view(made).substr(made.rfind('-') + 1);
  const std::string named = folder / fmt::format("{}{}", kNamed, drawn);
  if (lock_ >= 0 && rename(made.c_str(), named.c_str()) == 0) {
    path_ = named;
  }
}

SpillFolder::~SpillFolder() {
  if (!path_.empty()) {
    std::error_code ignored;  // nobody is left to be told
    fs::remove_all(path_, ignored);
  }
  if (lock_ >= 0) {
    close(lock_);
  }
}

}  // namespace tagsmith::duckdb
