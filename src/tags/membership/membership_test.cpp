#include "membership/membership.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace tagsmith::membership {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Micros kNow = 1'763'807'400'000'000;  // 2025-11-22 10:30:00
constexpr Micros kDay = 86'400'000'000;

using Kind = ManualEdit::Kind;

ManualEdit edit(std::int32_t tag, Kind kind, std::optional<Micros> expires_at = std::nullopt) {
  return {.user_id = "u",
          .tag_id = tag,
          .kind = kind,
          .actor = "ann",
          .reason = "asked for it",
          .made_at = kNow - 2 * kDay,
          .expires_at = expires_at};
}

Stamp stamp_of(std::initializer_list<std::int32_t> tags) {
  Stamp stamp{.run_id = 7, .time = kNow};
  for (const std::int32_t tag : tags) {
    stamp.rule_versions[tag] = 3;
  }
  return stamp;
}

TEST(Detail, IsOneObjectWithItsKeysInOneOrder) {
  const Detail by_rule{.value = R"({"age":19,"level":"VIP2"})",
                       .reason = "age >= 18 and level = 'VIP2'",
                       .hit_time = kNow,
                       .rule_version = 3};
  EXPECT_EQ(to_json(by_rule),
            R"({"value":{"age":19,"level":"VIP2"},"reason":"age >= 18 and level = 'VIP2'",)"
            R"("source":"rule","hit_time":"2025-11-22 10:30:00.000000","rule_version":3})");
  const Detail by_hand{.reason = "asked for \"it\"",
                       .source = Source::kRuleAndManual,
                       .actor = "ann",
                       .hit_time = kNow + 5,
                       .expires_at = kNow + kDay};
  EXPECT_EQ(to_json(by_hand),
            R"({"value":null,"reason":"asked for \"it\"","source":"rule+manual","actor":"ann",)"
            R"("hit_time":"2025-11-22 10:30:00.000005","rule_version":0,)"
            R"("expires_at":"2025-11-23 10:30:00.000000"})");
  for (const Detail& detail : {by_rule, by_hand}) {
    EXPECT_EQ(parse_detail(to_json(detail)).value(), detail);
  }
}

TEST(Detail, WhatIsMissingIsAsOnADetailOfARule) {
  EXPECT_EQ(parse_detail("{}").value(), Detail{});
  EXPECT_EQ(parse_detail(R"({"tag_name":"VIP","tag_category":"value"})").value(), Detail{});
}

TEST(Detail, WhatIsWrongIsNamed) {
  struct Case {
    std::string_view json;
    std::string_view message;
  };
  for (const Case& test :
       {Case{"", "cannot be read"}, Case{"[]", "it is a list"},
        Case{R"({"source":"AUTO"})", "'source'"}, Case{R"({"reason":1})", "'reason'"},
        Case{R"({"rule_version":"3"})", "'rule_version'"},
        Case{R"({"rule_version":3.5})", "'rule_version'"},
        Case{R"({"hit_time":"yesterday"})", "'hit_time'"},
        Case{R"({"expires_at":17})", "'expires_at'"}}) {
    SCOPED_TRACE(test.json);
    const auto detail = parse_detail(test.json);
    ASSERT_FALSE(detail);
    EXPECT_THAT(detail.error().message, HasSubstr(test.message));
  }
}

