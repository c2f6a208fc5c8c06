#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/inputs.h"
#include "app/wiring.h"

namespace tagsmith::app {

/// The options of `tagsmith eval`, as written.
struct EvalOptions {
  std::string rules;   // --rules
  Inputs inputs;       // its day defaults to as_of
  std::string as_of;   // --as-of
  std::string search;  // --search T1,T2
  bool upper_bound = false;
  bool skip_refused = false;
  Resources resources;

  std::string out;                      // --out
  bool summary = false;                 // --summary
  std::optional<std::string> why_user;  // --why
  std::optional<std::int32_t> why_tag;  // --tag
  bool json = false;                    // --json: the reasons as JSON
  std::string sql_dialect;              // --sql
  bool stages = false;                  // --stages
};

/// Evaluates a rule file over tables; gives the exit code. What it refuses stands on stderr: every
/// problem of a rule as one line of JSON.
int eval(const EvalOptions& options);

}  // namespace tagsmith::app
