#include "files/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>

#include "base/language.h"
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

// A path as a pattern that matches nothing else.
std::string exactly(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

// What the system's own patterns match.
base::Result<std::vector<std::string>> glob_paths(const std::string& pattern) {
  glob_t found{};
  // Unsafe beside other threads only where ~ is expanded.
  const int result =
      glob(pattern.c_str(), GLOB_ERR, nullptr, &found);  // NOLINT(concurrency-mt-unsafe)
  const int error_number = errno;
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  const bool is_absent = result == GLOB_NOMATCH || error_number == ENOENT;
  if (result != 0 && !is_absent) {
    return system_error(base::marked("look for"), pattern, error_number);
  }
  return paths;
}

// Where "**" stands as a whole name; npos for nowhere.
size_t find_any_depth(std::string_view pattern) {
  for (size_t at = pattern.find("**"); at != std::string_view::npos;
       at = pattern.find("**", at + 1)) {
    const bool starts = at == 0 || pattern[at - 1] == '/';
    if (starts && pattern.substr(at + 2).starts_with('/')) {
      return at;
    }
  }
  return std::string_view::npos;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the pattern has "**" and the folders are nested.
base::Status add_matching(const std::string& pattern, std::vector<std::string>& paths);

// The matches of `rest` in the folder, which ends in '/' unless it is empty, and in all below it.
// Links to folders are not followed: they may lead back.
// NOLINTNEXTLINE(misc-no-recursion)
base::Status add_at_any_depth(const std::string& folder, const std::string& rest,
                              std::vector<std::string>& paths) {
  TAGSMITH_TRY(add_matching(exactly(folder) + rest, paths));
  for (const Entry& entry : TAGSMITH_TRY(list_folder(folder.empty() ? "." : folder))) {
    std::error_code unknown;
    const std::string below = folder + entry.name;
    if (entry.is_folder && !entry.name.starts_with('.') &&
        !std::filesystem::is_symlink(below, unknown)) {
      TAGSMITH_TRY(add_at_any_depth(below + "/", rest, paths));
    }
  }
  return {};
}

// NOLINTNEXTLINE(misc-no-recursion)
base::Status add_matching(const std::string& pattern, std::vector<std::string>& paths) {
  const size_t at = find_any_depth(pattern);
  if (at == std::string::npos) {
    std::ranges::move(TAGSMITH_TRY(glob_paths(pattern)), std::back_inserter(paths));
    return {};
  }
  constexpr std::string_view kAnyDepth = "**/";
  const std::string rest = pattern.substr(at + kAnyDepth.size());
  if (at == 0) {
    return add_at_any_depth("", rest, paths);
  }
  for (const std::string& folder : TAGSMITH_TRY(glob_paths(pattern.substr(0, at)))) {
    TAGSMITH_TRY(add_at_any_depth(folder, rest, paths));
  }
  return {};
}

}  // namespace

base::Result<std::vector<Entry>> list_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::directory_iterator iterator(path, error);
  if (error) {
    return system_error(base::marked("list the folder"), path, error.value());
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
      return system_error(base::marked("list the folder"), path, error.value());
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
  std::vector<std::string> paths;
  TAGSMITH_TRY(add_matching(pattern, paths));
  std::ranges::sort(paths);
  const auto repeated = std::ranges::unique(paths);
  paths.erase(repeated.begin(), repeated.end());
  return paths;
}

base::Result<std::string> read_file(const std::string& path, size_t bytes_max) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) {
    return system_error(base::marked("open"), path, errno);
  }
  std::string bytes;
  for (;;) {
    const size_t have = bytes.size();
    if (have > bytes_max) {
      return base::Error{.code = base::ErrorCode::kResourceExhausted,
                         .message = base::message("{} has more than {} bytes",
                                                  base::quote(path, path.size()), bytes_max),
                         .path = path};
    }
    bytes.resize(have + kChunkBytes);
    const ssize_t got = read(file.number(), bytes.data() + have, kChunkBytes);
    if (got < 0 && errno != EINTR) {
      return system_error(base::marked("read"), path, errno);
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
    return system_error(base::marked("look at"), path, errno);
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
