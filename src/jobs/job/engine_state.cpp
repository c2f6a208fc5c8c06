#include "job/engine_state.h"

#include "job/names_internal.h"

namespace tagsmith::job {
namespace {

constexpr Names<EngineState, 12> kEngineStates{{"INITIALIZING", "CREATED", "RUNNING", "RESTARTING",
                                                "RECONCILING", "FAILING", "CANCELLING", "SUSPENDED",
                                                "FINISHED", "FAILED", "CANCELED", "unknown"}};

}  // namespace

std::string_view name_of(EngineState state) { return kEngineStates.of(state); }

bool is_final(EngineState state) {
  return state == EngineState::kFinished || state == EngineState::kFailed ||
         state == EngineState::kCanceled;
}

}  // namespace tagsmith::job
