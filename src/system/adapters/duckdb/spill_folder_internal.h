#pragma once

#include <string>

namespace tagsmith::duckdb {

/// A folder of this process for what does not fit into memory: only this user may enter it, nobody
/// could have taken its name before, and it goes with the object, with all that is in it.
///
/// A process that is killed leaves its folder, which may hold gigabytes: the next one that makes a
/// folder below the same parent removes those of this user that no living process holds.
class SpillFolder {
 public:
  /// Below `parent`, or below the system's folder for temporary files when that is empty.
  explicit SpillFolder(const std::string& parent);
  ~SpillFolder();
  SpillFolder(const SpillFolder&) = delete;
  SpillFolder& operator=(const SpillFolder&) = delete;

  /// Empty when no folder could be made: then queries do without, and fail when memory does not
  /// suffice.
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  int lock_ = -1;  // on the folder itself; the kernel drops it with the process
};

}  // namespace tagsmith::duckdb
