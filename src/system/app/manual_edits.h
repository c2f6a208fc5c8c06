#pragma once

#include <string>
#include <vector>

#include "app/checked_project.h"
#include "app/wiring.h"
#include "membership/membership.h"

namespace tagsmith::app {

/// The options of `tagsmith grant` and `tagsmith block`, as written.
struct EditOptions {
  ProjectOptions project;
  membership::ManualEdit::Kind kind = membership::ManualEdit::Kind::kGrant;
  std::vector<std::string> words;  // USER TAG...; with --file only tags
  std::string file;                // --file; empty: none
  bool remove = false;
  std::string reason;
  std::string expires;  // a day, or "30d"; empty: the tag's grant_days
  std::string actor;    // empty: see actor_of()
  bool new_users = false;
  Resources resources;
};

/// Grants or blocks tags by hand, or takes that back: all of it or nothing. Gives the exit code.
int edit_tags(const EditOptions& options);

}  // namespace tagsmith::app
