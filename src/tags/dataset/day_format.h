#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tagsmith::dataset {

/// The day that a text is in a format of %Y, %m and %d: "20251122" in "%Y%m%d" is "2025-11-22".
/// Nothing for another text, and for a day that is not in the calendar.
std::optional<std::string> day_of_text(std::string_view format, std::string_view text);

/// The inverse, of a day like "2025-11-22".
std::string text_of_day(std::string format, std::string_view day);

}  // namespace tagsmith::dataset
