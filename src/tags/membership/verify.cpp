#include "membership/verify.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "base/language.h"
#include "base/problem.h"

namespace tagsmith::membership {
namespace {

constexpr size_t kFeedRowsAtOnce = 10'000;
constexpr size_t kUsersShown = 10;

using TagsOfUsers = std::map<std::string, std::set<std::int32_t>>;

base::Result<TagsOfUsers> tags_of_feed(TagStore& store) {
  TagsOfUsers users;
  FeedQuestion question{.rows_max = kFeedRowsAtOnce};
  for (bool more = true; more;) {
    if (base::interrupted()) {
      return base::cancelled();
    }
    const std::vector<FeedRow> rows = TAGSMITH_TRY(store.feed(question));
    for (const FeedRow& row : rows) {
      switch (row.kind) {
        case FeedRow::Kind::kEntered:
          users[row.user_id].insert(row.tag_id);
          break;
        case FeedRow::Kind::kLeft:
          users[row.user_id].erase(row.tag_id);
          break;
        case FeedRow::Kind::kPublished:
        case FeedRow::Kind::kAbandoned:
          break;
      }
      question.after = row.seq;
    }
    more = rows.size() == kFeedRowsAtOnce;
  }
  return users;
}

base::Error drifted(const std::vector<std::string>& users) {
  std::vector<std::string> shown;
  const size_t count = std::min(users.size(), kUsersShown);
  std::transform(users.begin(), users.begin() + static_cast<std::ptrdiff_t>(count),
                 std::back_inserter(shown), [](const std::string& id) { return base::quote(id); });
  return {.code = base::ErrorCode::kConflict,
          .message =
              base::message("the tags of {} users are not what the feed says: {}{}", users.size(),
                            fmt::join(shown, ", "), users.size() > count ? ", ..." : ""),
          .symbol = std::string(kStoreDrift),
          .path = {},
          .hint = base::tr("only Tagsmith may write its tables: restore them from a backup")};
}

}  // namespace

base::Status verify(TagStore& store) {
  TagsOfUsers expected = TAGSMITH_TRY(tags_of_feed(store));
  std::vector<std::string> different;
  const auto cursor = TAGSMITH_TRY(store.users());
  while (const std::optional<UserTags> user = TAGSMITH_TRY(cursor->next())) {
    if (base::interrupted()) {
      return base::cancelled();
    }
    const auto found = expected.extract(user->user_id);
    const bool is_same =
        found ? std::ranges::equal(found.mapped(), user->tags) : user->tags.empty();
    if (!is_same) {
      different.push_back(user->user_id);
    }
  }
  for (const auto& [user_id, tags] : expected) {  // of whom there is no row
    if (!tags.empty()) {
      different.push_back(user_id);
    }
  }
  return different.empty() ? base::Status() : drifted(different);
}

}  // namespace tagsmith::membership
