#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/checked_project.h"
#include "base/result.h"
#include "explain/members.h"
#include "membership/audience.h"
#include "project/project.h"
#include "store/store.h"

namespace tagsmith::app {

/// A project and its store, for questions and manual edits: no table is looked at.
struct Asking {
  project::Project project;
  bool is_whole = true;  // else parts of the project could not be read: tags may be missing
  std::unique_ptr<store::Store> store;
  /// The tags of the project, then those that only the store knows; by id.
  std::vector<membership::TagName> tags;
};

/// Goes into the project's folder and opens its store; `create`: makes the store where there is
/// none. Mistakes of the project are on stderr; nothing when some are in tagsmith.yaml.
base::Result<std::optional<Asking>> open_asking(const ProjectOptions& options, bool create = false);

/// The tag that somebody names by code or id; kNotFound with the nearest code.
base::Result<membership::TagName> find_tag(const std::vector<membership::TagName>& tags,
                                           const std::string& name);

/// The code of a tag, or its id where no code is known.
std::string code_of(const std::vector<membership::TagName>& tags, std::int32_t tag_id);

/// The view that --live and --at name; a day is its first moment, UTC. An empty `at` is now.
base::Result<explain::View> read_view(bool live, const std::string& at);

/// "2025-11-22 10:30:00 UTC", to the second.
std::string time_for_people(std::int64_t micros);

/// A path of the command line, which is to be read after enter_project().
std::string from_here(const std::string& path);

/// Says that a run is publishing, and that what it has written is not shown; nothing otherwise.
base::Status note_unfinished(run::RunStore& runs);

}  // namespace tagsmith::app
