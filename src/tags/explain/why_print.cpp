#include <fmt/format.h>

#include "base/json.h"
#include "base/language.h"
#include "base/problem.h"
#include "column/days.h"
#include "explain/explain_internal.h"
#include "explain/why.h"

namespace tagsmith::explain {
namespace {

using membership::ManualEdit;
using membership::Micros;

// To the second.
std::string moment_text(Micros time) {
  constexpr Micros kSecond = 1'000'000;
  return column::timestamp_text(time - (time % kSecond + kSecond) % kSecond) + " UTC";
}

std::string by_whom(const std::string& actor) {
  return actor.empty() ? "" : base::message(" by {}", actor);
}

std::string because(const std::string& reason) { return reason.empty() ? "" : ": " + reason; }

std::string words_of(membership::Source source) {
  switch (source) {
    case membership::Source::kRule:
      return base::tr("by rule");
    case membership::Source::kManual:
      return base::tr("by a grant");
    case membership::Source::kRuleAndManual:
      break;
  }
  return base::tr("by rule and a grant");
}

std::string entry_text(const membership::Detail& detail) {
  std::string out =
      base::message("since {}, {}", moment_text(detail.hit_time), words_of(detail.source));
  if (detail.rule_version > 0) {
    out += base::message(", rule version {}", detail.rule_version);
  }
  if (detail.expires_at) {
    out += base::message(", until {}", moment_text(*detail.expires_at));
  }
  out += '\n';
  if (!detail.reason.empty()) {
    out += base::message("    entered by   {}\n", detail.reason);
  }
  if (detail.value != "null") {
    out += base::message("    with values  {}\n", detail.value);
  }
  return out;
}

std::string edit_text(const ManualEdit& edit, Micros now) {
  const bool grant = edit.kind == ManualEdit::Kind::kGrant;
  std::string out = fmt::format("    {} {}{}", grant ? base::tr("granted") : base::tr("blocked"),
                                moment_text(edit.made_at), by_whom(edit.actor));
  if (edit.expires_at) {
    const std::string until = moment_text(*edit.expires_at);
    out += edit.holds_at(now) ? base::message(", until {}", until)
                              : base::message(", expired {}", until);
  }
  return out + because(edit.reason) + "\n";
}

// What a run would do with the tag.
std::string outlook_text(const TagAnswer& tag, const UserAnswer& answer) {
  if (!answer.as_of) {
    return "";
  }
  if (tag.refused) {
    return base::message("    a run would hold it: {}: {}\n", tag.refused->code,
                         tag.refused->message);
  }
  if (tag.code.empty()) {
    return base::tr("    no tag of the project: runs leave it as it is\n");
  }
  if (!tag.is_active) {
    return base::tr("    not active: runs leave it as it is\n");
  }
  std::string out;
  if (!tag.stale.empty()) {
    out += base::message("    held by the last run: {}\n", base::retold(tag.stale));
  }
  if (tag.would_change()) {
    const std::string next = tag.stale.empty() ? base::tr("the next run, unless a guard holds it")
                                               : base::tr("the next run that does not hold it");
    out += *tag.next ? base::message("    would be entered with {}\n", next)
                     : base::message("    would leave with {}\n", next);
  }
  return out;
}

// In one line and its nearest miss.
std::string lack_text(const TagAnswer& tag, const UserAnswer& answer, bool with_signs) {
  return base::message("\n{} tag {} {}\n{}{}", mark(false, with_signs), tag.tag_id, tag.code,
                       outlook_text(tag, answer), tag.rules ? misses_text(*tag.rules, 2) : "");
}

std::string tag_text(const TagAnswer& tag, const UserAnswer& answer, bool with_signs) {
  const std::string name = tag.code.empty() ? "" : " " + tag.code;
  std::string out = base::message("\n{} tag {}{}: ", mark(tag.has, with_signs), tag.tag_id, name);
  if (!tag.has) {
    out += answer.at ? base::tr("not had\n") : base::tr("does not have it\n");
  } else if (tag.detail) {
    out += entry_text(*tag.detail);
  } else {
    out += base::tr("has it; why is not stored\n");
  }
  for (const auto* edit : {&tag.grant, &tag.block}) {
    if (*edit) {
      out += edit_text(**edit, answer.now);
    }
  }
  out += outlook_text(tag, answer);
  if (tag.rules) {
    out += base::message("    now, as of {}\n", column::day_text(*answer.as_of));
    out += rules_text(*tag.rules, 3, with_signs);
  }
  return out;
}

std::string json_of(const std::optional<ManualEdit>& edit, Micros now) {
  if (!edit) {
    return "null";
  }
  return fmt::format(
      R"({{"actor":{},"reason":{},"made_at":"{}","expires_at":{},"holds":{}}})",
      base::json_quoted(edit->actor), base::json_quoted(edit->reason),
      membership::time_text(edit->made_at),
      edit->expires_at ? base::json_quoted(membership::time_text(*edit->expires_at)) : "null",
      edit->holds_at(now));
}

std::string json_of(const TagAnswer& tag, const UserAnswer& answer) {
  std::string out =
      fmt::format(R"({{"tag_id":{},"code":{},"has":{},"detail":{},"grant":{},"block":{})",
                  tag.tag_id, base::json_quoted(tag.code), tag.has,
                  tag.detail ? membership::to_json(*tag.detail) : std::string("null"),
                  json_of(tag.grant, answer.now), json_of(tag.block, answer.now));
  out += fmt::format(
      R"(,"stale":{},"active":{},"refused":{},"next":{},"rules":{}}})",
      tag.stale.empty() ? "null" : base::json_quoted(tag.stale), tag.is_active,
      tag.refused ? base::json_quoted(tag.refused->code + ": " + tag.refused->message) : "null",
      tag.next ? (*tag.next ? "true" : "false") : "null",
      tag.rules ? rules_json(*tag.rules) : "null");
  return out;
}

}  // namespace

std::string to_text(const UserAnswer& answer, bool all_trees, bool with_signs) {
  std::string out = base::message("user {}", base::quote(answer.user_id));
  if (answer.at) {
    out += base::message(
        " at {}\nmemberships and their evidence of entry, exactly; for what else the rules saw "
        "then: "
        "evidence no longer available",
        moment_text(*answer.at));
  } else if (!answer.as_of) {
    out += base::tr(": from the store alone");
  } else if (!answer.in_data) {
    out += base::tr(": in no table of the data, so no rule gives a tag");
  } else if (!answer.in_store) {
    out += base::tr(": not in the store yet");
  }
  out += '\n';
  std::string lacking;
  for (const TagAnswer& tag : answer.tags) {
    if (all_trees || tag.has || tag.would_change() || tag.grant || tag.block) {
      out += tag_text(tag, answer, with_signs);
    } else {
      lacking += lack_text(tag, answer, with_signs);
    }
  }
  return out + lacking;
}

std::string to_json(const UserAnswer& answer) {
  std::string tags;
  for (const TagAnswer& tag : answer.tags) {
    tags += (tags.empty() ? "" : ",") + json_of(tag, answer);
  }
  return fmt::format(
      R"({{"user_id":{},"as_of":{},"at":{},"in_store":{},"in_data":{},"tags":[{}]}})",
      base::json_quoted(answer.user_id),
      answer.as_of ? base::json_quoted(column::day_text(*answer.as_of)) : "null",
      answer.at ? base::json_quoted(membership::time_text(*answer.at)) : "null", answer.in_store,
      answer.in_data, tags);
}

}  // namespace tagsmith::explain
