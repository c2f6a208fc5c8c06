#include "run/publish.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tagsmith::run {
namespace {

using base::ErrorCode;
using testing::ElementsAre;

const lease::Fence kFence{.name = "publish", .epoch = 7};

base::Error error(ErrorCode code, std::string_view symbol) {
  return {.code = code, .message = "?", .symbol = std::string(symbol), .path = {}, .hint = "h"};
}

std::string text_of(const Effect& effect) {
  struct Printer {
    std::string operator()(const effect::Wait& it) const {
      return fmt::format("wait {}", it.micros);
    }
    std::string operator()(const effect::Reconnect&) const { return "reconnect"; }
    std::string operator()(const effect::TakeLease&) const { return "take lease"; }
    std::string operator()(const effect::ReadProgress&) const { return "read progress"; }
    std::string operator()(const effect::StorePlan& it) const {
      return fmt::format("{} store plan", it.fence.epoch);
    }
    std::string operator()(const effect::PublishChunk& it) const {
      return fmt::format("{} chunk {}", it.fence.epoch, it.number);
    }
    std::string operator()(const effect::Finish& it) const {
      return fmt::format("{} finish", it.fence.epoch);
    }
    std::string operator()(const effect::ReleaseLease& it) const {
      return fmt::format("{} release", it.fence.epoch);
    }
    std::string operator()(const effect::Done& it) const {
      return fmt::format("done {}", it.counts.rows_written);
    }
    std::string operator()(const effect::GiveUp& it) const {
      const std::string& symbol = it.error.symbol;
      return "give up " +
             (symbol.empty() ? std::to_string(static_cast<int>(it.error.code)) : symbol);
    }
  };
  return std::visit(Printer{}, effect);
}

std::string text_of(const std::vector<Effect>& effects) {
  std::string text;
  for (const Effect& effect : effects) {
    text += (text.empty() ? "" : ", ") + text_of(effect);
  }
  return text;
}

event::ProgressRead progress(RunState state, std::uint64_t chunks, std::uint64_t rows = 0) {
  return {state, {.chunks = chunks, .counts = {.rows_written = rows}}};
}

const std::map<std::string, Event> kEvents = {
    {"start", event::Start{3}},
    {"lease taken", event::LeaseTaken{kFence}},
    {"lease busy", event::LeaseBusy{"h-1-2/17/1"}},
    {"pinned", progress(RunState::kPinned, 0)},
    {"publishing", progress(RunState::kPublishing, 2, 20)},
    {"published", progress(RunState::kPublished, 5, 50)},
    {"held", progress(RunState::kHeld, 0)},
    {"failed run", progress(RunState::kFailed, 0)},
    {"abandoned", progress(RunState::kAbandoned, 0)},
    {"plan stored", event::PlanStored{}},
    {"chunk published", event::ChunkPublished{{.rows_written = 10}}},
    {"no more chunks", event::NoMoreChunks{}},
    {"finished", event::Finished{}},
    {"interrupted", event::Interrupted{}},
    {"fenced", event::Failed{error(ErrorCode::kConflict, membership::kStoreFenced)}},
    {"in doubt", event::Failed{error(ErrorCode::kUnavailable, membership::kStoreInDoubt)}},
    {"elsewhere", event::Failed{error(ErrorCode::kConflict, membership::kStoreProgress)}},
    {"deadlock", event::Failed{error(ErrorCode::kConflict, "E_STORE")}},
    {"duplicate key", event::Failed{error(ErrorCode::kConflict, "E_STORE_DUPLICATE")}},
    {"wrong state", event::Failed{error(ErrorCode::kConflict, "E_RUN_STATE")}},
    {"locked", event::Failed{error(ErrorCode::kUnavailable, membership::kStoreLocked)}},
    {"lost connection", event::Failed{error(ErrorCode::kUnavailable, "E_STORE")}},
    {"torn change set", event::Failed{error(ErrorCode::kUnavailable, "E_CHANGE_SET")}},
    {"bug", event::Failed{error(ErrorCode::kInternal, "E_STORE")}},
};

// The events that lead to each state.
const std::map<std::string, std::vector<std::string>> kPaths = {
    {"idle", {}},
    {"taking lease", {"start"}},
    {"reading progress", {"start", "lease taken"}},
    {"storing plan", {"start", "lease taken", "pinned"}},
    {"publishing", {"start", "lease taken", "publishing"}},
    {"finishing", {"start", "lease taken", "publishing", "no more chunks"}},
    {"ended", {"start", "bug"}},
};

PublishMachine machine_in(const std::string& state) {
  PublishMachine machine;
  for (const std::string& event : kPaths.at(state)) {
    EXPECT_NE(text_of(machine.step(kEvents.at(event))), "") << event;
  }
  return machine;
}

// What each state answers to each event that can come there.
const std::map<std::string, std::map<std::string, std::string>> kAnswers = {
    {"idle", {{"start", "take lease"}}},
    {"taking lease",
     {{"lease taken", "read progress"},
      {"lease busy", "wait 500000, take lease"},
      {"interrupted", "give up 5"},
      {"fenced", "give up E_STORE_FENCED"},
      {"in doubt", "reconnect, take lease"},
      {"elsewhere", "take lease"},
      {"deadlock", "wait 10000, take lease"},
      {"duplicate key", "wait 10000, take lease"},
      {"wrong state", "give up E_RUN_STATE"},
      {"locked", "wait 10000, take lease"},
      {"lost connection", "reconnect, take lease"},
      {"torn change set", "give up E_CHANGE_SET"},
      {"bug", "give up E_STORE"}}},
    {"reading progress",
     {{"pinned", "7 store plan"},
      {"publishing", "7 chunk 2"},
      {"published", "7 release, done 50"},
      {"held", "7 release, give up E_RUN_ENDED"},
      {"failed run", "7 release, give up E_RUN_ENDED"},
      {"abandoned", "7 release, give up E_RUN_ENDED"},
      {"interrupted", "7 release, give up 5"},
      {"fenced", "give up E_STORE_FENCED"},
      {"in doubt", "reconnect, read progress"},
      {"elsewhere", "read progress"},
      {"deadlock", "wait 10000, read progress"},
      {"duplicate key", "wait 10000, read progress"},
      {"wrong state", "7 release, give up E_RUN_STATE"},
      {"locked", "wait 10000, read progress"},
      {"lost connection", "reconnect, read progress"},
      {"torn change set", "7 release, give up E_CHANGE_SET"},
      {"bug", "7 release, give up E_STORE"}}},
    {"storing plan",
     {{"plan stored", "7 chunk 0"},
      {"interrupted", "7 release, give up 5"},
      {"fenced", "give up E_STORE_FENCED"},
      {"in doubt", "reconnect, read progress"},
      {"elsewhere", "read progress"},
      {"deadlock", "wait 10000, 7 store plan"},
      {"duplicate key", "wait 10000, 7 store plan"},
      {"wrong state", "7 release, give up E_RUN_STATE"},
      {"locked", "wait 10000, 7 store plan"},
      {"lost connection", "reconnect, read progress"},
      {"torn change set", "7 release, give up E_CHANGE_SET"},
      {"bug", "7 release, give up E_STORE"}}},
    {"publishing",
     {{"chunk published", "7 chunk 3"},
      {"no more chunks", "7 finish"},
      {"interrupted", "7 release, give up 5"},
      {"fenced", "give up E_STORE_FENCED"},
      {"in doubt", "reconnect, read progress"},
      {"elsewhere", "read progress"},
      {"deadlock", "wait 10000, 7 chunk 2"},
      {"duplicate key", "wait 10000, 7 chunk 2"},
      {"wrong state", "7 release, give up E_RUN_STATE"},
      {"locked", "wait 10000, 7 chunk 2"},
      {"lost connection", "reconnect, read progress"},
      {"torn change set", "7 release, give up E_CHANGE_SET"},
      {"bug", "7 release, give up E_STORE"}}},
    {"finishing",
     {{"finished", "7 release, done 20"},
      {"interrupted", "7 release, give up 5"},
      {"fenced", "give up E_STORE_FENCED"},
      {"in doubt", "reconnect, read progress"},
      {"elsewhere", "read progress"},
      {"deadlock", "wait 10000, 7 finish"},
      {"duplicate key", "wait 10000, 7 finish"},
      {"wrong state", "7 release, give up E_RUN_STATE"},
      {"locked", "wait 10000, 7 finish"},
      {"lost connection", "reconnect, read progress"},
      {"torn change set", "7 release, give up E_CHANGE_SET"},
      {"bug", "7 release, give up E_STORE"}}},
    {"ended", {}},
};

TEST(PublishMachine, EveryStateAnswersEveryEvent) {
  static_assert(static_cast<int>(ErrorCode::kCancelled) == 5 &&
                static_cast<int>(ErrorCode::kInternal) == 6);
  size_t transitions = 0;
  size_t refusals = 0;
  for (const auto& [state, path] : kPaths) {
    for (const auto& [name, event] : kEvents) {
      SCOPED_TRACE(fmt::format("{} + {}", state, name));
      PublishMachine machine = machine_in(state);
      const std::string answer = text_of(machine.step(event));
      const auto expected = kAnswers.at(state).find(name);
      if (expected != kAnswers.at(state).end()) {
        EXPECT_EQ(answer, expected->second);
        ++transitions;
      } else if (state == "ended") {
        EXPECT_EQ(answer, "");
      } else {
        // Nobody asked for it. An interrupt before the start is one, too.
        EXPECT_EQ(answer, name == "interrupted" ? "give up 5" : "give up 6");
        ++refusals;
      }
    }
  }
  fmt::print("{} states x {} events: {} transitions, {} refused\n", kPaths.size(), kEvents.size(),
             transitions, refusals);
}

TEST(PublishMachine, PublishesAPlanFromBeginningToEnd) {
  PublishMachine machine;
  std::vector<std::string> seen;
  for (const char* event : {"start", "lease taken", "pinned", "plan stored", "chunk published",
                            "chunk published", "no more chunks", "finished"}) {
    seen.push_back(text_of(machine.step(kEvents.at(event))));
  }
  EXPECT_THAT(seen, ElementsAre("take lease", "read progress", "7 store plan", "7 chunk 0",
                                "7 chunk 1", "7 chunk 2", "7 finish", "7 release, done 20"));
}

TEST(PublishMachine, ADoubtIsSettledByTheStore) {
  for (const auto& [chunks, next] : {std::pair(2, "7 chunk 2"), std::pair(3, "7 chunk 3")}) {
    PublishMachine machine = machine_in("publishing");
    EXPECT_EQ(text_of(machine.step(kEvents.at("in doubt"))), "reconnect, read progress");
    const auto read = progress(RunState::kPublishing, static_cast<std::uint64_t>(chunks), 33);
    EXPECT_EQ(text_of(machine.step(read)), next);
    machine.step(kEvents.at("no more chunks"));
    EXPECT_EQ(text_of(machine.step(kEvents.at("finished"))), "7 release, done 33");
  }
}

TEST(PublishMachine, WaitsLongerAfterEachTroubleInARowAndGivesUp) {
  PublishMachine machine = machine_in("publishing");
  std::int64_t waited = 0;
  std::int64_t last = 0;
  for (int trouble = 1; trouble <= kTroublesMax; ++trouble) {
    const std::vector<Effect> effects = machine.step(kEvents.at("deadlock"));
    const std::int64_t wait = std::get<effect::Wait>(effects.front()).micros;
    EXPECT_GE(wait, last);
    EXPECT_LE(wait, kLongestWaitMicros);
    waited += wait;
    last = wait;
  }
  EXPECT_EQ(text_of(machine.step(kEvents.at("deadlock"))), "7 release, give up E_STORE");
  EXPECT_EQ(waited, 6'550'000);  // 10 ms doubled to 1.28 s, then twice 2 s
}

TEST(PublishMachine, AGainForgetsTheTroubles) {
  PublishMachine machine = machine_in("publishing");
  for (int round = 0; round < 5; ++round) {
    for (int trouble = 0; trouble < kTroublesMax; ++trouble) {
      machine.step(kEvents.at("deadlock"));
    }
    EXPECT_EQ(text_of(machine.step(kEvents.at("chunk published"))),
              fmt::format("7 chunk {}", 3 + round));
  }
}

TEST(PublishMachine, AnswersThatAreLostAgainAndAgainEndIt) {
  PublishMachine machine = machine_in("publishing");
  int doubts = 0;
  std::string answer;
  do {
    answer = text_of(machine.step(kEvents.at("in doubt")));
    if (answer.starts_with("7 release")) {
      break;
    }
    EXPECT_EQ(text_of(machine.step(kEvents.at("publishing"))), "7 chunk 2");
  } while (++doubts < 100);
  EXPECT_EQ(doubts, kTroublesMax);
  EXPECT_EQ(answer, "7 release, give up E_STORE_IN_DOUBT");
}

TEST(PublishMachine, WaitsForALeaseAMinuteAtMost) {
  PublishMachine machine = machine_in("taking lease");
  for (int poll = 0; poll < kLeasePollsMax; ++poll) {
    EXPECT_EQ(text_of(machine.step(kEvents.at("lease busy"))), "wait 500000, take lease");
  }
  const std::vector<Effect> effects = machine.step(kEvents.at("lease busy"));
  ASSERT_EQ(text_of(effects), "give up E_LEASE_BUSY");
  EXPECT_EQ(std::get<effect::GiveUp>(effects.front()).error.message,
            "the lease 'publish' is held by process 17 on h");
}

TEST(PublishMachine, ARunThatSomebodyTakesBackEndsIt) {
  PublishMachine machine = machine_in("publishing");
  EXPECT_EQ(text_of(machine.step(kEvents.at("elsewhere"))), "read progress");
  EXPECT_EQ(text_of(machine.step(kEvents.at("publishing"))), "7 release, give up E_STORE_PROGRESS");

  // But not one whose COMMIT landed late.
  machine = machine_in("publishing");
  machine.step(kEvents.at("elsewhere"));
  EXPECT_EQ(text_of(machine.step(progress(RunState::kPublishing, 3))), "7 chunk 3");
}

TEST(PublishMachine, AStoreThatForgetsEndsIt) {
  for (const event::ProgressRead& read :
       {progress(RunState::kPublishing, 1), progress(RunState::kPinned, 0)}) {
    PublishMachine machine = machine_in("publishing");
    machine.step(kEvents.at("in doubt"));
    EXPECT_EQ(text_of(machine.step(read)), "7 release, give up E_STORE_DRIFT");
  }
  PublishMachine machine = machine_in("storing plan");
  machine.step(kEvents.at("plan stored"));
  machine.step(kEvents.at("in doubt"));
  EXPECT_EQ(text_of(machine.step(kEvents.at("pinned"))), "7 release, give up E_STORE_DRIFT");
}

TEST(PublishMachine, SaysHowToGoOn) {
  PublishMachine machine = machine_in("publishing");
  const std::vector<Effect> effects = machine.step(event::Interrupted{});
  const base::Error& given = std::get<effect::GiveUp>(effects.back()).error;
  EXPECT_EQ(given.message, "interrupted after chunk 2");
  EXPECT_EQ(
      given.hint,
      "run 3 is unfinished: the same command goes on where it stopped, `tagsmith runs abandon "
      "3` takes back what it wrote");
}

}  // namespace
}  // namespace tagsmith::run
