#include "run/evaluate.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "base/interrupt.h"

namespace tagsmith::run {
namespace {

using column::kWordBits;
using column::Word;
using dataset::UserCodes;
using dataset::UserNumber;

// The codes of a block of users in the order of their keys.
class Block {
 public:
  explicit Block(const std::vector<UserCodes>& all) : all_(all), gathered_(all.size()) {}

  engine::CodeBatch gather(std::span<const UserNumber> users) {
    engine::CodeBatch batch{.row_count = users.size()};
    for (size_t i = 0; i < all_.size(); ++i) {
      batch.codes.push_back(std::visit(
          [&](const auto& from) {
            using Vector = std::decay_t<decltype(from)>;
            if (!std::holds_alternative<Vector>(gathered_[i])) {
              gathered_[i].emplace<Vector>();
            }
            auto& to = std::get<Vector>(gathered_[i]);
            to.resize(users.size());
            std::ranges::transform(users, to.begin(), [&](UserNumber user) { return from[user]; });
            return engine::Codes(std::span(std::as_const(to)));
          },
          all_[i]));
    }
    return batch;
  }

 private:
  const std::vector<UserCodes>& all_;
  std::vector<UserCodes> gathered_;
};

// Collects the tiles of one block: for every tag which rows have it.
class TagRows final : public engine::TileConsumer {
 public:
  explicit TagRows(std::span<const std::int32_t> tag_of_rule) {
    tags_.assign(tag_of_rule.begin(), tag_of_rule.end());
    std::ranges::sort(tags_);
    const auto repeated = std::ranges::unique(tags_);
    tags_.erase(repeated.begin(), repeated.end());
    for (const std::int32_t tag : tag_of_rule) {
      const auto place = std::ranges::lower_bound(tags_, tag);
      slot_of_rule_.push_back(static_cast<size_t>(place - tags_.begin()));
    }
  }

  [[nodiscard]] std::span<const std::int32_t> tags() const { return tags_; }

  void start(size_t row_count) {
    words_ = column::word_count(row_count);
    bits_.assign(tags_.size() * words_, 0);
  }

  void consume(const engine::Tile& tile) override {
    for (size_t rule = 0; rule < tile.rule_count; ++rule) {
      Word* to = bits_.data() + slot_of_rule_[tile.first_rule + rule] * words_;
      const auto from = tile.bits.subspan(rule * tile.stride, words_);
      for (size_t i = 0; i < words_; ++i) {
        to[i] |= from[i];
      }
    }
  }

  /// Adds each tag to the list of every row that has it, in the order of the ids.
  void distribute(std::vector<std::vector<std::int32_t>>& tags_of_row,
                  std::vector<TagCount>& counts) const {
    for (size_t slot = 0; slot < tags_.size(); ++slot) {
      for (size_t i = 0; i < words_; ++i) {
        Word word = bits_[slot * words_ + i];
        counts[slot].users += static_cast<std::uint64_t>(std::popcount(word));
        for (; word != 0; word &= word - 1) {
          const size_t row = i * kWordBits + static_cast<size_t>(std::countr_zero(word));
          tags_of_row[row].push_back(tags_[slot]);
        }
      }
    }
  }

 private:
  std::vector<std::int32_t> tags_;    // distinct, ascending
  std::vector<size_t> slot_of_rule_;  // into tags_
  size_t words_ = 0;                  // a tag
  std::vector<Word> bits_;
};

// Collects the tiles of one block: for every rule in which rows it is TRUE.
class RuleRows final : public engine::TileConsumer {
 public:
  explicit RuleRows(size_t rule_count) : rule_count_(rule_count) {}

  void start(size_t row_count) {
    words_ = column::word_count(row_count);
    bits_.assign(rule_count_ * words_, 0);
  }

  void consume(const engine::Tile& tile) override {
    for (size_t rule = 0; rule < tile.rule_count; ++rule) {
      const auto from = tile.bits.subspan(rule * tile.stride, words_);
      const auto to = (tile.first_rule + rule) * words_;
      std::ranges::copy(from, bits_.begin() + static_cast<std::ptrdiff_t>(to));
    }
  }

