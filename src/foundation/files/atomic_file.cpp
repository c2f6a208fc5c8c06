#include "files/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/problem.h"
#include "files/system_error.h"

namespace tagsmith::files {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 18;

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// What was written under a name reaches the disk, whoever wrote it.
base::Status sync(const std::string& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) {
    return system_error("open", path, errno);
  }
  const int result = fsync(descriptor);
  const int error_number = errno;
  close(descriptor);
  // Some file systems cannot sync a folder and say EINVAL; there is nothing more to do there.
  if (result != 0 && error_number != EINVAL) {
    return system_error("write", path, error_number);
  }
  return {};
}

}  // namespace

base::Result<AtomicFile> AtomicFile::create(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  struct stat status{};
  if (name.empty() || name == "." || name == ".." ||
      (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))) {
    return base::Error{
        .code = base::ErrorCode::kInvalidArgument,
        .message = fmt::format("cannot write {}: it is a folder", base::quote(path, path.size())),
        .path = path,
        .hint = "give the name of a file"};
  }
  const std::string folder = folder_of(path);
  if (stat(folder.c_str(), &status) != 0) {
    base::Error error = system_error("write into the folder", folder, errno);
    error.hint = "make the folder first";
    return error;
  }
  std::string temporary = folder + fmt::format("/.{}.tmp-{}", name, getpid());
  unlink(temporary.c_str());  // of a process that had our number and was killed
  const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return system_error("write", path, errno);
  }
  return AtomicFile(path, std::move(temporary), descriptor);
}

AtomicFile::AtomicFile(std::string path, std::string temporary_path, int descriptor)
    : path_(std::move(path)), temporary_path_(std::move(temporary_path)), descriptor_(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_path_(std::exchange(other.temporary_path_, {})),
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
      return system_error("write", path_, errno);
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
    return system_error("write", path_, errno);
  }
  TAGSMITH_TRY(sync(temporary_path_, O_RDONLY));
  if (std::rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return system_error("write", path_, errno);
  }
  temporary_path_.clear();
  return sync(folder_of(path_), O_RDONLY | O_DIRECTORY);
}

}  // namespace tagsmith::files
