#include <fmt/format.h>

#include <limits>
#include <map>
#include <optional>
#include <string>

#include "app/asking.h"
#include "app/exit_code.h"
#include "app/questions.h"
#include "app/terminal.h"
#include "app/text_table.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/language.h"
#include "base/problem.h"
#include "explain/members.h"

namespace tagsmith::app {
namespace {

using membership::EditRecord;
using membership::FeedRow;

constexpr size_t kPrintedAtOnce = size_t{1} << 16;

std::string json_of(const FeedRow& row, const Asking& asking) {
  std::string out =
      fmt::format(R"({{"seq":{},"time":"{}","kind":"{}","run_id":{})", row.seq,
                  membership::time_text(row.time), membership::name_of(row.kind), row.run_id);
  if (!row.user_id.empty()) {
    out += fmt::format(R"(,"user_id":{},"tag_id":{},"code":{},"detail":{})",
                       base::json_quoted(row.user_id), row.tag_id,
                       base::json_quoted(code_of(asking.tags, row.tag_id)), row.detail);
  }
  if (row.run_id == 0) {
    out += fmt::format(R"(,"actor":{},"edit_reason":{})", base::json_quoted(row.actor),
                       base::json_quoted(row.reason));
  }
  return out + "}\n";
}

std::string origin_of(const FeedRow& row) {
  if (row.run_id != 0) {
    return base::message("run {}", row.run_id);
  }
  return row.actor.empty() ? base::tr("by hand") : base::message("by hand ({})", row.actor);
}

std::string text_of(const FeedRow& row, const Asking& asking) {
  const std::string what =
      row.user_id.empty() ? ""
                          : fmt::format("{} {}, ", base::quote(row.user_id, row.user_id.size()),
                                        code_of(asking.tags, row.tag_id));
  return fmt::format("{}  {}  {:<9}  {}{}\n", row.seq, time_for_people(row.time),
                     base::tr(membership::name_of(row.kind)), what, origin_of(row));
}

base::Result<int> print_feed(const FeedOptions& options) {
  const auto asking = TAGSMITH_TRY(open_asking(options.project));
  if (!asking) {
    return kRefused;
  }
  std::optional<std::int64_t> hidden_run;
  if (!options.live) {
    TAGSMITH_TRY(note_unfinished(asking->store->runs()));
    if (const auto unfinished = TAGSMITH_TRY(asking->store->runs().unfinished())) {
      hidden_run = unfinished->id;
    }
  }
  std::string text;
  const auto show = [&](const FeedRow& row) -> base::Result<bool> {
    if (base::interrupted()) {
      return base::cancelled();
    }
    if (hidden_run && row.run_id >= *hidden_run) {
      return false;
    }
    text += options.project.json ? json_of(row, *asking) : text_of(row, *asking);
    if (text.size() >= kPrintedAtOnce) {
      TAGSMITH_TRY(print(text));
      text.clear();
    }
    return true;
  };
  TAGSMITH_TRY(
      explain::read_feed(asking->store->tags(),
                         {.after = options.after,
                          .rows_max = options.limit.value_or(std::numeric_limits<size_t>::max())},
                         show));
  TAGSMITH_TRY(print(text));
  return kDone;
}

// How a run stands that gains and losses of a user came from.
base::Result<std::string> standing_of(std::int64_t run_id, run::RunStore& runs) {
  const auto record = TAGSMITH_TRY(runs.run(run_id));
  if (record && record->state == run::RunState::kPublishing) {
    return base::tr(" (not published yet)");
  }
  if (record && record->state == run::RunState::kAbandoned) {
    return base::tr(" (given up)");
  }
  return std::string();
}

// What gave the tag, or what had given it.
std::vector<std::string> ground_of(const FeedRow& row) {
  const auto detail = membership::parse_detail(row.detail);
  if (!detail) {
    return {"", ""};
  }
  std::string reason = detail->reason;
  if (!detail->actor.empty()) {
    reason += reason.empty() ? base::message("by {}", detail->actor)
                             : base::message(", by {}", detail->actor);
  }
  return {base::tr(membership::name_of(detail->source)), reason};
}

std::string_view name_of(const EditRecord& record) {
  if (record.edit.kind == membership::ManualEdit::Kind::kGrant) {
    return record.removed ? base::marked("grant removed") : base::marked("granted");
  }
  return record.removed ? base::marked("block removed") : base::marked("blocked");
}

std::string json_of(const EditRecord& record, const Asking& asking) {
  const membership::ManualEdit& edit = record.edit;
  return fmt::format(
      R"({{"time":"{}","kind":"{}","user_id":{},"tag_id":{},"code":{},"actor":{},"edit_reason":{},)"
      R"("expires_at":{}}})"
      "\n",
      membership::time_text(edit.made_at), name_of(record), base::json_quoted(edit.user_id),
      edit.tag_id, base::json_quoted(code_of(asking.tags, edit.tag_id)),
      base::json_quoted(edit.actor), base::json_quoted(edit.reason),
      edit.expires_at ? base::json_quoted(membership::time_text(*edit.expires_at)) : "null");
}

std::string reason_of(const EditRecord& record) {
  std::string reason = record.edit.reason;
  if (record.edit.expires_at) {
    const std::string until = time_for_people(*record.edit.expires_at);
    reason +=
        reason.empty() ? base::message("until {}", until) : base::message(", until {}", until);
  }
  return reason;
}

base::Result<int> print_history(const HistoryOptions& options) {
  const auto asking = TAGSMITH_TRY(open_asking(options.project));
  if (!asking) {
    return kRefused;
  }
  using enum TextTable::Fit;
  constexpr auto kLeft = TextTable::Align::kLeft;
  TextTable table({{base::tr("time")},
                   {base::tr("what")},
                   {base::tr("tag")},
                   {base::tr("by"), kLeft, kCut},
                   {base::tr("source"), kLeft, kDrop},
                   {base::tr("reason"), kLeft, kCut}});
  std::map<std::int64_t, std::string> standings;
  bool empty = true;
  const auto log = TAGSMITH_TRY(asking->store->tags().edit_log(options.user));
  auto decision = log.begin();
  // The decisions that were made before a row of the feed.
  const auto show_decisions = [&](std::uint64_t seq) -> base::Status {
    for (; decision != log.end() && decision->feed_seq < seq; ++decision) {
      empty = false;
      if (options.project.json) {
        TAGSMITH_TRY(print(json_of(*decision, *asking)));
        continue;
      }
      table.add({time_for_people(decision->edit.made_at), base::tr(name_of(*decision)),
                 code_of(asking->tags, decision->edit.tag_id), decision->edit.actor, "",
                 reason_of(*decision)});
    }
    return {};
  };
  const auto show = [&](const FeedRow& row) -> base::Result<bool> {
    TAGSMITH_TRY(show_decisions(row.seq));
    empty = false;
    if (options.project.json) {
      TAGSMITH_TRY(print(json_of(row, *asking)));
      return true;
    }
    if (row.run_id != 0 && !standings.contains(row.run_id)) {
      standings[row.run_id] = TAGSMITH_TRY(standing_of(row.run_id, asking->store->runs()));
    }
    std::vector<std::string> ground = ground_of(row);
    table.add({time_for_people(row.time), base::tr(membership::name_of(row.kind)),
               code_of(asking->tags, row.tag_id), origin_of(row) + standings[row.run_id],
               std::move(ground[0]), std::move(ground[1])});
    return true;
  };
  TAGSMITH_TRY(explain::read_feed(
      asking->store->tags(),
      {.user_id = options.user, .rows_max = std::numeric_limits<size_t>::max()}, show));
  TAGSMITH_TRY(show_decisions(std::numeric_limits<std::uint64_t>::max()));
  if (empty) {
    return base::Error{.code = base::ErrorCode::kNotFound,
                       .message = base::message("the user {} never had a tag, a grant or a block",
                                                base::quote(options.user)),
                       .symbol = "E_USER_UNKNOWN",
                       .hint = base::tr("ids are compared byte by byte")};
  }
  if (!options.project.json) {
    TAGSMITH_TRY(print(table.text(0, table_width())));
  }
  return kDone;
}

}  // namespace

int feed(const FeedOptions& options) {
  const auto result = print_feed(options);
  return result ? *result : report(result.error());
}

int history(const HistoryOptions& options) {
  const auto result = print_history(options);
  return result ? *result : report(result.error());
}

}  // namespace tagsmith::app
