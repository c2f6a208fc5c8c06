#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "catalog/checked_rules.h"
#include "column/column.h"
#include "dataset/data_set.h"
#include "dataset/reader.h"
#include "membership/membership.h"

namespace tagsmith::run {

/// Why some users get tags: the cells that the rules read, of these users alone.
class EvidenceOf {
 public:
  /// `data` is what the rules were checked against; all outlive this.
  EvidenceOf(const dataset::DataSet& data, const catalog::CheckedRules& rules)
      : data_(data), rules_(rules) {}

  /// The user will get a tag by this rule (an index of the rules). Users have numbers of their own
  /// here, from 0 on; `user_id` must outlive this.
  void want(size_t user, std::string_view user_id, size_t rule);

  /// Scans the tables that the wanted rules read. After the last want().
  base::Status read(dataset::Reader& reader);

  /// The evidence of a wanted pair.
  [[nodiscard]] membership::Evidence of(size_t user, size_t rule) const;

 private:
  struct Cells {
    explicit Cells(const column::Type& type) : data(type) {}
    column::ColumnData data;
    column::ColumnView view;
    std::vector<std::uint32_t> row_of_user;
  };
  // A column of a rule with what it is called in the evidence.
  struct Part {
    std::string name;  // as JSON
    column::ColumnId column;
    const Cells* cells = nullptr;  // of a column that is not the key
  };
  struct Reason {
    std::string text;
    std::vector<Part> parts;
  };
  class Consumer;

  base::Status read_table(dataset::Reader& reader, size_t table);
  [[nodiscard]] std::string cell_json(const Part& part, size_t user) const;

  const dataset::DataSet& data_;
  const catalog::CheckedRules& rules_;
  std::unordered_map<std::string_view, size_t> users_;
  std::vector<std::string_view> ids_;           // by user
  std::vector<std::optional<Reason>> reasons_;  // by rule, of the wanted ones
  std::map<column::ColumnId, Cells> cells_;
};

/// A cell as JSON: numbers exact, days and times as texts; what JSON has no word for as a text.
std::string to_json(const column::Value& value, const column::Type& type);

}  // namespace tagsmith::run
