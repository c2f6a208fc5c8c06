#include "engine/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/assert.h"
#include "engine/encoding.h"
#include "engine/graph.h"
#include "engine/schedule.h"

namespace tagsmith::engine {
namespace {

using column::kWordBits;
using column::Word;

/// What compile() makes; the evaluators read it.
struct Compiled {
  Encoding::Encoders encoders;
  std::vector<std::string> encoder_descriptions;
  Graph graph;
  std::vector<NodeId> roots;  // of a rule
  Schedule schedule;
};

class ScalarEvaluator final : public Evaluator {
 public:
  explicit ScalarEvaluator(const Compiled& compiled) : compiled_(compiled) {
    slots_.resize(compiled.schedule.slot_count * kStride);
    tile_.resize(kTileRules * kStride);
  }

  void evaluate(const CodeBatch& batch, TileConsumer& consumer) override {
    TAGSMITH_ASSERT(batch.row_count <= kTileRows);
    TAGSMITH_ASSERT(batch.codes.size() == compiled_.encoders.evaluated.size());
    words_ = column::word_count(batch.row_count);
    size_t rule = 0;
    for (const Step& step : compiled_.schedule.steps) {
      if (step.kind == Step::Kind::kOutput) {
        output(step, rule++, batch.row_count, consumer);
      } else {
        run(step, batch);
      }
    }
  }

 private:
  static constexpr size_t kStride = kTileRows / kWordBits;

  std::span<Word> slot(std::uint32_t index) {
    return std::span(slots_).subspan(index * kStride, words_);
  }

  void run(const Step& step, const CodeBatch& batch) {
    const std::span<Word> target = slot(step.target);
    switch (step.kind) {
      case Step::Kind::kFalse:
        std::ranges::fill(target, Word{0});
        return;
      case Step::Kind::kTrue:
        std::ranges::fill(target, ~Word{0});
        clear_past_last_row(target, batch.row_count);
        return;
      case Step::Kind::kLiteral: {
        const Literal& literal = compiled_.graph.literals()[step.literal];
        select(batch.codes[literal.encoder], batch.row_count, literal.codes, target);
        return;
      }
      case Step::Kind::kNot:
        std::ranges::transform(slot(step.parts[0]), target.begin(), std::bit_not());
        clear_past_last_row(target, batch.row_count);
        return;
      case Step::Kind::kAnd:
        combine(step.parts, target, std::bit_and());
        return;
      case Step::Kind::kOr:
        combine(step.parts, target, std::bit_or());
        return;
      case Step::Kind::kOutput:
        break;
    }
  }

  template <typename Combine>
  void combine(const std::vector<std::uint32_t>& parts, std::span<Word> target, Combine combine) {
    std::ranges::transform(slot(parts[0]), slot(parts[1]), target.begin(), combine);
    for (size_t i = 2; i < parts.size(); ++i) {
      std::ranges::transform(target, slot(parts[i]), target.begin(), combine);
    }
  }

  static void clear_past_last_row(std::span<Word> rows, size_t row_count) {
    if (row_count % kWordBits != 0) {
      rows.back() &= (Word{1} << row_count % kWordBits) - 1;
    }
  }

  void output(const Step& step, size_t rule, size_t row_count, TileConsumer& consumer) {
    const size_t in_tile = rule % kTileRules;
    std::ranges::copy(slot(step.parts[0]),
                      tile_.begin() + static_cast<std::ptrdiff_t>(in_tile * words_));
    if (in_tile + 1 == kTileRules || rule + 1 == compiled_.roots.size()) {
      consumer.consume({.first_rule = rule - in_tile,
                        .rule_count = in_tile + 1,
                        .row_count = row_count,
                        .bits = std::span(tile_).first((in_tile + 1) * words_),
                        .stride = words_});
    }
  }

  const Compiled& compiled_;
  std::vector<Word> slots_;
  std::vector<Word> tile_;
  size_t words_ = 0;  // of a bitmap of this batch
};

std::string joined(const std::vector<NodeId>& nodes, std::string_view separator) {
  std::string text;
  for (const NodeId node : nodes) {
    text += fmt::format("{}n{}", text.empty() ? "" : separator, node);
  }
  return text;
}

std::string node_text(const Graph& graph, NodeId id) {
  const Node& node = graph.nodes()[id];
  switch (node.kind) {
    case Node::Kind::kFalse:
      return "false";
    case Node::Kind::kTrue:
      return "true";
    case Node::Kind::kLiteral: {
      const Literal& literal = graph.literals()[node.literal];
      return fmt::format("encoder {} in {}", literal.encoder, to_text(literal.codes));
    }
    case Node::Kind::kNot:
      return fmt::format("not n{}", node.parts.front());
    case Node::Kind::kAnd:
      return joined(node.parts, " and ");
    case Node::Kind::kOr:
      return joined(node.parts, " or ");
  }
  return "";
}

class ScalarProgram final : public Program {
 public:
  explicit ScalarProgram(Compiled compiled) : compiled_(std::move(compiled)) {}

  size_t rule_count() const override { return compiled_.roots.size(); }
  std::span<const std::unique_ptr<Encoder>> encoders() const override {
    return compiled_.encoders.evaluated;
  }
  std::span<const Reading> readings() const override { return compiled_.encoders.readings; }
  std::unique_ptr<Evaluator> evaluator() const override {
    return std::make_unique<ScalarEvaluator>(compiled_);
  }

  std::string stages() const override {
    const Graph& graph = compiled_.graph;
    std::string text =
        fmt::format("{} rules, {} encoders, {} literals, {} nodes, {} bitmaps\n",
                    compiled_.roots.size(), compiled_.encoders.evaluated.size(),
                    graph.literals().size(), graph.nodes().size(), compiled_.schedule.slot_count);
    for (size_t i = 0; i < compiled_.encoders.evaluated.size(); ++i) {
      text += fmt::format("encoder {}: {}", i, compiled_.encoder_descriptions[i]);
    }
    for (NodeId node = Graph::kTrueNode + 1; node < graph.nodes().size(); ++node) {
      text += fmt::format("n{}: {}\n", node, node_text(graph, node));
    }
    for (size_t rule = 0; rule < compiled_.roots.size(); ++rule) {
      text += fmt::format("rule {}: n{}\n", rule, compiled_.roots[rule]);
    }
    return text;
  }

 private:
  Compiled compiled_;
};

}  // namespace

CellCounts& CellCounts::operator+=(const CellCounts& other) {
  rows += other.rows;
  nulls += other.nulls;
  unreadable += other.unreadable;
  nans += other.nans;
  return *this;
}

CellCounts count_cells(const Reading& reading, const Codes& codes) {
  return std::visit(
      [&](const auto& of_rows) {
        const auto count = [&](int code) {
          return static_cast<std::uint64_t>(std::ranges::count(of_rows, code));
        };
        return CellCounts{.rows = of_rows.size(),
                          .nulls = count(0),
                          .unreadable = reading.odd == Reading::Odd::kUnreadable ? count(1) : 0,
                          .nans = reading.odd == Reading::Odd::kNan ? count(1) : 0};
      },
      codes);
}

std::unique_ptr<Program> compile(const rule::LoweredRules& rules, const column::Schema& schema) {
  Encoding encoding(rules, schema);
  Compiled compiled;
  compiled.roots = add_rules(rules, encoding, compiled.graph);
  compiled.schedule = schedule(compiled.graph, compiled.roots);
  compiled.encoder_descriptions = encoding.descriptions();
  compiled.encoders = std::move(encoding).take_encoders();
  return std::make_unique<ScalarProgram>(std::move(compiled));
}

}  // namespace tagsmith::engine
