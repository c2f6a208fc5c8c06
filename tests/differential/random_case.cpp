#include "random_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include "base/assert.h"
#include "base/json.h"
#include "column/days.h"
#include "column/decimal.h"
#include "column/readers.h"
#include "rule/operator.h"

namespace tagsmith::differential {
namespace {

using column::Column;
using column::ColumnId;
using column::Decimal;
using column::Int128;
using column::TextList;
using column::Type;
using column::TypeKind;
using column::Value;
using rule::ConditionType;

constexpr std::int64_t kTwo53 = std::int64_t{1} << 53;

const std::vector<std::int64_t>& ints() {
  static const std::vector<std::int64_t> pool = {0,
                                                 1,
                                                 -1,
                                                 2,
                                                 17,
                                                 18,
                                                 19,
                                                 29,
                                                 30,
                                                 31,
                                                 99,
                                                 100,
                                                 101,
                                                 99999,
                                                 100000,
                                                 100001,
                                                 2147483647,
                                                 -2147483648LL,
                                                 kTwo53,
                                                 kTwo53 + 1,
                                                 kTwo53 - 1,
                                                 std::numeric_limits<std::int64_t>::max(),
                                                 std::numeric_limits<std::int64_t>::min()};
  return pool;
}

const std::vector<std::string>& number_texts() {
  static const std::vector<std::string> pool = {"0",
                                                "1",
                                                "-1",
                                                "17",
                                                "18",
                                                "19",
                                                "30",
                                                "5.",
                                                ".5",
                                                " 1 ",
                                                "\t30\n",
                                                "1e5",
                                                "1E5",
                                                "1e0005",
                                                "1e00005",
                                                "0x1A",
                                                "1_000",
                                                "1,000",
                                                "NaN",
                                                "inf",
                                                "Infinity",
                                                "",
                                                " ",
                                                "abc",
                                                "-",
                                                ".",
                                                "+7",
                                                "-0",
                                                "-0.0",
                                                "100000",
                                                "99999.99",
                                                "100000.01",
                                                "100000.00000000000000000001",
                                                "1000000000",
                                                "1000000000.00000001",
                                                "9007199254740992",
                                                "9007199254740993",
                                                "9007199254740992.5",
                                                "1e-38",
                                                "1e-39",
                                                "1e37",
                                                "1e38",
                                                "-99999999999999999999999999999999999999",
                                                "99999999999999999999999999999999999999",
                                                "100000000000000000000000000000000000000",
                                                "0.1",
                                                "0.10000000000000000555",
                                                "1.23456789012345678901234567890123456789",
                                                "\xEF\xBC\x91",
                                                "1\xC2\xA0",
                                                "1e",
                                                "--1",
                                                "00012",
                                                "18.55",
                                                "18.555",
                                                "18.56",
                                                "1 2"};
  return pool;
}

const std::vector<std::string>& words() {
  static const std::vector<std::string> pool = {"VIP1",
                                                "VIP2",
                                                "VIP3",
                                                "VIP10",
                                                "vip2",
                                                " VIP2",
                                                "VIP2 ",
                                                "",
                                                "ü",
                                                "u\xCC\x88",
                                                "100%",
                                                "a_b",
                                                "a%b",
                                                "axb",
                                                "it's",
                                                "\"q\"",
                                                "back\\slash",
                                                "\xF0\x9F\x98\x80",
                                                "A\nB",
                                                "verified",
                                                "x' OR '1'='1",
                                                "--",
                                                "/*",
                                                "null",
                                                "None",
                                                "true",
                                                "18",
                                                std::string(3000, 'x'),
                                                "\xE4\xB8\xAD\xE6\x96\x87"};
  return pool;
}

const std::vector<std::string>& date_texts() {
  static const std::vector<std::string> pool = {"2025-11-22",
                                                "2025-11-21",
                                                "2025-11-23",
                                                "2025-11-15",
                                                "2025-11-14",
                                                "2025-10-23",
                                                "2025-10-22",
                                                "2025-11-22 00:00:00",
                                                "2025-11-22 23:59:59.999999",
                                                "2025-11-21 23:59:59.999999",
                                                "2025-11-22T10:30",
                                                "2025-11-22 10:30:00.5",
                                                "2025-11-22 10:30:00.50",
                                                " 2025-11-22 ",
                                                "2025-2-3",
                                                "20251122",
                                                "2025-02-29",
                                                "2024-02-29",
                                                "2024-02-29 12:00:00",
                                                "2025-11-22Z",
                                                "2025-11-22 24:00",
                                                "2025-11-22 10:30:60",
                                                "2025-11-22 10",
                                                "0001-01-01",
                                                "9999-12-31",
                                                "9999-12-31 23:59:59.999999",
                                                "0000-01-01",
                                                "",
                                                "yesterday",
                                                "2025-11-22 10:30:00.1234567",
                                                "2025-13-01",
                                                "2025-11-22  10:30",
                                                "1969-12-31",
                                                "1969-12-31 23:59:59.999999",
                                                "1970-01-01",
                                                "2025-11-22 10:30:00+00"};
  return pool;
}

const std::vector<std::string>& boolean_texts() {
  static const std::vector<std::string> pool = {"true", "false", "T",   "f",   "Yes",       "no",
                                                "Y",    "N",     "1",   "0",   " TRUE ",    "2",
                                                "",     "on",    "1.0", "tru", "\tfalse\n", "01"};
  return pool;
}

const std::vector<double>& doubles() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  static const std::vector<double> pool = {0.0,
                                           -0.0,
                                           0.1,
                                           0.1 + 0.2,
                                           0.3,
                                           1.0,
                                           -1.0,
                                           17.999999999999996,
                                           18.0,
                                           18.5,
                                           18.55,
                                           30.0,
                                           99999.99,
                                           100000.0,
                                           100000.00000000001,
                                           9007199254740992.0,
                                           9007199254740994.0,
                                           1e37,
                                           1e38,
                                           1e300,
                                           -1e300,
                                           5e-324,
                                           1e-38,
                                           kInfinity,
                                           -kInfinity,
                                           std::numeric_limits<double>::quiet_NaN()};
  return pool;
}

const std::vector<std::string>& coins() {
  static const std::vector<std::string> pool = {"BTC",  "ETH", "btc", "",
                                                "it's", "a,b", "SOL", "\xF0\x9F\x98\x80"};
  return pool;
}

// The infinities, the days beside them, and those at which the midnights leave the range of a
// timestamp.
const std::vector<std::int32_t>& far_days() {
  static const std::vector<std::int32_t> pool = {column::kInfiniteDay,
                                                 -column::kInfiniteDay,
                                                 std::numeric_limits<std::int32_t>::min(),
                                                 column::kInfiniteDay - 1,
                                                 -column::kInfiniteDay + 1,
                                                 106'751'991,
                                                 106'751'992,
                                                 -106'751'991,
                                                 -106'751'992};
  return pool;
}

const std::vector<std::int64_t>& far_times() {
  static const std::vector<std::int64_t> pool = {column::kInfiniteMicros,
                                                 -column::kInfiniteMicros,
                                                 std::numeric_limits<std::int64_t>::min(),
                                                 column::kInfiniteMicros - 1,
                                                 -column::kInfiniteMicros + 1,
                                                 106'751'991 * column::kMicrosPerDay,
                                                 -106'751'991 * column::kMicrosPerDay};
  return pool;
}

Type type_of(TypeKind kind, int precision = 0, int scale = 0) {
  return {.kind = kind, .precision = precision, .scale = scale, .foreign = {}};
}

// What a text column is filled with; its name says so.
const std::vector<std::string>& texts_for(const std::string& name) {
  if (name.starts_with("number")) {
    return number_texts();
  }
  if (name.starts_with("day")) {
    return date_texts();
  }
  return name.starts_with("flag") ? boolean_texts() : words();
}

// The types that can read the column (SEMANTICS 8c), in the shares in which they are drawn.
std::vector<ConditionType> types_for(const Column& column) {
  switch (column.type.kind) {
    case TypeKind::kInt:
      return {ConditionType::kNumber, ConditionType::kNumber, ConditionType::kBoolean};
    case TypeKind::kDecimal:
    case TypeKind::kDouble:
    case TypeKind::kFloat:
      return {ConditionType::kNumber};
    case TypeKind::kText:
      if (column.name.starts_with("number")) {
        return {ConditionType::kNumber, ConditionType::kNumber, ConditionType::kString};
      }
      if (column.name.starts_with("day")) {
        return {ConditionType::kDate, ConditionType::kDate, ConditionType::kString};
      }
      if (column.name.starts_with("flag")) {
        return {ConditionType::kBoolean, ConditionType::kEnum};
      }
      return {ConditionType::kString, ConditionType::kEnum};
    case TypeKind::kBoolean:
      return {ConditionType::kBoolean};
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
      return {ConditionType::kDate};
    case TypeKind::kTextList:
      return {ConditionType::kList};
    case TypeKind::kUnusable:
      break;
  }
  return {};
}

Int128 wide(std::string_view digits) {
  Int128 value = 0;
  for (const char digit : digits) {
    value = value * 10 + (digit - '0');
  }
  return value;
}

}  // namespace

