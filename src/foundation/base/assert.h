#pragma once

namespace tagsmith::base {

/// Prints the failed condition with its place and aborts. For bugs only: bad input is an Error.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace tagsmith::base

/// Stops the process when `condition` is false, in release builds too: a wrong state must not go on
/// to write tags. Keep it out of hot loops; assert once before them.
#define TAGSMITH_ASSERT(condition) \
  (static_cast<bool>(condition)    \
       ? static_cast<void>(0)      \
       : ::tagsmith::base::assertion_failed(#condition, __FILE__, __LINE__))
