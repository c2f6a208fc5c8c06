#include "run/guards.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/language.h"
#include "base/problem.h"

namespace tagsmith::run {
namespace {

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// "41.2 %", "1.01 %", "30 %".
std::string share(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  return (text.ends_with('.') ? text.substr(0, text.size() - 1) : text) + " %";
}

class Judge {
 public:
  explicit Judge(const GuardInput& input) : input_(input) {}

  std::vector<Trip> judge() {
    if (input_.last_good != nullptr) {
      judge_tables(*input_.last_good);
      judge_gone();
      judge_columns(*input_.last_good);
    }
    for (const TagPlan& plan : input_.plan.tags) {
      const auto tag = std::ranges::find(input_.tags, plan.tag_id, &catalog::Tag::id);
      if (!plan.is_new && tag != input_.tags.end()) {
        judge_tag(plan, tag->guards);
      }
    }
    return std::move(trips_);
  }

 private:
  void trip(std::string name, std::string message, std::optional<std::int32_t> tag = std::nullopt) {
    trips_.push_back({.name = std::move(name), .tag_id = tag, .message = std::move(message)});
  }

  void judge_tables(const PlanSummary& last_good) {
    for (const TableRows& table : input_.plan.tables) {
      const auto last = std::ranges::find(last_good.tables, table.table, &TableRows::table);
      const double least = input_.run_guards.input_rows_percent;
      if (last != last_good.tables.end() && percent(table.rows, last->rows) < least &&
          last->rows > 0) {
        trip("input_rows:" + table.table,
             fmt::format(
                 base::marked(
                     "table {} has {} rows, {} of the {} of the last good run (at least {})"),
                 base::quote(table.table), table.rows, share(percent(table.rows, last->rows)),
                 last->rows, share(least)));
      }
      const std::uint64_t all = table.rows + table.null_keys;
      const double most = input_.run_guards.null_keys_percent;
      if (percent(table.null_keys, all) > most) {
        trip("null_keys:" + table.table,
             fmt::format(base::marked("table {} has no key in {} of {} rows ({}, at most {})"),
                         base::quote(table.table), table.null_keys, all,
                         share(percent(table.null_keys, all)), share(most)));
      }
    }
  }

  void judge_gone() {
    const PlanSummary& plan = input_.plan;
    const double most = input_.run_guards.gone_percent;
    if (percent(plan.gone, plan.users_before) > most) {
      trip("gone",
           fmt::format(
               base::marked("{} of {} stored users are in no table any more ({}, at most {})"),
               plan.gone, plan.users_before, share(percent(plan.gone, plan.users_before)),
               share(most)));
    }
  }

  void judge_columns(const PlanSummary& last_good) {
    for (const ColumnCounts& column : input_.plan.columns) {
      const double now = percent(column.unreadable, column.rows);
      const auto last = std::ranges::find_if(last_good.columns, [&](const ColumnCounts& other) {
        return other.table == column.table && other.column == column.column;
      });
      const std::string name = column.table + "." + column.column;
      const double most = input_.run_guards.unreadable_percent;
      const double rise = input_.run_guards.unreadable_rise;
      if (now > most) {
        trip("unreadable:" + name,
             fmt::format(base::marked("column {} cannot be read in {} of {} rows ({}, at most {})"),
                         base::quote(name), column.unreadable, column.rows, share(now),
                         share(most)));
      } else if (last != last_good.columns.end() &&
                 now - percent(last->unreadable, last->rows) > rise) {
        trip("unreadable:" + name,
             fmt::format(
                 base::marked("column {} cannot be read in {} of its rows, {} in the last good run "
                              "(at most {} more)"),
                 base::quote(name), share(now), share(percent(last->unreadable, last->rows)),
                 share(rise)));
      }
    }
  }

  void judge_tag(const TagPlan& plan, const catalog::TagGuards& guards) {
    const auto told = [&](std::string_view guard, const std::string& what) {
      trip(fmt::format("{}:{}", guard, plan.code),
           fmt::format(base::marked("tag {} {}"), plan.code, what), plan.tag_id);
    };
    const bool is_large = plan.before >= guards.members_min;
    // What the team took away itself, or let expire, needs nobody's yes.
    const std::uint64_t left = plan.left - plan.left_by_hand;
    const std::uint64_t before = plan.before - plan.left_by_hand;
    const double lost = percent(left, plan.before);
    const double gained = percent(plan.entered, plan.before);
    if (guards.to_zero && before > 0 && before + plan.entered == left) {
      told("to_zero", fmt::format(base::marked("would lose all of its {} members"), plan.before));
    } else if (is_large && lost > guards.lost_percent) {
      told("lost", fmt::format(base::marked("would lose {} of {} members ({}, at most {})"), left,
                               plan.before, share(lost), share(guards.lost_percent)));
    }
    if (is_large && gained > guards.gained_percent) {
      told("gained",
           fmt::format(base::marked("would gain {} members beside its {} ({}, at most {})"),
                       plan.entered, plan.before, share(gained), share(guards.gained_percent)));
    }
    // Also where nobody moves today: tomorrow's users would be judged by a rule that nobody saw.
    if (plan.rule_changed) {
      told("rule_changed",
           fmt::format(base::marked("has another rule than was published: {} would enter, {} "
                                    "would leave"),
                       plan.entered, plan.left));
    }
  }

  const GuardInput& input_;
  std::vector<Trip> trips_;
};

}  // namespace

std::vector<Trip> judge(const GuardInput& input) { return Judge(input).judge(); }

}  // namespace tagsmith::run
