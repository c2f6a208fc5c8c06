#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/interrupt.h"
#include "base/language.h"
#include "column/days.h"
#include "column/readers.h"
#include "dataset/discover.h"
#include "run/comparison_internal.h"

namespace tagsmith::run {
namespace {

using dataset::UserNumber;
using membership::ManualEdit;

}  // namespace

class RecentUsers::Consumer final : public dataset::BatchConsumer {
 public:
  Consumer(RecentUsers& all, std::int32_t first_day) : all_(all), first_day_(first_day) {}

  base::Status consume(const dataset::TableBatch& batch) override {
    if (base::interrupted()) {
      return base::cancelled();
    }
    const std::lock_guard lock(all_.mutex_);
    for (size_t row = 0; row < batch.row_count; ++row) {
      const std::optional<std::int32_t> day = day_of(batch.columns.front(), row);
      if (day && *day >= first_day_) {
        all_.users_.emplace(batch.keys[row]);
      }
    }
    return {};
  }

 private:
  static std::optional<std::int32_t> day_of(const column::ColumnView& view, size_t row) {
    if (view.is_null(row)) {
      return std::nullopt;
    }
    switch (view.type.kind) {
      case column::TypeKind::kDate:
        return view.days[row];
      case column::TypeKind::kTimestamp:
        return column::day_of(view.ints[row]);
      default: {
        const auto moment = column::read_moment(view.texts[row]);
        return moment ? std::optional(column::day_of(moment->micros)) : std::nullopt;
      }
    }
  }

