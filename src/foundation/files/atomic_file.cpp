#include "files/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/language.h"
#include "base/problem.h"
#include "files/system_error.h"

namespace tagsmith::files {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 18;
constexpr int kLinksMax = 40;  // as many as Linux follows

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// Where a path leads when its last name is a symbolic link: to what is there or may be made.
base::Result<std::string> follow_links(const std::string& path) {
  std::filesystem::path target = path;
  std::error_code error;
  for (int followed = 0; std::filesystem::is_symlink(target, error); ++followed) {
    if (followed == kLinksMax) {
      return system_error(base::marked("write"), path, ELOOP);
    }
    const std::filesystem::path next = std::filesystem::read_symlink(target, error);
    if (error) {
      return system_error(base::marked("write"), path, error.value());
    }
    target = target.parent_path() / next;
  }
  return target.string();
}

std::string temporary_beside(const std::string& target) {
  return folder_of(target) +
         fmt::format("/.{}.tmp-{}", std::filesystem::path(target).filename().string(), getpid());
}

base::Error wrong_kind(const std::string& path, std::string_view what, std::string hint) {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = base::message("cannot write {}: {}", base::quote(path, path.size()), what),
          .path = path,
          .hint = std::move(hint)};
}

base::Error not_empty(const std::string& path) {
  return {.code = base::ErrorCode::kConflict,
          .message =
              base::message("{} is there already, and not empty", base::quote(path, path.size())),
          .path = path,
          .hint = base::tr("name another folder")};
}

base::Status check_folder_of(const std::string& target) {
  struct stat status{};
  const std::string folder = folder_of(target);
  if (stat(folder.c_str(), &status) != 0) {
    base::Error error = system_error(base::marked("write into the folder"), folder, errno);
    error.hint = base::tr("make the folder first");
    return error;
  }
  return {};
}

// Gives what is open the owner, group and mode of what stands at `target`, as far as we may. Nobody
// gets access that had none: where the group is another one, its part of the mode goes.
void take_over_access(int descriptor, const std::string& target) {
  struct stat before{};
  if (stat(target.c_str(), &before) != 0) {
    return;
  }
  mode_t mode = before.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
  if (fchown(descriptor, before.st_uid, before.st_gid) != 0 &&
      fchown(descriptor, static_cast<uid_t>(-1), before.st_gid) != 0) {
    mode &= ~static_cast<mode_t>(S_IRWXG);
  }
  fchmod(descriptor, mode);
}

// What was written under a name reaches the disk, whoever wrote it.
base::Status sync(const std::string& path, int flags, const std::string& access_of = "") {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) {
    return system_error(base::marked("open"), path, errno);
  }
  if (!access_of.empty()) {
    take_over_access(descriptor, access_of);
  }
  const int result = fsync(descriptor);
  const int error_number = errno;
  close(descriptor);
  // Some file systems cannot sync a folder and say EINVAL; there is nothing more to do there.
  if (result != 0 && error_number != EINVAL) {
    return system_error(base::marked("write"), path, error_number);
  }
  return {};
}

}  // namespace

base::Result<AtomicFile> AtomicFile::create(const std::string& path, Access access) {
  const std::string target = TAGSMITH_TRY(follow_links(path));
  const std::string name = std::filesystem::path(target).filename().string();
  struct stat status{};
  const bool exists = stat(target.c_str(), &status) == 0;
  if (name.empty() || name == "." || name == ".." || (exists && S_ISDIR(status.st_mode))) {
    return wrong_kind(path, base::tr("it is a folder"), base::tr("give the name of a file"));
  }
  if (exists && !S_ISREG(status.st_mode)) {
    return wrong_kind(path, base::tr("it is no regular file"), base::tr("give the name of a file"));
  }
  TAGSMITH_TRY(check_folder_of(target));
  std::string temporary = temporary_beside(target);
  unlink(temporary.c_str());  // of a process that had our number and was killed
  // Until commit() knows the mode of what is replaced, nobody else may look.
  const bool is_private = exists || access == Access::kOwnerOnly;
  const mode_t mode = is_private ? S_IRUSR | S_IWUSR : 0666;
  const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) {
    return system_error(base::marked("write"), path, errno);
  }
  return AtomicFile(path, target, std::move(temporary), descriptor);
}

