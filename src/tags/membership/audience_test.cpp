#include "membership/audience.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace tagsmith::membership {
namespace {

using testing::HasSubstr;

const std::vector<TagName> kTags = {{1, "vip"}, {2, "churned"}, {5, "young"}};

bool takes(std::string_view text, const std::vector<std::int32_t>& tags) {
  return Audience::parse(text, kTags).value().contains(tags);
}

base::Problems problems_of(std::string_view text) {
  const auto audience = Audience::parse(text, kTags);
  return audience ? base::Problems() : audience.error();
}

TEST(Audience, AsksForOneTag) {
  EXPECT_TRUE(takes("has_tag('vip')", {1, 5}));
  EXPECT_FALSE(takes("has_tag('vip')", {2, 5}));
  EXPECT_FALSE(takes("has_tag('vip')", {}));
}

TEST(Audience, JoinsTagsWithAndOrAndNot) {
  struct Case {
    std::string_view text;
    std::vector<bool> taken;  // of {}, {1}, {2}, {1, 2}, {1, 2, 5}
  };
  const std::vector<std::vector<std::int32_t>> users = {{}, {1}, {2}, {1, 2}, {1, 2, 5}};
  for (const Case& test : {
           Case{"has_tag('vip') and not has_tag('churned')", {false, true, false, false, false}},
           Case{"has_tag('vip') or has_tag('churned')", {false, true, true, true, true}},
           Case{"not (has_tag('vip') and has_tag('churned'))", {true, true, true, false, false}},
           Case{"has_tag('young') or has_tag('vip') and not has_tag('churned')",
                {false, true, false, false, true}},
           Case{"NOT has_tag('vip')", {true, false, true, false, false}},
       }) {
    SCOPED_TRACE(test.text);
    for (size_t i = 0; i < users.size(); ++i) {
      EXPECT_EQ(takes(test.text, users[i]), test.taken[i]) << "user " << i;
    }
  }
}

TEST(Audience, AColumnIsRefusedAndSaysThatOnlyHasTagWorks) {
  const base::Problems problems = problems_of("has_tag('vip') and age >= 18");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].code, "E_AUDIENCE_COLUMN");
  EXPECT_EQ(problems[0].path, "byte 19");
  EXPECT_THAT(problems[0].message, HasSubstr("only has_tag works here"));
  EXPECT_THAT(problems[0].message, HasSubstr("age >= 18"));
  EXPECT_FALSE(problems[0].hint.empty());
}

TEST(Audience, AnUnknownCodeNamesTheNearest) {
  const base::Problems problems = problems_of("has_tag('vpi') or has_tag('zzzzzzzz')");
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].code, "E_TAG_UNKNOWN");
  EXPECT_EQ(problems[0].hint, "did you mean 'vip'?");
  EXPECT_THAT(problems[1].hint, HasSubstr("tags list"));
}

TEST(Audience, WhoWritesOnlyACodeIsToldAboutHasTag) {
  for (const std::string_view text : {"vip", " vip ", "'vip'"}) {
    SCOPED_TRACE(text);
    const base::Problems problems = problems_of(text);
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].code, "E_SYNTAX");
    EXPECT_EQ(problems[0].hint, "write has_tag('vip')");
  }
  EXPECT_EQ(problems_of("").size(), 1u);
  EXPECT_EQ(problems_of("  '").size(), 1u);
}

}  // namespace
}  // namespace tagsmith::membership
