#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/interrupt.h"
#include "run/store_inputs_internal.h"

namespace tagsmith::run {
namespace {

constexpr size_t kRowsABatch = 2048;

bool is_in(std::span<const PinnedTag> run, std::int32_t tag_id) {
  return std::ranges::binary_search(run, tag_id, {}, &PinnedTag::tag_id);
}

// Pushes rows in batches.
class Pusher {
 public:
  Pusher(dataset::BatchConsumer& consumer, size_t column_count)
      : consumer_(consumer), column_count_(column_count) {
    clear();
  }

  base::Status push(std::string_view user_id, const std::vector<bool>& cells) {
    keys_.push_back(user_id);
    for (size_t i = 0; i < column_count_; ++i) {
      columns_[i].append(cells[i] ? column::Value(true) : column::Value());
    }
    return keys_.size() < kRowsABatch ? base::Status() : flush();
  }

  base::Status flush() {
    if (keys_.empty()) {
      return {};
    }
    dataset::TableBatch batch{.row_count = keys_.size(), .keys = keys_};
    for (const column::ColumnData& column : columns_) {
      batch.columns.push_back(column.view());
    }
    TAGSMITH_TRY(consumer_.consume(batch));
    clear();
    return {};
  }

 private:
  void clear() {
    keys_.clear();
    columns_.assign(column_count_,
                    column::ColumnData(column::Type{.kind = column::TypeKind::kBoolean}));
  }

  dataset::BatchConsumer& consumer_;
  size_t column_count_;
  std::vector<std::string_view> keys_;
  std::vector<column::ColumnData> columns_;
};

}  // namespace

StoreInputs::Inputs StoreInputs::add_to(const dataset::DataSet& data,
                                        const catalog::Catalog& catalog,
                                        std::span<const PinnedTag> run) {
  Inputs out{.data = data};
  column::TableSchema table{.name = std::string(kStoreTable)};
  const size_t number = data.schema.tables.size();
  const auto add = [&](std::string_view name, Kind kind, const catalog::Tag& tag) {
    table.columns.push_back({.name = fmt::format("{} {}", name, tag.code),
                             .type = {.kind = column::TypeKind::kBoolean}});
    inputs_[table.columns.back().name] = {.kind = kind, .tag_id = tag.id};
    return column::ColumnId{.table = number, .column = table.columns.size() - 1};
  };
  for (const catalog::Tag& tag : catalog.tags) {
    out.tags.by_code[tag.code] = {.grant = add("grant", Kind::kGrant, tag),
                                  .block = add("block", Kind::kBlock, tag),
                                  .stored = add("stored", Kind::kStored, tag),
                                  .in_run = is_in(run, tag.id)};
  }
  out.data.sources.push_back(
      {.name = std::string(kStoreTable), .format = dataset::TableSource::Format::kSelect});
  out.data.schema.tables.push_back(std::move(table));
  return out;
}

base::Result<dataset::ScanCounts> StoreInputs::scan(const dataset::ScanSpec& spec,
                                                    const ConsumerFactory& make_consumer) {
  if (spec.source.name != kStoreTable) {
    return reader_.scan(spec, make_consumer);
  }
  std::vector<Input> asked;
  for (const std::string& name : spec.columns) {
    const auto input = inputs_.find(name);
    TAGSMITH_ASSERT(input != inputs_.end());
    asked.push_back(input->second);
  }
  Rows rows;
  add_edits(asked, rows);
  TAGSMITH_TRY(add_members(asked, rows));
  const auto consumer = make_consumer();
  Pusher pusher(*consumer, asked.size());
  for (const auto& [user_id, cells] : rows) {
    TAGSMITH_TRY(pusher.push(user_id, cells));
  }
  TAGSMITH_TRY(pusher.flush());
  return dataset::ScanCounts{.rows = rows.size()};
}

void StoreInputs::add_edits(const std::vector<Input>& inputs, Rows& rows) const {
  for (const membership::ManualEdit& edit : edits_) {
    const Kind kind =
        edit.kind == membership::ManualEdit::Kind::kGrant ? Kind::kGrant : Kind::kBlock;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].kind == kind && inputs[i].tag_id == edit.tag_id && edit.holds_at(now_)) {
        std::vector<bool>& cells = rows[edit.user_id];
        cells.resize(inputs.size());
        cells[i] = true;
      }
    }
  }
}

base::Status StoreInputs::add_members(const std::vector<Input>& inputs, Rows& rows) {
  if (std::ranges::find(inputs, Kind::kStored, &Input::kind) == inputs.end()) {
    return {};
  }
  const auto users = TAGSMITH_TRY(store_.users());
  while (const auto user = TAGSMITH_TRY(users->next())) {
    if (base::interrupted()) {
      return base::cancelled();
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].kind == Kind::kStored &&
          std::ranges::binary_search(user->tags, inputs[i].tag_id)) {
        std::vector<bool>& cells = rows[user->user_id];
        cells.resize(inputs.size());
        cells[i] = true;
      }
    }
  }
  return {};
}

}  // namespace tagsmith::run
