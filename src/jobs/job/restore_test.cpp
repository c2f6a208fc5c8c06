#include "job/restore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tagsmith::job {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Micros kAtNoon = 1'763'812'800 * kSecond;

RestorePoint taken(std::uint64_t attempt, std::uint64_t id, Micros minutes_before_noon) {
  return {.path = "a" + std::to_string(attempt) + "/chk-" + std::to_string(id),
          .attempt = attempt,
          .id = id,
          .completed_at = kAtNoon - minutes_before_noon * kMinute,
          .engine_major = 2,
          .invalid_because = {}};
}

RestorePoint broken(RestorePoint point) {
  point.invalid_because = "_metadata ends too early";
  return point;
}

struct Case {
  std::vector<RestorePoint> points;
  std::set<std::string> bad = {};
  Policy policy = {};
  bool had_state = true;
  bool loss_accepted = false;
};

// "a2/chk-9 after 5 s", "empty", "held: rewind"; what was rejected goes to `rejected`.
std::string choose(const Case& test, std::vector<std::string>* rejected = nullptr) {
  const RestoreChoice choice = choose_start({.points = test.points,
                                             .bad = test.bad,
                                             .policy = test.policy,
                                             .engine_major = 2,
                                             .had_state = test.had_state,
                                             .loss_accepted = test.loss_accepted,
                                             .alive_until = kAtNoon});
  for (const Rejected& one : choice.rejected) {
    if (rejected != nullptr) {
      rejected->push_back(one.alternative + ": " + one.because);
    }
  }
  if (const auto* from = std::get_if<start::From>(&choice.start)) {
    return from->point.path + " after " + std::to_string(from->rewind / kMinute) + " min";
  }
  if (const auto* hold = std::get_if<start::Hold>(&choice.start)) {
    return "held: " + std::string(name_of(hold->reason));
  }
  return "empty";
}

TEST(Restore, TakesTheNewestOfTheLatestAttempt) {
  EXPECT_EQ(choose({.points = {taken(1, 12, 3), taken(2, 8, 9), taken(2, 9, 5), taken(1, 13, 2)}}),
            "a2/chk-9 after 5 min");
}

TEST(Restore, TakesTheNextOlderOneAndSaysWhatStoodAboveIt) {
  std::vector<std::string> rejected;
  RestorePoint other_major = taken(2, 8, 2);
  other_major.engine_major = 1;
  EXPECT_EQ(choose({.points = {broken(taken(2, 9, 1)), other_major, taken(2, 7, 3), taken(1, 6, 4)},
                    .bad = {"a2/chk-7"}},
                   &rejected),
            "a1/chk-6 after 4 min");
  EXPECT_THAT(rejected,
              ElementsAre("restore a2/chk-9: _metadata ends too early",
                          HasSubstr("a2/chk-8: it was written by version 1 of the engine"),
                          "restore a2/chk-7: an attempt could not be restored from it"));
}

TEST(Restore, NeverStartsEmptyWithoutPermission) {
  EXPECT_EQ(choose({.points = {}}), "held: no restore point");
  EXPECT_EQ(choose({.points = {broken(taken(1, 1, 1))}}), "held: no restore point");
  EXPECT_EQ(choose({.points = {}, .had_state = false}), "empty");
  EXPECT_EQ(choose({.points = {broken(taken(1, 1, 1))}, .had_state = false}),
            "held: no restore point");
  EXPECT_EQ(choose({.points = {}, .loss_accepted = true}), "empty");
  EXPECT_EQ(choose({.points = {}, .policy = {.allow_empty_start = true}}), "empty");
  // What is there is used all the same.
  EXPECT_EQ(choose({.points = {taken(1, 1, 1)}, .policy = {.allow_empty_start = true}}),
            "a1/chk-1 after 1 min");
}

TEST(Restore, AsksBeforeItReplaysMoreThanTheRewindBudget) {
  std::vector<std::string> rejected;
  EXPECT_EQ(choose({.points = {taken(1, 1, 31)}}, &rejected), "held: rewind");
  EXPECT_THAT(rejected, ElementsAre("restore a1/chk-1: it would replay 1860 s, the rewind budget "
                                    "is 1800 s"));
  EXPECT_EQ(choose({.points = {taken(1, 1, 30)}}), "a1/chk-1 after 30 min");
  EXPECT_EQ(choose({.points = {taken(1, 1, 31)}, .loss_accepted = true}), "a1/chk-1 after 31 min");
  // Permission to start empty is none to replay an hour.
  EXPECT_EQ(choose({.points = {taken(1, 1, 60)}, .policy = {.allow_empty_start = true}}),
            "held: rewind");
}

}  // namespace
}  // namespace tagsmith::job
