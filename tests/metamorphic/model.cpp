#include "model.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/json.h"
#include "column/days.h"
#include "interpret/interpret.h"
#include "rule/check.h"
#include "rule/printer.h"

namespace tagsmith::metamorphic {
namespace {

using catalog::Tag;
using column::Value;
using Cause = run::HeldTag::Cause;

std::string cell_json(const Value& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return base::json_quoted(*text);
  }
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    return std::to_string(*number);
  }
  const auto* day = std::get_if<std::int32_t>(&cell);
  return day == nullptr ? "null" : base::json_quoted(column::day_text(*day));
}

// The rules of one moment's catalogue over one moment's data.
class Rules {
 public:
  Rules(const World& world, const Model& model, const run::Request& request)
      : world_(world), model_(model), request_(request), schema_(world.schema()) {
    for (const Tag& tag : world.tags) {
      std::vector<rule::TypedRule>& typed = typed_[tag.id];
      for (const catalog::TagRule& rule : tag.rules) {
        const auto checked = rule::check(*rule.expression, schema_, {});
        if (!checked) {
          bad_.insert(tag.id);
          continue;
        }
        for (const std::string& code : rule::tags_of(*checked)) {
          asked_[tag.id].insert(code);
          if (world.find_tag(code) == nullptr) {
            bad_.insert(tag.id);
          }
        }
        typed.push_back(*checked);
      }
    }
  }

  [[nodiscard]] bool is_refused(const Tag& tag) const { return tag.is_active && fails(tag); }
  [[nodiscard]] bool is_bad(const Tag& tag) const { return bad_.contains(tag.id); }

  [[nodiscard]] bool asks(std::int32_t tag, const std::string& code) const {
    const auto asked = asked_.find(tag);
    return asked != asked_.end() && asked->second.contains(code);
  }

  [[nodiscard]] std::string text(std::int32_t tag) const {
    std::string text;
    for (const rule::TypedRule& rule : typed_.at(tag)) {
      text += (text.empty() ? "" : "\n") + rule::print(rule, schema_);
    }
    return text;
  }

  [[nodiscard]] bool reads(std::int32_t tag, std::string_view column) const {
    return std::ranges::any_of(typed_.at(tag), [&](const rule::TypedRule& rule) {
      return std::ranges::any_of(rule::columns_of(rule), [&](column::ColumnId id) {
        return schema_.column(id).name == column;
      });
    });
  }

