#include "files/line_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/language.h"
#include "base/problem.h"
#include "files/system_error.h"

namespace tagsmith::files {
namespace {

constexpr size_t kReadBytes = size_t{1} << 18;

}  // namespace

base::Result<LineReader> LineReader::open(const std::string& path, size_t line_bytes_max) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return system_error(base::marked("read"), path, errno);
  }
  LineReader reader(path, descriptor, line_bytes_max);
  struct stat status{};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    return system_error(base::marked("read"), path, EISDIR);
  }
  return reader;
}

LineReader::LineReader(std::string path, int descriptor, size_t line_bytes_max)
    : path_(std::move(path)), descriptor_(descriptor), line_bytes_max_(line_bytes_max) {}

LineReader::LineReader(LineReader&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      line_bytes_max_(other.line_bytes_max_),
      buffer_(std::move(other.buffer_)),
      start_(other.start_),
      at_end_(other.at_end_),
      ended_in_a_line_(other.ended_in_a_line_) {}

LineReader::~LineReader() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

base::Result<std::optional<std::string_view>> LineReader::next() {
  size_t searched = start_;
  for (;;) {
    const size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      const std::string_view line = std::string_view(buffer_).substr(start_, end - start_);
      start_ = end + 1;
      return std::optional(line);
    }
    if (at_end_) {
      ended_in_a_line_ = ended_in_a_line_ || start_ < buffer_.size();
      const std::string_view line = std::string_view(buffer_).substr(start_);
      start_ = buffer_.size();
      return line.empty() ? std::nullopt : std::optional(line);
    }
    if (buffer_.size() - start_ > line_bytes_max_) {
      return base::Error{
          .code = base::ErrorCode::kResourceExhausted,
          .message = base::message("{} has a line of more than {} bytes",
                                   base::quote(path_, path_.size()), line_bytes_max_),
          .path = path_};
    }
    buffer_.erase(0, start_);
    start_ = 0;
    searched = buffer_.size();
    buffer_.resize(searched + kReadBytes);
    const ssize_t got = read(descriptor_, buffer_.data() + searched, kReadBytes);
    const int error_number = errno;
    buffer_.resize(searched + (got > 0 ? static_cast<size_t>(got) : 0));
    if (got < 0 && error_number != EINTR) {
      return system_error(base::marked("read"), path_, error_number);
    }
    at_end_ = got == 0;
  }
}

}  // namespace tagsmith::files
