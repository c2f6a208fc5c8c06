#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/checked_catalog.h"
#include "catalog/tag.h"
#include "dataset/data_set.h"
#include "dataset/reader.h"
#include "membership/tag_store.h"
#include "run/pins.h"

namespace tagsmith::run {

/// The name of the table of a run that no rule can name.
inline constexpr std::string_view kStoreTable = "(store)";

/// What has_tag asks of the store, as one more table: for every tag its grants, its blocks and its
/// members, a row a user, true or null. Other tables are read by the reader that it wraps. What it
/// is made from must outlive it.
class StoreInputs final : public dataset::Reader {
 public:
  StoreInputs(dataset::Reader& reader, membership::TagStore& store,
              std::span<const membership::ManualEdit> edits, membership::Micros now)
      : reader_(reader), store_(store), edits_(edits), now_(now) {}

  /// The data set with the table at its end, for the tags of a catalogue, and which columns has_tag
  /// asks for; `run` are the tags of the run, ascending.
  struct Inputs {
    dataset::DataSet data;
    catalog::TagInputs tags;
  };
  Inputs add_to(const dataset::DataSet& data, const catalog::Catalog& catalog,
                std::span<const PinnedTag> run);

  base::Result<dataset::TableDescription> describe(const dataset::TableSource& source) override {
    return reader_.describe(source);
  }
  base::Result<dataset::ScanCounts> scan(const dataset::ScanSpec& spec,
                                         const ConsumerFactory& make_consumer) override;
  base::Result<std::vector<dataset::ColumnProfile>> profile(
      const dataset::ProfileSpec& spec) override {
    return reader_.profile(spec);
  }
  base::Result<std::vector<column::Column>> columns(const dataset::TableSource& source) override {
    return reader_.columns(source);
  }

 private:
  enum class Kind { kGrant, kBlock, kStored };
  struct Input {
    Kind kind = Kind::kGrant;
    std::int32_t tag_id = 0;
  };

  // By user, which of the asked inputs are true.
  using Rows = std::map<std::string, std::vector<bool>, std::less<>>;
  void add_edits(const std::vector<Input>& inputs, Rows& rows) const;
  base::Status add_members(const std::vector<Input>& inputs, Rows& rows);

  dataset::Reader& reader_;
  membership::TagStore& store_;
  std::span<const membership::ManualEdit> edits_;
  membership::Micros now_;
  std::map<std::string, Input, std::less<>> inputs_;  // by the name of the column
};

}  // namespace tagsmith::run