  [[nodiscard]] bool is_true(size_t rule, size_t row) const {
    return column::bit(std::span(bits_).subspan(rule * words_, words_), row);
  }

 private:
  size_t rule_count_;
  size_t words_ = 0;  // a rule
  std::vector<Word> bits_;
};

std::vector<ColumnCounts> counts_of_columns(const std::vector<dataset::ReadingCounts>& readings) {
  std::vector<ColumnCounts> columns;
  for (const dataset::ReadingCounts& reading : readings) {
    auto column = std::ranges::find_if(columns, [&](const ColumnCounts& known) {
      return known.table == reading.table && known.column == reading.column;
    });
    if (column == columns.end()) {
      columns.push_back({.table = reading.table, .column = reading.column});
      column = std::prev(columns.end());
    }
    column->rows = reading.cells.rows;
    column->nulls = reading.cells.nulls;
    column->unreadable = std::max(column->unreadable, reading.cells.unreadable);
    column->nans = std::max(column->nans, reading.cells.nans);
  }
  return columns;
}

}  // namespace

base::Result<RunCounts> evaluate(const engine::Program& program,
                                 std::span<const std::int32_t> tag_of_rule,
                                 const dataset::JoinedUsers& users, const UserVisitor& visit) {
  TAGSMITH_ASSERT(program.rule_count() == tag_of_rule.size());
  TAGSMITH_ASSERT(program.encoders().size() == users.codes.size());
  const std::vector<UserNumber> order = users.keys.sorted();
  const auto evaluator = program.evaluator();
  Block block(users.codes);
  TagRows rows(tag_of_rule);
  std::vector<std::vector<std::int32_t>> tags_of_row(engine::kTileRows);
  RunCounts counts{.users = order.size(), .columns = counts_of_columns(users.readings)};
  for (const std::int32_t tag : rows.tags()) {
    counts.tags.push_back({.tag_id = tag});
  }
  for (size_t first = 0; first < order.size(); first += engine::kTileRows) {
    if (base::interrupted()) {
      return base::cancelled();
    }
    const auto in_block =
        std::span(order).subspan(first, std::min(engine::kTileRows, order.size() - first));
    rows.start(in_block.size());
    evaluator->evaluate(block.gather(in_block), rows);
    rows.distribute(tags_of_row, counts.tags);
    for (size_t row = 0; row < in_block.size(); ++row) {
      counts.users_with_tags += tags_of_row[row].empty() ? 0 : 1;
      TAGSMITH_TRY(visit(in_block[row], users.keys.key(in_block[row]), tags_of_row[row]));
      tags_of_row[row].clear();
    }
  }
  return counts;
}

base::Result<RunCounts> evaluate(const engine::Program& program,
                                 std::span<const std::int32_t> tag_of_rule,
                                 const dataset::JoinedUsers& users,
                                 dataset::TagFileWriter& writer) {
  return evaluate(program, tag_of_rule, users,
                  [&](UserNumber, std::string_view key, std::span<const std::int32_t> tags) {
                    return writer.append(key, tags);
                  });
}

base::Status evaluate_rules(const engine::Program& program, const dataset::JoinedUsers& users,
                            std::span<const UserNumber> some,
                            const std::function<void(size_t i, const RuleTruth&)>& visit) {
  const auto evaluator = program.evaluator();
  Block block(users.codes);
  RuleRows rows(program.rule_count());
  for (size_t first = 0; first < some.size(); first += engine::kTileRows) {
    if (base::interrupted()) {
      return base::cancelled();
    }
    const auto in_block = some.subspan(first, std::min(engine::kTileRows, some.size() - first));
    rows.start(in_block.size());
    evaluator->evaluate(block.gather(in_block), rows);
    for (size_t row = 0; row < in_block.size(); ++row) {
      visit(first + row, [&](size_t rule) { return rows.is_true(rule, row); });
    }
  }
  return {};
}

}  // namespace tagsmith::run
