#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/language.h"

namespace tagsmith::base {
namespace {

// Builds a Json from nlohmann's events. The library checks the grammar; what it does not give (the
// text of numbers, duplicate keys) is kept here.
//
// The library also converts each number and refuses what does not fit; long double moves that limit
// far beyond every number that a rule may hold (SEMANTICS 5), so that such a rule is refused by its
// own check and not with the whole file.
using WideJson = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t,
                                      std::uint64_t, long double>;

class Builder : public nlohmann::json_sax<WideJson> {
 public:
  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override {
    return add(Json(Json::Number{std::to_string(value)}));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return add(Json(Json::Number{std::to_string(value)}));
  }
  bool number_float(number_float_t, const string_t& text) override {
    return add(Json(Json::Number{text}));
  }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t&) override { return false; }

  bool start_object(size_t) override { return open(Json(Json::Object{})); }
  bool start_array(size_t) override { return open(Json(Json::List{})); }
  bool end_object() override {
    keys_.pop_back();
    return close();
  }
  bool end_array() override { return close(); }

  bool key(string_t& value) override {
    if (!keys_.back().insert(value).second) {
      problem_ = {"E_DUPLICATE_KEY", json_pointer(pointer(), value),
                  message("the key {} stands twice in this object", quote(value)),
                  tr("keep one of them")};
      return false;
    }
    names_.back() = value;
    return true;
  }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    constexpr int kNumberOutOfRange = 406;
    if (error.id == kNumberOutOfRange) {
      problem_ = {"E_VALUE_TYPE", pointer(stack_.size()),
                  tr("a number that is too large to be compared"),
                  tr("at most 38 significant digits, below 1e38")};
      return false;
    }
    // The library's text: "[json.exception.parse_error.101] parse error at line 1, column 9: ...".
    std::string_view what = error.what();
    if (const size_t start = what.find(": "); start != std::string_view::npos) {
      what.remove_prefix(start + 2);
    }
    problem_ = {"E_JSON", fmt::format("byte {}", position == 0 ? 0 : position - 1),
                message("not a JSON text: {}", what), ""};
    return false;
  }

  Json take_root() { return std::move(root_); }
  Problem take_problem() { return std::move(problem_); }

 private:
  bool open(Json container) {
    if (stack_.size() >= static_cast<size_t>(kJsonNestingMax)) {
      problem_ = {"E_LIMIT", pointer(),
                  message("more than {} nested lists and objects", kJsonNestingMax), ""};
      return false;
    }
    if (container.object() != nullptr) {
      keys_.emplace_back();
    }
    stack_.push_back(std::move(container));
    names_.emplace_back();
    return true;
  }

  bool close() {
    Json done = std::move(stack_.back());
    stack_.pop_back();
    names_.pop_back();
    return add(std::move(done));
  }

  bool add(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else if (stack_.back().list() != nullptr) {
      stack_.back().mutable_list().push_back(std::move(value));
    } else {
      stack_.back().mutable_object().emplace_back(std::move(names_.back()), std::move(value));
    }
    return true;
  }

  // The place of the innermost open container.
  std::string pointer() const { return pointer(stack_.empty() ? 0 : stack_.size() - 1); }

  // The place of the value that comes next, below `depth` containers.
  std::string pointer(size_t depth) const {
    std::string path;
    for (size_t i = 0; i < depth; ++i) {
      path = stack_[i].list() != nullptr ? json_pointer(path, stack_[i].list()->size())
                                         : json_pointer(path, names_[i]);
    }
    return path;
  }

  std::vector<Json> stack_;                               // the open containers
  std::vector<std::string> names_;                        // the last key of each of them
  std::vector<std::set<std::string, std::less<>>> keys_;  // the keys of each open object
  Json root_;
  Problem problem_{"E_JSON", "byte 0", tr("not a JSON text"), ""};
};

}  // namespace

const Json* Json::find(std::string_view key) const {
  if (object() != nullptr) {
    for (const auto& [name, value] : *object()) {
      if (name == key) {
        return &value;
      }
    }
  }
  return nullptr;
}

std::string Json::kind() const {
  static constexpr std::string_view kKinds[] = {marked("null"),     marked("a boolean"),
                                                marked("a number"), marked("a text"),
                                                marked("a list"),   marked("an object")};
  return tr(kKinds[value_.index()]);
}

Result<Json, Problems> parse_json(std::string_view text) {
  if (text.size() > kJsonBytesMax) {
    return Problems{{"E_LIMIT", "", message("longer than {} bytes", kJsonBytesMax), ""}};
  }
  Builder builder;
  // The library skips a byte order mark, which RFC 8259 does not know.
  if (text.starts_with("\xEF\xBB\xBF")) {
    return Problems{
        {"E_JSON", "byte 0", tr("not a JSON text: it starts with a byte order mark"), ""}};
  }
  if (!WideJson::sax_parse(text, &builder)) {
    return Problems{builder.take_problem()};
  }
  return builder.take_root();
}

std::string json_quoted(std::string_view text) {
  // Hardly any text needs an escape, and a run quotes millions of them.
  const bool is_plain = std::ranges::all_of(
      text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (is_plain) {
    std::string quoted;
    quoted.reserve(text.size() + 2);
    quoted += '"';
    quoted += text;
    quoted += '"';
    return quoted;
  }
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string to_text(const Json& value) {
  if (value.is_null()) {
    return "null";
  }
  if (const bool* boolean = value.boolean()) {
    return *boolean ? "true" : "false";
  }
  if (const Json::Number* number = value.number()) {
    return number->text;
  }
  if (const std::string* text = value.text()) {
    return json_quoted(*text);
  }
  std::string out;
  if (const Json::List* list = value.list()) {
    for (const Json& element : *list) {
      out += (out.empty() ? "" : ",") + to_text(element);
    }
    return "[" + out + "]";
  }
  for (const auto& [key, member] : *value.object()) {
    out += (out.empty() ? "" : ",") + json_quoted(key) + ":" + to_text(member);
  }
  return "{" + out + "}";
}

std::string json_pointer(std::string_view path, std::string_view key) {
  std::string out(path);
  out += '/';
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string json_pointer(std::string_view path, size_t index) {
  return std::string(path) + "/" + std::to_string(index);
}

}  // namespace tagsmith::base
