#pragma once

#include <string>
#include <string_view>

#include "base/interrupt.h"
#include "base/result.h"

namespace tagsmith::files {

/// Who may read a file that is new.
enum class Access { kAsUsual, kOwnerOnly };

/// A file that appears under its name whole, or not at all: it is written beside its name, as
/// ".NAME.tmp-PID", and renamed by commit(). Without a commit the temporary file is removed, by a
/// second interrupt too, and a file that had the name before stays as it was. A file that is
/// replaced hands its mode on, without the group's part where the group cannot be kept.
/// When the name is a symbolic link, all this is done where it leads, and the link stays.
///
/// Movable; not thread-safe.
class AtomicFile {
 public:
  /// Makes the empty temporary file. kInvalidArgument when `path` is something else than a file
  /// (a folder, a pipe), kNotFound when its folder is missing, kUnavailable when it cannot be
  /// written.
  static base::Result<AtomicFile> create(const std::string& path, Access access = Access::kAsUsual);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  /// The name as it was given.
  [[nodiscard]] const std::string& path() const { return path_; }

  /// For a writer that wants a name: it may replace this file. Not together with write().
  [[nodiscard]] const std::string& temporary_path() const { return temporary_path_; }

  /// Appends; kUnavailable, naming the path, when the disk is full.
  base::Status write(std::string_view bytes);

  /// Makes the file durable and gives it its name. Once.
  base::Status commit();

 private:
  AtomicFile(std::string path, std::string target, std::string temporary_path, int descriptor);
  base::Status flush();
  base::Status write_out(std::string_view bytes);

  std::string path_;
  std::string target_;          // where path_ leads
  std::string temporary_path_;  // empty once renamed or moved from
  base::RemovedBySecondInterrupt removed_by_second_interrupt_;
  std::string buffer_;
  int descriptor_ = -1;
};

/// A folder that appears under its name whole, or not at all, in the same way. It may replace an
/// empty folder. A second interrupt leaves ".NAME.tmp-PID" behind, and what is in it is not synced:
/// for what can be made again.
///
/// Movable; not thread-safe.
class AtomicFolder {
 public:
  /// Makes the temporary folder. kConflict when `path` is a folder with something in it,
  /// kInvalidArgument when it is no folder, kNotFound when the folder around it is missing.
  static base::Result<AtomicFolder> create(const std::string& path);

  AtomicFolder(AtomicFolder&& other) noexcept;
  AtomicFolder& operator=(AtomicFolder&&) = delete;
  ~AtomicFolder();

  /// Where the files go until commit().
  [[nodiscard]] const std::string& temporary_path() const { return temporary_path_; }

  /// Gives the folder its name. kConflict when something came there meanwhile. Once.
  base::Status commit();

 private:
  AtomicFolder(std::string path, std::string target, std::string temporary_path);

  std::string path_;
  std::string target_;          // where path_ leads
  std::string temporary_path_;  // empty once renamed or moved from
};

}  // namespace tagsmith::files
