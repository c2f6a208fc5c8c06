#include "app/asking.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "app/activity.h"
#include "app/project_store.h"
#include "base/language.h"
#include "base/problem.h"
#include "base/similar.h"
#include "column/days.h"
#include "column/readers.h"

namespace tagsmith::app {

base::Result<std::optional<Asking>> open_asking(const ProjectOptions& options, bool create) {
  TAGSMITH_TRY(enter_project(options));
  project::Reading reading = project::read_folder(".", options.environment);
  report(reading.problems);
  if (!reading.settings_read) {
    return std::optional<Asking>();
  }
  Asking asking{.project = std::move(reading.project),
                .is_whole = reading.problems.empty(),
                .store = nullptr,
                .tags = {}};
  asking.store = TAGSMITH_TRY(open_store(asking.project.store, create));
  for (const catalog::Tag& tag : asking.project.catalog.tags) {
    asking.tags.push_back({tag.id, tag.code});
  }
  for (const catalog::RuleVersion& version :
       TAGSMITH_TRY(asking.store->catalog().newest_versions())) {
    if (std::ranges::find(asking.tags, version.tag_id, &membership::TagName::id) ==
            asking.tags.end() &&
        std::ranges::find(asking.tags, version.code, &membership::TagName::code) ==
            asking.tags.end()) {
      asking.tags.push_back({version.tag_id, version.code});
    }
  }
  std::ranges::sort(asking.tags, {}, &membership::TagName::id);
  return std::optional<Asking>(std::move(asking));
}

base::Result<membership::TagName> find_tag(const std::vector<membership::TagName>& tags,
                                           const std::string& name) {
  std::vector<std::string> codes;
  for (const membership::TagName& tag : tags) {
    if (tag.code == name || std::to_string(tag.id) == name) {
      return tag;
    }
    codes.push_back(tag.code);
  }
  const std::string nearest = base::did_you_mean(name, codes);
  return base::Error{
      .code = base::ErrorCode::kNotFound,
      .message = base::message("no tag has the code or id {}", base::quote(name)),
      .symbol = "E_TAG_UNKNOWN",
      .hint = nearest.empty() ? base::tr("tagsmith tags list shows the tags") : nearest};
}

std::string code_of(const std::vector<membership::TagName>& tags, std::int32_t tag_id) {
  const auto tag = std::ranges::find(tags, tag_id, &membership::TagName::id);
  return tag == tags.end() ? std::to_string(tag_id) : tag->code;
}

base::Result<explain::View> read_view(bool live, const std::string& at) {
  explain::View view{.live = live};
  if (!at.empty()) {
    const auto moment = column::read_moment(at);
    if (!moment) {
      base::Error error =
          base::invalid_argument(base::message("--at {} is no time", base::quote(at)));
      error.hint = base::tr("write UTC as '2025-11-22 10:30:00', or a day for its first moment");
      return error;
    }
    view.at = moment->micros;
  }
  return view;
}

std::string time_for_people(std::int64_t micros) {
  constexpr std::int64_t kSecond = 1'000'000;
  return column::timestamp_text(micros - (micros % kSecond + kSecond) % kSecond) + " UTC";
}

std::string from_here(const std::string& path) {
  std::error_code ignored;  // then the path is told as it is
  const auto absolute = std::filesystem::absolute(path, ignored);
  return path.empty() || ignored ? path : absolute.string();
}

base::Status note_unfinished(run::RunStore& runs) {
  const auto unfinished = TAGSMITH_TRY(runs.unfinished());
  if (unfinished && unfinished->state == run::RunState::kPublishing) {
    note(
        base::message("note: run {} is publishing; what it has written shows when it has ended, or "
                      "with --live",
                      unfinished->id),
        {{"run", unfinished->id}});
  }
  return {};
}

}  // namespace tagsmith::app
