#pragma once

#include <map>
#include <memory>
#include <string>

#include "project/project.h"
#include "project/yaml_internal.h"

namespace tagsmith::project {

/// One rule where it was written.
struct RuleSource {
  std::string file;
  std::shared_ptr<const SourceText> source;
  YamlNode node;  // a text, or the map of a rule that is written as YAML
};

class RuleSources {
 public:
  void add(std::string place, RuleSource source) {
    by_place_.insert_or_assign(std::move(place), std::move(source));
  }
  [[nodiscard]] const RuleSource* find(const std::string& place) const {
    const auto found = by_place_.find(place);
    return found == by_place_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, RuleSource> by_place_;
};

}  // namespace tagsmith::project
