#include "dataset/data_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/language.h"
#include "base/problem.h"
#include "dataset/discover.h"

namespace tagsmith::dataset {
namespace {

base::Error key_kinds_differ(const TableSource& integer, const TableSource& text) {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = base::message("the key {} is an integer in table {} and text in table {}",
                                   base::quote(integer.key), base::quote(full_name(integer)),
                                   base::quote(full_name(text))),
          .symbol = "E_DATA_KEY",
          .path = place_of(text),
          .hint = base::tr(
              "bring one of them to the other's type: '007' and 7 may be two users or one")};
}

}  // namespace

base::Result<DataSet> describe(Reader& reader, std::vector<TableSource> sources) {
  TAGSMITH_ASSERT(!sources.empty());
  std::ranges::sort(sources, {}, full_name);
  const auto twin = std::ranges::adjacent_find(sources, {}, full_name);
  if (twin != sources.end()) {
    base::Error error{
        .code = base::ErrorCode::kConflict,
        .message = base::message("two tables are named {}", base::quote(full_name(*twin))),
        .hint = base::tr("give one of them another name")};
    return error;
  }
  DataSet data;
  data.schema.key.name = sources.front().key;
  const TableSource* integer = nullptr;
  const TableSource* text = nullptr;
  for (const TableSource& source : sources) {
    TableDescription description = TAGSMITH_TRY(reader.describe(source));
    data.schema.tables.push_back(std::move(description.schema));
    data.files.push_back(std::move(description.files));
    (description.integer_key ? integer : text) = &source;
    if (integer != nullptr && text != nullptr) {
      return key_kinds_differ(*integer, *text);
    }
  }
  data.sources = std::move(sources);
  return data;
}

}  // namespace tagsmith::dataset
