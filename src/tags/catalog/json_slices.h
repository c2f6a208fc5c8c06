#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace tagsmith::catalog {

/// The elements of a JSON list as they stand in its text, without reading what is inside them: so a
/// mistake inside one element can be told from the others. Nothing where even commas and brackets
/// do not pair, or an element is missing.
std::optional<std::vector<std::string_view>> list_slices(std::string_view text);

/// The same for the members of an object: the key's text with its quotes, the value's text.
using MemberSlice = std::pair<std::string_view, std::string_view>;
std::optional<std::vector<MemberSlice>> member_slices(std::string_view text);

}  // namespace tagsmith::catalog
