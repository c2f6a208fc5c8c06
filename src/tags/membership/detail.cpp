#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/json.h"
#include "base/problem.h"
#include "column/days.h"
#include "column/readers.h"
#include "membership/membership.h"

namespace tagsmith::membership {
namespace {

using base::Json;

constexpr std::array kSources = {Source::kRule, Source::kManual, Source::kRuleAndManual};

base::Error unreadable(std::string_view json, std::string_view why) {
  return base::invalid_argument(
      fmt::format("the detail of a tag cannot be read: {}: {}", why, base::quote(json)));
}

// Reads the members of one object; the first one that is wrong is kept in `wrong`.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  [[nodiscard]] const std::string& wrong() const { return wrong_; }

  const Json* find(std::string_view key) {
    const Json* found = object_.find(key);
    return found == nullptr || found->is_null() ? nullptr : found;
  }

  void read(std::string_view key, std::string& to) {
    const Json* found = find(key);
    if (found != nullptr && found->text() == nullptr) {
      fail(key);
    } else if (found != nullptr) {
      to = *found->text();
    }
  }

  void read(std::string_view key, int& to) {
    const Json* found = find(key);
    if (found == nullptr) {
      return;
    }
    const Json::Number* number = found->number();
    const std::string_view text = number == nullptr ? std::string_view() : number->text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
      fail(key);
    }
  }

  void read(std::string_view key, std::optional<Micros>& to) {
    const Json* found = find(key);
    if (found == nullptr) {
      return;
    }
    to = found->text() == nullptr ? std::nullopt : read_time(*found->text());
    if (!to) {
      fail(key);
    }
  }

  void fail(std::string_view key) {
    wrong_ = wrong_.empty() ? fmt::format("{} is wrong", base::quote(key)) : wrong_;
  }

 private:
  const Json& object_;
  std::string wrong_;
};

}  // namespace

std::string_view name_of(Source source) {
  switch (source) {
    case Source::kRule:
      return "rule";
    case Source::kManual:
      return "manual";
    case Source::kRuleAndManual:
      break;
  }
  return "rule+manual";
}

std::string time_text(Micros time) {
  constexpr Micros kSecond = 1'000'000;
  const Micros fraction = ((time % kSecond) + kSecond) % kSecond;
  return fmt::format("{}.{:06}", column::timestamp_text(time - fraction), fraction);
}

std::optional<Micros> read_time(std::string_view text) {
  const auto moment = column::read_moment(text);
  if (!moment || time_text(moment->micros) != text) {
    return std::nullopt;
  }
  return moment->micros;
}

std::string to_json(const Detail& detail) {
  std::string out = fmt::format("{{\"value\":{},\"reason\":{},\"source\":\"{}\"", detail.value,
                                base::json_quoted(detail.reason), name_of(detail.source));
  if (!detail.actor.empty()) {
    out += fmt::format(",\"actor\":{}", base::json_quoted(detail.actor));
  }
  out += fmt::format(",\"hit_time\":\"{}\",\"rule_version\":{}", time_text(detail.hit_time),
                     detail.rule_version);
  if (detail.expires_at) {
    out += fmt::format(",\"expires_at\":\"{}\"", time_text(*detail.expires_at));
  }
  return out + "}";
}

base::Result<Detail> parse_detail(std::string_view json) {
  const auto parsed = base::parse_json(json);
  if (!parsed) {
    return unreadable(json, parsed.error().front().message);
  }
  if (parsed->object() == nullptr) {
    return unreadable(json, fmt::format("it is {}", parsed->kind()));
  }
  Members members(*parsed);
  Detail detail;
  if (const Json* value = members.find("value")) {
    detail.value = base::to_text(*value);
  }
  members.read("reason", detail.reason);
  std::string source(name_of(Source::kRule));
  members.read("source", source);
  members.read("actor", detail.actor);
  std::optional<Micros> hit_time;
  members.read("hit_time", hit_time);
  detail.hit_time = hit_time.value_or(0);
  members.read("rule_version", detail.rule_version);
  members.read("expires_at", detail.expires_at);
  bool known = false;
  for (const Source candidate : kSources) {
    if (source == name_of(candidate)) {
      detail.source = candidate;
      known = true;
    }
  }
  if (!known) {
    members.fail("source");
  }
  if (!members.wrong().empty()) {
    return unreadable(json, members.wrong());
  }
  return detail;
}

}  // namespace tagsmith::membership
