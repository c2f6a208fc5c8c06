#pragma once

#include <vector>

#include "job/incident.h"
#include "job/record.h"

namespace tagsmith::job {

/// What is wrong with a job at `now`, each cause at most once, worst last. Incidents follow it: see
/// reconcile().
std::vector<Trouble> troubles_of(const Record& record, const Policy& policy, Micros now);

}  // namespace tagsmith::job