size_t RandomCase::below(size_t bound) {
  TAGSMITH_ASSERT(bound > 0);
  return static_cast<size_t>(random_() % bound);
}

// Few values that all number columns share and all date columns share: without them two columns, or
// a column and a literal of full precision, are hardly ever equal.
Value RandomCase::frequent_cell(const Column& column) {
  static const std::vector<std::int64_t> numbers = {0, 1, 18, 30};
  const std::int64_t number = pick(numbers);
  switch (column.type.kind) {
    case TypeKind::kInt:
      return column.name == "bit" ? Value{} : Value{number};
    case TypeKind::kDecimal:
      return Int128{number} * static_cast<Int128>(column::power_of_ten(column.type.scale));
    case TypeKind::kDouble:
      return static_cast<double>(number);
    case TypeKind::kFloat:
      return static_cast<float>(number);
    case TypeKind::kText:
      if (column.name.starts_with("number")) {
        return std::to_string(number);
      }
      if (column.name.starts_with("day")) {
        static const std::vector<std::string> moments = {
            "2025-11-22", "2025-11-22 10:30:00", "2025-11-22T10:30", "2025-11-21 23:59:59.999999"};
        return pick(moments);
      }
      return {};
    default:
      return {};
  }
}

Value RandomCase::cell(const Column& column, std::int32_t as_of) {
  if (chance(12)) {
    return {};
  }
  if (chance(50)) {
    if (const Value frequent = frequent_cell(column);
        !std::holds_alternative<std::monostate>(frequent)) {
      return frequent;
    }
  }
  switch (column.type.kind) {
    case TypeKind::kInt:
      return column.name == "bit" ? std::int64_t(below(3)) : pick(ints());
    case TypeKind::kDecimal: {
      if (column.type.scale == 0) {
        static const std::vector<Int128> pool = {0,
                                                 1,
                                                 18,
                                                 30,
                                                 100000,
                                                 -1,
                                                 wide("18446744073709551615"),
                                                 wide("99999999999999999999999999999999999999"),
                                                 -wide("99999999999999999999999999999999999999"),
                                                 column::kUnreadableDecimal};
        return pick(pool);
      }
      static const std::vector<Int128> pool = {0,
                                               1,
                                               -1,
                                               1799,
                                               1800,
                                               1801,
                                               1855,
                                               1856,
                                               3000,
                                               9999999,
                                               10000000,
                                               10000001,
                                               12345678901234567,
                                               999999999999999999,
                                               -999999999999999999,
                                               900719925474099300};
      return pick(pool);
    }
    case TypeKind::kDouble:
      return pick(doubles());
    case TypeKind::kFloat:
      return static_cast<float>(pick(doubles()));
    case TypeKind::kText:
      return pick(texts_for(column.name));
    case TypeKind::kBoolean:
      return chance(50);
    case TypeKind::kDate:
    case TypeKind::kTimestamp: {
      if (chance(12)) {
        return column.type.kind == TypeKind::kDate ? Value(pick(far_days()))
                                                   : Value(pick(far_times()));
      }
      static const std::vector<std::int32_t> offsets = {
          0, 1, -1, -6, -7, -8, -29, -30, -31, -364, -365, -366, 30, -20414, -20415, -739212};
      std::int32_t day = as_of + pick(offsets);
      if (chance(8)) {
        day = *column::days_from_civil(chance(50) ? 2024 : 2000, 2, 29);
      }
      if (chance(4)) {
        day = *column::days_from_civil(chance(50) ? 1 : 9999, chance(50) ? 1 : 12,
                                       chance(50) ? 1 : 31);
      }
      if (column.type.kind == TypeKind::kDate) {
        return day;
      }
      static const std::vector<std::int64_t> times = {0, 1, column::kMicrosPerDay - 1,
                                                      37'800'000'000, 37'800'500'000};
      return day * column::kMicrosPerDay + pick(times);
    }
    case TypeKind::kTextList: {
      TextList list;
      const size_t length = below(4);
      for (size_t i = 0; i < length; ++i) {
        list.push_back(chance(20) ? std::nullopt : std::optional(pick(coins())));
      }
      return list;
    }
    case TypeKind::kUnusable:
      break;
  }
  return {};
}

