#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tagsmith::app {

/// The options of `tagsmith generate`.
struct GenerateOptions {
  std::uint64_t users = 0;
  std::string folder;              // --out
  std::string day = "2025-11-22";  // --dt
};

/// Makes a folder of example warehouses of one partition; gives the exit code:
///
///   v1/       three typed tables: user_basic_info, user_asset_summary, user_activity_summary
///   v2/       database dws_user, seven tables, every column text but for the lists
///   v2_typed/ the same cells in types; what cannot be read as its type is null
///
/// Cells come from pools around the thresholds of usual rules: both sides of each, the first and
/// last microsecond of a day, nulls, unreadable texts, quotes and wildcards, null elements; some
/// users have no row in some tables. The same arguments give the same rows. The folder is there
/// whole or not at all; one that has something in it is refused and left as it is.
int generate(const GenerateOptions& options);

/// Writes the three tables of v1/ into `folder`, which is made.
base::Status write_seed_tables(const std::string& folder, std::uint64_t users,
                               const std::string& day);

}  // namespace tagsmith::app
