#include "walk.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "column/days.h"
#include "rule/printer.h"

namespace tagsmith::metamorphic {
namespace {

using membership::FeedRow;
using membership::ManualEdit;
using run::RunState;
using Cause = run::HeldTag::Cause;

std::string edit_text(const Model::EditKey& key, const ModelEdit& edit) {
  const auto& [user, tag, block] = key;
  return fmt::format("{} {} {} by {} for {} at {} until {}", user, tag, block ? "block" : "grant",
                     edit.actor, edit.reason, edit.made_at,
                     edit.expires_at ? std::to_string(*edit.expires_at) : "ever");
}

std::string feed_text(const FeedLine& line) {
  return fmt::format("run {} {} {} {} {} at {}", line.run, line.kind, line.user, line.tag,
                     line.detail, line.time);
}

std::string state_text(std::int32_t tag, const ModelTagState& state) {
  return fmt::format("tag {} run {} day {} version {}{}", tag, state.last_run, state.last_as_of,
                     state.last_version, state.is_stale ? " stale" : "");
}

std::string row_text(const std::string& user, const ModelRow& row) {
  std::string text = fmt::format("{} made {} changed {}", user, row.created, row.updated);
  for (const auto& [tag, member] : row.tags) {
    text += fmt::format("\n    {}: {}", tag, member.json());
  }
  return text;
}

// The first difference of two lists of lines, or nothing.
std::optional<std::string> difference(std::string_view what, const std::vector<std::string>& store,
                                      const std::vector<std::string>& model) {
  if (store == model) {
    return std::nullopt;
  }
  const auto [s, m] = std::mismatch(store.begin(), store.end(), model.begin(), model.end());
  return fmt::format("{} {}\n  store: {}\n  model: {}", what, s - store.begin(),
                     s == store.end() ? "nothing" : *s, m == model.end() ? "nothing" : *m);
}

std::string_view name_of(store::Fault fault) {
  switch (fault) {
    case store::Fault::kKilledBefore:
      return "killed before a step";
    case store::Fault::kKilledAfter:
      return "killed after a step";
    case store::Fault::kRequestLost:
      return "request lost";
    case store::Fault::kAnswerLost:
      return "answer lost";
    case store::Fault::kDeadlock:
      break;
  }
  return "deadlock";
}

ManualEdit to_edit(const Model::EditKey& key, const ModelEdit& edit) {
  const auto& [user, tag, block] = key;
  return {.user_id = user,
          .tag_id = tag,
          .kind = block ? ManualEdit::Kind::kBlock : ManualEdit::Kind::kGrant,
          .actor = edit.actor,
          .reason = edit.reason,
          .made_at = edit.made_at,
          .expires_at = edit.expires_at};
}

std::string source_of(const Member& member) {
  return member.by_rule && member.by_grant ? "rule and grant" : member.by_rule ? "rule" : "grant";
}

std::set<std::string> split(const std::string& text, std::string_view by) {
  std::set<std::string> parts;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(by, begin), text.size());
    parts.insert(text.substr(begin, end - begin));
    begin = end + by.size();
  }
  return parts;
}

// --- what store and model hold, a line each

std::string feed_text(const FeedRow& row) {
  static const std::map<FeedRow::Kind, char> kinds = {{FeedRow::Kind::kEntered, 'e'},
                                                      {FeedRow::Kind::kLeft, 'l'},
                                                      {FeedRow::Kind::kPublished, 'p'},
                                                      {FeedRow::Kind::kAbandoned, 'a'}};
  return feed_text(FeedLine{.run = row.run_id,
                            .kind = kinds.at(row.kind),
                            .user = row.user_id,
                            .tag = row.tag_id,
                            .detail = row.detail,
                            .time = row.time});
}

std::vector<std::string> rows_of(membership::TagStore& tags) {
  std::vector<std::string> lines;
  const auto users = tags.users().value();
  while (const auto user = users->next().value()) {
    const membership::StoredUser row = *tags.user(user->user_id).value();
    std::string text =
        fmt::format("{} made {} changed {}", row.user_id, row.created_time, row.updated_time);
    for (const membership::StoredTag& tag : row.tags) {
      text += fmt::format("\n    {}: {}", tag.tag_id, tag.detail);
    }
    lines.push_back(std::move(text));
  }
  return lines;
}

