#include "app/activity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/console.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/language.h"
#include "membership/membership.h"

namespace tagsmith::app {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[K";

void write_stderr(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

std::string json_of(const LogField& field) {
  struct Writer {
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const { return fmt::format("{:.6f}", value); }
    std::string operator()(const std::string& value) const { return base::json_quoted(value); }
  };
  return fmt::format(",{}:{}", base::json_quoted(field.name), std::visit(Writer(), field.value));
}

void log(std::string_view level, std::string_view message, const std::vector<LogField>& fields) {
  std::string line = is_terminal(Stream::kErr) ? std::string(kEraseLine) : "";
  if (console().log_format == LogFormat::kText) {
    line += printable(message);
  } else {
    line += fmt::format(R"({{"time":"{}","level":"{}","message":{})",
                        membership::time_text(base::system_clock().utc_micros()), level,
                        base::json_quoted(message));
    for (const LogField& field : fields) {
      line += json_of(field);
    }
    line += '}';
  }
  write_stderr(line + "\n");
}

// The first `width` columns of a text.
std::string cut(std::string_view text, size_t width) { return shortened(text, width, "."); }

}  // namespace

void note(std::string_view message, const std::vector<LogField>& fields) {
  if (!console().quiet) {
    log("info", message, fields);
  }
}

void detail(std::string_view message, const std::vector<LogField>& fields) {
  if (console().verbose) {
    log("debug", message, fields);
  }
}

struct Progress::Stage {
  std::string name;  // empty: none
  std::int64_t start = 0;
};

Progress::Progress()
    : shows_line_(is_terminal(Stream::kErr) && !console().quiet),
      stage_(std::make_unique<Stage>()) {}

Progress::~Progress() { clear(); }

void Progress::clear() const {
  if (shows_line_) {
    write_stderr(kEraseLine);
  }
  if (!stage_->name.empty()) {
    const std::int64_t micros = base::system_clock().steady_micros() - stage_->start;
    const double seconds = static_cast<double>(micros) / 1e6;
    detail(fmt::format("{}: {:.3f} s", stage_->name, seconds),
           {{"stage", stage_->name}, {"seconds", seconds}});
    stage_->name.clear();
  }
}

void Progress::begin(std::string_view stage) const {
  if (stage_->name != stage) {
    clear();
    *stage_ = {.name = std::string(stage), .start = base::system_clock().steady_micros()};
  }
}

void Progress::draw(std::string_view line) const {
  if (shows_line_) {
    write_stderr(fmt::format("{}{}", kEraseLine, line));
    std::fflush(stderr);
  }
}

void Progress::show(std::string_view stage) const {
  begin(stage);
  draw(cut(fmt::format("{} ...", printable(stage)), width_of(Stream::kErr) - 1));
}

void Progress::show(std::string_view stage, std::uint64_t done, std::uint64_t all,
                    std::string_view unit) const {
  if (all == 0) {
    show(stage);
    return;
  }
  begin(stage);
  const size_t width = width_of(Stream::kErr) - 1;
  const std::string start = cut(printable(stage) + "  ", width);
  draw(start + progress_bar(done, all, unit, width - display_width(start)));
}

std::string progress_bar(std::uint64_t done, std::uint64_t all, std::string_view unit,
                         size_t width) {
  constexpr size_t kBarMax = 30;
  constexpr size_t kBarMin = 5;
  constexpr size_t kFrame = 4;  // brackets and two blanks
  const double part = std::min(
      1.0, static_cast<double>(done) / static_cast<double>(std::max<std::uint64_t>(all, 1)));
  const std::string percent = fmt::format("{:3} %", static_cast<int>(part * 100));
  const std::string count = base::message("  {} of {} {}", grouped(done), grouped(all), unit);
  std::string text = percent.size() + count.size() <= width ? percent + count : percent;
  if (text.size() + kFrame + kBarMin <= width) {
    const size_t length = std::min(kBarMax, width - text.size() - kFrame);
    const auto full = static_cast<size_t>(part * static_cast<double>(length));
    text = fmt::format("[{:#<{}}{:-<{}}]  {}", "", full, "", length - full, text);
  }
  return text.size() <= width ? text : "";
}

}  // namespace tagsmith::app
