#pragma once

#include "interpret/interpret.h"

namespace tagsmith::interpret {

/// Three-valued logic (SEMANTICS 3).
inline Truth as_truth(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

inline Truth negated(Truth truth) {
  switch (truth) {
    case Truth::kTrue:
      return Truth::kFalse;
    case Truth::kFalse:
      return Truth::kTrue;
    case Truth::kUnknown:
      break;
  }
  return Truth::kUnknown;
}

/// FALSE if a part is FALSE, else UNKNOWN if one is UNKNOWN, else TRUE.
template <typename Parts, typename TruthOfPart>
Truth all(const Parts& parts, const TruthOfPart& truth_of_part) {
  bool unknown = false;
  for (const auto& part : parts) {
    const Truth truth = truth_of_part(part);
    if (truth == Truth::kFalse) {
      return Truth::kFalse;
    }
    unknown = unknown || truth == Truth::kUnknown;
  }
  return unknown ? Truth::kUnknown : Truth::kTrue;
}

/// TRUE if a part is TRUE, else UNKNOWN if one is UNKNOWN, else FALSE.
template <typename Parts, typename TruthOfPart>
Truth any(const Parts& parts, const TruthOfPart& truth_of_part) {
  return negated(all(parts, [&](const auto& part) { return negated(truth_of_part(part)); }));
}

}  // namespace tagsmith::interpret
