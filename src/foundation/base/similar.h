#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tagsmith::base {

/// The candidate that a person most likely meant by `word`: smallest edit distance (letter case
/// ignored, an exchange of two neighbours is one edit), at most a third of the word's length and at
/// least one. Empty when none is near.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// "did you mean 'x'?" for the nearest candidate, or empty.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace tagsmith::base
