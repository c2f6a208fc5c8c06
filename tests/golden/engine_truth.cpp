#include "engine_truth.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <variant>

#include "base/assert.h"
#include "engine/program.h"
#include "rule/lowered.h"

namespace tagsmith::golden {
namespace {

using column::ColumnId;

/// The cells of all users in one column; a user without a row has a null.
column::ColumnData column_of(const GoldenFile& file, ColumnId id) {
  column::ColumnData data(file.schema.type(id));
  for (const auto& [key, row] : file.users) {
    const auto cell = row.find(id);
    data.append(cell == row.end() ? column::Value() : cell->second);
  }
  return data;
}

/// The codes that an encoder gives to all users, as wide as it asks for.
class EncodedUsers {
 public:
  EncodedUsers(const engine::Encoder& encoder, const GoldenFile& file)
      : width_(encoder.code_width()), count_(file.users.size()), words_(count_) {
    std::vector<column::ColumnData> data;
    for (const ColumnId id : encoder.inputs()) {
      data.push_back(column_of(file, id));
    }
    std::vector<column::ColumnView> views;
    std::ranges::transform(data, std::back_inserter(views),
                           [](const column::ColumnData& column) { return column.view(); });
    encoder.encode(views, words_.data());
  }

  [[nodiscard]] engine::Codes codes() const {
    if (width_ == 1) {
      return std::span(static_cast<const std::uint8_t*>(start()), count_);
    }
    if (width_ == 2) {
      return std::span(static_cast<const std::uint16_t*>(start()), count_);
    }
    TAGSMITH_ASSERT(width_ == 4);
    return std::span(static_cast<const std::uint32_t*>(start()), count_);
  }

 private:
  [[nodiscard]] const void* start() const { return words_.data(); }

  size_t width_;
  size_t count_;
  std::vector<std::uint32_t> words_;  // wide and aligned enough for every width
};

class Collector final : public engine::TileConsumer {
 public:
  Collector(size_t rules, size_t users) : truths_(rules, std::vector<bool>(users)) {}

  void consume(const engine::Tile& tile) override {
    for (size_t rule = 0; rule < tile.rule_count; ++rule) {
      for (size_t row = 0; row < tile.row_count; ++row) {
        truths_[tile.first_rule + rule][row] = tile.is_true(rule, row);
      }
    }
  }

  [[nodiscard]] const std::vector<bool>& truth(size_t rule) const { return truths_[rule]; }

 private:
  std::vector<std::vector<bool>> truths_;
};

}  // namespace

EngineTruth engine_truth(const GoldenFile& file, const rule::TypedRule& rule,
                         const std::vector<rule::TypedRule>& tags) {
  const auto lower_tag_test = [&](std::string_view code) -> rule::LoweredExpression {
    std::vector<size_t> rules;
    for (size_t i = 0; i < file.tags.size(); ++i) {
      if (file.tags[i].first == code) {
        rules.push_back(i);
      }
    }
    return {rule::LoweredRuleTest(std::move(rules))};
  };
  rule::LoweredRules lowered;
  for (const rule::TypedRule& tag : tags) {
    lowered.push_back(rule::lower(tag, file.schema, file.as_of, lower_tag_test));
  }
  rule::TypedNot negation;
  negation.part.push_back(rule);
  lowered.push_back(rule::lower(rule, file.schema, file.as_of, lower_tag_test));
  lowered.push_back(rule::lower({std::move(negation)}, file.schema, file.as_of, lower_tag_test));

  const std::unique_ptr<engine::Program> program = engine::compile(lowered, file.schema);
  std::vector<EncodedUsers> encoded;
  for (const auto& encoder : program->encoders()) {
    encoded.emplace_back(*encoder, file);
  }
  engine::CodeBatch batch{.row_count = file.users.size()};
  for (const EncodedUsers& users : encoded) {
    batch.codes.push_back(users.codes());
  }
  Collector collector(lowered.size(), file.users.size());
  program->evaluator()->evaluate(batch, collector);
  return {.is_true = collector.truth(tags.size()), .is_false = collector.truth(tags.size() + 1)};
}

}  // namespace tagsmith::golden
