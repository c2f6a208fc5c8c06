#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/language.h"
#include "base/problem.h"
#include "column/days.h"
#include "explain/explain.h"
#include "explain/explain_internal.h"

namespace tagsmith::explain {
namespace {

using interpret::Explanation;
using interpret::Truth;

std::string_view sign_of(Truth truth) {
  switch (truth) {
    case Truth::kTrue:
      return "✓";
    case Truth::kFalse:
      return "✗";
    case Truth::kUnknown:
      break;
  }
  return "?";
}

std::string_view name_of(Explanation::Kind kind) {
  switch (kind) {
    case Explanation::Kind::kAnd:
      return "and";
    case Explanation::Kind::kOr:
      return "or";
    case Explanation::Kind::kNot:
      return "not";
    case Explanation::Kind::kCondition:
      break;
  }
  return "condition";
}

std::string heading_of(Explanation::Kind kind) {
  switch (kind) {
    case Explanation::Kind::kAnd:
      return base::tr("all of");
    case Explanation::Kind::kOr:
      return base::tr("any of");
    case Explanation::Kind::kNot:
      return base::tr("not");
    case Explanation::Kind::kCondition:
      break;
  }
  return "";
}

std::string mark_of(Truth truth, bool with_signs) {
  return with_signs ? std::string(sign_of(truth)) : fmt::format("{:<7}", word_of(truth));
}

// The rules of one tag as lines.
class Tree {
 public:
  explicit Tree(bool with_signs) : with_signs_(with_signs) {}

  void add(const TagReason& tag, size_t depth) {
    for (const RuleReason& rule : tag.rules) {
      size_t rule_depth = depth;
      if (tag.rules.size() > 1) {
        out_ += std::string(depth * 2, ' ') +
                base::message("{} rule {}\n", mark(rule.tree.truth), rule.name);
        ++rule_depth;
      }
      add(rule.tree, rule_depth);
      if (!tag.has) {
        add_miss(rule, rule_depth);
      }
    }
  }

  void add_miss(const RuleReason& rule, size_t depth) {
    for (const interpret::Miss& miss : rule.nearest_miss) {
      const bool is_first = &miss == &rule.nearest_miss.front();
      out_ += std::string(depth * 2, ' ') +
              (is_first ? base::tr("nearest miss:") : base::tr("         and:")) + " " +
              base::message("{} would have to be {}: it is {}{}\n", miss.text,
                            miss.wanted ? "true" : "false", word_of(miss.truth),
                            miss.seen.empty() ? "" : fmt::format(" [{}]", miss.seen));
    }
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void add(const Explanation& node, size_t depth) {
    const bool leaf = node.kind == Explanation::Kind::kCondition;
    out_ += fmt::format("{:{}}{} {}", "", depth * 2, mark(node.truth),
                        leaf ? node.text : heading_of(node.kind));
    out_ += leaf && !node.seen.empty() ? fmt::format("   [{}]\n", node.seen) : "\n";
    for (const Explanation& part : node.parts) {
      add(part, depth + 1);
    }
  }

  [[nodiscard]] std::string mark(Truth truth) const { return mark_of(truth, with_signs_); }

  bool with_signs_;
  std::string out_;
};

// Joins the JSON of all elements of a list with commas.
template <typename List, typename ToJson>
std::string list_json(const List& list, ToJson to_json_of_one) {
  std::string out = "[";
  for (const auto& element : list) {
    out += (out.size() == 1 ? "" : ",") + to_json_of_one(element);
  }
  return out + "]";
}

std::string json_of(const Explanation& node) {
  std::string out =
      fmt::format(R"({{"kind":"{}","truth":"{}")", name_of(node.kind), word_of(node.truth));
  if (node.kind == Explanation::Kind::kCondition) {
    out += fmt::format(R"(,"text":{},"seen":{})", base::json_quoted(node.text),
                       base::json_quoted(node.seen));
  } else {
    out += ",\"parts\":" + list_json(node.parts, json_of);
  }
  return out + "}";
}

std::string json_of_miss(const interpret::Miss& miss) {
  return fmt::format(R"({{"text":{},"seen":{},"truth":"{}","wanted":"{}"}})",
                     base::json_quoted(miss.text), base::json_quoted(miss.seen),
                     word_of(miss.truth), miss.wanted ? "true" : "false");
}

std::string json_of_rule(const RuleReason& rule) {
  return fmt::format(R"({{"name":{},"truth":"{}","tree":{},"nearest_miss":{}}})",
                     base::json_quoted(rule.name), word_of(rule.tree.truth), json_of(rule.tree),
                     list_json(rule.nearest_miss, json_of_miss));
}

}  // namespace

std::string_view word_of(Truth truth) {
  switch (truth) {
    case Truth::kTrue:
      return "true";
    case Truth::kFalse:
      return "false";
    case Truth::kUnknown:
      break;
  }
  return "unknown";
}

std::string rules_text(const TagReason& tag, size_t depth, bool with_signs) {
  Tree tree(with_signs);
  tree.add(tag, depth);
  return tree.take();
}

std::string misses_text(const TagReason& tag, size_t depth) {
  Tree tree(/*with_signs=*/false);
  for (const RuleReason& rule : tag.rules) {
    tree.add_miss(rule, depth);
  }
  return tree.take();
}

std::string rules_json(const TagReason& tag) { return list_json(tag.rules, json_of_rule); }

std::string mark(bool is_true, bool with_signs) {
  return mark_of(is_true ? Truth::kTrue : Truth::kFalse, with_signs);
}

std::string to_text(const UserReasons& reasons, bool with_signs) {
  std::string out = base::message("user {} as of {}\n", base::quote(reasons.user_id),
                                  column::day_text(reasons.as_of));
  for (const TagReason& tag : reasons.tags) {
    out += base::message("\n{} tag {} {}\n", mark(tag.has, with_signs), tag.tag_id,
                         tag.rules.front().name);
    out += rules_text(tag, 1, with_signs);
  }
  return out;
}

std::string to_json(const UserReasons& reasons) {
  return fmt::format(R"({{"user_id":{},"as_of":"{}","tags":{}}})",
                     base::json_quoted(reasons.user_id), column::day_text(reasons.as_of),
                     list_json(reasons.tags, [](const TagReason& tag) {
                       return fmt::format(R"({{"tag_id":{},"has":{},"rules":{}}})", tag.tag_id,
                                          tag.has, rules_json(tag));
                     }));
}

}  // namespace tagsmith::explain
