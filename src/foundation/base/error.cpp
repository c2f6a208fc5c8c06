#include "base/error.h"

#include <utility>

#include "base/language.h"

namespace tagsmith::base {

Error Error::while_doing(std::string_view activity) && {
  message = std::string(activity) + ": " + message;
  return std::move(*this);
}

Error invalid_argument(std::string message) {
  return {.code = ErrorCode::kInvalidArgument, .message = std::move(message)};
}

Error not_found(std::string message) {
  return {.code = ErrorCode::kNotFound, .message = std::move(message)};
}

Error unavailable(std::string message) {
  return {.code = ErrorCode::kUnavailable, .message = std::move(message)};
}

Error cancelled() { return {.code = ErrorCode::kCancelled, .message = tr("interrupted")}; }

Error internal_error(std::string message) {
  return {.code = ErrorCode::kInternal, .message = std::move(message)};
}

}  // namespace tagsmith::base
