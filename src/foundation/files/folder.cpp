#include "files/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/problem.h"
#include "files/system_error.h"

namespace tagsmith::files {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 16;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) {
      close(number_);
    }
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

base::Result<std::vector<Entry>> list_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::directory_iterator iterator(path, error);
  if (error) {
    return system_error("list the folder", path, error.value());
  }
  std::vector<Entry> entries;
  while (iterator != std::filesystem::directory_iterator()) {
    std::error_code unknown;
    const std::filesystem::file_status status = iterator->status(unknown);
    const bool is_file = is_regular_file(status) || !status_known(status) || !exists(status);
    if (is_directory(status) || is_file) {
      entries.push_back({iterator->path().filename().string(), is_directory(status)});
    }
    iterator.increment(error);
    if (error) {
      return system_error("list the folder", path, error.value());
    }
  }
  std::ranges::sort(entries, {}, &Entry::name);
  return entries;
}

base::Result<std::vector<std::string>> matching_paths(const std::string& pattern) {
  std::error_code unknown;
  if (std::filesystem::exists(pattern, unknown)) {
    return std::vector<std::string>{pattern};
  }
  glob_t found{};
  // Unsafe beside other threads only where ~ is expanded.
  const int result =
      glob(pattern.c_str(), GLOB_ERR, nullptr, &found);  // NOLINT(concurrency-mt-unsafe)
  const int error_number = errno;
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (result != 0 && result != GLOB_NOMATCH) {
    return system_error("look for", pattern, error_number);
  }
  std::ranges::sort(paths);
  return paths;
}

base::Result<std::string> read_file(const std::string& path, size_t bytes_max) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) {
    return system_error("open", path, errno);
  }
  std::string bytes;
  for (;;) {
    const size_t have = bytes.size();
    if (have > bytes_max) {
      return base::Error{.code = base::ErrorCode::kResourceExhausted,
                         .message = fmt::format("{} has more than {} bytes",
                                                base::quote(path, path.size()), bytes_max),
                         .path = path};
    }
    bytes.resize(have + kChunkBytes);
    const ssize_t got = read(file.number(), bytes.data() + have, kChunkBytes);
    if (got < 0 && errno != EINTR) {
      return system_error("read", path, errno);
    }
    bytes.resize(have + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) {
      return bytes;
    }
  }
}

base::Result<FileStatus> file_status(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) {
    return system_error("look at", path, errno);
  }
  constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
  return FileStatus{
      .bytes = static_cast<std::uint64_t>(status.st_size),
      .modified_nanos = status.st_mtim.tv_sec * kNanosPerSecond + status.st_mtim.tv_nsec};
}

std::string join(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

}  // namespace tagsmith::files
