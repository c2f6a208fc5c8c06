#include "base/json_fields.h"

#include <fmt/format.h>

#include <charconv>

#include "base/language.h"
#include "base/problem.h"

namespace tagsmith::base {
namespace {

// Digits and a sign only: 1e3 and 1.0 are integers to JSON, and never written by us.
template <typename Integer>
bool read_integer(const Json* json, Integer& to) {
  if (json == nullptr || json->number() == nullptr) {
    return false;
  }
  const std::string& text = json->number()->text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool JsonFields::has(std::string_view key) const {
  const Json* found = object_.find(key);
  return found != nullptr && !found->is_null();
}

const Json* JsonFields::find(std::string_view key) {
  const Json* found = object_.find(key);
  if (found == nullptr) {
    fail(key);
  }
  return found;
}

std::string JsonFields::text(std::string_view key) {
  const Json* found = find(key);
  if (found == nullptr || found->text() == nullptr) {
    fail(key);
    return "";
  }
  return *found->text();
}

bool JsonFields::boolean(std::string_view key) {
  const Json* found = find(key);
  if (found == nullptr || found->boolean() == nullptr) {
    fail(key);
    return false;
  }
  return *found->boolean();
}

const Json::List& JsonFields::list(std::string_view key) {
  static const Json::List none;
  const Json* found = find(key);
  if (found == nullptr || found->list() == nullptr) {
    fail(key);
    return none;
  }
  return *found->list();
}

std::vector<std::string> JsonFields::texts(std::string_view key) {
  std::vector<std::string> texts;
  for (const Json& element : list(key)) {
    if (element.text() == nullptr) {
      fail(key);
      return {};
    }
    texts.push_back(*element.text());
  }
  return texts;
}

std::int64_t JsonFields::signed_integer(std::string_view key, std::int64_t min, std::int64_t max) {
  std::int64_t value = 0;
  if (!read_integer(find(key), value) || value < min || value > max) {
    fail(key);
    return 0;
  }
  return value;
}

std::uint64_t JsonFields::unsigned_integer(std::string_view key, std::uint64_t max) {
  std::uint64_t value = 0;
  if (!read_integer(find(key), value) || value > max) {
    fail(key);
    return 0;
  }
  return value;
}

void JsonFields::fail(std::string_view key) {
  if (!failed_) {
    failed_ = key;
  }
}

Status JsonFields::status() const {
  if (failed_) {
    return invalid_argument(message("the member {} is missing or wrong", quote(*failed_)));
  }
  return {};
}

}  // namespace tagsmith::base
