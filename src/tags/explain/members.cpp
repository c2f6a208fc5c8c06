#include "explain/members.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "base/language.h"

namespace tagsmith::explain {
namespace {

using membership::FeedRow;
using membership::StoredTag;
using membership::StoredUser;
using membership::TagStore;
using membership::UserTags;
using run::RunState;

constexpr size_t kPageRows = 10'000;
constexpr int kTriesMax = 10;

bool is_change(const FeedRow& row) {
  return row.kind == FeedRow::Kind::kEntered || row.kind == FeedRow::Kind::kLeft;
}

// Whether a row of the feed had happened at a moment.
class Filter {
 public:
  Filter(run::RunStore& runs, const View& view) : runs_(runs), view_(view) {}

  base::Result<bool> takes(const FeedRow& row) {
    if (row.run_id == 0) {
      return is_past(row.time);
    }
    const Run run = TAGSMITH_TRY(run_of(row.run_id));
    switch (run.state) {
      case RunState::kPublished:
        return is_past(row.time);
      case RunState::kAbandoned:
        return is_past(run.ended_at);
      case RunState::kPinned:
      case RunState::kPublishing:
      case RunState::kHeld:
      case RunState::kFailed:
        break;
    }
    return view_.live && is_past(row.time);
  }

 private:
  struct Run {
    RunState state = RunState::kPublishing;
    membership::Micros ended_at = 0;
  };

  [[nodiscard]] bool is_past(membership::Micros time) const {
    return !view_.at || time <= *view_.at;
  }

  base::Result<Run> run_of(std::int64_t id) {
    auto known = known_.find(id);
    if (known == known_.end()) {
      const auto record = TAGSMITH_TRY(runs_.run(id));
      if (!record) {
        return base::Error{
            .code = base::ErrorCode::kUnavailable,
            .message = base::message("the feed names run {}, which is not there", id),
            .symbol = std::string(membership::kStoreDrift),
            .hint = base::tr("somebody else wrote to the tables of the store")};
      }
      known = known_.emplace(id, Run{record->state, record->ended_at.value_or(0)}).first;
    }
    return known->second;
  }

  run::RunStore& runs_;
  View view_;
  std::map<std::int64_t, Run> known_;
};

// What is true at a moment where the serving table may say otherwise.
using Differences = std::map<std::string, std::map<std::int32_t, bool>, std::less<>>;

base::Error too_many_differences(const View& view) {
  return {
      .code = base::ErrorCode::kResourceExhausted,
      .message = base::message("more than {} memberships differ from those of {}", kDifferencesMax,
                               view.at ? base::tr("that moment") : base::tr("the published runs")),
      .symbol = "E_LIMIT",
      .hint = view.at ? base::tr("ask for a later moment")
                      : base::tr("finish the run that is publishing, or ask with --live")};
}

// The first row that had not happened says what was before it; a later one that had, what it left.
base::Result<Differences> differences(TagStore& tags, Filter& filter, const View& view,
                                      std::uint64_t after) {
  Differences found;
  size_t count = 0;
  const auto note = [&](const FeedRow& row) -> base::Result<bool> {
    if (!is_change(row)) {
      return true;
    }
    const bool entered = row.kind == FeedRow::Kind::kEntered;
    const bool taken = TAGSMITH_TRY(filter.takes(row));
    if (!taken) {
      const bool is_new = found[row.user_id].emplace(row.tag_id, !entered).second;
      count += is_new ? 1 : 0;
    } else if (const auto user = found.find(row.user_id); user != found.end()) {
      const auto tag = user->second.find(row.tag_id);
      if (tag != user->second.end()) {
        tag->second = entered;
      }
    }
    if (count > kDifferencesMax) {
      return too_many_differences(view);
    }
    return true;
  };
  TAGSMITH_TRY(
      read_feed(tags, {.after = after, .rows_max = std::numeric_limits<size_t>::max()}, note));
  return found;
}

// The rows of another cursor, put right.
class Corrected final : public membership::UserCursor {
 public:
  Corrected(std::unique_ptr<membership::UserCursor> rows, TagStore& tags, Filter filter,
            Differences differences)
      : rows_(std::move(rows)),
        tags_(tags),
        filter_(std::move(filter)),
        differences_(std::move(differences)) {}

  base::Result<std::optional<UserTags>> next() override {
    while (auto user = TAGSMITH_TRY(rows_->next())) {
      const auto differs = differences_.find(user->user_id);
      if (differs == differences_.end()) {
        return user;
      }
      for (const auto& [tag_id, has] : differs->second) {
        const auto place = std::ranges::lower_bound(user->tags, tag_id);
        const bool had = place != user->tags.end() && *place == tag_id;
        if (has && !had) {
          user->tags.insert(place, tag_id);
        } else if (!has && had) {
          user->tags.erase(place);
        }
      }
      if (!user->tags.empty() || TAGSMITH_TRY(was_there(user->user_id))) {
        return user;
      }
    }
    return std::optional<UserTags>();
  }

