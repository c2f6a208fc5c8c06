#include <fmt/format.h>

#include <algorithm>

#include "job/draft_internal.h"

namespace tagsmith::job {
namespace {

using effect::LookFor;

void begin_stop(Draft& draft, Transition how) {
  const std::string trigger = new_id(draft.situation());
  const Intent intent =
      sent_now(draft, {.kind = IntentKind::kStop,
                       .id = trigger,
                       .target = fmt::format("{}/{}", draft.record().spec.name, trigger),
                       .tries = 0});
  draft.rule("it is stopped with a savepoint: the intent is committed, then the call is made");
  draft.add(event::Sent{intent});
  draft.move(how, "a person wants it so");
  draft.act(effect::Stop{intent, draft.attempt().engine.id});
}

void begin_cancel(Draft& draft, Transition how, std::string because) {
  const std::string& id = draft.attempt().engine.id;
  const Intent intent = sent_now(draft, {.kind = IntentKind::kCancel, .id = id, .tries = 0});
  draft.rule("it is cancelled: " + because);
  draft.add(event::Sent{intent});
  draft.move(how, std::move(because));
  draft.act(effect::Cancel{id});
}

void send_again(Draft& draft) {
  const Intent again = sent_now(draft, *draft.record().intent);
  const std::string& id = draft.attempt().engine.id;
  draft.rule("nothing came of the call: it is made again with the same id");
  draft.add(event::Sent{again});
  if (again.kind == IntentKind::kStop) {
    draft.act(effect::Stop{again, id});
  } else {
    draft.act(effect::Cancel{id});
  }
}

void savepoint_failed(Draft& draft, const std::string& because) {
  draft.add(event::IntentDropped{});
  if (draft.record().savepoint_tries >= draft.policy().savepoints_max) {
    draft.rule("the savepoint failed too often: a person is asked");
    draft.reject("cancel it", "it would lose what came after its last checkpoint");
    draft.move(Transition::kHoldSavepoint, because);
  } else {
    draft.rule("the savepoint failed: another one is tried");
    draft.move(Transition::kSavepointFailed, because);
  }
}

// A stop or a cancel is under way, and the attempt is still there.
void follow_intent(Draft& draft) {
  const Intent& intent = *draft.record().intent;
  if (intent.kind == IntentKind::kStop) {
    draft.rule("the savepoint is looked at");
    draft.look(LookFor::kSavepoint);
  } else if (draft.observation().begun_at > intent.answerable_after(draft.policy())) {
    send_again(draft);
  } else {
    draft.rule("the cancel is under way");
    draft.look(LookFor::kJob);
  }
}

// Whether another restore point could help. Each one is tried once, so that this comes to an end.
bool has_older_point(const Attempt& attempt) {
  return attempt.restored_from.has_value() || attempt.progress.checkpoint_id > 0;
}

// Another attempt is to take the place of one that never gets on.
void replace_crash_loop(Draft& draft) {
  const Attempt attempt = draft.attempt();
  if (attempt.restored_from) {
    draft.add(event::PointMarkedBad{attempt.restored_from->path, "a crash loop began with it"});
  }
  begin_cancel(draft, Transition::kReplace,
               "it restarts again and again: an older restore point is tried");
}

void keep_running(Draft& draft) {
  const Record& record = draft.record();
  if (record.phase == Phase::kHeld) {
    draft.move(Transition::kSeenAgain, "it should run again, and does");
  } else if (record.intent) {
    follow_intent(draft);
  } else if (draft.policy().on_crash_loop == OnCrashLoop::kRestoreOlder &&
             has_older_point(draft.attempt()) &&
             is_crash_loop(draft.attempt().progress, draft.policy())) {
    replace_crash_loop(draft);
  }
}

void pursue_suspension(Draft& draft) {
  const Record& record = draft.record();
  if (record.intent) {
    follow_intent(draft);
  } else if (record.phase == Phase::kRunning) {
    begin_stop(draft, Transition::kSuspend);
  } else if (record.phase == Phase::kStarting) {
    draft.rule("a savepoint needs every vertex to run");
    draft.reject("cancel it", "its newest checkpoint may go with it");
  } else {
    draft.rule("its savepoint fails: a person is asked");
  }
}

void pursue_stop(Draft& draft) {
  const Record& record = draft.record();
  const bool wants_savepoint =
      draft.policy().on_stop == OnStop::kSavepoint && record.spec.is_stateful;
  if (record.intent) {
    follow_intent(draft);
  } else if (record.phase == Phase::kHeld && wants_savepoint) {
    draft.rule("its savepoint fails: a person is asked");
  } else if (record.phase == Phase::kRunning && wants_savepoint) {
    begin_stop(draft, Transition::kStop);
  } else {
    begin_cancel(draft, Transition::kStop,
                 wants_savepoint ? "not every vertex runs, so no savepoint can be made"
                                 : "a person wants it so");
  }
}

}  // namespace

void pursue_desired(Draft& draft) {
  switch (draft.record().desired) {
    case Desired::kRunning:
    case Desired::kDoneOnce:
      keep_running(draft);
      return;
    case Desired::kSuspended:
      pursue_suspension(draft);
      return;
    case Desired::kStopped:
      pursue_stop(draft);
      return;
  }
}

void follow_savepoint(Draft& draft, const seen::Savepoint& savepoint) {
  const std::optional<Intent>& intent = draft.record().intent;
  if (!intent || intent->kind != IntentKind::kStop || intent->id != savepoint.trigger_id) {
    draft.rule("a savepoint that nobody waits for");
    draft.look(LookFor::kJob);
    return;
  }
  switch (savepoint.state) {
    case seen::SavepointState::kInProgress:
      if (draft.now() - intent->first_sent_at > draft.policy().savepoint_max) {
        savepoint_failed(draft, "the savepoint takes too long");
      } else {
        draft.rule("the savepoint is under way");
        draft.look(LookFor::kJob);
      }
      return;
    case seen::SavepointState::kCompleted:
      draft.rule("the savepoint is there: the attempt ends");
      draft.look(LookFor::kJob);
      return;
    case seen::SavepointState::kFailed:
      savepoint_failed(draft, savepoint.text);
      return;
    case seen::SavepointState::kForgotten:
      if (draft.observation().begun_at > intent->answerable_after(draft.policy())) {
        send_again(draft);
      } else {
        draft.rule("the call may still be under way");
        draft.look(LookFor::kJob);
      }
      return;
  }
}

}  // namespace tagsmith::job
