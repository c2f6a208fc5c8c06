#include "job/failure.h"

#include "job/names_internal.h"

namespace tagsmith::job {
namespace {

constexpr Names<FailureClass, kFailureClasses> kClasses{
    {"user code", "configuration", "state incompatible", "resources", "infrastructure",
     "dependency", "restore point", "unknown"}};

}  // namespace

std::string_view name_of(FailureClass failure_class) { return kClasses.of(failure_class); }

}  // namespace tagsmith::job
