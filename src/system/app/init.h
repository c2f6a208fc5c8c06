#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/wiring.h"
#include "base/result.h"

namespace tagsmith::app {

/// The options of `tagsmith init`: either `example` or `from`.
struct InitOptions {
  std::string folder;   // NAME
  std::string example;  // --example: shop or seed
  std::string data;     // --data, of shop; empty: where tools/setup puts the purchases
  std::optional<std::uint64_t> users;  // --users, of seed; 1000 where none is said
  std::string from;                    // --from: a folder of files
  std::vector<std::string> keys;       // --key, of `from`: names of the key column
  std::string zone = "UTC";            // --zone, of `from`
  Resources resources;
  bool json = false;
};

/// Makes a project in a new folder and says what to do next; gives the exit code. The folder is
/// there whole or not at all; one that has something in it is refused and left as it is.
int init(const InitOptions& options);

/// A table of a new project.
struct NewTable {
  std::string name;
  std::string from;  // a path or a pattern
  std::string key;
  std::uint64_t rows = 0;   // of the newest partition, with a key or without
  std::uint64_t users = 0;  // of these
};

/// What a new project holds besides what can be seen in its folder.
struct NewProject {
  std::string as_of;                  // the day of its data, or empty
  bool newest_is_ready = true;        // else the day has to be named also where none is needed
  bool has_tags = true;               // else there is nothing to run yet
  std::vector<NewTable> tables;       // of `from`
  std::vector<std::string> left_out;  // of `from`: what is no table of the project, and why
};

/// Each writes a project into `folder`, which is empty.
base::Result<NewProject> write_shop(const std::string& folder, const InitOptions& options);
base::Result<NewProject> write_seed(const std::string& folder, const InitOptions& options);

base::Result<NewProject> write_from(const std::string& folder, const InitOptions& options);

/// Writes the schemas that editors check the files of a project by.
base::Status write_schemas(const std::string& folder);

/// Writes a file of a new project, and makes the folders that its path names.
base::Status write_new_file(const std::string& folder, std::string_view path,
                            std::string_view text);

}  // namespace tagsmith::app
