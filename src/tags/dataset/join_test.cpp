#include "dataset/join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "dataset/memory_reader_test.h"

namespace tagsmith::dataset {
namespace {

using column::ColumnId;
using column::kKeyColumn;
using column::Value;
using testing::ElementsAre;
using testing::HasSubstr;

const column::Type kInt{.kind = column::TypeKind::kInt};
const column::Type kText{.kind = column::TypeKind::kText};

// The code of an int is itself, of a text its length, of a null 0; of two columns the sum where
// both are there.
class SumEncoder final : public engine::Encoder {
 public:
  SumEncoder(std::vector<ColumnId> inputs, size_t width)
      : inputs_(std::move(inputs)), width_(width) {}

  [[nodiscard]] std::span<const ColumnId> inputs() const override { return inputs_; }
  [[nodiscard]] size_t code_width() const override { return width_; }

  void encode(std::span<const column::ColumnView> inputs, void* codes) const override {
    for (size_t row = 0; row < inputs.front().row_count; ++row) {
      std::uint32_t sum = 0;
      bool null = false;
      for (const column::ColumnView& view : inputs) {
        const Value value = view.value(row);
        null = null || std::holds_alternative<std::monostate>(value);
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
          sum += static_cast<std::uint32_t>(*number);
        } else if (const auto* text = std::get_if<std::string>(&value)) {
          sum += static_cast<std::uint32_t>(text->size());
        }
      }
      store(codes, row, null ? 0 : sum);
    }
  }

 private:
  void store(void* codes, size_t row, std::uint32_t code) const {
    if (width_ == 1) {
      static_cast<std::uint8_t*>(codes)[row] = static_cast<std::uint8_t>(code);
    } else if (width_ == 2) {
      static_cast<std::uint16_t*>(codes)[row] = static_cast<std::uint16_t>(code);
    } else {
      static_cast<std::uint32_t*>(codes)[row] = code;
    }
  }

  std::vector<ColumnId> inputs_;
  size_t width_;
};

class EncodersOnly final : public engine::Program {
 public:
  explicit EncodersOnly(std::vector<std::vector<ColumnId>> inputs) {
    constexpr size_t kWidths[] = {1, 2, 4};
    for (std::vector<ColumnId>& columns : inputs) {
      encoders_.push_back(
          std::make_unique<SumEncoder>(std::move(columns), kWidths[encoders_.size() % 3]));
    }
  }
  [[nodiscard]] size_t rule_count() const override { return 0; }
  [[nodiscard]] std::span<const std::unique_ptr<engine::Encoder>> encoders() const override {
    return encoders_;
  }
  [[nodiscard]] std::span<const engine::Reading> readings() const override { return readings_; }
  [[nodiscard]] std::unique_ptr<engine::Evaluator> evaluator() const override { return nullptr; }
  [[nodiscard]] std::string stages() const override { return ""; }

  void count(engine::Reading reading) { readings_.push_back(std::move(reading)); }

