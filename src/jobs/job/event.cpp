#include "job/event.h"

#include <fmt/format.h>

namespace tagsmith::job {
namespace {

std::string text(const event::SpecChanged& it) {
  return fmt::format("spec: version {}", it.spec.version);
}
std::string text(const event::DesiredChanged& it) {
  return fmt::format("desired: {} ({})", name_of(it.desired), it.actor);
}
std::string text(const event::PhaseChanged& it) {
  const TransitionRow& row = row_of(it.transition);
  return fmt::format("phase: {} -> {} ({})", row.name, name_of(row.to), it.because);
}
std::string text(const event::AttemptPlanned& it) {
  return fmt::format("attempt {}: planned as {}, {}", it.attempt.number, it.attempt.engine.id,
                     it.attempt.restored_from ? "from " + it.attempt.restored_from->path
                                              : std::string("without state"));
}
std::string text(const event::Sent& it) {
  return fmt::format("{}: sent, try {}", name_of(it.intent.kind), it.intent.tries);
}
std::string text(const event::Refused& it) { return "refused: " + it.failure.text; }
std::string text(const event::IntentDropped&) { return "the intent came to nothing"; }
std::string text(const event::AttemptAccepted&) { return "attempt: accepted"; }
std::string text(const event::AttemptEnded& it) {
  return fmt::format("attempt: {}{}", name_of(row_of(it.step).to),
                     it.failure ? " (" + it.failure->text + ")" : std::string());
}
std::string text(const event::Seen& it) {
  return fmt::format("seen: {}{}, checkpoint {}, {} restarts", name_of(it.state),
                     it.all_running ? ", all vertices" : "", it.progress.checkpoint_id,
                     it.progress.restarts);
}
std::string text(const event::Silent& it) { return "silent: " + it.why; }
std::string text(const event::Heard&) { return "heard again"; }
std::string text(const event::StraysSeen& it) { return fmt::format("{} strays", it.ids.size()); }
std::string text(const event::Healthy&) { return "healthy"; }
std::string text(const event::BudgetSpent& it) {
  return fmt::format("budget: attempt {} of round {}", it.attempts, it.round + 1);
}
std::string text(const event::BudgetReset&) { return "budget: whole again"; }
std::string text(const event::PointMarkedBad& it) {
  return fmt::format("bad restore point: {} ({})", it.path, it.because);
}
std::string text(const event::LossAccepted& it) { return "loss accepted by " + it.actor; }
std::string text(const event::EvidenceKept& it) {
  return fmt::format("evidence of attempt {} kept", it.attempt);
}
std::string text(const event::IncidentChanged& it) {
  if (const auto* opened = std::get_if<incident::Opened>(&it.change)) {
    return fmt::format("incident {}: opened, {}: {}", opened->incident.number,
                       name_of(opened->incident.cause), opened->incident.text);
  }
  if (const auto* repeated = std::get_if<incident::Repeated>(&it.change)) {
    return fmt::format("incident {}: told again", repeated->number);
  }
  if (const auto* quiet = std::get_if<incident::Quiet>(&it.change)) {
    return fmt::format("incident {}: {}", quiet->number, quiet->since ? "quiet" : "back");
  }
  return fmt::format("incident {}: resolved", std::get<incident::Resolved>(it.change).number);
}

}  // namespace

std::string to_text(const Event& event) {
  return std::visit([](const auto& it) { return text(it); }, event.kind);
}

}  // namespace tagsmith::job
