#pragma once

#include <string>
#include <vector>

#include "app/command_table.h"

namespace tagsmith::app {

/// The shells that completion_script() knows.
std::vector<std::string> completion_shells();

/// A script for one of completion_shells(): it completes commands, options, values of options that
/// have few, files, and the codes of tags, for which it asks `tagsmith codes`.
std::string completion_script(const std::string& shell, const std::vector<CommandInfo>& table);

}  // namespace tagsmith::app
