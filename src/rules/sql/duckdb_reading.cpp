#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/assert.h"
#include "base/language.h"
#include "base/words.h"
#include "column/days.h"
#include "column/decimal.h"
#include "sql/duckdb_internal.h"

namespace tagsmith::sql::internal {
namespace {

using column::TypeKind;
using rule::Domain;
using rule::Reader;

/// A wide integer of the source: the relation may hold it as HUGEINT or wider (SEMANTICS 23).
bool may_be_wide(const column::Type& type) {
  return type.kind == TypeKind::kDecimal && type.precision == 38 && type.scale == 0;
}

std::string decimal_reading(const column::Type& type, const std::string& cell) {
  return may_be_wide(type) ? fmt::format("tagsmith_wide_integer({})", cell) : cell;
}

std::string number_key(const column::Type& type, const std::string& cell) {
  switch (type.kind) {
    case TypeKind::kText:
      return fmt::format("tagsmith_number({})", cell);
    case TypeKind::kInt:
    case TypeKind::kDecimal:
      return fmt::format("tagsmith_number(CAST({} AS VARCHAR))", decimal_reading(type, cell));
    default:
      break;
  }
  TAGSMITH_ASSERT(false && "only numbers of a decimal kind compare exactly");
}

// NaN is the one value of these types that is not readable; DuckDB holds it equal to itself.
std::string without_nan(std::string_view type_name, const std::string& number) {
  return fmt::format("nullif({}, CAST('NaN' AS {}))", number, type_name);
}

std::string double_reading(const column::Type& type, const std::string& cell) {
  switch (type.kind) {
    case TypeKind::kDouble:
      return without_nan("DOUBLE", cell);
    case TypeKind::kFloat:
      return without_nan("DOUBLE", fmt::format("CAST({} AS DOUBLE)", cell));
    case TypeKind::kInt:
      return fmt::format("CAST({} AS DOUBLE)", cell);
    case TypeKind::kDecimal:
      // A cast from DECIMAL to DOUBLE does not always give the nearest one; from text it does.
      return fmt::format("CAST(CAST({} AS VARCHAR) AS DOUBLE)", decimal_reading(type, cell));
    case TypeKind::kText:
      return fmt::format("tagsmith_double({})", cell);
    default:
      break;
  }
  TAGSMITH_ASSERT(false && "not a number");
}

std::string boolean_reading(const column::Type& type, const std::string& cell) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return cell;
    case TypeKind::kInt:
      return fmt::format("CASE {} WHEN 1 THEN TRUE WHEN 0 THEN FALSE END", cell);
    case TypeKind::kText:
      return fmt::format("tagsmith_boolean({})", cell);
    default:
      break;
  }
  TAGSMITH_ASSERT(false && "not a boolean");
}

std::string finite(const std::string& cell) { return fmt::format("tagsmith_finite({})", cell); }

std::string day_reading(const column::Type& type, const std::string& cell) {
  if (type.kind == TypeKind::kText) {
    return fmt::format("tagsmith_day({})", cell);
  }
  TAGSMITH_ASSERT(type.kind == TypeKind::kDate);
  return finite(cell);
}

std::string time_reading(Reader reader, const column::Type& type, const std::string& cell) {
  if (type.kind == TypeKind::kTimestamp) {
    return finite(cell);
  }
  if (reader == Reader::kTime) {
    return fmt::format("tagsmith_time({})", cell);
  }
  return fmt::format("tagsmith_midnight({})", day_reading(type, cell));
}

// The shortest digits that read back as the same value; casts from text round to the nearest.
template <typename T>
std::string floating(T value, std::string_view type_name) {
  if (value == std::numeric_limits<T>::infinity() || value == -std::numeric_limits<T>::infinity()) {
    return fmt::format("CAST('{}' AS {})", value > 0 ? "Infinity" : "-Infinity", type_name);
  }
  return fmt::format("CAST('{}' AS {})", value, type_name);
}

