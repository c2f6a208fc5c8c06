#pragma once

#include <string>

namespace tagsmith::app {

/// docs/reference/truth-tables.md: and, or, not, and every operator on a value, on null and on a
/// cell that cannot be read, each answer by the interpreter.
std::string truth_tables();

}  // namespace tagsmith::app
