#include "column/column.h"

#include <gtest/gtest.h>

#include "column/days.h"
#include "column/schema.h"

namespace tagsmith::column {
namespace {

TEST(Column, GivesBackTheCellsThatWereAppended) {
  const TextList list = {"BTC", std::nullopt, ""};
  const std::vector<std::pair<Type, Value>> cells = {
      {{.kind = TypeKind::kInt}, std::int64_t{7}},
      {{.kind = TypeKind::kDecimal, .precision = 5, .scale = 2}, Int128{1250}},
      {{.kind = TypeKind::kDouble}, 1.5},
      {{.kind = TypeKind::kFloat}, 1.5F},
      {{.kind = TypeKind::kText}, std::string("VIP2")},
      {{.kind = TypeKind::kBoolean}, true},
      {{.kind = TypeKind::kDate}, std::int32_t{-1}},
      {{.kind = TypeKind::kTimestamp}, std::int64_t{1}},
      {{.kind = TypeKind::kTextList}, list}};
  for (const auto& [type, value] : cells) {
    SCOPED_TRACE(to_string(type));
    ColumnData data(type);
    data.append({});
    data.append(value);
    data.append({});
    const ColumnView view = data.view();
    ASSERT_EQ(view.row_count, 3u);
    EXPECT_TRUE(view.is_null(0));
    EXPECT_EQ(view.value(1), value);
    EXPECT_EQ(view.value(2), Value{});
  }
}

TEST(Value, PrintsAsAPersonWouldWriteIt) {
  EXPECT_EQ(to_text(Value{}, {.kind = TypeKind::kText}), "null");
  EXPECT_EQ(to_text(Int128{1250}, {.kind = TypeKind::kDecimal, .precision = 5, .scale = 2}),
            "12.50");
  EXPECT_EQ(to_text(Int128{1200}, {.kind = TypeKind::kDecimal, .precision = 5, .scale = 2}),
            "12.00");
  EXPECT_EQ(to_text(std::int32_t{0}, {.kind = TypeKind::kDate}), "1970-01-01");
  EXPECT_EQ(to_text(kInfiniteDay - 1, {.kind = TypeKind::kDate}), "5881580-07-10");
  EXPECT_EQ(to_text(kInfiniteDay, {.kind = TypeKind::kDate}), "infinity");
  EXPECT_EQ(to_text(-kInfiniteDay, {.kind = TypeKind::kDate}), "-infinity");
  EXPECT_EQ(to_text(-kInfiniteDay - 1, {.kind = TypeKind::kDate}), "-infinity");
  EXPECT_EQ(to_text(kInfiniteMicros, {.kind = TypeKind::kTimestamp}), "infinity");
  EXPECT_EQ(to_text(-kInfiniteMicros, {.kind = TypeKind::kTimestamp}), "-infinity");
  EXPECT_EQ(to_text(std::string("it's"), {.kind = TypeKind::kText}), "'it''s'");
  EXPECT_EQ(to_text(TextList{"a", std::nullopt}, {.kind = TypeKind::kTextList}), "['a', null]");
}

TEST(Schema, AWholeNameMeansOneTableAndAShortOneAllThatAreCalledSo) {
  const Schema schema{.tables = {{.database = "d", .name = "a"},
                                 {.name = "a"},
                                 {.database = "d", .name = "b"},
                                 {.database = "e", .name = "b"}}};
  EXPECT_EQ(schema.tables_named("a"), (std::vector<size_t>{1}));
  EXPECT_EQ(schema.tables_named("d.a"), (std::vector<size_t>{0}));
  EXPECT_EQ(schema.tables_named("b"), (std::vector<size_t>{2, 3}));
  EXPECT_EQ(schema.tables_named("e.b"), (std::vector<size_t>{3}));
  EXPECT_EQ(schema.tables_named("e.a"), std::vector<size_t>());
}

TEST(Schema, NamesAColumnAsShortlyAsItCan) {
  const Column age{.name = "age", .type = {.kind = TypeKind::kInt}};
  const Column level{.name = "level", .type = {.kind = TypeKind::kText}};
  const Schema schema{{{.database = "a", .name = "t", .columns = {age, level}},
                       {.database = "b", .name = "t", .columns = {age}},
                       {.database = "b", .name = "u", .columns = {age}}}};
  EXPECT_EQ(schema.display_name({.table = 0, .column = 1}), "level");
  EXPECT_EQ(schema.display_name({.table = 1, .column = 0}), "b.t.age");
  EXPECT_EQ(schema.display_name({.table = 2, .column = 0}), "u.age");
}

}  // namespace
}  // namespace tagsmith::column
