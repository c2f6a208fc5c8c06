#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/select_internal.h"
#include "adapters/duckdb/source_internal.h"
#include "base/language.h"
#include "base/problem.h"
#include "base/words.h"

namespace tagsmith::duckdb {
namespace {

using base::Error;
using base::Json;
using base::Result;
using dataset::TableSource;

// An option that is of no matter to the strict reading, or that it keeps anyway when it has one of
// these values.
struct Kept {
  std::string_view option;
  std::array<std::string_view, 3> values;  // in lower case; the first empty: any
};
constexpr std::array kKeptOfCsv{Kept{"allow_quoted_nulls", {"false"}},
                                Kept{"compression", {"none", "auto"}},
                                Kept{"encoding", {"utf-8", "utf8"}},
                                Kept{"filename", {"false"}},
                                Kept{"hive_partitioning", {"false"}},
                                Kept{"ignore_errors", {"false"}},
                                Kept{"normalize_names", {"false"}},
                                Kept{"null_padding", {"false"}},
                                Kept{"parallel", {}},
                                Kept{"sample_size", {}},
                                Kept{"store_rejects", {"false"}},
                                Kept{"strict_mode", {"true"}},
                                Kept{"union_by_name", {"false"}}};
constexpr std::array kKeptOfJson{
    Kept{"auto_detect", {"true"}},        Kept{"compression", {"none", "auto"}},
    Kept{"filename", {"false"}},          Kept{"format", {"newline_delimited", "nd", "auto"}},
    Kept{"hive_partitioning", {"false"}}, Kept{"ignore_errors", {"false"}},
    Kept{"records", {"true", "auto"}},    Kept{"sample_size", {}},
    Kept{"union_by_name", {"true"}}};

// Options that leave out lines or values.
constexpr std::array<std::string_view, 3> kPassingOver{"comment", "nullstr", "skip"};
// Options that convert values.
constexpr std::array<std::string_view, 7> kConverting{
    "types",    "dtypes", "column_types", "dateformat", "timestampformat", "decimal_separator",
    "thousands"};

constexpr std::string_view kCastInSelect = base::marked(
    "name the columns as texts and cast in the SELECT: select age::int as age from read_csv('x.csv'"
    ", columns = {'age': 'VARCHAR'}, header = true, auto_detect = false)");

// The text of a constant.
std::optional<std::string> constant_text(const Json* node) {
  const Json* value =
      node != nullptr && text_of(*node, "class") == "CONSTANT" ? node->find("value") : nullptr;
  const Json* text = value != nullptr ? value->find("value") : nullptr;
  return text != nullptr && text->text() != nullptr ? std::optional(*text->text()) : std::nullopt;
}

bool keeps(const Kept& kept, const Option& option) {
  if (kept.values.front().empty()) {
    return true;
  }
  const auto flag = boolean_of(option.value);
  const std::string value =
      flag ? (*flag ? "true" : "false") : base::lower(constant_text(option.value).value_or(""));
  return !value.empty() && std::ranges::find(kept.values, value) != kept.values.end();
}

Error refused_option(const std::string& function, const std::string& option) {
  if (std::ranges::find(kPassingOver, option) != kPassingOver.end()) {
    return refused(
        base::message("{}() with {}, which passes over what the file holds", function, option),
        base::tr("read each line as it is, and say in the SELECT what is left out or null"));
  }
  if (std::ranges::find(kConverting, option) != kConverting.end()) {
    return refused(base::message("{}() with {}: a cast there may round", function, option),
                   base::tr(kCastInSelect));
  }
  return refused(
      base::message("{}() with {} as it is here, which the strict reading of a file cannot keep",
                    function, option),
      base::message("leave {} away; {}", option, base::tr(kNameTheFile)));
}

// One ASCII character, or none for an empty text.
std::optional<char> byte_of(const Json* value) {
  const auto text = constant_text(value);
  if (text == "\\t") {
    return '\t';
  }
  if (!text || text->size() > 1) {
    return std::nullopt;
  }
  const char byte = text->empty() ? '\0' : text->front();
  const bool is_ascii = static_cast<unsigned char>(byte) < 0x80;
  return is_ascii && byte != '\n' && byte != '\r' ? std::optional(byte) : std::nullopt;
}

// The names of columns = {'name': 'VARCHAR', ...}.
Result<std::vector<std::string>> names_of_texts(const std::string& function, const Json* value) {
  if (value == nullptr || base::lower(text_of(*value, "function_name")) != "struct_pack") {
    return refused_option(function, "columns");
  }
  std::vector<std::string> names;
  for (const Json& column : arguments_of(*value)) {
    const std::string name = text_of(column, "alias");
    const std::string type = base::lower(constant_text(&column).value_or(""));
    if (type != "varchar" && type != "text" && type != "string") {
      return refused(
          base::message("{}() with column {} as {}: a cast there may round", function,
                        base::quote(name), type.empty() ? base::tr("no plain type") : type),
          base::tr(kCastInSelect));
    }
    names.push_back(name);
  }
  return names;
}

// What the options of read_csv() say.
class CsvOptions {
 public:
  CsvOptions(std::string function, std::string_view path) : function_(std::move(function)) {
    reading_.form.separator = base::lower(path).ends_with(".tsv") ? '\t' : ',';
  }

