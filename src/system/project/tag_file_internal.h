#pragma once

#include <map>
#include <string>

#include "project/fields_internal.h"
#include "project/project.h"
#include "project/rule_sources_internal.h"

namespace tagsmith::project {

/// Collects the tags of all files of tags/. A tag with a mistake beside its rules stays in the
/// catalogue with what could be read, so that others can ask for it; one without an id has a
/// negative one.
class TagFiles {
 public:
  TagFiles(catalog::TagGuards guards, catalog::Catalog& catalog, RuleSources& sources)
      : guards_(guards), catalog_(catalog), sources_(sources) {}

  void read(YamlFile& file, const YamlNode& root);

  /// Whether the category of a tag that was read is known; after all files. `file` must be the one
  /// that the tag stands in.
  void check_categories(YamlFile& file);

  /// Sorts the catalogue.
  void finish();

 private:
  void read_categories(YamlFile& file, const YamlNode& list);
  void read_tags(YamlFile& file, const YamlNode& list);
  void read_tag(YamlFile& file, const YamlNode& node);
  void read_rules(YamlFile& file, const YamlNode& node, bool text_only, catalog::Tag& tag);
  void add_rule(YamlFile& file, const YamlNode& node, bool text_only, catalog::Tag& tag);

  /// Refuses what was there before, naming both places.
  void once(YamlFile& file, const YamlNode& node, std::string_view what, const std::string& value,
            std::map<std::string, std::string>& places);

  struct AskedCategory {
    std::string file;
    YamlNode node;
  };

  catalog::TagGuards guards_;
  catalog::Catalog& catalog_;
  RuleSources& sources_;
  std::map<std::string, std::string> place_of_id_;
  std::map<std::string, std::string> place_of_code_;
  std::map<std::string, std::string> place_of_category_;
  std::vector<AskedCategory> asked_categories_;
  std::int32_t tags_without_id_ = 0;
};

}  // namespace tagsmith::project
