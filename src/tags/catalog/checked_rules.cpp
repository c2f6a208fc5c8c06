#include "catalog/checked_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/language.h"
#include "base/similar.h"
#include "base/words.h"
#include "catalog/checking_internal.h"
#include "rule/problems.h"

namespace tagsmith::catalog {
namespace {

using base::Problem;

// The has_tag tests of a rule with their places.
void find_tag_tests(const rule::Expression& expression, std::vector<const rule::TagTest*>& found) {
  if (const auto* test = std::get_if<rule::TagTest>(&expression.node)) {
    found.push_back(test);
  } else if (const auto* all = std::get_if<rule::And>(&expression.node)) {
    for (const rule::Expression& part : all->parts) {
      find_tag_tests(part, found);
    }
  } else if (const auto* any = std::get_if<rule::Or>(&expression.node)) {
    for (const rule::Expression& part : any->parts) {
      find_tag_tests(part, found);
    }
  } else if (const auto* negation = std::get_if<rule::Not>(&expression.node)) {
    find_tag_tests(negation->part.front(), found);
  }
}

// The number of "byte 17"; a place that is none stays where it is.
size_t byte_of(const Problem& problem) {
  constexpr std::string_view kPrefix = "byte ";
  size_t byte = 0;
  if (problem.path.starts_with(kPrefix)) {
    std::from_chars(problem.path.data() + kPrefix.size(), problem.path.data() + problem.path.size(),
                    byte);
  }
  return byte;
}

// Adds problems in the order of their bytes; those of one byte, and those without one, stay in the
// order they have.
void add_in_order(base::Problems found, base::Problems& to) {
  std::multimap<size_t, Problem> by_byte;
  for (Problem& problem : found) {
    const size_t byte = byte_of(problem);
    by_byte.emplace(byte, std::move(problem));
  }
  for (auto& [byte, problem] : by_byte) {
    to.push_back(std::move(problem));
  }
}

// The groups of nodes that reach each other, every group after those that it reaches (Tarjan's
// algorithm, without recursion: a file may chain thousands of rules).
std::vector<std::vector<size_t>> groups_in_order(const std::vector<std::vector<size_t>>& edges) {
  constexpr size_t kUnseen = static_cast<size_t>(-1);
  struct Visit {
    size_t node;
    size_t next_edge;
  };
  std::vector<size_t> index(edges.size(), kUnseen);
  std::vector<size_t> low(edges.size());
  std::vector<bool> open(edges.size());
  std::vector<size_t> stack;
  std::vector<std::vector<size_t>> groups;
  size_t counter = 0;
  for (size_t root = 0; root < edges.size(); ++root) {
    if (index[root] != kUnseen) {
      continue;
    }
    std::vector<Visit> visits;
    const auto enter = [&](size_t node) {
      index[node] = low[node] = counter++;
      open[node] = true;
      stack.push_back(node);
      visits.push_back({node, 0});
    };
    enter(root);
    while (!visits.empty()) {
      Visit& visit = visits.back();
      const size_t node = visit.node;
      if (visit.next_edge < edges[node].size()) {
        const size_t target = edges[node][visit.next_edge++];
        if (index[target] == kUnseen) {
          enter(target);
        } else if (open[target]) {
          low[node] = std::min(low[node], index[target]);
        }
        continue;
      }
      visits.pop_back();
      if (!visits.empty()) {
        size_t& parent_low = low[visits.back().node];
        parent_low = std::min(parent_low, low[node]);
      }
      if (low[node] == index[node]) {
        // From the end: a group stands there, and a long chain of groups may stand before it.
        const auto last = std::ranges::find(stack.rbegin(), stack.rend(), node);
        groups.emplace_back(last.base() - 1, stack.end());
        stack.erase(last.base() - 1, stack.end());
        for (const size_t member : groups.back()) {
          open[member] = false;
        }
      }
    }
  }
  return groups;
}

constexpr size_t kNamesShownMax = 8;  // in one message
// The nearest name costs a look at all names: of so many unknown ones in one file, no more is told.
constexpr size_t kNearestHintsMax = 100;

// First every rule for itself, then what the rules ask of each other.
class Checking {
 public:
  Checking(const std::vector<RuleEntry>& entries, const OtherTags& other_tags,
           const column::Schema& schema, const rule::CheckOptions& options)
      : entries_(entries),
        other_tags_(other_tags),
        problems_(entries_.size()),
        rules_(entries_.size()),
        edges_(entries_.size()),
        tests_(entries_.size()) {
    for (size_t i = 0; i < entries_.size(); ++i) {
      const auto [tag, is_new] = tags_.try_emplace(entries_[i].tag_id_given, edges_.size());
      if (is_new) {
        edges_.emplace_back();
      }
      edges_[tag->second].push_back(i);
      if (!entries_[i].name.empty()) {
        tags_of_name_[entries_[i].name].insert(entries_[i].tag_id_given);
      }
    }
    names_.assign(other_tags_.names.begin(), other_tags_.names.end());
    for (const auto& [name, ids] : tags_of_name_) {
      names_.push_back(name);
    }
    for (size_t i = 0; i < entries_.size(); ++i) {
      check(i, schema, options);
    }
  }

