#include "run/publish.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "base/language.h"

namespace tagsmith::run {
namespace {

using base::ErrorCode;

// What to do about a failure.
enum class Cure {
  kRepeat,     // nothing was done: the same effect again
  kAsk,        // the run is not where we thought: ask where it is
  kReconnect,  // nobody knows: ask on a new connection
  kStop,       // somebody else may write now: touch nothing
  kGiveUp,
};

constexpr std::string_view kDuplicateKey = "E_STORE_DUPLICATE";

Cure cure_of(const base::Error& error) {
  if (error.symbol == membership::kStoreFenced) {
    return Cure::kStop;
  }
  if (error.symbol == membership::kStoreInDoubt) {
    return Cure::kReconnect;
  }
  if (error.symbol == membership::kStoreProgress) {
    return Cure::kAsk;
  }
  const bool is_of_the_world = error.symbol == membership::kStoreFailed;
  const bool is_conflict = is_of_the_world || error.symbol == kDuplicateKey;
  if (error.symbol == membership::kStoreLocked ||
      (error.code == ErrorCode::kConflict && is_conflict)) {
    return Cure::kRepeat;
  }
  return error.code == ErrorCode::kUnavailable && is_of_the_world ? Cure::kReconnect
                                                                  : Cure::kGiveUp;
}

// After the n-th trouble in a row, from 1.
std::int64_t wait_micros(int trouble) {
  return std::min(kFirstWaitMicros << (trouble - 1), kLongestWaitMicros);
}

base::Error ended(RunState state) {
  std::string how = state == RunState::kAbandoned ? base::tr("it was abandoned meanwhile")
                    : state == RunState::kHeld    ? base::tr("it was held by a guard meanwhile")
                                                  : base::tr("it had failed meanwhile");
  return base::Error{.code = ErrorCode::kConflict,
                     .message = std::move(how),
                     .symbol = std::string(kRunEnded),
                     .path = {},
                     .hint = base::tr("start a new run")};
}

base::Error went_back() {
  return base::Error{
      .code = ErrorCode::kInternal,
      .message = base::tr("the store has forgotten what it had committed"),
      .symbol = std::string(membership::kStoreDrift),
      .path = {},
      .hint = base::tr(
          "was it restored from a backup, or does its disk drop what it said to have written? "
          "then give the run up with `tagsmith runs abandon`")};
}

}  // namespace

std::vector<Effect> PublishMachine::step(const Event& event) {
  if (state_ == State::kEnded) {
    return {};
  }
  return std::visit([this](const auto& it) { return on(it); }, event);
}

std::vector<Effect> PublishMachine::on(const event::Start& event) {
  if (state_ != State::kIdle) {
    return impossible("Start");
  }
  run_id_ = event.run_id;
  state_ = State::kTakingLease;
  return {effect::TakeLease{}};
}

std::vector<Effect> PublishMachine::on(const event::LeaseTaken& event) {
  if (state_ != State::kTakingLease) {
    return impossible("LeaseTaken");
  }
  fence_ = event.fence;
  troubles_ = 0;
  state_ = State::kReadingProgress;
  return {effect::ReadProgress{}};
}

std::vector<Effect> PublishMachine::on(const event::LeaseBusy& event) {
  if (state_ != State::kTakingLease) {
    return impossible("LeaseBusy");
  }
  if (++lease_polls_ > kLeasePollsMax) {
    return give_up(lease::busy(std::string(kPublishLease), event.holder));
  }
  return {effect::Wait{lease::kPollMicros}, effect::TakeLease{}};
}

std::vector<Effect> PublishMachine::on(const event::ProgressRead& event) {
  if (state_ != State::kReadingProgress) {
    return impossible("ProgressRead");
  }
  const membership::Progress& progress = event.progress;
  if (progress.chunks < next_chunk_ || (plan_is_stored_ && event.state == RunState::kPinned)) {
    return give_up(went_back());
  }
  if (progress.chunks > next_chunk_) {
    troubles_ = 0;
  }
  const std::uint64_t chunk_before = std::exchange(next_chunk_, progress.chunks);
  const std::optional<base::Error> elsewhere = std::exchange(elsewhere_, std::nullopt);
  counts_ = progress.counts;
  switch (event.state) {
    case RunState::kPinned:
      state_ = State::kStoringPlan;
      return {effect::StorePlan{fence_}};
    case RunState::kPublishing:
      // It was refused there and is there all the same: somebody else takes the run back.
      return elsewhere && progress.chunks == chunk_before ? give_up(*elsewhere) : publish_next();
    case RunState::kPublished:
      return done();
    case RunState::kHeld:
    case RunState::kFailed:
    case RunState::kAbandoned:
      break;
  }
  return give_up(ended(event.state));
}

std::vector<Effect> PublishMachine::on(const event::PlanStored&) {
  if (state_ != State::kStoringPlan) {
    return impossible("PlanStored");
  }
  troubles_ = 0;
  return publish_next();
}

std::vector<Effect> PublishMachine::on(const event::ChunkPublished& event) {
  if (state_ != State::kPublishing) {
    return impossible("ChunkPublished");
  }
  troubles_ = 0;
  ++next_chunk_;
  counts_ += event.counts;
  return publish_next();
}

std::vector<Effect> PublishMachine::on(const event::NoMoreChunks&) {
  if (state_ != State::kPublishing) {
    return impossible("NoMoreChunks");
  }
  state_ = State::kFinishing;
  return {effect::Finish{fence_}};
}

std::vector<Effect> PublishMachine::on(const event::Finished&) {
  return state_ == State::kFinishing ? done() : impossible("Finished");
}

std::vector<Effect> PublishMachine::on(const event::Interrupted&) {
  base::Error error = base::cancelled();
  error.message = next_chunk_ == 0 ? base::tr("interrupted before anything was written")
                                   : base::message("interrupted after chunk {}", next_chunk_);
  return give_up(std::move(error));
}

std::vector<Effect> PublishMachine::on(const event::Failed& event) {
  if (state_ == State::kIdle) {
    return impossible("Failed");
  }
  const Cure cure = cure_of(event.error);
  if (cure == Cure::kStop) {
    return stop(event.error);
  }
  if (cure == Cure::kGiveUp || ++troubles_ > kTroublesMax) {
    return give_up(event.error);
  }
  if (cure == Cure::kRepeat) {
    return {effect::Wait{wait_micros(troubles_)}, current_effect()};
  }
  std::vector<Effect> effects;
  if (troubles_ > 1) {
    effects.emplace_back(effect::Wait{wait_micros(troubles_ - 1)});
  }
  if (cure == Cure::kReconnect) {
    effects.emplace_back(effect::Reconnect{});
  }
  if (cure == Cure::kAsk && state_ == State::kPublishing) {
    elsewhere_ = event.error;
  }
  if (holds_lease()) {
    state_ = State::kReadingProgress;
  }
  effects.push_back(current_effect());
  return effects;
}

// What the state waits for.
Effect PublishMachine::current_effect() const {
  switch (state_) {
    case State::kTakingLease:
      return effect::TakeLease{};
    case State::kReadingProgress:
      return effect::ReadProgress{};
    case State::kStoringPlan:
      return effect::StorePlan{fence_};
    case State::kPublishing:
      return effect::PublishChunk{fence_, next_chunk_};
    case State::kFinishing:
      return effect::Finish{fence_};
    case State::kIdle:
    case State::kEnded:
      break;
  }
  TAGSMITH_ASSERT(false);
  std::abort();
}

std::vector<Effect> PublishMachine::publish_next() {
  plan_is_stored_ = true;
  state_ = State::kPublishing;
  return {effect::PublishChunk{fence_, next_chunk_}};
}

std::vector<Effect> PublishMachine::done() {
  state_ = State::kEnded;
  return {effect::ReleaseLease{fence_}, effect::Done{counts_}};
}

std::vector<Effect> PublishMachine::give_up(base::Error error) {
  std::vector<Effect> effects;
  if (holds_lease()) {
    effects.emplace_back(effect::ReleaseLease{fence_});
  }
  std::ranges::move(stop(std::move(error)), std::back_inserter(effects));
  return effects;
}

std::vector<Effect> PublishMachine::stop(base::Error error) {
  if (error.hint.empty()) {
    error.hint = base::message(
        "run {0} is unfinished: the same command goes on where it stopped, `tagsmith runs abandon "
        "{0}` takes back what it wrote",
        run_id_);
  }
  state_ = State::kEnded;
  return {effect::GiveUp{std::move(error)}};
}

// The executor answered what was not asked: nobody knows what it did.
std::vector<Effect> PublishMachine::impossible(std::string_view event) {
  base::Error error = base::internal_error(
      fmt::format("the event {} in state {}", event, static_cast<int>(state_)));
  return stop(std::move(error));
}

}  // namespace tagsmith::run
