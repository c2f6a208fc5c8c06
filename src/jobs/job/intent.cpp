#include "job/intent.h"

#include "job/names_internal.h"

namespace tagsmith::job {
namespace {

constexpr Names<IntentKind, 3> kKinds{{"submit", "stop", "cancel"}};

}  // namespace

std::string_view name_of(IntentKind kind) { return kKinds.of(kind); }

}  // namespace tagsmith::job
