#pragma once

#include <string>

#include "app/checked_project.h"
#include "app/wiring.h"

namespace tagsmith::app {

/// The options of `tagsmith validate`.
struct ValidateOptions {
  ProjectOptions project;
  std::string day;    // --dt; empty: the newest partition
  std::string as_of;  // --as-of; empty: `day`, else today
  Resources resources;
};

/// Prints everything that is wrong with a project, and remarks on its rules; gives the exit code:
/// remarks alone are no failure.
int validate(const ValidateOptions& options);

}  // namespace tagsmith::app
