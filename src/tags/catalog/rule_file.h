#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "base/result.h"
#include "rule/expression.h"

namespace tagsmith::catalog {

/// Rules of one file.
inline constexpr size_t kRulesMax = 100'000;

/// One thing wrong with a rule of a file. The problem's path leads into the rule: a JSON pointer
/// from the rule's own object, or "byte N" of its text; for what stands beside the rule ("/tag_id",
/// "/name") it is the pointer from the entry's object.
struct RuleProblem {
  std::string tag_id;  // JSON, as it was given; "null" where there is none
  base::Problem problem;

  bool operator==(const RuleProblem&) const = default;
};

/// One line of JSON: {"tag_id":5,"code":"E_...","path":"...","message":"...","hint":"..."}.
std::string to_json(const RuleProblem& problem);

/// An active rule of a file.
struct RuleEntry {
  size_t position = 0;                // in the file, from 0
  std::string tag_id_given = "null";  // JSON
  std::int32_t tag_id = 0;            // 1 or more; 0 where the one given is none (E_TAG_ID)
  std::string name;                   // empty where none was given: has_tag cannot name it
  std::optional<rule::Expression> expression;
  base::Problems problems;  // what refuses it already; never empty without an expression
};

struct RuleFile {
  std::vector<RuleEntry> entries;  // in the order of the file
  size_t inactive_count = 0;
};

/// Reads the rule file of `eval`: a JSON list of objects with tag_id, name, rule and is_active.
/// A mistake inside one entry is a problem of that entry; only where the entries cannot be told
/// apart the whole file fails, with problems whose tag_id is null and whose path leads into the
/// file. An entry with is_active false is not looked at further (SEMANTICS 20).
base::Result<RuleFile, std::vector<RuleProblem>> parse_rule_file(std::string_view text);

}  // namespace tagsmith::catalog
