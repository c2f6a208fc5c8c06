#include "project/draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tagsmith::project {
namespace {

using column::Column;
using column::TypeKind;
using testing::HasSubstr;

TEST(Draft, MakesIdentifiersOfAnyText) {
  for (const auto& [text, identifier] :
       std::initializer_list<std::pair<const char*, const char*>>{{"users", "users"},
                                                                  {"My Users", "My_Users"},
                                                                  {"a--b..c_", "a_b_c"},
                                                                  {"2024.sales", "t2024_sales"},
                                                                  {"订单 2025", "t2025"},
                                                                  {"订单", ""},
                                                                  {"__x", "x"}}) {
    EXPECT_EQ(identifier_of(text), identifier) << text;
  }
}

TEST(Draft, WritesNamesAndPathsSoThatYamlReadsThemAsTexts) {
  Draft draft{.name = "no", .key = "user id"};
  draft.tables.push_back({.dataset = {.name = "t", .path = "../a: \"b\".csv", .key = "yes"}});
  const std::string text = settings_text(draft);
  EXPECT_THAT(text, HasSubstr("project: \"no\"\n"));
  EXPECT_THAT(text, HasSubstr("key: \"user id\"\n"));
  EXPECT_THAT(text, HasSubstr("    path: \"../a: \\\"b\\\".csv\"\n"));
  EXPECT_THAT(text, HasSubstr("    key: \"yes\"\n"));
}

TEST(Draft, ControlCharactersLeaveNoComment) {
  Draft draft{.name = "p"};
  draft.tables.push_back({.dataset = {.name = "t", .path = "a.csv", .key = "user_id"},
                          .columns = {Column{.name = "a\nstore: x", .type = {TypeKind::kText}}}});
  draft.left_out = {"b\n.txt: why"};
  EXPECT_THAT(settings_text(draft), testing::Not(HasSubstr("\nstore: x")));
  EXPECT_THAT(settings_text(draft), testing::Not(HasSubstr("\n.txt")));
}

TEST(Draft, ASelectBringsTheKeyToText) {
  EXPECT_EQ(select_text({.file = "it's.csv", .key = "user id", .key_as_text = true}),
            "select * replace (\"user id\"::varchar as \"user id\")\nfrom 'it''s.csv'\n");
}

TEST(Draft, ASelectMakesOneRowAUserOfWhatCanBeAddedUp) {
  EXPECT_EQ(select_text({.file = "o.csv",
                         .key = "who",
                         .key_as_text = true,
                         .one_row_a_user = false,
                         .columns = {{.name = "n", .type = {TypeKind::kInt}},
                                     {.name = "p", .type = {TypeKind::kDouble}},
                                     {.name = "the day", .type = {TypeKind::kDate}},
                                     {.name = "what", .type = {TypeKind::kText}}}}),
            "select \"who\"::varchar as \"who\",\n"
            "       count(*) as rows_of_user,\n"
            "       sum(\"n\") as \"sum_n\",\n"
            "       max(\"p\") as \"max_p\",\n"
            "       min(\"the day\") as \"first_the day\", max(\"the day\") as \"last_the day\"\n"
            "from 'o.csv'\n"
            "group by 1\n");
}

}  // namespace
}  // namespace tagsmith::project
