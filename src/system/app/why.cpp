#include <fmt/format.h>

#include "app/activity.h"
#include "app/asking.h"
#include "app/color.h"
#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/questions.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/language.h"
#include "base/problem.h"
#include "explain/why.h"

namespace tagsmith::app {
namespace {

base::Error unknown_user(const std::string& user) {
  return {.code = base::ErrorCode::kNotFound,
          .message =
              base::message("neither the data nor the store know the user {}", base::quote(user)),
          .symbol = "E_USER_UNKNOWN",
          .hint = base::tr("ids are compared byte by byte")};
}

base::Result<int> answer(const WhyOptions& options) {
  const explain::View view = TAGSMITH_TRY(read_view(options.live, options.at));
  const std::int64_t now = base::system_clock().utc_micros();
  const auto asking = TAGSMITH_TRY(open_asking(options.project));
  if (!asking) {
    return kRefused;
  }
  explain::WhyQuestion question{.user_id = options.user, .tag_id = {}, .view = view, .now = now};
  if (!options.tag.empty()) {
    question.tag_id = TAGSMITH_TRY(find_tag(asking->tags, options.tag)).id;
  }
  if (!view.live && !view.at) {
    TAGSMITH_TRY(note_unfinished(asking->store->runs()));
  }
  const bool current_too = !view.at;
  std::unique_ptr<dataset::Reader> reader;
  CheckedProject checked;
  std::optional<explain::CurrentData> current;
  if (current_too) {
    const Progress progress;
    const std::string& day = options.as_of.empty() ? options.day : options.as_of;
    const std::int32_t as_of =
        day.empty() ? day_in_zone(now, asking->project.zone)
                    : TAGSMITH_TRY(read_day(options.as_of.empty() ? "--dt" : "--as-of", day));
    reader = TAGSMITH_TRY(make_reader(options.resources));
    checked = TAGSMITH_TRY(check_project(options.project, options.day, as_of, *reader, progress));
    if (!checked.data) {
      return report(checked.problems);
    }
    current.emplace(explain::CurrentData{.reader = *reader,
                                         .data = *checked.data,
                                         .checked = checked.checked,
                                         .population = checked.project.population,
                                         .as_of = as_of});
  }
  const auto told =
      TAGSMITH_TRY(explain::why(asking->store->tags(), asking->store->runs(),
                                asking->project.catalog, current ? &*current : nullptr, question));
  if (!told) {
    return unknown_user(options.user);
  }
  const auto text = [&] {
    return with_painted_marks(
        printable(explain::to_text(*told, question.tag_id.has_value(), stdout_shows_signs()),
                  /*keeps_lines=*/true));
  };
  TAGSMITH_TRY(print(options.project.json ? explain::to_json(*told) + "\n" : text()));
  return kDone;
}

}  // namespace

int why(const WhyOptions& options) {
  const auto result = answer(options);
  return result ? *result : report(result.error());
}

}  // namespace tagsmith::app
