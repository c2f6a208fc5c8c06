#include "rule/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rule/check.h"
#include "rule/parser.h"

namespace tagsmith::rule {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

column::Schema users() {
  using enum column::TypeKind;
  return {.tables = {{.database = "",
                      .name = "users",
                      .columns = {{"age", {.kind = kInt}},
                                  {"score", {.kind = kDouble}},
                                  {"rate", {.kind = kFloat}},
                                  {"level", {.kind = kText}},
                                  {"active", {.kind = kBoolean}},
                                  {"born", {.kind = kDate}},
                                  {"seen", {.kind = kTimestamp}},
                                  {"coins", {.kind = kTextList}}}}}};
}

// "W_CODE message" for each remark.
std::vector<std::string> remarks(std::string_view text) {
  const auto parsed = parse_text(text);
  EXPECT_TRUE(parsed) << text;
  const auto rule = check(parsed ? *parsed : Expression{}, users(), {});
  EXPECT_TRUE(rule) << text << ": " << (rule ? "" : rule.error().front().message);
  std::vector<std::string> lines;
  if (rule) {
    for (const Remark& remark : lint(*rule, users())) {
      lines.push_back(remark.code + " " + remark.message);
    }
  }
  return lines;
}

TEST(Lint, SaysNothingAboutAnOrdinaryRule) {
  for (const std::string_view text :
       {"age >= 18 and age < 65 and (level = 'VIP2' or age is null)", "age <= 18 and age >= 18",
        "age = 1 or age > 5", "level = 'a' or active = true", "age < 18 or age > 65",
        "not (age < 18 or age > 65)",
        "age != 1 and age = 1",  // not a range: not looked at
        "age not in (1, 2) and age > 1", "level > 'VIP' and number(level) < 3",
        "active = true and active != false",
        "born >= date '2025-01-01' and born <= date '2025-01-01'",
        "seen >= timestamp '2025-01-01 23:00:00' and seen <= date '2025-01-01'",
        "born > today() - 30 days and born < today()",
        // Days of the calendar and relative days have no order among each other.
        "born > date '2025-01-01' and born < today() - 9999 days",
        "born between date '2025-01-01' and today() and born < date '2024-01-01'",
        // The nearest double of both is the same number.
        "score >= 0.10000000000000000001 and score <= 0.1", "rate >= 0.10000000001 and rate <= 0.1",
        "age is null or age = 1", "coins is null and age = 1",
        "has_any(coins, ('a')) and has_none(coins, ('b'))", "age > age and age < 5"}) {
    SCOPED_TRACE(text);
    EXPECT_THAT(remarks(text), IsEmpty());
  }
}

TEST(Lint, FindsConditionsThatAreNeverTrueTogether) {
  struct Case {
    std::string_view text;
    std::string_view remark;
  };
  const Case cases[] = {
      {"age < 18 and age > 65", "never TRUE together: age < 18 and age > 65"},
      {"age > 65 and active = true and age < 18", "never TRUE together: age > 65 and age < 18"},
      {"age < 18 and age >= 18", "never TRUE together: age < 18 and age >= 18"},
      {"age > 18 and age <= 18", "never TRUE together: age > 18 and age <= 18"},
      {"age = 1 and age = 2", "never TRUE together: age = 1 and age = 2"},
      {"age in (1, 9, 5) and age > 9", "never TRUE together: age in (1, 9, 5) and age > 9"},
      {"age between 3 and 5 and age < 3", "never TRUE together: age between 3 and 5 and age < 3"},
      // inside each other, and inside a "not"
      {"(age > 5 and active = true) and (active = true and age < 3)",
       "never TRUE together: age > 5 and age < 3"},
      {"not (age > 5 and age < 3)", "never TRUE together: age > 5 and age < 3"},
      // the two that do not meet, not their neighbours
      {"age > 0 and age > 9 and age < 99 and age < 5", "never TRUE together: age > 9 and age < 5"},
      {"level = 'a' and level = 'b'", "never TRUE together: level = 'a' and level = 'b'"},
      {"level > 'b' and level < 'a'", "never TRUE together: level > 'b' and level < 'a'"},
      {"number(level) > 10 and number(level) < 9",
       "never TRUE together: number(level) > 10 and number(level) < 9"},
      {"score > 0.2 and score < 0.1", "never TRUE together: score > 0.2 and score < 0.1"},
      {"rate > 0.2 and rate < 0.1", "never TRUE together: rate > 0.2 and rate < 0.1"},
      {"active = true and active = false", "never TRUE together: active = true and active = false"},
      {"seen > date '2025-01-01' and seen <= timestamp '2025-01-01 23:00:00'",
       "never TRUE together: seen > date '2025-01-01' and seen <= timestamp '2025-01-01 23:00:00'"},
      {"seen <= date '2025-01-01' and seen >= timestamp '2025-01-02 00:00:00'",
       "never TRUE together: seen <= date '2025-01-01' and seen >= timestamp '2025-01-02 "
       "00:00:00'"},
      {"born >= today() and born < today() - 1 day",
       "never TRUE together: born >= today() and born < today() - 1 day"},
      {"age is null and age = 1", "never TRUE together: age is null and age = 1"},
      {"has_none(coins, ('x')) and coins is null",
       "never TRUE together: coins is null and has_none(coins, ('x'))"},
      {"age is null and age is not null", "never TRUE together: age is null and age is not null"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    EXPECT_THAT(remarks(test.text), ElementsAre("W_CONTRADICTION " + std::string(test.remark)));
  }
}

TEST(Lint, FindsPartsThatRepeat) {
  EXPECT_THAT(remarks("age > 1 and active = true and 1 < age and age > 1.0"),
              ElementsAre("W_REPEATED more than once in one group: age > 1"));
  EXPECT_THAT(remarks("(age > 1 and active = true) or (age > 1 and active = true)"),
              ElementsAre("W_REPEATED more than once in one group: age > 1 and active = true"));
  EXPECT_THAT(remarks("has_tag('x') or not (has_tag('x') or has_tag('x'))"),
              ElementsAre("W_REPEATED more than once in one group: has_tag('x')"));
}

TEST(Lint, AdvisesInForEqualitiesOfOneColumn) {
  EXPECT_THAT(
      remarks("level = 'a' or age = 1 or level = 'it''s' or number(level) = 3"),
      ElementsAre("W_USE_IN 2 comparisons joined by 'or' are shorter as: level in ('a', 'it''s')"));
  EXPECT_THAT(remarks("age = 1 or age = 2 or age = 1"),
              ElementsAre("W_REPEATED more than once in one group: age = 1",
                          "W_USE_IN 2 comparisons joined by 'or' are shorter as: age in (1, 2)"));
  EXPECT_THAT(remarks("active = true or active = false"), IsEmpty());
}

TEST(Lint, FindsRangesOfOneValue) {
  EXPECT_THAT(remarks("age between 5 and 5.0"),
              ElementsAre("W_ONE_VALUE age between 5 and 5 is the same as age = 5"));
  EXPECT_THAT(remarks("not born not between date '2025-01-01' and date '2025-01-01'"),
              ElementsAre("W_ONE_VALUE born not between date '2025-01-01' and date '2025-01-01' is "
                          "the same as born != date '2025-01-01'"));
}

TEST(Lint, ShowsTheBeginningOfALongCondition) {
  std::string text = "age = 0";
  for (int i = 1; i < 1000; ++i) {
    text += " or age = " + std::to_string(i);
  }
  const auto lines = remarks(text);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_LT(lines.front().size(), 300U);
  EXPECT_TRUE(lines.front().ends_with("...")) << lines.front();
}

}  // namespace
}  // namespace tagsmith::rule
