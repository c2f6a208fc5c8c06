#pragma once

#include <string>

#include "app/console.h"
#include "base/error.h"
#include "base/result.h"

namespace tagsmith::app {

/// What a process ends with.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;    // the world: files, memory
inline constexpr int kRefused = 2;   // the input; nothing was written
inline constexpr int kHeldBack = 3;  // by a guard or a refused rule; the rest was published
inline constexpr int kInterrupted = 130;

int exit_code(base::ErrorCode code);

/// As of its code; but a store that somebody else changes or holds just now is of the world.
int exit_code(const base::Error& error);

/// What stderr says about an error, without the end of the last line. As JSON it is
/// {"code":"E_DATA_...","path":"...","message":"...","hint":"..."}, where an error without a symbol
/// has the name of its ErrorCode; as text "PLACE: E_DATA_...: message" and below it the hint.
std::string error_text(const base::Error& error, ErrorFormat format);

/// Prints an error on stderr as console() says; gives its exit code.
int report(const base::Error& error);

}  // namespace tagsmith::app
