#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "catalog/json_slices.h"
#include "store/row_text_internal.h"

namespace tagsmith::store {
namespace {

using membership::StoredTag;

std::optional<std::int32_t> read_tag_id(std::string_view text) {
  std::int32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id < 1) {
    return std::nullopt;
  }
  return id;
}

}  // namespace

std::string tag_ids_text(std::span<const StoredTag> tags) {
  std::string text = "[";
  for (const StoredTag& tag : tags) {
    if (text.size() > 1) {
      text += ',';
    }
    text += fmt::format_int(tag.tag_id).c_str();
  }
  return text + "]";
}

std::string tag_details_text(std::span<const StoredTag> tags) {
  std::string text = "{";
  for (const StoredTag& tag : tags) {
    text += text.size() > 1 ? ",\"" : "\"";
    text += fmt::format_int(tag.tag_id).c_str();
    text += "\":";
    text += tag.detail;
  }
  return text + "}";
}

std::optional<std::vector<std::int32_t>> read_tag_ids(std::string_view text) {
  const auto slices = catalog::list_slices(text);
  if (!slices) {
    return std::nullopt;
  }
  std::vector<std::int32_t> ids;
  ids.reserve(slices->size());
  for (const std::string_view slice : *slices) {
    const auto id = read_tag_id(slice);
    if (!id) {
      return std::nullopt;
    }
    ids.push_back(*id);
  }
  std::ranges::sort(ids);
  const auto repeated = std::ranges::unique(ids);
  ids.erase(repeated.begin(), repeated.end());
  return ids;
}

std::optional<std::vector<StoredTag>> read_tag_details(std::string_view text) {
  const auto members = catalog::member_slices(text);
  if (!members) {
    return std::nullopt;
  }
  std::vector<StoredTag> tags;
  tags.reserve(members->size());
  for (const auto& [key, value] : *members) {
    const auto id = read_tag_id(key.substr(1, key.size() - 2));
    if (!id) {
      return std::nullopt;
    }
    tags.push_back({*id, std::string(value)});
  }
  std::ranges::sort(tags, {}, &StoredTag::tag_id);
  const bool repeats = std::ranges::adjacent_find(tags, {}, &StoredTag::tag_id) != tags.end();
  return repeats ? std::nullopt : std::optional(std::move(tags));
}

size_t character_count(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

}  // namespace tagsmith::store
