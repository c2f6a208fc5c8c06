#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/assert.h"

namespace tagsmith::job {

/// The names of an enumeration whose values count from 0, in their order.
template <typename Enum, std::size_t Size>
struct Names {
  std::array<std::string_view, Size> names;

  [[nodiscard]] std::string_view of(Enum value) const {
    const auto index = static_cast<std::size_t>(value);
    TAGSMITH_ASSERT(index < Size);
    return names[index];
  }
};

}  // namespace tagsmith::job
