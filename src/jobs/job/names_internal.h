#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "base/assert.h"

namespace tagsmith::job {

/// The names of an enumeration whose values count from 0, in their order.
template <typename Enum, std::size_t size>
struct Names {
  std::array<std::string_view, size> names;

  [[nodiscard]] std::string_view of(Enum value) const {
    const auto index = static_cast<std::size_t>(value);
    TAGSMITH_ASSERT(index < size);
    return names[index];
  }

  [[nodiscard]] std::optional<Enum> find(std::string_view name) const {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) {
      return std::nullopt;
    }
    return static_cast<Enum>(found - names.begin());
  }
};

}  // namespace tagsmith::job
