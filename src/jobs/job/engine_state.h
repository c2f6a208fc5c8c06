#pragma once

#include <string_view>

namespace tagsmith::job {

/// What an engine says of a job. Each platform's adapter maps its states to these; a word that it
/// does not know is kUnknown, which is no state of the job: it is reported, and never taken for
/// running.
enum class EngineState {
  kInitializing,
  kCreated,
  kRunning,
  kRestarting,
  kReconciling,
  kFailing,
  kCancelling,
  kSuspended,  // the engine gave the job to another leader, which will take it up
  kFinished,
  kFailed,
  kCanceled,
  kUnknown,
};

std::string_view name_of(EngineState state);

/// It never leaves this state.
bool is_final(EngineState state);

}  // namespace tagsmith::job
