#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/language.h"
#include "store/transaction_internal.h"

namespace tagsmith::store {
namespace {

constexpr size_t kRowsMax = 100;    // of one INSERT
constexpr size_t kKeysMax = 512;    // of one list
constexpr size_t kValueBytes = 24;  // of a number, a comma, a quote: what a statement adds to texts

size_t bytes_of(const SqlValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return kValueBytes + (text != nullptr ? text->size() : 0);
}

// "(?, ?, ?)" for n = 3.
std::string placeholders(size_t count) {
  std::string text = "(";
  for (size_t i = 0; i < count; ++i) {
    text += i == 0 ? "?" : ", ?";
  }
  return text + ")";
}

}  // namespace

std::int64_t integer_of(const SqlValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  TAGSMITH_ASSERT(number != nullptr);
  return *number;
}

std::string text_of(SqlValue&& value) {
  auto* text = std::get_if<std::string>(&value);
  TAGSMITH_ASSERT(text != nullptr);
  return std::move(*text);
}

std::optional<std::int64_t> optional_integer_of(const SqlValue& value) {
  return std::holds_alternative<std::monostate>(value) ? std::nullopt
                                                       : std::optional(integer_of(value));
}

std::optional<std::string> optional_text_of(SqlValue&& value) {
  return std::holds_alternative<std::monostate>(value) ? std::nullopt
                                                       : std::optional(text_of(std::move(value)));
}

SqlValue value_of(const std::optional<std::int64_t>& number) {
  return number ? SqlValue(*number) : SqlValue();
}

SqlValue value_of(const std::optional<std::string>& text) {
  return text ? SqlValue(*text) : SqlValue();
}

base::Result<std::vector<SqlRow>> all_rows(SqlConnection& connection, std::string_view sql,
                                           std::span<const SqlValue> parameters) {
  const auto rows = TAGSMITH_TRY(connection.query(sql, parameters));
  std::vector<SqlRow> all;
  while (auto row = TAGSMITH_TRY(rows->next())) {
    all.push_back(std::move(*row));
  }
  return all;
}

base::Result<std::optional<SqlRow>> first_row(SqlConnection& connection, std::string_view sql,
                                              std::span<const SqlValue> parameters) {
  const auto rows = TAGSMITH_TRY(connection.query(sql, parameters));
  return rows->next();
}

Inserter::Inserter(SqlConnection& connection, std::string head, size_t columns)
    : connection_(connection),
      head_(std::move(head)),
      columns_(columns),
      rows_max_(std::min(kRowsMax, connection.dialect().parameters_max / columns)) {}

base::Status Inserter::add(SqlRow row) {
  TAGSMITH_ASSERT(row.size() == columns_);
  size_t bytes = 0;
  for (const SqlValue& value : row) {
    bytes += bytes_of(value);
  }
  const size_t bytes_max = connection_.dialect().statement_bytes_max;
  if (bytes + head_.size() > bytes_max) {
    return base::Error{.code = base::ErrorCode::kResourceExhausted,
                       .message = base::message("a row of {} bytes, at most {} can be stored",
                                                bytes, bytes_max - head_.size()),
                       .symbol = "E_STORE",
                       .hint = base::tr("look for a very long text among the cells or reasons")};
  }
  if (bytes_ + bytes + head_.size() > bytes_max) {
    TAGSMITH_TRY(finish());
  }
  bytes_ += bytes;
  values_.reserve(rows_max_ * columns_);
  std::ranges::move(row, std::back_inserter(values_));
  if (values_.size() == rows_max_ * columns_) {
    TAGSMITH_TRY(write(rows_max_));
  }
  return {};
}

base::Status Inserter::finish() {
  while (!values_.empty()) {
    const size_t rows = values_.size() / columns_;
    TAGSMITH_TRY(write(rows >= 10 ? rows / 10 * 10 : 1));
  }
  return {};
}

base::Status Inserter::write(size_t row_count) {
  const std::string row = placeholders(columns_);
  std::string sql = head_;
  for (size_t i = 0; i < row_count; ++i) {
    sql += i == 0 ? " " : ", ";
    sql += row;
  }
  const size_t count = row_count * columns_;
  TAGSMITH_TRY(connection_.execute(sql, std::span(values_).first(count)));
  values_.erase(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(count));
  if (values_.empty()) {
    bytes_ = 0;
  }
  return {};
}

base::Status rows_by_keys(SqlConnection& connection, std::string_view sql,
                          std::span<const std::string> keys, std::span<const SqlValue> more,
                          const std::function<base::Status(SqlRow)>& each) {
  constexpr std::string_view kList = "{list}";
  const size_t at = sql.find(kList);
  TAGSMITH_ASSERT(at != std::string_view::npos);
  for (size_t first = 0; first < keys.size(); first += kKeysMax) {
    const auto batch = keys.subspan(first, std::min(kKeysMax, keys.size() - first));
    size_t places = 1;
    while (places < batch.size()) {
      places *= 2;
    }
    std::vector<SqlValue> parameters;
    parameters.reserve(places + more.size());
    for (size_t i = 0; i < places; ++i) {
      parameters.emplace_back(batch[std::min(i, batch.size() - 1)]);
    }
    parameters.insert(parameters.end(), more.begin(), more.end());
    const std::string text = std::string(sql.substr(0, at)) + placeholders(places) +
                             std::string(sql.substr(at + kList.size()));
    const auto rows = TAGSMITH_TRY(connection.query(text, parameters));
    while (auto row = TAGSMITH_TRY(rows->next())) {
      TAGSMITH_TRY(each(std::move(*row)));
    }
  }
  return {};
}

}  // namespace tagsmith::store
