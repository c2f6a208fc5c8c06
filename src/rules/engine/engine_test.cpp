#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "column/days.h"
#include "column/readers.h"
#include "engine/code_set.h"
#include "engine/program.h"

namespace tagsmith::engine {
namespace {

using column::ColumnData;
using column::ColumnId;
using column::Decimal;
using column::Int128;
using column::TextList;
using column::Type;
using column::TypeKind;
using column::Value;
using rule::Domain;
using rule::LoweredAnd;
using rule::LoweredComparison;
using rule::LoweredConstant;
using rule::LoweredExpression;
using rule::LoweredLeaf;
using rule::LoweredNot;
using rule::LoweredOr;
using rule::LoweredRules;
using rule::LoweredRuleTest;
using rule::LoweredSource;
using rule::LoweredTest;
using rule::Reader;
using testing::ElementsAre;
using testing::HasSubstr;
using enum rule::LoweredTest;

/// One table and the key, by cells.
struct Data {
  column::Schema schema;
  std::vector<std::vector<Value>> cells;  // of a column, then of a row; the key stands last
  size_t row_count = 0;

  const std::vector<Value>& cells_of(ColumnId id) const {
    return id.table == column::kKeyTable ? cells.back() : cells[id.column];
  }
};

Data table(const std::vector<Type>& types, std::vector<std::vector<Value>> cells) {
  Data data;
  data.row_count = cells.front().size();
  data.schema.tables.push_back({.name = "t"});
  for (const Type& type : types) {
    const std::string name(1, static_cast<char>('a' + data.schema.tables[0].columns.size()));
    data.schema.tables[0].columns.push_back({.name = name, .type = type});
  }
  data.cells = std::move(cells);
  std::vector<Value>& keys = data.cells.emplace_back();
  for (size_t row = 0; row < data.row_count; ++row) {
    keys.emplace_back(fmt::format("user{}", row % 10));
  }
  return data;
}
Data one_column(Type type, std::vector<Value> cells) {
  return table({std::move(type)}, {std::move(cells)});
}

LoweredSource source(size_t column, Domain domain, Reader reader = Reader::kNone) {
  return {.column = {.table = 0, .column = column}, .reader = reader, .domain = domain};
}
LoweredExpression leaf(LoweredSource of, LoweredTest test,
                       std::vector<LoweredConstant> constants = {}) {
  return {LoweredLeaf{.source = of, .test = test, .constants = std::move(constants)}};
}
LoweredExpression negated(LoweredExpression part) { return {LoweredNot{{std::move(part)}}}; }
LoweredExpression any_of_rules(std::vector<size_t> rules) {
  return {LoweredRuleTest{std::move(rules)}};
}
LoweredConstant whole(std::int64_t value) { return value; }
LoweredConstant text(std::string value) { return value; }

/// Keeps the results, and checks what every tile promises.
class Results final : public TileConsumer {
 public:
  explicit Results(size_t rule_count) : rows_(rule_count) {}

  void consume(const Tile& tile) override {
    EXPECT_EQ(tile.first_rule, next_rule_);
    EXPECT_EQ(tile.rule_count, std::min(kTileRules, rows_.size() - tile.first_rule));
    EXPECT_GE(tile.stride * column::kWordBits, tile.row_count);
    for (size_t rule = 0; rule < tile.rule_count; ++rule) {
      for (size_t row = 0; row < tile.row_count; ++row) {
        rows_[tile.first_rule + rule].push_back(tile.is_true(rule, row));
      }
      for (size_t row = tile.row_count; row < tile.stride * column::kWordBits; ++row) {
        EXPECT_FALSE(tile.is_true(rule, row)) << "a bit past the last row";
      }
    }
    next_rule_ += tile.rule_count;
  }

  void end_batch() {
    EXPECT_EQ(next_rule_, rows_.size());
    next_rule_ = 0;
  }
  const std::vector<std::vector<bool>>& rows() const { return rows_; }