  RecentUsers& all_;
  std::int32_t first_day_;
};

base::Status RecentUsers::read(const Workplace& place, std::int32_t first_day) {
  for (const auto& [table, column] : place.changed_at) {
    const auto source = std::ranges::find_if(
        place.data.sources, [&](const auto& one) { return dataset::full_name(one) == table; });
    TAGSMITH_ASSERT(source != place.data.sources.end());
    if (place.progress) {
      place.progress(base::message("looking for changed rows of {}", table));
    }
    TAGSMITH_TRY(place.reader.scan({.source = *source, .columns = {column}}, [&, first_day] {
      return std::make_unique<Consumer>(*this, first_day);
    }));
  }
  return {};
}

Comparison::Comparison(const Workplace& place, const Pins& pins, std::span<const ManualEdit> edits,
                       PlanSummary& summary)
    : place_(place), pins_(pins), summary_(summary) {
  stamp_.time = pins.started_at;
  for (const PinnedTag& tag : pins.tags) {
    scope_.push_back(tag.tag_id);
    stamp_.rule_versions[tag.tag_id] = tag.rule_version;
  }
  for (const ManualEdit& edit : edits) {
    edits_[edit.user_id].push_back(edit);
  }
  seen_.resize(pins.users ? pins.users->size() : 0);
}

base::Status Comparison::start() {
  if (pins_.days) {
    TAGSMITH_TRY(recent_.read(place_, pins_.as_of - *pins_.days));
  }
  cursor_ = TAGSMITH_TRY(place_.tags.users());
  return advance();
}

/// A user with a number, in the order of the ids. `in_input` false: only the store knows it.
base::Status Comparison::take(UserNumber number, std::string_view user_id, bool in_input,
                              std::span<const std::int32_t> found) {
  while (stored_ && stored_->user_id < user_id) {
    TAGSMITH_TRY(take_stored_only());
  }
  const bool is_stored = stored_ && stored_->user_id == user_id;
  if (is_stored || in_input) {
    TAGSMITH_TRY(compare(user_id, in_input ? std::optional(number) : std::nullopt,
                         in_input ? found : std::span<const std::int32_t>(), is_stored,
                         is_stored ? std::span<const std::int32_t>(stored_->tags)
                                   : std::span<const std::int32_t>()));
  }
  return is_stored ? advance() : base::Status();
}

base::Status Comparison::finish() {
  while (stored_) {
    TAGSMITH_TRY(take_stored_only());
  }
  for (size_t i = 0; i < seen_.size(); ++i) {
    if (!seen_[i]) {
      summary_.unknown_users.push_back((*pins_.users)[i]);
    }
  }
  return {};
}

base::Status Comparison::take_stored_only() {
  // The row moves on, and the id with it: it is kept for as long as the plan is made.
  const std::string& user_id = kept_ids_.emplace_back(stored_->user_id);
  const size_t changed_before = changed_.size();
  TAGSMITH_TRY(compare(user_id, std::nullopt, {}, true, stored_->tags));
  if (changed_.size() == changed_before) {
    kept_ids_.pop_back();
  }
  return advance();
}

base::Status Comparison::advance() {
  auto next = TAGSMITH_TRY(cursor_->next());
  if (next && stored_ && next->user_id <= stored_->user_id) {
    return base::internal_error("the store gives its users in a wrong order");
  }
  stored_ = std::move(next);
  if (stored_) {
    ++summary_.users_before;
    for (const std::int32_t tag : stored_->tags) {
      if (TagPlan* plan = plan_of(tag)) {
        ++plan->before;
      }
    }
  }
  return {};
}

bool Comparison::is_asked(std::string_view user_id, bool in_input, bool is_stored) {
  if (pins_.users) {
    const auto asked = std::ranges::lower_bound(*pins_.users, user_id);
    if (asked == pins_.users->end() || *asked != user_id) {
      return false;
    }
    seen_[static_cast<size_t>(asked - pins_.users->begin())] = true;
  }
  return !pins_.days || (in_input && (!is_stored || recent_.contains(user_id)));
}

base::Status Comparison::compare(std::string_view user_id, std::optional<UserNumber> number,
                                 std::span<const std::int32_t> found, bool is_stored,
                                 std::span<const std::int32_t> stored) {
  if (!is_asked(user_id, number.has_value(), is_stored)) {
    return {};
  }
  ++summary_.users;
  std::vector<TagMark> marks = marks_of(found, stored);
  const auto edits = edits_.find(user_id);
  if (edits != edits_.end()) {
    TAGSMITH_TRY(mark_exactly(user_id, number.has_value(), found, edits->second, marks));
  }
  if (std::ranges::all_of(
          marks, [](const TagMark& mark) { return mark.effect == TagMark::Effect::kNone; })) {
    return {};
  }
  if (!is_stored) {
    TAGSMITH_TRY(place_.tags.check_user_id(std::string(user_id)));
  }
  for (const TagMark& mark : marks) {
    count(user_id, mark);
  }
  changed_.push_back({.user_id = user_id, .number = number, .marks = std::move(marks)});
  return {};
}

// As for a user without manual edits: what is found is what shall be.
std::vector<TagMark> Comparison::marks_of(std::span<const std::int32_t> found,
                                          std::span<const std::int32_t> stored) const {
  std::vector<TagMark> marks;
  size_t next = 0;
  for (const std::int32_t tag : found) {
    for (; next < stored.size() && stored[next] < tag; ++next) {
      mark_stored(stored[next], marks);
    }
    const bool is_stored = next < stored.size() && stored[next] == tag;
    next += is_stored ? 1 : 0;
    marks.push_back({.tag_id = tag,
                     .is_found = true,
                     .is_stored = is_stored,
                     .effect = is_stored ? TagMark::Effect::kNone : TagMark::Effect::kEnters});
  }
  for (; next < stored.size(); ++next) {
    mark_stored(stored[next], marks);
  }
  return marks;
}

void Comparison::mark_stored(std::int32_t tag, std::vector<TagMark>& marks) const {
  if (std::ranges::binary_search(scope_, tag)) {
    marks.push_back({.tag_id = tag, .is_stored = true, .effect = TagMark::Effect::kLeaves});
  }
}

// Grants and blocks of the user count, and a detail may change without a gain or a loss.
base::Status Comparison::mark_exactly(std::string_view user_id, bool in_input,
                                      std::span<const std::int32_t> found,
                                      std::span<const ManualEdit> edits,
                                      std::vector<TagMark>& marks) {
  const membership::RuleResult result{
      .user_id = std::string(user_id), .in_input = in_input, .tags = {found.begin(), found.end()}};
  const auto row = TAGSMITH_TRY(place_.tags.user(result.user_id));
  const membership::StoredUser before =
      row ? *row : membership::StoredUser{.user_id = result.user_id};
  const membership::Merged merged = merge(before, result, scope_, edits, stamp_);
  std::map<std::int32_t, TagMark> by_tag;
  for (TagMark& mark : marks) {
    mark.effect = TagMark::Effect::kNone;
    by_tag[mark.tag_id] = mark;
  }
  const auto mark_of = [&](std::int32_t tag_id) -> TagMark& {
    TagMark& mark = by_tag[tag_id];
    mark.tag_id = tag_id;
    return mark;
  };
  for (const membership::Change& change : merged.changes) {
    const bool enters = change.kind == membership::Change::Kind::kEntered;
    TagMark& mark = mark_of(change.tag_id);
    mark.effect = enters ? TagMark::Effect::kEnters : TagMark::Effect::kLeaves;
    const auto detail = membership::parse_detail(change.detail);
    const bool is_blocked = std::ranges::any_of(edits, [&](const ManualEdit& edit) {
      return edit.tag_id == change.tag_id && edit.kind == ManualEdit::Kind::kBlock &&
             edit.holds_at(stamp_.time);
    });
    mark.is_by_hand = !enters && ((detail && detail->source == membership::Source::kManual) ||
                                  (is_blocked && std::ranges::binary_search(found, change.tag_id)));
  }
  for (const membership::StoredTag& after : merged.tags) {
    const auto old = std::ranges::find(before.tags, after.tag_id, &membership::StoredTag::tag_id);
    if (old != before.tags.end() && old->detail != after.detail) {
      mark_of(after.tag_id).effect = TagMark::Effect::kRewritten;
    }
  }
  marks.clear();
  for (const auto& [tag, mark] : by_tag) {
    marks.push_back(mark);
  }
  return {};
}

void Comparison::count(std::string_view user_id, const TagMark& mark) {
  const bool enters = mark.effect == TagMark::Effect::kEnters;
  if (!enters && mark.effect != TagMark::Effect::kLeaves) {
    return;
  }
  TagPlan* plan = plan_of(mark.tag_id);
  TAGSMITH_ASSERT(plan != nullptr);
  ++(enters ? plan->entered : plan->left);
  plan->left_by_hand += mark.is_by_hand ? 1 : 0;
  std::vector<std::string>& sample = enters ? plan->entered_sample : plan->left_sample;
  if (sample.size() < kSampleMax) {
    sample.emplace_back(user_id);
  }
}

TagPlan* Comparison::plan_of(std::int32_t tag_id) {
  const auto plan = std::ranges::lower_bound(summary_.tags, tag_id, {}, &TagPlan::tag_id);
  return plan == summary_.tags.end() || plan->tag_id != tag_id ? nullptr : &*plan;
}

}  // namespace tagsmith::run