  CheckedEntries finish() {
    CheckedEntries out;
    for (const std::vector<size_t>& group : groups_in_order(edges_)) {
      refuse_cycle(group);
      for (const size_t i : group) {
        if (i < entries_.size()) {
          refuse_dependant(i);
          out.order.push_back(i);
        } else {
          is_refused_[i] =
              std::ranges::any_of(edges_[i], [&](size_t rule) { return !problems_[rule].empty(); });
        }
      }
    }
    out.rules = std::move(rules_);
    out.problems = std::move(problems_);
    return out;
  }

 private:
  void check(size_t i, const column::Schema& schema, const rule::CheckOptions& options) {
    problems_[i] = entries_[i].problems;
    if (!entries_[i].expression) {
      return;
    }
    auto checked = rule::check(*entries_[i].expression, schema, options);
    base::Problems found;
    if (checked) {
      rules_[i] = std::move(checked).value();
    } else {
      found = std::move(checked).error();
    }
    find_tag_tests(*entries_[i].expression, tests_[i]);
    for (const rule::TagTest* test : tests_[i]) {
      find_tag(i, *test, found);
    }
    add_in_order(std::move(found), problems_[i]);
  }

  void find_tag(size_t i, const rule::TagTest& test, base::Problems& found) {
    const auto tags = tags_of_name_.find(test.code);
    if (tags == tags_of_name_.end()) {
      if (!other_tags_.names.contains(test.code)) {
        found.push_back(unknown_tag(test));
      }
      return;
    }
    if (tags->second.size() > 1) {
      found.push_back(
          {std::string(rule::kTagUnknown), test.place.path,
           base::message("{} is the name of {} tags", base::quote(test.code), tags->second.size()),
           base::tr("give each tag a name of its own")});
      return;
    }
    edges_[i].push_back(tags_.at(*tags->second.begin()));
  }

  Problem unknown_tag(const rule::TagTest& test) {
    return {std::string(rule::kTagUnknown), test.place.path,
            fmt::format("{} {}", base::tr(other_tags_.unknown), base::quote(test.code)),
            hint_for_tag(test.code)};
  }

  // The name of a tag that was asked for by its id, else the nearest name, else which there are.
  std::string hint_for_tag(const std::string& code) {
    if (const auto tag = tags_.find(code); tag != tags_.end()) {
      const std::string& name = entries_[edges_[tag->second].front()].name;
      return name.empty()
                 ? base::message("the rules of tag {} have no name to ask for", code)
                 : base::message("tag {} is has_tag({})", code, base::in_quotes(name, '\''));
    }
    std::string nearest;
    if (nearest_hints_ < kNearestHintsMax) {
      ++nearest_hints_;
      nearest = base::did_you_mean(code, names_);
    }
    return nearest.empty() && !names_.empty() ? base::message("the names are {}", listed(names_))
                                              : nearest;
  }

  static std::string listed(const std::vector<std::string>& names) {
    std::vector<std::string> shown;
    for (size_t i = 0; i < names.size() && i < kNamesShownMax; ++i) {
      shown.push_back(base::quote(names[i]));
    }
    return names.size() <= kNamesShownMax ? fmt::format("{}", fmt::join(shown, ", "))
                                          : base::message("{} and {} more", fmt::join(shown, ", "),
                                                          names.size() - shown.size());
  }

  // The tag that a test asks for, or nothing when its name is not that of one tag with rules.
  std::optional<size_t> tag_of(const rule::TagTest& test) const {
    const auto tags = tags_of_name_.find(test.code);
    return tags != tags_of_name_.end() && tags->second.size() == 1
               ? std::optional(tags_.at(*tags->second.begin()))
               : std::nullopt;
  }