std::vector<std::string> rows_of(const Model& model) {
  std::vector<std::string> lines;
  for (const auto& [user, row] : model.rows) {
    lines.push_back(row_text(user, row));
  }
  return lines;
}

std::vector<std::string> edits_of(membership::TagStore& tags) {
  std::vector<std::string> lines;
  const std::vector<ManualEdit> edits = tags.manual_edits(std::nullopt).value();
  for (const ManualEdit& edit : edits) {
    lines.push_back(edit_text({edit.user_id, edit.tag_id, edit.kind == ManualEdit::Kind::kBlock},
                              {edit.actor, edit.reason, edit.made_at, edit.expires_at}));
  }
  return lines;
}

std::vector<std::string> edits_of(const Model& model) {
  std::vector<std::string> lines;
  for (const auto& [key, edit] : model.edits) {
    lines.push_back(edit_text(key, edit));
  }
  return lines;
}

std::vector<std::string> states_of(run::RunStore& runs) {
  std::vector<std::string> lines;
  const std::vector<run::TagState> states = runs.tag_states().value();
  for (const run::TagState& state : states) {
    lines.push_back(state_text(state.tag_id, {state.last_run, state.last_as_of,
                                              state.last_rule_version, state.stale.has_value()}));
  }
  return lines;
}

std::vector<std::string> states_of(const Model& model) {
  std::vector<std::string> lines;
  for (const auto& [tag, state] : model.states) {
    lines.push_back(state_text(tag, state));
  }
  return lines;
}

std::vector<std::string> versions_of(catalog::CatalogStore& store) {
  std::vector<std::string> lines;
  const std::vector<catalog::RuleVersion> versions = store.newest_versions().value();
  for (const catalog::RuleVersion& version : versions) {
    lines.push_back(
        fmt::format("tag {} version {}: {}", version.tag_id, version.number, version.text));
  }
  return lines;
}

std::vector<std::string> versions_of(const Model& model) {
  std::vector<std::string> lines;
  for (const auto& [tag, versions] : model.versions) {
    lines.push_back(
        fmt::format("tag {} version {}: {}", tag, versions.size(), versions.back().text));
  }
  return lines;
}

}  // namespace

Walk::Walk(std::uint64_t seed, Counts& counts) : counts_(counts) {
  Dice dice(seed);
  world_ = random_world(dice);
}

std::optional<std::string> Walk::step(std::uint64_t seed) {
  Dice dice(seed);
  log_.emplace_back();
  world_.now += kHour * dice.between(1, 30);
  const int kind = dice.between(1, 100);
  if (kind <= 17) {
    change_cells(dice);
  } else if (kind <= 25) {
    change_users(dice);
  } else if (kind <= 37) {
    change_rules(dice);
  } else if (kind <= 42) {
    change_settings(dice);
  } else if (kind <= 62) {
    return edit(dice);
  } else {
    return run(dice);
  }
  return std::nullopt;
}

void Walk::change_cells(Dice& dice) {
  if (!past_tables_.empty() && dice.chance(20)) {
    count("step: cells are again what they were");
    tell("cells are again what they were");
    world_.tables = dice.one_of(past_tables_);
    return;
  }
  past_tables_.push_back(world_.tables);
  for (int i = dice.between(1, 6); i > 0; --i) {
    Table& table = world_.tables[dice.below(world_.tables.size())];
    if (!table.rows.empty()) {
      auto row = table.rows.begin();
      std::advance(row, dice.below(table.rows.size()));
      row->second = random_cells(table, world_.as_of, dice);
      tell(fmt::format("cells of {} in {}", row->first, table.name));
    }
  }
  count("step: cells");
}

void Walk::change_users(Dice& dice) {
  past_tables_.push_back(world_.tables);
  Table& table = world_.tables[dice.below(world_.tables.size())];
  switch (dice.between(0, 9)) {
    case 0:
      std::erase_if(table.rows, [&](const auto&) { return dice.chance(60); });
      tell("most rows of " + table.name + " are missing");
      count("step: a table shrinks");
      return;
    case 1:
      table.null_keys = table.null_keys == 0 ? 1 : 0;
      tell("a row without a key in " + table.name);
      count("step: rows without a key");
      return;
    default:
      break;
  }
  for (int i = dice.between(1, 4); i > 0; --i) {
    const std::string& user = dice.one_of(all_users());
    if (dice.chance(50)) {
      table.rows[user] = random_cells(table, world_.as_of, dice);
      tell("user " + user + " comes to " + table.name);
    } else {
      for (Table& one : world_.tables) {
        one.rows.erase(user);
      }
      tell("user " + user + " goes");
    }
  }
  count("step: users");
}

