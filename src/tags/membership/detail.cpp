#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/json_fields.h"
#include "base/language.h"
#include "base/problem.h"
#include "column/days.h"
#include "column/readers.h"
#include "membership/membership.h"
#include "membership/tag_store.h"

namespace tagsmith::membership {
namespace {

constexpr std::array kSources = {Source::kRule, Source::kManual, Source::kRuleAndManual};
constexpr std::array kEditKinds = {ManualEdit::Kind::kGrant, ManualEdit::Kind::kBlock};
constexpr std::array kFeedKinds = {FeedRow::Kind::kEntered, FeedRow::Kind::kLeft,
                                   FeedRow::Kind::kPublished, FeedRow::Kind::kAbandoned};

template <typename Kind, size_t Size>
std::optional<Kind> named(const std::array<Kind, Size>& kinds, std::string_view name) {
  const auto found =
      std::ranges::find_if(kinds, [&](const Kind& kind) { return name_of(kind) == name; });
  return found == kinds.end() ? std::nullopt : std::optional(*found);
}

base::Error unreadable(std::string_view json, std::string_view why) {
  return base::invalid_argument(
      base::message("the detail of a tag cannot be read: {}: {}", why, base::quote(json)));
}

Micros time_of(base::JsonFields& fields, std::string_view key) {
  const std::optional<Micros> time = read_time(fields.text(key));
  if (!time) {
    fields.fail(key);
  }
  return time.value_or(0);
}

void read_source(base::JsonFields& fields, Source& source) {
  const std::optional<Source> known = named(kSources, fields.text("source"));
  if (!known) {
    fields.fail("source");
  }
  source = known.value_or(source);
}

}  // namespace

std::string_view name_of(ManualEdit::Kind kind) {
  return kind == ManualEdit::Kind::kGrant ? "grant" : "block";
}

std::optional<ManualEdit::Kind> read_edit_kind(std::string_view name) {
  return named(kEditKinds, name);
}

std::string_view name_of(FeedRow::Kind kind) {
  switch (kind) {
    case FeedRow::Kind::kEntered:
      return base::marked("entered");
    case FeedRow::Kind::kLeft:
      return base::marked("left");
    case FeedRow::Kind::kPublished:
      return base::marked("published");
    case FeedRow::Kind::kAbandoned:
      break;
  }
  return base::marked("abandoned");
}

std::optional<FeedRow::Kind> read_feed_kind(std::string_view name) {
  return named(kFeedKinds, name);
}

std::string_view name_of(Source source) {
  switch (source) {
    case Source::kRule:
      return base::marked("rule");
    case Source::kManual:
      return base::marked("manual");
    case Source::kRuleAndManual:
      break;
  }
  return base::marked("rule+manual");
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
    return unreadable(json, base::message("it is {}", parsed->kind()));
  }
  base::JsonFields fields(*parsed);
  Detail detail;
  if (const base::Json* value = parsed->find("value")) {
    detail.value = base::to_text(*value);
  }
  if (fields.has("reason")) {
    detail.reason = fields.text("reason");
  }
  if (fields.has("source")) {
    read_source(fields, detail.source);
  }
  if (fields.has("actor")) {
    detail.actor = fields.text("actor");
  }
  if (fields.has("hit_time")) {
    detail.hit_time = time_of(fields, "hit_time");
  }
  if (fields.has("rule_version")) {
    detail.rule_version = fields.integer<int>("rule_version");
  }
  if (fields.has("expires_at")) {
    detail.expires_at = time_of(fields, "expires_at");
  }
  if (const base::Status status = fields.status(); !status) {
    return unreadable(json, status.error().message);
  }
  return detail;
}

}  // namespace tagsmith::membership
