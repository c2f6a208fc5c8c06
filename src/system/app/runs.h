#pragma once

#include <cstddef>
#include <cstdint>

#include "app/checked_project.h"

namespace tagsmith::app {

/// The runs of a project's store: `tagsmith runs list|show|abandon`. Each gives the exit code.
int list_runs(const ProjectOptions& options, size_t count_max);
int show_run(const ProjectOptions& options, std::int64_t run_id);

/// Takes back what an unfinished run published, and ends it.
int abandon_run(const ProjectOptions& options, std::int64_t run_id);

}  // namespace tagsmith::app