 private:
  std::vector<std::vector<bool>> rows_;  // of a rule
  size_t next_rule_ = 0;
};

/// The codes of all rows, as bytes.
std::vector<std::uint8_t> encode(const Encoder& encoder, const Data& data) {
  std::vector<ColumnData> columns;
  for (const ColumnId id : encoder.inputs()) {
    ColumnData& column = columns.emplace_back(data.schema.type(id));
    for (const Value& value : data.cells_of(id)) {
      column.append(value);
    }
  }
  std::vector<column::ColumnView> views;
  for (const ColumnData& column : columns) {
    views.push_back(column.view());
  }
  std::vector<std::uint8_t> codes(data.row_count * encoder.code_width());
  encoder.encode(views, codes.data());
  return codes;
}

Codes slice(const std::vector<std::uint8_t>& codes, size_t width, size_t first, size_t count) {
  const void* start = codes.data() + first * width;
  switch (width) {
    case 1:
      return std::span(static_cast<const std::uint8_t*>(start), count);
    case 2:
      return std::span(static_cast<const std::uint16_t*>(start), count);
    default:
      return std::span(static_cast<const std::uint32_t*>(start), count);
  }
}

std::vector<std::vector<bool>> run(const Program& program, const Data& data) {
  std::vector<std::vector<std::uint8_t>> codes;
  for (const auto& encoder : program.encoders()) {
    codes.push_back(encode(*encoder, data));
  }
  const auto evaluator = program.evaluator();
  Results results(program.rule_count());
  size_t first = 0;
  do {
    CodeBatch batch{.row_count = std::min(kTileRows, data.row_count - first)};
    for (size_t i = 0; i < codes.size(); ++i) {
      batch.codes.push_back(
          slice(codes[i], program.encoders()[i]->code_width(), first, batch.row_count));
    }
    evaluator->evaluate(batch, results);
    results.end_batch();
    first += batch.row_count;
  } while (first < data.row_count);
  return results.rows();
}

/// What a rule is for each row: 'T', 'F', or 'U' when neither it nor its negation is TRUE.
std::string truths(const LoweredExpression& rule, const Data& data) {
  const auto rows = run(*compile({rule, negated(rule)}, data.schema), data);
  std::string out;
  for (size_t row = 0; row < data.row_count; ++row) {
    EXPECT_FALSE(rows[0][row] && rows[1][row]);
    out += rows[0][row] ? 'T' : rows[1][row] ? 'F' : 'U';
  }
  return out;
}

const Value kNull;
Value integer(std::int64_t value) { return value; }
Value word(std::string value) { return value; }

TEST(Engine, ComparesIntegersAndLeavesNullUnknown) {
  const Data data =
      one_column({.kind = TypeKind::kInt}, {integer(17), integer(18), integer(19), kNull});
  const LoweredSource a = source(0, Domain::kInt);
  EXPECT_EQ(truths(leaf(a, kLess, {whole(18)}), data), "TFFU");
  EXPECT_EQ(truths(leaf(a, kLessEqual, {whole(18)}), data), "TTFU");
  EXPECT_EQ(truths(leaf(a, kEqual, {whole(18)}), data), "FTFU");
  EXPECT_EQ(truths(leaf(a, kGreater, {whole(18)}), data), "FFTU");
  EXPECT_EQ(truths(leaf(a, kGreaterEqual, {whole(18)}), data), "FTTU");
  EXPECT_EQ(truths(leaf(a, kIn, {whole(17), whole(19)}), data), "TFTU");
  EXPECT_EQ(truths(leaf(a, kReadable), data), "TTTU");
  EXPECT_EQ(truths(leaf(a, kNever), data), "FFFU");
  EXPECT_EQ(truths(leaf(a, kIsNull), data), "FFFT");
}

TEST(Engine, GroupsFollowThreeValuedLogic) {
  // All pairs of TRUE, FALSE, UNKNOWN.
  std::vector<Value> left;
  std::vector<Value> right;
  for (const Value& x : {integer(1), integer(0), kNull}) {
    for (const Value& y : {integer(1), integer(0), kNull}) {
      left.push_back(x);
      right.push_back(y);
    }
  }
  const Data data = table({{.kind = TypeKind::kInt}, {.kind = TypeKind::kInt}}, {left, right});
  const LoweredExpression x = leaf(source(0, Domain::kInt), kEqual, {whole(1)});
  const LoweredExpression y = leaf(source(1, Domain::kInt), kEqual, {whole(1)});
  EXPECT_EQ(truths({LoweredAnd{{x, y}}}, data), "TFUFFFUFU");
  EXPECT_EQ(truths({LoweredOr{{x, y}}}, data), "TTTTFUTUU");
  EXPECT_EQ(truths(negated({LoweredAnd{{x, negated(y)}}}), data), "TFUTTTTUU");
}

TEST(Engine, IntegersReachTheEndsOfTheirType) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const Data data =
      one_column({.kind = TypeKind::kInt}, {integer(kMin), integer(-1), integer(0), integer(kMax)});
  const LoweredSource a = source(0, Domain::kInt);
  EXPECT_EQ(truths(leaf(a, kGreater, {whole(kMax)}), data), "FFFF");
  EXPECT_EQ(truths(leaf(a, kGreaterEqual, {whole(kMax)}), data), "FFFT");
  EXPECT_EQ(truths(leaf(a, kLess, {whole(kMin)}), data), "FFFF");
  EXPECT_EQ(truths(leaf(a, kLessEqual, {whole(kMin)}), data), "TFFF");
}

TEST(Engine, NotANumberIsUnknownAndZeroHasNoSign) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Data data =
      one_column({.kind = TypeKind::kDouble},
                 {Value(-kInfinity), Value(-0.0), Value(0.0), Value(kInfinity), Value(nan), kNull});
  const LoweredSource a = source(0, Domain::kDouble);
  EXPECT_EQ(truths(leaf(a, kEqual, {0.0}), data), "FTTFUU");
  EXPECT_EQ(truths(leaf(a, kLess, {0.0}), data), "TFFFUU");
  EXPECT_EQ(truths(leaf(a, kGreater, {1e300}), data), "FFFTUU");
  EXPECT_EQ(truths(leaf(a, kReadable), data), "TTTTUU");
  EXPECT_EQ(truths(leaf(a, kIsNull), data), "FFFFFT");

  const Data floats =
      one_column({.kind = TypeKind::kFloat},
                 {Value(0.1F), Value(-0.0F), Value(std::numeric_limits<float>::quiet_NaN())});
  EXPECT_EQ(truths(leaf(source(0, Domain::kFloat), kEqual, {0.1F}), floats), "TFU");
  EXPECT_EQ(truths(leaf(source(0, Domain::kFloat), kGreaterEqual, {0.0F}), floats), "TTU");
}

TEST(Engine, ADecimalThatIsTooWideIsUnknownAndNotNull) {
  const Data data = one_column({TypeKind::kDecimal, 38, 0, ""},
                               {Value(Int128{-5}), Value(column::kUnreadableDecimal), kNull});
  const LoweredSource a = source(0, Domain::kDecimal);
  EXPECT_EQ(truths(leaf(a, kLess, {Int128{0}}), data), "TUU");
  EXPECT_EQ(truths(leaf(a, kIsNull), data), "FFT");
}

TEST(Engine, OneTextColumnIsReadInSeveralWays) {
  const Data data = one_column(
      {.kind = TypeKind::kText},
      {word(" 1.50 "), word("2025-01-01 10:00"), word("yes"), word(""), word("1"), kNull});
  EXPECT_EQ(truths(leaf(source(0, Domain::kNumberText, Reader::kNumber), kGreater,
                        {column::read_number("1.5").value()}),
                   data),
            "FUUUFU");
  EXPECT_EQ(truths(leaf(source(0, Domain::kDay, Reader::kDay), kEqual,
                        {whole(column::days_from_civil(2025, 1, 1).value())}),
                   data),
            "UTUUUU");
  EXPECT_EQ(truths(leaf(source(0, Domain::kMicros, Reader::kTime), kLess,
                        {column::read_moment("2025-01-01 09:00")->micros}),
                   data),
            "UFUUUU");
  EXPECT_EQ(truths(leaf(source(0, Domain::kBoolean, Reader::kBoolean), kEqual, {whole(1)}), data),
            "UUTUTU");
  EXPECT_EQ(truths(leaf(source(0, Domain::kText), kEqual, {text("")}), data), "FFFTFU");
  EXPECT_EQ(truths(leaf(source(0, Domain::kText), kIsNull), data), "FFFFFT");
}