void Walk::change_rules(Dice& dice) {
  if (dice.chance(10)) {
    if (const std::int32_t id = add_tag(world_, dice); id != 0) {
      world_.tag(id).rules = random_rules(world_, id, dice);
      tell(fmt::format("new tag {}", id));
      count("step: new tag");
    }
    return;
  }
  catalog::Tag& tag = world_.tags[dice.below(world_.tags.size())];
  auto& past = past_rules_[tag.id];
  past.push_back(tag.rules);
  const int kind = dice.between(1, 10);
  if (kind <= 2) {
    tag.rules.push_back(bad_rule(dice));
    count("step: rule is refused");
  } else if (kind <= 6) {
    tag.rules = dice.one_of(past);
    std::erase_if(tag.rules, [&](const auto&) { return tag.rules.size() > 1 && dice.chance(20); });
    count("step: rule is again what it was");
  } else if (kind == 7) {
    tag.rules.clear();
    count("step: tag becomes manual");
  } else {
    tag.rules = random_rules(world_, tag.id, dice);
    count("step: rule");
  }
  tell(fmt::format("rules of tag {}", tag.id));
  for (const catalog::TagRule& rule : tag.rules) {
    tell(rule::print(*rule.expression));
  }
}

void Walk::change_settings(Dice& dice) {
  catalog::Tag* chosen = &world_.tags[dice.below(world_.tags.size())];
  for (catalog::Tag& one : world_.tags) {
    chosen = one.is_active || dice.chance(50) ? chosen : &one;
  }
  catalog::Tag& tag = *chosen;
  switch (dice.between(0, 3)) {
    case 0:
    case 1:
      tag.is_active = !tag.is_active;
      tell(fmt::format("tag {} is {}active", tag.id, tag.is_active ? "" : "not "));
      count(tag.is_active ? "step: tag is active again" : "step: tag is not active");
      break;
    case 2:
      tag.grant_days = tag.grant_days ? std::nullopt : std::optional(dice.between(1, 30));
      tell(fmt::format("grants of tag {} last {}", tag.id, tag.grant_days.value_or(0)));
      count("step: expiry of grants");
      break;
    default:
      world_.population = world_.population.empty() ? "people" : "";
      tell("population " + world_.population);
      count("step: population");
  }
}

std::optional<std::string> Walk::edit(Dice& dice) {
  std::vector<Model::EditStep> steps;
  membership::EditRequest request{.set = {}, .remove = {}, .stamp = {.time = world_.now}};
  for (int i = dice.between(1, 4); i > 0; --i) {
    Model::EditStep step;
    if (!model_.edits.empty() && dice.chance(35)) {
      auto known = model_.edits.begin();
      std::advance(known, dice.below(model_.edits.size()));
      step.key = known->first;
    } else {
      const std::int32_t tag = world_.tags[dice.below(world_.tags.size())].id;
      std::string user = dice.one_of(all_users());
      if (!model_.rows.empty() && dice.chance(40)) {
        auto known = model_.rows.begin();
        std::advance(known, dice.below(model_.rows.size()));
        user = known->first;
      }
      step.key = {user, tag, dice.chance(40)};
    }
    const auto& [user, tag, block] = step.key;
    if (std::ranges::any_of(steps, [&](const auto& one) { return one.key == step.key; })) {
      continue;
    }
    const std::string what = block ? "block" : "grant";
    if (model_.edits.contains(step.key) && dice.chance(60)) {
      request.remove.push_back(to_edit(step.key, model_.edits.at(step.key)));
      count("step: " + what + " is taken away");
      tell(fmt::format("no {} of {} for {}", what, tag, user));
    } else {
      step.edit = {.actor = dice.chance(50) ? "ann" : "bob",
                   .reason = dice.chance(50) ? "asked" : "a \"gift\"",
                   .made_at = world_.now,
                   .expires_at = std::nullopt};
      if (dice.chance(50)) {
        step.edit->expires_at = world_.now + kHour * dice.between(1, 72);
      }
      request.set.push_back(to_edit(step.key, *step.edit));
      count("step: " + what + (step.edit->expires_at ? " with an end" : ""));
      tell(edit_text(step.key, *step.edit));
    }
    steps.push_back(step);
  }
  const auto before = model_.rows;
  const size_t feed_before = model_.feed.size();
  const auto counts = shop_.store().tags().edit(request);
  if (!counts) {
    return "the edit fails: " + counts.error().message;
  }
  model_.edit(steps, world_.now);
  count_transitions(before, feed_before);
  if (Found found = check_store()) {
    return found;
  }
  if (!request.remove.empty() || request.set.empty() || !dice.chance(25)) {
    return std::nullopt;
  }
  count("step: edits are taken back");
  tell("taken back");
  for (Model::EditStep& step : steps) {
    step.edit.reset();
  }
  const auto undone =
      shop_.store().tags().edit({.set = {}, .remove = request.set, .stamp = {.time = world_.now}});
  if (!undone) {
    return "the edit cannot be taken back: " + undone.error().message;
  }
  model_.edit(steps, world_.now);
  return check_store();
}

