#pragma once

#include "base/result.h"
#include "membership/tag_store.h"

namespace tagsmith::membership {

/// Compares every user's tags with the feed, which has each gain and loss since the first. Fails
/// with E_STORE_DRIFT (kConflict), naming some of the users, where somebody else wrote to the
/// store; with kCancelled on an interrupt. Keeps the tags of all users in memory.
base::Status verify(TagStore& tags);

}  // namespace tagsmith::membership
