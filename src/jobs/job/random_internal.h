#pragma once

#include <cstdint>

namespace tagsmith::job {

/// A number that looks drawn by lot, always the same for a seed (splitmix64).
constexpr std::uint64_t scrambled(std::uint64_t seed) {
  seed += 0x9e3779b97f4a7c15U;
  seed = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9U;
  seed = (seed ^ (seed >> 27U)) * 0x94d049bb133111ebU;
  return seed ^ (seed >> 31U);
}

/// The same as a number in [0, 1).
constexpr double fraction(std::uint64_t seed) {
  return static_cast<double>(scrambled(seed) >> 11U) * 0x1.0p-53;
}

}  // namespace tagsmith::job
