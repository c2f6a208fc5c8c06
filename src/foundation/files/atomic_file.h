#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tagsmith::files {

/// A file that appears under its name whole, or not at all: it is written beside its name, as
/// ".NAME.tmp-PID", and renamed by commit(). Without a commit the temporary file is removed, and a
/// file that had the name before stays as it was.
///
/// Movable; not thread-safe.
class AtomicFile {
 public:
  /// Makes the empty temporary file. kInvalidArgument when `path` is a folder, kNotFound when its
  /// folder is missing, kUnavailable when it cannot be written.
  static base::Result<AtomicFile> create(const std::string& path);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  [[nodiscard]] const std::string& path() const { return path_; }

  /// For a writer that wants a name: it may replace this file. Not together with write().
  [[nodiscard]] const std::string& temporary_path() const { return temporary_path_; }

  /// Appends; kUnavailable, naming the path, when the disk is full.
  base::Status write(std::string_view bytes);

  /// Makes the file durable and gives it its name. Once.
  base::Status commit();

 private:
  AtomicFile(std::string path, std::string temporary_path, int descriptor);
  base::Status flush();
  base::Status write_out(std::string_view bytes);

  std::string path_;
  std::string temporary_path_;  // empty once renamed or moved from
  std::string buffer_;
  int descriptor_ = -1;
};

}  // namespace tagsmith::files