RandomTables RandomCase::tables(size_t user_count) {
  RandomTables tables;
  tables.as_of = *column::days_from_civil(2025, 11, 22);
  tables.schema.tables = {{.database = "dw",
                           .name = "typed",
                           .columns = {{"age", type_of(TypeKind::kInt)},
                                       {"bit", type_of(TypeKind::kInt)},
                                       {"balance", type_of(TypeKind::kDecimal, 18, 2)},
                                       {"total", type_of(TypeKind::kDecimal, 38, 0)},
                                       {"score", type_of(TypeKind::kDouble)},
                                       {"rate", type_of(TypeKind::kFloat)},
                                       {"shared", type_of(TypeKind::kInt)}}},
                          {.database = "dw",
                           .name = "profile",
                           .columns = {{"level", type_of(TypeKind::kText)},
                                       {"verified", type_of(TypeKind::kBoolean)},
                                       {"born", type_of(TypeKind::kDate)},
                                       {"joined", type_of(TypeKind::kDate)},
                                       {"seen", type_of(TypeKind::kTimestamp)},
                                       {"coins", type_of(TypeKind::kTextList)},
                                       {"shared", type_of(TypeKind::kInt)}}},
                          {.database = "raw",
                           .name = "strings",
                           .columns = {{"number_a", type_of(TypeKind::kText)},
                                       {"number_b", type_of(TypeKind::kText)},
                                       {"day_a", type_of(TypeKind::kText)},
                                       {"flag_a", type_of(TypeKind::kText)},
                                       {"word", type_of(TypeKind::kText)}}}};
  for (size_t i = 0; i < user_count; ++i) {
    tables.users.push_back(fmt::format("u{:04}", i));
  }
  // Ids that a careless writer of SQL, CSV or JSON would trip over.
  static const std::vector<std::string> awkward = {"o'brien", "a\"b", "\xC3\xBC", "x,y", "-- 1"};
  for (size_t i = 0; i < awkward.size() && i < user_count; ++i) {
    tables.users[i] = awkward[i];
  }
  std::ranges::sort(tables.users);
  tables.rows.resize(user_count);
  tables.users_of_table.resize(tables.schema.tables.size());
  for (size_t user = 0; user < user_count; ++user) {
    for (size_t t = 0; t < tables.schema.tables.size(); ++t) {
      // Everybody is in some table, or would be no user.
      if (chance(10) && (t + 1 < tables.schema.tables.size() || !tables.rows[user].empty())) {
        continue;
      }
      tables.users_of_table[t].push_back(user);
      for (size_t c = 0; c < tables.schema.tables[t].columns.size(); ++c) {
        tables.rows[user][{.table = t, .column = c}] =
            cell(tables.schema.tables[t].columns[c], tables.as_of);
      }
    }
  }
  return tables;
}

