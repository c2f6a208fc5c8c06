#include "app/manual_edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "app/activity.h"
#include "app/asking.h"
#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/project_store.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/language.h"
#include "base/problem.h"
#include "base/utf8.h"
#include "column/days.h"
#include "dataset/reader.h"
#include "files/folder.h"
#include "membership/edit_file.h"

namespace tagsmith::app {
namespace {

using membership::EditRow;
using membership::LineProblem;
using membership::LineProblems;
using membership::ManualEdit;
using membership::Micros;

constexpr size_t kFileBytesMax = size_t{64} << 20;
constexpr int kDaysMax = 36'500;
constexpr int kTriesMax = 5;
constexpr std::int64_t kRetryMicros = 200'000;

base::Error usage_error(std::string message, std::string hint) {
  base::Error error = base::invalid_argument(std::move(message));
  error.hint = std::move(hint);
  return error;
}

// The rows of the command line: line 0.
base::Result<std::vector<EditRow>> rows_of_words(const EditOptions& options) {
  if (options.words.size() < 2) {
    return usage_error(base::tr("name a user and at least one tag, or a file with --file"),
                       base::tr("write USER TAG..."));
  }
  std::vector<EditRow> rows;
  for (size_t i = 1; i < options.words.size(); ++i) {
    rows.push_back({.line = 0, .user_id = options.words[0], .tag = options.words[i]});
  }
  return rows;
}

// A row that names no tag stands for the tags of the command line.
std::vector<EditRow> with_tags(std::vector<EditRow> rows, const std::vector<std::string>& tags,
                               LineProblems& problems) {
  std::vector<EditRow> all;
  for (EditRow& row : rows) {
    if (!row.tag.empty()) {
      all.push_back(std::move(row));
      continue;
    }
    if (tags.empty()) {
      problems.push_back({row.line, base::tr("the row names no tag"),
                          base::tr("add a column 'tag', or name the tag behind the command")});
    }
    for (const std::string& tag : tags) {
      all.push_back(row);
      all.back().tag = tag;
    }
  }
  return all;
}

// Reads the rows to edits; what is wrong with them is told line by line.
class EditReader {
 public:
  EditReader(const EditOptions& options, const Asking& asking, Micros now)
      : options_(options), asking_(asking), now_(now), actor_(actor_of(options.actor)) {}

  std::vector<ManualEdit> read(const std::vector<EditRow>& rows) {
    std::vector<ManualEdit> edits;
    for (const EditRow& row : rows) {
      auto edit = read(row);
      if (!edit) {
        problems_.push_back({row.line, edit.error().message, edit.error().hint});
        continue;
      }
      const auto [place, is_new] =
          line_of_.emplace(std::pair(edit->user_id, edit->tag_id), std::pair(row.line, *edit));
      if (is_new) {
        edits.push_back(std::move(*edit));
      } else if (place->second.second != *edit) {
        problems_.push_back({row.line,
                             base::message("the user and tag of line {} again, with another reason "
                                           "or end",
                                           place->second.first),
                             base::tr("leave one of the two away")});
      }
    }
    return edits;
  }

  [[nodiscard]] size_t line_of(const ManualEdit& edit) const {
    return line_of_.at({edit.user_id, edit.tag_id}).first;
  }

  [[nodiscard]] LineProblems& problems() { return problems_; }

 private:
  base::Result<ManualEdit> read(const EditRow& row) {
    const membership::TagName tag = TAGSMITH_TRY(find_tag(asking_.tags, row.tag));
    const auto known = std::ranges::find(asking_.project.catalog.tags, tag.id, &catalog::Tag::id);
    if (known == asking_.project.catalog.tags.end() && !options_.remove) {
      return asking_.is_whole
                 ? usage_error(base::message("the tag {} is not in the project any more", row.tag),
                               base::tr("only --remove may name it"))
                 : usage_error(
                       base::message("the project cannot be read, and the tag {} was not found "
                                     "in what could",
                                     row.tag),
                       base::tr("mend what tagsmith validate tells"));
    }
    if (row.user_id.empty()) {
      return usage_error(base::tr("the user id is empty"), base::tr("an empty id is nobody's"));
    }
    TAGSMITH_TRY(asking_.store->tags().check_user_id(row.user_id));
    ManualEdit edit{.user_id = row.user_id,
                    .tag_id = tag.id,
                    .kind = options_.kind,
                    .actor = actor_,
                    .made_at = now_};
    edit.reason = row.reason.empty() ? options_.reason : row.reason;
    if (!base::is_utf8(edit.reason) || !base::is_utf8(actor_)) {
      return usage_error(base::tr("the reason or the actor is not UTF-8"),
                         base::tr("write it in UTF-8"));
    }
    if (options_.remove) {
      return edit;
    }
    const std::string& expires = row.expires.empty() ? options_.expires : row.expires;
    if (!expires.empty()) {
      edit.expires_at = TAGSMITH_TRY(read_end(expires));
    } else if (options_.kind == ManualEdit::Kind::kGrant &&
               known != asking_.project.catalog.tags.end() && known->grant_days) {
      edit.expires_at = now_ + *known->grant_days * column::kMicrosPerDay;
    }
    return edit;
  }

