#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace tagsmith::base {

/// A JSON value as it was written: numbers stay text, the members of an object keep their order.
class Json {
 public:
  struct Number {
    std::string text;  // as in the source: "1e3", "0.10"
    bool operator==(const Number&) const = default;
  };
  using List = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;  // null
  explicit Json(bool value) : value_(value) {}
  explicit Json(Number value) : value_(std::move(value)) {}
  explicit Json(std::string value) : value_(std::move(value)) {}
  explicit Json(List value) : value_(std::move(value)) {}
  explicit Json(Object value) : value_(std::move(value)) {}

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&value_); }
  [[nodiscard]] const Number* number() const { return std::get_if<Number>(&value_); }
  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&value_); }
  [[nodiscard]] const List* list() const { return std::get_if<List>(&value_); }
  [[nodiscard]] const Object* object() const { return std::get_if<Object>(&value_); }

  List& mutable_list() { return *std::get_if<List>(&value_); }
  Object& mutable_object() { return *std::get_if<Object>(&value_); }

  /// The member of an object, or nullptr when there is none or this is no object.
  [[nodiscard]] const Json* find(std::string_view key) const;

  /// "null", "a boolean", "a number", "a text", "a list", "an object": for messages.
  [[nodiscard]] std::string kind() const;

  bool operator==(const Json& other) const { return value_ == other.value_; }

 private:
  std::variant<std::monostate, bool, Number, std::string, List, Object> value_;
};

/// The deepest nesting of lists and objects that parse_json accepts (a rule needs far less).
inline constexpr int kJsonNestingMax = 512;
/// The largest text that parse_json accepts, in bytes.
inline constexpr size_t kJsonBytesMax = size_t{256} << 20;

/// Parses one strict JSON text (RFC 8259): UTF-8, no duplicate key in an object, no NaN or
/// infinity, no trailing comma or text, no lone surrogate. Fails with one Problem: E_JSON (path
/// "byte N"), E_DUPLICATE_KEY (path: the JSON pointer of the object's member), E_LIMIT, or
/// E_VALUE_TYPE for a number beyond 1e4932 (path: the JSON pointer of the number).
Result<Json, Problems> parse_json(std::string_view text);

/// `text` as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);

/// Writes `value` on one line, keys in their order, numbers as they were.
std::string to_text(const Json& value);

/// `path` + "/" + key, escaped by RFC 6901.
std::string json_pointer(std::string_view path, std::string_view key);
std::string json_pointer(std::string_view path, size_t index);

}  // namespace tagsmith::base