TEST(Engine, AnIntegerIsABooleanOnlyWhenItIsZeroOrOne) {
  const Data data = one_column({.kind = TypeKind::kInt},
                               {integer(0), integer(1), integer(2), integer(-1), kNull});
  const LoweredSource a = source(0, Domain::kBoolean, Reader::kBoolean);
  EXPECT_EQ(truths(leaf(a, kEqual, {whole(0)}), data), "TFUUU");
}

TEST(Engine, FindsPlainTextInTexts) {
  const Data data =
      one_column({.kind = TypeKind::kText},
                 {word("a%b"), word("axb"), word("%"), word(""), word("\xc3\xa9t\xc3\xa9"), kNull});
  const LoweredSource a = source(0, Domain::kText);
  EXPECT_EQ(truths(leaf(a, kContains, {text("%")}), data), "TFTFFU");
  EXPECT_EQ(truths(leaf(a, kEndsWith, {text("b")}), data), "TTFFFU");
  EXPECT_EQ(truths(leaf(a, kStartsWith, {text("a")}), data), "TTFFFU");
  EXPECT_EQ(truths(leaf(a, kStartsWith, {text("\xc3\xa9")}), data), "FFFFTU");
  EXPECT_EQ(truths(leaf(a, kLess, {text("\xc3")}), data), "TTTTFU");
}

TEST(Engine, APrefixOfHighestBytesHasNoEnd) {
  const Data data = one_column({.kind = TypeKind::kText},
                               {word("\xff\xffz"), word("\xff"), word("a\xff"), word("b")});
  const LoweredSource a = source(0, Domain::kText);
  EXPECT_EQ(truths(leaf(a, kStartsWith, {text("\xff\xff")}), data), "TFFF");
  EXPECT_EQ(truths(leaf(a, kStartsWith, {text("a\xff")}), data), "FFTF");
}

TEST(Engine, ANullInAListMayBeWhatWasNotFound) {
  const Data data = one_column({.kind = TypeKind::kTextList},
                               {TextList{"a", "b"}, TextList{"a", std::nullopt}, TextList{"c"},
                                TextList{std::nullopt}, TextList{}, kNull});
  const LoweredSource a = source(0, Domain::kTextList);
  EXPECT_EQ(truths(leaf(a, kHasAny, {text("a"), text("b")}), data), "TTFUFU");
  EXPECT_EQ(truths(leaf(a, kHasAll, {text("a"), text("b")}), data), "TUFUFU");
  EXPECT_EQ(truths(leaf(a, kHasAll, {text("a")}), data), "TTFUFU");
  EXPECT_EQ(truths(leaf(a, kIsNull), data), "FFFFFT");
}

TEST(Engine, MoreQuestionsThanACodeHasBitsTakeFurtherEncoders) {
  std::vector<Value> words;
  std::vector<Value> lists;
  LoweredRules rules;
  for (int i = 0; i < 70; ++i) {
    const std::string name = fmt::format("<{}>", i);
    words.emplace_back(fmt::format("x{}", name));
    lists.emplace_back(TextList{"x", name});
    rules.push_back(leaf(source(0, Domain::kText), kContains, {text(name)}));
    rules.push_back(leaf(source(0, Domain::kText), kEndsWith, {text(name)}));
    rules.push_back(leaf(source(1, Domain::kTextList), kHasAll, {text(name), text("x")}));
  }
  const Data data =
      table({{.kind = TypeKind::kText}, {.kind = TypeKind::kTextList}}, {words, lists});
  const auto program = compile(rules, data.schema);
  EXPECT_EQ(program->encoders().size(), 5U + 3U);
  const auto rows = run(*program, data);
  for (size_t rule = 0; rule < rows.size(); ++rule) {
    for (size_t row = 0; row < data.row_count; ++row) {
      ASSERT_EQ(rows[rule][row], rule / 3 == row) << rule << " " << row;
    }
  }
}

TEST(Engine, ALongListOfTextsIsTwoClasses) {
  std::vector<LoweredConstant> constants;
  for (int i = 0; i < 10'000; ++i) {
    constants.push_back(text(fmt::format("user{}", i)));
  }
  std::sort(constants.begin(), constants.end());
  const Data data = one_column({.kind = TypeKind::kText},
                               {word("user0"), word("user9999"), word("user10000"), kNull});
  const LoweredExpression rule = leaf(source(0, Domain::kText), kIn, constants);
  const auto program = compile({rule}, data.schema);
  EXPECT_EQ(program->encoders().front()->code_width(), 1U);
  EXPECT_EQ(truths(rule, data), "TTFU");
}

