#pragma once

#include <string>
#include <vector>

#include "app/command_table.h"

namespace tagsmith::app {

/// docs/reference/commands.md.
std::string commands_reference(const std::vector<CommandInfo>& table);

}  // namespace tagsmith::app
