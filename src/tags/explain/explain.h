#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/checked_rules.h"
#include "dataset/data_set.h"
#include "dataset/reader.h"
#include "interpret/interpret.h"

namespace tagsmith::explain {

/// Why one rule gives its tag to a user, or does not.
struct RuleReason {
  std::string name;
  interpret::Explanation tree;
  std::vector<interpret::Miss> nearest_miss;  // empty when the rule is TRUE

  [[nodiscard]] bool is_true() const { return tree.truth == interpret::Truth::kTrue; }
};

struct TagReason {
  std::int32_t tag_id = 0;
  bool has = false;
  std::vector<RuleReason> rules;  // in the order of the file
};

struct UserReasons {
  std::string user_id;
  std::int32_t as_of = 0;
  std::vector<TagReason> tags;  // ascending ids
};

struct Question {
  std::string user_id;
  std::int32_t as_of = 0;              // days since 1970-01-01
  std::optional<std::int32_t> tag_id;  // only this tag; else all
};

/// Explains the tags of one user from the user's own cells by the reference interpreter; nothing
/// when no table has the user. Fails as dataset::read_user does.
base::Result<std::optional<UserReasons>> explain_user(dataset::Reader& reader,
                                                      const dataset::DataSet& data,
                                                      const catalog::CheckedRules& rules,
                                                      const Question& question);

/// A tree for a person, one node a line; with signs, or with words where signs cannot be shown.
std::string to_text(const UserReasons& reasons, bool with_signs);

/// One JSON object on one line.
std::string to_json(const UserReasons& reasons);

}  // namespace tagsmith::explain
