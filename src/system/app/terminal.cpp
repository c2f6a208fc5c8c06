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
#include <utility>

#include "base/assert.h"
#include "base/interrupt.h"

namespace tagsmith::app {
namespace {

constexpr std::string_view kGap = "  ";

bool is_wide(std::uint32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
         (c >= 0x20000 && c <= 0x3FFFD);
}

}  // namespace

base::Status print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && std::fflush(stdout) == 0 ? base::Status()
                                             : base::unavailable("cannot write to stdout");
}

bool stdout_shows_signs() {
  if (isatty(STDOUT_FILENO) == 0) {
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

size_t stdout_width() {
  constexpr size_t kWidthElsewhere = 100;
  winsize size{};
  const bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kWidthElsewhere;
}

bool can_ask() { return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0; }

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

Progress::Progress() : is_terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() { clear(); }

void Progress::clear() const {
  if (is_terminal_) {
    std::fputs("\r\x1b[K", stderr);
  }
}

void Progress::show(std::string_view text) const {
  if (is_terminal_) {
    fmt::print(stderr, "\r\x1b[K{} ...", text);
    std::fflush(stderr);
  }
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

void TextTable::add(std::vector<std::string> cells) {
  TAGSMITH_ASSERT(cells.size() == headings_.size());
  std::ranges::transform(cells, cells.begin(), [](const auto& cell) { return printable(cell); });
  rows_.push_back(std::move(cells));
}

std::string TextTable::text(size_t indent) const {
  std::vector<std::string> heading;
  for (const Heading& one : headings_) {
    heading.push_back(one.text);
  }
  std::vector<size_t> widths(headings_.size());
  const auto widen = [&](const std::vector<std::string>& cells) {
    for (size_t i = 0; i < cells.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(cells[i]));
    }
  };
  widen(heading);
  std::ranges::for_each(rows_, widen);

  std::string out;
  const auto add_line = [&](const std::vector<std::string>& cells) {
    std::string line(indent, ' ');
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string blanks(widths[i] - display_width(cells[i]), ' ');
      line += headings_[i].align == Align::kRight ? blanks + cells[i] : cells[i] + blanks;
      line += kGap;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  add_line(heading);
  std::ranges::for_each(rows_, add_line);
  return out;
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  std::uint32_t code_point = 0;
  int left = 0;  // bytes of the code point that are still to come
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      ++width;
    } else if (byte >= 0xC0) {
      left = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
      code_point = byte & (0x3Fu >> left);
    } else if (left > 0) {
      code_point = code_point << 6 | (byte & 0x3Fu);
      if (--left == 0) {
        width += is_wide(code_point) ? 2 : 1;
      }
    }
  }
  return width;
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
