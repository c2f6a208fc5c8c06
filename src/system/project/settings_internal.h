#pragma once

#include <string>

#include "project/fields_internal.h"
#include "project/project.h"

namespace tagsmith::project {

/// Reads tagsmith.yaml into `project`; `tag_guards` are what every tag has that says nothing else.
void read_settings(YamlFile& file, const YamlNode& root, const std::string& environment,
                   Project& project, catalog::TagGuards& tag_guards);

/// The guards of a tag, with `defaults` where the map says nothing.
catalog::TagGuards read_tag_guards(YamlFile& file, const YamlNode& node,
                                   const catalog::TagGuards& defaults);

}  // namespace tagsmith::project