run::Request Walk::request(Dice& dice) {
  if (dice.chance(40)) {
    world_.as_of += dice.between(1, 2);
  }
  run::Request request{.as_of = world_.as_of, .partition = "2025-11-22", .started_at = world_.now};
  if (dice.chance(6)) {
    request.as_of -= dice.between(1, 3);
    request.rewind = dice.chance(50);
  }
  const int kind = dice.between(1, 10);
  std::string name = "full";
  if (kind <= 5) {
    request.mode = run::Mode::kIncremental;
    name = "incremental";
  } else if (kind == 6) {
    request.days = dice.between(0, 6);
    name = "days";
  }
  if (dice.chance(25)) {
    request.tags.emplace();
    for (const catalog::Tag& tag : world_.tags) {
      if ((tag.is_active || dice.chance(5)) && dice.chance(45)) {
        request.tags->push_back(tag.code);
      }
    }
    if (request.tags->empty()) {
      request.tags.reset();
    }
    name += request.tags ? ", some tags" : "";
  }
  if (dice.chance(20)) {
    request.users.emplace();
    for (const std::string& user : all_users()) {
      if (dice.chance(40)) {
        request.users->push_back(user);
      }
    }
    std::ranges::sort(*request.users);
    name += ", some users";
  }
  count("run: " + name);
  tell(fmt::format("run {} as of {} {} tags [{}] users [{}]{}", name, request.as_of,
                   request.days ? fmt::format("{} days", *request.days) : "",
                   fmt::join(request.tags.value_or(std::vector<std::string>()), " "),
                   fmt::join(request.users.value_or(std::vector<std::string>()), " "),
                   request.rewind ? " rewind" : ""));
  return request;
}

std::optional<std::string> Walk::run(Dice& dice) {
  const run::Request asked = request(dice);
  run::Consent consent;
  consent.is_shown = dice.chance(50);
  const bool accepts_all = dice.chance(60);
  const std::vector<std::string> trips = model_.trips(world_, asked);
  for (const std::string& trip : trips) {
    count("guard: " + trip.substr(0, trip.find(':')));
    if (accepts_all || dice.chance(30)) {
      consent.accept.push_back(trip);
      count("accepted: " + trip.substr(0, trip.find(':')));
    }
  }
  tell(fmt::format("accept [{}]{}", fmt::join(consent.accept, " "),
                   consent.is_shown ? " shown" : ""));
  const Expected expected = model_.plan(world_, asked, consent);
  if (dice.chance(35)) {
    return run_with_fault(asked, consent, expected, dice);
  }
  const auto before = model_.rows;
  const size_t feed_before = model_.feed.size();
  const auto done = shop_.run(world_, asked, consent);
  if (!done) {
    return check_refusal(done.error(), expected);
  }
  if (Found found = check_done(*done, expected)) {
    return found;
  }
  count_transitions(before, feed_before);
  if (Found found = check_store()) {
    return found;
  }
  // With --days a user who got a row is new no more: a tag that was held meets other users now.
  const bool sees_the_same = !asked.days || expected.held.empty();
  return done->is_held || !sees_the_same ? std::nullopt : check_again(asked, consent);
}

