#include "dataset/day_format.h"

#include "column/readers.h"

namespace tagsmith::dataset {

std::optional<std::string> day_of_text(std::string_view format, std::string_view text) {
  std::string year;
  std::string month;
  std::string day;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      if (!text.starts_with(format[i])) {
        return std::nullopt;
      }
      text.remove_prefix(1);
      continue;
    }
    const char part = format[++i];
    const size_t digits = part == 'Y' ? 4 : 2;
    if (text.size() < digits) {
      return std::nullopt;
    }
    (part == 'Y' ? year : part == 'm' ? month : day) = text.substr(0, digits);
    text.remove_prefix(digits);
  }
  const std::string found = year + "-" + month + "-" + day;
  const auto moment = column::read_moment(found);
  constexpr size_t kDayLength = 10;
  const bool is_day = text.empty() && found.size() == kDayLength && moment && moment->is_day;
  return is_day ? std::optional(found) : std::nullopt;
}

std::string text_of_day(std::string format, std::string_view day) {
  const auto replace = [&](std::string_view part, std::string_view value) {
    format.replace(format.find(part), part.size(), value);
  };
  replace("%Y", day.substr(0, 4));
  replace("%m", day.substr(5, 2));
  replace("%d", day.substr(8, 2));
  return format;
}

}  // namespace tagsmith::dataset
