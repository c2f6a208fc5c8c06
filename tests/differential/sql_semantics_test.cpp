// What the SQL that we write means to DuckDB, against expectations written by hand: every kind of
// leaf and comparison at its boundaries. Random rules are compared elsewhere.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "adapters/duckdb/database.h"
#include "column/days.h"
#include "column/readers.h"
#include "rule/lowered.h"
#include "sql/duckdb.h"

namespace tagsmith {
namespace {

using column::Int128;
using column::kUnreadableDecimal;
using column::TextList;
using column::Type;
using column::TypeKind;
using column::Value;
using rule::Domain;
using rule::LoweredAnd;
using rule::LoweredComparison;
using rule::LoweredConstant;
using rule::LoweredExpression;
using rule::LoweredLeaf;
using rule::LoweredNot;
using rule::LoweredOr;
using rule::LoweredRuleTest;
using rule::LoweredSource;
using rule::LoweredTest;
using rule::Reader;
using enum rule::LoweredTest;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const Value kNull;

Type of(TypeKind kind) { return {.kind = kind}; }
Type decimal(int precision, int scale) { return {TypeKind::kDecimal, precision, scale, ""}; }

Value text(std::string value) { return value; }
Value integer(std::int64_t value) { return value; }

struct Cells {
  Type type;
  std::vector<Value> values;
};

Cells texts(const std::vector<std::string>& values) {
  Cells cells{.type = of(TypeKind::kText), .values = {}};
  for (const std::string& value : values) {
    cells.values.emplace_back(value);
  }
  return cells;
}

/// A database with the macros of the writer.
duckdb::Database& database() {
  static const std::unique_ptr<duckdb::Database> opened = [] {
    auto made = duckdb::Database::open({.threads = 1}).value();
    for (const sql::Macro& macro : sql::duckdb_macros()) {
      const auto result = made->query_text(std::string(macro.statement));
      TAGSMITH_ASSERT(result.has_value());
    }
    return made;
  }();
  return *opened;
}

/// Columns c0, c1, ... of the table "a ""table""", as a condition sees them.
column::Schema schema_of(const std::vector<Cells>& columns) {
  column::Schema schema;
  schema.tables.push_back({.database = "", .name = "t", .columns = {}});
  for (size_t i = 0; i < columns.size(); ++i) {
    schema.tables[0].columns.push_back({fmt::format("c \"{}\"", i), columns[i].type});
  }
  return schema;
}

void make_table(const std::vector<Cells>& columns) {
  const column::Schema schema = schema_of(columns);
  std::vector<column::ColumnData> data;
  column::ColumnData row_numbers(of(TypeKind::kInt));
  for (size_t row = 0; row < columns[0].values.size(); ++row) {
    row_numbers.append(integer(static_cast<std::int64_t>(row)));
  }
  for (const Cells& cells : columns) {
    data.emplace_back(cells.type);
    for (const Value& value : cells.values) {
      data.back().append(value);
    }
  }
  std::vector<duckdb::TableColumn> table = {{"row", row_numbers.view()}};
  for (size_t i = 0; i < data.size(); ++i) {
    table.push_back({schema.tables[0].columns[i].name, data[i].view()});
  }
  ASSERT_TRUE(database().query_text("DROP TABLE IF EXISTS a_table"));
  ASSERT_TRUE(database().create_table("a_table", table));
}

/// One letter a row: T, F or U.
std::string truths(const std::vector<Cells>& columns, const LoweredExpression& condition) {
  make_table(columns);
  const auto sql = sql::write_condition(condition, schema_of(columns),
                                        {.tables = {"t"}, .key = "'u1'", .rule = nullptr});
  if (!sql) {
    return sql.error().front().code;
  }
  const auto rows = database().query_text(
      fmt::format("SELECT CASE WHEN truth THEN 'T' WHEN NOT truth THEN 'F' ELSE 'U' END FROM "
                  "(SELECT \"row\", {} AS truth FROM a_table AS t) ORDER BY \"row\"",
                  *sql));
  if (!rows) {
    return rows.error().message + "\n" + *sql;
  }
  std::string letters;
  for (const duckdb::TextRow& row : *rows) {
    letters += row[0].value();
  }
  return letters;
}

LoweredSource source(Domain domain, Reader reader = Reader::kNone, size_t column = 0) {
  return {.column = {.table = 0, .column = column}, .reader = reader, .domain = domain};
}

LoweredExpression leaf(const LoweredSource& from, LoweredTest test,
                       std::vector<LoweredConstant> constants = {}) {
  return {LoweredLeaf{.source = from, .test = test, .constants = std::move(constants)}};
}

LoweredExpression negated(LoweredExpression part) {
  LoweredNot negation;
  negation.part.push_back(std::move(part));
  return {std::move(negation)};
}

column::Decimal number(std::string_view digits) { return column::read_number(digits).value(); }
std::int64_t day(std::string_view written) {
  return column::day_of(column::read_moment(written).value().micros);
}
std::int64_t micros(std::string_view written) {
  return column::read_moment(written).value().micros;
}
Value date(std::string_view written) { return static_cast<std::int32_t>(day(written)); }

const LoweredSource kNumber = source(Domain::kNumberText, Reader::kNumber);
const LoweredSource kDayOfText = source(Domain::kDay, Reader::kDay);
const LoweredSource kTimeOfText = source(Domain::kMicros, Reader::kTime);

// ---- numbers of texts (SEMANTICS 5, 24)

TEST(NumberText, ReadsTheGrammarAndNothingElse) {
  const std::string nines(38, '9');
  const std::vector<std::string> numbers = {"5.",
                                            ".5",
                                            " 1 ",
                                            "\t\n\v\f\r1\r",
                                            "1e5",
                                            "1E5",
                                            "1e0005",
                                            "1e+5",
                                            "1e-5",
                                            "+5",
                                            "-5",
                                            "-.5",
                                            "+5.",
                                            "00012",
                                            "0",
                                            "-0",
                                            "0.000",
                                            "0e9999",
                                            "0e-9999",
                                            nines,
                                            "1e-38",
                                            nines + "000e-3",
                                            "000." + std::string(60, '0') + "1e40",
                                            "9.9e37",
                                            "-9.9e37",
                                            "1e-0038"};
  EXPECT_EQ(truths({texts(numbers)}, leaf(kNumber, kReadable)), std::string(numbers.size(), 'T'));

  const std::vector<std::string> others = {"",
                                           " ",
                                           ".",
                                           "+",
                                           "-",
                                           "e5",
                                           "1e",
                                           "1e+",
                                           "1e00005",
                                           "0x1A",
                                           "0b1",
                                           "1_000",
                                           "1,5",
                                           "NaN",
                                           "nan",
                                           "inf",
                                           "Infinity",
                                           "-inf",
                                           "1 2",
                                           "1.2.3",
                                           "--1",
                                           "+-1",
                                           "1f",
                                           "1d",
                                           "1e5.0",
                                           "1e38",
                                           "-1e38",
                                           "9e-39",
                                           nines + "9",
                                           "1" + std::string(37, '0') + "01",
                                           "0.1" + std::string(38, '0') + "1",
                                           "\u0661",
                                           "\uff11",
                                           "\u00a01",
                                           "1\u2003",
                                           "1\nx",
                                           "x\n1",
                                           std::string("1\0", 2),
                                           "1'",
                                           "1e12345"};
  EXPECT_EQ(truths({texts(others)}, leaf(kNumber, kReadable)), std::string(others.size(), 'U'));
}

TEST(NumberText, ComparesExactlyWithItsLiteral) {
  struct Case {
    std::string cell;
    std::string literal;
    char order;  // of the cell against the literal
  };
  const std::string nines(38, '9');
  const std::vector<Case> cases = {{"1000000000.00000001", "1000000000", '>'},
                                   {"999999999.99999999", "1000000000", '<'},
                                   {"9007199254740993", "9007199254740992", '>'},
                                   {"9007199254740993", "9007199254740994", '<'},
                                   {"9007199254740993.0", "9007199254740993", '='},
                                   {"1e2", "100", '='},
                                   {"100.00", "1e2", '='},
                                   {"-0", "0", '='},
                                   {"0.1", "1e-1", '='},
                                   {"-12.5", "-12.25", '<'},
                                   {"-12.5", "-12.50", '='},
                                   {"-12", "-12.5", '>'},
                                   {"-100", "-99", '<'},
                                   {"-1e-5", "0", '<'},
                                   {"-1", "1", '<'},
                                   {"1e-38", "0", '>'},
                                   {"1e-38", "1.1e-38", '<'},
                                   {"9", "10", '<'},
                                   {"10", "9.99", '>'},
                                   {"0.09", "0.1", '<'},
                                   {nines, "9.9e37", '>'},
                                   {"-" + nines, "-9.9e37", '<'},
                                   {nines.substr(1) + "8", nines, '<'}};
  for (const Case& test : cases) {
    SCOPED_TRACE(test.cell + " " + test.order + " " + test.literal);
    const std::vector<Cells> cell = {texts({test.cell})};
    const std::vector<LoweredConstant> literal = {number(test.literal)};
    const auto expected = [&](std::string_view orders) {
      return orders.find(test.order) != std::string_view::npos ? "T" : "F";
    };
    EXPECT_EQ(truths(cell, leaf(kNumber, kEqual, literal)), expected("="));
    EXPECT_EQ(truths(cell, negated(leaf(kNumber, kEqual, literal))), expected("<>"));
    EXPECT_EQ(truths(cell, leaf(kNumber, kLess, literal)), expected("<"));
    EXPECT_EQ(truths(cell, leaf(kNumber, kLessEqual, literal)), expected("<="));
    EXPECT_EQ(truths(cell, leaf(kNumber, kGreater, literal)), expected(">"));
    EXPECT_EQ(truths(cell, leaf(kNumber, kGreaterEqual, literal)), expected(">="));
  }
}

TEST(NumberText, UnreadableIsUnknownAndNotNull) {
  const std::vector<Cells> cells = {
      {.type = of(TypeKind::kText),
       .values = {kNull, text(""), text("x"), text("18"), text("19")}}};
  const std::vector<LoweredConstant> list = {number("18"), number("30")};
  EXPECT_EQ(truths(cells, leaf(kNumber, kIsNull)), "TFFFF");
  EXPECT_EQ(truths(cells, negated(leaf(kNumber, kIsNull))), "FTTTT");
  EXPECT_EQ(truths(cells, leaf(kNumber, kReadable)), "UUUTT");
  EXPECT_EQ(truths(cells, leaf(kNumber, kNever)), "UUUFF");
  EXPECT_EQ(truths(cells, negated(leaf(kNumber, kNever))), "UUUTT");
  EXPECT_EQ(truths(cells, leaf(kNumber, kIn, list)), "UUUTF");
  EXPECT_EQ(truths(cells, negated(leaf(kNumber, kIn, list))), "UUUFT");
  EXPECT_EQ(truths(cells, negated(leaf(kNumber, kLess, {number("19")}))), "UUUFT");
}

// Every pair of these, ordered by the reader that the rest of the program uses.
TEST(NumberText, PairsCompareAsTheirDecimals) {
  std::vector<std::string> numbers;
  for (const std::string_view digits :
       {"0", "1", "10", "1.5", "0.15", "9007199254740992", "9007199254740993", "0.1", "1e-38",
        "12345678901234567890123456789012345678", "12345678901234567890123456789012345679",
        "9.9e37", "100e-2", "0.30000000000000004", "0.3"}) {
    numbers.emplace_back(digits);
    numbers.push_back("-" + std::string(digits));
  }
  std::vector<Cells> columns = {texts({}), texts({})};
  std::string less;
  std::string equal;
  std::string less_as_double;
  for (const std::string& left : numbers) {
    for (const std::string& right : numbers) {
      columns[0].values.emplace_back(left);
      columns[1].values.emplace_back(right);
      less += number(left) < number(right) ? 'T' : 'F';
      equal += number(left) == number(right) ? 'T' : 'F';
      less_as_double += number(left).to_double() < number(right).to_double() ? 'T' : 'F';
    }
  }
  LoweredComparison comparison{.left = kNumber,
                               .right = source(Domain::kNumberText, Reader::kNumber, 1),
                               .test = kLess,
                               .as = LoweredComparison::As::kExact};
  EXPECT_EQ(truths(columns, {comparison}), less);
  comparison.as = LoweredComparison::As::kDouble;
  EXPECT_EQ(truths(columns, {comparison}), less_as_double);
  comparison = {.left = kNumber,
                .right = comparison.right,
                .test = kEqual,
                .as = LoweredComparison::As::kExact};
  EXPECT_EQ(truths(columns, {comparison}), equal);
}

// ---- integers, decimals, doubles, floats

TEST(Int, ComparesAtTheEndsOfItsRange) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const std::vector<Cells> cells = {
      {.type = of(TypeKind::kInt),
       .values = {kNull, integer(kMin), integer(-1), integer(0), integer(1), integer(kMax)}}};
  const LoweredSource from = source(Domain::kInt);
  EXPECT_EQ(truths(cells, leaf(from, kLessEqual, {kMin})), "UTFFFF");
  EXPECT_EQ(truths(cells, leaf(from, kGreaterEqual, {kMax})), "UFFFFT");
  EXPECT_EQ(truths(cells, leaf(from, kIn, {kMin, std::int64_t{0}, kMax})), "UTFTFT");
  EXPECT_EQ(truths(cells, negated(leaf(from, kEqual, {std::int64_t{-1}}))), "UTFTTT");
  EXPECT_EQ(truths(cells, leaf(from, kIsNull)), "TFFFFF");
}

TEST(Decimal, ComparesAtItsScale) {
  const std::vector<Cells> cells = {{.type = decimal(18, 2),
                                     .values = {kNull, Int128{-1}, Int128{0}, Int128{1855},
                                                Int128{1856}, Int128{999'999'999'999'999'999}}}};
  const LoweredSource from = source(Domain::kDecimal);
  EXPECT_EQ(truths(cells, leaf(from, kGreaterEqual, {Int128{1856}})), "UFFFTT");
  EXPECT_EQ(truths(cells, leaf(from, kIn, {Int128{-1}, Int128{0}})), "UTTFFF");
  const Int128 beyond = Int128{999'999'999'999'999'999} * 10;  // more digits than the column
  EXPECT_EQ(truths(cells, leaf(from, kLess, {beyond})), "UTTTTT");
  EXPECT_EQ(truths(cells, leaf(from, kReadable)), "UTTTTT");

  const std::vector<Cells> fractions = {
      {.type = decimal(38, 38), .values = {Int128{0}, Int128{1}, Int128{2}, Int128{-1}}}};
  EXPECT_EQ(truths(fractions, leaf(from, kEqual, {Int128{1}})), "FTFF");
}

TEST(Decimal, WideIntegersBeyond38DigitsAreUnknownAndNotNull) {
  const auto largest = static_cast<Int128>(column::power_of_ten(38)) - 1;
  const std::vector<Cells> cells = {
      {.type = decimal(38, 0),
       .values = {kNull, kUnreadableDecimal, Int128{5}, largest, -largest}}};
  const LoweredSource from = source(Domain::kDecimal);
  EXPECT_EQ(truths(cells, leaf(from, kIsNull)), "TFFFF");
  EXPECT_EQ(truths(cells, leaf(from, kGreaterEqual, {largest})), "UUFTF");
  EXPECT_EQ(truths(cells, leaf(from, kReadable)), "UUTTT");
  EXPECT_EQ(truths(cells, negated(leaf(from, kEqual, {Int128{5}}))), "UUFTT");
  const LoweredComparison itself{.left = from, .right = kNumber, .test = kEqual};
  LoweredComparison with_text = itself;
  with_text.right.column.column = 1;
  const std::vector<Cells> two = {
      cells[0], texts({"5", "5", "5.0", std::string(38, '9'), "-" + std::string(38, '9')})};
  EXPECT_EQ(truths(two, {with_text}), "UUTTT");
}

TEST(Double, NanIsUnknownAndInfinitiesCompare) {
  const std::vector<Cells> cells = {
      {.type = of(TypeKind::kDouble),
       .values = {kNull, kNan, -kNan, kInfinity, -kInfinity, -0.0, 0.0, 0.1, 5e-324}}};
  const LoweredSource from = source(Domain::kDouble);
  EXPECT_EQ(truths(cells, leaf(from, kGreater, {1e300})), "UUUTFFFFF");
  EXPECT_EQ(truths(cells, leaf(from, kLess, {0.0})), "UUUFTFFFF");
  EXPECT_EQ(truths(cells, leaf(from, kEqual, {0.0})), "UUUFFTTFF");
  EXPECT_EQ(truths(cells, leaf(from, kEqual, {-0.0})), "UUUFFTTFF");
  EXPECT_EQ(truths(cells, leaf(from, kEqual, {0.1})), "UUUFFFFTF");
  EXPECT_EQ(truths(cells, leaf(from, kEqual, {5e-324})), "UUUFFFFFT");
  EXPECT_EQ(truths(cells, leaf(from, kEqual, {kInfinity})), "UUUTFFFFF");
  EXPECT_EQ(truths(cells, leaf(from, kLessEqual, {-kInfinity})), "UUUFTFFFF");
  EXPECT_EQ(truths(cells, negated(leaf(from, kIn, {0.0, 0.1}))), "UUUTTFFFT");
  EXPECT_EQ(truths(cells, leaf(from, kIsNull)), "TFFFFFFFF");
  EXPECT_EQ(truths(cells, leaf(from, kReadable)), "UUUTTTTTT");
}

TEST(Double, LiteralsKeepEveryBit) {
  Cells cells{.type = of(TypeKind::kDouble), .values = {}};
  double value = 1.0 / 3;
  while (value < 1e38) {
    cells.values = {std::nextafter(value, 0), value, std::nextafter(value, kInfinity)};
    EXPECT_EQ(truths({cells}, leaf(source(Domain::kDouble), kEqual, {value})), "FTF") << value;
    value *= 7919.0 / 3;
  }
}

TEST(Float, ComparesAsFloat) {
  const std::vector<Cells> cells = {
      {.type = of(TypeKind::kFloat),
       .values = {kNull, 0.1F, std::numeric_limits<float>::quiet_NaN(), -0.0F,
                  std::nextafter(0.1F, 0.0F), std::numeric_limits<float>::infinity()}}};
  const LoweredSource from = source(Domain::kFloat);
  EXPECT_EQ(truths(cells, leaf(from, kEqual, {0.1F})), "UTUFFF");
  EXPECT_EQ(truths(cells, leaf(from, kGreaterEqual, {0.1F})), "UTUFFT");
  EXPECT_EQ(truths(cells, leaf(from, kEqual, {0.0F})), "UFUTFF");
  EXPECT_EQ(truths(cells, leaf(from, kIsNull)), "TFFFFF");
  // Against a double column it is widened, and 0.1F is not 0.1.
  const std::vector<Cells> two = {
      cells[0], {.type = of(TypeKind::kDouble), .values = {0.1, 0.1, 0.1, 0.0, kNan, kInfinity}}};
  LoweredComparison widened{.left = from,
                            .right = source(Domain::kDouble, Reader::kNone, 1),
                            .test = kEqual,
                            .as = LoweredComparison::As::kDouble};
  EXPECT_EQ(truths(two, {widened}), "UFUTUT");
  const LoweredComparison floats{.left = from,
                                 .right = source(Domain::kFloat, Reader::kNone, 1),
                                 .test = kLess,
                                 .as = LoweredComparison::As::kFloat};
  const std::vector<Cells> both = {
      cells[0], {.type = of(TypeKind::kFloat), .values = {1.F, 0.1F, 1.F, 1.F, 0.1F, 1.F}}};
  EXPECT_EQ(truths(both, {floats}), "UFUTTF");
}

// ---- column against column

TEST(Comparison, IntegersAndDecimalsAndTextsCompareExactly) {
  const LoweredComparison int_and_decimal{.left = source(Domain::kInt),
                                          .right = source(Domain::kDecimal, Reader::kNone, 1),
                                          .test = kLess,
                                          .as = LoweredComparison::As::kExact};
  const Int128 one = static_cast<Int128>(column::power_of_ten(37));
  const Cells ints{.type = of(TypeKind::kInt),
                   .values = {integer(1), integer(1), integer(0), integer(-9),
                              integer(std::numeric_limits<std::int64_t>::max()), kNull}};
  EXPECT_EQ(
      truths({ints,
              {.type = decimal(38, 37), .values = {one, one + 1, Int128{1}, -one, one * 9, one}}},
             {int_and_decimal}),
      "FTTTFU");

  // No DECIMAL holds both sides.
  const LoweredComparison scales{.left = source(Domain::kDecimal),
                                 .right = source(Domain::kDecimal, Reader::kNone, 1),
                                 .test = kGreater,
                                 .as = LoweredComparison::As::kExact};
  const auto largest = static_cast<Int128>(column::power_of_ten(38)) - 1;
  EXPECT_EQ(truths({{.type = decimal(38, 1), .values = {largest, Int128{5}, Int128{10}, -largest}},
                    {.type = decimal(38, 38),
                     .values = {largest, Int128{0}, static_cast<Int128>(largest), largest}}},
                   {scales}),
            "TTTF");
  EXPECT_EQ(truths({{.type = decimal(18, 2), .values = {Int128{150}, Int128{151}}},
                    {.type = decimal(9, 2), .values = {Int128{150}, Int128{150}}}},
                   {scales}),
            "FT");

  const LoweredComparison text_and_int{.left = kNumber,
                                       .right = source(Domain::kInt, Reader::kNone, 1),
                                       .test = kGreater,
                                       .as = LoweredComparison::As::kExact};
  EXPECT_EQ(truths({texts({"9007199254740993", "9007199254740992.0000001", "-1", "x", ".5"}),
                    {.type = of(TypeKind::kInt),
                     .values = {integer(9'007'199'254'740'992), integer(9'007'199'254'740'992),
                                integer(-2), integer(0), integer(1)}}},
                   {text_and_int}),
            "TTTUF");
}

TEST(Comparison, WithADoubleTheOtherSideBecomesTheNearestDouble) {
  LoweredComparison equal{.left = source(Domain::kInt),
                          .right = source(Domain::kDouble, Reader::kNone, 1),
                          .test = kEqual,
                          .as = LoweredComparison::As::kDouble};
  constexpr double kTwo53 = 9'007'199'254'740'992.0;
  EXPECT_EQ(truths({{.type = of(TypeKind::kInt),
                     .values = {integer(9'007'199'254'740'993), integer(9'007'199'254'740'995),
                                integer(0), integer(0)}},
                    {.type = of(TypeKind::kDouble), .values = {kTwo53, kTwo53 + 2, -0.0, kNan}}},
                   {equal}),
            "TFTU");

  // DuckDB's own cast of these decimals misses the nearest double.
  equal.left.domain = Domain::kDecimal;
  Cells decimals{.type = decimal(18, 2), .values = {}};
  Cells doubles{.type = of(TypeKind::kDouble), .values = {}};
  std::uint64_t state = 1;
  for (int i = 0; i < 2'000; ++i) {
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    const Int128 unscaled = static_cast<Int128>(state % 999'999'999'999'999'999U);
    decimals.values.emplace_back(unscaled);
    doubles.values.emplace_back(column::Decimal::from_scaled(unscaled, 2).to_double());
  }
  EXPECT_EQ(truths({decimals, doubles}, {equal}), std::string(decimals.values.size(), 'T'));

  equal.left = kNumber;
  EXPECT_EQ(truths({texts({"0.1", "0.1000000000000000055511151231257827", " 5. ", "1e0002", "NaN",
                           "0x1A", "inf"}),
                    {.type = of(TypeKind::kDouble),
                     .values = {0.1, 0.1, 5.0, 100.0, kNan, 26.0, kInfinity}}},
                   {equal}),
            "TTTTUUU");
}

TEST(Comparison, DaysBecomeTheirMidnights) {
  const LoweredComparison date_and_time{.left = source(Domain::kDay),
                                        .right = source(Domain::kMicros, Reader::kNone, 1),
                                        .test = kLess,
                                        .as = LoweredComparison::As::kMicros};
  const std::int64_t midnight = micros("2025-01-01");
  const std::vector<Cells> typed = {
      {.type = of(TypeKind::kDate),
       .values = {date("2025-01-01"), date("2025-01-01"), date("2025-01-01"), kNull,
                  std::int32_t{108'853'222}, std::int32_t{-108'853'222}}},
      {.type = of(TypeKind::kTimestamp),
       .values = {integer(midnight - 1), integer(midnight), integer(midnight + 1),
                  integer(midnight), integer(midnight), integer(midnight)}}};
  EXPECT_EQ(truths(typed, {date_and_time}), "FFTUFT");

  LoweredComparison of_texts{.left = kDayOfText,
                             .right = source(Domain::kMicros, Reader::kTime, 1),
                             .test = kEqual,
                             .as = LoweredComparison::As::kMicros};
  EXPECT_EQ(truths({texts({"2025-01-01 10:00", "2025-01-01 10:00", "x", "2025-01-01"}),
                    texts({"2025-01-01", "2025-01-01T10:00", "2025-01-01", "2025-01-01 00:00"})},
                   {of_texts}),
            "TFUT");
  of_texts.right = source(Domain::kDay, Reader::kDay, 1);
  EXPECT_EQ(
      truths({texts({"2025-01-01 10:00", "2025-01-01"}), texts({"2025-01-01 11:00", "2025-01-02"})},
             {of_texts}),
      "TF");
}

TEST(Comparison, TextsAndBooleans) {
  const LoweredComparison by_text{.left = source(Domain::kText),
                                  .right = source(Domain::kText, Reader::kNone, 1),
                                  .test = kLess,
                                  .as = LoweredComparison::As::kText};
  EXPECT_EQ(truths({texts({"VIP10", "a", "\uffff", "Z", ""}),
                    texts({"VIP2", "a", "\U0001F600", "a", "a"})},
                   {by_text}),
            "TFTTT");
  const LoweredComparison by_boolean{.left = source(Domain::kBoolean),
                                     .right = source(Domain::kBoolean, Reader::kBoolean, 1),
                                     .test = kEqual,
                                     .as = LoweredComparison::As::kBoolean};
  EXPECT_EQ(truths({{.type = of(TypeKind::kBoolean), .values = {true, false, true, kNull, true}},
                    texts({"yes", "0", "no", "y", "maybe"})},
                   {by_boolean}),
            "TTFUU");
}

// ---- dates (SEMANTICS 6)

TEST(DayOfText, ReadsTheGrammarAndNothingElse) {
  const std::vector<std::string> dates = {"2025-02-03",
                                          " 2025-02-03 ",
                                          "\t2025-02-03\v",
                                          "2024-02-29",
                                          "2000-02-29",
                                          "0001-01-01",
                                          "9999-12-31",
                                          "2025-02-03 10:30",
                                          "2025-02-03T10:30",
                                          "2025-02-03 23:59:59",
                                          "2025-02-03 00:00:00.1",
                                          "2025-02-03T00:00:00.123456",
                                          "0400-02-29",
                                          "1000-01-01",
                                          "9999-12-31 23:59:59.999999",
                                          "0010-10-10",
                                          "0100-10-10"};
  EXPECT_EQ(truths({texts(dates)}, leaf(kDayOfText, kReadable)), std::string(dates.size(), 'T'));
  EXPECT_EQ(truths({texts(dates)}, leaf(kTimeOfText, kReadable)), std::string(dates.size(), 'T'));

  const std::vector<std::string> others = {"",
                                           "2025-2-3",
                                           "2025-02-3",
                                           "25-02-03",
                                           "2025/02/03",
                                           "20250203",
                                           "2025-02-30",
                                           "2025-02-29",
                                           "1900-02-29",
                                           "2025-13-01",
                                           "2025-00-10",
                                           "2025-01-00",
                                           "0000-01-01",
                                           "10000-01-01",
                                           "-2025-01-01",
                                           "+2025-01-01",
                                           "2025-02-03Z",
                                           "2025-02-03T10:30Z",
                                           "2025-02-03 10:30+08",
                                           "2025-02-03 10:30:00+00:00",
                                           "2025-02-03 24:00",
                                           "2025-02-03 24:00:00",
                                           "2025-02-03 10:60",
                                           "2025-02-03 10:30:60",
                                           "2025-02-03 10:30:00.",
                                           "2025-02-03 10:30:00.1234567",
                                           "2025-02-03 10",
                                           "2025-02-03 1:30",
                                           "2025-02-03  10:30",
                                           "2025-02-03 10:30 PM",
                                           "2025-02-03t10:30",
                                           "2025-02-03 (BC)",
                                           "infinity",
                                           "-infinity",
                                           "epoch",
                                           "today",
                                           "2025-02-03\nx",
                                           "\u0662\u0660\u0662\u0665-02-03",
                                           "2025-02-03T",
                                           "2025-02-30 10:30",
                                           "2025-02-03\u00a0"};
  EXPECT_EQ(truths({texts(others)}, leaf(kDayOfText, kReadable)), std::string(others.size(), 'U'));
  EXPECT_EQ(truths({texts(others)}, leaf(kTimeOfText, kReadable)), std::string(others.size(), 'U'));
  EXPECT_EQ(truths({texts(others)}, leaf(kTimeOfText, kIsNull)), std::string(others.size(), 'F'));
}

TEST(DayOfText, ComparesByDay) {
  const std::vector<Cells> cells = {
      {.type = of(TypeKind::kText),
       .values = {kNull, text("2024-12-31 23:59:59.999999"), text("2025-01-01"),
                  text("2025-01-01T23:59:59.999999"), text("2025-01-02"), text("0001-01-01"),
                  text("9999-12-31")}}};
  EXPECT_EQ(truths(cells, leaf(kDayOfText, kEqual, {day("2025-01-01")})), "UFTTFFF");
  EXPECT_EQ(truths(cells, leaf(kDayOfText, kGreater, {day("2025-01-01")})), "UFFFTFT");
  EXPECT_EQ(truths(cells, leaf(kDayOfText, kLessEqual, {day("0001-01-01")})), "UFFFFTF");
  EXPECT_EQ(truths(cells, leaf(kDayOfText, kGreaterEqual, {day("0001-01-01") - 400'000})),
            "UTTTTTT");
  EXPECT_EQ(truths(cells, leaf(kDayOfText, kLess, {day("9999-12-31") + 36'500})), "UTTTTTT");
  EXPECT_EQ(truths(cells, leaf(kDayOfText, kIn, {day("2025-01-02"), day("9999-12-31")})),
            "UFFFTFT");
}

TEST(TimeOfText, ComparesByTheMicrosecond) {
  const std::vector<Cells> cells = {
      {.type = of(TypeKind::kText),
       .values = {text("2025-01-01 10:00"), text("2025-01-01 10:00:00.000001"),
                  text("2025-01-01T09:59:59.999999"), text("2025-01-01"), text("x"), kNull,
                  text("1969-12-31 23:59:59.9")}}};
  EXPECT_EQ(truths(cells, leaf(kTimeOfText, kEqual, {micros("2025-01-01 10:00")})), "TFFFUUF");
  EXPECT_EQ(truths(cells, leaf(kTimeOfText, kGreater, {micros("2025-01-01 10:00")})), "FTFFUUF");
  EXPECT_EQ(truths(cells, leaf(kTimeOfText, kLess, {micros("2025-01-01 10:00")})), "FFTTUUT");
  EXPECT_EQ(truths(cells, leaf(kTimeOfText, kEqual, {micros("2025-01-01")})), "FFFTUUF");
  EXPECT_EQ(truths(cells, leaf(kTimeOfText, kEqual, {std::int64_t{-100'000}})), "FFFFUUT");
}

TEST(Timestamp, ComparesAtTheFirstAndLastMicrosecondOfADay) {
  const std::int64_t midnight = micros("2025-01-01");
  const std::int64_t next = micros("2025-01-02");
  const std::vector<Cells> cells = {
      {.type = of(TypeKind::kTimestamp),
       .values = {kNull, integer(midnight - 1), integer(midnight), integer(next - 1), integer(next),
                  integer(column::kInfiniteMicros - 1), integer(1 - column::kInfiniteMicros),
                  integer(column::kInfiniteMicros), integer(-column::kInfiniteMicros),
                  integer(-column::kInfiniteMicros - 1)}}};
  const LoweredSource from = source(Domain::kMicros);
  LoweredAnd whole_day;
  whole_day.parts.push_back(leaf(from, kGreaterEqual, {midnight}));
  whole_day.parts.push_back(leaf(from, kLess, {next}));
  EXPECT_EQ(truths(cells, {whole_day}), "UFTTFFFUUU");
  EXPECT_EQ(truths(cells, negated({whole_day})), "UTFFTTTUUU");
  EXPECT_EQ(truths(cells, leaf(from, kLess, {micros("9999-12-31") + column::kMicrosPerDay})),
            "UTTTTFTUUU");
  EXPECT_EQ(truths(cells, leaf(from, kLess, {micros("0001-01-01") - 1})), "UFFFFFTUUU");
}

TEST(Date, InfinitiesAreNoDays) {
  const std::int32_t infinity = std::numeric_limits<std::int32_t>::max();
  const std::vector<Cells> cells = {
      {.type = of(TypeKind::kDate),
       .values = {kNull, date("2025-01-01"), Value(infinity - 1), Value(1 - infinity),
                  Value(infinity), Value(-infinity), Value(-infinity - 1)}}};
  const LoweredSource from = source(Domain::kDay);
  EXPECT_EQ(truths(cells, leaf(from, kGreater, {day("9999-12-31")})), "UFTFUUU");
  EXPECT_EQ(truths(cells, leaf(from, kLess, {day("0001-01-01") - 36'500})), "UFFTUUU");
  EXPECT_EQ(truths(cells, leaf(from, kIsNull)), "TFFFFFF");
  EXPECT_EQ(truths(cells, leaf(from, kEqual, {day("2025-01-01")})), "UTFFUUU");
}

// ---- booleans (SEMANTICS 14)

TEST(Boolean, WordsOfTexts) {
  const LoweredSource from = source(Domain::kBoolean, Reader::kBoolean);
  const std::vector<LoweredConstant> yes = {std::int64_t{1}};
  const std::vector<LoweredConstant> no = {std::int64_t{0}};
  EXPECT_EQ(truths({texts({"true", "TRUE", "t", "Yes", "yEs", "Y", "1", " true\t", "\v1\f"})},
                   leaf(from, kEqual, yes)),
            "TTTTTTTTT");
  EXPECT_EQ(truths({texts({"false", "F", "no", "N", "0", "\nFALSE\r"})}, leaf(from, kEqual, no)),
            "TTTTTT");
  const Cells others = texts({"", " ", "on", "off", "tru", "truee", "10", "2", "1.0", "ye\u017f",
                              "\u00a01", "true false", "t\n\nx"});
  EXPECT_EQ(truths({others}, leaf(from, kEqual, yes)), std::string(others.values.size(), 'U'));
  EXPECT_EQ(truths({others}, negated(leaf(from, kEqual, no))),
            std::string(others.values.size(), 'U'));
}

TEST(Boolean, ColumnsAndIntegers) {
  const LoweredSource from = source(Domain::kBoolean);
  const std::vector<LoweredConstant> no = {std::int64_t{0}};
  const Cells booleans{.type = of(TypeKind::kBoolean), .values = {kNull, true, false}};
  EXPECT_EQ(truths({booleans}, leaf(from, kEqual, no)), "UFT");
  EXPECT_EQ(truths({booleans}, negated(leaf(from, kEqual, no))), "UTF");
  const Cells ints{.type = of(TypeKind::kInt),
                   .values = {kNull, integer(1), integer(0), integer(2), integer(-1)}};
  const LoweredSource of_int = source(Domain::kBoolean, Reader::kBoolean);
  EXPECT_EQ(truths({ints}, leaf(of_int, kEqual, no)), "UFTUU");
  EXPECT_EQ(truths({ints}, negated(leaf(of_int, kEqual, no))), "UTFUU");
  EXPECT_EQ(truths({ints}, leaf(of_int, kIn, {std::int64_t{0}, std::int64_t{1}})), "UTTUU");
}

// ---- texts and lists (SEMANTICS 11, 12)

TEST(Text, ComparesByCodePointsAndTakesNeedlesAsTheyAre) {
  const LoweredSource from = source(Domain::kText);
  const auto one = [](std::string value) { return std::vector<LoweredConstant>{std::move(value)}; };
  const std::vector<Cells> cells = {
      {.type = of(TypeKind::kText),
       .values = {kNull, text(""), text("VIP10"), text("VIP2"), text("vip2"), text("VIP2 "),
                  text("\u7528\u6237")}}};
  EXPECT_EQ(truths(cells, leaf(from, kEqual, one("VIP2"))), "UFFTFFF");
  EXPECT_EQ(truths(cells, leaf(from, kEqual, one(""))), "UTFFFFF");
  EXPECT_EQ(truths(cells, leaf(from, kLess, one("VIP2"))), "UTTFFFF");
  EXPECT_EQ(truths(cells, leaf(from, kGreater, one("VIP2"))), "UFFFTTT");
  EXPECT_EQ(truths(cells, negated(leaf(from, kIn, {std::string(""), std::string("VIP10")}))),
            "UFFTTTT");
  EXPECT_EQ(truths(cells, leaf(from, kStartsWith, one("VIP"))), "UFTTFTF");
  EXPECT_EQ(truths(cells, leaf(from, kEndsWith, one("2"))), "UFFTTFF");
  EXPECT_EQ(truths(cells, leaf(from, kContains, one("\u6237"))), "UFFFFFT");
  EXPECT_EQ(truths(cells, negated(leaf(from, kContains, one("2")))), "UTTFFFT");
  EXPECT_EQ(truths(cells, leaf(from, kIsNull)), "TFFFFFF");

  const std::vector<std::string> tricky = {"%",
                                           "_",
                                           "'",
                                           "''",
                                           "\\",
                                           "\"",
                                           "a\nb",
                                           "a\tb",
                                           "$1",
                                           "--",
                                           "/*",
                                           ";",
                                           "\u00a0",
                                           "e\u0301",
                                           "\u00e9",
                                           std::string("a\0b", 3),
                                           std::string("\0", 1),
                                           "{}",
                                           "\U0001F600",
                                           "\\n",
                                           "[",
                                           "?",
                                           ":x",
                                           "%%"};
  for (size_t i = 0; i < tricky.size(); ++i) {
    SCOPED_TRACE(i);
    std::string itself(tricky.size(), 'F');
    std::string containing(tricky.size(), 'F');
    for (size_t j = 0; j < tricky.size(); ++j) {
      itself[j] = tricky[j] == tricky[i] ? 'T' : 'F';
      containing[j] = tricky[j].find(tricky[i]) != std::string::npos ? 'T' : 'F';
    }
    EXPECT_EQ(truths({texts(tricky)}, leaf(from, kEqual, one(tricky[i]))), itself);
    EXPECT_EQ(truths({texts(tricky)}, leaf(from, kContains, one(tricky[i]))), containing);
  }
}

TEST(TextList, NullsInAListMakeAnAbsenceUnknown) {
  const std::vector<Cells> cells = {
      {.type = of(TypeKind::kTextList),
       .values = {kNull, TextList{}, TextList{"BTC"}, TextList{"ETH"},
                  TextList{"BTC", std::nullopt}, TextList{"ETH", std::nullopt},
                  TextList{std::nullopt}, TextList{"BTC", "ETH"}, TextList{"btc", "BTC "}}}};
  const LoweredSource from = source(Domain::kTextList);
  const std::vector<LoweredConstant> btc = {std::string("BTC")};
  const std::vector<LoweredConstant> both = {std::string("BTC"), std::string("ETH")};
  EXPECT_EQ(truths(cells, leaf(from, kHasAny, btc)), "UFTFTUUTF");
  EXPECT_EQ(truths(cells, negated(leaf(from, kHasAny, btc))), "UTFTFUUFT");
  EXPECT_EQ(truths(cells, leaf(from, kHasAny, both)), "UFTTTTUTF");
  EXPECT_EQ(truths(cells, leaf(from, kHasAll, btc)), "UFTFTUUTF");
  EXPECT_EQ(truths(cells, leaf(from, kHasAll, both)), "UFFFUUUTF");
  EXPECT_EQ(truths(cells, negated(leaf(from, kHasAll, both))), "UTTTUUUFT");
  EXPECT_EQ(truths(cells, leaf(from, kIsNull)), "TFFFFFFFF");
}

// ---- groups (SEMANTICS 3)

TEST(Groups, AreThreeValued) {
  // All nine pairs of TRUE, FALSE, UNKNOWN.
  std::vector<Cells> columns = {{.type = of(TypeKind::kBoolean), .values = {}},
                                {.type = of(TypeKind::kBoolean), .values = {}}};
  for (const Value& left : {Value(true), Value(false), kNull}) {
    for (const Value& right : {Value(true), Value(false), kNull}) {
      columns[0].values.push_back(left);
      columns[1].values.push_back(right);
    }
  }
  const std::vector<LoweredConstant> yes = {std::int64_t{1}};
  const LoweredExpression a = leaf(source(Domain::kBoolean), kEqual, yes);
  const LoweredExpression b = leaf(source(Domain::kBoolean, Reader::kNone, 1), kEqual, yes);
  EXPECT_EQ(truths(columns, {LoweredAnd{{a, b}}}), "TFUFFFUFU");
  EXPECT_EQ(truths(columns, {LoweredOr{{a, b}}}), "TTTTFUTUU");
  EXPECT_EQ(truths(columns, negated({LoweredAnd{{a, b}}})), "FTUTTTUTU");
  EXPECT_EQ(truths(columns, negated({LoweredOr{{a, b}}})), "FFFFTUFUU");
  EXPECT_EQ(truths(columns, negated(negated(a))), "TTTFFFUUU");
  EXPECT_EQ(truths(columns, {LoweredOr{{{LoweredAnd{{a, b}}}, negated(b)}}}), "TTUFTUUTU");
}

TEST(Groups, OfTheLargestRulesAreTaken) {
  LoweredAnd wide;
  std::vector<LoweredConstant> values;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(rule::kConditionsMax); ++i) {
    wide.parts.push_back(negated(leaf(source(Domain::kInt), kEqual, {i})));
    values.emplace_back(i * 2);
  }
  const std::vector<Cells> cells = {
      {.type = of(TypeKind::kInt), .values = {integer(-1), integer(5), integer(10'000), kNull}}};
  EXPECT_EQ(truths(cells, {wide}), "TFTU");
  EXPECT_EQ(truths(cells, leaf(source(Domain::kInt), kIn, values)), "FFTU");
  LoweredExpression deep = leaf(source(Domain::kInt), kEqual, {std::int64_t{5}});
  for (int level = 0; level < rule::kNestingMax; ++level) {
    LoweredOr either;
    either.parts.push_back(negated(std::move(deep)));
    either.parts.push_back(leaf(source(Domain::kInt), kEqual, {std::int64_t{10'000}}));
    deep = {std::move(either)};
  }
  EXPECT_EQ(truths(cells, deep), "FTTU");
}

// ---- whole queries (SEMANTICS 1, 15, 20)

TEST(Query, GivesEveryUserTheSortedDistinctTagsOfTheirTrueRules) {
  const column::Schema schema{
      .tables = {{.database = "shop",
                  .name = "all_users",
                  .columns = {{"Age", of(TypeKind::kText)}, {"user_id 2", of(TypeKind::kInt)}}},
                 {.database = "crm",
                  .name = "all_users",
                  .columns = {{"age", of(TypeKind::kInt)}, {"rule_1", of(TypeKind::kInt)}}},
                 {.database = "", .name = "cells", .columns = {{"x", of(TypeKind::kInt)}}}},
      .key = {.name = "Customer", .type = of(TypeKind::kText)}};
  const std::vector<std::string> relations = {
      R"(SELECT * FROM (VALUES ('u2', '18.0', 1), ('u1', 'x', 0), ('u10', '17', 1)) v("Customer", "Age", "user_id 2"))",
      R"(SELECT * FROM (VALUES ('u2', 18, 0), ('U3', 5, 1), ('u10', 20, 1), (NULL, 18, 1), ('', 18, 1)) v("Customer", "age", "rule_1"))",
      R"(SELECT 'é' AS "Customer", 1 AS x)"};
  const auto leaf_of = [](size_t table, size_t column, Domain domain, LoweredTest test,
                          LoweredConstant value) {
    return leaf({.column = {.table = table, .column = column},
                 .reader = domain == Domain::kNumberText ? Reader::kNumber : Reader::kNone,
                 .domain = domain},
                test, {std::move(value)});
  };
  const rule::LoweredRules rules = {
      leaf_of(0, 0, Domain::kNumberText, kGreaterEqual, number("18")),  // u2
      leaf_of(1, 0, Domain::kInt, kLess, std::int64_t{10}),             // U3
      {LoweredRuleTest{{0, 1}}},                                        // u2, U3
      negated({LoweredRuleTest{{2}}}),                                  // the others
      {LoweredAnd{{{LoweredRuleTest{{3}}},
                   leaf({.column = column::kKeyColumn, .domain = Domain::kText}, kStartsWith,
                        {std::string("u")})}}},              // u1, u10
      leaf_of(1, 1, Domain::kInt, kEqual, std::int64_t{1}),  // U3, u10
      leaf({.column = {.table = 1, .column = 0}, .domain = Domain::kInt}, kIsNull),
      {LoweredRuleTest{{}}}};
  const std::vector<sql::QueryRule> about = {{30, "adult\n--'\" OR 1=1"},
                                             {20, ""},
                                             {10, "x"},
                                             {40, ""},
                                             {50, ""},
                                             {10, ""},
                                             {60, ""},
                                             {70, ""}};
  const auto query = sql::write_query(rules, about, schema, relations);
  ASSERT_TRUE(query);
  ASSERT_FALSE(query->macros.empty());
  const auto rows = database().query_text(query->select);
  ASSERT_TRUE(rows) << rows.error().message << "\n" << query->select;
  std::vector<std::string> lines;
  for (const duckdb::TextRow& row : *rows) {
    lines.push_back(row[0].value() + " " + row[1].value());
  }
  EXPECT_THAT(lines, testing::ElementsAre("U3 [10, 20]", "u1 [40, 50, 60]", "u10 [10, 40, 50]",
                                          "u2 [10, 30]", "é [40, 60]"))
      << query->select;
  const auto types = database().query_text("SELECT typeof(user_id) || typeof(tag_ids) FROM (" +
                                           query->select + ") LIMIT 1");
  ASSERT_TRUE(types) << types.error().message;
  EXPECT_EQ((*types)[0][0], "VARCHARINTEGER[]");
}

TEST(Query, WithoutRulesGivesEverybodyAnEmptyList) {
  const column::Schema schema{.tables = {{.database = "", .name = "t", .columns = {}}}};
  const auto query =
      sql::write_query({}, {}, schema, std::vector<std::string>{"SELECT 'u' AS user_id"});
  ASSERT_TRUE(query);
  const auto rows = database().query_text(query->select);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ((*rows)[0][0], "u");
  EXPECT_EQ((*rows)[0][1], "[]");
}

}  // namespace
}  // namespace tagsmith