ColumnId RandomCase::any_column(const RandomTables& tables) {
  const size_t table = below(tables.schema.tables.size());
  return {.table = table, .column = below(tables.schema.tables[table].columns.size())};
}

// A value in the data of the column, or null when the picked user has none.
Value RandomCase::cell_near(const RandomTables& tables, ColumnId column) {
  const auto& row = tables.rows[below(tables.rows.size())];
  const auto found = row.find(column);
  return found == row.end() ? Value{} : found->second;
}

std::string RandomCase::number_literal(const Type& type, const Value& near) {
  std::string number;
  if (const auto* integer = std::get_if<std::int64_t>(&near)) {
    number = fmt::format("{}", *integer);
  } else if (const auto* unscaled = std::get_if<Int128>(&near);
             unscaled != nullptr && *unscaled != column::kUnreadableDecimal) {
    number = Decimal::from_scaled(*unscaled, type.scale).to_text();
  } else if (const auto* real = std::get_if<double>(&near);
             real != nullptr && std::isfinite(*real)) {
    const double stepped = chance(30) ? std::nextafter(*real, chance(50) ? 1e308 : -1e308) : *real;
    number = fmt::format("{}", stepped);
  } else if (const auto* single = std::get_if<float>(&near);
             single != nullptr && std::isfinite(*single)) {
    number =
        chance(50) ? fmt::format("{}", *single) : fmt::format("{}", static_cast<double>(*single));
  } else if (const auto* text = std::get_if<std::string>(&near)) {
    number = *text;
  }
  const auto read = column::read_number(number);
  if (!read) {
    number = chance(50) ? std::to_string(pick(ints())) : "18.55";
  } else {
    number = read->to_text();
  }
  // One step beside it: the next integer, the next digit, a digit far behind the point.
  if (chance(35)) {
    if (const auto integer = column::read_number(number);
        integer && column::scale_down(*integer, 0) && number.size() < 18) {
      const auto floor = static_cast<std::int64_t>(column::scale_down(*integer, 0)->floor);
      static const std::vector<std::string> tails = {"", ".5", ".555", ".00000001", ".01", ".99"};
      number = std::to_string(floor + static_cast<std::int64_t>(below(3)) - 1) + pick(tails);
    }
  }
  if (!column::read_number(number)) {
    number = "30";
  }
  if (chance(40)) {
    return base::json_quoted(chance(20) ? " " + number + " " : number);
  }
  return number;
}

