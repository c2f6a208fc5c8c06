#include "files/system_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include "base/language.h"
#include "base/problem.h"

namespace tagsmith::files {
namespace {

// What the system says most, for the catalogue.
[[maybe_unused]] constexpr std::string_view kCommonReasons[] = {
    base::marked("Is a directory"),
    base::marked("Not a directory"),
    base::marked("No such file or directory"),
    base::marked("Permission denied"),
    base::marked("No space left on device"),
    base::marked("Read-only file system"),
};

base::ErrorCode code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
      return base::ErrorCode::kNotFound;
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return base::ErrorCode::kInvalidArgument;
    default:
      return base::ErrorCode::kUnavailable;
  }
}

}  // namespace

base::Error system_error(std::string_view activity, const std::string& path, int error_number) {
  return {.code = code_of(error_number),
          .message =
              base::message("cannot {} {}: {}", base::tr(activity), base::quote(path, path.size()),
                            base::tr(std::generic_category().message(error_number))),
          .path = path};
}

}  // namespace tagsmith::files