std::optional<std::string> Walk::check_refusal(const base::Error& error, const Expected& expected) {
  count("refused: " + error.symbol);
  if (error.symbol != expected.refusal) {
    return fmt::format("the run is refused with {} ({}), expected was {}", error.symbol,
                       error.message, expected.refusal.empty() ? "a run" : expected.refusal);
  }
  return check_store();
}

std::optional<std::string> Walk::check_plan(const run::PlanOutcome& outcome,
                                            const Expected& expected) const {
  std::vector<std::string> plan;
  std::vector<std::string> model;
  const run::PlanSummary& summary = outcome.plan.summary;
  const bool reads_nothing = summary.tables.empty();
  for (const run::Trip& trip : outcome.run_trips) {
    plan.push_back(trip.name);
  }
  std::ranges::sort(plan);
  if (!reads_nothing) {
    model.assign(expected.run_trips.begin(), expected.run_trips.end());
  }
  if (Found found = difference("guards of the run", plan, model)) {
    return found;
  }
  plan.clear();
  for (const run::Trip& trip : outcome.to_accept) {
    plan.push_back(trip.name);
  }
  std::ranges::sort(plan);
  model.assign(expected.to_accept.begin(), expected.to_accept.end());
  if (Found found = difference("what is to be accepted", plan, model)) {
    return found;
  }
  plan.clear();
  model.clear();
  for (const run::HeldTag& held : summary.held) {
    plan.push_back(fmt::format("{} {} {}", held.tag_id, name_of(held.cause),
                               fmt::join(split(held.accept, " --accept "), " ")));
  }
  for (const auto& [tag, held] : expected.held) {
    model.push_back(fmt::format("{} {} {}", tag, name_of(held.cause), fmt::join(held.trips, " ")));
  }
  if (Found found = difference("held tags", plan, model)) {
    return found;
  }
  plan.clear();
  model.clear();
  for (const run::TagPlan& tag : summary.tags) {
    plan.push_back(fmt::format("{} before {} entered {} left {}", tag.tag_id, tag.before,
                               tag.entered, tag.left));
  }
  for (const std::int32_t tag : expected.scope) {
    const auto counts = expected.counts.find(tag);
    const Expected::Counts none;
    const Expected::Counts& one = counts == expected.counts.end() ? none : counts->second;
    model.push_back(
        fmt::format("{} before {} entered {} left {}", tag, one.before, one.entered, one.left));
  }
  if (Found found = difference("the plan of tags", plan, model)) {
    return found;
  }
  plan = {fmt::format("users {} changed {} gone {} unknown {}", reads_nothing ? 0 : summary.users,
                      summary.changed_users, summary.gone, fmt::join(summary.unknown_users, " "))};
  model = {fmt::format("users {} changed {} gone {} unknown {}", reads_nothing ? 0 : expected.users,
                       expected.changed.size(), expected.gone,
                       fmt::join(expected.unknown_users, " "))};
  return difference("the plan", plan, model);
}

std::optional<std::string> Walk::check_done(const Shop::Run& done, const Expected& expected) {
  if (!expected.refusal.empty()) {
    return "the run should be refused with " + expected.refusal;
  }
  if (Found found = check_plan(done.outcome, expected)) {
    return found;
  }
  for (const auto& [tag, held] : expected.held) {
    count(fmt::format("held: {}", name_of(held.cause)));
  }
  const run::PlanSummary& summary = done.outcome.plan.summary;
  model_.begin();
  if (done.is_held) {
    count("run is held");
    return std::nullopt;
  }
  count(summary.tables.empty() ? "published without reading" : "published");
  const membership::PublishCounts planned{
      .rows_written = summary.changed_users, .entered = summary.entered, .left = summary.left};
  if (done.counts != planned) {
    return fmt::format("planned are {} rows, {} gains, {} losses; written are {}, {}, {}",
                       planned.rows_written, planned.entered, planned.left,
                       done.counts.rows_written, done.counts.entered, done.counts.left);
  }
  model_.store_plan(expected);
  model_.publish_all();
  model_.finish();
  return std::nullopt;
}