std::string RandomCase::date_literal(const RandomTables& tables, const Value& near) {
  std::string text;
  if (const auto* day = std::get_if<std::int32_t>(&near)) {
    const int step = chance(30) ? static_cast<int>(below(3)) - 1 : 0;
    const bool is_far = std::abs(std::int64_t{*day}) >= column::kInfiniteDay - 1;
    text = column::day_text(is_far ? *day : *day + step);
  } else if (const auto* micros = std::get_if<std::int64_t>(&near)) {
    const int step = chance(30) ? static_cast<int>(below(3)) - 1 : 0;
    const bool is_far = std::ranges::find(far_times(), *micros) != far_times().end();
    const std::int64_t moved = is_far ? *micros : *micros + step;
    text = chance(50) ? column::day_text(column::day_of(moved)) : column::timestamp_text(moved);
  } else if (const auto* written = std::get_if<std::string>(&near)) {
    text = *written;
    if (const auto moment = column::read_moment(text); moment && chance(25)) {
      text = column::day_text(column::day_of(moment->micros));
    }
  }
  if (!column::read_moment(text)) {
    text = column::day_text(tables.as_of + static_cast<std::int32_t>(below(3)) - 1);
    if (chance(30)) {
      text += " 10:30:00";
    }
  }
  return base::json_quoted(text);
}

