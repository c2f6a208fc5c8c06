#pragma once

#include <cstddef>
#include <string>

#include "app/inputs.h"
#include "app/wiring.h"

namespace tagsmith::app {

/// The options of `tagsmith columns`.
struct ColumnsOptions {
  Inputs inputs;
  std::string only_table;  // --only; empty: all
  size_t samples_max = 3;
  bool json = false;
  Resources resources;
};

/// Prints what the tables look like; gives the exit code.
int columns(const ColumnsOptions& options);

}  // namespace tagsmith::app
