#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/evaluate.h"
#include "run/text_writers.h"
#include "scratch/folder.h"

namespace tagsmith::run {
namespace {

using testing::ElementsAre;

// Rule r is TRUE for a user whose code has bit r set. One encoder; the rules are given in tiles of
// at most 64.
class BitProgram final : public engine::Program {
 public:
  explicit BitProgram(size_t rule_count) : rule_count_(rule_count), encoders_(1) {}

  [[nodiscard]] size_t rule_count() const override { return rule_count_; }
  [[nodiscard]] std::span<const std::unique_ptr<engine::Encoder>> encoders() const override {
    return encoders_;
  }
  [[nodiscard]] std::span<const engine::Reading> readings() const override { return {}; }
  [[nodiscard]] std::string stages() const override { return ""; }

  [[nodiscard]] std::unique_ptr<engine::Evaluator> evaluator() const override {
    class BitEvaluator final : public engine::Evaluator {
     public:
      explicit BitEvaluator(size_t rule_count) : rule_count_(rule_count) {}
      void evaluate(const engine::CodeBatch& batch, engine::TileConsumer& consumer) override {
        const auto codes = std::get<std::span<const std::uint16_t>>(batch.codes.front());
        constexpr size_t kStride = engine::kTileRows / column::kWordBits;
        for (size_t first = 0; first < rule_count_; first += engine::kTileRules) {
          const size_t rules = std::min(engine::kTileRules, rule_count_ - first);
          std::vector<column::Word> bits(rules * kStride);
          for (size_t rule = 0; rule < rules; ++rule) {
            for (size_t row = 0; row < batch.row_count; ++row) {
              if ((codes[row] >> ((first + rule) % 16) & 1) != 0) {
                column::set_bit(std::span(bits).subspan(rule * kStride, kStride), row);
              }
            }
          }
          consumer.consume({.first_rule = first,
                            .rule_count = rules,
                            .row_count = batch.row_count,
                            .bits = bits,
                            .stride = kStride});
        }
      }

     private:
      size_t rule_count_;
    };
    return std::make_unique<BitEvaluator>(rule_count_);
  }

 private:
  size_t rule_count_;
  std::vector<std::unique_ptr<engine::Encoder>> encoders_;
};

class MemoryWriter final : public dataset::TagFileWriter {
 public:
  base::Status append(std::string_view user_id, std::span<const std::int32_t> tag_ids) override {
    lines.push_back(std::string(user_id) + ":");
    for (const std::int32_t tag : tag_ids) {
      lines.back() += " " + std::to_string(tag);
    }
    return user_id == fails_at ? base::unavailable("no space") : base::Status();
  }
  base::Status finish() override { return {}; }

