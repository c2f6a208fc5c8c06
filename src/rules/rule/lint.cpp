#include "rule/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "base/language.h"
#include "base/problem.h"
#include "column/days.h"
#include "rule/printer.h"

namespace tagsmith::rule {
namespace {

constexpr size_t kShownMax = 200;  // bytes of a condition in a message

// ----- what a condition leaves of its column: one range of points -----

// Numbers (exact, or as the column's floating type rounds them), texts, microseconds. All points of
// one Subject are of one alternative.
using Point = std::variant<column::Decimal, double, std::string, std::int64_t>;

struct Bound {
  Point at;
  bool open = false;  // the point itself is outside
};

struct Range {
  std::optional<Bound> low;
  std::optional<Bound> high;
};

// What can be compared with each other: one reading of one column, where days relative to today()
// are an order of their own.
using Line = std::tuple<column::ColumnId, Reader, bool>;

Line line_of(const TypedCondition& condition, bool relative) {
  return {condition.subject.column, condition.subject.reader, relative};
}

// The first and the last point that are equal to a constant: a day has many.
std::pair<Point, Point> points_of(const Constant& constant, column::TypeKind kind) {
  if (const auto* number = std::get_if<column::Decimal>(&constant)) {
    if (kind == column::TypeKind::kDouble) {
      return {number->to_double(), number->to_double()};
    }
    if (kind == column::TypeKind::kFloat) {
      const double rounded = static_cast<double>(number->to_float());
      return {rounded, rounded};
    }
    return {*number, *number};
  }
  if (const auto* text = std::get_if<std::string>(&constant)) {
    return {*text, *text};
  }
  if (const auto* word = std::get_if<bool>(&constant)) {
    return {std::int64_t{*word}, std::int64_t{*word}};
  }
  const auto& moment = std::get<MomentLiteral>(constant);
  const std::int64_t first =
      moment.relative ? moment.offset_days * column::kMicrosPerDay : moment.at.micros;
  const bool is_day = moment.relative || moment.at.is_day;
  return {first, is_day ? first + column::kMicrosPerDay - 1 : first};
}

bool is_relative(const Constant& constant) {
  const auto* moment = std::get_if<MomentLiteral>(&constant);
  return moment != nullptr && moment->relative;
}

// The points for which a condition can be TRUE; nothing when they are no range.
std::optional<Range> range_of(const TypedCondition& condition, const column::Schema& schema) {
  if (condition.other || condition.constants.empty() || condition.type == ConditionType::kList) {
    return std::nullopt;
  }
  const column::TypeKind kind = condition.subject.reader == Reader::kNone
                                    ? schema.type(condition.subject.column).kind
                                    : column::TypeKind::kText;
  const auto [first, last] = points_of(condition.constants.front(), kind);
  switch (condition.test) {
    case Test::kEqual:
      return Range{.low = Bound{first}, .high = Bound{last}};
    case Test::kLess:
      return Range{.low = {}, .high = Bound{first, true}};
    case Test::kLessEqual:
      return Range{.low = {}, .high = Bound{last}};
    case Test::kGreater:
      return Range{.low = Bound{last, true}, .high = {}};
    case Test::kGreaterEqual:
      return Range{.low = Bound{first}, .high = {}};
    case Test::kBetween:
    case Test::kIn: {
      Range range{.low = Bound{first}, .high = Bound{last}};
      for (const Constant& constant : condition.constants) {
        const auto [from, to] = points_of(constant, kind);
        range.low->at = std::min(range.low->at, from);
        range.high->at = std::max(range.high->at, to);
      }
      return range;
    }
    default:
      return std::nullopt;
  }
}

bool is_empty(const Bound& low, const Bound& high) {
  return high.at < low.at || (low.at == high.at && (low.open || high.open));
}

// ----- the remarks -----

class Linter {
 public:
  explicit Linter(const column::Schema& schema) : schema_(schema) {}

  // Contradictions are looked for across all groups of "and" that stand inside each other.
  void visit(const TypedExpression& expression, bool inside_and = false) {
    if (const auto* conjunction = std::get_if<TypedAnd>(&expression.node)) {
      if (!inside_and) {
        find_contradictions(conjunction->parts);
      }
      find_repeated(conjunction->parts);
      visit_all(conjunction->parts, true);
    } else if (const auto* disjunction = std::get_if<TypedOr>(&expression.node)) {
      find_repeated(disjunction->parts);
      find_equalities(disjunction->parts);
      visit_all(disjunction->parts, false);
    } else if (const auto* negation = std::get_if<TypedNot>(&expression.node)) {
      visit(negation->part.front());
    } else if (const auto* condition = std::get_if<TypedCondition>(&expression.node)) {
      find_one_value(*condition);
    }
  }

  std::vector<Remark> take_remarks() { return std::move(remarks_); }

 private:
  using Conditions = std::vector<const TypedCondition*>;

  void visit_all(const std::vector<TypedExpression>& parts, bool inside_and) {
    for (const TypedExpression& part : parts) {
      visit(part, inside_and);
    }
  }

  static void collect(const std::vector<TypedExpression>& parts, Conditions& conditions) {
    for (const TypedExpression& part : parts) {
      if (const auto* condition = std::get_if<TypedCondition>(&part.node)) {
        conditions.push_back(condition);
      } else if (const auto* inner = std::get_if<TypedAnd>(&part.node)) {
        collect(inner->parts, conditions);
      }
    }
  }

