#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace tagsmith::app {

/// Opens the store that a project names ("sqlite:tags.db"); a relative path counts from the working
/// folder, which is the project's. `create`: makes it where there is none, else kNotFound.
base::Result<std::unique_ptr<store::Store>> open_store(const std::string& store_url, bool create);

/// Where a run of this store keeps its changes until they are published: "runs/STORE-7.changes" of
/// the state folder, which may be that of several stores.
base::Result<std::string> changes_path(store::Store& store, std::int64_t run_id);

/// Who acts: what --actor says, else $USER, else "unknown".
std::string actor_of(const std::string& option);

/// The commit that git has checked out in `folder` or in one around it, 40 or 64 hex digits; empty
/// where there is none. Reads git's files and starts no program.
std::string git_commit(const std::string& folder);

}  // namespace tagsmith::app
