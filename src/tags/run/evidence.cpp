#include <fmt/format.h>

#include <cmath>
#include <mutex>

#include "base/interrupt.h"
#include "base/json.h"
#include "column/days.h"
#include "column/decimal.h"
#include "rule/printer.h"
#include "rule/typed.h"
#include "run/evidence_internal.h"
#include "run/json_internal.h"

namespace tagsmith::run {
namespace {

using column::TypeKind;

constexpr std::uint32_t kNoRow = 0xFFFF'FFFF;

template <typename Float>
std::string float_json(Float value) {
  return std::isfinite(value) ? fmt::format("{}", value)
                              : base::json_quoted(fmt::format("{}", value));
}

}  // namespace

std::string to_json(const column::Value& value, const column::Type& type) {
  if (std::holds_alternative<std::monostate>(value)) {
    return "null";
  }
  switch (type.kind) {
    case TypeKind::kInt:
    case TypeKind::kBoolean:
      return column::to_text(value, type);
    case TypeKind::kDecimal: {
      const auto unscaled = std::get<column::Int128>(value);
      return unscaled == column::kUnreadableDecimal
                 ? base::json_quoted(column::to_text(value, type))
                 : column::Decimal::from_scaled(unscaled, type.scale).to_text();
    }
    case TypeKind::kDouble:
      return float_json(std::get<double>(value));
    case TypeKind::kFloat:
      return float_json(std::get<float>(value));
    case TypeKind::kText:
      return base::json_quoted(std::get<std::string>(value));
    case TypeKind::kTextList:
      return json_list(std::get<column::TextList>(value),
                       [](const std::optional<std::string>& element) {
                         return element ? base::json_quoted(*element) : "null";
                       });
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kUnusable:
      break;
  }
  return base::json_quoted(column::to_text(value, type));
}

// Keeps the cells of the wanted users.
class EvidenceOf::Consumer final : public dataset::BatchConsumer {
 public:
  struct Shared {
    const std::unordered_map<std::string_view, size_t>& users;
    std::vector<Cells*> columns;
    std::mutex mutex;
  };

  explicit Consumer(Shared& shared) : shared_(shared) {}

  base::Status consume(const dataset::TableBatch& batch) override {
    if (base::interrupted()) {
      return base::cancelled();
    }
    const std::lock_guard lock(shared_.mutex);
    for (size_t row = 0; row < batch.row_count; ++row) {
      const auto user = shared_.users.find(batch.keys[row]);
      if (user == shared_.users.end()) {
        continue;
      }
      for (size_t i = 0; i < shared_.columns.size(); ++i) {
        Cells& cells = *shared_.columns[i];
        cells.row_of_user[user->second] = static_cast<std::uint32_t>(cells.data.row_count());
        cells.data.append(batch.columns[i].value(row));
      }
    }
    return {};
  }

 private:
  Shared& shared_;
};

void EvidenceOf::want(size_t user, std::string_view user_id, size_t rule) {
  if (user >= ids_.size()) {
    ids_.resize(user + 1);
  }
  if (ids_[user].empty()) {
    ids_[user] = user_id;
    users_.emplace(user_id, user);
  }
  reasons_.resize(rules_.rules.size());
  std::optional<Reason>& reason = reasons_[rule];
  if (reason) {
    return;
  }
  const rule::TypedRule& typed = rules_.rules[rule].rule;
  reason.emplace(Reason{.text = rule::print(typed, data_.schema), .parts = {}});
  for (const column::ColumnId column : rule::columns_of(typed)) {
    Part part{.name = base::json_quoted(data_.schema.display_name(column)), .column = column};
    if (column.table != column::kKeyTable) {
      part.cells = &cells_.try_emplace(column, data_.schema.type(column)).first->second;
    }
    reason->parts.push_back(std::move(part));
  }
}

base::Status EvidenceOf::read(dataset::Reader& reader) {
  for (size_t table = 0; table < data_.sources.size(); ++table) {
    TAGSMITH_TRY(read_table(reader, table));
  }
  for (auto& [column, cells] : cells_) {
    cells.view = cells.data.view();
  }
  return {};
}

base::Status EvidenceOf::read_table(dataset::Reader& reader, size_t table) {
  dataset::ScanSpec spec{.source = data_.sources[table]};
  Consumer::Shared shared{.users = users_};
  for (auto& [column, cells] : cells_) {
    if (column.table == table) {
      cells.row_of_user.assign(ids_.size(), kNoRow);
      spec.columns.push_back(data_.schema.column(column).name);
      shared.columns.push_back(&cells);
    }
  }
  if (!shared.columns.empty()) {
    TAGSMITH_TRY(reader.scan(spec, [&] { return std::make_unique<Consumer>(shared); }));
  }
  return {};
}

std::string EvidenceOf::cell_json(const Part& part, size_t user) const {
  if (part.cells == nullptr) {
    return base::json_quoted(ids_[user]);
  }
  const std::uint32_t row = part.cells->row_of_user[user];
  return row == kNoRow ? "null" : to_json(part.cells->view.value(row), part.cells->data.type());
}

membership::Evidence EvidenceOf::of(size_t user, size_t rule) const {
  const Reason& reason = *reasons_[rule];
  std::string value = "{";
  for (const Part& part : reason.parts) {
    value += value.size() == 1 ? "" : ",";
    value += part.name;
    value += ':';
    value += cell_json(part, user);
  }
  return {.tag_id = rules_.rules[rule].tag_id, .value = value + "}", .reason = reason.text};
}

}  // namespace tagsmith::run
