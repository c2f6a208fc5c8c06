#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/checked_rules.h"
#include "explain/explain.h"
#include "interpret/interpret.h"

namespace tagsmith::explain {

/// All columns that rules read.
std::vector<column::ColumnId> columns_of(const catalog::CheckedRules& rules);

/// Evaluates the rules in their order, telling `told` what became of each before the next one is
/// looked at; explains those of one tag, or of all. Tags by id, the rules of each by position.
std::vector<TagReason> explain_rules(
    const catalog::CheckedRules& rules, const interpret::Row& row,
    const interpret::Context& context, std::optional<std::int32_t> only_tag,
    const std::function<void(const catalog::CheckedRule&, bool is_true)>& told);

/// The trees of a tag's rules and, where the tag is lacking, the nearest misses, each line indented
/// by `depth` * 2 blanks.
std::string rules_text(const TagReason& tag, size_t depth, bool with_signs);

/// Only the nearest misses of the rules.
std::string misses_text(const TagReason& tag, size_t depth);

/// The list of the rules as JSON.
std::string rules_json(const TagReason& tag);

/// "✓" or "true   ".
std::string mark(bool is_true, bool with_signs);

/// "true", "false", "unknown".
std::string_view word_of(interpret::Truth truth);

}  // namespace tagsmith::explain
