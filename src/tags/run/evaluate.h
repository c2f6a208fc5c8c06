#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dataset/join.h"
#include "dataset/reader.h"
#include "engine/program.h"
#include "run/plan.h"

namespace tagsmith::run {

struct TagCount {
  std::int32_t tag_id = 0;
  std::uint64_t users = 0;

  bool operator==(const TagCount&) const = default;
};

struct RunCounts {
  std::uint64_t users = 0;
  std::uint64_t users_with_tags = 0;
  std::vector<TagCount> tags;  // ascending ids; every tag of a rule, also with no user
  /// Of the columns that rules read, in the order of tables. Where rules read one in several ways,
  /// the one with the most unreadable cells counts.
  std::vector<ColumnCounts> columns;
};

/// What is done with each user: its number, its id and the ascending distinct ids of its tags.
using UserVisitor = std::function<base::Status(dataset::UserNumber, std::string_view,
                                               std::span<const std::int32_t>)>;

/// Evaluates all rules for all users and visits the users in the order of their keys' bytes, each
/// with the ascending distinct ids of its tags: a tag is given when any of its rules is TRUE
/// (SEMANTICS 15, 20). `tag_of_rule[r]` is the tag of rule r of the program. Fails with kCancelled
/// on an interrupt and with what the visitor says.
base::Result<RunCounts> evaluate(const engine::Program& program,
                                 std::span<const std::int32_t> tag_of_rule,
                                 const dataset::JoinedUsers& users, const UserVisitor& visit);

/// The same, with a writer that takes the users; does not finish it.
base::Result<RunCounts> evaluate(const engine::Program& program,
                                 std::span<const std::int32_t> tag_of_rule,
                                 const dataset::JoinedUsers& users, dataset::TagFileWriter& writer);

/// Whether one rule of the program is TRUE for the user that is visited.
using RuleTruth = std::function<bool(size_t rule)>;

/// Evaluates all rules for some users and visits those, `some[i]` as i, in their order. Fails with
/// kCancelled on an interrupt.
base::Status evaluate_rules(const engine::Program& program, const dataset::JoinedUsers& users,
                            std::span<const dataset::UserNumber> some,
                            const std::function<void(size_t i, const RuleTruth&)>& visit);

}  // namespace tagsmith::run
