#include "evaluate_codes.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "column/column.h"

namespace tagsmith::differential {
namespace {

class Collector : public engine::TileConsumer {
 public:
  Collector(std::vector<std::vector<bool>>& results, size_t first_row)
      : results_(results), first_row_(first_row) {}

  void consume(const engine::Tile& tile) override {
    for (size_t r = 0; r < tile.rule_count; ++r) {
      for (size_t row = 0; row < tile.row_count; ++row) {
        results_[tile.first_rule + r][first_row_ + row] = tile.is_true(r, row);
      }
    }
  }

 private:
  std::vector<std::vector<bool>>& results_;
  size_t first_row_;
};

column::ColumnData cells_of(const RandomTables& tables, column::ColumnId id, size_t first,
                            size_t count) {
  column::ColumnData data(tables.schema.type(id));
  for (size_t user = first; user < first + count; ++user) {
    if (id == column::kKeyColumn) {
      data.append(tables.users[user]);
      continue;
    }
    const auto cell = tables.rows[user].find(id);
    data.append(cell == tables.rows[user].end() ? column::Value{} : cell->second);
  }
  return data;
}

template <typename Code>
engine::Codes as_codes(const std::vector<std::uint32_t>& buffer, size_t count) {
  return std::span<const Code>(reinterpret_cast<const Code*>(buffer.data()), count);
}

}  // namespace

std::vector<std::vector<bool>> evaluate_codes(const engine::Program& program,
                                              const RandomTables& tables, size_t batch_rows) {
  std::vector<std::vector<bool>> results(program.rule_count(),
                                         std::vector<bool>(tables.users.size()));
  const auto evaluator = program.evaluator();
  for (size_t first = 0; first < tables.users.size(); first += batch_rows) {
    const size_t count = std::min(batch_rows, tables.users.size() - first);
    std::vector<std::vector<std::uint32_t>> buffers;
    engine::CodeBatch batch{.row_count = count, .codes = {}};
    for (const auto& encoder : program.encoders()) {
      std::vector<column::ColumnData> data;
      for (const column::ColumnId id : encoder->inputs()) {
        data.push_back(cells_of(tables, id, first, count));
      }
      std::vector<column::ColumnView> views;
      for (const column::ColumnData& column : data) {
        views.push_back(column.view());
      }
      buffers.emplace_back(count);
      encoder->encode(views, buffers.back().data());
      switch (encoder->code_width()) {
        case 1:
          batch.codes.push_back(as_codes<std::uint8_t>(buffers.back(), count));
          break;
        case 2:
          batch.codes.push_back(as_codes<std::uint16_t>(buffers.back(), count));
          break;
        default:
          TAGSMITH_ASSERT(encoder->code_width() == 4);
          batch.codes.push_back(as_codes<std::uint32_t>(buffers.back(), count));
      }
    }
    Collector collector(results, first);
    evaluator->evaluate(batch, collector);
  }
  return results;
}

}  // namespace tagsmith::differential
