#pragma once

#include <cstddef>

namespace tagsmith::engine {

/// Adds `value` to a hash of several values.
inline void mix(size_t& seed, size_t value) {
  seed ^= value + 0x9e37'79b9'7f4a'7c15U + (seed << 6) + (seed >> 2);
}

}  // namespace tagsmith::engine