// A second run would write nothing.
std::optional<std::string> Walk::check_again(const run::Request& request,
                                             const run::Consent& consent) {
  const auto again = shop_.plan(world_, request, consent);
  if (!again) {
    return "the second plan fails: " + again.error().message;
  }
  if (again->plan.summary.changed_users != 0) {
    return fmt::format("a second run would change {} users", again->plan.summary.changed_users);
  }
  count("second run writes nothing");
  return std::nullopt;
}

// --- runs that do not come to their end at once

std::optional<std::string> Walk::run_with_fault(const run::Request& request,
                                                const run::Consent& consent,
                                                const Expected& expected, Dice& dice) {
  const store::Fault fault = dice.one_of(store::kAllFaults);
  const auto step = static_cast<std::uint64_t>(dice.between(1, dice.chance(50) ? 40 : 120));
  tell(fmt::format("{} {}", name_of(fault), step));
  const auto before = model_.rows;
  const size_t feed_before = model_.feed.size();
  shop_.database().arm(step, fault);
  const auto done = shop_.run(world_, request, consent);
  if (shop_.database().fired()) {
    count(fmt::format("fault: {}", name_of(fault)));
  }
  const bool is_broken = shop_.database().fired() && !done;
  shop_.reopen();
  if (!is_broken) {
    if (!done) {
      return check_refusal(done.error(), expected);
    }
    count(shop_.database().fired() ? "fault: the run goes on by itself" : "fault: too late");
    if (Found found = check_done(*done, expected)) {
      return found;
    }
    count_transitions(before, feed_before);
    return check_store();
  }
  if (!expected.refusal.empty()) {  // it would have been refused after the fault
    return check_store();
  }
  return after_fault(request, consent, expected, dice);
}

// Brings the model to where the store's newest run is.
void Walk::follow(const run::RunRecord& record, const Expected& expected) {
  const auto before = model_.rows;
  const size_t feed_before = model_.feed.size();
  if (record.id > model_.last_run) {
    model_.begin();
    is_planned_ = false;
  }
  if (!is_planned_ &&
      (record.state == RunState::kPublishing || record.state == RunState::kPublished)) {
    model_.store_plan(expected);
    is_planned_ = true;
  }
  if (record.state == RunState::kPublishing) {
    model_.publish_until(record.progress.chunks);
  } else if (record.state == RunState::kPublished) {
    model_.publish_all();
    model_.finish();
  }
  count_transitions(before, feed_before);
}

std::optional<std::string> Walk::after_fault(const run::Request& request,
                                             const run::Consent& consent, Expected expected,
                                             Dice& dice) {
  for (int attempt = 0;; ++attempt) {
    const auto newest = shop_.store().runs().runs(1).value();
    if (newest.empty() || (newest[0].id == model_.last_run && attempt == 0)) {
      count("fault: before the run began");
      return check_store();
    }
    const run::RunRecord& record = newest[0];
    const bool is_pinned = record.state == RunState::kPinned;
    follow(record, expected);
    if (Found found = check_store()) {
      return found;
    }
    if (!is_pinned && record.state != RunState::kPublishing) {
      count(record.state == RunState::kHeld ? "fault: the run is held" : "fault: the run is done");
      return std::nullopt;
    }
    for (int edits = dice.chance(50) ? dice.between(1, 3) : 0; edits > 0; --edits) {
      world_.now += kHour;
      count("edit of an unfinished run");
      if (Found found = edit(dice)) {
        return found;
      }
    }
    if (dice.chance(20)) {
      change_cells(dice);
    }
    if (dice.chance(40)) {
      return abandon(dice);
    }
    const bool fails_again = dice.chance(30);
    if (fails_again) {
      shop_.database().arm(static_cast<std::uint64_t>(dice.between(1, 60)),
                           dice.one_of(store::kAllFaults));
    }
    base::Status done;
    if (is_pinned) {
      expected = model_.plan(world_, request, consent);
      const auto all = shop_.run(world_, request, consent);
      done = all ? base::Status() : base::Status(all.error());
    } else {
      const auto rest = shop_.resume(record);
      done = rest ? base::Status() : base::Status(rest.error());
    }
    const bool is_broken = shop_.database().fired();
    shop_.reopen();
    if (done) {
      count(is_pinned ? "resumed: pinned" : "resumed: publishing");
    } else if (!is_broken || !fails_again) {
      if (!is_pinned) {
        return "the run cannot be resumed: " + done.error().message;
      }
      count("the pins are others now");
      return abandon(dice);
    }
  }
}

