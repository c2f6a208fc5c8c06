#include "job/attempt.h"

#include "job/names_internal.h"

namespace tagsmith::job {
namespace {

constexpr Names<AttemptState, 8> kAttemptStates{
    {"planned", "sent", "accepted", "finished", "failed", "cancelled", "vanished", "void"}};

}  // namespace

std::string_view name_of(AttemptState state) { return kAttemptStates.of(state); }

bool is_final(AttemptState state) { return state > AttemptState::kAccepted; }

}  // namespace tagsmith::job