  base::Status take(const Option& option) {
    if (option.name == "columns") {
      reading_.columns = TAGSMITH_TRY(names_of_texts(function_, option.value));
      return {};
    }
    if (option.name == "delim" || option.name == "sep") {
      return take_byte(option, reading_.form.separator);
    }
    if (option.name == "quote") {
      return take_byte(option, reading_.form.quote);
    }
    if (option.name == "escape") {
      return take_byte(option, escape_.emplace());
    }
    if (option.name == "header") {
      return take_flag(option, header_.emplace());
    }
    if (option.name == "auto_detect") {
      return take_flag(option, auto_detect_);
    }
    if (option.name == "all_varchar") {
      return take_flag(option, reading_.all_text);
    }
    const bool no_null = option.name == "nullstr" && constant_text(option.value) == "";
    const auto kept = std::ranges::find(kKeptOfCsv, option.name, &Kept::option);
    if (no_null || (kept != kKeptOfCsv.end() && keeps(*kept, option))) {
      return {};
    }
    return refused_option(function_, option.name);
  }

  Result<CsvReading> reading() {
    CsvForm& form = reading_.form;
    form.escape = escape_ && (*escape_ != 0 || form.quote == 0) ? *escape_ : form.quote;
    if (form.separator == 0 || form.separator == form.quote || form.separator == form.escape ||
        (form.quote == 0 && form.escape != 0)) {
      return refused(
          base::message("{}() with delim, quote and escape that contradict each other", function_),
          base::tr("delim is one character, another than quote and escape"));
    }
    if (reading_.columns.empty()) {
      if (!auto_detect_ || header_ == false) {
        return refused(
            base::message("{}() would make up the names of the columns", function_),
            base::tr("name them: columns = {'line': 'VARCHAR'}, header = false, auto_detect = "
                     "false"));
      }
      return reading_;
    }
    if (auto_detect_) {
      return refused(base::message("{}() with columns guesses the rest of the form", function_),
                     base::tr("add auto_detect = false, and say header, delim and quote"));
    }
    reading_.has_header = header_.value_or(false);
    reading_.all_text = true;
    return reading_;
  }

 private:
  base::Status take_byte(const Option& option, char& out) {
    const auto byte = byte_of(option.value);
    if (!byte) {
      return refused(
          base::message("{}() with {} of more than one character", function_, option.name),
          base::message("write {} as one ASCII character, as in {} = '|'", option.name,
                        option.name));
    }
    out = *byte;
    return {};
  }

  base::Status take_flag(const Option& option, bool& out) {
    const auto flag = boolean_of(option.value);
    if (!flag) {
      return refused(
          base::message("{}() with {} that is not plainly true or false", function_, option.name),
          base::message("write {} = true or {} = false", option.name, option.name));
    }
    out = *flag;
    return {};
  }

  std::string function_;
  CsvReading reading_;
  std::optional<char> escape_;
  std::optional<bool> header_;
  bool auto_detect_ = true;
};

}  // namespace

Result<TextCall> text_call(const Json& function, std::string_view path) {
  const std::string name = base::lower(text_of(function, "function_name"));
  const bool is_csv = name.starts_with("read_csv");
  CsvOptions csv(name, path);
  std::vector<std::string> seen;
  for (const Json& argument : arguments_of(function)) {
    Option option = option_of(argument);
    if (option.name.empty()) {
      continue;
    }
    const std::string one_name = option.name == "sep" ? "delim" : option.name;
    if (std::ranges::find(seen, one_name) != seen.end()) {
      return refused(base::message("{}() with {} twice", name, one_name), base::tr("say it once"));
    }
    seen.push_back(one_name);
    if (is_csv) {
      TAGSMITH_TRY(csv.take(option));
      continue;
    }
    const auto kept = std::ranges::find(kKeptOfJson, option.name, &Kept::option);
    if (kept == kKeptOfJson.end() || !keeps(*kept, option)) {
      return refused_option(name, option.name);
    }
  }
  if (!is_csv) {
    return TextCall{.format = TableSource::Format::kJsonLines};
  }
  return TextCall{.format = TableSource::Format::kCsv, .csv = TAGSMITH_TRY(csv.reading())};
}

std::optional<size_t> length_of_call(std::string_view select, size_t offset) {
  size_t depth = 0;
  for (size_t at = offset; at < select.size(); ++at) {
    const char c = select[at];
    if (c == '\'' || c == '"') {
      // In E'\'' a backslash makes the quote a part of the text; a word that ends in e is none.
      const bool escapes =
          c == '\'' && at > offset + 1 && (select[at - 1] == 'e' || select[at - 1] == 'E') &&
          std::isalnum(static_cast<unsigned char>(select[at - 2])) == 0 && select[at - 2] != '_';
      for (++at; at < select.size() && select[at] != c; ++at) {
        at += escapes && select[at] == '\\' ? 1 : 0;
      }
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && depth <= 1) {
      return depth == 1 ? std::optional(at + 1 - offset) : std::nullopt;
    } else if (c == ')') {
      --depth;
    } else if (c == '$' || select.substr(at).starts_with("--") ||
               select.substr(at).starts_with("/*")) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace tagsmith::duckdb
