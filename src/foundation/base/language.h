#pragma once

#include <fmt/core.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tagsmith::base {

/// The language of what this process says to a person. The sources are in English; the catalogue
/// po/zh_CN.po has the same in Chinese, and a test compares the two.

struct Translation {
  std::string_view english;
  std::string_view translated;
};

/// From now on tr() and message() speak the language of `translations`, which are sorted by their
/// English and outlive all calls; English where there are none. Not beside another thread.
void set_translations(std::span<const Translation> translations);

/// `english` in the language of the process; itself where that has no translation.
std::string tr(std::string_view english);

/// Marks a text of a table for the catalogue; whoever uses it translates it.
constexpr std::string_view marked(std::string_view english) { return english; }

/// fmt::format() with the text translated, in which the values may stand in another order.
template <typename... Values>
std::string message(fmt::format_string<Values...> english, Values&&... values) {
  const fmt::string_view text = english;
  return fmt::vformat(tr({text.data(), text.size()}), fmt::make_format_args(values...));
}

/// A text that was made in English, as it is stored: what tr() and message() would have made of it,
/// as far as the catalogue has it and the values in it.
std::string retold(std::string_view english);

/// The way back, for what is stored: the English of a text that tr() or message() made.
std::string english_of(std::string_view text);

}  // namespace tagsmith::base
