#pragma once

#include <string>
#include <string_view>

namespace tagsmith::job {

/// Why an attempt failed, as far as it decides what to do next (PROTOCOLS 3, "Recovering").
enum class FailureClass {
  kUserCode,           // an exception of the job's own code
  kConfiguration,      // certain to fail again: missing class, option that does not parse
  kStateIncompatible,  // certain to fail again from any restore point
  kResources,          // no slots, no memory, killed for memory
  kInfrastructure,     // a machine, a process or the network went away
  kDependency,         // database, broker, DNS: it would fail again until that answers
  kRestorePoint,       // the restore point could not be read
  kUnknown,
};
inline constexpr int kFailureClasses = 8;

std::string_view name_of(FailureClass failure_class);

struct Failure {
  FailureClass failure_class = FailureClass::kUnknown;
  std::string text;  // one line of evidence

  bool operator==(const Failure&) const = default;
};

}  // namespace tagsmith::job
