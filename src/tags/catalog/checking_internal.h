#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "catalog/rule_file.h"
#include "column/schema.h"
#include "rule/check.h"

namespace tagsmith::catalog {

/// Tags that has_tag may name beside those that the entries give.
struct OtherTags {
  std::set<std::string> names;
  std::string_view unknown;  // how E_TAG_UNKNOWN begins: "no tag has the code"
};

struct CheckedEntries {
  std::vector<std::optional<rule::TypedRule>>
      rules;                             // of each entry; there where it has no problem
  std::vector<base::Problems> problems;  // of each entry
  std::vector<size_t> order;             // of all entries: each after those that it asks for
};

/// What check_rules() and check_catalog() share: checks every entry for itself, then what the
/// entries ask of each other. Entries of one tag have one `tag_id_given`.
CheckedEntries check_entries(const std::vector<RuleEntry>& entries, const OtherTags& other_tags,
                             const column::Schema& schema, const rule::CheckOptions& options);

}  // namespace tagsmith::catalog