 private:
  std::vector<std::unique_ptr<engine::Encoder>> encoders_;
  std::vector<engine::Reading> readings_;
};

Value number(std::int64_t value) { return value; }

// Users a, bb and ccc in `people`, of whom one stands in `orders` too, beside dddd.
MemoryReader two_tables() {
  return MemoryReader({{.name = "people",
                        .columns = {{"age", kInt}, {"level", kText}},
                        .rows = {{"ccc", {number(30), "VIP"}},
                                 {"a", {number(10), Value()}},
                                 {std::nullopt, {number(1), Value()}},
                                 {"bb", {Value(), "x"}}}},
                       {.name = "orders",
                        .columns = {{"count", kInt}},
                        .rows = {{"dddd", {number(4)}}, {"ccc", {number(3)}}, {"", {Value()}}}}});
}

// "key: code code ...", one line a user in the order of the keys.
std::vector<std::string> lines(const JoinedUsers& users) {
  std::vector<std::string> out;
  for (const UserNumber user : users.keys.sorted()) {
    out.push_back(std::string(users.keys.key(user)) + ":");
    for (const UserCodes& codes : users.codes) {
      out.back() +=
          std::visit([&](const auto& v) { return " " + std::to_string(v.at(user)); }, codes);
    }
  }
  return out;
}

// Tables are sorted by name: orders is 0, people is 1.
constexpr ColumnId kCount{.table = 0, .column = 0};
constexpr ColumnId kAge{.table = 1, .column = 0};
constexpr ColumnId kLevel{.table = 1, .column = 1};

TEST(Join, UsersAreTheUnionOfAllTablesAndMissingRowsAreNull) {
  MemoryReader reader = two_tables();
  const DataSet data = describe(reader, reader.sources()).value();
  const JoinedUsers users = join(reader, data, EncodersOnly({{kAge}, {kLevel}, {kCount}})).value();
  EXPECT_THAT(lines(users), ElementsAre("a: 10 0 0", "bb: 0 1 0", "ccc: 30 3 3", "dddd: 0 0 4"));
  EXPECT_THAT(reader.scans(), ElementsAre("orders: count", "people: age level"));
  ASSERT_EQ(users.counts.size(), 2u);
  EXPECT_EQ(users.counts[0].table, "orders");
  EXPECT_EQ(users.counts[0].scan.rows, 2u);
  EXPECT_EQ(users.counts[0].scan.null_keys, 1u);
}

TEST(Join, ATableThatNoRuleReadsGivesItsUsersOnly) {
  MemoryReader reader = two_tables();
  const DataSet data = describe(reader, reader.sources()).value();
  EXPECT_THAT(lines(join(reader, data, EncodersOnly({})).value()),
              ElementsAre("a:", "bb:", "ccc:", "dddd:"));
  EXPECT_THAT(reader.scans(), ElementsAre("orders:", "people:"));
}

TEST(Join, ColumnsOfSeveralTablesAndTheKeyMeet) {
  MemoryReader reader = two_tables();
  const DataSet data = describe(reader, reader.sources()).value();
  const JoinedUsers users =
      join(reader, data,
           EncodersOnly({{kAge, kCount}, {kKeyColumn}, {kKeyColumn, kLevel}, {kAge, kLevel}}))
          .value();
  EXPECT_THAT(lines(users),
              ElementsAre("a: 0 1 0 0", "bb: 0 2 3 0", "ccc: 33 3 6 33", "dddd: 0 4 0 0"));
}

// Of the rows of the table, not of the users; and whether or not the codes are kept.
TEST(Join, CountsTheCellsOfEachReading) {
  MemoryReader reader = two_tables();
  const DataSet data = describe(reader, reader.sources()).value();
  EncodersOnly program({{kLevel}, {kAge, kCount}});
  const SumEncoder count_only({kCount}, 1);
  using Odd = engine::Reading::Odd;
  program.count({.column = kCount, .as = "int", .encoder = &count_only});
  program.count({.column = kLevel,
                 .as = "x",
                 .encoder = program.encoders()[0].get(),
                 .odd = Odd::kUnreadable});
  program.count(
      {.column = kLevel, .as = "y", .encoder = program.encoders()[0].get(), .odd = Odd::kNan});
  const JoinedUsers users = join(reader, data, program).value();
  EXPECT_THAT(users.readings,
              testing::UnorderedElementsAre(
                  ReadingCounts{"orders", "count", "int", {.rows = 2}},
                  ReadingCounts{"people", "level", "x", {.rows = 3, .nulls = 1, .unreadable = 1}},
                  ReadingCounts{"people", "level", "y", {.rows = 3, .nulls = 1, .nans = 1}}));
}

TEST(Join, UsersOfTheFirstTableHaveTheFirstNumbers) {
  MemoryReader reader = two_tables();
  const DataSet data = describe(reader, reader.sources()).value();
  const EncodersOnly program({{kLevel}});
  const JoinedUsers users = join(reader, data, program, {}, /*first_table=*/1).value();
  ASSERT_EQ(users.counts.size(), 2u);
  EXPECT_EQ(users.counts[0].table, full_name(data.sources[1]));
  EXPECT_EQ(users.counts[0].users, users.counts[0].scan.rows);
  EXPECT_EQ(users.counts[1].users, users.keys.size());
  std::vector<std::string_view> first;
  for (UserNumber user = 0; user < users.counts[0].users; ++user) {
    first.push_back(users.keys.key(user));
  }
  const JoinedUsers other = join(reader, data, program).value();
  EXPECT_EQ(other.counts[0].table, full_name(data.sources[0]));
  EXPECT_EQ(other.keys.size(), users.keys.size());
  EXPECT_NE(first.front(), other.keys.key(0));
}

TEST(Join, AUserTwiceInOneTableIsAnError) {
  MemoryReader reader(
      {{.name = "t",
        .columns = {{"x", kInt}},
        .rows = {{"a", {number(1)}}, {"b", {number(1)}}, {"c", {number(1)}}, {"a", {number(1)}}}}});
  const DataSet data = describe(reader, reader.sources()).value();
  const auto joined = join(reader, data, EncodersOnly({}));
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().symbol, "E_DATA_DUPLICATE");
  EXPECT_EQ(joined.error().message, "table 't' has two rows with user_id = 'a'");
  EXPECT_EQ(read_user(reader, data, "a", {}).error().symbol, "E_DATA_DUPLICATE");
}

