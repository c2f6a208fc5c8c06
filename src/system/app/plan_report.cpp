#include "app/plan_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "app/color.h"
#include "app/exit_code.h"
#include "app/terminal.h"
#include "app/text_table.h"
#include "base/json.h"
#include "base/language.h"
#include "base/problem.h"

namespace tagsmith::app {
namespace {

using run::HeldTag;
using run::TagPlan;

constexpr size_t kSampleWidthMin = 12;
constexpr size_t kUnknownUsersShown = 20;

std::uint64_t after(const TagPlan& tag) { return tag.before + tag.entered - tag.left; }

bool changes(const TagPlan& tag) { return tag.entered + tag.left > 0; }

std::string json_list(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  std::ranges::transform(texts, std::back_inserter(quoted), base::json_quoted);
  return fmt::format("[{}]", fmt::join(quoted, ","));
}

// As a word of a table: a user id may hold anything.
std::string shown_id(const std::string& user_id) {
  const std::string quoted = base::quote(user_id);
  const bool is_plain = quoted.size() == user_id.size() + 2 && !user_id.empty() &&
                        user_id.find_first_of(" ,'") == std::string::npos;
  return is_plain ? user_id : quoted;
}

// "+u1 +u7 -u3 ...": of those who enter and of those who leave as many as fit, by turns.
std::string sample(const TagPlan& tag, size_t width) {
  std::vector<std::string> entered;
  std::vector<std::string> left;
  size_t used = 0;
  size_t shown = 0;
  constexpr std::string_view kMore = "...";
  const auto add = [&](std::vector<std::string>& to, std::string text) {
    const size_t needed = display_width(text) + 1;
    if (used + needed + kMore.size() > width) {
      return false;
    }
    used += needed;
    ++shown;
    to.push_back(std::move(text));
    return true;
  };
  bool fits = true;
  for (size_t i = 0; fits && i < std::max(tag.entered_sample.size(), tag.left_sample.size()); ++i) {
    if (i < tag.entered_sample.size()) {
      fits = add(entered, "+" + shown_id(tag.entered_sample[i]));
    }
    if (fits && i < tag.left_sample.size()) {
      fits = add(left, "-" + shown_id(tag.left_sample[i]));
    }
  }
  std::ranges::move(left, std::back_inserter(entered));
  if (shown < tag.entered + tag.left) {
    entered.emplace_back(kMore);
  }
  return fmt::format("{}", fmt::join(entered, " "));
}

// ,"reasons":[...] where somebody asked for them.
std::string reasons_json(const PlanReport& report, const TagPlan& tag) {
  std::string list;
  for (const MoveReason& reason : report.reasons) {
    if (reason.tag_id == tag.tag_id) {
      list += fmt::format(R"({}{{"user_id":{},"enters":{},"reason":{}}})", list.empty() ? "" : ",",
                          base::json_quoted(reason.user_id), reason.enters,
                          base::json_quoted(reason.text));
    }
  }
  return report.reasons.empty() ? "" : fmt::format(R"(,"reasons":[{}])", list);
}

std::string remark_on(const TagPlan& tag) {
  return tag.is_new ? base::tr("new tag") : tag.rule_changed ? base::tr("new rule") : "";
}

std::string signed_number(char sign, std::uint64_t number) {
  return number == 0 ? "" : sign + grouped(number);
}

TextTable table_with(const std::vector<TagPlan>& tags, size_t sample_width) {
  using enum TextTable::Align;
  using enum TextTable::Fit;
  TextTable table({{base::tr("tag")},
                   {base::tr("before"), kRight, kDrop},
                   {base::tr("after"), kRight},
                   {base::tr("enter"), kRight, kWhole, Meaning::kTrue},
                   {base::tr("leave"), kRight, kWhole, Meaning::kFalse},
                   {"", kLeft, kDrop, Meaning::kWarning},
                   {base::tr("users"), kLeft, kDrop}});
  for (const TagPlan& tag : tags) {
    if (changes(tag) || tag.is_new || tag.rule_changed) {
      table.add({tag.code, grouped(tag.before), grouped(after(tag)),
                 signed_number('+', tag.entered), signed_number('-', tag.left), remark_on(tag),
                 sample_width == 0 ? "" : sample(tag, sample_width)});
    }
  }
  return table;
}

std::string table_of(const std::vector<TagPlan>& tags, size_t width) {
  const size_t used = table_with(tags, /*sample_width=*/0).width();
  const size_t left = width > used + 2 ? width - used - 2 : 0;
  return table_with(tags, std::max(left, kSampleWidthMin)).text(0, table_width());
}

std::string tags_text(const std::vector<TagPlan>& tags, size_t width) {
  const auto quiet = static_cast<std::uint64_t>(std::ranges::count_if(
      tags, [](const auto& tag) { return !changes(tag) && !tag.is_new && !tag.rule_changed; }));
  std::string out;
  if (quiet < tags.size()) {
    out = table_of(tags, width);
  }
  if (quiet > 0) {
    out += quiet == tags.size() ? base::tr("no tag changes\n")
           : quiet == 1         ? base::tr("1 other tag changes nobody\n")
                                : base::message("{} other tags change nobody\n", grouped(quiet));
  }
  return out;
}

std::string reasons_text(const PlanReport& report) {
  std::string out;
  for (const TagPlan& tag : report.plan.tags) {
    constexpr auto kLeft = TextTable::Align::kLeft;
    TextTable table({{base::message("why {}", tag.code)}, {"", kLeft, TextTable::Fit::kCut}});
    bool is_empty = true;
    for (const MoveReason& reason : report.reasons) {
      if (reason.tag_id == tag.tag_id) {
        table.add({(reason.enters ? "+" : "-") + shown_id(reason.user_id), reason.text});
        is_empty = false;
      }
    }
    out += is_empty ? "" : table.text(0, table_width());
  }
  return out;
}

std::string held_word(std::string_view word) {
  return painted(Stream::kOut, Meaning::kWarning, word);
}

std::string held_text(const std::vector<HeldTag>& held, std::string_view command) {
  std::string out;
  for (const HeldTag& tag : held) {
    out += base::message("{} {}, its members stay: {}\n", held_word(base::tr("held:")), tag.code,
                         base::retold(tag.why));
    switch (tag.cause) {
      case HeldTag::Cause::kRefused:
        out += base::tr(
            "  mend the rule, or the tables of that day: `tagsmith validate --dt DAY` shows it\n");
        break;
      case HeldTag::Cause::kGuard:
        out += base::message("  if it is right: {} --accept {}\n", command, tag.accept);
        break;
      case HeldTag::Cause::kDependsOn:
        out += base::tr("  it follows when that one is not held any more\n");
        break;
      case HeldTag::Cause::kFrozen:
        break;
    }
  }
  return out;
}

// Where a guard holds the whole run, all of its tags.
size_t held_count(const PlanReport& report) {
  const bool all = !report.run_trips.empty() || report.state == "held";
  return report.plan.held.size() + (all ? report.plan.tags.size() : 0);
}

std::string accepts(const std::vector<run::Trip>& trips) {
  std::string out;
  for (const run::Trip& trip : trips) {
    out += " --accept " + trip.name;
  }
  return out;
}

std::string trips_text(const PlanReport& report, std::string_view command) {
  std::string out;
  for (const run::Trip& trip : report.run_trips) {
    out += fmt::format("{} {}\n", held_word(base::tr("held, everything:")),
                       base::retold(trip.message));
  }
  if (!out.empty()) {
    out += base::message("  if it is right: {}{}\n", command, accepts(report.run_trips));
  }
  if (report.state == "planned" && !report.to_accept.empty()) {
    for (const run::Trip& trip : report.to_accept) {
      out += base::retold(trip.message) + "\n";
    }
    out += base::message("  if it is right: {}{}\n", command, accepts(report.to_accept));
  }
  return out;
}

std::string users(std::uint64_t count) {
  return count == 1 ? base::message("{} user", 1) : base::message("{} users", grouped(count));
}

std::string unknown_text(const std::vector<std::string>& unknown) {
  if (unknown.empty()) {
    return {};
  }
  std::vector<std::string> shown;
  for (size_t i = 0; i < std::min(unknown.size(), kUnknownUsersShown); ++i) {
    shown.push_back(shown_id(unknown[i]));
  }
  return base::message("{} of --users neither in the tables nor in the store: {}{}\n",
                       grouped(unknown.size()), fmt::join(shown, ", "),
                       unknown.size() > shown.size() ? ", ..." : "");
}

std::string summary_text(const PlanReport& report) {
  const run::PlanSummary& plan = report.plan;
  std::string out;
  if (report.state == "published") {
    out =
        base::message("run {}, as of {}: {} looked at, {} rows written, {} gains, {} losses",
                      report.run_id.value_or(0), report.as_of, users(plan.users),
                      grouped(report.rows_written), grouped(report.entered), grouped(report.left));
  } else {
    out = base::message("as of {}: {} looked at, {} rows would be written, {} gains, {} losses",
                        report.as_of, users(plan.users), grouped(report.rows_written),
                        grouped(report.entered), grouped(report.left));
  }
  if (plan.gone > 0) {
    out += base::message("; {} gone from all tables", users(plan.gone));
  }
  out += '\n';
  if (report.state == "held") {
    out += base::message("run {} is held: nothing was written\n", report.run_id.value_or(0));
  }
  return out;
}

}  // namespace

std::string to_text(const PlanReport& report, size_t width, std::string_view command) {
  return tags_text(report.plan.tags, width) + reasons_text(report) + trips_text(report, command) +
         held_text(report.plan.held, command) + unknown_text(report.plan.unknown_users) +
         summary_text(report);
}

std::string to_json(const PlanReport& report) {
  std::string out;
  for (const TagPlan& tag : report.plan.tags) {
    out += fmt::format(
        R"({{"tag":{},"tag_id":{},"before":{},"after":{},"entered":{},"left":{},"is_new":{},)"
        R"("rule_changed":{},"entered_sample":{},"left_sample":{}{}}})"
        "\n",
        base::json_quoted(tag.code), tag.tag_id, tag.before, after(tag), tag.entered, tag.left,
        tag.is_new, tag.rule_changed, json_list(tag.entered_sample), json_list(tag.left_sample),
        reasons_json(report, tag));
  }
  for (const HeldTag& tag : report.plan.held) {
    out += fmt::format(R"({{"held":{},"tag_id":{},"cause":"{}","why":{},"accept":{}}})"
                       "\n",
                       base::json_quoted(tag.code), tag.tag_id, run::name_of(tag.cause),
                       base::json_quoted(tag.why), base::json_quoted(tag.accept));
  }
  const auto add_trips = [&](const std::vector<run::Trip>& trips, bool holds_run) {
    for (const run::Trip& trip : trips) {
      out += fmt::format(R"({{"guard":{},"message":{},"holds_run":{}}})"
                         "\n",
                         base::json_quoted(trip.name), base::json_quoted(trip.message), holds_run);
    }
  };
  add_trips(report.run_trips, /*holds_run=*/true);
  add_trips(report.to_accept, /*holds_run=*/false);
  const std::string run = report.run_id ? fmt::format(R"("run":{},)", *report.run_id) : "";
  return out + fmt::format(R"({{{}"state":"{}","as_of":"{}","users":{},"tags":{},)"
                           R"("entered":{},"left":{},"gone":{},"held":{},"rows_written":{},)"
                           R"("unknown_users":{},"duration_ms":{}}})"
                           "\n",
                           run, report.state, report.as_of, report.plan.users,
                           report.plan.tags.size(), report.entered, report.left, report.plan.gone,
                           held_count(report), report.rows_written,
                           json_list(report.plan.unknown_users), report.duration_micros / 1000);
}

int exit_code(const PlanReport& report) {
  return report.plan.held.empty() && report.run_trips.empty() && report.state != "held" ? kDone
                                                                                        : kHeldBack;
}

}  // namespace tagsmith::app
