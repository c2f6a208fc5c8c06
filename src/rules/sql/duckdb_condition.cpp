#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/assert.h"
#include "base/language.h"
#include "sql/duckdb.h"
#include "sql/duckdb_internal.h"

namespace tagsmith::sql {
namespace internal {
namespace {

using rule::Domain;
using rule::LoweredComparison;
using rule::LoweredLeaf;
using rule::LoweredSource;
using rule::LoweredTest;

constexpr size_t kLineWidth = 100;
constexpr size_t kIndentStep = 2;

/// `first`, then the parts, on one line where they fit, else one a line; `last` closes.
std::string bracketed(std::string_view first, const std::vector<std::string>& parts,
                      std::string_view separator, std::string_view last, size_t indent) {
  std::string line = fmt::format("{}{}{}", first, fmt::join(parts, separator), last);
  if (indent + line.size() <= kLineWidth && line.find('\n') == std::string::npos) {
    return line;
  }
  const std::string new_line = fmt::format("\n{:{}}", "", indent + kIndentStep);
  const std::string_view before_break = separator.substr(0, separator.find_last_not_of(' ') + 1);
  return fmt::format("{}{}{}{}", first, new_line,
                     fmt::join(parts, fmt::format("{}{}", before_break, new_line)), last);
}

/// Both sides as the one domain in which their values compare as the comparison asks for.
std::pair<LoweredSource, LoweredSource> aligned(const LoweredComparison& comparison,
                                                const column::Schema& schema) {
  LoweredSource left = comparison.left;
  LoweredSource right = comparison.right;
  const auto both_become = [&](Domain domain) {
    left.domain = domain;
    right.domain = domain;
  };
  switch (comparison.as) {
    case LoweredComparison::As::kExact:
      // Decimals of different scales have no common type in general: 38 digits are too few.
      if (left.domain != right.domain ||
          schema.type(left.column).scale != schema.type(right.column).scale) {
        both_become(Domain::kNumberText);
      }
      break;
    case LoweredComparison::As::kDouble:
      both_become(Domain::kDouble);
      break;
    case LoweredComparison::As::kMicros:
      if (left.domain != right.domain) {
        both_become(Domain::kMicros);
      }
      break;
    case LoweredComparison::As::kFloat:
    case LoweredComparison::As::kText:
    case LoweredComparison::As::kBoolean:
      break;
  }
  return {left, right};
}

}  // namespace

std::string ConditionWriter::write(const rule::LoweredExpression& condition, size_t indent) {
  return std::visit([&](const auto& node) { return write_node(node, indent); }, condition.node);
}

std::string ConditionWriter::constants(const LoweredLeaf& leaf, size_t indent) {
  std::vector<std::string> written;
  written.reserve(leaf.constants.size());
  for (const rule::LoweredConstant& value : leaf.constants) {
    written.push_back(constant(value, leaf.source, schema_.type(leaf.source.column)));
  }
  return bracketed("", written, ", ", "", indent);
}

std::string ConditionWriter::write_node(const LoweredLeaf& leaf, size_t indent) {
  if (leaf.test == LoweredTest::kIsNull) {
    return names_.cell(leaf.source.column) + " IS NULL";
  }
  const std::string value = names_.reading(leaf.source);
  switch (leaf.test) {
    case LoweredTest::kReadable:
      return fmt::format("CASE WHEN {} IS NOT NULL THEN TRUE END", value);
    case LoweredTest::kNever:
      return fmt::format("CASE WHEN {} IS NOT NULL THEN FALSE END", value);
    case LoweredTest::kIn:
      return fmt::format("{} IN ({})", value, constants(leaf, indent));
    case LoweredTest::kContains:
      return fmt::format("contains({}, {})", value, constants(leaf, indent));
    case LoweredTest::kStartsWith:
      return fmt::format("starts_with({}, {})", value, constants(leaf, indent));
    case LoweredTest::kEndsWith:
      return fmt::format("ends_with({}, {})", value, constants(leaf, indent));
    case LoweredTest::kHasAny:
      return fmt::format("tagsmith_has_any({}, [{}])", value, constants(leaf, indent));
    case LoweredTest::kHasAll:
      return fmt::format("tagsmith_has_all({}, [{}])", value, constants(leaf, indent));
    default:
      return fmt::format("{} {} {}", value, rule::comparison_sign(leaf.test),
                         constants(leaf, indent));
  }
}

std::string ConditionWriter::write_node(const LoweredComparison& comparison, size_t /*indent*/) {
  const auto [left, right] = aligned(comparison, schema_);
  return fmt::format("{} {} {}", names_.reading(left), rule::comparison_sign(comparison.test),
                     names_.reading(right));
}

std::string ConditionWriter::write_node(const rule::LoweredRuleTest& test, size_t indent) {
  if (test.rules().empty()) {
    return "FALSE";
  }
  if (!names_.rule) {
    problems_.push_back({.code = "E_DIALECT",
                         .path = "",
                         .message = base::tr("has_tag needs the other rules of its query"),
                         .hint = base::tr("write the query of all rules")});
    return "NULL";
  }
  std::vector<std::string> parts;
  for (const size_t rule : test.rules()) {
    parts.push_back(fmt::format("coalesce({}, FALSE)", names_.rule(rule)));
  }
  return parts.size() == 1 ? parts.front() : bracketed("(", parts, " OR ", ")", indent);
}

std::string ConditionWriter::write_node(const rule::LoweredAnd& conjunction, size_t indent) {
  return write_parts(conjunction.parts, "AND", indent);
}

std::string ConditionWriter::write_node(const rule::LoweredOr& disjunction, size_t indent) {
  return write_parts(disjunction.parts, "OR", indent);
}

// Always in parentheses: nothing then depends on which operator binds tighter.
std::string ConditionWriter::write_parts(const std::vector<rule::LoweredExpression>& parts,
                                         std::string_view word, size_t indent) {
  std::vector<std::string> written;
  written.reserve(parts.size());
  for (const rule::LoweredExpression& part : parts) {
    const std::string text = write(part, indent + kIndentStep);
    written.push_back(written.empty() ? text : fmt::format("{} {}", word, text));
  }
  return bracketed("(", written, " ", ")", indent);
}

std::string ConditionWriter::write_node(const rule::LoweredNot& negation, size_t indent) {
  const rule::LoweredExpression& part = negation.part.front();
  if (const auto* leaf = std::get_if<LoweredLeaf>(&part.node)) {
    // UNKNOWN stays UNKNOWN in these too.
    switch (leaf->test) {
      case LoweredTest::kIsNull:
        return names_.cell(leaf->source.column) + " IS NOT NULL";
      case LoweredTest::kIn:
        return fmt::format("{} NOT IN ({})", names_.reading(leaf->source),
                           constants(*leaf, indent));
      case LoweredTest::kEqual:
        return fmt::format("{} <> {}", names_.reading(leaf->source), constants(*leaf, indent));
      default:
        break;
    }
  }
  const bool in_parentheses = std::holds_alternative<rule::LoweredAnd>(part.node) ||
                              std::holds_alternative<rule::LoweredOr>(part.node);
  const std::string text = write(part, indent);
  return in_parentheses ? "NOT " + text : fmt::format("NOT ({})", text);
}

}  // namespace internal

base::Result<std::string, base::Problems> write_condition(const rule::LoweredExpression& condition,
                                                          const column::Schema& schema,
                                                          const ConditionNames& names) {
  TAGSMITH_ASSERT(names.tables.size() == schema.tables.size());
  base::Problems problems;
  const auto cell = [&](column::ColumnId id) {
    if (id.table == column::kKeyTable) {
      return names.key;
    }
    const std::string& name = schema.column(id).name;
    return fmt::format("{}.{}", names.tables[id.table], internal::quote_name(name, problems));
  };
  const auto reading = [&](const rule::LoweredSource& source) {
    return internal::reading(source, schema.type(source.column), cell(source.column));
  };
  internal::ConditionWriter writer(schema, {.cell = cell, .reading = reading, .rule = names.rule},
                                   problems);
  std::string text = writer.write(condition, 0);
  if (!problems.empty()) {
    return problems;
  }
  return text;
}

}  // namespace tagsmith::sql
