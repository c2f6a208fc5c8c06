#include "run/publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "base/language.h"
#include "membership/membership.h"
#include "run/publish.h"

namespace tagsmith::run {
namespace {

base::Error run_changed(std::int64_t run_id) {
  return base::Error{
      .code = base::ErrorCode::kConflict,
      .message = base::message("run {} has stored another plan meanwhile", run_id),
      .symbol = "E_RUN_CHANGED",
      .path = {},
      .hint = base::tr("start the same command again: it goes on with the plan that is stored")};
}

base::Error fenced(const lease::Fence& fence) {
  return base::Error{
      .code = base::ErrorCode::kConflict,
      .message = base::message("somebody took over the lease '{}'", fence.name),
      .symbol = std::string(membership::kStoreFenced),
      .path = {},
      .hint = base::tr("this process stood still for too long; `tagsmith runs list` shows who "
                       "goes on")};
}

base::Error no_such_run(std::int64_t run_id) {
  return base::Error{.code = base::ErrorCode::kNotFound,
                     .message = base::message("there is no run {}", run_id),
                     .symbol = "E_RUN_UNKNOWN",
                     .path = {},
                     .hint = base::tr("`tagsmith runs list` shows the runs")};
}

bool is_held(const PlanSummary& plan, std::int32_t tag_id) {
  return std::ranges::find(plan.held, tag_id, &HeldTag::tag_id) != plan.held.end();
}

// The chunks of a change set, from any number on.
class Chunks {
 public:
  Chunks(const PublishPorts& ports, const Plan& plan) : ports_(ports), plan_(plan) {}

  // The users of one chunk; empty behind the last one. What was asked last is kept.
  base::Result<std::span<const membership::RuleResult>> at(std::uint64_t number) {
    if (reader_ == nullptr || number < number_) {
      reader_ = TAGSMITH_TRY(ports_.open_change_set(plan_.change_set, plan_.change_set_hash));
      users_before_ = 0;
      number_ = 0;
      users_ = TAGSMITH_TRY(reader_->next_chunk());
    }
    while (number_ < number && !users_.empty()) {
      users_before_ += users_.size();
      users_ = TAGSMITH_TRY(reader_->next_chunk());
      ++number_;
    }
    if (number_ < number) {
      return base::Error{.code = base::ErrorCode::kInternal,
                         .message = fmt::format(
                             "the change set has {} chunks, and {} are published", number_, number),
                         .symbol = "E_CHANGE_SET",
                         .path = plan_.change_set,
                         .hint = {}};
    }
    return std::span<const membership::RuleResult>(users_);
  }

  // Users of the chunk that was asked last and of those before it.
  [[nodiscard]] std::uint64_t users_done() const { return users_before_ + users_.size(); }

 private:
  const PublishPorts& ports_;
  const Plan& plan_;
  std::unique_ptr<ChangeSetReader> reader_;
  std::uint64_t number_ = 0;
  std::uint64_t users_before_ = 0;
  std::vector<membership::RuleResult> users_;
};

// Does effects. Each gives the event that answers it, or nothing where it has no answer.
class Executor {
 public:
  Executor(const PublishPorts& ports, std::int64_t run_id, const Plan& plan,
           const std::vector<catalog::RuleVersion>& new_versions)
      : ports_(ports),
        run_id_(run_id),
        plan_(plan),
        new_versions_(new_versions),
        chunks_(ports, plan),
        challenger_(lease::kPatienceMicros) {
    stamp_.run_id = run_id;
    stamp_.time = plan.pins.started_at;
    for (const PinnedTag& tag : plan.pins.tags) {
      if (!is_held(plan.summary, tag.tag_id)) {
        scope_.push_back(tag.tag_id);
        stamp_.rule_versions[tag.tag_id] = tag.rule_version;
      }
    }
  }

  std::optional<Event> operator()(const effect::Wait& wait) {
    if (ports_.interrupted()) {
      return event::Interrupted{};
    }
    ports_.clock.sleep_micros(wait.micros);
    return std::nullopt;
  }

  std::optional<Event> operator()(const effect::Reconnect&) {
    base::Status connected = ports_.reconnect();
    if (!connected) {
      return event::Failed{std::move(connected).error()};
    }
    return std::nullopt;
  }

