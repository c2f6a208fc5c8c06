#include "run/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/manual_clock_test.h"
#include "membership/memory_store_test.h"
#include "run/memory_run_store_test.h"
#include "run/publish.h"

namespace tagsmith::run {
namespace {

using base::ErrorCode;
using membership::RuleResult;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kStartedAt = 1'764'000'000'000'000;

// Chunks that are given, in place of a file.
class GivenChunks final : public ChangeSetReader {
 public:
  explicit GivenChunks(std::vector<std::vector<RuleResult>> chunks) : chunks_(std::move(chunks)) {}
  base::Result<std::vector<RuleResult>> next_chunk() override {
    return next_ < chunks_.size() ? chunks_[next_++] : std::vector<RuleResult>();
  }

 private:
  std::vector<std::vector<RuleResult>> chunks_;
  size_t next_ = 0;
};

RuleResult user(std::string id, std::vector<std::int32_t> tags) {
  return {.user_id = std::move(id), .in_input = true, .tags = std::move(tags), .evidence = {}};
}

// Run 1 with three chunks: a and b enter tag 1, c and d leave it, e enters 1 and 2; tag 2 is held.
class PublisherTest : public testing::Test {
 protected:
  PublisherTest() {
    tags.put("c", {1, 2});
    tags.put("d", {1});
    plan.pins.started_at = kStartedAt;
    plan.pins.tags = {{.tag_id = 1, .rule_version = 4}, {.tag_id = 2, .rule_version = 1}};
    plan.summary.changed_users = 5;
    plan.summary.held = {{.tag_id = 2, .code = "held", .cause = HeldTag::Cause::kGuard}};
    plan.change_set = "x.changes";
    plan.change_set_hash = "hash";
    EXPECT_EQ(runs.begin(plan.pins, "ann").value(), 1);
  }

  base::Result<membership::PublishCounts> publish() { return publish(tags); }

  base::Result<membership::PublishCounts> publish(membership::TagStore& into) {
    const PublishPorts ports{
        .tags = into,
        .runs = runs,
        .leases = tags,
        .reconnect =
            [this] {
              ++reconnects;
              return base::Status();
            },
        .clock = clock,
        .holder = holder,
        .beat = {},
        .progress = [this](std::uint64_t done, std::uint64_t all) { seen.emplace_back(done, all); },
        .interrupted = [this] { return seen.size() >= interrupted_after; },
        .open_change_set = [this](const std::string& path, const std::string& hash)
            -> base::Result<std::unique_ptr<ChangeSetReader>> {
          EXPECT_EQ(path, "x.changes");
          EXPECT_EQ(hash, "hash");
          if (change_set_error) {
            return *change_set_error;
          }
          return std::unique_ptr<ChangeSetReader>(std::make_unique<GivenChunks>(chunks));
        }};
    return run::publish(ports, 1, plan, {{.tag_id = 1, .number = 4}});
  }

  void expect_published() {
    EXPECT_THAT(tags.tags_of("a"), ElementsAre(1));
    EXPECT_THAT(tags.tags_of("b"), ElementsAre(1));
    EXPECT_THAT(tags.tags_of("c"), ElementsAre(2));
    EXPECT_THAT(tags.tags_of("d"), IsEmpty());
    EXPECT_THAT(tags.tags_of("e"), ElementsAre(1)) << "a held tag is not in the scope";
    EXPECT_EQ(tags.events.size(), 6U);  // five changes, and published
    EXPECT_EQ(tags.rows["a"].created_time, kStartedAt);
    EXPECT_EQ(runs.records[0].state, RunState::kPublished);
    EXPECT_EQ(tags.fences["publish"].holder, "");
    EXPECT_EQ(runs.versions.size(), 1U);
  }

