#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "membership/tag_store.h"
#include "store/sql_connection.h"

namespace tagsmith::store {

/// What happens at one step of a database.
enum class Fault {
  kKilledBefore,  // the process ends before the step: it is not done
  kKilledAfter,   // the process ends after the step is done
  kRequestLost,   // the connection breaks before the step reaches the database
  kAnswerLost,    // the connection breaks after the step is done
  kDeadlock,      // the step is not done, the transaction is rolled back: kConflict
};
inline constexpr Fault kAllFaults[] = {Fault::kKilledBefore, Fault::kKilledAfter,
                                       Fault::kRequestLost, Fault::kAnswerLost, Fault::kDeadlock};

/// A database that fails once, at a chosen step. A step is a begin, a statement, a query or a
/// commit of any of its connections, counted from arm() on. A killed process is played so: every
/// call of every connection fails with kUnavailable until revive(), and what was not committed is
/// rolled back; connections from before stay dead. Not thread-safe.
class FaultyDatabase final : public SqlDatabase {
 public:
  explicit FaultyDatabase(std::shared_ptr<SqlDatabase> real)
      : state_(std::make_shared<State>()), real_(std::move(real)) {}

  /// Counts from 1 again; the step with this number fails. 0: none does, steps are only counted.
  void arm(std::uint64_t step, Fault fault) {
    state_->fail_at = step;
    state_->fault = fault;
    state_->fired = false;
    state_->trail.clear();
  }

  /// The process starts again, and nothing fails any more.
  void revive() {
    state_->fail_at = 0;
    state_->dead = false;
  }

  [[nodiscard]] bool fired() const { return state_->fired; }
  [[nodiscard]] bool dead() const { return state_->dead; }

  /// The steps since arm(): "begin", "commit", or the text of the statement.
  [[nodiscard]] const std::vector<std::string>& trail() const { return state_->trail; }

  [[nodiscard]] std::string name() const override { return real_->name(); }
  base::Status create() override { return state_->dead ? killed() : real_->create(); }
  base::Result<std::unique_ptr<SqlConnection>> connect() override {
    if (state_->dead) {
      return killed();
    }
    auto real = TAGSMITH_TRY(real_->connect());
    return std::unique_ptr<SqlConnection>(std::make_unique<Connection>(state_, std::move(real)));
  }

 private:
  struct State {
    std::uint64_t fail_at = 0;
    Fault fault = Fault::kKilledBefore;
    bool fired = false;
    bool dead = false;
    std::uint64_t deaths = 0;
    std::vector<std::string> trail;
  };

  static base::Error killed() {
    return {.code = base::ErrorCode::kUnavailable, .message = "killed", .symbol = "E_STORE"};
  }
  static base::Error lost(bool is_commit) {
    return {.code = base::ErrorCode::kUnavailable,
            .message = "connection lost",
            .symbol = std::string(is_commit ? membership::kStoreInDoubt : "E_STORE")};
  }

  class Connection final : public SqlConnection {
   public:
    Connection(std::shared_ptr<State> state, std::unique_ptr<SqlConnection> real)
        : state_(std::move(state)),
          real_(std::move(real)),
          dialect_(real_->dialect()),
          born_(state_->deaths) {}

    [[nodiscard]] const Dialect& dialect() const override { return dialect_; }

    base::Result<std::int64_t> execute(std::string_view sql,
                                       std::span<const SqlValue> parameters) override {
      return step<base::Result<std::int64_t>>(
          sql, [&](SqlConnection& real) { return real.execute(sql, parameters); });
    }
    base::Result<std::unique_ptr<SqlRows>> query(std::string_view sql,
                                                 std::span<const SqlValue> parameters) override {
      return step<base::Result<std::unique_ptr<SqlRows>>>(
          sql, [&](SqlConnection& real) { return real.query(sql, parameters); });
    }
    base::Status begin(bool write) override {
      return step<base::Status>("begin", [&](SqlConnection& real) { return real.begin(write); });
    }
    base::Status commit() override {
      return step<base::Status>("commit", [](SqlConnection& real) { return real.commit(); });
    }
    void rollback() override {
      if (alive()) {
        real_->rollback();
      }
    }

   private:
    bool alive() {
      if (real_ != nullptr && born_ != state_->deaths) {
        drop();
      }
      return real_ != nullptr;
    }

    void drop() {
      real_->rollback();
      real_.reset();
    }

    template <typename Answer, typename Do>
    Answer step(std::string_view what, const Do& act) {
      if (!alive()) {
        return state_->dead ? killed() : lost(false);
      }
      state_->trail.emplace_back(what);
      if (state_->trail.size() != state_->fail_at) {
        return act(*real_);
      }
      state_->fired = true;
      const Fault fault = state_->fault;
      if (fault == Fault::kDeadlock) {
        real_->rollback();
        return base::Error{
            .code = base::ErrorCode::kConflict, .message = "deadlock", .symbol = "E_STORE"};
      }
      if (fault == Fault::kKilledAfter || fault == Fault::kAnswerLost) {
        (void)act(*real_);
      }
      drop();
      if (fault == Fault::kKilledBefore || fault == Fault::kKilledAfter) {
        state_->dead = true;
        ++state_->deaths;
        return killed();
      }
      return lost(what == "commit");
    }

    std::shared_ptr<State> state_;
    std::unique_ptr<SqlConnection> real_;
    Dialect dialect_;
    std::uint64_t born_;
  };

  std::shared_ptr<State> state_;
  std::shared_ptr<SqlDatabase> real_;
};

}  // namespace tagsmith::store
