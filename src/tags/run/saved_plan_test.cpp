#include "run/saved_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/change_set.h"
#include "scratch/folder.h"

namespace tagsmith::run {
namespace {

using testing::HasSubstr;

// A plan in a folder, with the change of one user.
struct Saved {
  Saved() {
    const auto writer = write_change_set(folder.path("changes"), to_json(plan.pins)).value();
    writer->append({.user_id = "a", .tags = {5}, .evidence = {{5, "{}", "age > 1"}}}).value();
    plan.change_set_hash = writer->finish().value();
    save_plan(folder.path("p"), plan, folder.path("changes")).value();
  }

  scratch::Folder folder;
  SavedPlan plan{.pins = {.as_of = 3,
                          .partition = "1970-01-04",
                          .tags = {{5, 2}},
                          .all_tags = false,
                          .users = {{"a"}},
                          .population = "t",
                          .files = {{.table = "t", .path = "x", .bytes = 9}},
                          .edits = "e"},
                 .summary = {.users = 1,
                             .tags = {{.tag_id = 5, .code = "vip"}},
                             .held = {{.tag_id = 6, .code = "x", .why = "because"}}},
                 .new_versions = {{.tag_id = 5,
                                   .number = 2,
                                   .code = "vip",
                                   .text = "age > 1\nage < 0",
                                   .grant_days = 3,
                                   .actor = "ann",
                                   .commit = "c",
                                   .recorded_micros = 4},
                                  {.tag_id = 6, .number = 1, .code = "x"}},
                 .store = {.store_id = "s", .seq = 17}};
};

TEST(SavedPlan, IsReadBackWithItsChanges) {
  const Saved saved;
  EXPECT_EQ(load_plan(saved.folder.path("p"), saved.folder.path("copy")).value(), saved.plan);
  EXPECT_EQ(saved.folder.get("copy"), saved.folder.get("changes"));
  EXPECT_TRUE(read_change_set(saved.folder.path("copy"), saved.plan.change_set_hash));
}

TEST(SavedPlan, AnyByteThatIsAnotherOrMissingIsRefused) {
  const Saved saved;
  const std::string good = saved.folder.get("p");
  for (size_t i = 0; i < good.size(); i += 7) {
    std::string changed = good;
    changed[i] = changed[i] == '1' ? '2' : '1';
    for (const std::string& bytes : {changed, good.substr(0, i)}) {
      SCOPED_TRACE(i);
      saved.folder.put("broken", bytes);
      const auto plan = load_plan(saved.folder.path("broken"), saved.folder.path("copy"));
      ASSERT_FALSE(plan);
      EXPECT_EQ(plan.error().symbol, kPlanFile);
      EXPECT_THAT(saved.folder.names(), testing::Not(testing::Contains("copy")));
    }
  }
  saved.folder.put("broken", good.substr(0, good.size() - 1));
  EXPECT_FALSE(load_plan(saved.folder.path("broken"), saved.folder.path("copy")));
  EXPECT_EQ(load_plan(saved.folder.path("no"), saved.folder.path("copy")).error().code,
            base::ErrorCode::kNotFound);
}

TEST(SavedPlan, WhatMovedIsNamed) {
  const Saved saved;
  const auto moved = [&](auto change) {
    Pins pins = saved.plan.pins;
    membership::StoreMark store = saved.plan.store;
    pins.started_at += 1;
    change(pins, store);
    const auto status = check_not_moved(saved.plan, pins, store);
    return status ? "nothing" : status.error().symbol + " " + status.error().message;
  };
  using Mark = membership::StoreMark;
  EXPECT_EQ(moved([](Pins&, Mark&) {}), "nothing");
  EXPECT_EQ(moved([](Pins& pins, Mark&) { pins.tags[0].rule_version = 3; }),
            "E_RUN_PLAN_MOVED the rules changed since the plan was made");
  EXPECT_THAT(moved([](Pins& pins, Mark&) { pins.files[0].bytes = 8; }), HasSubstr("the input"));
  EXPECT_THAT(moved([](Pins& pins, Mark&) { pins.edits = "f"; }), HasSubstr("the manual edits"));
  for (const auto change : {+[](Pins& pins, Mark&) { pins.reading = "r"; },
                            +[](Pins& pins, Mark&) { pins.population = "u"; },
                            +[](Pins& pins, Mark&) { pins.zone = "Asia/Shanghai"; },
                            +[](Pins& pins, Mark&) { pins.upper_bound = true; }}) {
    EXPECT_THAT(moved(change), HasSubstr("the project's settings changed"));
  }
  EXPECT_THAT(moved([](Pins&, Mark& store) { store.seq = 18; }), HasSubstr("the store changed"));
  EXPECT_THAT(moved([](Pins&, Mark& store) { store.store_id = "t"; }), HasSubstr("which store"));
}

TEST(SavedPlan, OverFilesThatNobodyKnowsIsRefused) {
  Pins pins{.files = {{.table = "t", .path = "x"}}};
  EXPECT_TRUE(check_can_be_saved(pins));
  pins.files.push_back({.table = "u"});
  EXPECT_EQ(check_can_be_saved(pins).error().symbol, kPlanFile);
  EXPECT_THAT(check_can_be_saved(pins).error().message, HasSubstr("table 'u'"));
}

TEST(SavedPlan, ItsRequestAsksForTheSameRun) {
  const Saved saved;
  const Request request =
      request_of(saved.plan.pins, {.as_of = 9, .zone = "Asia/Shanghai", .upper_bound = true});
  EXPECT_EQ(request.as_of, 3);
  EXPECT_EQ(request.partition, "1970-01-04");
  EXPECT_THAT(*request.tags, testing::ElementsAre("5"));
  EXPECT_EQ(request.users, saved.plan.pins.users);
  EXPECT_EQ(request.zone, "Asia/Shanghai") << "to be compared";
  EXPECT_TRUE(request.upper_bound);
  EXPECT_FALSE(request_of({.tags = {{5, 2}}}, {}).tags);
  EXPECT_THAT(request_of({.tags = {}, .all_tags = false}, {}).tags,
              testing::Optional(testing::IsEmpty()));
}

}  // namespace
}  // namespace tagsmith::run
