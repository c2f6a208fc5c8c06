#include <algorithm>
#include <utility>

#include "membership/membership.h"

namespace tagsmith::membership {
namespace {

// The edit of this kind that holds for a tag, or nullptr.
const ManualEdit* holding(std::span<const ManualEdit> edits, std::int32_t tag_id,
                          ManualEdit::Kind kind, Micros now) {
  const auto found = std::ranges::find_if(edits, [&](const ManualEdit& edit) {
    return edit.tag_id == tag_id && edit.kind == kind && edit.holds_at(now);
  });
  return found == edits.end() ? nullptr : &*found;
}

// What gives one tag to the user now; nothing gives it when neither is set.
struct Ground {
  bool rule = false;
  const ManualEdit* grant = nullptr;

  [[nodiscard]] bool any() const { return rule || grant != nullptr; }

  /// The part of a detail that follows the ground while the membership lasts.
  void put_into(Detail& detail) const {
    detail.source = grant == nullptr ? Source::kRule
                    : rule           ? Source::kRuleAndManual
                                     : Source::kManual;
    detail.actor = grant == nullptr ? "" : grant->actor;
    detail.expires_at = grant == nullptr ? std::nullopt : grant->expires_at;
  }
};

// A detail that cannot be read says nothing against the rule, as one without a manual edit does.
Detail read_stored(const std::string& json) {
  auto detail = parse_detail(json);
  return detail ? std::move(*detail) : Detail{};
}

std::string detail_on_entry(std::int32_t tag_id, const Ground& ground, const RuleResult& found,
                            const Stamp& stamp) {
  Detail detail{.hit_time = stamp.time};
  if (ground.rule) {
    const auto version = stamp.rule_versions.find(tag_id);
    detail.rule_version = version == stamp.rule_versions.end() ? 0 : version->second;
    const auto evidence = std::ranges::find(found.evidence, tag_id, &Evidence::tag_id);
    if (evidence != found.evidence.end()) {
      detail.value = evidence->value;
      detail.reason = evidence->reason;
    }
  } else {
    detail.reason = ground.grant->reason;
  }
  ground.put_into(detail);
  return to_json(detail);
}

// The stored text to the byte, unless the ground became another one.
std::string detail_that_lasts(const std::string& stored, const Ground& ground) {
  Detail detail = read_stored(stored);
  const Detail before = detail;
  ground.put_into(detail);
  return detail == before ? stored : to_json(detail);
}

}  // namespace

Merged merge(const StoredUser& before, const RuleResult& found, std::span<const std::int32_t> scope,
             std::span<const ManualEdit> manual, const Stamp& stamp) {
  Merged merged;
  auto stored = before.tags.begin();
  for (const std::int32_t tag_id : scope) {
    for (; stored != before.tags.end() && stored->tag_id < tag_id; ++stored) {
      merged.tags.push_back(*stored);
    }
    const bool has_it = stored != before.tags.end() && stored->tag_id == tag_id;
    const StoredTag* had = has_it ? &*stored++ : nullptr;

    Ground ground;
    if (holding(manual, tag_id, ManualEdit::Kind::kBlock, stamp.time) == nullptr) {
      ground.rule = std::ranges::binary_search(found.tags, tag_id);
      ground.grant = holding(manual, tag_id, ManualEdit::Kind::kGrant, stamp.time);
    }
    if (ground.any() && had != nullptr) {
      merged.tags.push_back({tag_id, detail_that_lasts(had->detail, ground)});
    } else if (ground.any()) {
      merged.tags.push_back({tag_id, detail_on_entry(tag_id, ground, found, stamp)});
      merged.changes.push_back(
          {before.user_id, tag_id, Change::Kind::kEntered, merged.tags.back().detail});
    } else if (had != nullptr) {
      merged.changes.push_back({before.user_id, tag_id, Change::Kind::kLeft, had->detail});
    }
  }
  merged.tags.insert(merged.tags.end(), stored, before.tags.end());
  merged.differs = merged.tags != before.tags;
  return merged;
}

Merged merge_edits(const StoredUser& before, std::span<const std::int32_t> tags,
                   std::span<const ManualEdit> manual_after, const Stamp& stamp) {
  RuleResult last{.user_id = before.user_id};
  for (const StoredTag& stored : before.tags) {
    if (read_stored(stored.detail).source != Source::kManual) {
      last.tags.push_back(stored.tag_id);
    }
  }
  return merge(before, last, tags, manual_after, stamp);
}

}  // namespace tagsmith::membership
