#include "world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "column/days.h"
#include "rule/parser.h"

namespace tagsmith::metamorphic {
namespace {

using column::TypeKind;
using column::Value;

constexpr std::int32_t kToday = 20'414;  // 2025-11-22
constexpr Micros kNow = 1'763'807'400'000'000;
constexpr std::array<std::int32_t, 9> kTagIds = {5, 7, 12, 3, 40, 38, 101, 9, 2};

// A tag asks only for those that stand before it here.
size_t rank_of(std::int32_t tag_id) {
  return static_cast<size_t>(std::ranges::find(kTagIds, tag_id) - kTagIds.begin());
}

Value random_cell(const std::string& name, std::int32_t as_of, Dice& dice) {
  if (dice.chance(15)) {
    return {};
  }
  if (name == "level") {
    return fmt::format("VIP{}", dice.between(1, 4));
  }
  if (name == kIncome) {
    return dice.chance(6) ? std::string("n/a") : std::to_string(dice.between(0, 50));
  }
  if (name == "age" || name == "spent") {
    return std::int64_t{dice.between(10, 60)};
  }
  return std::int32_t{as_of - dice.between(-1, 20)};
}

std::string random_rule(const World& world, std::int32_t tag_id, Dice& dice) {
  std::vector<std::string> others;
  for (const catalog::Tag& tag : world.tags) {
    if (rank_of(tag.id) < rank_of(tag_id)) {
      others.push_back(tag.code);
    }
  }
  const int number = dice.between(15, 55);
  const int days = dice.between(0, 12);
  switch (dice.between(0, others.empty() ? 9 : 15)) {
    case 0:
      return fmt::format("age >= {}", number);
    case 1:
      return fmt::format("level in ('VIP{}', 'VIP{}')", dice.between(1, 4), dice.between(1, 4));
    case 2:
      return fmt::format("joined >= today() - {} days", days);
    case 3:
      return fmt::format("last_order <= today() - {} days and not level = 'VIP1'", days);
    case 4:
      return "spent is null";  // also for who is in no table any more
    case 5:
      return fmt::format("number({}) > {}", kIncome, number - 10);
    case 6:
      return fmt::format("age < {} or spent > {}", number - 10, number);
    case 7:
      return fmt::format("user_id >= 'u{}' and age is not null", dice.between(1, 5));
    case 8:
      return fmt::format("last_order between date '{}' and today()",
                         column::day_text(world.as_of - dice.between(0, 9)));
    case 9:
      return fmt::format("not (age > {} and level = 'VIP2')", number);
    case 10:
    case 11:
      return fmt::format("has_tag('{}') and age > {}", dice.one_of(others), number - 10);
    case 12:
      return fmt::format("not has_tag('{}')", dice.one_of(others));
    case 13:
      return fmt::format("has_tag('{}') or has_tag('{}')", dice.one_of(others),
                         dice.one_of(others));
    default:
      return fmt::format("has_tag('{}')", dice.one_of(others));
  }
}

catalog::TagRule rule_of(const std::string& text) {
  return {.expression = rule::parse_text(text).value(), .problems = {}, .place = "tags.yaml:1"};
}

}  // namespace

column::Schema World::schema() const {
  column::Schema schema;
  for (const Table& table : tables) {
    schema.tables.push_back({.database = "", .name = table.name, .columns = table.columns});
  }
  return schema;
}

bool World::has(const std::string& user) const {
  return std::ranges::any_of(tables, [&](const Table& table) {
    return (population.empty() || table.name == population) && table.rows.contains(user);
  });
}

catalog::Tag& World::tag(std::int32_t id) {
  const auto found = std::ranges::find(tags, id, &catalog::Tag::id);
  TAGSMITH_ASSERT(found != tags.end());
  return *found;
}

const catalog::Tag* World::find_tag(const std::string& code) const {
  const auto found = std::ranges::find(tags, code, &catalog::Tag::code);
  return found == tags.end() ? nullptr : &*found;
}

const std::vector<std::string>& all_users() {
  static const std::vector<std::string> users = [] {
    std::vector<std::string> all = {"A", "a", "a ", "b'c", "b\"c", "用户", "é", "%", "_"};
    for (int i = 0; i < 50; ++i) {
      all.push_back(fmt::format("u{:02}", i));
    }
    return all;
  }();
  return users;
}

std::vector<Value> random_cells(const Table& table, std::int32_t as_of, Dice& dice) {
  std::vector<Value> cells;
  for (const column::Column& column : table.columns) {
    cells.push_back(random_cell(column.name, as_of, dice));
  }
  return cells;
}

std::vector<catalog::TagRule> random_rules(const World& world, std::int32_t tag_id, Dice& dice) {
  std::vector<catalog::TagRule> rules;
  const int count = dice.chance(30) ? dice.between(2, 3) : 1;
  for (int i = 0; i < count; ++i) {
    rules.push_back(rule_of(random_rule(world, tag_id, dice)));
  }
  return rules;
}

catalog::TagRule bad_rule(Dice& dice) {
  static const std::vector<std::string> texts = {"agee > 3", "age > 'old'", "has_tag('nobody')",
                                                 "level > 3"};
  return rule_of(dice.one_of(texts));
}

std::int32_t add_tag(World& world, Dice& dice) {
  std::vector<std::int32_t> free;
  std::ranges::copy_if(kTagIds, std::back_inserter(free), [&](std::int32_t id) {
    return std::ranges::find(world.tags, id, &catalog::Tag::id) == world.tags.end();
  });
  if (free.empty()) {
    return 0;
  }
  catalog::Tag tag{.id = dice.one_of(free)};
  tag.code = fmt::format("tag{}", tag.id);
  tag.guards.members_min = static_cast<std::uint64_t>(dice.between(1, 30));
  tag.guards.to_zero = dice.chance(50);
  tag.guards.gained_percent = dice.chance(50) ? 50 : 300;
  world.tags.push_back(tag);
  std::ranges::sort(world.tags, {}, &catalog::Tag::id);
  return tag.id;
}

World random_world(Dice& dice) {
  World world{.as_of = kToday, .now = kNow};
  // In the order of their names, as a data set has them.
  world.tables = {
      {.name = "orders",
       .columns = {{"spent", {.kind = TypeKind::kInt}}, {"last_order", {.kind = TypeKind::kDate}}}},
      {.name = "people",
       .columns = {{"age", {.kind = TypeKind::kInt}},
                   {"level", {.kind = TypeKind::kText}},
                   {"joined", {.kind = TypeKind::kDate}},
                   {kIncome, {.kind = TypeKind::kText}},
                   {kChangedAt, {.kind = TypeKind::kDate}}}}};
  world.guards.unreadable_percent = 8;
  world.guards.unreadable_rise = 100;
  world.guards.gone_percent = dice.chance(50) ? 1 : 100;
  world.population = dice.chance(20) ? "people" : "";
  const int percent = dice.between(30, 90);
  for (const std::string& user : all_users()) {
    for (Table& table : world.tables) {
      if (dice.chance(percent)) {
        table.rows[user] = random_cells(table, world.as_of, dice);
      }
    }
  }
  const int tags = dice.between(3, 8);
  for (int i = 0; i < tags; ++i) {
    const std::int32_t id = add_tag(world, dice);
    if (dice.chance(85)) {
      world.tag(id).rules = random_rules(world, id, dice);
    }
  }
  return world;
}

}  // namespace tagsmith::metamorphic