 private:
  // A user without tags has a row only if something had happened to it.
  base::Result<bool> was_there(const std::string& user_id) {
    bool found = false;
    const auto look = [&](const FeedRow& row) -> base::Result<bool> {
      found = TAGSMITH_TRY(filter_.takes(row));
      return !found;
    };
    TAGSMITH_TRY(read_feed(
        tags_, {.user_id = user_id, .rows_max = std::numeric_limits<size_t>::max()}, look));
    return found;
  }

  std::unique_ptr<membership::UserCursor> rows_;
  TagStore& tags_;
  Filter filter_;
  Differences differences_;
};

// The one run that may be writing.
struct Newest {
  std::int64_t id = 0;
  RunState state = RunState::kPublished;
  std::uint64_t feed_before = 0;

  bool operator==(const Newest&) const = default;
};

base::Result<Newest> newest_run(run::RunStore& runs) {
  const auto records = TAGSMITH_TRY(runs.runs(1));
  if (records.empty()) {
    return Newest{};
  }
  return Newest{records[0].id, records[0].state, records[0].feed_before};
}

struct Opened {
  std::unique_ptr<membership::UserCursor> rows;
  Newest newest;
};

// Rows of one moment, and the run that was writing at it.
base::Result<Opened> open_rows(TagStore& tags, run::RunStore& runs) {
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const Newest before = TAGSMITH_TRY(newest_run(runs));
    auto rows = TAGSMITH_TRY(tags.users());
    if (TAGSMITH_TRY(newest_run(runs)) == before) {
      return Opened{std::move(rows), before};
    }
  }
  return base::Error{.code = base::ErrorCode::kConflict,
                     .message = base::tr("runs begin and end faster than they can be asked about"),
                     .symbol = std::string(membership::kStoreFailed),
                     .hint = base::tr("ask again, or ask with --live")};
}

// What the feed says of one membership at a moment.
struct LastWord {
  bool has = false;
  std::string detail;
  bool hidden = false;  // rows that had not happened follow
};

}  // namespace

base::Result<std::unique_ptr<membership::UserCursor>> members(TagStore& tags, run::RunStore& runs,
                                                              const View& view) {
  if (view.live && !view.at) {
    return tags.users();
  }
  Opened opened = TAGSMITH_TRY(open_rows(tags, runs));
  if (!view.at && opened.newest.state != RunState::kPublishing) {
    return std::move(opened.rows);
  }
  Filter filter(runs, view);
  Differences found =
      TAGSMITH_TRY(differences(tags, filter, view, view.at ? 0 : opened.newest.feed_before));
  return std::unique_ptr<membership::UserCursor>(std::make_unique<Corrected>(
      std::move(opened.rows), tags, std::move(filter), std::move(found)));
}

base::Result<std::optional<StoredUser>> member(TagStore& tags, run::RunStore& runs,
                                               const View& view, const std::string& user_id) {
  auto stored = TAGSMITH_TRY(tags.user(user_id));
  if (!stored || (view.live && !view.at)) {
    return stored;
  }
  Filter filter(runs, view);
  std::map<std::int32_t, LastWord> words;
  bool was_there = false;
  const auto hear = [&](const FeedRow& row) -> base::Result<bool> {
    const bool entered = row.kind == FeedRow::Kind::kEntered;
    LastWord& word = words[row.tag_id];
    if (TAGSMITH_TRY(filter.takes(row))) {
      word = {.has = entered, .detail = row.detail};
      was_there = true;
    } else if (!word.hidden) {
      word = {.has = !entered, .detail = row.detail, .hidden = true};
    }
    return true;
  };
  TAGSMITH_TRY(
      read_feed(tags, {.user_id = user_id, .rows_max = std::numeric_limits<size_t>::max()}, hear));
  if (!was_there && !words.empty()) {
    return std::optional<StoredUser>();
  }
  for (const auto& [tag_id, word] : words) {
    if (!word.hidden && !view.at) {
      continue;
    }
    std::erase_if(stored->tags, [&](const StoredTag& tag) { return tag.tag_id == tag_id; });
    if (word.has) {
      stored->tags.push_back({tag_id, word.detail});
    }
  }
  std::ranges::sort(stored->tags, {}, &StoredTag::tag_id);
  return stored;
}

base::Status read_feed(TagStore& tags, membership::FeedQuestion question,
                       const std::function<base::Result<bool>(const FeedRow&)>& take) {
  for (size_t left = question.rows_max; left > 0;) {
    question.rows_max = std::min(left, kPageRows);
    const auto rows = TAGSMITH_TRY(tags.feed(question));
    for (const FeedRow& row : rows) {
      if (!TAGSMITH_TRY(take(row))) {
        return {};
      }
      question.after = row.seq;
    }
    if (rows.size() < question.rows_max) {
      break;
    }
    left -= rows.size();
  }
  return {};
}

}  // namespace tagsmith::explain
