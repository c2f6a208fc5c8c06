#include "explain/why.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "dataset/join.h"
#include "explain/explain_internal.h"

namespace tagsmith::explain {
namespace {

using membership::ManualEdit;
using membership::Micros;

bool holds(const std::optional<ManualEdit>& edit, Micros now) {
  return edit && edit->holds_at(now);
}

// Whether one table has the user.
base::Result<bool> has_user(const CurrentData& current, const std::string& table,
                            const std::string& user_id) {
  class Nothing final : public dataset::BatchConsumer {
    base::Status consume(const dataset::TableBatch&) override { return {}; }
  };
  for (size_t i = 0; i < current.data.sources.size(); ++i) {
    if (current.data.schema.tables[i].full_name() == table) {
      const auto counts = TAGSMITH_TRY(current.reader.scan(
          {.source = current.data.sources[i], .columns = {}, .only_user = user_id},
          [] { return std::make_unique<Nothing>(); }));
      return counts.rows > 0;
    }
  }
  return false;
}

// The answers of one user by tag, as they are put together.
class Answers {
 public:
  Answers(const catalog::Catalog& catalog, const WhyQuestion& question) : question_(question) {
    for (const catalog::Tag& tag : catalog.tags) {
      TagAnswer& answer = of(tag.id);
      answer.code = tag.code;
      answer.is_active = tag.is_active;
      id_of_code_.emplace(tag.code, tag.id);
    }
  }

  void add_stored(const membership::StoredUser& user) {
    for (const membership::StoredTag& stored : user.tags) {
      TagAnswer& answer = of(stored.tag_id);
      answer.has = true;
      if (auto detail = membership::parse_detail(stored.detail)) {
        answer.detail = std::move(*detail);
      }
    }
  }

  void add_edits(const std::vector<ManualEdit>& edits) {
    for (const ManualEdit& edit : edits) {
      TagAnswer& answer = of(edit.tag_id);
      (edit.kind == ManualEdit::Kind::kGrant ? answer.grant : answer.block) = edit;
    }
  }

  void add_states(const std::vector<run::TagState>& states) {
    for (const run::TagState& state : states) {
      if (const auto answer = by_id_.find(state.tag_id); answer != by_id_.end() && state.stale) {
        answer->second.stale = *state.stale;
      }
    }
  }

  // `row` is nothing for a user in no table, who has no tag by a rule.
  void add_rules(const CurrentData& current, const interpret::Row* row) {
    for (const catalog::RefusedTag& refused : current.checked.refused) {
      of(refused.tag_id).refused = refused.problem;
    }
    if (row != nullptr) {
      const interpret::Context context{
          .schema = &current.data.schema,
          .as_of = current.as_of,
          .has_tag = [&](std::string_view code) { return answer_of_run(current, code); }};
      auto reasons = explain_rules(
          current.checked.rules, *row, context, question_.tag_id,
          [&](const catalog::CheckedRule& rule, bool truth) { is_true_[rule.tag_id] |= truth; });
      for (TagReason& reason : reasons) {
        of(reason.tag_id).rules = std::move(reason);
      }
    }
    for (const auto& [tag_id, text] : current.checked.texts) {
      of(tag_id).next = found_by_run(tag_id);
    }
  }

  [[nodiscard]] std::vector<TagAnswer> take() {
    std::vector<TagAnswer> answers;
    for (auto& [tag_id, answer] : by_id_) {
      if (!question_.tag_id || *question_.tag_id == tag_id) {
        answers.push_back(std::move(answer));
      }
    }
    return answers;
  }

 private:
  TagAnswer& of(std::int32_t tag_id) {
    TagAnswer& answer = by_id_[tag_id];
    answer.tag_id = tag_id;
    return answer;
  }

  bool found_by_run(std::int32_t tag_id) {
    const TagAnswer& answer = of(tag_id);
    return (is_true_[tag_id] || holds(answer.grant, question_.now)) &&
           !holds(answer.block, question_.now);
  }

  bool answer_of_run(const CurrentData& current, std::string_view code) {
    const auto id = id_of_code_.find(code);
    if (id == id_of_code_.end()) {
      return false;
    }
    return current.checked.texts.contains(id->second) ? found_by_run(id->second)
                                                      : of(id->second).has;
  }

  const WhyQuestion& question_;
  std::map<std::int32_t, TagAnswer> by_id_;
  std::map<std::string, std::int32_t, std::less<>> id_of_code_;
  std::map<std::int32_t, bool> is_true_;  // one of the tag's rules, of those evaluated so far
};

}  // namespace

base::Result<std::optional<UserAnswer>> why(membership::TagStore& tags, run::RunStore& runs,
                                            const catalog::Catalog& catalog,
                                            const CurrentData* current,
                                            const WhyQuestion& question) {
  UserAnswer answer{.user_id = question.user_id, .now = question.now, .at = question.view.at};
  Answers answers(catalog, question);
  const auto stored = TAGSMITH_TRY(member(tags, runs, question.view, question.user_id));
  if (stored) {
    answer.in_store = true;
    answers.add_stored(*stored);
  }
  if (!question.view.at) {  // what held at another moment is not kept
    const auto edits = TAGSMITH_TRY(tags.manual_edits(question.user_id));
    answer.in_store = answer.in_store || !edits.empty();
    answers.add_edits(edits);
    answers.add_states(TAGSMITH_TRY(runs.tag_states()));
  }
  if (current != nullptr) {
    answer.as_of = current->as_of;
    const auto row = TAGSMITH_TRY(dataset::read_user(
        current->reader, current->data, question.user_id, columns_of(current->checked.rules)));
    answer.in_data = row.has_value();
    if (answer.in_data && !current->population.empty()) {
      answer.in_data = TAGSMITH_TRY(has_user(*current, current->population, question.user_id));
    }
    answers.add_rules(*current, answer.in_data ? &*row : nullptr);
  }
  if (!answer.in_store && !answer.in_data) {
    return std::optional<UserAnswer>();
  }
  answer.tags = answers.take();
  return std::optional(std::move(answer));
}

}  // namespace tagsmith::explain
