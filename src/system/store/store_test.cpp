#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "store/row_text_internal.h"
#include "store/store_url.h"

namespace tagsmith::store {
namespace {

using membership::StoredTag;

TEST(RowText, IsReadBackAsItWasWritten) {
  const std::vector<StoredTag> tags{{1, R"({"value":{"a":"]}\""}})"}, {12, "{}"}};
  EXPECT_EQ(tag_ids_text(tags), "[1,12]");
  EXPECT_EQ(tag_details_text(tags), R"({"1":{"value":{"a":"]}\""}},"12":{}})");
  EXPECT_EQ(read_tag_ids("[1,12]"), (std::vector<std::int32_t>{1, 12}));
  EXPECT_EQ(read_tag_details(tag_details_text(tags)), tags);
  EXPECT_EQ(read_tag_ids("[]"), std::vector<std::int32_t>());
  EXPECT_EQ(read_tag_details("{}"), std::vector<StoredTag>());
}

TEST(RowText, OrderAndBlanksOfADatabaseThatKnowsJsonDoNotMatter) {
  EXPECT_EQ(read_tag_ids(" [ 12, 1 , 12] "), (std::vector<std::int32_t>{1, 12}));
  EXPECT_EQ(read_tag_details(R"({"12": {"a": 1}, "1": {}})"),
            (std::vector<StoredTag>{{1, "{}"}, {12, R"({"a": 1})"}}));
}

TEST(RowText, WhatIsNoListOfTagIdsIsRefused) {
  for (const char* text : {"", "null", "[1", "1,2", "[1,,2]", "[\"1\"]", "[0]", "[-1]", "[1.0]",
                           "[2147483648]", "{\"1\":{}}"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(read_tag_ids(text));
  }
  for (const char* text : {"", "[]", "{1:{}}", "{\"x\":{}}", "{\"1\":{},\"1\":{}}", "{\"1\"}"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(read_tag_details(text));
  }
}

TEST(RowText, CharactersAreCountedAndNotBytes) {
  EXPECT_EQ(character_count("abc"), 3U);
  EXPECT_EQ(character_count("用户"), 2U);
}

TEST(StoreUrl, NamesAKindAndAPlace) {
  EXPECT_EQ(parse_store_url("sqlite:data/tags.db").value(),
            (StoreUrl{.kind = StoreUrl::Kind::kSqlite, .path = "data/tags.db"}));
  for (const char* text : {"", "tags.db", "sqlite:", "mysql://h/d", "SQLITE:x"}) {
    SCOPED_TRACE(text);
    const auto url = parse_store_url(text);
    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().symbol, "E_STORE_URL");
    EXPECT_FALSE(url.error().hint.empty());
  }
}

}  // namespace
}  // namespace tagsmith::store
