#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "project/yaml_internal.h"

namespace {

using tagsmith::project::SourceText;
using tagsmith::project::YamlNode;

// Every place of a node lies in the file, and so does every place in its text.
void look_at(const SourceText& source, const YamlNode& node) {
  const size_t size = source.text().size();
  TAGSMITH_ASSERT(node.byte <= size);
  TAGSMITH_ASSERT(source.position(node.byte).line >= 1);
  if (node.is_scalar()) {
    tagsmith::project::ambiguity(node);
    constexpr size_t kOffsetsMax = 64;
    for (size_t offset = 0; offset <= node.text.size() && offset < kOffsetsMax; ++offset) {
      TAGSMITH_ASSERT(byte_of_text(source, node, offset) <= size);
    }
  }
  for (const YamlNode& part : node.list) {
    look_at(source, part);
  }
  for (const auto& [key, value] : node.members) {
    look_at(source, key);
    look_at(source, value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
  const SourceText source(std::string(data, data + size));
  std::vector<tagsmith::project::YamlProblem> problems;
  const auto root = parse_yaml(source, problems);
  TAGSMITH_ASSERT(root.has_value() || !problems.empty());
  for (const auto& problem : problems) {
    TAGSMITH_ASSERT(problem.byte <= size && !problem.code.empty() && !problem.message.empty());
  }
  if (root) {
    look_at(source, *root);
    TAGSMITH_ASSERT(!tagsmith::base::to_text(to_json_value(*root)).empty());
  }
  return 0;
}