std::optional<std::string> Walk::abandon(Dice& dice) {
  const auto unfinished = shop_.store().runs().unfinished().value();
  TAGSMITH_ASSERT(unfinished.has_value());
  count(unfinished->state == RunState::kPinned ? "abandoned: pinned" : "abandoned: publishing");
  tell("abandon");
  world_.now += kHour;
  if (dice.chance(40)) {
    shop_.database().arm(static_cast<std::uint64_t>(dice.between(1, 30)),
                         dice.one_of(store::kAllFaults));
    if (!shop_.abandon(unfinished->id, world_.now)) {
      count("abandoned: in two goes");
    }
    shop_.reopen();
  }
  const auto counts = shop_.abandon(unfinished->id, world_.now);
  if (!counts) {
    return "the run cannot be abandoned: " + counts.error().message;
  }
  const auto before = model_.rows;
  const size_t feed_before = model_.feed.size();
  model_.abandon(world_.now);
  count_transitions(before, feed_before);
  return check_store();
}

// --- store and model

std::optional<std::string> Walk::check_store() {
  count("comparison");
  membership::TagStore& tags = shop_.store().tags();
  if (Found found = difference("row", rows_of(tags), rows_of(model_))) {
    return found;
  }
  std::vector<std::string> feed;
  std::uint64_t seq = feed_checked_;
  const std::vector<FeedRow> feed_rows = tags.feed({.after = seq, .rows_max = 100'000}).value();
  for (const FeedRow& row : feed_rows) {
    if (row.seq != ++seq) {
      return fmt::format("row {} of the feed has the number {}", seq, row.seq);
    }
    feed.push_back(feed_text(row));
  }
  std::vector<std::string> model_feed;
  std::transform(model_.feed.begin() + static_cast<std::ptrdiff_t>(feed_checked_),
                 model_.feed.end(), std::back_inserter(model_feed),
                 [](const FeedLine& line) { return feed_text(line); });
  if (Found found = difference("row of the feed", feed, model_feed)) {
    return found;
  }
  feed_checked_ = model_.feed.size();
  if (Found found = difference("manual edit", edits_of(tags), edits_of(model_))) {
    return found;
  }
  if (Found found = difference("state", states_of(shop_.store().runs()), states_of(model_))) {
    return found;
  }
  return difference("rule version", versions_of(shop_.store().catalog()), versions_of(model_));
}

void Walk::count_transitions(const std::map<std::string, ModelRow>& before, size_t feed_before) {
  for (size_t i = feed_before; i < model_.feed.size(); ++i) {
    const FeedLine& line = model_.feed[i];
    const std::string by = line.run == 0 ? " by an edit" : " in a run";
    if (line.kind == 'e') {
      count("entered, " +
            source_of(model_.rows[line.user].tags.contains(line.tag)
                          ? model_.rows[line.user].tags[line.tag]
                          : Member{}) +
            by);
    } else if (line.kind == 'l') {
      const auto row = before.find(line.user);
      const bool had = row != before.end() && row->second.tags.contains(line.tag);
      const bool is_gone = line.run != 0 && !world_.has(line.user);
      count("left, " + (had ? source_of(row->second.tags.at(line.tag)) : "restored") +
            (is_gone ? " in a run, user gone" : by));
    }
  }
  for (const auto& [user, row] : before) {
    for (const auto& [tag, was] : row.tags) {
      const auto& tags = model_.rows[user].tags;
      const auto now = tags.find(tag);
      if (now != tags.end() && now->second != was) {
        const bool is_source =
            now->second.by_rule != was.by_rule || now->second.by_grant != was.by_grant;
        count(is_source
                  ? fmt::format("lasts, {} becomes {}", source_of(was), source_of(now->second))
                  : "lasts, another grant");
      }
    }
  }
}

}  // namespace tagsmith::metamorphic
