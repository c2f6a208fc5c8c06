#pragma once

#include <span>
#include <string_view>

namespace tagsmith::app {

/// A file of the source that the program holds, as it was when it was built.
struct EmbeddedFile {
  std::string_view path;  // from the source's root: "examples/shop/tagsmith.yaml"
  std::string_view text;
};

/// The files that `tagsmith init` writes, and the sums of those it copies. CMakeLists.txt names
/// them, and the build makes the source of this function.
std::span<const EmbeddedFile> embedded_files();

}  // namespace tagsmith::app
