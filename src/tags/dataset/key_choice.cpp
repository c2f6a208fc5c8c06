#include "dataset/key_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <utility>

#include "base/language.h"
#include "base/problem.h"
#include "base/similar.h"
#include "base/words.h"

namespace tagsmith::dataset {
namespace {

using column::Column;

// Names of ids of users, the plainest first, in small letters and without what stands between
// words.
const std::array<std::initializer_list<std::string_view>, 4> kNames = {{
    {"userid", "用户id", "用户编号", "用户标识"},
    {"uid", "userno", "usernumber", "usercode", "userkey", "用户号"},
    {"customerid",   "custid",   "customerno", "customernumber", "customercode", "clientid",
     "memberid",     "memberno", "accountid",  "accountno",      "buyerid",      "visitorid",
     "subscriberid", "playerid", "客户id",     "客户编号",       "客户号",       "会员id",
     "会员编号",     "会员号",   "顾客id",     "顾客编号",       "账号",         "账户id"},
    {"user", "customer", "client", "member", "用户", "客户", "会员", "顾客"},
}};
constexpr size_t kPlainId = kNames.size();  // "id", in a table of users
constexpr size_t kNoName = kNames.size() + 1;

// "userid" of "User-ID".
std::string bare(std::string_view name) {
  std::string out;
  for (const char c : base::lower(name)) {
    if (std::string_view(" ._-").find(c) == std::string_view::npos) {
      out += c;
    }
  }
  return out;
}

bool is_of_users(std::string_view table) {
  const std::string name = bare(table);
  constexpr std::array<std::string_view, 10> kWords = {
      "user", "customer", "client", "member", "account", "people", "用户", "客户", "会员", "顾客"};
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

bool is_integer(const Column& column) {
  const bool is_wide = column.type.kind == column::TypeKind::kDecimal &&
                       column.type.precision == 38 && column.type.scale == 0;
  return column.type.kind == column::TypeKind::kInt || is_wide;
}

bool may_be_key(const Column& column) {
  return column.type.kind == column::TypeKind::kText || is_integer(column);
}

const Column* find(const KeylessTable& table, std::string_view name) {
  const auto column = std::ranges::find(table.columns, name, &Column::name);
  return column == table.columns.end() ? nullptr : &*column;
}

class Chooser {
 public:
  Chooser(std::span<const KeylessTable> tables, const CountKeys& count)
      : tables_(tables), count_(count) {}

  base::Result<std::vector<std::optional<ChosenKey>>> choose(std::span<const std::string> wanted) {
    std::vector<std::optional<ChosenKey>> keys(tables_.size());
    for (size_t i = 0; i < tables_.size(); ++i) {
      keys[i] = wanted_in(tables_[i], wanted);
      if (!keys[i]) {
        keys[i] = TAGSMITH_TRY(named_in(i));
      }
    }
    if (!wanted.empty() && !any_wanted(wanted)) {
      return none_wanted(wanted);
    }
    if (std::ranges::none_of(keys, [](const auto& key) { return key.has_value(); })) {
      TAGSMITH_TRY(take_shared(keys));
    }
    for (size_t i = 0; wanted.empty() && i < tables_.size(); ++i) {
      if (!keys[i] && !doubts_.contains(i)) {
        note_doubt(i, TAGSMITH_TRY(unique_in(i)));
      }
    }
    if (wanted.empty() && !doubts_.empty()) {
      return in_doubt();
    }
    if (std::ranges::none_of(keys, [](const auto& key) { return key.has_value(); })) {
      return no_key();
    }
    return keys;
  }

 private:
  static std::optional<ChosenKey> as_key(const Column& column) {
    return ChosenKey{.column = column.name, .is_integer = is_integer(column)};
  }

  static std::optional<ChosenKey> wanted_in(const KeylessTable& table,
                                            std::span<const std::string> wanted) {
    for (const std::string& name : wanted) {
      const Column* column = find(table, name);
      if (column != nullptr && may_be_key(*column)) {
        return as_key(*column);
      }
    }
    return std::nullopt;
  }

  bool any_wanted(std::span<const std::string> wanted) const {
    return std::ranges::any_of(
        tables_, [&](const KeylessTable& table) { return wanted_in(table, wanted).has_value(); });
  }

  size_t rank_of(const KeylessTable& table, const Column& column) const {
    const std::string name = bare(column.name);
    for (size_t rank = 0; rank < kNames.size(); ++rank) {
      if (std::ranges::find(kNames[rank], name) != kNames[rank].end()) {
        return rank;
      }
    }
    const bool is_plain_id = name == "id" && (is_of_users(table.name) || tables_.size() == 1);
    return is_plain_id ? kPlainId : kNoName;
  }

  // How many tables have a column that may be a key under this name.
  [[nodiscard]] auto spread_of(const std::string& name) const {
    return std::ranges::count_if(tables_, [&](const KeylessTable& table) {
      const Column* column = find(table, name);
      return column != nullptr && may_be_key(*column);
    });
  }

  // The column that is named like an id of users; nothing where none is or several are.
  base::Result<std::optional<ChosenKey>> named_in(size_t index) {
    const KeylessTable& table = tables_[index];
    std::vector<const Column*> best;
    size_t best_rank = kNoName;
    for (const Column& column : table.columns) {
      const size_t rank = may_be_key(column) ? rank_of(table, column) : kNoName;
      if (rank < best_rank) {
        best = {&column};
        best_rank = rank;
      } else if (rank == best_rank && rank < kNoName) {
        best.push_back(&column);
      }
    }
    keep_best(best, [&](const Column* column) { return spread_of(column->name); });
    if (best.size() > 1) {
      std::map<const Column*, bool> is_unique;
      for (const Column* column : best) {
        is_unique[column] = TAGSMITH_TRY(count_(index, column->name)).is_unique();
      }
      keep_best(best, [&](const Column* column) { return is_unique[column]; });
    }
    if (best.size() > 1) {
      std::vector<std::string> names;
      std::ranges::transform(best, std::back_inserter(names), &Column::name);
      note_doubt(index, std::move(names));
      return std::optional<ChosenKey>();
    }
    return best.empty() ? std::nullopt : as_key(*best.front());
  }

  template <typename ScoreOf>
  static void keep_best(std::vector<const Column*>& columns, const ScoreOf& score_of) {
    if (columns.size() > 1) {
      const auto best = std::ranges::max(columns, {}, score_of);
      const auto score = score_of(best);
      std::erase_if(columns, [&](const Column* column) { return score_of(column) != score; });
    }
  }

  // The columns of a table that have another value in every row.
  base::Result<std::vector<std::string>> unique_in(size_t index) {
    std::vector<std::string> names;
    for (const Column& column : tables_[index].columns) {
      if (may_be_key(column) && TAGSMITH_TRY(count_(index, column.name)).is_unique()) {
        names.push_back(column.name);
      }
    }
    return names;
  }

  // Takes the one column that is in every table and the key of each.
  base::Status take_shared(std::vector<std::optional<ChosenKey>>& keys) {
    if (!doubts_.empty()) {
      return {};
    }
    std::vector<std::string> shared;
    for (const Column& column : tables_.front().columns) {
      bool is_key = spread_of(column.name) == static_cast<std::ptrdiff_t>(tables_.size());
      for (size_t i = 0; is_key && i < tables_.size(); ++i) {
        is_key = TAGSMITH_TRY(count_(i, column.name)).is_unique();
      }
      if (is_key) {
        shared.push_back(column.name);
      }
    }
    if (shared.size() == 1) {
      for (size_t i = 0; i < tables_.size(); ++i) {
        keys[i] = as_key(*find(tables_[i], shared.front()));
      }
    }
    return {};
  }

  void note_doubt(size_t index, std::vector<std::string> candidates) {
    if (!candidates.empty()) {
      doubts_.emplace(index, std::move(candidates));
    }
  }

  static base::Error key_error(std::string message, std::string hint) {
    return {.code = base::ErrorCode::kInvalidArgument,
            .message = std::move(message),
            .symbol = "E_DATA_KEY",
            .hint = std::move(hint)};
  }

  [[nodiscard]] base::Error in_doubt() const {
    std::string message = base::tr("it is not clear which column says who the user is:");
    for (const auto& [index, candidates] : doubts_) {
      message +=
          (index == doubts_.begin()->first ? " " : "; ") +
          base::message("table {} has {}", base::quote(tables_[index].name), listed(candidates));
    }
    return key_error(
        std::move(message),
        base::message("name the column with --key, as in --key {}; it may be given for "
                      "each name that a table has for it, and a table without one is "
                      "left out",
                      doubts_.begin()->second.front()));
  }

  [[nodiscard]] base::Error no_key() const {
    std::string message = base::tr("no column says who the user is:");
    for (const KeylessTable& table : tables_) {
      std::vector<std::string> names;
      std::ranges::transform(table.columns, std::back_inserter(names), &Column::name);
      message += (&table == &tables_.front() ? " " : "; ") +
                 base::message("table {} has {}", base::quote(table.name), listed(names));
    }
    return key_error(std::move(message),
                     base::tr("name the column with --key NAME; a key is text or a whole number"));
  }

  [[nodiscard]] base::Error none_wanted(std::span<const std::string> wanted) const {
    std::vector<std::string> names;
    for (const KeylessTable& table : tables_) {
      for (const Column& column : table.columns) {
        if (may_be_key(column) && std::ranges::find(names, column.name) == names.end()) {
          names.push_back(column.name);
        }
      }
    }
    const std::string hint = base::did_you_mean(wanted.front(), names);
    return key_error(
        base::message("no table has a column {} of texts or whole numbers",
                      base::quote(fmt::format("{}", fmt::join(wanted, ", ")))),
        hint.empty() ? base::message("columns that may be the key are {}", listed(names)) : hint);
  }

  static std::string listed(const std::vector<std::string>& names) {
    constexpr size_t kShownMax = 10;
    std::vector<std::string> shown;
    for (size_t i = 0; i < std::min(kShownMax, names.size()); ++i) {
      shown.push_back(base::quote(names[i]));
    }
    return fmt::format("{}{}", fmt::join(shown, ", "),
                       names.size() > kShownMax ? fmt::format(", ... ({})", names.size()) : "");
  }

  std::span<const KeylessTable> tables_;
  const CountKeys& count_;
  std::map<size_t, std::vector<std::string>> doubts_;  // candidates, by table
};

}  // namespace

base::Result<std::vector<std::optional<ChosenKey>>> choose_keys(
    std::span<const KeylessTable> tables, std::span<const std::string> wanted,
    const CountKeys& count) {
  return Chooser(tables, count).choose(wanted);
}

}  // namespace tagsmith::dataset