  // A day ends with its last moment; "30d" are 30 times 24 hours from now.
  base::Result<Micros> read_end(const std::string& text) {
    if (text.ends_with('d')) {
      int days = 0;
      const char* end = text.data() + text.size() - 1;
      const auto [stopped, error] = std::from_chars(text.data(), end, days);
      if (error == std::errc() && stopped == end && days >= 1 && days <= kDaysMax) {
        return now_ + days * column::kMicrosPerDay;
      }
    }
    const auto day = read_day("--expires", text);
    if (!day) {
      return usage_error(
          base::message("the end {} is neither a day nor a number of days", base::quote(text)),
          base::tr("write YYYY-MM-DD, or a number of days like 30d"));
    }
    const Micros end = end_of_day(*day, asking_.project.zone);
    if (end <= now_) {
      return usage_error(base::message("the end {} is past", text), base::tr("name a later day"));
    }
    return end;
  }

  const EditOptions& options_;
  const Asking& asking_;
  Micros now_;
  std::string actor_;
  std::map<std::pair<std::string, std::int32_t>, std::pair<size_t, ManualEdit>> line_of_;
  LineProblems problems_;
};

// Takes the keys of a scan out of a set.
class Finder final : public dataset::BatchConsumer {
 public:
  Finder(std::set<std::string, std::less<>>& missing, std::mutex& mutex)
      : missing_(missing), mutex_(mutex) {}

  base::Status consume(const dataset::TableBatch& batch) override {
    const std::scoped_lock lock(mutex_);
    for (const std::string_view key : batch.keys) {
      if (const auto found = missing_.find(key); found != missing_.end()) {
        missing_.erase(found);
      }
    }
    return {};
  }

