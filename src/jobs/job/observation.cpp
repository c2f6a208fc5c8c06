#include "job/observation.h"

#include <fmt/format.h>

namespace tagsmith::job {
namespace {

std::string text(const seen::Nothing&) { return "nothing new"; }
std::string text(const seen::NoAnswer& it) { return fmt::format("no answer ({})", it.why); }
std::string text(const seen::NotListed&) { return "not in the overview"; }
std::string text(const seen::Absent& it) {
  return fmt::format("absent, {}{}", it.workers_are_clear ? "workers clear" : "workers not clear",
                     it.has_ha_metadata ? ", the engine keeps its metadata" : "");
}
std::string text(const seen::Job& it) {
  std::string said = it.state == EngineState::kUnknown ? fmt::format("unknown state '{}'", it.word)
                                                       : std::string(name_of(it.state));
  if (it.state == EngineState::kRunning && !it.all_running) {
    said += ", not all vertices";
  }
  if (it.details) {
    said += fmt::format(", checkpoint {}, {} restarts", it.details->checkpoint_id,
                        it.details->restarts);
  }
  return said;
}
std::string text(const seen::Prepared& it) { return "prepared as " + it.artifact_id; }
std::string text(const seen::Taken&) { return "taken"; }
std::string text(const seen::Refused& it) {
  return fmt::format("refused ({}: {})", name_of(it.failure.failure_class), it.failure.text);
}
std::string text(const seen::Savepoint& it) {
  switch (it.state) {
    case seen::SavepointState::kInProgress:
      return "savepoint in progress";
    case seen::SavepointState::kCompleted:
      return "savepoint completed: " + it.text;
    case seen::SavepointState::kFailed:
      return "savepoint failed: " + it.text;
    case seen::SavepointState::kForgotten:
      break;
  }
  return "savepoint unknown to the platform";
}
std::string text(const seen::RestorePoints& it) {
  return fmt::format("{} restore points", it.points.size());
}
std::string text(const seen::DependencyUp&) { return "the dependency answers"; }
std::string text(const seen::Captured& it) {
  return fmt::format("evidence of attempt {} is kept", it.attempt);
}

}  // namespace

std::string to_text(const Seen& seen) {
  return std::visit([](const auto& it) { return text(it); }, seen);
}

}  // namespace tagsmith::job
