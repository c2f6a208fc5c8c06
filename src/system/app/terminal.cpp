#include "app/terminal.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/interrupt.h"
#include "base/language.h"

namespace tagsmith::app {
namespace {

bool is_wide(std::uint32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
         (c >= 0x20000 && c <= 0x3FFFD);
}

// The first byte after the UTF-8 character that begins at `start`.
size_t end_of_character(std::string_view text, size_t start) {
  size_t end = start + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80) {
    ++end;
  }
  return end;
}

size_t width_of_character(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (first < 0x80) {
    return 1;
  }
  std::uint32_t code_point = first & (0x7Fu >> std::min<size_t>(character.size(), 7));
  for (const char c : character.substr(1)) {
    code_point = code_point << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
  }
  return is_wide(code_point) ? 2 : 1;
}

}  // namespace

base::Status print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && std::fflush(stdout) == 0
             ? base::Status()
             : base::unavailable(base::tr("cannot write to stdout"));
}

bool stdout_shows_signs() {
  if (!is_terminal(Stream::kOut)) {
    return false;
  }
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
    if (value != nullptr && *value != '\0') {
      const std::string_view text = value;
      return text.find("UTF-8") != std::string_view::npos ||
             text.find("utf8") != std::string_view::npos;
    }
  }
  return false;
}

size_t width_of(Stream stream) {
  constexpr size_t kWidthElsewhere = 100;
  winsize size{};
  const bool is_known =
      ioctl(stream == Stream::kOut ? STDOUT_FILENO : STDERR_FILENO, TIOCGWINSZ, &size) == 0 &&
      size.ws_col > 0;
  return is_known ? size.ws_col : kWidthElsewhere;
}

std::string_view ellipsis() { return stdout_shows_signs() ? "…" : "..."; }

bool can_ask() { return isatty(STDIN_FILENO) != 0 && is_terminal(Stream::kOut); }

bool ask(std::string_view question) {
  if (!print(fmt::format("{} [y/N] ", question))) {
    return false;
  }
  std::string answer;
  while (!base::interrupted() && !answer.ends_with('\n')) {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    char c = '\n';
    if (poll(&input, 1, -1) > 0) {
      answer += read(STDIN_FILENO, &c, 1) == 1 ? c : '\n';
    }
  }
  return answer == "y\n" || answer == "yes\n";
}

std::string printable(std::string_view text, bool keeps_lines) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c == '\n' && keeps_lines) || (byte >= 0x20 && byte != 0x7F)) {
      out += c;
    } else if (c == '\n' || c == '\t') {
      out += c == '\n' ? "\\n" : "\\t";
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  return out;
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (size_t start = 0; start < text.size();) {
    const size_t end = end_of_character(text, start);
    width += width_of_character(text.substr(start, end - start));
    start = end;
  }
  return width;
}

std::string shortened(std::string_view text, size_t width, std::string_view end) {
  if (display_width(text) <= width) {
    return std::string(text);
  }
  const size_t end_width = display_width(end);
  if (end_width > width) {
    return std::string(width, '.');
  }
  size_t kept = 0;
  for (size_t used = end_width; kept < text.size();) {
    const size_t next = end_of_character(text, kept);
    used += width_of_character(text.substr(kept, next - kept));
    if (used > width) {
      break;
    }
    kept = next;
  }
  return std::string(text.substr(0, kept)) + std::string(end);
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t place = digits.size(); place > 3;) {
    place -= 3;
    digits.insert(place, ",");
  }
  return digits;
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-"
                    : fmt::format("{:.1f} %",
                                  100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string share_bar(std::uint64_t part, std::uint64_t whole, bool with_signs) {
  constexpr int kColumns = 10;
  constexpr std::array<std::string_view, 8> kPartOfColumn = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double columns =
      whole == 0 ? 0 : kColumns * static_cast<double>(part) / static_cast<double>(whole);
  if (!with_signs) {
    return std::string(static_cast<size_t>(std::lround(columns)), '#');
  }
  const auto eighths = static_cast<size_t>(std::ceil(columns * 8));
  std::string bar;
  for (size_t i = 0; i < eighths / 8; ++i) {
    bar += "█";
  }
  return bar + std::string(kPartOfColumn.at(eighths % 8));
}

}  // namespace tagsmith::app
