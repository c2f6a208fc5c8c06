#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/language.h"
#include "base/problem.h"
#include "base/similar.h"
#include "column/days.h"
#include "dataset/discover.h"
#include "files/folder.h"
#include "files/sha256.h"
#include "run/planner.h"

namespace tagsmith::run {
namespace {

using catalog::RuleVersion;
using catalog::Tag;

base::Error refused(std::string_view symbol, std::string message, std::string hint) {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = std::move(message),
          .symbol = std::string(symbol),
          .hint = std::move(hint)};
}

base::Result<const Tag*> find_tag(const catalog::Catalog& catalog, const std::string& name) {
  const auto tag = std::ranges::find_if(catalog.tags, [&](const Tag& one) {
    return one.code == name || std::to_string(one.id) == name;
  });
  if (tag == catalog.tags.end()) {
    std::vector<std::string> codes;
    std::ranges::transform(catalog.tags, std::back_inserter(codes), &Tag::code);
    std::string hint = base::did_you_mean(name, codes);
    return refused(kRunTag, base::message("there is no tag {}", base::quote(name)),
                   hint.empty() ? base::tr("name tags by their codes or ids") : std::move(hint));
  }
  if (!tag->is_active) {
    return refused(kRunTag, base::message("the tag {} is not active", base::quote(name)),
                   base::tr("make it active, or leave it out"));
  }
  return &*tag;
}

// The active tags that are asked for, by id.
base::Result<std::vector<const Tag*>> asked_tags(
    const catalog::Catalog& catalog, const std::optional<std::vector<std::string>>& names) {
  std::set<std::int32_t> ids;
  for (const std::string& name : names.value_or(std::vector<std::string>())) {
    ids.insert(TAGSMITH_TRY(find_tag(catalog, name))->id);
  }
  std::vector<const Tag*> tags;
  for (const Tag& tag : catalog.tags) {
    if (tag.is_active && (!names || ids.contains(tag.id))) {
      tags.push_back(&tag);
    }
  }
  std::ranges::sort(tags, {}, &Tag::id);
  return tags;
}

HeldTag held_tag(const Tag& tag, const catalog::RefusedTag& refusal) {
  return {.tag_id = tag.id,
          .code = tag.code,
          .cause = refusal.depends ? HeldTag::Cause::kDependsOn : HeldTag::Cause::kRefused,
          .why = fmt::format(base::marked("{}: {} ({})"), refusal.problem.code,
                             base::english_of(refusal.problem.message), refusal.place)};
}

// The version that a tag has from now on; a new one where its text or its expiry is another.
RuleVersion version_of(const Tag& tag, const std::string& text,
                       const std::vector<RuleVersion>& newest) {
  const auto known = std::ranges::find(newest, tag.id, &RuleVersion::tag_id);
  if (known != newest.end() && known->text == text && known->grant_days == tag.grant_days) {
    return *known;
  }
  return {.tag_id = tag.id,
          .number = known == newest.end() ? 1 : known->number + 1,
          .code = tag.code,
          .text = text,
          .grant_days = tag.grant_days};
}

base::Status check_not_older(const Request& request, const std::vector<const Tag*>& tags,
                             const std::vector<TagState>& states) {
  for (const Tag* tag : tags) {
    const auto state = std::ranges::find(states, tag->id, &TagState::tag_id);
    if (!request.rewind && state != states.end() && state->last_run > 0 &&
        request.as_of < state->last_as_of) {
      return refused(
          kRunRewind,
          base::message("tag {} was published as of {}, which is after {}", base::quote(tag->code),
                        column::day_text(state->last_as_of), column::day_text(request.as_of)),
          base::tr("--rewind publishes an older day on purpose"));
    }
  }
  return {};
}

base::Status check_days(const Workplace& place, const Request& request) {
  if (!request.days) {
    return {};
  }
  const std::string hint =
      base::tr("declare changed_at of a dataset: the column that says when a row changed");
  if (place.changed_at.empty()) {
    return refused(kRunDays, base::tr("no dataset says when its rows changed"), hint);
  }
  for (const auto& [table, name] : place.changed_at) {
    const auto& tables = place.data.schema.tables;
    const auto found = std::ranges::find_if(
        tables, [&](const column::TableSchema& one) { return one.full_name() == table; });
    const auto column = found == tables.end() ? std::nullopt : found->find(name);
    using Kind = column::TypeKind;
    if (!column) {
      return refused(
          kRunDays,
          base::message("table {} has no column {}", base::quote(table), base::quote(name)), hint);
    }
    const Kind kind = found->columns[*column].type.kind;
    if (kind != Kind::kDate && kind != Kind::kTimestamp && kind != Kind::kText) {
      return refused(kRunDays,
                     base::message("the column {} of table {} is no date", base::quote(name),
                                   base::quote(table)),
                     hint);
    }
  }
  return {};
}

base::Result<std::vector<InputFile>> manifest_of(const dataset::DataSet& data) {
  std::vector<InputFile> files;
  for (size_t i = 0; i < data.sources.size(); ++i) {
    const std::string table = dataset::full_name(data.sources[i]);
    if (!data.files[i]) {
      files.push_back({.table = table});
      continue;
    }
    for (const std::string& path : *data.files[i]) {
      const files::FileStatus status = TAGSMITH_TRY(files::file_status(path));
      files.push_back({.table = table,
                       .path = path,
                       .bytes = status.bytes,
                       .modified_nanos = status.modified_nanos});
    }
  }
  std::ranges::sort(files);
  return files;
}

// Of all that decides how the same files become the same rows. A text is told with its length.
std::string hash_of_reading(const Workplace& place) {
  files::Sha256 hash;
  const auto add = [&](std::string_view text) {
    hash.add(fmt::format("{}:{}\n", text.size(), text));
  };
  for (const dataset::TableSource& source : place.data.sources) {
    add(dataset::full_name(source));
    add(std::to_string(static_cast<int>(source.format)));
    add(source.select);
    add(source.key);
    add(source.zone);
    add(std::to_string(source.hidden.size()));
    std::ranges::for_each(source.hidden, add);
  }
  for (const auto& [table, column] : place.changed_at) {
    add(table);
    add(column);
  }
  return hash.finish();
}

std::string hash_of(const std::vector<membership::ManualEdit>& edits) {
  files::Sha256 hash;
  for (const membership::ManualEdit& edit : edits) {
    hash.add(fmt::format("{} {} {} {} {}\n", edit.tag_id,
                         edit.kind == membership::ManualEdit::Kind::kGrant,
                         edit.expires_at ? std::to_string(*edit.expires_at) : "-",
                         fmt::format("{}:{}", edit.user_id.size(), edit.user_id), edit.actor));
  }
  return hash.finish();
}

}  // namespace

