#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "failpoints.h"

namespace tagsmith::crash {

/// A disk that keeps only what was synced. SQLite writes through it (a layer above its own files),
/// and so does this program (its calls in watched_files.cpp). What is written is read back as from
/// any disk; but a power cut leaves of each file the bytes of its last sync, and of the folder the
/// names of its last sync. Every sync is a failpoint: "sync NAME".
///
/// While it stands it is SQLite's default; one at a time.
class PowerCutDisk {
 public:
  /// What stands in the folder now is on the disk.
  PowerCutDisk(std::string folder, Failpoints& points);
  ~PowerCutDisk();
  PowerCutDisk(const PowerCutDisk&) = delete;
  PowerCutDisk& operator=(const PowerCutDisk&) = delete;

  /// The power goes: from now on every write, sync, rename and removal fails, and does nothing.
  void cut() { is_off_ = true; }
  [[nodiscard]] bool is_off() const { return is_off_; }

  /// The machine starts again: the folder holds what was synced. With a seed also some of the
  /// sectors and names that were not, since a disk may have written any of them in any order.
  void restart(std::uint32_t seed);
  static constexpr std::uint32_t kNothingMore = 0;

  // What the layers tell of files and folders whose path it knows. False: the power is off.
  [[nodiscard]] bool knows(const std::string& path) const { return path.starts_with(folder_); }
  bool sync_file(const std::string& path);
  bool sync_folder();
  void created(const std::string& path);
  void wrote(const std::string& path, std::int64_t offset, std::string bytes);
  void removed(const std::string& path, bool is_synced);

 private:
  using Inode = std::uint64_t;
  struct Write {
    std::int64_t offset = 0;
    std::string bytes;
  };

  std::string bytes_after_restart(Inode inode, std::uint32_t seed) const;

  std::string folder_;
  Failpoints& points_;
  bool is_off_ = false;
  std::map<std::string, Inode> synced_names_;
  std::map<Inode, std::string> synced_bytes_;
  std::map<Inode, std::vector<Write>> unsynced_;  // since the last sync
};

/// The content of a file; empty when there is none.
std::string bytes_of(const std::string& path);

/// The disk that stands, or null.
inline PowerCutDisk* power_cut_disk = nullptr;

}  // namespace tagsmith::crash