TEST(Join, ReadsTheCellsOfOneUser) {
  MemoryReader reader = two_tables();
  const DataSet data = describe(reader, reader.sources()).value();
  const auto row = read_user(reader, data, "bb", {kAge, kLevel, kCount, kKeyColumn}).value();
  ASSERT_TRUE(row);
  EXPECT_EQ(*row, (UserRow{{kAge, Value()}, {kLevel, Value("x")}, {kKeyColumn, Value("bb")}}));
  EXPECT_FALSE(read_user(reader, data, "nobody", {kAge}).value());
}

TEST(DataSet, TheKeyIsOfOneKindInAllTables) {
  MemoryReader reader({{.name = "a", .integer_key = true}, {.database = "d", .name = "b"}});
  const auto data = describe(reader, reader.sources());
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().symbol, "E_DATA_KEY");
  EXPECT_EQ(data.error().message,
            "the key 'user_id' is an integer in table 'a' and text in table 'd.b'");
}

TEST(DataSet, TwoTablesOfOneNameAreAConflict) {
  MemoryReader reader({{.name = "a"}, {.name = "a"}});
  const auto data = describe(reader, reader.sources());
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().code, base::ErrorCode::kConflict);
  EXPECT_THAT(data.error().message, HasSubstr("'a'"));
}

TEST(KeyDictionary, GivesOneNumberAKey) {
  KeyDictionary keys;
  std::mt19937 random(1);
  std::vector<std::string> added;
  std::set<std::string> distinct;
  for (int i = 0; i < 20'000; ++i) {
    std::string key = std::to_string(random() % 5000);
    if (i % 1000 == 0) {
      key += std::string(100'000, 'x');
    }
    const UserNumber user = keys.find_or_add(key);
    if (distinct.insert(key).second) {
      ASSERT_EQ(user, added.size());
      added.push_back(key);
    }
    ASSERT_EQ(keys.key(user), key);
    ASSERT_EQ(added[user], key);
  }
  EXPECT_EQ(keys.size(), distinct.size());
  std::vector<std::string> sorted;
  for (const UserNumber user : keys.sorted()) {
    sorted.emplace_back(keys.key(user));
  }
  EXPECT_EQ(sorted, std::vector<std::string>(distinct.begin(), distinct.end()));
}

TEST(KeyDictionary, SortsByUnsignedBytes) {
  KeyDictionary keys;
  for (const std::string_view key : {"é", "z", "a\x01", "a", "Z"}) {
    keys.find_or_add(key);
  }
  std::vector<std::string_view> sorted;
  for (const UserNumber user : keys.sorted()) {
    sorted.push_back(keys.key(user));
  }
  EXPECT_THAT(sorted, ElementsAre("Z", "a", "a\x01", "z", "é"));
}

}  // namespace
}  // namespace tagsmith::dataset
