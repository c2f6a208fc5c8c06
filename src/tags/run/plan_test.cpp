#include "run/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/pins.h"

namespace tagsmith::run {
namespace {

using testing::HasSubstr;

Pins full_pins() {
  return {.as_of = 20'414,
          .partition = "2025-11-22",
          .zone = "Asia/Shanghai",
          .upper_bound = true,
          .started_at = 1'763'807'400'000'001,
          .mode = Mode::kIncremental,
          .days = 3,
          .tags = {{5, 2}, {7, 0}},
          .all_tags = false,
          .users = {{"a\"", "b"}},
          .population = "t",
          .files = {{.table = "db.t", .path = "x/y.parquet", .bytes = 9, .modified_nanos = -1},
                    {.table = "t", .path = "s3://b/k", .etag = "abc"}},
          .reading = "5e1f",
          .edits = "e3b0"};
}

TEST(Pins, AreReadBackAsTheyWere) {
  for (const Pins& pins : {full_pins(), Pins{}}) {
    EXPECT_EQ(parse_pins(to_json(pins)).value(), pins);
  }
  EXPECT_EQ(to_json(Pins{.as_of = 20'414, .partition = "2025-11-22", .tags = {{5, 2}}}),
            R"({"as_of":"2025-11-22","partition":"2025-11-22","zone":"UTC","upper_bound":false,)"
            R"("started_at":"1970-01-01 00:00:00.000000","mode":"full",)"
            R"("tags":[{"tag_id":5,"rule_version":2}],"all_tags":true,"population":"",)"
            R"("files":[],"reading":"","edits":""})");
}

TEST(Pins, WhatIsBrokenIsNamed) {
  const std::string good = to_json(full_pins());
  const auto error_of = [&](const std::string& from, const std::string& to) {
    std::string json = good;
    json.replace(json.find(from), from.size(), to);
    const auto pins = parse_pins(json);
    return pins ? std::string("none") : pins.error().message;
  };
  EXPECT_THAT(error_of(R"("mode":"incremental")", R"("mode":"half")"), HasSubstr("'mode'"));
  EXPECT_THAT(error_of(R"("as_of":"2025-11-22")", R"("as_of":"soon")"), HasSubstr("'as_of'"));
  EXPECT_THAT(error_of(R"("bytes":9)", R"("bytes":-9)"), HasSubstr("'files'"));
  EXPECT_THAT(error_of("{", "["), HasSubstr("the pins cannot be read"));
}

TEST(Pins, TheSameRunMayStartAtAnotherTime) {
  Pins other = full_pins();
  other.started_at += 1;
  EXPECT_TRUE(same_run(full_pins(), other));
  other.files[0].modified_nanos += 1;
  EXPECT_FALSE(same_run(full_pins(), other));
}

TEST(Pins, AFileWithoutAPathIsUnknown) {
  Pins pins = full_pins();
  EXPECT_FALSE(has_unknown_files(pins));
  pins.files.push_back({.table = "u"});
  EXPECT_TRUE(has_unknown_files(pins));
}

TEST(PlanSummary, IsReadBackAsItWas) {
  const PlanSummary summary{.users = 10,
                            .users_before = 9,
                            .changed_users = 3,
                            .gone = 1,
                            .entered = 4,
                            .left = 2,
                            .unknown_users = {"nobody"},
                            .tables = {{"db.t", 10, 1}},
                            .columns = {{"db.t", "age", 10, 1, 2, 3}},
                            .tags = {{.tag_id = 5,
                                      .code = "vip",
                                      .before = 7,
                                      .entered = 4,
                                      .left = 2,
                                      .is_new = true,
                                      .rule_changed = true,
                                      .entered_sample = {"a"},
                                      .left_sample = {"b", "c"}}},
                            .held = {{6, "x", HeldTag::Cause::kRefused, "E_TYPE_COLUMN ...", ""},
                                     {7, "y", HeldTag::Cause::kGuard, "would lose", "lost:y"},
                                     {8, "z", HeldTag::Cause::kDependsOn, "asks for y", ""},
                                     {9, "f", HeldTag::Cause::kFrozen, "rolled back", ""}}};
  for (const PlanSummary& one : {summary, PlanSummary{}}) {
    EXPECT_EQ(parse_plan_summary(to_json(one)).value(), one);
  }
  std::string json = to_json(summary);
  json.replace(json.find("depends_on"), 10, "whatever");
  EXPECT_THAT(parse_plan_summary(json).error().message, HasSubstr("'held'"));
}

}  // namespace
}  // namespace tagsmith::run