std::string RandomCase::text_literal(const Value& near) {
  if (const auto* text = std::get_if<std::string>(&near); text != nullptr && chance(60)) {
    // A piece of it, cut at characters of one byte only.
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (text->size() > 3 && text->size() < 20 && chance(40) &&
        std::ranges::all_of(*text, is_ascii)) {
      return base::json_quoted(text->substr(below(2), 1 + below(3)));
    }
    return base::json_quoted(*text);
  }
  static const std::vector<std::string> more = {"%", "_", "VIP", "2", "V", "x"};
  return base::json_quoted(chance(25) ? pick(more) : pick(words()));
}

std::string RandomCase::literal(const RandomTables& tables, ColumnId id, ConditionType type) {
  const Value near = cell_near(tables, id);
  switch (type) {
    case ConditionType::kNumber:
      return number_literal(tables.schema.type(id), near);
    case ConditionType::kDate:
      return date_literal(tables, near);
    case ConditionType::kBoolean: {
      static const std::vector<std::string> pool = {"true",     "false",     "1",      "0",
                                                    "\"true\"", "\"False\"", "\"no\"", "\" Y \""};
      return pick(pool);
    }
    case ConditionType::kList:
      return base::json_quoted(pick(coins()));
    case ConditionType::kString:
    case ConditionType::kEnum:
      break;
  }
  return text_literal(near);
}

std::string RandomCase::list(const RandomTables& tables, ColumnId id, ConditionType type) {
  std::string out;
  const size_t length = 1 + below(4);
  for (size_t i = 0; i < length; ++i) {
    out += (out.empty() ? "" : ",") + literal(tables, id, type);
  }
  return "[" + out + "]";
}

// Most are in order, so that most are accepted.
std::string RandomCase::range(const RandomTables& tables, ColumnId id, ConditionType type) {
  const std::string first = literal(tables, id, type);
  const std::string second = literal(tables, id, type);
  const auto plain = [](std::string text) {
    std::erase(text, '"');
    return text;
  };
  const bool inverted =
      type == ConditionType::kNumber
          ? *column::read_number(plain(first)) > *column::read_number(plain(second))
          : column::read_moment(plain(first))->micros > column::read_moment(plain(second))->micros;
  return inverted ? "[" + second + "," + first + "]" : "[" + first + "," + second + "]";
}

// The value of an operator as JSON, or nothing where it may be absent.
std::string RandomCase::value(const RandomTables& tables, ColumnId id, ConditionType type,
                              const rule::OperatorRow& row) {
  using enum rule::Operator;
  if (row.op == kRecentDays || row.op == kDaysAgo) {
    static const std::vector<std::string> days = {"0", "1", "7", "30", "\"30\"", "365", "36500"};
    return pick(days);
  }
  if (row.op == kDaysAgoBetween) {
    const size_t from = below(32);
    return fmt::format("[{},{}]", from, from + below(340));
  }
  switch (row.shape) {
    case rule::ValueShape::kIgnored:
      return chance(50) ? "" : "\"\"";
    case rule::ValueShape::kScalar: {
      const bool comparison = row.op <= kLessEqual && type == ConditionType::kNumber;
      static const std::vector<std::string> columns = {
          "age",      "balance",  "total",           "score",         "rate",
          "number_a", "number_b", "dw.typed.shared", "profile.shared"};
      return comparison && chance(55) ? base::json_quoted(pick(columns))
                                      : literal(tables, id, type);
    }
    case rule::ValueShape::kListOrScalar:
      if (chance(30)) {
        return literal(tables, id, type);
      }
      break;
    case rule::ValueShape::kRange:
      return range(tables, id, type);
    case rule::ValueShape::kList:
      break;
  }
  return list(tables, id, type);
}