TEST(Engine, ManyThresholdsTakeWiderCodes) {
  for (const auto& [thresholds, width] :
       {std::pair<std::int64_t, size_t>{100, 1}, {300, 2}, {33'000, 4}}) {
    LoweredOr rule;
    for (std::int64_t i = 0; i < thresholds; ++i) {
      const LoweredTest test = i % 2 == 0 ? kLess : kGreaterEqual;
      rule.parts.push_back(leaf(source(0, Domain::kInt), kEqual, {whole(i * 10)}));
      rule.parts.push_back(leaf(source(0, Domain::kInt), test, {whole(i * 10 + 5)}));
    }
    const Data data = one_column({.kind = TypeKind::kInt}, {integer(thresholds * 10), kNull});
    const auto program = compile({{rule}}, data.schema);
    EXPECT_EQ(program->encoders().front()->code_width(), width) << thresholds;
    EXPECT_THAT(run(*program, data).front(), ElementsAre(true, false));
  }
}

TEST(Engine, ComparesTwoColumnsInTheirCommonType) {
  const auto compare = [](LoweredSource left, LoweredTest test, LoweredSource right,
                          LoweredComparison::As as) {
    return LoweredExpression{
        LoweredComparison{.left = left, .right = right, .test = test, .as = as}};
  };
  using enum LoweredComparison::As;
  constexpr std::int64_t kBig = (std::int64_t{1} << 53) + 1;
  const Data numbers =
      table({{.kind = TypeKind::kInt}, {.kind = TypeKind::kText}, {.kind = TypeKind::kDouble}},
            {{integer(kBig), integer(kBig), integer(1), integer(1), kNull},
             {word("9007199254740993.0"), word("9007199254740992"), word("x"), kNull, word("1")},
             {Value(9007199254740992.0), Value(9e15), Value(std::nan("")), kNull, Value(1.0)}});
  const LoweredSource a = source(0, Domain::kInt);
  const LoweredSource b = source(1, Domain::kNumberText, Reader::kNumber);
  const LoweredSource c = source(2, Domain::kDouble);
  EXPECT_EQ(truths(compare(a, kEqual, b, kExact), numbers), "TFUUU");
  EXPECT_EQ(truths(compare(b, kLess, a, kExact), numbers), "FTUUU");
  EXPECT_EQ(truths(compare(a, kEqual, c, kDouble), numbers), "TFUUU");
  EXPECT_EQ(truths(compare(b, kGreaterEqual, c, kDouble), numbers), "TTUUT");

  // A midnight of a day cell can lie beyond 64 bits of microseconds.
  const Data dates =
      table({{.kind = TypeKind::kDate}, {.kind = TypeKind::kTimestamp}},
            {{Value(column::kInfiniteDay - 1), Value(std::int32_t{1}), Value(std::int32_t{1}),
              Value(column::kInfiniteDay), Value(-column::kInfiniteDay), Value(std::int32_t{1})},
             {integer(column::kInfiniteMicros - 1), integer(column::kMicrosPerDay),
              integer(column::kMicrosPerDay + 1), integer(0), integer(0),
              integer(column::kInfiniteMicros)}});
  EXPECT_EQ(truths(compare(source(0, Domain::kDay), kGreater, source(1, Domain::kMicros), kMicros),
                   dates),
            "TFFUUU");
  EXPECT_EQ(
      truths(compare(source(0, Domain::kDay), kEqual, source(1, Domain::kMicros), kMicros), dates),
      "FTFUUU");
}

// SEMANTICS 23: null, unreadable and NaN cells are counted, also those that only meet in a pair.
TEST(Engine, CountsTheCellsThatARuleCannotRead) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Data data =
      table({{.kind = TypeKind::kText}, {.kind = TypeKind::kDouble}, {.kind = TypeKind::kInt}},
            {{Value(std::string("7")), Value(std::string("n/a")), Value(),
              Value(std::string("2025-01-01"))},
             {Value(nan), Value(1.5), Value(), Value(nan)},
             {Value(std::int64_t{1}), Value(std::int64_t{5}), Value(), Value()}});
  const LoweredSource number = source(0, Domain::kNumberText, Reader::kNumber);
  const LoweredSource real = source(1, Domain::kDouble);
  const LoweredSource flag = source(2, Domain::kBoolean);
  const auto program = compile(
      {leaf(source(0, Domain::kText), kContains, {text("7")}),
       leaf(source(0, Domain::kText), kIsNull),
       leaf(flag, kEqual, {whole(1)}),
       {LoweredComparison{
           .left = number, .right = real, .test = kLess, .as = LoweredComparison::As::kDouble}},
       {LoweredComparison{
           .left = number, .right = real, .test = kEqual, .as = LoweredComparison::As::kDouble}}},
      data.schema);
  std::vector<std::string> counted;
  for (const Reading& reading : program->readings()) {
    const auto codes = encode(*reading.encoder, data);
    const CellCounts cells =
        count_cells(reading, slice(codes, reading.encoder->code_width(), 0, data.row_count));
    counted.push_back(fmt::format("{} as {}: {} rows, {} null, {} unreadable, {} NaN",
                                  data.schema.display_name(reading.column), reading.as, cells.rows,
                                  cells.nulls, cells.unreadable, cells.nans));
  }
  EXPECT_THAT(counted, ElementsAre("a as text: 4 rows, 1 null, 0 unreadable, 0 NaN",
                                   "c as boolean: 4 rows, 2 null, 1 unreadable, 0 NaN",
                                   "a as number: 4 rows, 1 null, 2 unreadable, 0 NaN",
                                   "b as double: 4 rows, 1 null, 0 unreadable, 2 NaN"));
  EXPECT_EQ(program->encoders().size(), 3U) << "what is only counted is not kept for each user";
}

TEST(Engine, MirroredComparisonsShareAnEncoder) {
  const Data data = table({{.kind = TypeKind::kInt}, {.kind = TypeKind::kInt}},
                          {{integer(1), integer(2)}, {integer(2), integer(1)}});
  const LoweredSource a = source(0, Domain::kInt);
  const LoweredSource b = source(1, Domain::kInt);
  const auto program = compile({{LoweredComparison{.left = a, .right = b, .test = kLess}},
                                {LoweredComparison{.left = b, .right = a, .test = kGreater}}},
                               data.schema);
  EXPECT_EQ(program->encoders().size(), 1U);
  EXPECT_EQ(program->encoders().front()->inputs().size(), 2U);
  const auto rows = run(*program, data);
  EXPECT_THAT(rows, ElementsAre(ElementsAre(true, false), ElementsAre(true, false)));
}

TEST(Engine, ManyColumnsMayBeComparedInEveryWay) {
  constexpr size_t kColumns = 350;
  const Data data = table(std::vector<Type>(kColumns, {.kind = TypeKind::kInt}),
                          std::vector<std::vector<Value>>(kColumns));
  LoweredAnd all;  // 305,375 comparisons, each of which is looked up
  for (size_t a = 0; a < kColumns; ++a) {
    for (size_t b = a + 1; b < kColumns; ++b) {
      for (const LoweredTest test : {kEqual, kLess, kLessEqual, kGreater, kGreaterEqual}) {
        all.parts.push_back({LoweredComparison{
            .left = source(a, Domain::kInt), .right = source(b, Domain::kInt), .test = test}});
      }
    }
  }
  EXPECT_EQ(compile({{std::move(all)}}, data.schema)->encoders().size(),
            kColumns * (kColumns - 1) / 2);
}

TEST(CodeSet, AllButSomeCodesAreTheOthers) {
  std::mt19937 random(1);
  const auto below = [&](std::uint32_t bound) {
    return static_cast<std::uint32_t>(random() % bound);
  };
  for (int round = 0; round < 2'000; ++round) {
    const std::uint32_t lowest = below(70);
    const std::uint32_t highest = lowest + below(200);
    const std::uint32_t one_in = 1 + below(8);
    std::vector<std::uint32_t> codes;
    std::vector<std::uint32_t> others;
    for (std::uint32_t code = lowest; code <= highest; ++code) {
      (below(one_in) == 0 ? codes : others).push_back(code);
    }
    const CodeSet set = all_but(codes, lowest, highest);
    if (!std::holds_alternative<CodesBut>(set)) {
      ASSERT_EQ(set, code_set(others)) << to_text(set);
    }
  }
}

TEST(Engine, RulesAskForRulesBeforeThem) {
  const Data data = one_column({.kind = TypeKind::kInt}, {integer(1), integer(2), kNull});
  const LoweredExpression is_one = leaf(source(0, Domain::kInt), kEqual, {whole(1)});
  const LoweredRules rules = {
      is_one,
      any_of_rules({0}),
      negated(any_of_rules({1})),  // two-valued: a null is not one
      {LoweredAnd{{negated(any_of_rules({0})), negated(is_one)}}},
      any_of_rules({0, 3}),
      negated(any_of_rules({2})),
  };
  EXPECT_THAT(run(*compile(rules, data.schema), data),
              ElementsAre(ElementsAre(true, false, false), ElementsAre(true, false, false),
                          ElementsAre(false, true, true), ElementsAre(false, true, false),
                          ElementsAre(true, true, false), ElementsAre(true, false, false)));
}

// What goes through the list of the tag for each rule that asks does not end in the time of a test.
TEST(Engine, ALargeTagMayBeAskedForByManyRules) {
  constexpr size_t kMany = 100'000;
  const Data data = one_column({.kind = TypeKind::kInt}, {integer(1)});
  LoweredRules rules(kMany, leaf(source(0, Domain::kInt), kEqual, {whole(7)}));
  std::vector<size_t> of_tag(kMany);
  std::iota(of_tag.begin(), of_tag.end(), size_t{0});
  rules.insert(rules.end(), kMany, any_of_rules(of_tag));
  EXPECT_EQ(compile(rules, data.schema)->rule_count(), rules.size());
}

TEST(Engine, ARuleWithoutColumnsNeedsNoEncoder) {
  const Data data = one_column({.kind = TypeKind::kInt}, {integer(1), kNull, integer(3)});
  const auto program = compile({any_of_rules({}), negated(any_of_rules({}))}, data.schema);
  EXPECT_TRUE(program->encoders().empty());
  EXPECT_THAT(run(*program, data),
              ElementsAre(ElementsAre(false, false, false), ElementsAre(true, true, true)));
}

TEST(Engine, AnEmptyProgramHandsOutNothing) {
  const Data data = one_column({.kind = TypeKind::kInt}, {integer(1)});
  const auto program = compile({}, data.schema);
  EXPECT_EQ(program->rule_count(), 0U);
  EXPECT_TRUE(run(*program, data).empty());
}

TEST(Engine, TheKeyIsAColumnLikeAnother) {
  const Data data = one_column({.kind = TypeKind::kInt}, {integer(1), integer(1), integer(1)});
  const LoweredSource key{.column = column::kKeyColumn, .domain = Domain::kText};
  EXPECT_EQ(truths(leaf(key, kEqual, {text("user1")}), data), "FTF");
}

TEST(Engine, TilesAreRightAtEveryBoundary) {
  for (const size_t row_count : {0U, 1U, 63U, 64U, 65U, 2047U, 2048U, 2049U}) {
    std::vector<Value> cells;
    for (size_t row = 0; row < row_count; ++row) {
      cells.push_back(row % 7 == 0 ? kNull : integer(static_cast<std::int64_t>(row % 300)));
    }
    const Data data = one_column({.kind = TypeKind::kInt}, cells);
    for (const size_t rule_count : {1U, 64U, 65U, 200U}) {
      SCOPED_TRACE(fmt::format("{} rows, {} rules", row_count, rule_count));
      LoweredRules rules;
      for (size_t i = 0; i < rule_count; ++i) {
        const auto bound = static_cast<std::int64_t>(i);
        rules.push_back(negated(leaf(source(0, Domain::kInt), kLess, {whole(bound)})));
      }
      const auto rows = run(*compile(rules, data.schema), data);
      ASSERT_EQ(rows.size(), rule_count);
      for (size_t rule = 0; rule < rule_count; ++rule) {
        ASSERT_EQ(rows[rule].size(), row_count);
        for (size_t row = 0; row < row_count; ++row) {
          ASSERT_EQ(rows[rule][row], row % 7 != 0 && row % 300 >= rule) << rule << " " << row;
        }
      }
    }
  }
}

TEST(Engine, EqualConditionsAreOneNode) {
  const Data data = one_column({.kind = TypeKind::kInt}, {integer(1)});
  const LoweredSource a = source(0, Domain::kInt);
  const LoweredExpression low = leaf(a, kLess, {whole(5)});
  const LoweredExpression high = negated(leaf(a, kLess, {whole(2)}));
  const auto program = compile({{LoweredAnd{{low, high}}},
                                {LoweredAnd{{high, low, high}}},
                                negated({LoweredOr{{negated(low), negated(high)}}})},
                               data.schema);
  EXPECT_EQ(program->stages(),
            "3 rules, 1 encoders, 2 literals, 5 nodes, 3 bitmaps\n"
            "encoder 0: a as int: 2 constants, 3 classes, 1 byte a code\n"
            "  a < 5: true for 2-3, false for 4\n"
            "  a < 2: true for 2, false for 3-4\n"
            "n2: encoder 0 in 2-3\n"
            "n3: encoder 0 in 3-4\n"
            "n4: n2 and n3\n"
            "rule 0: n4\n"
            "rule 1: n4\n"
            "rule 2: n4\n");
}

TEST(Engine, ConstantsFoldAway) {
  const Data data = one_column({.kind = TypeKind::kInt}, {integer(1), kNull});
  const LoweredExpression never = leaf(source(0, Domain::kInt), kNever);
  const LoweredExpression is_null = leaf(source(0, Domain::kInt), kIsNull);
  const auto program =
      compile({{LoweredAnd{{never, is_null}}}, {LoweredOr{{never, is_null}}}}, data.schema);
  EXPECT_THAT(program->stages(), HasSubstr("rule 0: n0\n"));
  EXPECT_THAT(run(*program, data), ElementsAre(ElementsAre(false, false),  //
                                               ElementsAre(false, true)));
}

// ------------------------------------------------------------------------------------------------
// The oracle: LoweredExpression row by row, written for clarity.

enum class Truth { kFalse, kUnknown, kTrue };

Truth truth_of(bool value) { return value ? Truth::kTrue : Truth::kFalse; }
Truth not_of(Truth truth) {
  return truth == Truth::kUnknown ? truth : truth_of(truth == Truth::kFalse);
}

/// The cell in the domain of the source, or nothing.
std::optional<LoweredConstant> value_of(const LoweredSource& from, const Value& cell) {
  const auto* text_cell = std::get_if<std::string>(&cell);
  if (std::holds_alternative<std::monostate>(cell)) {
    return std::nullopt;
  }
  switch (from.domain) {
    case Domain::kInt:
      return std::get<std::int64_t>(cell);
    case Domain::kDecimal:
      return std::get<Int128>(cell) == column::kUnreadableDecimal
                 ? std::nullopt
                 : std::optional<LoweredConstant>(std::get<Int128>(cell));
    case Domain::kDouble:
      return std::isnan(std::get<double>(cell))
                 ? std::nullopt
                 : std::optional<LoweredConstant>(std::get<double>(cell));
    case Domain::kFloat:
      return std::isnan(std::get<float>(cell))
                 ? std::nullopt
                 : std::optional<LoweredConstant>(std::get<float>(cell));
    case Domain::kText:
      return *text_cell;
    case Domain::kNumberText:
      if (const auto number = column::read_number(*text_cell)) {
        return *number;
      }
      return std::nullopt;
    case Domain::kDay:
    case Domain::kMicros:
      if (const auto* days = std::get_if<std::int32_t>(&cell)) {
        return std::int64_t{*days};
      }
      if (const auto* micros = std::get_if<std::int64_t>(&cell)) {
        return *micros;
      }
      if (const auto moment = column::read_moment(*text_cell)) {
        return from.domain == Domain::kDay ? std::int64_t{column::day_of(moment->micros)}
                                           : moment->micros;
      }
      return std::nullopt;
    case Domain::kBoolean:
      if (const auto* flag = std::get_if<bool>(&cell)) {
        return std::int64_t{*flag ? 1 : 0};
      }
      if (const auto* number = std::get_if<std::int64_t>(&cell)) {
        return *number == 0 || *number == 1 ? std::optional<LoweredConstant>(*number)
                                            : std::nullopt;
      }
      if (const auto flag = column::read_boolean(*text_cell)) {
        return std::int64_t{*flag ? 1 : 0};
      }
      return std::nullopt;
    case Domain::kTextList:
      break;
  }
  return std::nullopt;
}

bool holds(LoweredTest test, const LoweredConstant& left, const LoweredConstant& right) {
  switch (test) {
    case kEqual:
      return left == right;
    case kLess:
      return left < right;
    case kLessEqual:
      return left < right || left == right;
    case kGreater:
      return right < left;
    default:
      return right < left || left == right;
  }
}

Truth found_in(const TextList& list, const std::string& wanted) {
  if (std::ranges::find(list, std::optional(wanted)) != list.end()) {
    return Truth::kTrue;
  }
  return std::ranges::find(list, std::optional<std::string>()) != list.end() ? Truth::kUnknown
                                                                             : Truth::kFalse;
}

class Oracle {
 public:
  Oracle(const Data& data, size_t row, const std::vector<Truth>& earlier)
      : data_(data), row_(row), earlier_(earlier) {}

  Truth operator()(const LoweredExpression& rule) const { return std::visit(*this, rule.node); }

  Truth operator()(const LoweredAnd& conjunction) const {
    Truth truth = Truth::kTrue;
    for (const LoweredExpression& part : conjunction.parts) {
      truth = std::min(truth, (*this)(part));
    }
    return truth;
  }
  Truth operator()(const LoweredOr& disjunction) const {
    Truth truth = Truth::kFalse;
    for (const LoweredExpression& part : disjunction.parts) {
      truth = std::max(truth, (*this)(part));
    }
    return truth;
  }
  Truth operator()(const LoweredNot& negation) const {
    return not_of((*this)(negation.part.front()));
  }
  Truth operator()(const LoweredRuleTest& test) const {
    return truth_of(std::ranges::any_of(
        test.rules(), [&](size_t rule) { return earlier_[rule] == Truth::kTrue; }));
  }

  Truth operator()(const LoweredLeaf& leaf_node) const {
    const Value& cell = cell_of(leaf_node.source);
    if (leaf_node.test == kIsNull) {
      return truth_of(std::holds_alternative<std::monostate>(cell));
    }
    if (leaf_node.source.domain == Domain::kTextList) {
      const auto* list = std::get_if<TextList>(&cell);
      return list != nullptr ? list_truth(leaf_node, *list) : Truth::kUnknown;
    }
    const auto value = value_of(leaf_node.source, cell);
    return value ? truth_of(value_holds(leaf_node, *value)) : Truth::kUnknown;
  }

  Truth operator()(const LoweredComparison& comparison) const {
    const auto left = common(comparison.left, comparison.as);
    const auto right = common(comparison.right, comparison.as);
    return left && right ? truth_of(holds(comparison.test, *left, *right)) : Truth::kUnknown;
  }

 private:
  const Value& cell_of(const LoweredSource& from) const {
    return data_.cells_of(from.column)[row_];
  }

  static Truth list_truth(const LoweredLeaf& leaf_node, const TextList& list) {
    Truth any = Truth::kFalse;
    Truth all = Truth::kTrue;
    for (const LoweredConstant& constant : leaf_node.constants) {
      const Truth found = found_in(list, std::get<std::string>(constant));
      any = std::max(any, found);
      all = std::min(all, found);
    }
    return leaf_node.test == kHasAny ? any : all;
  }

  static bool value_holds(const LoweredLeaf& leaf_node, const LoweredConstant& value) {
    const auto text_at = [](const LoweredConstant& constant) {
      return std::get<std::string>(constant);
    };
    switch (leaf_node.test) {
      case kReadable:
        return true;
      case kNever:
        return false;
      case kIn:
        return std::ranges::find(leaf_node.constants, value) != leaf_node.constants.end();
      case kContains:
        return text_at(value).find(text_at(leaf_node.constants[0])) != std::string::npos;
      case kStartsWith:
        return text_at(value).starts_with(text_at(leaf_node.constants[0]));
      case kEndsWith:
        return text_at(value).ends_with(text_at(leaf_node.constants[0]));
      default:
        return holds(leaf_node.test, value, leaf_node.constants[0]);
    }
  }

  std::optional<LoweredConstant> common(const LoweredSource& from, LoweredComparison::As as) const {
    auto value = value_of(from, cell_of(from));
    if (!value) {
      return std::nullopt;
    }
    using enum LoweredComparison::As;
    if (as == kMicros) {
      const auto whole_value = std::get<std::int64_t>(*value);
      return from.domain == Domain::kDay ? Int128{whole_value} * column::kMicrosPerDay
                                         : Int128{whole_value};
    }
    if (as != kExact && as != kDouble) {
      return value;
    }
    if (const auto* number = std::get_if<double>(&*value)) {
      return *number;
    }
    if (const auto* number = std::get_if<float>(&*value)) {
      return double{*number};
    }
    const Decimal exact =
        from.domain == Domain::kInt ? Decimal::from_int(std::get<std::int64_t>(*value))
        : from.domain == Domain::kDecimal
            ? Decimal::from_scaled(std::get<Int128>(*value), data_.schema.type(from.column).scale)
            : std::get<Decimal>(*value);
    return as == kExact ? LoweredConstant(exact) : LoweredConstant(exact.to_double());
  }

  const Data& data_;
  size_t row_;
  const std::vector<Truth>& earlier_;
};

/// Random tables of all types and random rules whose constants lie on or beside the cells.
class RandomCase {
 public:
  explicit RandomCase(std::uint32_t seed) : random_(seed) {
    const std::vector<Type> types = {
        {.kind = TypeKind::kInt},       {TypeKind::kDecimal, 10, 2, ""},
        {.kind = TypeKind::kDouble},    {.kind = TypeKind::kFloat},
        {.kind = TypeKind::kText},      {.kind = TypeKind::kText},
        {.kind = TypeKind::kBoolean},   {.kind = TypeKind::kDate},
        {.kind = TypeKind::kTimestamp}, {.kind = TypeKind::kTextList},
        {.kind = TypeKind::kDouble},    {.kind = TypeKind::kFloat}};
    const size_t row_count = 1 + below(90);
    std::vector<std::vector<Value>> cells;
    for (const Type& type : types) {
      std::vector<Value>& column = cells.emplace_back();
      for (size_t row = 0; row < row_count; ++row) {
        column.push_back(below(6) == 0 ? kNull : cell(type.kind));
      }
    }
    data_ = table(types, std::move(cells));
    sources_ = {source(0, Domain::kInt),
                source(0, Domain::kBoolean, Reader::kBoolean),
                source(1, Domain::kDecimal),
                source(2, Domain::kDouble),
                source(3, Domain::kFloat),
                source(4, Domain::kText),
                source(4, Domain::kNumberText, Reader::kNumber),
                source(4, Domain::kDay, Reader::kDay),
                source(4, Domain::kMicros, Reader::kTime),
                source(4, Domain::kBoolean, Reader::kBoolean),
                source(5, Domain::kText),
                source(5, Domain::kNumberText, Reader::kNumber),
                source(6, Domain::kBoolean),
                source(7, Domain::kDay),
                source(8, Domain::kMicros),
                source(9, Domain::kTextList),
                source(10, Domain::kDouble),
                source(11, Domain::kFloat),
                {.column = column::kKeyColumn, .domain = Domain::kText}};
    // Few sources at a time, so that leaves meet in one encoder.
    std::shuffle(sources_.begin(), sources_.end(), random_);
    sources_.resize(2 + below(6));
    const size_t rule_count = 1 + below(80);
    for (size_t i = 0; i < rule_count; ++i) {
      rules_.push_back(expression(1 + below(4)));
    }
  }

  const Data& data() const { return data_; }
  const LoweredRules& rules() const { return rules_; }

 private:
  size_t below(size_t bound) { return random_() % bound; }
  template <typename T>
  const T& pick(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

  Value cell(TypeKind kind) {
    static const std::vector<std::int64_t> integers = {0,
                                                       1,
                                                       2,
                                                       -1,
                                                       18,
                                                       19,
                                                       9007199254740993,
                                                       std::numeric_limits<std::int64_t>::max(),
                                                       std::numeric_limits<std::int64_t>::min()};
    static const std::vector<std::string> all_texts = {
        "",     "a",     "ab",         "b",    "VIP2", "VIP10", "%",   " 18 ",
        "18.5", "1e400", "2025-01-01", "true", "no",   "18",    "0.1", "2025-01-01 10:00:00"};
    const auto micros = [&] {
      return static_cast<std::int64_t>(below(4)) * (column::kMicrosPerDay / 2) -
             column::kMicrosPerDay;
    };
    switch (kind) {
      case TypeKind::kInt:
        return pick(integers);
      case TypeKind::kDecimal:
        return below(8) == 0 ? column::kUnreadableDecimal
                             : Int128{static_cast<std::int64_t>(below(5)) * 50 - 100};
      case TypeKind::kDouble: {
        static const std::vector<double> doubles = {0.0,
                                                    -0.0,
                                                    0.1,
                                                    18,
                                                    18.5,
                                                    9007199254740992.0,
                                                    std::numeric_limits<double>::infinity(),
                                                    -std::numeric_limits<double>::infinity(),
                                                    std::numeric_limits<double>::quiet_NaN()};
        return pick(doubles);
      }
      case TypeKind::kFloat: {
        static const std::vector<float> floats = {0.0F, -0.0F, 0.1F, 18.5F,
                                                  std::numeric_limits<float>::quiet_NaN()};
        return pick(floats);
      }
      case TypeKind::kText:
        return pick(all_texts);
      case TypeKind::kBoolean:
        return below(2) == 0;
      case TypeKind::kDate:
        return static_cast<std::int32_t>(below(4)) - 1;
      case TypeKind::kTimestamp:
        return micros();
      case TypeKind::kTextList: {
        TextList list;
        for (size_t i = below(4); i > 0; --i) {
          list.push_back(below(5) == 0 ? std::nullopt : std::optional(pick(all_texts)));
        }
        return list;
      }
      case TypeKind::kUnusable:
        break;
    }
    return kNull;
  }

  /// A value of the domain, mostly one that a row has.
  LoweredConstant constant(const LoweredSource& of) {
    for (int attempt = 0; attempt < 20; ++attempt) {
      const Value& value = pick(data_.cells_of(of.column));
      if (const auto read = value_of(of, value)) {
        // Constants of a Program are never -0.0: literals have no negative zero.
        if (const auto* number = std::get_if<double>(&*read)) {
          return *number + 0.0;
        }
        if (const auto* number = std::get_if<float>(&*read)) {
          return *number + 0.0F;
        }
        return *read;
      }
    }
    switch (of.domain) {
      case Domain::kDecimal:
        return Int128{50};
      case Domain::kDouble:
        return 18.25;
      case Domain::kFloat:
        return 18.25F;
      case Domain::kNumberText:
        return column::read_number("18.25").value();
      case Domain::kText:
      case Domain::kTextList:
        return std::get<std::string>(cell(TypeKind::kText));
      default:
        return std::int64_t{1};
    }
  }
  std::vector<LoweredConstant> several_constants(const LoweredSource& of) {
    std::set<LoweredConstant> chosen;
    for (size_t i = 1 + below(4); i > 0; --i) {
      chosen.insert(constant(of));
    }
    return {chosen.begin(), chosen.end()};
  }

  LoweredExpression random_leaf() {
    const LoweredSource of = pick(sources_);
    std::vector<LoweredTest> tests = {kIsNull, kReadable,  kNever,   kEqual,        kEqual,
                                      kLess,   kLessEqual, kGreater, kGreaterEqual, kIn};
    if (of.domain == Domain::kTextList) {
      tests = {kIsNull, kHasAny, kHasAll};
    } else if (of.domain == Domain::kText) {
      tests.insert(tests.end(), {kContains, kStartsWith, kEndsWith});
    }
    const LoweredTest test = pick(tests);
    if (test == kIsNull || test == kReadable || test == kNever) {
      return leaf(of, test);
    }
    if (test == kIn || test == kHasAny || test == kHasAll) {
      return leaf(of, test, several_constants(of));
    }
    return leaf(of, test, {constant(of)});
  }

  LoweredExpression random_comparison() {
    using enum LoweredComparison::As;
    static const std::vector<LoweredComparison> pairs = {
        {.left = source(0, Domain::kInt), .right = source(1, Domain::kDecimal)},
        {.left = source(0, Domain::kInt), .right = source(4, Domain::kNumberText, Reader::kNumber)},
        {.left = source(4, Domain::kNumberText, Reader::kNumber),
         .right = source(5, Domain::kNumberText, Reader::kNumber)},
        {.left = source(2, Domain::kDouble), .right = source(0, Domain::kInt), .as = kDouble},
        {.left = source(2, Domain::kDouble), .right = source(1, Domain::kDecimal), .as = kDouble},
        {.left = source(2, Domain::kDouble), .right = source(10, Domain::kDouble), .as = kDouble},
        {.left = source(3, Domain::kFloat), .right = source(2, Domain::kDouble), .as = kDouble},
        {.left = source(3, Domain::kFloat), .right = source(11, Domain::kFloat), .as = kFloat},
        {.left = source(5, Domain::kText), .right = source(4, Domain::kText), .as = kText},
        {.left = source(8, Domain::kMicros), .right = source(7, Domain::kDay), .as = kMicros},
        {.left = source(7, Domain::kDay),
         .right = source(4, Domain::kMicros, Reader::kTime),
         .as = kMicros},
        {.left = source(6, Domain::kBoolean),
         .right = source(0, Domain::kBoolean, Reader::kBoolean),
         .as = kBoolean}};
    LoweredComparison comparison = pick(pairs);
    comparison.test = pick<LoweredTest>({kEqual, kLess, kLessEqual, kGreater, kGreaterEqual});
    return {comparison};
  }

  LoweredExpression expression(size_t depth) {
    const size_t choice = below(depth == 0 ? 8 : 20);
    if (choice == 0) {
      return random_comparison();
    }
    if (choice == 1 && !rules_.empty()) {
      return any_of_rules({below(rules_.size())});
    }
    if (choice < 8) {
      return random_leaf();
    }
    if (choice < 11) {
      return negated(expression(depth - 1));
    }
    std::vector<LoweredExpression> parts;
    for (size_t i = 2 + below(2); i > 0; --i) {
      parts.push_back(expression(depth - 1));
    }
    return choice % 2 == 0 ? LoweredExpression{LoweredAnd{std::move(parts)}}
                           : LoweredExpression{LoweredOr{std::move(parts)}};
  }

  std::mt19937 random_;
  Data data_;
  std::vector<LoweredSource> sources_;
  LoweredRules rules_;
};

TEST(Engine, AgreesWithTheRowAtATimeOracle) {
  std::array<size_t, 3> seen{};
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    const RandomCase random_case(seed);
    const Data& data = random_case.data();
    const auto program = compile(random_case.rules(), data.schema);
    const auto rows = run(*program, data);
    for (size_t row = 0; row < data.row_count; ++row) {
      std::vector<Truth> truths_of_row;
      for (size_t rule = 0; rule < rows.size(); ++rule) {
        truths_of_row.push_back(Oracle(data, row, truths_of_row)(random_case.rules()[rule]));
        const Truth truth = truths_of_row.back();
        ++seen[static_cast<size_t>(truth)];
        ASSERT_EQ(rows[rule][row], truth == Truth::kTrue)
            << "row " << row << "\n"
            << rule::to_text(random_case.rules()[rule], data.schema) << program->stages();
      }
    }
  }
  EXPECT_GT(std::ranges::min(seen), 50'000U) << "FALSE, UNKNOWN and TRUE all have to occur";
}

TEST(Engine, CodesDependOnTheCellAloneAndNotOnItsNeighbours) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const RandomCase random_case(seed);
    const Data& data = random_case.data();
    Data reversed = data;
    for (std::vector<Value>& column : reversed.cells) {
      std::ranges::reverse(column);
    }
    const auto program = compile(random_case.rules(), data.schema);
    const auto again = compile(random_case.rules(), data.schema);
    for (size_t i = 0; i < program->encoders().size(); ++i) {
      const size_t width = program->encoders()[i]->code_width();
      const auto codes = encode(*program->encoders()[i], data);
      const auto backwards = encode(*again->encoders()[i], reversed);
      for (size_t row = 0; row < data.row_count; ++row) {
        const auto* other = backwards.data() + (data.row_count - 1 - row) * width;
        ASSERT_EQ(std::memcmp(codes.data() + row * width, other, width), 0) << "encoder " << i;
      }
    }
  }
}

}  // namespace
}  // namespace tagsmith::engine
