#include "app/color.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace tagsmith::app {
namespace {

bool shows_colors(Stream stream) {
  switch (console().color) {
    case ColorChoice::kAlways:
      return true;
    case ColorChoice::kNever:
      return false;
    case ColorChoice::kAuto:
      break;
  }
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): nobody sets any
  const char* terminal = std::getenv("TERM");      // NOLINT(concurrency-mt-unsafe)
  const bool refused = no_color != nullptr && *no_color != '\0';
  const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  return is_terminal(stream) && !refused && !dumb;
}

std::string_view code_of(Meaning meaning) {
  switch (meaning) {
    case Meaning::kTrue:
      return "32";
    case Meaning::kFalse:
      return "31";
    case Meaning::kUnknown:
    case Meaning::kWarning:
      return "33";
    case Meaning::kError:
      return "1;31";
    case Meaning::kHint:
      return "36";
    case Meaning::kPlace:
      break;
  }
  return "1";
}

}  // namespace

std::string painted(Stream stream, Meaning meaning, std::string_view text) {
  return text.empty() || !shows_colors(stream)
             ? std::string(text)
             : fmt::format("\x1b[{}m{}\x1b[0m", code_of(meaning), text);
}

std::string with_painted_marks(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Meaning>, 6> kMarks = {
      {{"✓ ", Meaning::kTrue},
       {"true ", Meaning::kTrue},
       {"✗ ", Meaning::kFalse},
       {"false ", Meaning::kFalse},
       {"? ", Meaning::kUnknown},
       {"unknown ", Meaning::kUnknown}}};
  std::string out;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size() - 1) + 1;
    const std::string_view line = text.substr(start, end - start);
    const size_t first = std::min(line.find_first_not_of(' '), line.size());
    const auto* mark = std::ranges::find_if(
        kMarks, [&](const auto& one) { return line.substr(first).starts_with(one.first); });
    const size_t length = mark == kMarks.end() ? 0 : mark->first.size() - 1;
    out += line.substr(0, first);
    out += length == 0 ? "" : painted(Stream::kOut, mark->second, line.substr(first, length));
    out += line.substr(first + length);
    start = end;
  }
  return out;
}

}  // namespace tagsmith::app
