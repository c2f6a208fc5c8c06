#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "app/asking.h"
#include "app/exit_code.h"
#include "app/questions.h"
#include "app/terminal.h"
#include "app/text_table.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/language.h"
#include "column/days.h"

namespace tagsmith::app {
namespace {

struct Members {
  std::uint64_t users = 0;
  std::map<std::int32_t, std::uint64_t> of_tag;
};

base::Result<Members> count_members(store::Store& store) {
  const auto cursor = TAGSMITH_TRY(explain::members(store.tags(), store.runs(), {}));
  Members members;
  while (const auto user = TAGSMITH_TRY(cursor->next())) {
    if (base::interrupted()) {
      return base::cancelled();
    }
    ++members.users;
    for (const std::int32_t tag : user->tags) {
      ++members.of_tag[tag];
    }
  }
  return members;
}

// A line of the list: what the project and the store say of one tag.
struct Line {
  membership::TagName name;
  const catalog::Tag* tag = nullptr;  // of the project, or none
  std::uint64_t members = 0;
  int rule_version = 0;  // 0: none is recorded yet
  run::TagState state;
};

std::string stand_of(const Line& line) {
  if (line.tag == nullptr) {
    return base::tr("not in the project");
  }
  if (!line.tag->is_active) {
    return base::tr("not active");
  }
  return base::retold(line.state.stale.value_or(""));
}

std::string text_of(const std::vector<Line>& lines, const Members& members) {
  using enum TextTable::Align;
  using enum TextTable::Fit;
  TextTable table({{base::tr("id"), kRight},
                   {base::tr("code")},
                   {base::tr("name"), kLeft, kCut},
                   {base::tr("category"), kLeft, kDrop},
                   {base::tr("members"), kRight},
                   {base::tr("share"), kRight, kDrop},
                   {"", kLeft, kDrop},
                   {base::tr("version"), kRight, kDrop},
                   {base::tr("as of"), kLeft, kDrop},
                   {base::tr("held"), kLeft, kCut, Meaning::kWarning}});
  const bool with_signs = stdout_shows_signs();
  for (const Line& line : lines) {
    const bool ran = line.state.last_run > 0;
    table.add({std::to_string(line.name.id), line.name.code,
               line.tag == nullptr ? "" : line.tag->name.any(),
               line.tag == nullptr ? "" : line.tag->category, grouped(line.members),
               share(line.members, members.users),
               share_bar(line.members, members.users, with_signs),
               line.rule_version == 0 ? "-" : std::to_string(line.rule_version),
               ran ? column::day_text(line.state.last_as_of) : "-", stand_of(line)});
  }
  return table.text(0, table_width()) +
         base::message("{} in the store\n", counted(members.users, "user"));
}

std::string json_of(const Line& line, const Members& members) {
  const bool ran = line.state.last_run > 0;
  const double part = members.users == 0
                          ? 0
                          : static_cast<double>(line.members) / static_cast<double>(members.users);
  return fmt::format(
      R"({{"id":{},"code":{},"name":{},"category":{},"active":{},"members":{},"share":{:.6f},)"
      R"("rule_version":{},"last_run":{},"as_of":{},"stale":{}}})"
      "\n",
      line.name.id, base::json_quoted(line.name.code),
      base::json_quoted(line.tag == nullptr ? "" : line.tag->name.any()),
      base::json_quoted(line.tag == nullptr ? "" : line.tag->category),
      line.tag != nullptr && line.tag->is_active, line.members, part, line.rule_version,
      ran ? std::to_string(line.state.last_run) : "null",
      ran ? base::json_quoted(column::day_text(line.state.last_as_of)) : "null",
      line.state.stale ? base::json_quoted(*line.state.stale) : "null");
}

base::Result<int> list(const ProjectOptions& options) {
  const auto asking = TAGSMITH_TRY(open_asking(options));
  if (!asking) {
    return kRefused;
  }
  TAGSMITH_TRY(note_unfinished(asking->store->runs()));
  const Members members = TAGSMITH_TRY(count_members(*asking->store));
  const auto versions = TAGSMITH_TRY(asking->store->catalog().newest_versions());
  const auto states = TAGSMITH_TRY(asking->store->runs().tag_states());
  std::vector<Line> lines;
  for (const membership::TagName& name : asking->tags) {
    Line line{.name = name};
    const auto tag = std::ranges::find(asking->project.catalog.tags, name.id, &catalog::Tag::id);
    const auto count = members.of_tag.find(name.id);
    const auto version = std::ranges::find(versions, name.id, &catalog::RuleVersion::tag_id);
    const auto state = std::ranges::find(states, name.id, &run::TagState::tag_id);
    line.tag = tag == asking->project.catalog.tags.end() ? nullptr : &*tag;
    line.members = count == members.of_tag.end() ? 0 : count->second;
    line.rule_version = version == versions.end() ? 0 : version->number;
    line.state = state == states.end() ? run::TagState() : *state;
    lines.push_back(std::move(line));
  }
  std::string out;
  if (options.json) {
    for (const Line& line : lines) {
      out += json_of(line, members);
    }
  } else {
    out = text_of(lines, members);
  }
  TAGSMITH_TRY(print(out));
  return kDone;
}

}  // namespace

int tags_list(const ProjectOptions& options) {
  const auto result = list(options);
  return result ? *result : report(result.error());
}

}  // namespace tagsmith::app
