#include "base/language.h"

#include <gtest/gtest.h>

#include <array>

namespace tagsmith::base {
namespace {

constexpr std::array<Translation, 7> kTranslations = {{
    {"a text", "文本"},
    {"tag", "标签"},
    {"tag {} {}", "标签 {} {}"},
    {"would lose {} of {} members", "将失去 {1} 个成员中的 {0} 个"},
    {"{0} = {0}", "{0} 等于 {0}"},
    {"{} of {}", "{1} 的 {0}"},
    {"{} users", "{} 个用户"},
}};

class Language : public testing::Test {
 public:
  Language() { set_translations(kTranslations); }
  ~Language() override { set_translations({}); }
};

TEST(English, IsSpokenUntilAnotherLanguageIsSet) {
  EXPECT_EQ(tr("a text"), "a text");
  EXPECT_EQ(message("{} of {}", 1, "two"), "1 of two");
}

TEST_F(Language, TextsAreTranslated) {
  EXPECT_EQ(tr("a text"), "文本");
  EXPECT_EQ(message("{} users", 3), "3 个用户");
}

TEST_F(Language, ValuesStandWhereTheTranslationHasThem) {
  EXPECT_EQ(message("{} of {}", "a", "b"), "b 的 a");
}

TEST_F(Language, WhatHasNoTranslationStaysEnglish) {
  EXPECT_EQ(tr(""), "");
  EXPECT_EQ(tr("a list"), "a list");
  EXPECT_EQ(tr("zebra"), "zebra");
  EXPECT_EQ(message("{} rows", 3), "3 rows");
}

TEST_F(Language, MarkedTextsWaitForTheirUse) {
  constexpr std::string_view kText = marked("a text");
  EXPECT_EQ(kText, "a text");
  EXPECT_EQ(tr(kText), "文本");
}

TEST_F(Language, WhatWasMadeInEnglishIsRetold) {
  EXPECT_EQ(retold("a text"), "文本");
  EXPECT_EQ(retold("3 users"), "3 个用户");
  EXPECT_EQ(retold("a text of 3 rows"), "3 rows 的 文本");
  EXPECT_EQ(retold("a text of 3 users"), "3 个用户 的 文本") << "and not 3 的 文本 个用户";
  EXPECT_EQ(retold("a = a"), "a 等于 a");
  EXPECT_EQ(retold("tag"), "标签");
  EXPECT_EQ(retold("tag users"), "tag 个用户") << "as a value it is a name";
  EXPECT_EQ(retold("tag vip would lose 3 of 4 members"), "标签 vip 将失去 4 个成员中的 3 个");
}

TEST_F(Language, WhatNobodyCanRetellStaysEnglish) {
  for (const std::string_view text : {"", "users", "{} {}", "a = b", "would lose members"}) {
    EXPECT_EQ(retold(text), text);
  }
}

TEST_F(Language, TheEnglishOfWhatWasSaidIsFound) {
  for (const std::string_view text :
       {"a text", "3 users", "a text of 3 rows", "tag vip would lose 3 of 4 members", "else"}) {
    EXPECT_EQ(english_of(retold(text)), text);
  }
  set_translations({});
  EXPECT_EQ(english_of("3 users"), "3 users");
}

using LanguageDeathTest = Language;

TEST_F(LanguageDeathTest, AnUnsortedTableIsABug) {
  constexpr std::array<Translation, 2> kUnsorted = {{{"b", "乙"}, {"a", "甲"}}};
  EXPECT_DEATH(set_translations(kUnsorted), "is_sorted");
}

}  // namespace
}  // namespace tagsmith::base
