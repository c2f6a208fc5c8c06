#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/problem.h"
#include "base/result.h"
#include "catalog/checked_catalog.h"
#include "catalog/tag.h"
#include "dataset/data_set.h"
#include "dataset/reader.h"
#include "explain/explain.h"
#include "explain/members.h"
#include "membership/tag_store.h"
#include "run/run_store.h"

namespace tagsmith::explain {

/// Why a user has a tag or not: from the store, and from the rules over the data as it is.
struct TagAnswer {
  std::int32_t tag_id = 0;
  std::string code;                          // empty: the tag is not in the catalogue any more
  bool has = false;                          // stored
  std::optional<membership::Detail> detail;  // why it was entered; nothing where it is not readable
  std::optional<membership::ManualEdit> grant;  // also one that has expired
  std::optional<membership::ManualEdit> block;
  std::string stale;                     // why runs hold the tag; empty: they do not
  bool is_active = true;                 // else runs leave it as it is
  std::optional<base::Problem> refused;  // why a run would hold it
  std::optional<TagReason> rules;        // nothing: not evaluated, or the tag has none
  std::optional<bool> next;  // what a run would find now; nothing: it would not decide it

  [[nodiscard]] bool would_change() const { return next && *next != has; }
};

struct UserAnswer {
  std::string user_id;
  membership::Micros now = 0;
  std::optional<std::int32_t> as_of;     // of the rules; nothing: they were not evaluated
  std::optional<membership::Micros> at;  // the moment asked for; nothing: now
  bool in_store = false;
  bool in_data = false;
  std::vector<TagAnswer> tags;  // ascending ids
};

/// The data that rules are evaluated over.
struct CurrentData {
  dataset::Reader& reader;
  const dataset::DataSet& data;
  const catalog::CheckedCatalog& checked;
  std::string population;  // a table's full name; empty: the union of all (SEMANTICS 1)
  std::int32_t as_of = 0;
};

struct WhyQuestion {
  std::string user_id;
  std::optional<std::int32_t> tag_id;  // nothing: all tags
  View view;
  membership::Micros now = 0;  // when edits are judged
};

/// Answers from the store, and where `current` is given from the rules as a run now would find
/// them: has_tag asks for (a rule is TRUE or a grant holds) and no block holds, and for what is
/// stored where a run does not decide the tag. Nothing when neither store nor data know the user.
base::Result<std::optional<UserAnswer>> why(membership::TagStore& tags, run::RunStore& runs,
                                            const catalog::Catalog& catalog,
                                            const CurrentData* current,
                                            const WhyQuestion& question);

/// For a person. `all_trees` false: of the tags that the user lacks only the nearest misses.
std::string to_text(const UserAnswer& answer, bool all_trees, bool with_signs);

/// What decides whether a run now gives the tag, in one line: the block or the grant, else the
/// conditions that are met, or of those that are not the fewest that would have to be other.
std::string decision_text(const TagAnswer& tag, const UserAnswer& answer);

/// One JSON object on one line.
std::string to_json(const UserAnswer& answer);

}  // namespace tagsmith::explain
