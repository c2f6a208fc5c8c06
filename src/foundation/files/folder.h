#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace tagsmith::files {

struct Entry {
  std::string name;
  bool is_folder = false;  // else a regular file

  bool operator==(const Entry&) const = default;
};

/// The files and folders in a folder, sorted by the bytes of their names. Links count as what they
/// lead to, a link to nothing as a file: whoever opens it gets the error, and nothing is missing
/// without a word. Pipes, sockets and devices are left out. kNotFound when there is no such folder,
/// kInvalidArgument when it is a file.
base::Result<std::vector<Entry>> list_folder(const std::string& path);

/// The paths that a pattern with *, ? and [...] matches, sorted; `**` alone between slashes stands
/// for any number of folders, none included, but not for links to some. A path that exists stands
/// for itself, whatever its characters. Names that start with a point match no wildcard.
base::Result<std::vector<std::string>> matching_paths(const std::string& pattern);

/// All bytes of a file. kNotFound when there is none, kInvalidArgument when it is a folder,
/// kResourceExhausted when it has more than `bytes_max` bytes.
base::Result<std::string> read_file(const std::string& path, size_t bytes_max);

struct FileStatus {
  std::uint64_t bytes = 0;
  std::int64_t modified_nanos = 0;  // since 1970-01-01, UTC

  bool operator==(const FileStatus&) const = default;
};

/// Size and time of a file, of what a link leads to. kNotFound when there is none.
base::Result<FileStatus> file_status(const std::string& path);

/// `folder` + "/" + `name`.
std::string join(const std::string& folder, const std::string& name);

}  // namespace tagsmith::files