std::string decimal(column::Int128 unscaled, const column::Type& type) {
  const auto magnitude = static_cast<column::UInt128>(unscaled < 0 ? -unscaled : unscaled);
  const int precision = column::digit_count(magnitude) > type.precision ? 38 : type.precision;
  return fmt::format("CAST('{}' AS DECIMAL({},{}))",
                     column::Decimal::from_scaled(unscaled, type.scale).to_text(), precision,
                     type.scale);
}

bool has_four_digit_year(std::int64_t days) {
  return days >= column::days_from_civil(1, 1, 1).value() &&
         days <= column::days_from_civil(9999, 12, 31).value();
}

std::string day(std::int64_t days) {
  if (has_four_digit_year(days)) {
    return fmt::format("DATE '{}'", column::day_text(static_cast<std::int32_t>(days)));
  }
  return fmt::format("(DATE '1970-01-01' + {})", days);
}

std::string time(std::int64_t micros) {
  if (has_four_digit_year(column::day_of(micros))) {
    return fmt::format("TIMESTAMP '{}'", column::timestamp_text(micros));
  }
  return fmt::format("make_timestamp({})", micros);
}

}  // namespace

std::string quote_name(std::string_view name, base::Problems& problems) {
  if (name.empty() || name.find('\0') != std::string_view::npos) {
    problems.push_back(
        {.code = "E_DIALECT",
         .path = "",
         .message = base::message("DuckDB can have no column or table named {}", base::quote(name)),
         .hint = base::tr("give it another name in the data")});
  }
  return base::in_quotes(name, '"');
}

std::string quote_text(std::string_view text) {
  if (text.find('\0') == std::string_view::npos) {
    return base::in_quotes(text, '\'');
  }
  // A NUL would end the statement.
  std::string joined = "(";
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find('\0', start), text.size());
    joined += start == 0 ? "" : " || chr(0) || ";
    joined += base::in_quotes(text.substr(start, end - start), '\'');
    start = end + 1;
  }
  return joined + ")";
}

std::string constant(const rule::LoweredConstant& value, const rule::LoweredSource& source,
                     const column::Type& type) {
  switch (source.domain) {
    case Domain::kInt:
      return fmt::format("{}", std::get<std::int64_t>(value));
    case Domain::kDecimal:
      return decimal(std::get<column::Int128>(value), type);
    case Domain::kDouble:
      return floating(std::get<double>(value), "DOUBLE");
    case Domain::kFloat:
      return floating(std::get<float>(value), "FLOAT");
    case Domain::kText:
    case Domain::kTextList:
      return quote_text(std::get<std::string>(value));
    case Domain::kBoolean:
      return std::get<std::int64_t>(value) != 0 ? "TRUE" : "FALSE";
    case Domain::kDay:
      return day(std::get<std::int64_t>(value));
    case Domain::kMicros:
      return time(std::get<std::int64_t>(value));
    case Domain::kNumberText:
      return fmt::format("tagsmith_number('{}')", std::get<column::Decimal>(value).to_text());
  }
  TAGSMITH_ASSERT(false && "no such domain");
}

std::string reading(const rule::LoweredSource& source, const column::Type& type,
                    const std::string& cell) {
  switch (source.domain) {
    case Domain::kInt:
    case Domain::kText:
    case Domain::kTextList:
      return cell;
    case Domain::kDecimal:
      return decimal_reading(type, cell);
    case Domain::kDouble:
      return double_reading(type, cell);
    case Domain::kFloat:
      return without_nan("FLOAT", cell);
    case Domain::kBoolean:
      return boolean_reading(type, cell);
    case Domain::kDay:
      return day_reading(type, cell);
    case Domain::kMicros:
      return time_reading(source.reader, type, cell);
    case Domain::kNumberText:
      return number_key(type, cell);
  }
  TAGSMITH_ASSERT(false && "no such domain");
}

}  // namespace tagsmith::sql::internal
