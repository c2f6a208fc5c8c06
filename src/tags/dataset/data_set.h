#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "column/schema.h"
#include "dataset/reader.h"

namespace tagsmith::dataset {

/// Tables with what they look like: schema.tables[i] and files[i] describe sources[i].
struct DataSet {
  std::vector<TableSource> sources;
  column::Schema schema;
  std::vector<std::optional<std::vector<std::string>>> files;  // TableDescription::files
};

/// Describes all tables. Fails with kConflict when two have one name, with E_DATA_KEY when the key
/// is an integer in one table and text in another, and with what the reader says.
base::Result<DataSet> describe(Reader& reader, std::vector<TableSource> sources);

}  // namespace tagsmith::dataset
