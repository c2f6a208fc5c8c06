#pragma once

#include <string>
#include <utility>
#include <vector>

#include "job/decide.h"

namespace tagsmith::job {

/// A decision in the making: the record as it will be once the events so far are committed.
class Draft {
 public:
  explicit Draft(const Situation& situation) : situation_(situation), record_(situation.record) {}

  [[nodiscard]] const Situation& situation() const { return situation_; }
  [[nodiscard]] const Policy& policy() const { return situation_.policy; }
  [[nodiscard]] const Observation& observation() const { return situation_.observation; }
  [[nodiscard]] Micros now() const { return situation_.now; }
  [[nodiscard]] const Record& record() const { return record_; }
  [[nodiscard]] const Attempt& attempt() const { return record_.attempts.back(); }

  void add(EventKind kind) {
    events_.push_back({.at = now(), .kind = std::move(kind)});
    apply(record_, events_.back());
  }
  void move(Transition transition, std::string because, Micros until = 0) {
    add(event::PhaseChanged{transition, std::move(because), until});
  }
  void act(Effect effect) { effects_.push_back(std::move(effect)); }
  void look(effect::LookFor what) { act(effect::Look{what}); }

  /// The sentence that decided; the last one counts.
  void rule(std::string sentence) { explanation_.rule = std::move(sentence); }
  void reject(std::string alternative, std::string because) {
    explanation_.rejected.push_back({std::move(alternative), std::move(because)});
  }

  Decision finish() &&;

 private:
  const Situation& situation_;
  Record record_;
  std::vector<Event> events_;
  std::vector<Effect> effects_;
  Explanation explanation_;
};

/// 32 hex digits that no other decision draws.
std::string new_id(const Situation& situation);

/// decide_start.cpp: the job has no attempt.
void decide_without_attempt(Draft& draft);
/// decide_end.cpp: its attempt has come to an end; ends it and says what follows.
void end_attempt(Draft& draft, event::AttemptEnded ended);
/// decide_stop.cpp: its attempt is alive, and this observation shows it so.
void pursue_desired(Draft& draft);
void follow_savepoint(Draft& draft, const seen::Savepoint& savepoint);
/// The intent as it is sent now, once more or, with 0 tries, for the first time.
Intent sent_now(const Draft& draft, Intent intent);

}  // namespace tagsmith::job