AtomicFile::AtomicFile(std::string path, std::string target, std::string temporary_path,
                       int descriptor)
    : path_(std::move(path)),
      target_(std::move(target)),
      temporary_path_(std::move(temporary_path)),
      removed_by_second_interrupt_(temporary_path_),
      descriptor_(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_path_(std::exchange(other.temporary_path_, {})),
      removed_by_second_interrupt_(std::move(other.removed_by_second_interrupt_)),
      buffer_(std::move(other.buffer_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
  if (!temporary_path_.empty()) {
    unlink(temporary_path_.c_str());
  }
}

base::Status AtomicFile::write(std::string_view bytes) {
  TAGSMITH_ASSERT(descriptor_ >= 0);
  buffer_ += bytes;
  return buffer_.size() < kBufferBytes ? base::Status() : flush();
}

base::Status AtomicFile::flush() {
  TAGSMITH_TRY(write_out(buffer_));
  buffer_.clear();
  return {};
}

base::Status AtomicFile::write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return system_error(base::marked("write"), path_, errno);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

base::Status AtomicFile::commit() {
  TAGSMITH_ASSERT(descriptor_ >= 0);
  TAGSMITH_TRY(flush());
  const int closed = close(std::exchange(descriptor_, -1));
  if (closed != 0) {
    return system_error(base::marked("write"), path_, errno);
  }
  TAGSMITH_TRY(sync(temporary_path_, O_RDONLY, /*access_of=*/target_));
  if (std::rename(temporary_path_.c_str(), target_.c_str()) != 0) {
    return system_error(base::marked("write"), path_, errno);
  }
  temporary_path_.clear();
  return sync(folder_of(target_), O_RDONLY | O_DIRECTORY);
}

base::Result<AtomicFolder> AtomicFolder::create(const std::string& path) {
  std::filesystem::path plain = std::filesystem::path(path).lexically_normal();
  if (!plain.empty() && plain.filename().empty()) {
    plain = plain.parent_path();  // without the / at its end, which would follow a link
  }
  const std::string target = TAGSMITH_TRY(follow_links(plain.string()));
  const std::string name = std::filesystem::path(target).filename().string();
  if (name.empty() || name == "." || name == "..") {
    return wrong_kind(path, base::tr("it names no new folder"),
                      base::tr("give the name of a folder"));
  }
  TAGSMITH_TRY(check_folder_of(target));
  struct stat status{};
  const bool exists = stat(target.c_str(), &status) == 0;
  std::error_code error;
  if (exists && !S_ISDIR(status.st_mode)) {
    return wrong_kind(path, base::tr("it is no folder"), base::tr("give the name of a folder"));
  }
  if (exists && !std::filesystem::is_empty(target, error)) {
    return error ? system_error(base::marked("look into"), path, error.value()) : not_empty(path);
  }
  std::string temporary = temporary_beside(target);
  std::filesystem::remove_all(temporary, error);  // of a process that had our number
  if (mkdir(temporary.c_str(), exists ? S_IRWXU : 0777) != 0) {
    return system_error(base::marked("write"), path, errno);
  }
  return AtomicFolder(path, target, std::move(temporary));
}

AtomicFolder::AtomicFolder(std::string path, std::string target, std::string temporary_path)
    : path_(std::move(path)),
      target_(std::move(target)),
      temporary_path_(std::move(temporary_path)) {}

AtomicFolder::AtomicFolder(AtomicFolder&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_path_(std::exchange(other.temporary_path_, {})) {}

AtomicFolder::~AtomicFolder() {
  if (!temporary_path_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(temporary_path_, ignored);
  }
}

base::Status AtomicFolder::commit() {
  TAGSMITH_ASSERT(!temporary_path_.empty());
  TAGSMITH_TRY(sync(temporary_path_, O_RDONLY | O_DIRECTORY, /*access_of=*/target_));
  if (std::rename(temporary_path_.c_str(), target_.c_str()) != 0) {
    const int error_number = errno;
    return error_number == ENOTEMPTY || error_number == EEXIST
               ? not_empty(path_)
               : system_error(base::marked("write"), path_, error_number);
  }
  temporary_path_.clear();
  return sync(folder_of(target_), O_RDONLY | O_DIRECTORY);
}

}  // namespace tagsmith::files