  std::optional<Event> operator()(const effect::TakeLease&) {
    if (ports_.interrupted()) {
      return event::Interrupted{};
    }
    base::Result<lease::Taking> taking =
        lease::try_take(ports_.leases, std::string(kPublishLease), ports_.holder, challenger_,
                        ports_.clock.steady_micros());
    if (!taking) {
      return event::Failed{std::move(taking).error()};
    }
    if (!taking->fence) {
      return event::LeaseBusy{std::move(taking->holder)};
    }
    if (ports_.beat) {
      heartbeat_.emplace(*taking->fence, ports_.beat);
    }
    return event::LeaseTaken{*std::move(taking->fence)};
  }

  std::optional<Event> operator()(const effect::ReadProgress&) { return read_progress(); }

  std::optional<Event> operator()(const effect::StorePlan& store) {
    if (ports_.interrupted()) {
      return event::Interrupted{};
    }
    base::Status stored = ports_.runs.store_plan(
        store.fence, {.run_id = run_id_, .plan = plan_, .new_versions = new_versions_});
    if (!stored) {
      return event::Failed{std::move(stored).error()};
    }
    return event::PlanStored{};
  }

  std::optional<Event> operator()(const effect::PublishChunk& publish) {
    if (ports_.interrupted()) {
      return event::Interrupted{};
    }
    if (heartbeat_ && heartbeat_->lost()) {
      return event::Failed{fenced(publish.fence)};
    }
    const auto users = chunks_.at(publish.number);
    if (!users) {
      return event::Failed{users.error()};
    }
    if (users->empty()) {
      return event::NoMoreChunks{};
    }
    base::Result<membership::PublishCounts> counts = ports_.tags.publish({.fence = publish.fence,
                                                                          .number = publish.number,
                                                                          .users = *users,
                                                                          .scope = scope_,
                                                                          .stamp = stamp_});
    if (!counts) {
      return event::Failed{std::move(counts).error()};
    }
    if (ports_.progress) {
      ports_.progress(chunks_.users_done(), plan_.summary.changed_users);
    }
    return event::ChunkPublished{*counts};
  }

  std::optional<Event> operator()(const effect::Finish& finish) {
    base::Status finished = ports_.runs.finish(finish.fence, run_id_, ports_.clock.utc_micros());
    if (!finished) {
      return event::Failed{std::move(finished).error()};
    }
    return event::Finished{};
  }

  std::optional<Event> operator()(const effect::ReleaseLease& release) {
    heartbeat_.reset();
    // What cannot be given back runs out.
    [[maybe_unused]] const base::Status released = ports_.leases.release(release.fence);
    return std::nullopt;
  }

  std::optional<Event> operator()(const effect::Done& done) {
    result = done.counts;
    return std::nullopt;
  }

  std::optional<Event> operator()(const effect::GiveUp& give_up) {
    result = give_up.error;
    return std::nullopt;
  }

  std::optional<base::Result<membership::PublishCounts>> result;  // once it has ended

 private:
  std::optional<Event> read_progress() {
    base::Result<std::optional<RunRecord>> record = ports_.runs.run(run_id_);
    if (!record) {
      return event::Failed{std::move(record).error()};
    }
    if (!*record) {
      return event::Failed{no_such_run(run_id_)};
    }
    const RunRecord& run = **record;
    if (run.state == RunState::kPublishing && run.change_set_hash != plan_.change_set_hash) {
      return event::Failed{run_changed(run_id_)};
    }
    return event::ProgressRead{run.state, run.progress};
  }

  const PublishPorts& ports_;
  const std::int64_t run_id_;
  const Plan& plan_;
  const std::vector<catalog::RuleVersion>& new_versions_;
  Chunks chunks_;
  lease::Challenger challenger_;
  std::optional<lease::Heartbeat> heartbeat_;
  std::vector<std::int32_t> scope_;
  membership::Stamp stamp_;
};

}  // namespace

base::Result<membership::PublishCounts> publish(
    const PublishPorts& ports, std::int64_t run_id, const Plan& plan,
    const std::vector<catalog::RuleVersion>& new_versions) {
  PublishMachine machine;
  Executor executor(ports, run_id, plan, new_versions);
  std::vector<Effect> effects = machine.step(event::Start{run_id});
  while (true) {
    std::optional<Event> answer;
    for (const Effect& effect : effects) {
      answer = std::visit(executor, effect);
      if (answer) {
        break;
      }
    }
    if (executor.result) {
      return *std::move(executor.result);
    }
    TAGSMITH_ASSERT(answer.has_value());
    effects = machine.step(*answer);
  }
}

}  // namespace tagsmith::run