 private:
  std::set<std::string, std::less<>>& missing_;
  std::mutex& mutex_;
};

// The users of the edits that neither the store nor the newest data know.
base::Result<std::set<std::string, std::less<>>> unknown_users(const std::vector<ManualEdit>& edits,
                                                               const Asking& asking,
                                                               const Resources& resources) {
  constexpr size_t kAskedOneByOne = 100;
  std::set<std::string, std::less<>> missing;
  for (const ManualEdit& edit : edits) {
    missing.insert(edit.user_id);
  }
  membership::TagStore& tags = asking.store->tags();
  if (missing.size() <= kAskedOneByOne) {
    for (auto user = missing.begin(); user != missing.end();) {
      user = TAGSMITH_TRY(tags.user(*user)) ? missing.erase(user) : std::next(user);
    }
  } else {
    const auto cursor = TAGSMITH_TRY(tags.users());
    while (const auto user = TAGSMITH_TRY(cursor->next())) {
      missing.erase(user->user_id);
    }
  }
  if (missing.empty()) {
    return missing;
  }
  const Progress progress;
  progress.show(base::tr("looking for new users in the tables"));
  const auto reader = TAGSMITH_TRY(make_reader(resources));
  std::mutex mutex;
  for (dataset::TableSource& source : TAGSMITH_TRY(project::table_sources(asking.project, ""))) {
    const std::optional<std::string> only =
        missing.size() == 1 ? std::optional(*missing.begin()) : std::nullopt;
    if (missing.empty()) {
      break;
    }
    const dataset::ScanSpec spec{.source = std::move(source), .columns = {}, .only_user = only};
    const auto scanned =
        TAGSMITH_TRY(reader->scan(spec, [&] { return std::make_unique<Finder>(missing, mutex); }));
    static_cast<void>(scanned);
  }
  return missing;
}

int report_lines(LineProblems problems, const std::string& file) {
  std::ranges::sort(problems, {}, [](const LineProblem& problem) {
    return std::pair(problem.line, problem.message);
  });
  for (const LineProblem& problem : problems) {
    const std::string path = problem.line == 0 ? "" : fmt::format("{}:{}", file, problem.line);
    report({.code = base::ErrorCode::kInvalidArgument,
            .message = problem.message,
            .symbol = "E_EDIT",
            .path = path,
            .hint = problem.hint});
  }
  return kRefused;
}

// What is to be written, and how much of what was asked for is there already.
struct Editing {
  membership::EditRequest request;
  size_t unchanged = 0;
  size_t blocked = 0;  // grants of tags that a block keeps away
};

bool same_decision(const ManualEdit& left, const ManualEdit& right) {
  ManualEdit other = right;
  other.made_at = left.made_at;
  return left == other;
}

// A grant whose end is a number of days from now is the same again only to the day.
bool same_but_for_the_hour(const ManualEdit& stored, const ManualEdit& wanted) {
  ManualEdit other = wanted;
  if (stored.expires_at && wanted.expires_at && *wanted.expires_at >= *stored.expires_at &&
      *wanted.expires_at - *stored.expires_at < column::kMicrosPerDay) {
    other.expires_at = stored.expires_at;
  }
  return same_decision(stored, other);
}

base::Result<Editing> compare(const std::vector<ManualEdit>& edits, bool remove, Asking& asking,
                              Micros now) {
  const bool few = edits.size() <= 100;
  Editing work{.request = {.set = {}, .remove = {}, .stamp = {.time = now}}};
  using Key = std::pair<std::string, std::int32_t>;
  std::map<Key, ManualEdit> same_kind;
  std::set<Key> blocks;
  std::set<std::string> users;
  for (const ManualEdit& edit : edits) {
    users.insert(edit.user_id);
  }
  const auto add = [&](const std::vector<ManualEdit>& stored) {
    for (const ManualEdit& edit : stored) {
      if (edit.kind == edits.front().kind) {
        same_kind.emplace(Key(edit.user_id, edit.tag_id), edit);
      } else if (edit.kind == ManualEdit::Kind::kBlock && edit.holds_at(now)) {
        blocks.emplace(edit.user_id, edit.tag_id);
      }
    }
  };
  if (few) {
    for (const std::string& user : users) {
      add(TAGSMITH_TRY(asking.store->tags().manual_edits(user)));
    }
  } else {
    add(TAGSMITH_TRY(asking.store->tags().manual_edits(std::nullopt)));
  }
  for (const ManualEdit& edit : edits) {
    const auto stored = same_kind.find({edit.user_id, edit.tag_id});
    const bool is_there = stored != same_kind.end();
    if (remove ? !is_there : is_there && same_but_for_the_hour(stored->second, edit)) {
      ++work.unchanged;
    } else {
      (remove ? work.request.remove : work.request.set).push_back(edit);
    }
    work.blocked += !remove && blocks.contains({edit.user_id, edit.tag_id}) ? 1 : 0;
  }
  return work;
}

base::Result<membership::PublishCounts> write(const membership::EditRequest& request,
                                              Asking& asking) {
  if (request.set.empty() && request.remove.empty()) {
    return membership::PublishCounts{};
  }
  for (int tries = 1;; ++tries) {
    auto counts = asking.store->tags().edit(request);
    const bool may_help = !counts && counts.error().code == base::ErrorCode::kConflict;
    if (!may_help || tries == kTriesMax) {
      return counts;
    }
    base::system_clock().sleep_micros(kRetryMicros);
  }
}

std::string result_text(const Editing& work, const membership::PublishCounts& counts,
                        const EditOptions& options) {
  const size_t done = work.request.set.size() + work.request.remove.size();
  const std::string verb = options.remove ? "removed" : "set";
  if (options.project.json) {
    return fmt::format(R"({{"{}":{},"unchanged":{},"entered":{},"left":{},"blocked":{}}})"
                       "\n",
                       verb, done, work.unchanged, counts.entered, counts.left, work.blocked);
  }
  std::string out = base::message("{} {}, unchanged {}, entered {}, left {}\n",
                                  options.remove ? base::tr("removed") : base::tr("set"), done,
                                  work.unchanged, counts.entered, counts.left);
  if (work.blocked > 0) {
    out += base::message("{} of them are blocked, and a block wins\n", work.blocked);
  }
  return out;
}

base::Result<int> run_edit(const EditOptions& options) {
  std::vector<EditRow> rows;
  LineProblems problems;
  if (options.file.empty()) {
    rows = TAGSMITH_TRY(rows_of_words(options));
  } else {
    const std::string text = TAGSMITH_TRY(files::read_file(options.file, kFileBytesMax));
    membership::EditFile read = membership::read_edit_rows(text);
    problems = std::move(read.problems);
    rows = with_tags(std::move(read.rows), options.words, problems);
    if (rows.size() > membership::kEditRowsMax) {
      return usage_error(base::message("{} grants or blocks are more than {}", rows.size(),
                                       membership::kEditRowsMax),
                         base::tr("split the file; each part is one transaction"));
    }
  }
  auto asking = TAGSMITH_TRY(open_asking(options.project, /*create=*/!options.remove));
  if (!asking) {
    return kRefused;
  }
  const Micros now = base::system_clock().utc_micros();
  EditReader reader(options, *asking, now);
  const std::vector<ManualEdit> edits = reader.read(rows);
  std::ranges::copy(reader.problems(), std::back_inserter(problems));
  if (!options.new_users && !options.remove && !edits.empty()) {
    const auto unknown = TAGSMITH_TRY(unknown_users(edits, *asking, options.resources));
    for (const ManualEdit& edit : edits) {
      if (unknown.contains(edit.user_id)) {
        problems.push_back({reader.line_of(edit),
                            base::message("neither the data nor the store know the user {}",
                                          base::quote(edit.user_id)),
                            base::tr("mend the id, or write --new-users")});
      }
    }
  }
  if (!problems.empty()) {
    return report_lines(std::move(problems), options.file);
  }
  Editing work;
  membership::PublishCounts counts;
  if (!edits.empty()) {
    work = TAGSMITH_TRY(compare(edits, options.remove, *asking, now));
    counts = TAGSMITH_TRY(write(work.request, *asking));
  }
  TAGSMITH_TRY(print(result_text(work, counts, options)));
  return kDone;
}

}  // namespace

int edit_tags(const EditOptions& options) {
  const auto result = run_edit(options);
  return result ? *result : report(result.error());
}

}  // namespace tagsmith::app
