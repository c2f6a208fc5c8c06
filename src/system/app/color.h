#pragma once

#include <string>
#include <string_view>

#include "app/console.h"

namespace tagsmith::app {

/// What a color says. There are no others.
enum class Meaning {
  kTrue,     // green: true, gained
  kFalse,    // red: false, lost
  kUnknown,  // yellow: unknown
  kError,    // bold red
  kWarning,  // yellow: held back, remarks
  kHint,     // cyan: what to do
  kPlace,    // bold: where
};

/// `text` in the color of its meaning where the stream shows colors, else as it is. --color
/// decides; by itself a terminal does, unless NO_COLOR is set or it is a dumb one.
std::string painted(Stream stream, Meaning meaning, std::string_view text);

/// The text of an explanation for stdout, with the marks that its lines begin with in their colors:
/// a sign, or the word true, false or unknown.
std::string with_painted_marks(std::string_view text);

}  // namespace tagsmith::app