std::string RandomCase::condition(const RandomTables& tables, ColumnId id) {
  const Column& column = tables.schema.column(id);
  const ConditionType type = pick(types_for(column));
  std::vector<const rule::OperatorRow*> operators;
  for (const rule::OperatorRow& row : rule::operator_table()) {
    if (rule::has_operator(type, row.op)) {
      operators.push_back(&row);
    }
  }
  const rule::OperatorRow& row = *pick(operators);
  const std::string written = value(tables, id, type, row);

  const column::TableSchema& table = tables.schema.tables[id.table];
  std::string out = "{";
  if (column.name == "shared" || chance(40)) {
    out += fmt::format("\"table\":\"{}\",", chance(50) ? table.full_name() : table.name);
  }
  out += fmt::format("\"field\":\"{}\",\"operator\":\"{}\"", column.name, row.name);
  const bool natural = column.type.kind != TypeKind::kText && type != ConditionType::kBoolean;
  if (!(natural && chance(30))) {
    out += fmt::format(",\"type\":\"{}\"", rule::name_of(type));
  }
  if (!written.empty()) {
    out += ",\"value\":" + written;
  }
  return out + "}";
}

std::string RandomCase::group(const RandomTables& tables, int depth) {
  static const std::vector<std::string> logics = {"\"AND\"", "\"OR\"",   "\"NOT\"",
                                                  "\"or\"",  "\"None\"", "null"};
  std::string fields;
  std::string conditions;
  const size_t leaves = depth > 1 ? below(3) : 1 + below(3);
  for (size_t i = 0; i < leaves; ++i) {
    std::string leaf = condition(tables, any_column(tables));
    std::string& list = chance(50) ? fields : conditions;
    list += (list.empty() ? "" : ",") + leaf;
  }
  const size_t groups = depth > 1 ? (leaves == 0 ? 1 : 0) + 1 + below(2) : 0;
  for (size_t i = 0; i < groups; ++i) {
    std::string inner = group(tables, depth - 1);
    conditions +=
        (conditions.empty() ? "" : ",") + (chance(50) ? "{\"condition\":" + inner + "}" : inner);
  }
  std::string out = "{";
  if (chance(80)) {
    out += "\"logic\":" + pick(logics) + ",";
  }
  if (!fields.empty()) {
    out += "\"fields\":[" + fields + "]" + (conditions.empty() ? "" : ",");
  }
  if (!conditions.empty()) {
    out += "\"conditions\":[" + conditions + "]";
  }
  return out + "}";
}

// JSON compares numbers of columns only.
std::string RandomCase::comparison() {
  static const std::vector<std::vector<std::string>> kinds = {
      {"born", "joined", "seen", "day(day_a)", "time(day_a)"}, {"level", "word"}};
  static const std::vector<std::string> operators = {"=", "!=", "<", "<=", ">", ">="};
  const std::vector<std::string>& operands = chance(85) ? kinds[0] : kinds[1];
  return fmt::format("{} {} {}", pick(operands), pick(operators), pick(operands));
}

std::string RandomCase::rule(const RandomTables& tables, int depth) {
  if (depth == 0 && chance(20)) {
    return comparison();
  }
  if (depth == 0) {
    return "{\"conditions\":[" + condition(tables, any_column(tables)) + "]}";
  }
  return group(tables, depth);
}

}  // namespace tagsmith::differential
