#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "membership/tag_store.h"
#include "run/run_store.h"

namespace tagsmith::explain {

/// The memberships that somebody asks about. What a run has written shows when the run is
/// published; until then its users are shown as they were before it.
struct View {
  bool live = false;  // what an unfinished run has written too
  /// As they were at this moment; a run counts from its start on, a run that was given up from its
  /// end on. Nothing: now.
  std::optional<membership::Micros> at;
};

/// The most memberships that differ between the serving table and a moment; beyond it the question
/// is refused (E_LIMIT).
inline constexpr size_t kDifferencesMax = 2'000'000;

/// All users that the store knew at the moment, with their tags, in the order of the bytes of their
/// ids. Holds the memberships that differ from the serving table in memory, and no others. The
/// cursor reads `tags` and `runs` on: they outlive it.
base::Result<std::unique_ptr<membership::UserCursor>> members(membership::TagStore& tags,
                                                              run::RunStore& runs,
                                                              const View& view);

/// One user's row at the moment, or nothing when the store did not know the user then. Details of a
/// past moment are those of entry.
base::Result<std::optional<membership::StoredUser>> member(membership::TagStore& tags,
                                                           run::RunStore& runs, const View& view,
                                                           const std::string& user_id);

/// Hands all rows that the question allows to `take`, page by page, until it says false;
/// question.rows_max bounds them all.
base::Status read_feed(membership::TagStore& tags, membership::FeedQuestion question,
                       const std::function<base::Result<bool>(const membership::FeedRow&)>& take);

}  // namespace tagsmith::explain
