#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/console.h"
#include "base/result.h"

namespace tagsmith::app {

/// Writes to stdout; kUnavailable when that fails.
base::Status print(std::string_view text);

/// Whether stdout is a terminal that shows UTF-8.
bool stdout_shows_signs();

/// Columns of the terminal; 100 where the stream is none.
size_t width_of(Stream stream);

/// What stands for what was cut away: one sign, or three points where signs do not show.
std::string_view ellipsis();

/// Whether somebody sits at stdin and stdout and can be asked.
bool can_ask();

/// Asks on stdout; true for "y" or "yes". An interrupt is no.
bool ask(std::string_view question);

/// The text with its control characters escaped, as in "\\x1b", so that no cell of the data steers
/// the terminal. Line breaks stay where `keeps_lines`.
std::string printable(std::string_view text, bool keeps_lines = false);

/// Columns of a terminal that UTF-8 text takes: two for East Asian wide characters and most emoji.
size_t display_width(std::string_view text);

/// `text`, or as much of it as takes `width` columns together with `end`, and that.
std::string shortened(std::string_view text, size_t width, std::string_view end);

/// "23,570".
std::string grouped(std::uint64_t number);

/// "12.3 %"; of nothing "-".
std::string share(std::uint64_t part, std::uint64_t whole);

/// The share as a bar, of ten columns for the whole; with signs to an eighth of a column, else of
/// "#".
std::string share_bar(std::uint64_t part, std::uint64_t whole, bool with_signs);

}  // namespace tagsmith::app