  /// The evidence of the first rule of the tag that is TRUE, or nothing; `scope` is T.
  [[nodiscard]] std::optional<Member> find(const std::string& user, std::int32_t tag,
                                           const std::set<std::int32_t>& scope) const {
    interpret::Row row;
    for (size_t t = 0; t < world_.tables.size(); ++t) {
      const auto cells = world_.tables[t].rows.find(user);
      for (size_t c = 0; cells != world_.tables[t].rows.end() && c < cells->second.size(); ++c) {
        row[{.table = t, .column = c}] = cells->second[c];
      }
    }
    row[column::kKeyColumn] = user;
    const interpret::Context context{
        .schema = &schema_, .as_of = request_.as_of, .has_tag = [&](std::string_view code) {
          return has_tag(user, code, scope);
        }};
    for (const rule::TypedRule& rule : typed_.at(tag)) {
      if (interpret::evaluate(rule, row, context) == interpret::Truth::kTrue) {
        Member found{.reason = rule::print(rule, schema_), .by_rule = true};
        std::string cells;
        for (const column::ColumnId id : rule::columns_of(rule)) {
          cells += fmt::format("{}{}:{}", cells.empty() ? "" : ",",
                               base::json_quoted(schema_.display_name(id)),
                               row.contains(id) ? cell_json(row[id]) : "null");
        }
        found.value = "{" + cells + "}";
        return found;
      }
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool fails(const Tag& tag) const {
    if (is_bad(tag)) {
      return true;
    }
    return std::ranges::any_of(world_.tags, [&](const Tag& other) {
      return asks(tag.id, other.code) && is_refused(other);
    });
  }

  [[nodiscard]] bool has_tag(const std::string& user, std::string_view code,
                             const std::set<std::int32_t>& scope) const {
    const std::int32_t tag = world_.find_tag(std::string(code))->id;
    if (!scope.contains(tag)) {
      const auto row = model_.rows.find(user);
      return row != model_.rows.end() && row->second.tags.contains(tag);
    }
    const auto holds = [&](bool block) {
      const auto edit = model_.edits.find({user, tag, block});
      return edit != model_.edits.end() &&
             (!edit->second.expires_at || *edit->second.expires_at > request_.started_at);
    };
    return !holds(true) && (holds(false) || find(user, tag, scope).has_value());
  }

  const World& world_;
  const Model& model_;
  const run::Request& request_;
  column::Schema schema_;
  std::map<std::int32_t, std::vector<rule::TypedRule>> typed_;
  std::map<std::int32_t, std::set<std::string>> asked_;
  std::set<std::int32_t> bad_;
};

bool is_income_unreadable(const std::vector<Value>& cells, size_t column) {
  const auto* text = std::get_if<std::string>(&cells[column]);
  return text != nullptr && *text == "n/a";
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

bool was_changed(const World& world, const std::string& user, std::int32_t first_day) {
  const Table& people = world.tables.back();
  const auto row = people.rows.find(user);
  if (row == people.rows.end()) {
    return false;
  }
  for (size_t c = 0; c < people.columns.size(); ++c) {
    const auto* day = std::get_if<std::int32_t>(&row->second[c]);
    if (people.columns[c].name == kChangedAt && day != nullptr) {
      return *day >= first_day;
    }
  }
  return false;
}

std::set<std::string> known_users(const World& world, const Model& model) {
  std::set<std::string> users;
  for (const std::string& user : all_users()) {
    if (world.has(user) || model.rows.contains(user)) {
      users.insert(user);
    }
  }
  return users;
}

}  // namespace

std::string Member::json() const {
  std::string text =
      fmt::format(R"({{"value":{},"reason":{},"source":"{}")", value, base::json_quoted(reason),
                  by_rule && by_grant ? "rule+manual"
                  : by_rule           ? "rule"
                                      : "manual");
  if (by_grant) {
    text += fmt::format(R"(,"actor":{})", base::json_quoted(actor));
  }
  text += fmt::format(R"(,"hit_time":"{}","rule_version":{})", membership::time_text(hit_time),
                      rule_version);
  if (expires_at) {
    text += fmt::format(R"(,"expires_at":"{}")", membership::time_text(*expires_at));
  }
  return text + "}";
}

const ModelEdit* Model::holding(const std::string& user, std::int32_t tag, bool block,
                                Micros now) const {
  const auto edit = edits.find({user, tag, block});
  const bool holds =
      edit != edits.end() && (!edit->second.expires_at || *edit->second.expires_at > now);
  return holds ? &edit->second : nullptr;
}

std::optional<Member> Model::member(const std::string& user, std::int32_t tag) const {
  const auto row = rows.find(user);
  if (row == rows.end() || !row->second.tags.contains(tag)) {
    return std::nullopt;
  }
  return row->second.tags.at(tag);
}

// (a rule is TRUE or a grant holds) and no block holds; a membership that lasts keeps its evidence.
std::optional<Member> Model::decide(const std::string& user, std::int32_t tag,
                                    const std::optional<Member>& stored, const Member* found,
                                    Micros now) const {
  const ModelEdit* grant = holding(user, tag, false, now);
  if (holding(user, tag, true, now) != nullptr || (found == nullptr && grant == nullptr)) {
    return std::nullopt;
  }
  Member member = stored ? *stored : found != nullptr ? *found : Member{.reason = grant->reason};
  if (!stored) {
    member.hit_time = now;
  }
  member.by_rule = found != nullptr;
  member.by_grant = grant != nullptr;
  member.actor = grant != nullptr ? grant->actor : "";
  member.expires_at = grant != nullptr ? grant->expires_at : std::nullopt;
  return member;
}

void Model::write(const std::string& user,
                  const std::map<std::int32_t, std::optional<Member>>& tags, std::int64_t run,
                  Micros now) {
  bool differs = false;
  for (const auto& [tag, after] : tags) {
    const std::optional<Member> before = member(user, tag);
    if (before == after) {
      continue;
    }
    differs = true;
    ModelRow& row = rows[user];
    if (!after) {
      feed.push_back({run, 'l', user, tag, before->json(), now});
      row.tags.erase(tag);
      continue;
    }
    row.tags[tag] = *after;
    if (!before) {
      feed.push_back({run, 'e', user, tag, after->json(), now});
    }
  }
  if (differs) {
    ModelRow& row = rows[user];
    row.created = row.created == 0 ? now : row.created;
    row.updated = now;
  }
}

Expected Model::plan(const World& world, const run::Request& request,
                     const run::Consent& consent) const {
  Expected out;
  out.request = request;
  const auto refuse = [](std::string_view symbol) {
    Expected refused;
    refused.refusal = symbol;
    return refused;
  };
  const Rules rules(world, *this, request);

  // T
  std::set<std::int32_t> scope;
  for (const std::string& code : request.tags.value_or(std::vector<std::string>())) {
    if (!world.find_tag(code)->is_active) {
      return refuse(run::kRunTag);
    }
  }
  for (const Tag& tag : world.tags) {
    const bool is_asked =
        !request.tags || std::ranges::find(*request.tags, tag.code) != request.tags->end();
    if (!tag.is_active || !is_asked) {
      continue;
    }
    if (rules.is_refused(tag)) {
      out.held[tag.id] = {rules.is_bad(tag) ? Cause::kRefused : Cause::kDependsOn, {}};
    } else {
      scope.insert(tag.id);
    }
  }
  for (const std::int32_t tag : scope) {
    const auto state = states.find(tag);
    if (!request.rewind && state != states.end() && state->second.last_run > 0 &&
        request.as_of < state->second.last_as_of) {
      return refuse(run::kRunRewind);
    }
  }
  for (const Tag& tag : world.tags) {
    if (scope.contains(tag.id)) {
      const Expected::Version version{rules.text(tag.id), tag.grant_days};
      const auto known = versions.find(tag.id);
      const size_t count = known == versions.end() ? 0 : known->second.size();
      const bool is_new = count == 0 || known->second.back() != version;
      out.versions[tag.id] = static_cast<int>(count) + (is_new ? 1 : 0);
      if (is_new) {
        out.new_versions[tag.id] = version;
      }
    }
  }

  // U, and what the rules say of it
  std::set<std::string> users;
  for (const std::string& user : known_users(world, *this)) {
    const bool is_named =
        !request.users || std::ranges::find(*request.users, user) != request.users->end();
    const bool is_recent =
        !request.days ||
        (world.has(user) &&
         (!rows.contains(user) || was_changed(world, user, request.as_of - *request.days)));
    if (is_named && is_recent) {
      users.insert(user);
    }
  }
  out.users = users.size();
  if (request.users) {
    const std::set<std::string> known = known_users(world, *this);
    for (const std::string& user : std::set(request.users->begin(), request.users->end())) {
      if (!known.contains(user)) {
        out.unknown_users.push_back(user);
      }
    }
  }
  std::map<std::string, Expected::User> found;
  std::map<std::string, std::map<std::int32_t, std::optional<Member>>> after;
  for (const std::string& user : users) {
    Expected::User& one = found[user];
    one.in_input = world.has(user);
    for (const std::int32_t tag : scope) {
      const std::optional<Member> stored = member(user, tag);
      auto evidence = one.in_input ? rules.find(user, tag, scope) : std::nullopt;
      if (evidence) {
        evidence->rule_version = out.versions[tag];
        if (stored) {  // needs none
          evidence->value = "null";
          evidence->reason = "";
        }
        one.found[tag] = *evidence;
      }
      after[user][tag] =
          decide(user, tag, stored, evidence ? &*evidence : nullptr, request.started_at);
    }
  }

  // Guards
  for (const auto& [user, row] : rows) {
    for (const auto& [tag, member] : row.tags) {
      if (scope.contains(tag)) {
        ++out.counts[tag].before;
      }
    }
  }
  const auto count_gone = [&](const std::set<std::int32_t>& tags) {
    std::uint64_t gone = 0;
    for (const auto& [user, by_tag] : after) {
      gone += !world.has(user) && std::ranges::any_of(tags, [&](std::int32_t tag) {
        const auto stored = member(user, tag);
        return stored && stored->by_rule && !by_tag.at(tag);
      });
    }
    return gone;
  };
  for (const std::int32_t tag : scope) {
    Expected::Counts& counts = out.counts[tag];
    for (const auto& [user, by_tag] : after) {
      const bool was = member(user, tag).has_value();
      counts.entered += !was && by_tag.at(tag);
      const bool leaves = was && !by_tag.at(tag);
      const bool is_blocked = holding(user, tag, true, request.started_at) != nullptr;
      counts.left += leaves;
      counts.left_by_hand += leaves && (!member(user, tag)->by_rule ||
                                        (is_blocked && found[user].found.contains(tag)));
    }
  }
  std::vector<std::pair<std::string, std::int32_t>> trips;  // 0: of the run
  for (const Table& table : world.tables) {
    out.seen.rows[table.name] = table.rows.size();
  }
  out.seen.reads_income =
      std::ranges::any_of(scope, [&](std::int32_t tag) { return rules.reads(tag, kIncome); });
  if (last_good_) {
    for (const Table& table : world.tables) {
      const std::uint64_t last = last_good_->rows.at(table.name);
      if (last > 0 && percent(table.rows.size(), last) < world.guards.input_rows_percent) {
        trips.emplace_back("input_rows:" + table.name, 0);
      }
      if (percent(table.null_keys, table.null_keys + table.rows.size()) >
          world.guards.null_keys_percent) {
        trips.emplace_back("null_keys:" + table.name, 0);
      }
    }
    if (percent(count_gone(scope), rows.size()) > world.guards.gone_percent) {
      trips.emplace_back("gone", 0);
    }
    const Table& people = world.tables.back();
    std::uint64_t unreadable = 0;
    for (const auto& [user, cells] : people.rows) {
      unreadable += is_income_unreadable(cells, 3);
    }
    if (out.seen.reads_income &&
        percent(unreadable, people.rows.size()) > world.guards.unreadable_percent) {
      trips.emplace_back(fmt::format("unreadable:people.{}", kIncome), 0);
    }
  }
  for (const Tag& tag : world.tags) {
    const auto state = states.find(tag.id);
    if (!scope.contains(tag.id) || state == states.end() || state->second.last_version == 0) {
      continue;
    }
    const Expected::Counts& counts = out.counts[tag.id];
    const auto trip = [&](std::string_view guard) {
      trips.emplace_back(fmt::format("{}:{}", guard, tag.code), tag.id);
    };
    const bool is_large = counts.before >= tag.guards.members_min;
    const std::uint64_t left = counts.left - counts.left_by_hand;
    const std::uint64_t before = counts.before - counts.left_by_hand;
    if (tag.guards.to_zero && before > 0 && before + counts.entered == left) {
      trip("to_zero");
    } else if (is_large && percent(left, counts.before) > tag.guards.lost_percent) {
      trip("lost");
    }
    if (is_large && percent(counts.entered, counts.before) > tag.guards.gained_percent) {
      trip("gained");
    }
    const auto& old = versions.at(tag.id).at(static_cast<size_t>(state->second.last_version) - 1);
    if (old.text != rules.text(tag.id)) {
      trip("rule_changed");
    }
  }
  for (const auto& [name, tag] : trips) {
    if (std::ranges::find(consent.accept, name) != consent.accept.end()) {
      continue;
    }
    if (tag == 0) {
      out.run_trips.insert(name);
    } else if (consent.is_shown && name.starts_with("rule_changed:")) {
      out.to_accept.insert(name);
    } else {
      out.held[tag].cause = Cause::kGuard;
      out.held[tag].trips.insert(name);
    }
  }
  for (bool grows = true; grows;) {
    grows = false;
    for (const std::int32_t tag : scope) {
      for (const Tag& other : world.tags) {
        if (!out.held.contains(tag) && scope.contains(other.id) && out.held.contains(other.id) &&
            rules.asks(tag, other.code)) {
          out.held[tag] = {Cause::kDependsOn, {}};
          grows = true;
        }
      }
    }
  }
  for (const std::int32_t tag : scope) {
    if (!out.held.contains(tag)) {
      out.scope.insert(tag);
    } else {
      out.counts.erase(tag);
      for (const Tag& one : world.tags) {
        if (one.id == tag) {
          out.to_accept.erase("rule_changed:" + one.code);
        }
      }
    }
  }
  out.gone = count_gone(out.scope);

  // The users whose rows will differ
  for (auto& [user, one] : found) {
    const bool differs = std::ranges::any_of(
        out.scope, [&](std::int32_t tag) { return member(user, tag) != after[user][tag]; });
    if (differs) {
      std::erase_if(one.found, [&](const auto& tag) { return !out.scope.contains(tag.first); });
      out.changed[user] = one;
    }
  }
  return out;
}

std::vector<std::string> Model::trips(const World& world, const run::Request& request) const {
  const Expected expected = plan(world, request, {});
  std::vector<std::string> names(expected.run_trips.begin(), expected.run_trips.end());
  for (const auto& [tag, held] : expected.held) {
    names.insert(names.end(), held.trips.begin(), held.trips.end());
  }
  return names;
}

void Model::store_plan(const Expected& expected) {
  for (const auto& [tag, version] : expected.new_versions) {
    versions[tag].push_back(version);
  }
  pending_.emplace();
  pending_->expected = expected;
  pending_->next = pending_->expected.changed.begin();
}

void Model::publish_until(std::uint64_t chunks) {
  TAGSMITH_ASSERT(pending_);
  const Expected& expected = pending_->expected;
  for (; pending_->chunks < chunks; ++pending_->chunks) {
    for (size_t i = 0; i < kUsersOfAChunk && pending_->next != expected.changed.end(); ++i) {
      const auto& [user, one] = *pending_->next++;
      std::map<std::int32_t, std::optional<Member>> after;
      std::map<std::int32_t, std::optional<Member>> before;
      for (const std::int32_t tag : expected.scope) {
        const auto found = one.found.find(tag);
        before[tag] = member(user, tag);
        after[tag] =
            decide(user, tag, before[tag], found == one.found.end() ? nullptr : &found->second,
                   expected.request.started_at);
      }
      write(user, after, last_run, expected.request.started_at);
      for (const std::int32_t tag : expected.scope) {
        if (before[tag] != after[tag]) {
          pending_->written[{user, tag}] = {before[tag], after[tag], feed.size()};
        }
      }
    }
  }
}

void Model::publish_all() {
  publish_until((pending_->expected.changed.size() + kUsersOfAChunk - 1) / kUsersOfAChunk);
}

void Model::finish() {
  TAGSMITH_ASSERT(pending_);
  const Expected& expected = pending_->expected;
  const run::Request& request = expected.request;
  feed.push_back({last_run, 'p', "", 0, "", request.started_at});
  for (const std::int32_t tag : expected.scope) {
    const bool is_for_all = !request.days && !request.users;
    states[tag] = {last_run, request.as_of,
                   is_for_all ? expected.versions.at(tag) : states[tag].last_version, false};
  }
  for (const auto& [tag, held] : expected.held) {
    states[tag].is_stale = true;
  }
  if (!request.days && !request.users && !request.tags) {
    last_good_ = expected.seen;
  }
  pending_.reset();
}

// What the run wrote and nobody changed since becomes what it was; a block that holds is respected,
// and so is that a grant was taken away.
void Model::abandon(Micros now) {
  if (pending_) {
    std::map<std::string, std::map<std::int32_t, std::optional<Member>>> before;
    for (const auto& [key, written] : pending_->written) {
      const auto& [user, tag] = key;
      const bool changed_since =
          std::any_of(feed.begin() + static_cast<std::ptrdiff_t>(written.feed_rows), feed.end(),
                      [&](const FeedLine& line) {
                        return line.run == 0 && line.user == user && line.tag == tag;
                      });
      const bool comes_back = !written.after && written.before;
      const bool grant_is_gone =
          written.before && !written.before->by_rule && !edits.contains(EditKey{user, tag, false});
      if (!changed_since && !grant_is_gone && member(user, tag) == written.after &&
          !(comes_back && holding(user, tag, true, now) != nullptr)) {
        before[user][tag] = written.before;
      }
    }
    for (const auto& [user, tags] : before) {
      write(user, tags, last_run, now);
    }
  }
  feed.push_back({last_run, 'a', "", 0, "", now});
  pending_.reset();
}

void Model::edit(const std::vector<EditStep>& steps, Micros now) {
  std::map<std::string, std::set<std::int32_t>> touched;
  for (const EditStep& step : steps) {
    if (step.edit) {
      edits[step.key] = *step.edit;
    } else {
      edits.erase(step.key);
    }
    touched[std::get<0>(step.key)].insert(std::get<1>(step.key));
  }
  for (const auto& [user, tags] : touched) {
    std::map<std::int32_t, std::optional<Member>> after;
    for (const std::int32_t tag : tags) {
      const std::optional<Member> stored = member(user, tag);
      const bool by_rule = stored && stored->by_rule;
      after[tag] = decide(user, tag, stored, by_rule ? &*stored : nullptr, now);
    }
    write(user, after, 0, now);
  }
}

}  // namespace tagsmith::metamorphic
