#include "lease/lease.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "base/manual_clock_test.h"
#include "lease/fake_lease_store_test.h"

namespace tagsmith::lease {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
const std::string kStranger = "elsewhere-00000000-1/17/4711";

FenceRow held(std::uint64_t epoch, std::uint64_t beats) {
  return FenceRow{.epoch = epoch, .holder = kStranger, .beats = beats};
}

TEST(Challenger, TakesAtOnceWhatNobodyHolds) {
  Challenger challenger(30 * kSecond);
  EXPECT_TRUE(challenger.may_take(FenceRow{}, false, 0));
  EXPECT_TRUE(challenger.may_take(held(3, 1), true, 0));
}

TEST(Challenger, WaitsItsWholePatienceOverAnUnchangedRow) {
  Challenger challenger(30 * kSecond);
  EXPECT_FALSE(challenger.may_take(held(3, 1), false, 100 * kSecond));
  EXPECT_FALSE(challenger.may_take(held(3, 1), false, 130 * kSecond - 1));
  EXPECT_TRUE(challenger.may_take(held(3, 1), false, 130 * kSecond));
}

TEST(Challenger, ABeatOrAnotherEpochStartsTheWaitingAnew) {
  Challenger challenger(30 * kSecond);
  EXPECT_FALSE(challenger.may_take(held(3, 1), false, 0));
  EXPECT_FALSE(challenger.may_take(held(3, 2), false, 29 * kSecond));
  EXPECT_FALSE(challenger.may_take(held(3, 2), false, 58 * kSecond));
  EXPECT_FALSE(challenger.may_take(held(4, 2), false, 59 * kSecond));
  EXPECT_FALSE(challenger.may_take(held(4, 2), false, 88 * kSecond));
  EXPECT_TRUE(challenger.may_take(held(4, 2), false, 89 * kSecond));
}

TEST(Holder, NamesThisProcess) {
  EXPECT_EQ(this_process(), this_process());
  EXPECT_FALSE(is_gone(this_process()));
  EXPECT_FALSE(is_gone(new_holder()));
  EXPECT_NE(new_holder(), new_holder());
}

TEST(Holder, OfAProcessThatEndedIsGone) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string holder = new_holder();
    const ssize_t written = write(pipe_ends[1], holder.data(), holder.size());
    pause();
    _exit(written > 0 ? 0 : 1);
  }
  std::array<char, 512> buffer{};
  const ssize_t length = read(pipe_ends[0], buffer.data(), buffer.size());
  ASSERT_GT(length, 0);
  const std::string holder(buffer.data(), static_cast<size_t>(length));
  EXPECT_FALSE(is_gone(holder)) << holder;

  kill(child, SIGKILL);
  siginfo_t ended{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(is_gone(holder)) << "killed, and its parent has not asked yet: " << holder;
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(is_gone(holder)) << holder;
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(Holder, WithThePidOfALaterProcessIsGone) {
  std::string holder = this_process();
  holder += '9';  // another start
  EXPECT_TRUE(is_gone(holder));
}

TEST(Holder, OfAnotherHostOrUnreadableIsNotKnownToBeGone) {
  for (const char* holder :
       {"", "x", "host/1", "elsewhere-00000000-1/17/4711", "host/one/two", "host/1/", "a/b/c/d"}) {
    EXPECT_FALSE(is_gone(holder)) << holder;
  }
  const std::string self = this_process();
  EXPECT_FALSE(is_gone("other" + self)) << self;
}

TEST(TryTake, TakesAFreeFenceAndTheNextEpochAfterARelease) {
  FakeLeaseStore store;
  Challenger challenger(kPatienceMicros);
  const Fence first = try_take(store, "publish", "a", challenger, 0).value().fence.value();
  EXPECT_EQ(first, (Fence{.name = "publish", .epoch = 1}));
  ASSERT_TRUE(store.release(first));
  const Fence second = try_take(store, "publish", "b", challenger, 0).value().fence.value();
  EXPECT_EQ(second.epoch, 2U);
}

TEST(TryTake, TakesAgainWhatItsOwnLostAnswerTook) {
  FakeLeaseStore store;
  ASSERT_TRUE(store.take("publish", "a", 0));
  Challenger challenger(kPatienceMicros);
  EXPECT_EQ(try_take(store, "publish", "a", challenger, 0).value().fence.value().epoch, 2U);
  EXPECT_FALSE(try_take(store, "publish", "b", challenger, 0).value().fence);
}

// Somebody takes the fence between the read and the take.
class RacedStore final : public LeaseStore {
 public:
  base::Result<FenceRow> read(const std::string& name) override {
    base::Result<FenceRow> row = store_.read(name);
    store_.take(name, kStranger, row->epoch).value();
    return row;
  }
  base::Result<Fence> take(const std::string& name, const std::string& holder,
                           std::uint64_t expected_epoch) override {
    return store_.take(name, holder, expected_epoch);
  }
  base::Status beat(const Fence& fence) override { return store_.beat(fence); }
  base::Status release(const Fence& fence) override { return store_.release(fence); }

 private:
  FakeLeaseStore store_;
};

TEST(TryTake, LosesARaceWithoutAnError) {
  RacedStore store;
  Challenger challenger(kPatienceMicros);
  const base::Result<Taking> taking = try_take(store, "publish", "a", challenger, 0);
  ASSERT_TRUE(taking);
  EXPECT_FALSE(taking->fence);
}

TEST(Acquire, WaitsForAHolderThatShowsNoLife) {
  FakeLeaseStore store;
  ASSERT_TRUE(store.take("publish", kStranger, 0));
  base::ManualClock clock;
  const base::Result<Fence> fence = acquire(store, "publish", "a", 60 * kSecond, clock);
  ASSERT_TRUE(fence);
  EXPECT_EQ(fence->epoch, 2U);
  EXPECT_GE(clock.slept_micros(), kPatienceMicros);
  EXPECT_LE(clock.slept_micros(), kPatienceMicros + kPollMicros);
}

TEST(Acquire, GivesUpAndNamesTheHolder) {
  FakeLeaseStore store;
  ASSERT_TRUE(store.take("publish", kStranger, 0));
  base::ManualClock clock;
  const base::Result<Fence> fence = acquire(store, "publish", "a", 10 * kSecond, clock);
  ASSERT_FALSE(fence);
  EXPECT_EQ(fence.error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(fence.error().symbol, "E_LEASE_BUSY");
  EXPECT_EQ(fence.error().message, "the lease 'publish' is held by process 17 on elsewhere");
  EXPECT_EQ(clock.slept_micros(), 10 * kSecond);
}

}  // namespace
}  // namespace tagsmith::lease
