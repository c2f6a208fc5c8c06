#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/problem.h"
#include "base/result.h"
#include "rule/expression.h"

namespace tagsmith::catalog {

/// A text for people, in the languages of the console; at least one is not empty.
struct LocalizedText {
  std::string en;
  std::string zh;

  [[nodiscard]] const std::string& any() const { return en.empty() ? zh : en; }

  bool operator==(const LocalizedText&) const = default;
};

struct Category {
  std::string code;
  LocalizedText name;
  std::string description;

  bool operator==(const Category&) const = default;
};

/// When the plan of one tag is held back (PROTOCOLS 1). A percentage is of the members before.
struct TagGuards {
  bool to_zero = true;  // holds when all members would be lost
  double lost_percent = 30;
  double gained_percent = 300;
  std::uint64_t members_min = 100;  // of lost_percent and gained_percent

  bool operator==(const TagGuards&) const = default;
};

/// When the plan of a whole run is held back (PROTOCOLS 1).
struct RunGuards {
  double input_rows_percent = 50;  // fewer rows than this share of the last good run, per table
  double gone_percent = 1;         // users of the store in no input table
  double unreadable_percent = 5;   // cells of one column
  double unreadable_rise = 1;      // points more than in the last good run
  double null_keys_percent = 0.1;  // rows of one table

  bool operator==(const RunGuards&) const = default;
};

/// One rule of a tag as somebody wrote it.
struct TagRule {
  std::optional<rule::Expression> expression;  // nothing where it could not be read
  base::Problems problems;                     // what refuses it already
  std::string place;                           // "tags/value.yaml:12"

  bool operator==(const TagRule&) const = default;
};

/// A tag of the catalogue. A tag without rules is manual: only grants give it.
struct Tag {
  std::int32_t id = 0;  // 1 or more
  std::string code;     // [a-z][a-z0-9_]*, at most 64 bytes
  LocalizedText name;
  std::string category;  // a Category's code, or empty
  std::string description;
  std::vector<TagRule> rules;     // given when any of them is TRUE (SEMANTICS 20)
  bool is_active = true;          // else the tag leaves every run; its members stay
  std::optional<int> grant_days;  // how long a manual grant lasts that names no end
  TagGuards guards;
  std::string place;  // "tags/value.yaml:3"

  bool operator==(const Tag&) const = default;
};

struct Catalog {
  std::vector<Category> categories;  // by code
  std::vector<Tag> tags;             // by id
};

/// What a tag meant from some moment on. The number goes up by one exactly when `text` or
/// `grant_days` changes (PROTOCOLS 1).
struct RuleVersion {
  std::int32_t tag_id = 0;
  int number = 0;  // 1, 2, ...
  std::string code;
  std::string text;  // canonical text of the rules, one a line; empty for a manual tag
  std::optional<int> grant_days;
  std::string actor;
  std::string commit;                // of the project folder's git, or empty
  std::int64_t recorded_micros = 0;  // UTC

  bool operator==(const RuleVersion&) const = default;
};

/// Where versions are kept. Errors: kUnavailable for the world.
class CatalogStore {
 public:
  virtual ~CatalogStore() = default;

  /// The newest version of every tag that has one, by tag id.
  virtual base::Result<std::vector<RuleVersion>> newest_versions() = 0;

  /// All versions of one tag, oldest first.
  virtual base::Result<std::vector<RuleVersion>> versions_of(std::int32_t tag_id) = 0;
};

}  // namespace tagsmith::catalog
