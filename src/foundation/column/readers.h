#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "column/decimal.h"

namespace tagsmith::column {

/// The one way that cells and literals of text are read, for the engines and the type check. The
/// reference interpreter has its own, so that a mistake here shows as a disagreement.

/// A number by SEMANTICS 5; nothing when `text` is none.
std::optional<Decimal> read_number(std::string_view text);

/// A date by SEMANTICS 6. `micros` is the point in time (midnight for a day), `is_day` the grain.
struct Moment {
  std::int64_t micros = 0;
  bool is_day = false;

  bool operator==(const Moment&) const = default;
};
std::optional<Moment> read_moment(std::string_view text);

/// A boolean word by SEMANTICS 14.
std::optional<bool> read_boolean(std::string_view text);

/// `text` without the ASCII blanks (space, \t, \n, \v, \f, \r) around it.
std::string_view trim_blanks(std::string_view text);

}  // namespace tagsmith::column
