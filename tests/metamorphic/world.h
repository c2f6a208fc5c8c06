#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "catalog/tag.h"
#include "column/schema.h"
#include "column/value.h"
#include "membership/membership.h"

namespace tagsmith::metamorphic {

using membership::Micros;
inline constexpr Micros kHour = 3'600'000'000;

/// Chooses; the same seed chooses the same.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  /// From 0 to `end` - 1.
  size_t below(size_t end) { return static_cast<size_t>(engine_() % end); }
  int between(int first, int last) {
    return first + static_cast<int>(below(static_cast<size_t>(last - first) + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  template <typename List>
  const auto& one_of(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::mt19937_64 engine_;
};

/// A table of the input: the cells of each user.
struct Table {
  std::string name;
  std::vector<column::Column> columns;
  std::map<std::string, std::vector<column::Value>> rows;
  std::uint64_t null_keys = 0;
};

/// All that a run reads but the store: tables, tags, settings, and what time it is.
struct World {
  std::vector<Table> tables;
  std::vector<catalog::Tag> tags;  // by id
  catalog::RunGuards guards;
  std::string population;
  std::int32_t as_of = 0;
  Micros now = 0;

  [[nodiscard]] column::Schema schema() const;

  /// Whether the user is one of the input (SEMANTICS 1).
  [[nodiscard]] bool has(const std::string& user) const;

  [[nodiscard]] catalog::Tag& tag(std::int32_t id);
  [[nodiscard]] const catalog::Tag* find_tag(const std::string& code) const;
};

/// The column of "people" that says when a row changed.
inline constexpr const char* kChangedAt = "changed";
/// The text column of "people" that rules read as a number, and only so.
inline constexpr const char* kIncome = "income";

World random_world(Dice& dice);

/// Every user that a world may have, in no order.
const std::vector<std::string>& all_users();

std::vector<column::Value> random_cells(const Table& table, std::int32_t as_of, Dice& dice);

/// Rules that ask only for tags that never ask for this one.
std::vector<catalog::TagRule> random_rules(const World& world, std::int32_t tag_id, Dice& dice);

/// One that is refused.
catalog::TagRule bad_rule(Dice& dice);

/// A new tag without rules, or nothing to add when there are enough; 0 then.
std::int32_t add_tag(World& world, Dice& dice);

}  // namespace tagsmith::metamorphic
