#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tagsmith::app {

/// What goes on, for who looks on: on stderr, beside results and errors.

/// A value that a line of the log carries as JSON; as text the message has said it.
struct LogField {
  std::string name;
  std::variant<std::int64_t, double, std::string> value;
};

/// Says what a person should know; not with --quiet.
void note(std::string_view message, const std::vector<LogField>& fields = {});

/// Says what is read or done; only with --verbose.
void detail(std::string_view message, const std::vector<LogField>& fields = {});

/// The stages of a command. On a terminal one line says which it is in, and each replaces the one
/// before; with --verbose a line says how long each took. The end of its life ends the last stage.
class Progress {
 public:
  Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void show(std::string_view stage) const;

  /// How far the stage is: a bar with the share, where `all` is not 0.
  void show(std::string_view stage, std::uint64_t done, std::uint64_t all,
            std::string_view unit) const;

  /// Ends the stage and removes the line, before something else is printed.
  void clear() const;

 private:
  struct Stage;

  void begin(std::string_view stage) const;
  void draw(std::string_view line) const;

  bool shows_line_;
  std::unique_ptr<Stage> stage_;
};

/// "[#####-----]  50 %  1,000 of 2,000 users", at most `width` columns of a terminal; where that is
/// too narrow, without the bar or its end.
std::string progress_bar(std::uint64_t done, std::uint64_t all, std::string_view unit,
                         size_t width);

}  // namespace tagsmith::app