  // A circle always leads over tags and rules, so a node by itself is none.
  void refuse_cycle(const std::vector<size_t>& group) {
    if (group.size() == 1) {
      return;
    }
    const std::set<size_t> members(group.begin(), group.end());
    std::set<std::string> names;
    for (const size_t i : group) {
      if (i < entries_.size()) {
        names.insert(entries_[i].name);
      }
    }
    const std::string message = base::message("the rule asks for its own tag by way of {}",
                                              listed({names.begin(), names.end()}));
    for (const size_t i : group) {
      if (i >= entries_.size()) {
        continue;
      }
      const auto test = std::ranges::find_if(tests_[i], [&](const rule::TagTest* one) {
        const auto tag = tag_of(*one);
        return tag && members.contains(*tag);
      });
      TAGSMITH_ASSERT(test != tests_[i].end());
      problems_[i].push_back({std::string(rule::kTagCycle), (*test)->place.path, message,
                              base::tr("take one has_tag out of the circle")});
    }
  }

  // A rule that asks for a tag with a refused rule is refused too; rules that are refused for a
  // reason of their own keep that one.
  void refuse_dependant(size_t i) {
    if (!problems_[i].empty()) {
      return;
    }
    for (const rule::TagTest* test : tests_[i]) {
      const auto tag = tag_of(*test);  // a tag without rules is never refused
      if (tag && is_refused_.at(*tag)) {
        problems_[i].push_back(
            {std::string(rule::kTagRefused), test->place.path,
             base::message("a rule of the tag {} is refused", base::quote(test->code)),
             base::tr("mend that rule first")});
      }
    }
  }

  const std::vector<RuleEntry>& entries_;
  const OtherTags& other_tags_;
  std::vector<base::Problems> problems_;               // of each entry
  std::vector<std::optional<rule::TypedRule>> rules_;  // of each entry
  /// Of the entries, then of the tags: an entry leads to the tags that it asks for, a tag to its
  /// entries. With the tags between, there are no more edges than has_tags and entries.
  std::vector<std::vector<size_t>> edges_;
  std::vector<std::vector<const rule::TagTest*>> tests_;
  std::map<std::string, size_t> tags_;  // the node of a tag by its id as given
  std::map<size_t, bool> is_refused_;   // of a tag's node, once all its rules are looked at
  std::map<std::string, std::set<std::string>> tags_of_name_;
  std::vector<std::string> names_;  // that has_tag may ask for
  size_t nearest_hints_ = 0;        // given so far
};

}  // namespace

void CheckedRules::add(CheckedRule rule) {
  tag_of_name.emplace(rule.name, rule.tag_id);
  rules_of_tag_id[rule.tag_id].push_back(rules.size());
  rules.push_back(std::move(rule));
}

const std::vector<size_t>& CheckedRules::rules_of_tag(std::string_view name) const {
  static const std::vector<size_t> none;
  const auto tag = tag_of_name.find(name);
  return tag == tag_of_name.end() ? none : rules_of_tag_id.at(tag->second);
}

CheckedEntries check_entries(const std::vector<RuleEntry>& entries, const OtherTags& other_tags,
                             const column::Schema& schema, const rule::CheckOptions& options) {
  return Checking(entries, other_tags, schema, options).finish();
}

CheckedRules check_rules(const RuleFile& file, const column::Schema& schema,
                         const rule::CheckOptions& options) {
  CheckedEntries checked = check_entries(
      file.entries, {.unknown = base::marked("no rule of the file has the name")}, schema, options);
  CheckedRules out;
  for (const size_t i : checked.order) {
    const RuleEntry& entry = file.entries[i];
    if (checked.problems[i].empty()) {
      out.add({.tag_id = entry.tag_id,
               .name = entry.name,
               .position = entry.position,
               .rule = std::move(*checked.rules[i])});
    }
  }
  for (size_t i = 0; i < file.entries.size(); ++i) {
    out.refused_count += checked.problems[i].empty() ? 0 : 1;
    for (Problem& problem : checked.problems[i]) {
      out.problems.push_back({file.entries[i].tag_id_given, std::move(problem)});
    }
  }
  return out;
}

rule::LoweredRules lower_rules(const CheckedRules& rules, const column::Schema& schema,
                               std::int32_t as_of) {
  std::map<std::int32_t, rule::LoweredRuleTest> tests;  // one a tag, shared by all who ask
  for (const auto& [tag_id, of_tag] : rules.rules_of_tag_id) {
    tests.emplace(tag_id, of_tag);
  }
  const auto lower_tag_test = [&](std::string_view name) -> rule::LoweredExpression {
    const auto tag = rules.tag_of_name.find(name);
    TAGSMITH_ASSERT(tag != rules.tag_of_name.end());
    return {tests.at(tag->second)};
  };
  rule::LoweredRules lowered;
  for (const CheckedRule& checked : rules.rules) {
    lowered.push_back(rule::lower(checked.rule, schema, as_of, lower_tag_test));
  }
  return lowered;
}

}  // namespace tagsmith::catalog
