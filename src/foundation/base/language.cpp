#include "base/language.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/words.h"

namespace tagsmith::base {
namespace {

using Values = std::array<std::string_view, 10>;

// A text of fmt taken apart: what stands before each of its values, and behind the last.
struct Form {
  std::vector<std::string_view> fixed;
  std::vector<size_t> values;  // which one stands there
};

// Nothing where a value has a format of its own, or there are more than Values holds.
std::optional<Form> form_of(std::string_view text) {
  Form form;
  for (size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{')) {
    const size_t close = text.find('}', open);
    size_t value = form.values.size();
    if (close == open + 2 && is_digit(text[open + 1])) {
      value = static_cast<size_t>(text[open + 1] - '0');
    } else if (close != open + 1) {
      return std::nullopt;
    }
    if (value >= std::tuple_size_v<Values>) {
      return std::nullopt;
    }
    form.fixed.push_back(text.substr(0, open));
    form.values.push_back(value);
    text.remove_prefix(close + 1);
  }
  form.fixed.push_back(text);
  return form;
}

// The values with which a form makes `text`; nothing where it cannot.
std::optional<Values> values_of(const Form& form, std::string_view text) {
  if (!text.starts_with(form.fixed.front())) {
    return std::nullopt;
  }
  text.remove_prefix(form.fixed.front().size());
  Values values;
  for (size_t i = 0; i < form.values.size(); ++i) {
    const std::string_view behind = form.fixed[i + 1];
    const bool is_last = i + 1 == form.values.size();
    const size_t end =
        is_last ? text.size() - std::min(text.size(), behind.size()) : text.find(behind);
    if (end == std::string_view::npos || text.substr(end, behind.size()) != behind) {
      return std::nullopt;
    }
    std::string_view& value = values.at(form.values[i]);
    if (value.data() != nullptr && value != text.substr(0, end)) {
      return std::nullopt;  // it stands there twice
    }
    value = text.substr(0, end);
    text.remove_prefix(end + behind.size());
  }
  return text.empty() ? std::optional(values) : std::nullopt;
}

// One word of ASCII is somebody's name for something, whatever else it may mean.
bool is_name(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c > ' ' && c <= '~'; });
}

// A form of one side of the catalogue, and the text of the other.
struct Pair {
  Form form;
  std::string_view other;
};

std::vector<Pair> pairs_of(std::span<const Translation> translations,
                           std::string_view Translation::* from,
                           std::string_view Translation::* to) {
  std::vector<Pair> pairs;
  for (const Translation& one : translations) {
    if (auto form = form_of(one.*from)) {
      pairs.push_back({.form = std::move(*form), .other = one.*to});
    }
  }
  return pairs;
}

// Taken apart once: a report may retell a text for each of many tags.
struct Catalogue {
  std::span<const Translation> translations;
  std::vector<Pair> from_english;
  std::vector<Pair> to_english;
};

Catalogue& catalogue() {
  static Catalogue catalogue;
  return catalogue;
}

// Tells texts of one side of the catalogue in the words of the other.
class Retelling {
 public:
  explicit Retelling(std::span<const Pair> pairs) : pairs_(pairs) {}

  std::string operator()(std::string_view text) { return tell(text).text; }

 private:
  struct Told {
    std::string text;
    size_t known = 0;  // how much of what was told is of the catalogue
  };

  // Several forms may make a text: the right one is that which leaves least of it unknown.
  const Told& tell(std::string_view text) {
    if (const auto told = told_.find(text); told != told_.end()) {
      return told->second;
    }
    Told best{.text = std::string(text)};
    for (const Pair& pair : pairs_) {
      const std::optional<Values> values = values_of(pair.form, text);
      if (!values) {
        continue;
      }
      size_t known = 0;
      for (const std::string_view part : pair.form.fixed) {
        known += part.size() - static_cast<size_t>(std::ranges::count(part, ' '));
      }
      fmt::dynamic_format_arg_store<fmt::format_context> others;
      for (const std::string_view value : *values) {
        const Told part = known == 0 || is_name(value) ? Told{std::string(value)} : tell(value);
        known += part.known;
        others.push_back(part.text);
      }
      if (known > best.known) {
        best = {.text = fmt::vformat(pair.other, others), .known = known};
      }
    }
    return told_.emplace(text, std::move(best)).first->second;
  }

  std::span<const Pair> pairs_;
  std::map<std::string_view, Told> told_;
};

}  // namespace

void set_translations(std::span<const Translation> translations) {
  TAGSMITH_ASSERT(std::ranges::is_sorted(translations, {}, &Translation::english));
  catalogue() = {
      .translations = translations,
      .from_english = pairs_of(translations, &Translation::english, &Translation::translated),
      .to_english = pairs_of(translations, &Translation::translated, &Translation::english)};
}

std::string tr(std::string_view english) {
  const std::span<const Translation> translations = catalogue().translations;
  const auto found = std::ranges::lower_bound(translations, english, {}, &Translation::english);
  const bool is_known = found != translations.end() && found->english == english;
  return std::string(is_known ? found->translated : english);
}

std::string retold(std::string_view english) {
  return Retelling(catalogue().from_english)(english);
}

std::string english_of(std::string_view text) { return Retelling(catalogue().to_english)(text); }

}  // namespace tagsmith::base
