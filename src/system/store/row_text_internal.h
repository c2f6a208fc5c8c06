#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "membership/membership.h"

namespace tagsmith::store {

/// tag_ids: "[1,5]", ascending.
std::string tag_ids_text(std::span<const membership::StoredTag> tags);
/// tag_details: {"1":{...},"5":{...}}, ascending; the details as they are.
std::string tag_details_text(std::span<const membership::StoredTag> tags);

/// Reads tag_ids, in any order and with blanks, as a database that knows JSON may give it: distinct
/// ids, ascending. Nothing where it is no list of tag ids.
std::optional<std::vector<std::int32_t>> read_tag_ids(std::string_view text);

/// Reads tag_details: the text of each tag's detail is cut out, not read. Ascending ids. Nothing
/// where it is no object with tag ids as keys.
std::optional<std::vector<membership::StoredTag>> read_tag_details(std::string_view text);

/// Characters of UTF-8; a byte that belongs to none counts as one.
size_t character_count(std::string_view text);

}  // namespace tagsmith::store
