// How fast one thread turns codes into results, and cells into codes.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "engine/program.h"

namespace tagsmith::engine {
namespace {

constexpr size_t kColumns = 32;
constexpr std::int64_t kCellsBelow = 1000;

column::Schema schema_of_numbers() {
  column::Schema schema;
  schema.tables.push_back({.name = "t"});
  for (size_t i = 0; i < kColumns; ++i) {
    schema.tables[0].columns.push_back(
        {.name = fmt::format("c{}", i), .type = {.kind = column::TypeKind::kInt}});
  }
  return schema;
}

// "c1 < 17 and c2 = 4 and (c3 < 5 or c4 = 7)", over random columns.
rule::LoweredRules random_rules(size_t count) {
  std::mt19937_64 random(1);
  const auto leaf = [&](rule::LoweredTest test) {
    const column::ColumnId id{.table = 0, .column = random() % kColumns};
    const auto constant = static_cast<std::int64_t>(random() % kCellsBelow);
    return rule::LoweredExpression{rule::LoweredLeaf{
        .source = {.column = id, .reader = rule::Reader::kNone, .domain = rule::Domain::kInt},
        .test = test,
        .constants = {constant}}};
  };
  rule::LoweredRules rules;
  for (size_t i = 0; i < count; ++i) {
    rule::LoweredExpression either{
        rule::LoweredOr{{leaf(rule::LoweredTest::kLess), leaf(rule::LoweredTest::kEqual)}}};
    rules.push_back({rule::LoweredAnd{
        {leaf(rule::LoweredTest::kLess), leaf(rule::LoweredTest::kEqual), std::move(either)}}});
  }
  return rules;
}

// The cells of one column.
column::ColumnData random_cells(size_t seed) {
  std::mt19937_64 random(seed);
  column::ColumnData data({.kind = column::TypeKind::kInt});
  for (size_t row = 0; row < kTileRows; ++row) {
    data.append(static_cast<std::int64_t>(random() % kCellsBelow));
  }
  return data;
}

// Codes of kTileRows rows, and what they stand in.
struct Encoded {
  std::vector<std::vector<std::uint32_t>> buffers;
  CodeBatch batch{.row_count = kTileRows, .codes = {}};
};

void encode(const Encoder& encoder, const column::ColumnData& cells, Encoded& out) {
  std::vector<std::uint32_t>& buffer = out.buffers.emplace_back(kTileRows);
  const std::vector<column::ColumnView> views = {cells.view()};
  encoder.encode(views, buffer.data());
  switch (encoder.code_width()) {
    case 1:
      out.batch.codes.emplace_back(
          std::span(reinterpret_cast<const std::uint8_t*>(buffer.data()), kTileRows));
      break;
    case 2:
      out.batch.codes.emplace_back(
          std::span(reinterpret_cast<const std::uint16_t*>(buffer.data()), kTileRows));
      break;
    default:
      out.batch.codes.emplace_back(std::span<const std::uint32_t>(buffer));
  }
}

// Reads every word of a tile, as whoever uses it would.
class WordCounter final : public TileConsumer {
 public:
  void consume(const Tile& tile) override {
    for (const column::Word word : tile.bits) {
      sum_ += word;
    }
  }
  [[nodiscard]] column::Word sum() const { return sum_; }

 private:
  column::Word sum_ = 0;
};

// Cells: rules times rows.
void evaluate(benchmark::State& state) {
  const auto rule_count = static_cast<size_t>(state.range(0));
  const auto program = compile(random_rules(rule_count), schema_of_numbers());
  Encoded encoded;
  for (const auto& encoder : program->encoders()) {
    encode(*encoder, random_cells(encoded.buffers.size()), encoded);
  }
  const auto evaluator = program->evaluator();
  WordCounter counter;
  for (auto _ : state) {
    evaluator->evaluate(encoded.batch, counter);
  }
  benchmark::DoNotOptimize(counter.sum());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rule_count * kTileRows));
}
BENCHMARK(evaluate)->Arg(64)->Arg(1024);

void encode_numbers(benchmark::State& state) {
  const auto program = compile(random_rules(1024), schema_of_numbers());
  const Encoder& encoder = *program->encoders().front();
  const column::ColumnData cells = random_cells(0);
  const std::vector<column::ColumnView> views = {cells.view()};
  std::vector<std::uint32_t> buffer(kTileRows);
  for (auto _ : state) {
    encoder.encode(views, buffer.data());
    benchmark::DoNotOptimize(buffer.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTileRows));
}
BENCHMARK(encode_numbers);

}  // namespace
}  // namespace tagsmith::engine