  void find_contradictions(const std::vector<TypedExpression>& parts) {
    Conditions conditions;
    collect(parts, conditions);
    find_empty_ranges(conditions);
    find_null_contradictions(conditions);
  }

  // Ranges of one line have a point in common when each two of them have: the highest low bound
  // against the lowest high bound decides, and names the two that do not meet.
  void find_empty_ranges(const Conditions& conditions) {
    struct Left {
      std::optional<std::pair<Bound, size_t>> low;
      std::optional<std::pair<Bound, size_t>> high;
      bool reported = false;
    };
    std::map<Line, Left> left_of;
    for (size_t i = 0; i < conditions.size(); ++i) {
      const TypedCondition& condition = *conditions[i];
      const std::optional<Range> range = range_of(condition, schema_);
      if (!range) {
        continue;
      }
      const bool relative = is_relative(condition.constants.front());
      if (std::ranges::any_of(condition.constants,
                              [&](const Constant& c) { return is_relative(c) != relative; })) {
        continue;  // between a date and today(): no one order
      }
      Left& left = left_of[line_of(condition, relative)];
      if (range->low && (!left.low || higher(*range->low, left.low->first))) {
        left.low = {*range->low, i};
      }
      if (range->high && (!left.high || lower(*range->high, left.high->first))) {
        left.high = {*range->high, i};
      }
      if (!left.reported && left.low && left.high && is_empty(left.low->first, left.high->first)) {
        left.reported = true;
        const auto [first, second] = std::minmax(left.low->second, left.high->second);
        contradiction(*conditions[first], *conditions[second]);
      }
    }
  }

  static bool higher(const Bound& a, const Bound& b) {
    return b.at < a.at || (a.at == b.at && a.open && !b.open);
  }
  static bool lower(const Bound& a, const Bound& b) {
    return a.at < b.at || (a.at == b.at && a.open && !b.open);
  }

  // Every test but "is null" is UNKNOWN or FALSE for a null.
  void find_null_contradictions(const Conditions& conditions) {
    std::map<column::ColumnId, std::pair<const TypedCondition*, const TypedCondition*>> seen;
    for (const TypedCondition* condition : conditions) {
      auto& [null, other] = seen[condition->subject.column];
      const bool complete = null != nullptr && other != nullptr;
      (condition->test == Test::kIsNull ? null : other) = condition;
      if (!complete && null != nullptr && other != nullptr) {
        contradiction(*null, *other);
      }
    }
  }

  void contradiction(const TypedCondition& a, const TypedCondition& b) {
    add("W_CONTRADICTION", base::message("never TRUE together: {} and {}", shown(a), shown(b)));
  }

  void find_repeated(const std::vector<TypedExpression>& parts) {
    std::set<std::string> seen;
    std::set<std::string> reported;
    for (const TypedExpression& part : parts) {
      std::string text = print(part, schema_);
      if (!seen.insert(text).second && reported.insert(text).second) {
        add("W_REPEATED", base::message("more than once in one group: {}", cut(text)));
      }
    }
  }

  // a = 1 or a = 2
  void find_equalities(const std::vector<TypedExpression>& parts) {
    std::map<Line, TypedCondition> lists;
    std::set<std::string> seen;
    for (const TypedExpression& part : parts) {
      const auto* condition = std::get_if<TypedCondition>(&part.node);
      if (condition == nullptr || condition->test != Test::kEqual || condition->other ||
          condition->type == ConditionType::kBoolean ||
          !seen.insert(print(*condition, schema_)).second) {
        continue;
      }
      const auto [list, is_new] = lists.try_emplace(line_of(*condition, false), *condition);
      if (!is_new) {
        list->second.test = Test::kIn;
        list->second.constants.push_back(condition->constants.front());
      }
    }
    for (const auto& [line, list] : lists) {
      if (list.test == Test::kIn) {
        add("W_USE_IN", base::message("{} comparisons joined by 'or' are shorter as: {}",
                                      list.constants.size(), shown(list)));
      }
    }
  }

  void find_one_value(const TypedCondition& condition) {
    const bool between = condition.test == Test::kBetween || condition.test == Test::kNotBetween;
    if (!between || condition.constants[0] != condition.constants[1]) {
      return;
    }
    TypedCondition simple = condition;
    simple.test = condition.test == Test::kBetween ? Test::kEqual : Test::kNotEqual;
    simple.constants.pop_back();
    add("W_ONE_VALUE", base::message("{} is the same as {}", shown(condition), shown(simple)));
  }

  [[nodiscard]] std::string shown(const TypedCondition& condition) const {
    return cut(print(condition, schema_));
  }

  // Without the quotes around, which a rule has inside.
  static std::string cut(const std::string& text) {
    const std::string quoted = base::quote(text, kShownMax);
    return quoted.substr(1, quoted.size() - 2);
  }

  void add(std::string_view code, std::string message) {
    remarks_.push_back({std::string(code), std::move(message)});
  }

  const column::Schema& schema_;
  std::vector<Remark> remarks_;
};

}  // namespace

std::vector<Remark> lint(const TypedRule& rule, const column::Schema& schema) {
  Linter linter(schema);
  linter.visit(rule);
  return linter.take_remarks();
}

}  // namespace tagsmith::rule