  membership::MemoryStore tags;
  MemoryRunStore runs{tags};
  base::ManualClock clock{kStartedAt};
  Plan plan;
  std::vector<std::vector<RuleResult>> chunks = {
      {user("a", {1}), user("b", {1})}, {user("c", {}), user("d", {})}, {user("e", {1, 2})}};
  std::optional<base::Error> change_set_error;
  std::string holder = "me";
  std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;  // progress
  size_t interrupted_after = 100;                             // chunks
  int reconnects = 0;
};

TEST_F(PublisherTest, PublishesEachChunkOnceAndGivesTheLeaseBack) {
  const auto counts = publish();
  ASSERT_TRUE(counts);
  EXPECT_EQ(*counts, (membership::PublishCounts{.rows_written = 5, .entered = 3, .left = 2}));
  EXPECT_THAT(seen, ElementsAre(std::pair(2, 5), std::pair(4, 5), std::pair(5, 5)));
  EXPECT_EQ(clock.slept_micros(), 0);
  expect_published();
}

TEST_F(PublisherTest, APublishedRunIsPublishedAgainWithoutAWrite) {
  ASSERT_TRUE(publish());
  const auto counts = publish();
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->rows_written, 5U);
  expect_published();
}

TEST_F(PublisherTest, AnInterruptEndsBetweenTwoChunksAndTheNextPublishGoesOn) {
  interrupted_after = 1;
  const auto interrupted = publish();
  ASSERT_FALSE(interrupted);
  EXPECT_EQ(interrupted.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(interrupted.error().message, "interrupted after chunk 1");
  EXPECT_THAT(interrupted.error().hint, HasSubstr("tagsmith runs abandon 1"));
  EXPECT_EQ(runs.records[0].state, RunState::kPublishing);
  EXPECT_EQ(tags.progress_of_run[1].chunks, 1U);
  EXPECT_EQ(tags.fences["publish"].holder, "") << "the lease is given back";

  interrupted_after = 100;
  seen.clear();
  const auto counts = publish();
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->rows_written, 5U) << "of the whole run";
  EXPECT_THAT(seen, ElementsAre(std::pair(4, 5), std::pair(5, 5)));
  expect_published();
}

TEST_F(PublisherTest, AConflictIsTriedAgainAfterAWait) {
  tags.fails_once =
      base::Error{.code = ErrorCode::kConflict, .message = "deadlock", .symbol = "E_STORE"};
  ASSERT_TRUE(publish());
  EXPECT_EQ(clock.slept_micros(), kFirstWaitMicros);
  EXPECT_EQ(reconnects, 0);
  expect_published();
}

// Commits, and does not say so, once.
class ForgetfulStore final : public membership::MemoryStore {
 public:
  explicit ForgetfulStore(membership::MemoryStore& real) : real_(real) {}
  base::Result<membership::PublishCounts> publish(const membership::Chunk& chunk) override {
    auto counts = real_.publish(chunk);
    if (chunk.number == 1 && counts) {
      return base::Error{.code = ErrorCode::kUnavailable,
                         .message = "no answer",
                         .symbol = std::string(membership::kStoreInDoubt)};
    }
    return counts;
  }

 private:
  membership::MemoryStore& real_;
};

TEST_F(PublisherTest, AnAnswerThatWasLostIsAskedForOnANewConnection) {
  ForgetfulStore forgetful(tags);
  ASSERT_TRUE(publish(forgetful));
  EXPECT_EQ(reconnects, 1);
  EXPECT_EQ(clock.slept_micros(), 0);
  expect_published();
}

// Somebody takes the lease over before chunk 1.
class OvertakingStore final : public membership::MemoryStore {
 public:
  explicit OvertakingStore(membership::MemoryStore& real) : real_(real) {}
  base::Result<membership::PublishCounts> publish(const membership::Chunk& chunk) override {
    ++calls;
    if (chunk.number == 1) {
      real_.take("publish", "another", chunk.fence.epoch).value();
    }
    return real_.publish(chunk);
  }
  int calls = 0;

 private:
  membership::MemoryStore& real_;
};

TEST_F(PublisherTest, WhoWasOvertakenTouchesNothingMore) {
  OvertakingStore overtaking(tags);
  const auto counts = publish(overtaking);
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().symbol, membership::kStoreFenced);
  EXPECT_EQ(overtaking.calls, 2);
  EXPECT_EQ(tags.progress_of_run[1].chunks, 1U);
  EXPECT_EQ(tags.fences["publish"].holder, "another");
  EXPECT_EQ(runs.records[0].state, RunState::kPublishing);
}

TEST_F(PublisherTest, WaitsForALeaseOfAnotherHostThatShowsNoLife) {
  tags.take("publish", "elsewhere-0-1/17/4711", 0).value();
  ASSERT_TRUE(publish());
  EXPECT_GE(clock.slept_micros(), lease::kPatienceMicros);
  expect_published();
}

TEST_F(PublisherTest, AChangeSetThatIsTornPublishesNothing) {
  change_set_error =
      base::Error{.code = ErrorCode::kInvalidArgument, .message = "torn", .symbol = "E_CHANGE_SET"};
  const auto counts = publish();
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().symbol, "E_CHANGE_SET");
  EXPECT_EQ(tags.events.size(), 0U);
  EXPECT_EQ(tags.fences["publish"].holder, "");
}

TEST_F(PublisherTest, AChangeSetThatIsTooShortIsNotTakenForPublished) {
  interrupted_after = 2;
  ASSERT_FALSE(publish());
  interrupted_after = 100;
  chunks.resize(1);
  const auto counts = publish();
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().symbol, "E_CHANGE_SET");
  EXPECT_EQ(runs.records[0].state, RunState::kPublishing);
}

TEST_F(PublisherTest, AnotherPlanThanTheStoredOneIsRefused) {
  interrupted_after = 1;
  ASSERT_FALSE(publish());
  interrupted_after = 100;
  plan.change_set_hash = "another";
  const auto counts = publish();
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().symbol, "E_RUN_CHANGED");
  EXPECT_EQ(tags.progress_of_run[1].chunks, 1U);
}

TEST_F(PublisherTest, AnAbandonedRunIsNotPublished) {
  interrupted_after = 1;
  ASSERT_FALSE(publish());
  interrupted_after = 100;
  const lease::Fence fence = tags.take("publish", "another", 1).value();
  ASSERT_TRUE(runs.abandon(fence, 1, kStartedAt));
  ASSERT_TRUE(tags.release(fence));
  const auto counts = publish();
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().symbol, kRunEnded);
  EXPECT_THAT(tags.tags_of("a"), IsEmpty());
}

}  // namespace
}  // namespace tagsmith::run
