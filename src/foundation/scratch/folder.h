#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tagsmith::scratch {

/// An empty folder for a test, below the system's folder for temporary files; gone at the end of
/// its life with all that is in it. What fails here ends the test by an exception.
class Folder {
 public:
  /// kMemory: below /dev/shm where there is one, for what would wait for the disk at every step.
  enum class Where { kDisk, kMemory };

  explicit Folder(Where where = Where::kDisk);
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  /// The folder, or what is under a name in it; nothing needs to be there.
  [[nodiscard]] std::string path(const std::string& name = "") const;

  /// Writes a file, with the folders that lead to it; gives its path.
  std::string put(const std::string& name, std::string_view bytes) const;

  /// The bytes of a file.
  [[nodiscard]] std::string get(const std::string& name) const;

  /// The names in the folder or in one below it, sorted, also those that start with a point.
  [[nodiscard]] std::vector<std::string> names(const std::string& below = "") const;

 private:
  std::filesystem::path path_;
};

/// The bytes of a file.
std::string read_all(const std::string& path);

}  // namespace tagsmith::scratch
