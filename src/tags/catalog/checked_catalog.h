#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/problem.h"
#include "catalog/checked_rules.h"
#include "catalog/tag.h"
#include "column/schema.h"
#include "rule/check.h"
#include "rule/lowered.h"

namespace tagsmith::catalog {

/// A tag that cannot be evaluated: one of its active rules is refused, or it asks for such a tag
/// (SEMANTICS 22).
struct RefusedTag {
  std::int32_t tag_id = 0;
  bool depends = false;   // only because of the tags that it asks for
  base::Problem problem;  // the first one
  std::string place;      // of the rule: "tags/value.yaml:12"

  bool operator==(const RefusedTag&) const = default;
};

/// One problem of one rule, for `validate`.
struct TagProblem {
  std::int32_t tag_id = 0;
  std::string place;
  base::Problem problem;
};

/// The active tags of a catalogue, checked against the tables.
struct CheckedCatalog {
  /// Of the tags that are not refused only; CheckedRule::name is the tag's code, its position that
  /// of the rule among all rules of active tags. `problems` of it stays empty: see below.
  CheckedRules rules;
  std::vector<RefusedTag> refused;   // ascending ids
  std::vector<TagProblem> problems;  // in the order of the catalogue
  /// Canonical text of the rules of each active tag that is not refused, one a line; empty for a
  /// manual tag.
  std::map<std::int32_t, std::string> texts;
};

/// Checks the rules of all active tags. has_tag may ask for any tag of the catalogue: a tag that is
/// not active or has no rules is a matter of membership alone. E_TAG_UNKNOWN, E_TAG_CYCLE and
/// E_TAG_REFUSED are as for check_rules(), for whole tags.
CheckedCatalog check_catalog(const Catalog& catalog, const column::Schema& schema,
                             const rule::CheckOptions& options);

/// What has_tag(code) is in a run, two-valued (SEMANTICS, "The text form"): for a tag of the run
/// (one of its rules is TRUE or a grant holds) and no block holds; else the stored membership. The
/// columns are boolean ones of a table that only the run knows; null means no, any value yes.
struct TagInputs {
  struct Columns {
    column::ColumnId grant;
    column::ColumnId block;
    column::ColumnId stored;
    bool in_run = true;  // else `stored` says it
  };
  std::map<std::string, Columns, std::less<>> by_code;  // at least every tag that a rule asks for
};

/// Lowers all rules of a run, in their order. `schema` is the one that the rules were checked
/// against with the table of the inputs added at its end; `rules` holds no rule of a tag that is
/// not in the run.
rule::LoweredRules lower_rules(const CheckedRules& rules, const column::Schema& schema,
                               std::int32_t as_of, const TagInputs& inputs);

}  // namespace tagsmith::catalog