  std::vector<std::string> lines;
  std::string fails_at;
};

dataset::JoinedUsers users_with(const std::vector<std::pair<std::string, std::uint16_t>>& list) {
  dataset::JoinedUsers users;
  std::vector<std::uint16_t> codes;
  for (const auto& [key, code] : list) {
    users.keys.find_or_add(key);
    codes.push_back(code);
  }
  users.codes.emplace_back(std::move(codes));
  return users;
}

TEST(Evaluate, GivesEveryUserItsTagsInOrder) {
  const auto users = users_with({{"z", 0b011}, {"a", 0b100}, {"É", 0b111}, {"m", 0}});
  MemoryWriter writer;
  const std::int32_t tags[] = {7, 5, 9};
  const RunCounts counts = evaluate(BitProgram(3), tags, users, writer).value();
  EXPECT_THAT(writer.lines, ElementsAre("a: 9", "m:", "z: 5 7", "É: 5 7 9"));
  EXPECT_EQ(counts.users, 4u);
  EXPECT_EQ(counts.users_with_tags, 3u);
  EXPECT_THAT(counts.tags, ElementsAre(TagCount{5, 2}, TagCount{7, 2}, TagCount{9, 2}));
}

TEST(Evaluate, SeveralRulesOfOneTagGiveItOnce) {
  const auto users =
      users_with({{"a", 0b101}, {"b", 0b010}, {"c", 0b100}, {"d", 0b1000}, {"e", 1}});
  MemoryWriter writer;
  const std::int32_t tags[] = {5, 6, 5, 8};
  const RunCounts counts = evaluate(BitProgram(4), tags, users, writer).value();
  EXPECT_THAT(writer.lines, ElementsAre("a: 5", "b: 6", "c: 5", "d: 8", "e: 5"));
  EXPECT_THAT(counts.tags, ElementsAre(TagCount{5, 3}, TagCount{6, 1}, TagCount{8, 1}));
}

TEST(Evaluate, GivesTheCountsOfEachColumnByItsWorstReading) {
  auto users = users_with({});
  users.readings = {{"t", "a", "text", {.rows = 9, .nulls = 2}},
                    {"t", "b", "double", {.rows = 9, .nans = 4}},
                    {"t", "a", "number", {.rows = 9, .nulls = 2, .unreadable = 3}},
                    {"t", "a", "day", {.rows = 9, .nulls = 2, .unreadable = 1}},
                    {"u", "a", "int", {.rows = 5}}};
  MemoryWriter writer;
  const RunCounts counts = evaluate(BitProgram(0), {}, users, writer).value();
  EXPECT_THAT(counts.columns,
              ElementsAre(ColumnCounts{"t", "a", 9, 2, 3, 0}, ColumnCounts{"t", "b", 9, 0, 0, 4},
                          ColumnCounts{"u", "a", 5, 0, 0, 0}));
}

TEST(Evaluate, NoRuleAndNoUserAreFine) {
  MemoryWriter writer;
  EXPECT_EQ(evaluate(BitProgram(0), {}, users_with({{"a", 1}}), writer).value().users, 1u);
  EXPECT_THAT(writer.lines, ElementsAre("a:"));
  const std::int32_t tags[] = {5};
  EXPECT_THAT(evaluate(BitProgram(1), tags, users_with({}), writer).value().tags,
              ElementsAre(TagCount{5, 0}));
}

// More users than a block and more rules than a tile, against a loop over users and rules.
TEST(Evaluate, BlocksAndTilesMeetWithoutSeams) {
  constexpr size_t kUsers = 3 * engine::kTileRows + 1;
  constexpr size_t kRules = 2 * engine::kTileRules + 2;
  std::vector<std::pair<std::string, std::uint16_t>> list;
  for (size_t i = 0; i < kUsers; ++i) {
    const size_t key = (i * 5557) % kUsers;  // a permutation
    list.emplace_back("u" + std::to_string(100'000 + key), static_cast<std::uint16_t>(key));
  }
  std::vector<std::int32_t> tags;
  for (size_t rule = 0; rule < kRules; ++rule) {
    tags.push_back(static_cast<std::int32_t>(1000 - rule));
  }
  MemoryWriter writer;
  const RunCounts counts = evaluate(BitProgram(kRules), tags, users_with(list), writer).value();
  ASSERT_EQ(writer.lines.size(), kUsers);
  std::uint64_t with_tags = 0;
  for (size_t key = 0; key < kUsers; ++key) {
    std::string expected = "u" + std::to_string(100'000 + key) + ":";
    for (size_t rule = kRules; rule-- > 0;) {
      if ((key >> (rule % 16) & 1) != 0) {
        expected += " " + std::to_string(1000 - rule);
      }
    }
    with_tags += key == 0 ? 0 : 1;
    ASSERT_EQ(writer.lines[key], expected);
  }
  EXPECT_EQ(counts.users_with_tags, with_tags);
}

TEST(Evaluate, AWriterThatFailsEndsTheRun) {
  MemoryWriter writer;
  writer.fails_at = "b";
  const auto result =
      evaluate(BitProgram(0), {}, users_with({{"c", 0}, {"b", 0}, {"a", 0}}), writer);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(writer.lines, ElementsAre("a:", "b:"));
}

// What a writer makes of two users, one with a name full of traps.
std::string written(std::unique_ptr<dataset::TagFileWriter> (*make)(files::AtomicFile&),
                    bool with_users) {
  const scratch::Folder folder;
  const std::string path = folder.path("out");
  files::AtomicFile file = files::AtomicFile::create(path).value();
  const auto writer = make(file);
  const std::int32_t tags[] = {5, 38};
  if (with_users) {
    writer->append("a,\"b\"\n😀", tags).value();
    writer->append("b'%", {}).value();
    writer->append("c", std::span(tags).first(1)).value();
  }
  writer->finish().value();
  file.commit().value();
  return scratch::read_all(path);
}

TEST(TextWriters, JsonLinesAreOneObjectAUser) {
  EXPECT_EQ(written(json_lines_writer, true),
            "{\"user_id\":\"a,\\\"b\\\"\\n😀\",\"tag_ids\":[5,38]}\n"
            "{\"user_id\":\"b'%\",\"tag_ids\":[]}\n"
            "{\"user_id\":\"c\",\"tag_ids\":[5]}\n");
  EXPECT_EQ(written(json_lines_writer, false), "");
}

TEST(TextWriters, CsvIsQuotedWhereItHasToBe) {
  EXPECT_EQ(written(csv_writer, true),
            "user_id,tag_ids\n\"a,\"\"b\"\"\n😀\",\"[5,38]\"\nb'%,[]\nc,[5]\n");
  EXPECT_EQ(written(csv_writer, false), "user_id,tag_ids\n");
}

}  // namespace
}  // namespace tagsmith::run