TEST(Time, IsReadBackToTheMicrosecond) {
  for (const Micros time : {Micros{0}, kNow, kNow + 1, kNow + 999'999, Micros{-1}, -kDay - 500}) {
    EXPECT_EQ(read_time(time_text(time)), time);
  }
  EXPECT_EQ(time_text(-1), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(read_time("2025-11-22 10:30:00.000000"), kNow);
  for (const std::string_view text :
       {"2025-11-22", "2025-11-22 10:30:00", "2025-11-22T10:30:00.000000", "",
        "2025-11-22 10:30:00.000000 ", "2025-02-30 10:30:00.000000"}) {
    EXPECT_EQ(read_time(text), std::nullopt) << text;
  }
}

// How an edit stands at the moment of a merge.
enum class Held { kNone, kHolds, kHoldsUntil, kEndsNow, kExpired };
constexpr std::array kAllHeld = {Held::kNone, Held::kHolds, Held::kHoldsUntil, Held::kEndsNow,
                                 Held::kExpired};
bool holds(Held held) { return held == Held::kHolds || held == Held::kHoldsUntil; }

void add(std::vector<ManualEdit>& edits, Held held, Kind kind) {
  switch (held) {
    case Held::kNone:
      return;
    case Held::kHolds:
      edits.push_back(edit(5, kind));
      return;
    case Held::kHoldsUntil:
      edits.push_back(edit(5, kind, kNow + 1));
      return;
    case Held::kEndsNow:
      edits.push_back(edit(5, kind, kNow));
      return;
    case Held::kExpired:
      edits.push_back(edit(5, kind, kNow - kDay));
      return;
  }
}

// Every combination, against what the sentence "(a rule is TRUE or a grant holds) and no block
// holds" says.
TEST(Merge, EveryCombinationOfRuleGrantBlockAndStored) {
  const std::array<std::optional<Source>, 4> all_stored = {std::nullopt, Source::kRule,
                                                           Source::kManual, Source::kRuleAndManual};
  for (const bool rule : {false, true}) {
    for (const Held grant : kAllHeld) {
      for (const Held block : kAllHeld) {
        for (const std::optional<Source>& stored : all_stored) {
          SCOPED_TRACE(testing::Message()
                       << "rule " << rule << ", grant " << static_cast<int>(grant) << ", block "
                       << static_cast<int>(block) << ", stored "
                       << (stored ? name_of(*stored) : "no"));
          Detail old{.value = R"({"age":19})",
                     .reason = "age >= 18",
                     .hit_time = kNow - 9 * kDay,
                     .rule_version = 2};
          StoredUser before{.user_id = "u"};
          if (stored) {
            old.source = *stored;
            old.actor = *stored == Source::kRule ? "" : "bob";
            before.tags.push_back({5, to_json(old)});
          }
          std::vector<ManualEdit> edits;
          add(edits, grant, Kind::kGrant);
          add(edits, block, Kind::kBlock);
          RuleResult found{.user_id = "u"};
          if (rule) {
            found.tags = {5};
            found.evidence = {{5, R"({"age":20})", "age >= 17"}};
          }
          const std::int32_t scope[] = {5};
          const Merged merged = merge(before, found, scope, edits, stamp_of({5}));

          const bool member = (rule || holds(grant)) && !holds(block);
          ASSERT_EQ(merged.tags.size(), member ? 1u : 0u);
          EXPECT_EQ(merged.differs, merged.tags != before.tags);
          if (member) {
            Detail expected = old;
            if (!stored && rule) {
              expected = {.value = R"({"age":20})",
                          .reason = "age >= 17",
                          .hit_time = kNow,
                          .rule_version = 3};
            } else if (!stored) {
              expected = {.reason = "asked for it", .hit_time = kNow};
            }
            expected.source = !holds(grant) ? Source::kRule
                              : rule        ? Source::kRuleAndManual
                                            : Source::kManual;
            expected.actor = holds(grant) ? "ann" : "";
            expected.expires_at =
                grant == Held::kHoldsUntil ? std::optional(kNow + 1) : std::nullopt;
            EXPECT_EQ(parse_detail(merged.tags[0].detail).value(), expected);
          }
          if (member == stored.has_value()) {
            EXPECT_THAT(merged.changes, IsEmpty());
          } else {
            const Change expected{"u", 5, member ? Change::Kind::kEntered : Change::Kind::kLeft,
                                  member ? merged.tags[0].detail : before.tags[0].detail};
            EXPECT_THAT(merged.changes, ElementsAre(expected));
          }

          const StoredUser after{.user_id = "u", .tags = merged.tags};
          EXPECT_FALSE(merge(after, found, scope, edits, stamp_of({5})).differs)
              << "the second time";
        }
      }
    }
  }
}

TEST(Merge, OutsideTheScopeNothingIsTouched) {
  const StoredUser before{.user_id = "u",
                          .tags = {{1, "{}"}, {3, "not even JSON"}, {5, "{}"}, {9, " { } "}}};
  const RuleResult found{.user_id = "u", .tags = {1, 4, 9}};
  const std::int32_t scope[] = {2, 4, 5};
  const std::vector<ManualEdit> edits = {edit(1, Kind::kBlock), edit(3, Kind::kBlock),
                                         edit(7, Kind::kGrant)};
  const Merged merged = merge(before, found, scope, edits, stamp_of({2, 4, 5}));
  ASSERT_EQ(merged.tags.size(), 4u);
  EXPECT_EQ(merged.tags[0], before.tags[0]);
  EXPECT_EQ(merged.tags[1], before.tags[1]);
  EXPECT_EQ(merged.tags[2].tag_id, 4);
  EXPECT_EQ(merged.tags[3], before.tags[3]);
  EXPECT_THAT(merged.changes,
              ElementsAre(Change{"u", 4, Change::Kind::kEntered, merged.tags[2].detail},
                          Change{"u", 5, Change::Kind::kLeft, "{}"}));
}

// Also one that nobody here would have written so.
TEST(Merge, TheTextOfADetailThatLastsIsKeptToTheByte) {
  for (const std::string text :
       {R"( {"rule_version": 2,   "reason": "x", "value": 1.50})", R"({"tag_name":"VIP"})",
        "not even JSON", R"({"source":"rule","note":"of another hand"})"}) {
    SCOPED_TRACE(text);
    const StoredUser before{.user_id = "u", .tags = {{5, text}}};
    const RuleResult found{.user_id = "u", .tags = {5}};
    const std::int32_t scope[] = {5};
    const Merged merged = merge(before, found, scope, {}, stamp_of({5}));
    EXPECT_FALSE(merged.differs);
    EXPECT_EQ(merged.tags, before.tags);
  }
}

TEST(Merge, AUserWhoIsGoneKeepsGrantsOnly) {
  const StoredUser before{
      .user_id = "u",
      .tags = {{5, to_json({.source = Source::kRule})}, {6, to_json({.source = Source::kManual})}}};
  const std::int32_t scope[] = {5, 6};
  const std::vector<ManualEdit> edits = {edit(6, Kind::kGrant)};
  const Merged merged =
      merge(before, {.user_id = "u", .in_input = false}, scope, edits, stamp_of({5, 6}));
  ASSERT_EQ(merged.tags.size(), 1u);
  EXPECT_EQ(merged.tags[0].tag_id, 6);
}

TEST(Merge, AUserWithoutARowAndWithoutTagsDiffersInNothing) {
  const std::int32_t scope[] = {5};
  const Merged merged = merge({.user_id = "u"}, {.user_id = "u"}, scope, {}, stamp_of({5}));
  EXPECT_FALSE(merged.differs);
  EXPECT_THAT(merged.tags, IsEmpty());
}

TEST(MergeEdits, WhatTheRulesSaidLastStandsInTheSource) {
  const std::int32_t tags[] = {5};
  const auto after = [&](std::optional<Source> stored, const std::vector<ManualEdit>& edits) {
    StoredUser before{.user_id = "u"};
    if (stored) {
      before.tags.push_back({5, to_json({.source = *stored})});
    }
    const Merged merged = merge_edits(before, tags, edits, {.time = kNow});
    return merged.tags.empty() ? "none"
                               : std::string(name_of(parse_detail(merged.tags[0].detail)->source));
  };
  const std::vector<ManualEdit> grant = {edit(5, Kind::kGrant)};
  const std::vector<ManualEdit> block = {edit(5, Kind::kBlock)};
  const std::vector<ManualEdit> both = {edit(5, Kind::kGrant), edit(5, Kind::kBlock)};
  EXPECT_EQ(after(std::nullopt, grant), "manual");
  EXPECT_EQ(after(std::nullopt, both), "none");
  EXPECT_EQ(after(std::nullopt, {}), "none");
  EXPECT_EQ(after(Source::kRule, grant), "rule+manual");
  EXPECT_EQ(after(Source::kRule, block), "none");
  EXPECT_EQ(after(Source::kRule, {}), "rule");
  EXPECT_EQ(after(Source::kRuleAndManual, {}), "rule");
  EXPECT_EQ(after(Source::kRuleAndManual, grant), "rule+manual");
  EXPECT_EQ(after(Source::kManual, {}), "none");
  EXPECT_EQ(after(Source::kManual, grant), "manual");
  EXPECT_EQ(after(Source::kManual, both), "none");
}

TEST(MergeEdits, OtherTagsStayAsTheyAre) {
  const StoredUser before{.user_id = "u", .tags = {{4, "{}"}, {5, "{}"}, {6, "x"}}};
  const std::int32_t tags[] = {5};
  // A grant of 6 that ended is the next run's to take away.
  const std::vector<ManualEdit> edits = {edit(5, Kind::kBlock), edit(6, Kind::kGrant, kNow)};
  const Merged merged = merge_edits(before, tags, edits, {.time = kNow});
  EXPECT_THAT(merged.tags, ElementsAre(StoredTag{4, "{}"}, StoredTag{6, "x"}));
  EXPECT_THAT(merged.changes, ElementsAre(Change{"u", 5, Change::Kind::kLeft, "{}"}));
}

// Random rows: a tag at a time is what all at once is, and once is as good as twice.
TEST(Merge, TagsOneByOneAreTagsTogether) {
  std::mt19937 random(2511);
  const auto chance = [&] { return random() % 2 == 0; };
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE(round);
    StoredUser before{.user_id = "u"};
    RuleResult found{.user_id = "u"};
    std::vector<std::int32_t> scope;
    std::vector<ManualEdit> edits;
    for (std::int32_t tag = 1; tag <= 8; ++tag) {
      if (chance()) {
        before.tags.push_back({tag, to_json({.source = chance() ? Source::kRule : Source::kManual,
                                             .hit_time = kNow - kDay})});
      }
      if (chance()) {
        scope.push_back(tag);
        if (chance()) {
          found.tags.push_back(tag);
        }
      }
      if (chance()) {
        edits.push_back(edit(tag, Kind::kGrant, kNow + (chance() ? 1 : 0)));
      }
      if (random() % 4 == 0) {
        edits.push_back(edit(tag, Kind::kBlock, kNow + (chance() ? 1 : 0)));
      }
    }
    const Merged together = merge(before, found, scope, edits, stamp_of({}));
    StoredUser row = before;
    std::vector<Change> changes;
    for (const std::int32_t& tag : scope) {
      const Merged one = merge(row, found, std::span(&tag, 1), edits, stamp_of({}));
      row.tags = one.tags;
      changes.insert(changes.end(), one.changes.begin(), one.changes.end());
    }
    ASSERT_EQ(together.tags, row.tags);
    ASSERT_EQ(together.changes, changes);
    ASSERT_TRUE(std::ranges::is_sorted(row.tags, {}, &StoredTag::tag_id));
    ASSERT_FALSE(merge(row, found, scope, edits, stamp_of({})).differs);
  }
}

}  // namespace
}  // namespace tagsmith::membership