base::Result<Pinned> pin(const Workplace& place, const Request& request, const std::string& actor,
                         const std::string& commit) {
  TAGSMITH_TRY(check_days(place, request));
  const auto tags = TAGSMITH_TRY(asked_tags(place.catalog, request.tags));
  Pinned out{.pins = {.as_of = request.as_of,
                      .partition = request.partition,
                      .zone = request.zone,
                      .upper_bound = request.upper_bound,
                      .started_at = request.started_at,
                      .mode = request.days ? Mode::kIncremental : request.mode,
                      .days = request.days,
                      .all_tags = !request.tags,
                      .users = request.users,
                      .population = place.population,
                      .files = TAGSMITH_TRY(manifest_of(place.data)),
                      .reading = hash_of_reading(place)}};
  if (out.pins.users) {
    std::ranges::sort(*out.pins.users);
    const auto repeated = std::ranges::unique(*out.pins.users);
    out.pins.users->erase(repeated.begin(), repeated.end());
  }
  out.pins.edits = hash_of(TAGSMITH_TRY(place.tags.manual_edits(std::nullopt)));

  std::vector<const Tag*> decided;
  for (const Tag* tag : tags) {
    const auto refusal =
        std::ranges::find(place.checked.refused, tag->id, &catalog::RefusedTag::tag_id);
    if (refusal != place.checked.refused.end()) {
      out.held.push_back(held_tag(*tag, *refusal));
    } else {
      decided.push_back(tag);
    }
  }
  const std::vector<TagState> states = TAGSMITH_TRY(place.runs.tag_states());
  TAGSMITH_TRY(check_not_older(request, decided, states));
  const std::vector<RuleVersion> newest = TAGSMITH_TRY(place.versions.newest_versions());
  for (const Tag* tag : decided) {
    const auto text = place.checked.texts.find(tag->id);
    RuleVersion version =
        version_of(*tag, text == place.checked.texts.end() ? "" : text->second, newest);
    out.pins.tags.push_back({.tag_id = tag->id, .rule_version = version.number});
    const bool is_new = std::ranges::none_of(newest, [&](const RuleVersion& known) {
      return known.tag_id == tag->id && known.number == version.number;
    });
    if (is_new) {
      version.actor = actor;
      version.commit = commit;
      version.recorded_micros = request.started_at;
      out.new_versions.push_back(std::move(version));
    }
  }
  return out;
}

}  // namespace tagsmith::run
