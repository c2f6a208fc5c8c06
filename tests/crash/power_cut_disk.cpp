#include "power_cut_disk.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <random>
#include <utility>

#include "base/assert.h"

namespace tagsmith::crash {
namespace {

constexpr size_t kSectorBytes = 512;

std::uint64_t inode_of(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

// A file of SQLite's own, and behind it in memory the one of the layer below.
struct File {
  sqlite3_file base;
  std::string* path;
};

sqlite3_file* below(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
}
const std::string& path_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->path; }

bool is_off() { return power_cut_disk != nullptr && power_cut_disk->is_off(); }
bool is_known(sqlite3_file* file) {
  return power_cut_disk != nullptr && power_cut_disk->knows(path_of(file));
}

int close_file(sqlite3_file* file) {
  const int result = below(file)->pMethods->xClose(below(file));
  delete reinterpret_cast<File*>(file)->path;
  return result;
}
int read_file(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
  return below(file)->pMethods->xRead(below(file), into, count, offset);
}
int write_file(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  if (is_off()) {
    return SQLITE_IOERR_WRITE;
  }
  if (is_known(file)) {
    power_cut_disk->wrote(path_of(file), offset,
                          std::string(static_cast<const char*>(bytes), static_cast<size_t>(count)));
  }
  return below(file)->pMethods->xWrite(below(file), bytes, count, offset);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return is_off() ? SQLITE_IOERR_TRUNCATE : below(file)->pMethods->xTruncate(below(file), size);
}
int sync_file(sqlite3_file* file, int) {
  if (is_off() || (is_known(file) && !power_cut_disk->sync_file(path_of(file)))) {
    return SQLITE_IOERR_FSYNC;
  }
  return SQLITE_OK;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return below(file)->pMethods->xFileSize(below(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return below(file)->pMethods->xLock(below(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return below(file)->pMethods->xUnlock(below(file), level);
}
int check_lock(sqlite3_file* file, int* result) {
  return below(file)->pMethods->xCheckReservedLock(below(file), result);
}
int control_file(sqlite3_file* file, int operation, void* argument) {
  return below(file)->pMethods->xFileControl(below(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return below(file)->pMethods->xSectorSize(below(file)); }
// Nothing is promised: neither that a sector is written whole nor that the rest stays as it was.
int characteristics(sqlite3_file*) { return 0; }
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** into) {
  return below(file)->pMethods->xShmMap(below(file), page, size, extend, into);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return below(file)->pMethods->xShmLock(below(file), offset, count, flags);
}
void barrier_shared(sqlite3_file* file) { below(file)->pMethods->xShmBarrier(below(file)); }
int unmap_shared(sqlite3_file* file, int remove) {
  return below(file)->pMethods->xShmUnmap(below(file), remove);
}

// Version 2: without memory maps of the file, which would pass the layer by.
const sqlite3_io_methods kMethods = {2,
                                     close_file,
                                     read_file,
                                     write_file,
                                     truncate_file,
                                     sync_file,
                                     file_size,
                                     lock_file,
                                     unlock_file,
                                     check_lock,
                                     control_file,
                                     sector_size,
                                     characteristics,
                                     map_shared,
                                     lock_shared,
                                     barrier_shared,
                                     unmap_shared,
                                     nullptr,
                                     nullptr};

sqlite3_vfs* real_layer = nullptr;

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  const std::string path = name == nullptr ? "" : name;
  if (is_off()) {
    file->pMethods = nullptr;
    return SQLITE_CANTOPEN;
  }
  const bool is_new =
      power_cut_disk != nullptr && power_cut_disk->knows(path) && !std::filesystem::exists(path);
  const int result = real_layer->xOpen(real_layer, name, below(file), flags, flags_out);
  if (result != SQLITE_OK) {
    file->pMethods = nullptr;
    return result;
  }
  if (is_new) {
    power_cut_disk->created(path);
  }
  reinterpret_cast<File*>(file)->path = new std::string(path);
  file->pMethods = &kMethods;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
  if (is_off()) {
    return SQLITE_IOERR_DELETE;
  }
  if (power_cut_disk != nullptr && power_cut_disk->knows(name)) {
    power_cut_disk->removed(name, sync_folder != 0);
  }
  return real_layer->xDelete(real_layer, name, sync_folder);
}

sqlite3_vfs* layer() {
  static sqlite3_vfs vfs = [] {
    real_layer = sqlite3_vfs_find(nullptr);
    // What is not about files of ours goes to the layer below, which does not ask whose it is.
    sqlite3_vfs copy = *real_layer;
    copy.szOsFile = static_cast<int>(sizeof(File)) + real_layer->szOsFile;
    copy.zName = "power_cut";
    copy.pNext = nullptr;
    copy.xOpen = open_file;
    copy.xDelete = delete_file;
    return copy;
  }();
  return &vfs;
}

}  // namespace

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

PowerCutDisk::PowerCutDisk(std::string folder, Failpoints& points)
    : folder_(std::move(folder)), points_(points) {
  TAGSMITH_ASSERT(power_cut_disk == nullptr);
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const std::string path = entry.path().string();
    synced_names_[path] = inode_of(path);
    synced_bytes_[inode_of(path)] = bytes_of(path);
  }
  sqlite3_vfs_register(layer(), /*makeDflt=*/1);
  power_cut_disk = this;
}

PowerCutDisk::~PowerCutDisk() {
  power_cut_disk = nullptr;
  sqlite3_vfs_register(real_layer, /*makeDflt=*/1);
  sqlite3_vfs_unregister(layer());
}

bool PowerCutDisk::sync_file(const std::string& path) {
  points_.before("sync " + std::filesystem::path(path).filename().string());
  if (is_off_) {
    return false;
  }
  const Inode inode = inode_of(path);
  synced_bytes_[inode] = bytes_of(path);
  unsynced_.erase(inode);
  // SQLite syncs the folder with the first sync of a file that it made; this program does it by
  // itself, and has the name of a temporary file then.
  if (power_cut_disk != nullptr && path.find(".tmp-") == std::string::npos) {
    synced_names_[path] = inode;
  }
  points_.after();
  return !is_off_;
}

bool PowerCutDisk::sync_folder() {
  points_.before("sync folder");
  if (is_off_) {
    return false;
  }
  synced_names_.clear();
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    synced_names_[entry.path().string()] = inode_of(entry.path().string());
  }
  points_.after();
  return !is_off_;
}

void PowerCutDisk::created(const std::string& path) {
  const Inode inode = inode_of(path);  // perhaps that of a file that is gone
  synced_bytes_.erase(inode);
  unsynced_.erase(inode);
}

void PowerCutDisk::wrote(const std::string& path, std::int64_t offset, std::string bytes) {
  unsynced_[inode_of(path)].push_back({offset, std::move(bytes)});
}

void PowerCutDisk::removed(const std::string& path, bool is_synced) {
  if (is_synced) {
    synced_names_.erase(path);
  }
}

void PowerCutDisk::restart(std::uint32_t seed) {
  std::map<std::string, std::string> files;
  for (const auto& [path, inode] : synced_names_) {
    files[path] = bytes_after_restart(inode, seed);
  }
  if (seed != kNothingMore && seed % 2 == 0) {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      const std::string path = entry.path().string();
      files.emplace(path, bytes_after_restart(inode_of(path), seed));
    }
  }
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  for (const auto& [path, bytes] : files) {
    if (!path.ends_with("-shm")) {  // shared memory, and no file of the disk
      std::ofstream(path, std::ios::binary) << bytes;
    }
  }
  is_off_ = false;
}

std::string PowerCutDisk::bytes_after_restart(Inode inode, std::uint32_t seed) const {
  const auto synced = synced_bytes_.find(inode);
  std::string bytes = synced == synced_bytes_.end() ? std::string() : synced->second;
  const auto writes = unsynced_.find(inode);
  if (seed == kNothingMore || writes == unsynced_.end()) {
    return bytes;
  }
  std::mt19937 random(seed);
  for (const Write& write : writes->second) {
    for (size_t first = 0; first < write.bytes.size(); first += kSectorBytes) {
      if (random() % 2 == 0) {
        const std::string sector = write.bytes.substr(first, kSectorBytes);
        const size_t at = static_cast<size_t>(write.offset) + first;
        bytes.resize(std::max(bytes.size(), at + sector.size()));
        bytes.replace(at, sector.size(), sector);
      }
    }
  }
  return bytes;
}

}  // namespace tagsmith::crash
