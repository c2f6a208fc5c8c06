#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <limits>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "adapters/duckdb/database.h"
#include "adapters/duckdb/parquet_writer.h"
#include "adapters/duckdb/reader.h"
#include "base/interrupt.h"
#include "column/days.h"
#include "column/decimal.h"
#include "column/value.h"
#include "scratch/folder.h"

namespace tagsmith::duckdb {
namespace {

using base::ErrorCode;
using column::Type;
using column::TypeKind;
using dataset::ScanCounts;
using dataset::TableSource;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class Folder : public scratch::Folder {
 public:
  // A Parquet file of the rows of a SELECT.
  [[nodiscard]] std::string parquet(const std::string& name, const std::string& select) const {
    const auto database = Database::open({.threads = 1}).value();
    const auto copied = database->query_text("COPY (" + select + ") TO " + quote_text(path(name)) +
                                             " (FORMAT parquet)");
    EXPECT_TRUE(copied) << copied.error().message;
    return path(name);
  }
};

TableSource parquet_source(std::vector<std::string> files) {
  return {.name = "t", .format = TableSource::Format::kParquet, .files = std::move(files)};
}
TableSource csv_source(std::vector<std::string> files) {
  return {.name = "t", .format = TableSource::Format::kCsv, .files = std::move(files)};
}
TableSource json_source(std::vector<std::string> files) {
  return {.name = "t", .format = TableSource::Format::kJsonLines, .files = std::move(files)};
}
TableSource select_source(std::string select) {
  return {.name = "t", .format = TableSource::Format::kSelect, .select = std::move(select)};
}

std::unique_ptr<dataset::Reader> reader() { return make_reader({.threads = 2}).value(); }

// What a scan pushed: for each key the cells as text, "null" for a null.
using Rows = std::map<std::string, std::vector<std::string>>;

class Collector final : public dataset::BatchConsumer {
 public:
  explicit Collector(Rows& rows) : rows_(rows) {}
  base::Status consume(const dataset::TableBatch& batch) override {
    for (size_t row = 0; row < batch.row_count; ++row) {
      std::vector<std::string>& cells = rows_[std::string(batch.keys[row])];
      for (const column::ColumnView& column : batch.columns) {
        EXPECT_EQ(column.row_count, batch.row_count);
        if (!column.valid.empty()) {
          EXPECT_EQ(column.valid.size(), column::word_count(batch.row_count));
          for (size_t i = batch.row_count; i < column.valid.size() * column::kWordBits; ++i) {
            EXPECT_FALSE(column::bit(column.valid, i)) << "a bit past the last row";
          }
        }
        cells.push_back(column::to_text(column.value(row), column.type));
      }
    }
    return {};
  }

 private:
  Rows& rows_;
};

struct Scanned {
  Rows rows;
  ScanCounts counts;
};

base::Result<Scanned> try_scan(const dataset::ScanSpec& spec) {
  Scanned scanned;
  const auto counts =
      reader()->scan(spec, [&scanned] { return std::make_unique<Collector>(scanned.rows); });
  if (!counts) {
    return counts.error();
  }
  scanned.counts = *counts;
  return scanned;
}

Rows scan(const TableSource& source, const std::vector<std::string>& columns) {
  const auto scanned = try_scan({.source = source, .columns = columns});
  EXPECT_TRUE(scanned) << scanned.error().message;
  return scanned ? scanned->rows : Rows();
}

// "name type" of each column.
std::vector<std::string> described(const TableSource& source) {
  const auto table = reader()->describe(source);
  EXPECT_TRUE(table) << table.error().message;
  std::vector<std::string> out;
  if (table) {
    for (const column::Column& column : table->schema.columns) {
      out.push_back(column.name + " " + to_string(column.type));
    }
  }
  return out;
}

base::Error error_of_describe(const TableSource& source, dataset::Reader& reader) {
  const auto table = reader.describe(source);
  EXPECT_FALSE(table);
  return table ? base::Error() : table.error();
}

base::Error error_of_describe(const TableSource& source) {
  return error_of_describe(source, *reader());
}

// --- Types --------------------------------------------------------------------------------------

TEST(Reader, BringsEachTypeOfParquetToOneOfOurs) {
  const Folder folder;
  const TableSource source = parquet_source({folder.parquet("a.parquet", R"(
      SELECT 'u1' user_id, 1::TINYINT i8, 2::SMALLINT i16, 3::INTEGER i32, 4::BIGINT i64,
        5::UTINYINT u8, 6::USMALLINT u16, 4294967295::UINTEGER u32, 18446744073709551615::UBIGINT u64,
        12.50::DECIMAL(4,2) d4, 1234567.25::DECIMAL(9,2) d9, 1.5::DECIMAL(18,4) d18,
        -99999999999999999999999999999999999.999::DECIMAL(38,3) d38, 0.1::DOUBLE f64, 0.1::FLOAT f32,
        'é😀' txt, 'b'::ENUM('a','b') en, true AS yes, DATE '2024-02-29' AS day,
        TIMESTAMP '2024-02-29 23:59:59.999999' ts, ['x', NULL, ''] list, [1, NULL] ints,
        [true, false] bools, {'a': 1} st, MAP {'k': 1} mp, 'x'::BLOB bin, TIME '10:00' tm,
        [1.5::DOUBLE] reals, uuid 'F47AC10B-58CC-4372-A567-0E02B2C3D479' id, '{"a": 1}'::JSON js)")});

  EXPECT_THAT(
      described(source),
      ElementsAre("i8 int", "i16 int", "i32 int", "i64 int", "u8 int", "u16 int", "u32 int",
                  "u64 decimal(38,0)", "d4 decimal(4,2)", "d9 decimal(9,2)", "d18 decimal(18,4)",
                  "d38 decimal(38,3)", "f64 double", "f32 float", "txt text", "en text",
                  "yes boolean", "day date", "ts timestamp", "list list<text>", "ints list<text>",
                  "bools list<text>", "st struct(a integer)", "mp map(varchar, integer)",
                  "bin blob", "tm time", "reals double[]", "id text", "js text"));

  const std::vector<std::string> columns{"i8",  "i16", "i32", "i64",  "u8",   "u16",   "u32", "u64",
                                         "d4",  "d9",  "d18", "d38",  "f64",  "f32",   "txt", "en",
                                         "yes", "day", "ts",  "list", "ints", "bools", "id",  "js"};
  EXPECT_THAT(
      scan(source, columns).at("u1"),
      ElementsAre("1", "2", "3", "4", "5", "6", "4294967295", "18446744073709551615", "12.50",
                  "1234567.25", "1.5000", "-99999999999999999999999999999999999.999", "0.1", "0.1",
                  "'é😀'", "'b'", "true", "2024-02-29", "2024-02-29 23:59:59.999999",
                  "['x', null, '']", "['1', null]", "['true', 'false']",
                  "'f47ac10b-58cc-4372-a567-0e02b2c3d479'", "'{\"a\": 1}'"));
}

TEST(Reader, GivesNullsOfEachType) {
  const Folder folder;
  const TableSource source = parquet_source({folder.parquet("a.parquet", R"(
      SELECT 'u' || i user_id, CASE WHEN i % 3 <> 0 THEN i END n,
        CASE WHEN i % 3 <> 0 THEN 'text number ' || i END s,
        CASE WHEN i % 3 <> 0 THEN ['a' || i, NULL] END l,
        CASE WHEN i % 3 <> 0 THEN i::DECIMAL(18,2) END d FROM range(5000) t(i))")});

  const Rows rows = scan(source, {"n", "s", "l", "d"});

  ASSERT_THAT(rows, SizeIs(5000));
  EXPECT_THAT(rows.at("u2999"),
              ElementsAre("2999", "'text number 2999'", "['a2999', null]", "2999.00"));
  EXPECT_THAT(rows.at("u3000"), ElementsAre("null", "null", "null", "null"));
}

TEST(Reader, ReadsWideIntegersExactlyAndMarksThoseBeyond38Digits) {
  const Rows rows = scan(
      select_source("SELECT * FROM (VALUES ('a', 99999999999999999999999999999999999999::HUGEINT), "
                    "('b', 100000000000000000000000000000000000000::HUGEINT), ('c', "
                    "-99999999999999999999999999999999999999::HUGEINT), ('d', "
                    "-100000000000000000000000000000000000000::HUGEINT)) t(user_id, h)"),
      {"h"});
  EXPECT_THAT(rows, ElementsAre(Pair("a", ElementsAre("99999999999999999999999999999999999999")),
                                Pair("b", ElementsAre("(more than 38 digits)")),
                                Pair("c", ElementsAre("-99999999999999999999999999999999999999")),
                                Pair("d", ElementsAre("(more than 38 digits)"))));

  EXPECT_THAT(
      scan(select_source("SELECT 'a' user_id, 340282366920938463463374607431768211455::UHUGEINT h, "
                         "7::UHUGEINT small"),
           {"h", "small"})
          .at("a"),
      ElementsAre("(more than 38 digits)", "7"));
}

TEST(Reader, ReadsListsOfIntegersOfAnyWidthAsTheirText) {
  const TableSource source = select_source(
      "SELECT 'a' user_id, [18446744073709551615::UBIGINT, NULL] u64, [-3::HUGEINT] wide, "
      "[7::UHUGEINT, 8] unsigned");
  EXPECT_THAT(described(source),
              ElementsAre("u64 list<text>", "wide list<text>", "unsigned list<text>"));
  EXPECT_THAT(scan(source, {"u64", "wide", "unsigned"}).at("a"),
              ElementsAre("['18446744073709551615', null]", "['-3']", "['7', '8']"));
}

TEST(Reader, KeepsInfinitiesNanAndNegativeZero) {
  const Folder folder;
  const TableSource source = parquet_source(
      {folder.parquet("a.parquet",
                      "SELECT 'a' user_id, 'inf'::DOUBLE a, '-inf'::FLOAT b, 'nan'::DOUBLE c, "
                      "'-0.0'::DOUBLE d")});
  EXPECT_THAT(scan(source, {"a", "b", "c", "d"}).at("a"), ElementsAre("inf", "-inf", "nan", "-0"));
}

TEST(Reader, FloorsNanosecondsToMicrosecondsAlsoBefore1970) {
  const Folder folder;
  const TableSource source = parquet_source({folder.parquet(
      "a.parquet",
      "SELECT 'after' user_id, TIMESTAMP_NS '2024-01-01 00:00:00.000000999' t UNION ALL SELECT "
      "'before', TIMESTAMP_NS '1969-12-31 23:59:59.999999001' UNION ALL SELECT 'whole', "
      "TIMESTAMP_NS '1969-12-31 23:59:59.999999' UNION ALL SELECT 'null', NULL")});
  EXPECT_THAT(scan(source, {"t"}),
              ElementsAre(Pair("after", ElementsAre("2024-01-01 00:00:00")),
                          Pair("before", ElementsAre("1969-12-31 23:59:59.999999")),
                          Pair("null", ElementsAre("null")),
                          Pair("whole", ElementsAre("1969-12-31 23:59:59.999999"))));
}

TEST(Reader, ReadsSecondsAndMilliseconds) {
  EXPECT_THAT(scan(select_source("SELECT 'a' user_id, TIMESTAMP_S '1969-12-31 23:59:59' s, "
                                 "TIMESTAMP_MS '2024-01-01 00:00:00.5' ms"),
                   {"s", "ms"})
                  .at("a"),
              ElementsAre("1969-12-31 23:59:59", "2024-01-01 00:00:00.5"));
}

TEST(Reader, TurnsTimestampsWithAZoneIntoLocalTime) {
  const Folder folder;
  TableSource source = parquet_source({folder.parquet(
      "a.parquet",
      "SELECT * FROM (VALUES ('before', TIMESTAMPTZ '2024-03-10 06:59:59.5+00'), ('after', "
      "TIMESTAMPTZ '2024-03-10 07:00:00+00'), ('year', TIMESTAMPTZ '2023-12-31 16:00:00+00')) "
      "t(user_id, \"at\")")});

  EXPECT_THAT(scan(source, {"at"}),
              ElementsAre(Pair("after", ElementsAre("2024-03-10 07:00:00")),
                          Pair("before", ElementsAre("2024-03-10 06:59:59.5")),
                          Pair("year", ElementsAre("2023-12-31 16:00:00"))));
  source.zone = "America/New_York";  // 02:00 became 03:00 that day
  EXPECT_THAT(scan(source, {"at"}),
              ElementsAre(Pair("after", ElementsAre("2024-03-10 03:00:00")),
                          Pair("before", ElementsAre("2024-03-10 01:59:59.5")),
                          Pair("year", ElementsAre("2023-12-31 11:00:00"))));
  source.zone = "Asia/Shanghai";
  EXPECT_THAT(scan(source, {"at"}),
              ElementsAre(Pair("after", ElementsAre("2024-03-10 15:00:00")),
                          Pair("before", ElementsAre("2024-03-10 14:59:59.5")),
                          Pair("year", ElementsAre("2024-01-01 00:00:00"))));
}

// DuckDB writes neither: a file of Arrow with user_id 'before', 'after'; t INT96, one nanosecond
// before 1970 and 2024-03-10 07:00:00.500000999; big DECIMAL(50, 2).
constexpr std::string_view kArrowFile =
    "UEFSMRUAFTIVMiwVBBUAFQYVBhwAAAACAAAABAEGAAAAYmVmb3JlBQAAAGFmdGVyFQAVPBU8LBUEFQAVBhUGHAAA"
    "AAIAAAAEAf//TpGUTgAAiz0lAOfI2XLrFgAA3IolABUAFWAVYCwVBBUAFQYVBhwAAAACAAAABAEAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAGQAAAAAAAAAAAAAAAAAAAAAAAAAAMgVBBlMNQAYBnNjaGVtYRUGABUMJQIYB3VzZXJfaWQlAEwc"
    "AAAAFQYlAhgBdAAVDhUqFQIYA2JpZyUKFQQVZCxcFQQVZAAAABYEGRwZPCYAHBUMGSUGABkYB3VzZXJfaWQVABYE"
    "FlgWWCYISRwVABUAFQIAPBYWGQYZJgAEAAAAJgAcFQYZJQYAGRgBdBUAFgQWYhZiJmBJHBUAFQAVAgA8KQYZJgAE"
    "AAAAJgAcFQ4ZJQYAGRgDYmlnFQAWBBaGARaGASbCAUkcFQAVABUCADwpBhkmAAQAAAAWwAIWBCYIFsACACggcGFy"
    "cXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZPBwAABwAABwAAAARAQAAUEFSMQ==";

std::string put_arrow_file(const Folder& folder) {
  const auto database = Database::open().value();
  const auto text =
      database->query_text("SELECT hex(from_base64('" + std::string(kArrowFile) + "'))")
          .value()[0][0]
          .value();
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  }
  return folder.put("a.parquet", bytes);
}

TEST(Reader, ReadsInt96AsUtcAndRefusesDecimalsThatDuckdbMisreads) {
  const Folder folder;
  TableSource source = parquet_source({put_arrow_file(folder)});
  source.zone = "Asia/Shanghai";
  EXPECT_THAT(described(source), ElementsAre("t timestamp", "big decimal(50,2)"));
  EXPECT_EQ(reader()->describe(source).value().schema.columns[1].type.kind, TypeKind::kUnusable);
  EXPECT_THAT(scan(source, {"t"}),
              ElementsAre(Pair("after", ElementsAre("2024-03-10 15:00:00.5")),
                          Pair("before", ElementsAre("1970-01-01 07:59:59.999999"))));
}

TEST(Reader, ReadsTextsThatTheFileHoldsAsADictionary) {
  const Folder folder;
  const TableSource source = parquet_source({folder.parquet(
      "a.parquet",
      "SELECT i user_id, CASE WHEN i % 7 <> 0 THEN 'level ' || (i % 3) END s, CASE WHEN i % 5 <> 0 "
      "THEN ['long enough to be no inlined text ' || (i % 3), NULL, 'b'] END l FROM range(30000) "
      "t(i)")});
  const Rows rows = scan(source, {"s", "l"});
  ASSERT_THAT(rows, SizeIs(30000));
  for (const int i : {0, 1, 2, 2047, 2048, 2100, 4095, 4096, 29995, 29998, 29999}) {
    SCOPED_TRACE(i);
    const std::string rest = std::to_string(i % 3);
    EXPECT_THAT(
        rows.at(std::to_string(i)),
        ElementsAre(
            i % 7 == 0 ? "null" : "'level " + rest + "'",
            i % 5 == 0 ? "null" : "['long enough to be no inlined text " + rest + "', null, 'b']"));
  }
}

TEST(Reader, RefusesAZoneThatDoesNotExistAndNamesTheNearest) {
  TableSource source = select_source("SELECT 1 user_id");
  source.zone = "Asia/Shangai";
  const base::Error error = error_of_describe(source);
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(error.message, "no time zone 'Asia/Shangai'");
  EXPECT_EQ(error.hint, "did you mean 'Asia/Shanghai'?");
}

TEST(Reader, TakesEveryCharacterOfATextAsData) {
  const Folder folder;
  const std::string long_text(1 << 20, 'x');
  const TableSource source = parquet_source({folder.parquet(
      "a.parquet",
      "SELECT 'o''brien\"; DROP TABLE t; --' user_id, 'a' || chr(0) || 'b' nul, repeat('x', "
      "1048576) long, '%_\\' || chr(10) wild, '😀' emoji, 'quoted' \"a \"\"b' c\"")});
  const Rows rows = scan(source, {"nul", "long", "wild", "emoji", "a \"b' c"});
  EXPECT_THAT(
      rows.at("o'brien\"; DROP TABLE t; --"),
      ElementsAre(std::string("'a\0b'", 5), "'" + long_text + "'", "'%_\\\n'", "'😀'", "'quoted'"));
}

TEST(Reader, ReadsListsHoweverDuckdbHoldsThem) {
  const Rows rows = scan(
      select_source("SELECT i user_id, ['same', 'list'] constant, [x, NULL, x] made, "
                    "list_filter(string_split('a,b,' || i, ','), lambda e: e <> 'b') filtered, "
                    "CASE WHEN i % 2 = 0 THEN [] ELSE NULL END::VARCHAR[] hole FROM (SELECT i, 'n' "
                    "|| (i % 2)::VARCHAR x FROM range(3000) t(i))"),
      {"constant", "made", "filtered", "hole"});
  ASSERT_THAT(rows, SizeIs(3000));
  EXPECT_THAT(rows.at("2501"),
              ElementsAre("['same', 'list']", "['n1', null, 'n1']", "['a', '2501']", "null"));
  EXPECT_THAT(rows.at("2998"),
              ElementsAre("['same', 'list']", "['n0', null, 'n0']", "['a', '2998']", "[]"));
}

// --- Keys ---------------------------------------------------------------------------------------

TEST(Reader, ReadsListsBesideRowsWithoutAKey) {
  const Rows rows = scan(select_source("SELECT * FROM (VALUES (NULL, ['a']), ('u1', [NULL, 'x']), "
                                       "('', [NULL]), ('u2', ['y', NULL])) t(user_id, l)"),
                         {"l"});
  EXPECT_THAT(rows, ElementsAre(Pair("u1", ElementsAre("[null, 'x']")),
                                Pair("u2", ElementsAre("['y', null]"))));
}

TEST(Reader, GivesIntegerKeysAsTheirDigits) {
  for (const char* type : {"TINYINT", "INTEGER", "BIGINT", "UBIGINT", "HUGEINT"}) {
    SCOPED_TRACE(type);
    const TableSource source =
        select_source(std::string("SELECT 42::") + type + " user_id, true AS yes");
    const auto table = reader()->describe(source);
    ASSERT_TRUE(table);
    EXPECT_TRUE(table->integer_key);
    EXPECT_THAT(scan(source, {}), ElementsAre(Pair("42", IsEmpty())));
  }
}

TEST(Reader, SkipsAndCountsRowsWithoutAKey) {
  const Folder folder;
  const TableSource source =
      parquet_source({folder.parquet("a.parquet",
                                     "SELECT CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'u' "
                                     "|| i END user_id, i n, 'text of ' "
                                     "|| i s, ['e' || i, NULL] l, CASE WHEN i % 2 = 0 THEN "
                                     "i::DECIMAL(9,1) END d, i % 2 = 0 b FROM "
                                     "range(5000) t(i)")});
  const auto scanned = try_scan({.source = source, .columns = {"n", "s", "l", "d", "b"}});
  ASSERT_TRUE(scanned) << scanned.error().message;
  EXPECT_EQ(scanned->counts.rows, 3000u);
  EXPECT_EQ(scanned->counts.null_keys, 2000u);
  ASSERT_THAT(scanned->rows, SizeIs(3000));
  EXPECT_THAT(scanned->rows.at("u4998"),
              ElementsAre("4998", "'text of 4998'", "['e4998', null]", "4998.0", "true"));
  EXPECT_THAT(scanned->rows.at("u4997"),
              ElementsAre("4997", "'text of 4997'", "['e4997', null]", "null", "false"));
}

TEST(Reader, NamesTheColumnsWhenTheKeyIsMissing) {
  const base::Error error = error_of_describe(select_source("SELECT 1 User_Id, 2 age"));
  EXPECT_EQ(error.symbol, "E_DATA_KEY");
  EXPECT_EQ(error.message, "table 't': no key column 'user_id'");
  EXPECT_EQ(error.hint,
            "did you mean 'User_Id'? Its columns are User_Id, age; name its key with --key");
  EXPECT_EQ(error_of_describe(select_source("SELECT 1 AS customer, 2 AS age")).hint,
            "its columns are customer, age; name its key with --key");
  std::string wide = "SELECT 0 AS c0";
  for (int i = 1; i < 100; ++i) {
    wide += fmt::format(", {0} AS c{0}", i);
  }
  EXPECT_THAT(error_of_describe(select_source(wide)).hint, HasSubstr("c29, ... (100); name"));
}

TEST(Reader, RefusesAKeyThatIsNeitherTextNorInteger) {
  for (const auto& [value, type] :
       std::map<std::string, std::string>{{"1.5::DOUBLE", "double"},
                                          {"DATE '2024-01-01'", "date"},
                                          {"1.5::DECIMAL(4,1)", "decimal(4,1)"},
                                          {"['a']", "varchar[]"}}) {
    const base::Error error = error_of_describe(select_source("SELECT " + value + " user_id"));
    EXPECT_EQ(error.symbol, "E_DATA_KEY");
    EXPECT_EQ(error.message, "table 't': the key column 'user_id' is " + type);
  }
}

TEST(Reader, FindsOneUserWhateverTheIdHolds) {
  const Folder folder;
  const TableSource source = parquet_source({folder.parquet(
      "a.parquet",
      "SELECT * FROM (VALUES ('it''s \"me\" or ''1''=''1', 1), ('other', 2), ('a' || chr(0), 3)) "
      "t(user_id, n)")});
  const auto only = [&](std::string user) {
    return try_scan({.source = source, .columns = {"n"}, .only_user = std::move(user)})
        .value()
        .rows;
  };
  EXPECT_THAT(only("it's \"me\" or '1'='1"),
              ElementsAre(Pair("it's \"me\" or '1'='1", ElementsAre("1"))));
  EXPECT_THAT(only(std::string("a\0", 2)),
              ElementsAre(Pair(std::string("a\0", 2), ElementsAre("3"))));
  EXPECT_THAT(only("x' OR true --"), IsEmpty());
  EXPECT_THAT(only("\xff"), IsEmpty());
  const auto integer =
      try_scan({.source = select_source("SELECT i user_id FROM range(10) t(i)"), .only_user = "7"});
  EXPECT_THAT(integer.value().rows, ElementsAre(Pair("7", IsEmpty())));
}

// --- Columns and files --------------------------------------------------------------------------

TEST(Reader, LeavesOutHiddenColumns) {
  TableSource source = select_source("SELECT 1 user_id, 2 age, '2024-01-01' dt");
  source.hidden = {"dt"};
  EXPECT_THAT(described(source), ElementsAre("age int"));
}

TEST(Reader, RefusesColumnsThatDifferOnlyInLetterCase) {
  const Folder folder;
  const std::string csv = folder.put("a.csv", "user_id,Age,age\n1,2,3\n");
  EXPECT_EQ(error_of_describe(csv_source({csv})).message,
            "columns 'Age' and 'age' differ only in letter case");
  const std::string json = folder.put("a.jsonl", R"({"user_id": 1, "Age": 2, "age": 3})");
  EXPECT_EQ(error_of_describe(json_source({json})).message,
            "columns 'Age' and 'age' differ only in letter case");
  const base::Error error = error_of_describe(select_source("SELECT 1 user_id, 2 Age, 3 AGE"));
  EXPECT_EQ(error.symbol, "E_DATA_FILE");
  EXPECT_EQ(error.message, "columns 'Age' and 'AGE' differ only in letter case");
  EXPECT_EQ(error_of_describe(select_source("SELECT 1 user_id, 2 a, 3 a")).message,
            "two columns are named 'a'");
}

TEST(Reader, KeepsANameThatLooksLikeARenamedOne) {
  const Folder folder;
  const std::string json = folder.put("a.jsonl", R"({"user_id": 1, "a": 2, "a_1": 3})");
  EXPECT_THAT(described(json_source({json})), ElementsAre("a int", "a_1 int"));
}

TEST(Reader, RefusesAColumnThatChangedItsTypeBetweenFiles) {
  const Folder folder;
  const std::string a = folder.parquet("a.parquet", "SELECT 'u1' user_id, 1::BIGINT n, ['x'] l");
  const std::string b = folder.parquet("b.parquet", "SELECT 'u2' user_id, 'one' n, ['x'] l");
  const std::string c = folder.parquet("c.parquet", "SELECT 'u2' user_id, 1::BIGINT n, [1] l");
  const base::Error error = error_of_describe(parquet_source({a, b}));
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(error.symbol, "E_DATA_FILE");
  EXPECT_EQ(error.path, folder.path()) << "neither file is to blame";
  EXPECT_EQ(error.message, "column 'n' is BIGINT in " + a + " and VARCHAR in " + b);
  EXPECT_EQ(error.hint, "the files of a table have the same columns: write one of them anew");
  EXPECT_THAT(error_of_describe(parquet_source({a, c})).message, HasSubstr("column 'l' is LIST"));
}

TEST(Reader, RefusesAColumnThatIsMissingInOneFile) {
  const Folder folder;
  const std::string a = folder.parquet("a.parquet", "SELECT 'u1' user_id, 1 n");
  const std::string b = folder.parquet("b.parquet", "SELECT 'u2' user_id");
  for (const auto& files : {std::vector{a, b}, std::vector{b, a}}) {
    const base::Error error = error_of_describe(parquet_source(files));
    EXPECT_EQ(error.message, "column 'n' is in " + a + " and not in " + b);
    EXPECT_EQ(error.path, folder.path()) << "neither file is to blame";
  }
  TableSource hidden = parquet_source({b, a});
  hidden.hidden = {"n"};
  EXPECT_THAT(described(hidden), IsEmpty());
}

TEST(Reader, ReadsFilesWhoseColumnsStandInAnotherOrder) {
  const Folder folder;
  const std::string a = folder.parquet("a.parquet", "SELECT 'u1' user_id, 1 n, 'x' s");
  const std::string b = folder.parquet("b.parquet", "SELECT 'y' s, 2 n, 'u2' user_id");
  EXPECT_THAT(
      scan(parquet_source({a, b}), {"s", "n"}),
      ElementsAre(Pair("u1", ElementsAre("'x'", "1")), Pair("u2", ElementsAre("'y'", "2"))));
}

TEST(Reader, RefusesWhatIsNoParquetFile) {
  const Folder folder;
  const std::string good = folder.parquet(
      "good.parquet", "SELECT i user_id, repeat('text' || i, 10) s FROM range(5000) t(i)");
  const std::string bytes = scratch::read_all(good);
  const std::vector<std::string> bad{
      folder.put("text.parquet", "user_id,age\n1,2\n and more of the same\n"),
      folder.put("empty.parquet", ""),
      folder.put("cut.parquet", std::string_view(bytes).substr(0, bytes.size() / 2)),
      folder.put("middle.parquet", bytes.substr(0, 100) + bytes.substr(bytes.size() - 300)),
  };
  for (const std::string& file : bad) {
    SCOPED_TRACE(file);
    const TableSource source = parquet_source({good, file});
    const auto scanned = try_scan({.source = source, .columns = {}});
    ASSERT_FALSE(scanned);
    EXPECT_EQ(scanned.error().code, ErrorCode::kInvalidArgument) << scanned.error().message;
    EXPECT_EQ(scanned.error().symbol, "E_DATA_FILE") << scanned.error().message;
    EXPECT_EQ(scanned.error().path, file) << scanned.error().message;
  }
}

// DuckDB says what it cannot decode, and not where.
TEST(Reader, NamesTheFileThatIsDamagedWhereverItIs) {
  const Folder folder;
  const std::string select =
      "SELECT 'u{}' || i user_id, hash(i) n, repeat('text' || i, 10) s FROM range(5000) t(i)";
  const std::string good = folder.parquet("a.parquet", select);
  const std::string also_good = folder.parquet("c.parquet", select);
  const std::string bytes = scratch::read_all(good);
  // Pages have no checksums: some damage only changes values, which nobody can see.
  constexpr size_t kPlaces = 20;
  constexpr size_t kDamaged = 24;
  size_t refused = 0;
  for (size_t i = 0; i < kPlaces; ++i) {
    const size_t at = 4 + i * (bytes.size() - kDamaged - 8) / kPlaces;
    SCOPED_TRACE(at);
    std::string damaged = bytes;
    damaged.replace(at, kDamaged, kDamaged, static_cast<char>(at * 7));
    const std::string bad = folder.put("b.parquet", damaged);
    const auto scanned =
        try_scan({.source = parquet_source({good, bad, also_good}), .columns = {"n", "s"}});
    if (!scanned) {
      ++refused;
      EXPECT_EQ(scanned.error().symbol, "E_DATA_FILE") << scanned.error().message;
      EXPECT_EQ(scanned.error().path, bad) << scanned.error().message;
    }
  }
  EXPECT_GT(refused, kPlaces / 4);
}

TEST(Reader, TakesPatternCharactersInPathsLiterally) {
  const Folder folder;
  for (const char* name : {"a*'?.parquet", "[a]b.parquet", "x{1,2}.parquet"}) {
    SCOPED_TRACE(name);
    const std::string file = folder.parquet(name, "SELECT 'right' user_id");
    for (const char* other : {"ab'c.parquet", "ab.parquet", "x1.parquet"}) {
      (void)folder.parquet(other, "SELECT 'wrong' user_id");
    }
    EXPECT_THAT(scan(parquet_source({file}), {}), ElementsAre(Pair("right", IsEmpty())));
  }
}

TEST(Reader, SaysThatAFileIsNotThere) {
  for (const TableSource& source :
       {parquet_source({"/nowhere/x"}), csv_source({"/nowhere/x"}), json_source({"/nowhere/x"})}) {
    SCOPED_TRACE(static_cast<int>(source.format));
    const base::Error error = error_of_describe(source);
    EXPECT_EQ(error.code, ErrorCode::kNotFound);
    EXPECT_EQ(error.symbol, "E_DATA_FILE");
    EXPECT_EQ(error.path, "/nowhere/x");
  }
}

TEST(Reader, SaysThatAFolderIsNoFile) {
  const Folder folder;
  std::filesystem::create_directory(folder.path("x.csv"));
  const std::string path = folder.path("x.csv");
  for (const TableSource& source :
       {csv_source({path}), json_source({path}), select_source("FROM " + quote_text(path))}) {
    const base::Error error = error_of_describe(source);
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(error.symbol, "E_DATA_FILE");
    EXPECT_EQ(error.path, path);
    EXPECT_THAT(error.message, HasSubstr("is a folder"));
  }
}

// --- CSV ----------------------------------------------------------------------------------------

TEST(Csv, FindsTheTypesOverAllRowsOfAllFiles) {
  const Folder folder;
  const std::string head = "user_id,i,big,huge,d,late,b,day,ts,zip,never,txt,x\n";
  std::string many = head;
  for (int i = 0; i < 3000; ++i) {
    many += std::to_string(i) + ",-1,9223372036854775807,123456789012345678901,1.5,1,true," +
            "2024-02-29,2024-01-01 10:30,01234,,a,2\n";
  }
  many += "3000,7,-9223372036854775808,1,1e3,x,FALSE,0001-01-01,2024-01-01,01234,,\"\",2.5\n";
  const std::string other = folder.put(
      "b.csv", head + "4000,0,0,0,.5,2,True,9999-12-31,2024-01-01T10:30:00.25,00000,,b,3\n");
  const TableSource source = csv_source({folder.put("a.csv", many), other});

  EXPECT_THAT(described(source), ElementsAre("i int", "big int", "huge decimal(38,0)", "d double",
                                             "late text", "b boolean", "day date", "ts timestamp",
                                             "zip text", "never text", "txt text", "x double"));
  const Rows rows =
      scan(source, {"i", "big", "huge", "d", "late", "b", "day", "ts", "zip", "never", "txt", "x"});
  ASSERT_THAT(rows, SizeIs(3002));
  EXPECT_THAT(rows.at("3000"),
              ElementsAre("7", "-9223372036854775808", "1", "1000", "'x'", "false", "0001-01-01",
                          "2024-01-01 00:00:00", "'01234'", "null", "''", "2.5"));
  EXPECT_THAT(rows.at("4000"),
              ElementsAre("0", "0", "0", "0.5", "'2'", "true", "9999-12-31",
                          "2024-01-01 10:30:00.25", "'00000'", "null", "'b'", "3"));
}

TEST(Csv, TakesAsTextWhatIsNotPlainlyMore) {
  const Folder folder;
  for (const char* cell : {"+1", "1_000", "0x1A", " 1", "1 ", "1e999", "nan", "inf", "2024-2-3",
                           "2023-02-29", "2024-01-01 24:00", "2024-01-01 10:00:00Z", "0000-01-01",
                           "10:30", "yes", "1.5.2", "-", "1e", "01/02/2024"}) {
    SCOPED_TRACE(cell);
    const std::string file = folder.put("a.csv", "user_id,c\n1," + std::string(cell) + "\n");
    EXPECT_THAT(scan(csv_source({file}), {"c"}).at("1"),
                ElementsAre("'" + std::string(cell) + "'"));
  }
}

TEST(Csv, NeverRoundsAnIntegerBesideAFraction) {
  const Folder folder;
  const std::string file = folder.put("a.csv", "user_id,c\n1,9007199254740993\n2,1.5\n");
  EXPECT_THAT(described(csv_source({file})), ElementsAre("c decimal(38,1)"));
  EXPECT_THAT(scan(csv_source({file}), {"c"}).at("1"), ElementsAre("9007199254740993.0"));
}

TEST(Csv, KeepsAllDigitsOfAFraction) {
  const Folder folder;
  struct Case {
    std::vector<std::string> cells;
    const char* type;
    const char* first;
  };
  for (const Case& c : {
           Case{{"1000000000.00000001", "2"}, "decimal(38,8)", "1000000000.00000001"},
           Case{{"1234567890123456.78", ".5", "5."}, "decimal(38,2)", "1234567890123456.78"},
           Case{{"-0.12345678901234567890123456789012345678", "-0"},
                "decimal(38,38)",
                "-0.12345678901234567890123456789012345678"},
           Case{{"-1234567890.12345670000", "2.500"}, "decimal(38,7)", "-1234567890.1234567"},
           // No decimal of 38 digits has them all.
           Case{{"1234567890123456789.1", "0.00000000000000000001"},
                "text",
                "'1234567890123456789.1'"},
           Case{{"1000000000.00000001", "1e3"}, "text", "'1000000000.00000001'"},
           // A double has them.
           Case{{"1.25000000000000000000", "1"}, "double", "1.25"},
           Case{{"123456789.012345", "1e300"}, "double", "123456789.012345"},
           Case{{"0.30000000000000004", "1e-7"}, "double", "0.30000000000000004"},
           Case{{"1e-310", "0.0"}, "double", "1e-310"},
           // Not even its size, or not all digits near its end.
           Case{{"1e-400"}, "text", "'1e-400'"},
           Case{{"1.2345678901234e-320"}, "text", "'1.2345678901234e-320'"},
       }) {
    SCOPED_TRACE(c.cells.front());
    std::string text = "user_id,v\n";
    for (size_t i = 0; i < c.cells.size(); ++i) {
      text += fmt::format("{},{}\n", i, c.cells[i]);
    }
    const TableSource source = csv_source({folder.put("a.csv", text)});
    EXPECT_THAT(described(source), ElementsAre(std::string("v ") + c.type));
    EXPECT_THAT(scan(source, {"v"}).at("0"), ElementsAre(c.first));
  }
}

TEST(Select, CastsWhatStandsInACsv) {
  const Folder folder;
  const std::string file = folder.put("a.csv", "user_id,v\n1,1234567890123456.78\n2,1\n");
  EXPECT_THAT(
      scan(select_source("SELECT user_id, v::DECIMAL(30, 8) AS v FROM " + quote_text(file)), {"v"})
          .at("1"),
      ElementsAre("1234567890123456.78000000"));
}

TEST(Csv, KeepsTheKeyAsItStands) {
  const Folder folder;
  const std::string text = folder.put("a.csv", "user_id\n00012\n7\n");
  EXPECT_FALSE(reader()->describe(csv_source({text})).value().integer_key);
  EXPECT_THAT(scan(csv_source({text}), {}),
              ElementsAre(Pair("00012", IsEmpty()), Pair("7", IsEmpty())));
  const std::string number = folder.put("b.csv", "user_id\n12\n99999999999999999999999\n");
  EXPECT_TRUE(reader()->describe(csv_source({number})).value().integer_key);
  const std::string dates = folder.put("c.csv", "user_id\n2024-01-01\n");
  EXPECT_THAT(scan(csv_source({dates}), {}), ElementsAre(Pair("2024-01-01", IsEmpty())));
}

TEST(Csv, ReadsQuotesLineBreaksMarksAndBothLineEnds) {
  const Folder folder;
  const std::string file = folder.put(
      "a.csv",
      "\xef\xbb\xbf\"user_id\",\"a \"\"b\"\", c\"\r\nu1,\"x, \"\"y\"\"\r\nz\"\r\nu2,\r\nu3,😀");
  EXPECT_THAT(scan(csv_source({file}), {"a \"b\", c"}),
              ElementsAre(Pair("u1", ElementsAre("'x, \"y\"\r\nz'")),
                          Pair("u2", ElementsAre("null")), Pair("u3", ElementsAre("'😀'"))));
  const std::string only_header = folder.put("b.csv", "user_id,a\n");
  EXPECT_THAT(scan(csv_source({only_header}), {"a"}), IsEmpty());
}

TEST(Csv, NamesFileLineAndTextOfABrokenLine) {
  const Folder folder;
  const std::string good = folder.put("good.csv", "user_id,a\n1,x\n");
  struct Case {
    const char* content;
    const char* message;
  };
  for (const Case& c : {
           Case{"user_id,a\n1,x\n2,y,z\n3,w\n", "line 3: 3 fields where 2 belong: '2,y,z'"},
           Case{"user_id,a\n1,x\n2\n3,w\n", "line 3: 1 field where 2 belong: '2'"},
           Case{"user_id,a\n1,\"x\n2,y\n", "line 2: a quoted field does not end: '1,\"x\\n2,y\\n'"},
           Case{"user_id,a\n1,x\n3,\"w\"z\n", "line 3: text after a quoted field: '3,\"w\"z'"},
           Case{"user_id,a\n1,x\n2,y,3,4,5\n", "line 3: 5 fields where 2 belong: '2,y,3,4,5'"},
           Case{"user_id,a\n1,\"x, y\",z\n", "line 2: 3 fields where 2 belong: '1,\"x, y\",z'"},
           Case{"user_id,a\n1,x\n2,y,\n", "line 3: 3 fields where 2 belong: '2,y,'"},
           Case{"user_id,a\r\n1,\"x\r\n\r\ny\"\r\n\r\n2\r\n",
                "line 6: 1 field where 2 belong: '2'"},
           Case{"user_id,a\n1,5\" tape\n",
                "line 2: a quote inside a field without quotes: '1,5\" tape'"},
           Case{"user_id,a\n1, \"x\"\n",
                "line 2: a quote inside a field without quotes: '1, \"x\"'"},
           Case{"user_id,a\n1,\"x\n2,\"y\n", "line 2: text after a quoted field: '1,\"x\\n2,\"y'"},
           Case{"user_id,a\n1,x\r\n2,y\n",
                "line 2: a line end that is not like those before: '1,x'"},
           Case{"user_id,a\n1,x\ry\n", "line 2: a line end that is not like those before: '1,x'"},
           Case{"user_id,a\n1,\"\n\xff\"\n", "line 2: not UTF-8: '1,\"\\n?\"'"},
           Case{"user_id,a\n1,\xff\n", "line 2: not UTF-8: '1,?'"},
           Case{"user_id,\"a\n1,x\n", "line 1: a quoted field does not end: 'a\\n1,x\\n'"},
           Case{"user_id,a\"\n1,x\n", "line 1: a quote inside the field 'a\"'"},
           Case{"user_id,\n1,x\n", "column 2 has no name"},
           Case{"", "line 1: the file is empty: a CSV starts with a line of column names"},
           Case{"user_id,b\n", "line 1: column 2 is 'b' and not 'a' as in "},
           Case{"user_id,a,b\n", "line 1: column 'b' of "},
       }) {
    SCOPED_TRACE(c.content);
    const std::string bad = folder.put("bad.csv", c.content);
    for (const std::vector<std::string>& files : {std::vector{good, bad}, std::vector{bad}}) {
      if (files.size() == 1 && std::string_view(c.message).ends_with(' ')) {
        continue;
      }
      const base::Error error = error_of_describe(csv_source(files));
      EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
      EXPECT_EQ(error.symbol, "E_DATA_FILE");
      EXPECT_NE(error.hint, "");
      if (error.message != "column 2 has no name") {
        EXPECT_EQ(error.path, bad);
      }
      if (files.size() == 1) {
        EXPECT_EQ(error.message, c.message);
      }
    }
  }
}

TEST(Csv, CountsLinesOfFilesOfAnySize) {
  const Folder folder;
  std::string text = "user_id,a\r\n";
  for (int i = 0; i < 200000; ++i) {  // several blocks, cut at any byte
    text += std::to_string(i) + ",\"x, \"\"é\"\"\r\n\"\r\n";
  }
  const std::string good = folder.put("good.csv", text);
  EXPECT_THAT(scan(csv_source({good}), {"a"}), SizeIs(200000));
  const std::string bad = folder.put("bad.csv", text + "200000\r\n");
  EXPECT_EQ(error_of_describe(csv_source({bad})).message,
            "line 400002: 1 field where 2 belong: '200000'");
  const std::string wide =
      folder.put("wide.csv", "user_id,a\n1," + std::string(17 << 20, 'x') + "\n");
  EXPECT_THAT(error_of_describe(csv_source({wide})).message,
              testing::StartsWith("line 2: a line of more than 16 MiB: '1,xxx"));
}

// --- JSON lines ---------------------------------------------------------------------------------

TEST(JsonLines, ReadsEachKind) {
  const Folder folder;
  const std::string a = folder.put(
      "a.jsonl",
      R"({"user_id": "u1", "i": 1, "d": 0.5, "b": true, "day": "2024-02-29", "ts": "2024-01-01 10:00:00", "l": ["x", null], "li": [1, 2], "o": {"k": 1}, "mixed": 1, "id": "F47AC10B-58CC-4372-A567-0E02B2C3D479", "z": "2024-01-01T00:00:00Z"}
{"user_id": "u2", "mixed": "text", "i": null}
)");
  const std::string b =
      folder.put("b.jsonl", R"({"user_id": "u3", "late": "é", "day": "2024-03-01"})");
  const TableSource source = json_source({a, b});
  EXPECT_THAT(described(source),
              ElementsAre("i int", "d double", "b boolean", "day date", "ts timestamp",
                          "l list<text>", "li list<text>", "o struct(k bigint)", "mixed text",
                          "id text", "z text", "late text"));
  const Rows rows =
      scan(source, {"i", "d", "b", "day", "ts", "l", "li", "mixed", "id", "z", "late"});
  EXPECT_THAT(rows.at("u1"),
              ElementsAre("1", "0.5", "true", "2024-02-29", "2024-01-01 10:00:00", "['x', null]",
                          "['1', '2']", "'1'", "'F47AC10B-58CC-4372-A567-0E02B2C3D479'",
                          "'2024-01-01T00:00:00Z'", "null"));
  EXPECT_THAT(rows.at("u2"), ElementsAre("null", "null", "null", "null", "null", "null", "null",
                                         "'text'", "null", "null", "null"));
  EXPECT_THAT(rows.at("u3"), testing::Contains("'é'"));
}

TEST(JsonLines, NamesFileLineAndTextOfABrokenLine) {
  const Folder folder;
  const std::string good = folder.put("good.jsonl", "{\"user_id\": 1}\n");
  struct Case {
    const char* content;
    const char* message;
  };
  for (const Case& c : {
           Case{"{\"user_id\": 1}\n{\"user_id\":\n{\"user_id\": 3}\n",
                "line 2: a JSON object that does not end: '{\"user_id\":'"},
           Case{"{\"user_id\": 1} {\"user_id\": 2}\n",
                "line 1: not a JSON object: unexpected content after document: '{\"user_id\": 1} "},
           Case{"{\"user_id\": 1}\n[1, 2]\n", "line 2: not a JSON object: '[1, 2]'"},
           Case{"{\"user_id\": 1}\n\nnull\n", "line 3: not a JSON object: 'null'"},
           Case{"{\"user_id\": 1}\n{\"user_id\": \"\xff\"}\n",
                "line 2: not UTF-8: '{\"user_id\": \"?\"}'"},
           Case{"\xef\xbb\xbf{\"user_id\": 1}\n", "line 1: a byte order mark"},
           Case{"{\"user_id\": 1}\n{\"user_id\": 1, \"x\": NaN}\n",
                "line 2: 'NaN' is not JSON: '{"},
           Case{"{\"user_id\": 1, \"x\": [-Infinity]}\n", "line 1: 'Infinity' is not JSON: '{"},
           Case{"{\"user_id\": 1, \"x\": [1, ]}\n", "line 1: a comma before ]: '{"},
           Case{"{\"user_id\": 1,}\n", "line 1: a comma before }: '{"},
           Case{"{\"user_id\": 1, \"v\": 1000000000.00000001}\n",
                "line 1: a number that a double does not hold exactly, 1000000000.00000001: '{"},
           Case{"{\"user_id\": 1, \"v\": [1234567890123456.78]}\n",
                "line 1: a number that a double does not hold exactly, 1234567890123456.78: '{"},
           Case{"{\"user_id\": 1, \"v\":-1e-400}\n",
                "line 1: a number that a double does not hold exactly, -1e-400: '{"},
           Case{"{\"user_id\": 1}\n{\"user_id\": 007}\n",
                "line 2: not a JSON object: number with leading zero is not allowed: '{"},
       }) {
    SCOPED_TRACE(c.content);
    const std::string bad = folder.put("bad.jsonl", c.content);
    const base::Error error = error_of_describe(json_source({good, bad}));
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(error.symbol, "E_DATA_FILE");
    EXPECT_EQ(error.path, bad);
    EXPECT_NE(error.hint, "");
    EXPECT_THAT(error.message, testing::StartsWith(c.message));
    EXPECT_THAT(error.message, testing::Not(HasSubstr("read_json")));
  }
  const std::string empty = folder.put("empty.jsonl", "");
  EXPECT_EQ(error_of_describe(json_source({empty})).message, "no line with a JSON object");
}

TEST(JsonLines, NeverRoundsAnInteger) {
  const Folder folder;
  const TableSource source = json_source({folder.put(
      "a.jsonl",
      "{\"user_id\": 1, \"wide\": 123456789012345678901, \"mixed\": 9007199254740993, \"d\": 1}\n"
      "{\"user_id\": 2, \"wide\": -1, \"mixed\": 0.5, \"d\": 1e-7}\n")});
  EXPECT_THAT(described(source),
              ElementsAre("wide decimal(38,0)", "mixed decimal(38,1)", "d double"));
  EXPECT_THAT(
      scan(source, {"wide", "mixed", "d"}),
      ElementsAre(Pair("1", ElementsAre("123456789012345678901", "9007199254740993.0", "1")),
                  Pair("2", ElementsAre("-1", "0.5", "1e-07"))));
}

TEST(JsonLines, KeepsAllDigitsOfAFraction) {
  const Folder folder;
  const TableSource source = json_source({folder.put(
      "a.jsonl",
      R"({"user_id": 1, "s": "NaN, 1000000000.00000001 \" ,}", "v": 1234567890123456.8, "e": 1e400, "w": 0.30000000000000004}
{"user_id": 2, "t": "\\", "v": 0.10000000000000000000000000, "e": 10e-1, "w": 1e-7}
)")});
  EXPECT_THAT(described(source),
              ElementsAre("s text", "v decimal(38,1)", "e text", "w double", "t text"));
  EXPECT_THAT(
      scan(source, {"v", "e", "w"}),
      ElementsAre(Pair("1", ElementsAre("1234567890123456.8", "'1e400'", "0.30000000000000004")),
                  Pair("2", ElementsAre("0.1", "'1.0'", "1e-07"))));
}

TEST(JsonLines, RefusesKeysThatAreNeitherTextNorIntegerInSomeLines) {
  const Folder folder;
  for (const char* key : {"{\"x\": 1}", "[1]", "true", "1.5"}) {
    SCOPED_TRACE(key);
    const std::string file =
        folder.put("a.jsonl", "{\"user_id\": \"u\"}\n{\"user_id\": " + std::string(key) + "}\n");
    for (const TableSource& source :
         {json_source({file}), select_source("FROM " + quote_text(file))}) {
      const base::Error error = error_of_describe(source);
      EXPECT_EQ(error.symbol, "E_DATA_KEY");
      EXPECT_EQ(error.path, file);
      EXPECT_THAT(error.message, HasSubstr("in some lines"));
    }
  }
  const std::string both =
      folder.put("b.jsonl", "{\"user_id\": \"u\"}\n{\"user_id\": 7}\n{\"user_id\": null}\n");
  EXPECT_THAT(scan(json_source({both}), {}),
              ElementsAre(Pair("7", IsEmpty()), Pair("u", IsEmpty())));
}

TEST(JsonLines, RefusesAColumnWithoutAName) {
  const Folder folder;
  const std::string file = folder.put("a.jsonl", R"({"user_id": 1, "": 2})");
  EXPECT_EQ(error_of_describe(json_source({file})).message, "column 1 has no name");
  const std::string fine = folder.put("b.jsonl", R"({"user_id": 1, "c1": 2})");
  EXPECT_THAT(described(json_source({fine})), ElementsAre("c1 int"));
}

// --- SELECT -------------------------------------------------------------------------------------

TEST(Select, ReadsFilesAndMayEndInASemicolonOrAComment) {
  const Folder folder;
  const std::string csv = folder.put("a.csv", "customer,spend\nc1,10\nc1,5\nc2,1\n");
  const std::string select = "SELECT customer AS user_id, sum(spend)::BIGINT AS spend FROM " +
                             quote_text(csv) + " GROUP BY 1; -- done";
  EXPECT_THAT(scan(select_source(select), {"spend"}),
              ElementsAre(Pair("c1", ElementsAre("15")), Pair("c2", ElementsAre("1"))));
}

TEST(Select, RefusesEverythingElse) {
  const Folder folder;
  const std::string target = folder.path("out.csv");
  for (const std::string& text :
       {std::string(""), std::string("SELECT 1 user_id; SELECT 2 user_id"),
        std::string("CREATE TABLE x (user_id INT)"), "COPY (SELECT 1) TO " + quote_text(target),
        "ATTACH " + quote_text(target), std::string("INSTALL httpfs"), std::string("LOAD httpfs"),
        std::string("SET threads = 1"), std::string("PRAGMA version"),
        std::string("EXPLAIN SELECT 1 user_id"), std::string("CALL pragma_version()"),
        std::string("SELECT ? AS user_id"), std::string("SELECT 1 user_id) AS a; DROP TABLE b"),
        std::string("SELECT 1 user_id\0", 17)}) {
    SCOPED_TRACE(text);
    const base::Error error = error_of_describe(select_source(text));
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(error.symbol, "E_DATA_FILE");
  }
  EXPECT_FALSE(std::filesystem::exists(target));
}

TEST(Select, RefusesFunctionsThatActAndDoesNotRunThem) {
  const Folder folder;
  const std::string target = folder.path("written");
  const std::string profile =
      "SELECT 'a' user_id, * FROM enable_profiling(format = 'json', save_location = " +
      quote_text(target) + ")";
  const std::string log =
      "SELECT 'a' user_id, * FROM system.main.enable_logging(storage = 'file', "
      "storage_path = " +
      quote_text(target) + ")";
  for (const std::string& text :
       {profile, log,
        "WITH t AS MATERIALIZED (" + log + ") SELECT 'a' user_id, (SELECT count(*) FROM t) n",
        "FROM json_execute_serialized_sql(json_serialize_sql(" + quote_text(profile) + "))",
        std::string("SELECT 'a' user_id, * FROM disable_logging()"),
        std::string("SELECT 'a' user_id, * FROM checkpoint()")}) {
    SCOPED_TRACE(text);
    const base::Error error = error_of_describe(select_source(text));
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(error.symbol, "E_DATA_FILE");
    EXPECT_THAT(error.message, HasSubstr("does more than read"));
  }
  EXPECT_FALSE(std::filesystem::exists(target));
  EXPECT_THAT(scan(select_source("SELECT 'a' user_id, '\"Function\": \"ENABLE_' s"), {"s"}),
              ElementsAre(Pair("a", ElementsAre("'\"Function\": \"ENABLE_'"))));
}

TEST(Select, ReadsACsvAsATableOfTheFileDoes) {
  const Folder folder;
  const std::string good = folder.put("good.csv", "user_id,a,day\n1,,2024-02-29\n2,\"\",\n");
  const std::string file = quote_text(good);
  for (const std::string& select :
       {"SELECT * FROM " + file, "FROM " + quote_name(good), "SELECT good.* FROM " + file,
        "SELECT 'é' || g.user_id user_id, a, day FROM " + file + " g",
        "WITH t AS (FROM " + file + ") SELECT t.* FROM t SEMI JOIN " + file + " USING (user_id)",
        "SELECT * FROM " + quote_text(folder.path("goo*.csv"))}) {
    SCOPED_TRACE(select);
    EXPECT_THAT(described(select_source(select)), ElementsAre("a text", "day date"));
    const Rows rows = scan(select_source(select), {"a", "day"});
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_THAT(rows.begin()->second, ElementsAre("null", "2024-02-29"));
    EXPECT_THAT(rows.rbegin()->second, ElementsAre("''", "null"));
  }
  for (const char* content :
       {"user_id,a\n1,\"x\n2,y\n", "user_id,a\n1,\"x\n2,y\n3,\"z\n", "user_id,a\n1,x\n2,y,z\n",
        "user_id,a\n1,x\n2\n", "user_id,a\n1,\"x\"y\n", "user_id,a\n1,\xff\n",
        "user_id,a\na\n\"b,c\n", "user_id,a,a\n1,2,3\n", ""}) {
    SCOPED_TRACE(content);
    const std::string bad = folder.put("bad.csv", content);
    const base::Error error = error_of_describe(select_source("FROM " + quote_text(bad)));
    EXPECT_EQ(error.symbol, "E_DATA_FILE");
    EXPECT_EQ(error.path, bad);
    EXPECT_EQ(error, error_of_describe(csv_source({bad})));
  }
}

TEST(Select, ReadsJsonLinesAsATableOfTheFileDoes) {
  const Folder folder;
  std::string many;
  for (int i = 0; i < 30000; ++i) {
    many += "{\"user_id\": " + std::to_string(i) + "}\n";
  }
  const std::string file = folder.put("a.jsonl", many + "{\"user_id\": 30000, \"late\": 1}\n");
  EXPECT_THAT(described(select_source("FROM " + quote_text(file))), ElementsAre("late int"));
  const std::string bad = folder.put("bad.jsonl", "{\"user_id\": 1}\n{\"user_id\":\n");
  const base::Error error = error_of_describe(select_source("FROM " + quote_text(bad)));
  EXPECT_EQ(error.path, bad);
  EXPECT_EQ(error, error_of_describe(json_source({bad})));
}

TEST(Select, ReadsInCallsAsStrictlyAsByName) {
  const Folder folder;
  const std::string csv = quote_text(folder.put("a.csv", "user_id,n\nann,1\n\"b,c\",\n"));
  const std::string txt = quote_text(folder.put("a.txt", "user_id,n\nann,1\n\"b,c\",\n"));
  const std::string tabs = quote_text(folder.put("a.tsv", "user_id\tn\nann\t1\nb,c\t\n"));
  const std::string bars = quote_text(folder.put("bars.txt", "user_id|n\nann|1\nb,c|\n"));
  const std::string json = quote_text(
      folder.put("a.json", "{\"user_id\": \"ann\", \"n\": 1}\n{\"user_id\": \"b,c\"}\n"));
  for (const std::string& from :
       {"read_csv(" + csv + ")", "read_csv_auto(" + txt + ")",
        "system.main.READ_CSV([" + txt + "])",
        "read_csv(" + txt +
            ", header = true, sep := ',', quote => '\"', auto_detect = true, sample_size = -1, "
            "ignore_errors = false, nullstr = '') AS x",
        "read_csv(" + quote_text(folder.path("a.t?t")) + ")", "read_csv(" + tabs + ")",
        "read_csv(" + tabs + ", delim = '\\t')", "read_csv(" + tabs + ", delim = e'\\t')",
        "read_csv(" + bars + ", delim = '|')", "read_json(" + json + ")",
        "read_json_auto(" + json + ", format = 'auto')", "read_ndjson(" + json + ")",
        "read_ndjson_auto(" + json + ", format = 'nd', records = true)",
        "read_json(" + json + ", format = 'newline_delimited')"}) {
    SCOPED_TRACE(from);
    for (const std::string& select :
         {"FROM " + from, "WITH t AS MATERIALIZED (FROM " + from + ") FROM t WHERE ('(' = '(')"}) {
      EXPECT_THAT(described(select_source(select)), ElementsAre("n int"));
      EXPECT_THAT(scan(select_source(select), {"n"}),
                  ElementsAre(Pair("ann", ElementsAre("1")), Pair("b,c", ElementsAre("null"))));
    }
  }
  EXPECT_THAT(
      described(select_source("SELECT read_csv.* FROM read_csv(" + csv + ", all_varchar = true)")),
      ElementsAre("n text"));
  for (const char* content : {"user_id,a\n1,\"x\n2,y\n", "user_id,a\n1,x,\n", "user_id,a\n1,a\"b\n",
                              "user_id,a\n1,\xff\n"}) {
    SCOPED_TRACE(content);
    const std::string bad = folder.put("bad.csv", content);
    EXPECT_EQ(error_of_describe(select_source("FROM read_csv(" + quote_text(bad) + ")")),
              error_of_describe(csv_source({bad})));
  }
  const std::string broken = folder.put("bad.json", "{\"user_id\": 1}\n{\"user_id\":\n");
  EXPECT_EQ(error_of_describe(select_source("FROM read_json(" + quote_text(broken) + ")")),
            error_of_describe(json_source({broken})));
}

TEST(Select, ReadsTextsOfNamedColumnsByTheFormThatIsSaid) {
  const Folder folder;
  struct Case {
    const char* content;
    const char* options;  // after the file
    Rows rows;
  };
  for (const Case& example : std::vector<Case>{
           {"who what\r\nann  \"31\r\n\r\nbob, 17\r\n",
            "columns = {'user_id': 'VARCHAR'}, header = true, delim = '\t', quote = '', "
            "auto_detect = false",
            {{"ann  \"31", {}}, {"bob, 17", {}}}},
           {"ann,007\nbob,\"a,\"\"b\"\"\"\n",
            "columns = {'user_id': 'VARCHAR', 'a': 'text'}, auto_detect = false",
            {{"ann", {"'007'"}}, {"bob", {"'a,\"b\"'"}}}},
           {"user_id;a\nann;'x;\\'\\\\'\nbob;\n",
            "columns = {'user_id': 'VARCHAR', 'a': 'VARCHAR'}, header = true, delim = ';', quote = "
            "'''', escape = '\\', auto_detect = false",
            {{"ann", {"'x;''\\'"}}, {"bob", {"null"}}}}}) {
    SCOPED_TRACE(example.options);
    const std::string file = quote_text(folder.put("a.txt", example.content));
    const bool two = example.rows.begin()->second.size() == 1;
    EXPECT_EQ(scan(select_source("FROM read_csv(" + file + ", " + example.options + ")"),
                   two ? std::vector<std::string>{"a"} : std::vector<std::string>()),
              example.rows);
  }
}

TEST(Select, ChecksEachByteOfTheFormThatIsSaid) {
  const Folder folder;
  const auto message = [&](const std::string& content, const std::string& options) {
    const std::string file = folder.put("a.txt", content);
    const base::Error error = error_of_describe(
        select_source("FROM read_csv(" + quote_text(file) +
                      ", columns = {'user_id': 'VARCHAR', 'a': 'VARCHAR'}, auto_detect = false, " +
                      options + ")"));
    EXPECT_EQ(error.symbol, "E_DATA_FILE");
    EXPECT_EQ(error.path, file);
    return error.message;
  };
  EXPECT_THAT(message("1\t2\n1\t2\t\n", "delim = '\t', quote = ''"),
              HasSubstr("line 2: 3 fields where 2 belong"));
  EXPECT_THAT(message("1|2\n1|'x\n3|y\n", "delim = '|', quote = ''''"),
              HasSubstr("line 2: a quoted field does not end"));
  EXPECT_THAT(message("1|'a\\x'\n", "delim = '|', quote = '''', escape = '\\'"),
              HasSubstr("line 1: '\\' before what is no quote"));
  EXPECT_THAT(message("1|'a''b'\n", "delim = '|', quote = '''', escape = '\\'"),
              HasSubstr("line 1: text after a quoted field"));
  EXPECT_THAT(message("1|\xff\n", "delim = '|'"), HasSubstr("line 1: not UTF-8"));
  EXPECT_THAT(message("a|user_id\n1|2\n", "delim = '|', header = true"),
              HasSubstr("line 1: column 1 is 'a' and not 'user_id'"));
}

TEST(Select, RefusesToGuessTheFormOfAFile) {
  const Folder folder;
  const std::string csv = quote_text(folder.put("a.csv", "user_id,a\n1,2\n"));
  const std::string gz = quote_text(folder.put("a.csv.gz", "user_id,a\n1,x\n"));
  const std::string json = quote_text(folder.put("a.json", "{\"user_id\": 1}\n"));
  const std::string columns = ", columns = {'user_id': 'VARCHAR', 'a': 'VARCHAR'}";
  for (const auto& [from, message] : std::vector<std::pair<std::string, std::string>>{
           {"read_csv(" + csv + columns + ")", "guesses the rest"},
           {"read_csv(" + csv + ", auto_detect = true" + columns + ")", "guesses the rest"},
           {"read_csv(" + csv + ", header = false)", "make up the names"},
           {"read_csv(" + csv + ", auto_detect = false)", "make up the names"},
           {"read_csv(" + csv + ", auto_detect = false, columns = {'user_id': 'INT'})",
            "'user_id' as int"},
           {"read_csv(" + csv + ", types = {'a': 'INT'})", "may round"},
           {"read_csv(" + csv + ", skip = 1)", "skip, which passes over"},
           {"read_csv(" + csv + ", comment = '#')", "comment, which passes over"},
           {"read_csv(" + csv + ", nullstr = '2')", "nullstr, which passes over"},
           {"read_csv(" + csv + ", null_padding = true)", "null_padding, which passes over"},
           {"read_csv(" + csv + ", strict_mode = false)", "strict_mode, which passes over"},
           {"read_csv(" + csv + ", rejects_limit = 1)", "rejects_limit, which passes over"},
           {"read_csv(" + csv + ", delim = '||')", "more than one character"},
           {"read_csv(" + csv + ", delim = '\"')", "contradict"},
           {"read_csv(" + csv + ", delim = ',', sep = ';')", "delim twice"},
           {"read_csv(" + csv + ", " + csv + ")", "unusual"},
           {"read_csv(" + csv + " || '')", "unusual"},
           {"read_csv(" + csv + " /* ) */)", "unusual"},
           {"read_csv(" + gz + ")", "compressed"},
           {"read_json(" + json + ", format = 'array')", "format as it is here"},
           {"read_json(" + json + ", columns = {'user_id': 'INT'}, auto_detect = false)",
            "columns as it is here"},
           {"read_json_objects_auto(" + json + ")", "guesses"},
           {"query_table(" + csv + ")", "guess"},
           {json, "guess"},
           {gz, "guess"},
           {"query(" + quote_text("FROM read_csv(" + csv + ")") + ")", "runs a text"}}) {
    SCOPED_TRACE(from);
    for (const std::string& select :
         {"SELECT * FROM " + from, "SELECT 1 user_id WHERE EXISTS (FROM " + from + ")",
          "WITH t AS MATERIALIZED (SELECT user_id FROM " + from + ") FROM t"}) {
      const base::Error error = error_of_describe(select_source(select));
      EXPECT_EQ(error.symbol, "E_DATA_FILE");
      EXPECT_THAT(error.message, HasSubstr(message));
      EXPECT_NE(error.hint, "");
    }
  }
}

TEST(Csv, PassesOverEmptyLinesAlsoOfOneColumn) {
  const Folder folder;
  const std::string file = folder.put("a.csv", "user_id\nann\n\nbob\n\n");
  const auto scanned = try_scan({.source = csv_source({file})});
  ASSERT_TRUE(scanned);
  EXPECT_THAT(scanned->rows, SizeIs(2));
  EXPECT_EQ(scanned->counts.null_keys, 0U);
}

TEST(Select, RefusesToPassOverWhatDoesNotFit) {
  const Folder folder;
  const std::string call = "SELECT json->>'user_id' user_id FROM read_ndjson_objects(" +
                           quote_text(folder.put("a.jsonl", "{\"user_id\": 1}\n{\n"));
  for (const char* option : {"ignore_errors = true", "ignore_errors := 1",
                             "IGNORE_ERRORS => 'true'", "\"ignore_errors\" = (1 = 1)"}) {
    SCOPED_TRACE(option);
    const base::Error error = error_of_describe(select_source(call + ", " + option + ")"));
    EXPECT_THAT(error.message, HasSubstr("passes over what does not fit"));
    EXPECT_NE(error.hint, "");
  }
  EXPECT_FALSE(try_scan({.source = select_source(call + ", ignore_errors = false)")}));
}

TEST(Select, ReadsTabsAsStrictlyAsCommas) {
  const Folder folder;
  const std::string tsv = folder.put("a.tsv", "user_id\ts\tn\nu1\t\"x\t,\"\"\"\t2\nu2\ty\t3\n");
  TableSource source = csv_source({tsv});
  source.format = TableSource::Format::kTsv;
  for (const TableSource& table : {source, select_source("FROM " + quote_text(tsv))}) {
    EXPECT_THAT(described(table), ElementsAre("s text", "n int"));
    EXPECT_THAT(scan(table, {"s", "n"}), ElementsAre(Pair("u1", ElementsAre("'x\t,\"'", "2")),
                                                     Pair("u2", ElementsAre("'y'", "3"))));
  }
  for (const char* content : {"user_id\ta\n1\tx\t\n", "user_id\ta\n1\tabc\"d\n", "user_id\ta\n1\n",
                              "user_id\ta\n1,x\n"}) {
    SCOPED_TRACE(content);
    const std::string bad = folder.put("bad.tsv", content);
    source.files = {bad};
    EXPECT_THAT(error_of_describe(source).message, testing::StartsWith("line 2: "));
    EXPECT_EQ(error_of_describe(select_source("FROM " + quote_text(bad))),
              error_of_describe(source));
  }
  source.files = {tsv, folder.put("swapped.tsv", "user_id\tn\ts\nu3\t1\tz\n")};
  EXPECT_THAT(error_of_describe(source).message, HasSubstr("column 2 is 'n' and not 's'"));
}

// The ways to name two files in a SELECT.
std::vector<std::string> references(const Folder& folder, const std::string& a,
                                    const std::string& b) {
  const std::string pattern = quote_text(folder.path("[ab].parquet"));
  const std::string list = "[" + quote_text(a) + ", " + quote_text(b) + "]";
  return {pattern,
          quote_name(folder.path("?.parquet")),
          "read_parquet(" + pattern + ")",
          "read_parquet(" + list + ")",
          "read_parquet(LIST_VALUE(" + pattern + "))",
          "system.main.READ_PARQUET(" + list + ", binary_as_string = true)"};
}

TEST(Select, ReadsParquetFilesTogetherOnlyWhereTheyAreAlike) {
  const Folder folder;
  const auto opened = reader();
  struct Case {
    const char* a;
    const char* b;
  };
  for (const Case& c :
       std::vector<Case>{{"1 user_id, 1.5::DECIMAL(10,2) n", "2 user_id, 99.9951::DECIMAL(10,4) n"},
                         {"1 user_id, 1 n", "2 user_id, 1.5::DOUBLE n"},
                         {"1 user_id, 1 n", "2 user_id, '2' n"},
                         {"1 user_id, DATE '2025-01-01' n", "2 user_id, TIMESTAMP '2025-01-01' n"},
                         {"1 user_id, 1.5::FLOAT n", "2 user_id, 16777217::BIGINT n"},
                         {"1 user_id", "'007' user_id"},
                         {"1 user_id", "2 user_id, 1 more"},
                         {"1 user_id, 1 more", "2 user_id"}}) {
    const std::string a = folder.parquet("a.parquet", std::string("SELECT ") + c.a);
    const std::string b = folder.parquet("b.parquet", std::string("SELECT ") + c.b);
    const base::Error expected = error_of_describe(parquet_source({a, b}), *opened);
    EXPECT_THAT(expected.message, testing::AllOf(HasSubstr(a), HasSubstr(b)));
    for (const std::string& from : references(folder, a, b)) {
      SCOPED_TRACE(from);
      EXPECT_EQ(error_of_describe(select_source("SELECT * FROM " + from), *opened), expected);
    }
  }
  const std::string a = folder.parquet("a.parquet", "SELECT 1 user_id, 1 n");
  const std::string b = folder.parquet("b.parquet", "SELECT 2 user_id, 1.5::DOUBLE n");
  for (const std::string& from : references(folder, a, b)) {
    for (const std::string& select :
         {"SELECT f.user_id FROM " + from + " f",
          "SELECT 1 user_id WHERE EXISTS (FROM " + from + ")",
          "SELECT column_name user_id FROM (DESCRIBE FROM " + from + ")",
          "WITH t AS MATERIALIZED (FROM " + from + ") SELECT user_id FROM t"}) {
      SCOPED_TRACE(select);
      EXPECT_THAT(error_of_describe(select_source(select), *opened).message,
                  testing::StartsWith("column 'n' is INTEGER in "));
    }
  }
}

TEST(Select, TellsEveryFileThatItReads) {
  const Folder folder;
  const std::string a = folder.parquet("a.parquet", "SELECT 1 user_id");
  const std::string b = folder.parquet("b.parquet", "SELECT 2 user_id");
  const std::string csv = folder.put("c.csv", "user_id\n3\n");
  const std::string lines = folder.put("l.jsonl", "{\"user_id\": 4}\n");
  const auto opened = reader();
  const auto files_of = [&](const std::string& select) {
    return opened->describe(select_source(select)).value().files;
  };
  for (const std::string& from : references(folder, a, b)) {
    SCOPED_TRACE(from);
    EXPECT_THAT(files_of("SELECT * FROM " + from), testing::Optional(ElementsAre(a, b)));
  }
  EXPECT_THAT(files_of("WITH t AS (FROM " + quote_text(csv) +
                       ") SELECT user_id::INT user_id FROM t "
                       "UNION ALL SELECT user_id FROM " +
                       quote_text(lines) + " WHERE user_id IN (SELECT user_id FROM read_csv(" +
                       quote_text(csv) + ")) UNION ALL FROM range(3)"),
              testing::Optional(ElementsAre(csv, lines)));
  EXPECT_THAT(files_of("SELECT 1 user_id"), testing::Optional(testing::IsEmpty()));
  EXPECT_EQ(files_of("SELECT content user_id FROM read_text(" + quote_text(csv) + ")"),
            std::nullopt);
  EXPECT_EQ(files_of("SELECT file user_id FROM glob(" + quote_text(folder.path("*")) + ")"),
            std::nullopt);
  EXPECT_THAT(opened->describe(parquet_source({a, b})).value().files,
              testing::Optional(ElementsAre(a, b)));
}

TEST(Select, ReadsParquetFilesThatAreAlike) {
  const Folder folder;
  const std::string a = folder.parquet("a.parquet", "SELECT 'u1' user_id, 1 n, 'x' s");
  const std::string b = folder.parquet("b.parquet", "SELECT 'y' s, 2 n, 'u2' user_id");
  for (const std::string& from : references(folder, a, b)) {
    SCOPED_TRACE(from);
    EXPECT_THAT(scan(select_source("SELECT user_id, s, n, parse_filename(filename) f FROM " + from),
                     {"s", "n", "f"}),
                ElementsAre(Pair("u1", ElementsAre("'x'", "1", "'a.parquet'")),
                            Pair("u2", ElementsAre("'y'", "2", "'b.parquet'"))));
  }
  EXPECT_THAT(
      scan(select_source("SELECT a.user_id, b.n FROM " + quote_text(a) + ", " + quote_text(b)),
           {"n"}),
      ElementsAre(Pair("u1", ElementsAre("2"))));
}

TEST(Select, KeepsWhatFoldersSayOfAFile) {
  const Folder folder;
  folder.put("dt=2025-11-22/x", "");
  folder.put("dt=2025-11-23/x", "");
  EXPECT_NE(folder.parquet("dt=2025-11-22/a.parquet", "SELECT 1 user_id"), "");
  EXPECT_NE(folder.parquet("dt=2025-11-23/a.parquet", "SELECT 2 user_id"), "");
  for (const std::string& from : {quote_text(folder.path("*/a.parquet")),
                                  "read_parquet(" + quote_text(folder.path("**/*.parquet")) +
                                      ", hive_partitioning = true)"}) {
    EXPECT_THAT(
        scan(select_source("SELECT user_id, dt FROM " + from), {"dt"}),
        ElementsAre(Pair("1", ElementsAre("2025-11-22")), Pair("2", ElementsAre("2025-11-23"))));
  }
}

TEST(Select, RefusesToReadParquetInWaysThatHideWhatDiffers) {
  const Folder folder;
  const auto opened = reader();
  const std::string file = quote_text(folder.parquet("a.parquet", "SELECT 1 user_id"));
  for (const std::string& from :
       {"read_parquet(" + file + ", union_by_name = true)",
        "read_parquet(" + file + ", UNION_BY_NAME => false)",
        "read_parquet(" + file +
            ", schema = MAP {0: {name: 'user_id', type: 'DOUBLE', default_value: NULL}})",
        "parquet_scan(" + file + ")", "read_parquet(" + file + " || '')",
        "read_parquet([" + file + " || ''])", "read_parquet($$" + folder.path("a.parquet") + "$$)",
        "query_table(" + file + ")", "query_table([" + file + "])"}) {
    SCOPED_TRACE(from);
    const base::Error error = error_of_describe(select_source("SELECT * FROM " + from), *opened);
    EXPECT_EQ(error.symbol, "E_DATA_FILE");
    EXPECT_THAT(error.message,
                testing::AnyOf(HasSubstr("may hide that files differ"), HasSubstr("another name"),
                               HasSubstr("not named plainly"), HasSubstr("were not compared")));
    EXPECT_NE(error.hint, "");
  }
}

TEST(Select, ReadsInt96AsMomentsAndRefusesDecimalsThatDuckdbMisreads) {
  const Folder folder;
  const std::string file = quote_text(put_arrow_file(folder));
  TableSource source = select_source("SELECT * FROM " + file);
  source.zone = "Asia/Shanghai";
  EXPECT_THAT(described(source),
              ElementsAre("t timestamp", "big struct(\"decimal(50,2)\" integer)"));
  EXPECT_EQ(reader()->describe(source).value().schema.columns[1].type.kind, TypeKind::kUnusable);
  EXPECT_THAT(scan(source, {"t"}),
              ElementsAre(Pair("after", ElementsAre("2024-03-10 15:00:00.5")),
                          Pair("before", ElementsAre("1970-01-01 07:59:59.999999"))));
  source.select = "SELECT user_id, big::VARCHAR AS big FROM " + file;
  const auto scanned = try_scan({.source = source, .columns = {"big"}});
  ASSERT_FALSE(scanned);
  EXPECT_THAT(scanned.error().message, HasSubstr("column 'big' is decimal(50,2)"));
  source.select = "SELECT user_id, t FROM read_parquet(" + file + ")";
  EXPECT_EQ(error_of_describe(source).message,
            "column 't' is int96, which read_parquet() misreads");
}

TEST(Select, TurnsMomentsIntoDaysByTheZoneOfTheTable) {
  const Folder folder;
  const std::string file = folder.parquet(
      "a.parquet", "SELECT 'u' user_id, TIMESTAMPTZ '2025-11-21 20:00:00+00' moment");
  TableSource source = select_source(
      "SELECT user_id, moment, max(moment)::DATE AS day, "
      "hour(max(moment)) AS hour FROM " +
      quote_text(file) + " GROUP BY ALL");
  const auto table = reader();
  for (const auto& [zone, moment, day, hour] : std::vector<std::array<std::string, 4>>{
           {"UTC", "2025-11-21 20:00:00", "2025-11-21", "20"},
           {"Asia/Shanghai", "2025-11-22 04:00:00", "2025-11-22", "4"},
           {"UTC", "2025-11-21 20:00:00", "2025-11-21", "20"}}) {
    source.zone = zone;
    Rows rows;
    ASSERT_TRUE(table->scan({.source = source, .columns = {"moment", "day", "hour"}},
                            [&rows] { return std::make_unique<Collector>(rows); }));
    EXPECT_THAT(rows, ElementsAre(Pair("u", ElementsAre(moment, day, hour))));
    EXPECT_THAT(table->profile(source, 1).value()[2].samples, ElementsAre(day));
  }
  source.zone = "Asia/Shanghay";
  EXPECT_THAT(error_of_describe(source).hint, HasSubstr("Asia/Shanghai"));
}

TEST(Select, RefusesWhatDependsOnTheClockOrOnChance) {
  const Folder folder;
  const auto opened = reader();
  const std::string file = quote_text(folder.parquet("a.parquet", "SELECT 1 user_id, 1 AS now"));
  for (const char* expression : {"now()",
                                 "NOW()",
                                 "today()",
                                 "current_date",
                                 "current_date()",
                                 "CURRENT_TIMESTAMP",
                                 "current_time",
                                 "localtime",
                                 "LocalTimestamp",
                                 "get_current_timestamp()",
                                 "transaction_timestamp()",
                                 "main.now()",
                                 "\"now\"()",
                                 "ago(INTERVAL 1 DAY)",
                                 "age(TIMESTAMP '2025-01-01')",
                                 "current_localtimestamp()",
                                 "pg_postmaster_start_time()",
                                 "random()",
                                 "uuid()",
                                 "gen_random_uuid()",
                                 "uuidv7()",
                                 "setseed(0.5)",
                                 "txid_current()",
                                 "(SELECT reservoir_quantile(x, 0.5, 1) FROM range(9) t(x))",
                                 "list_transform([1], lambda x: x + random())",
                                 "CASE WHEN 1 = 2 THEN today() END"}) {
    SCOPED_TRACE(expression);
    for (const std::string& select :
         {fmt::format("SELECT user_id, {} AS x FROM {}", expression, file),
          fmt::format("SELECT user_id FROM {} WHERE {} IS NULL", file, expression),
          fmt::format("WITH t AS (SELECT {} AS x) SELECT user_id FROM {}, t", expression, file)}) {
      const base::Error error = error_of_describe(select_source(select), *opened);
      EXPECT_EQ(error.symbol, "E_DATA_FILE");
      EXPECT_THAT(error.message, HasSubstr("need not give the same twice"));
      EXPECT_THAT(error.hint, HasSubstr("write the day itself"));
    }
  }
  for (const std::string& from :
       {file + " TABLESAMPLE 50%", file + " USING SAMPLE 1", file + " TABLESAMPLE reservoir(1)",
        "(SELECT * FROM " + file + ") USING SAMPLE 10 PERCENT (bernoulli, 42)"}) {
    SCOPED_TRACE(from);
    EXPECT_THAT(error_of_describe(select_source("SELECT * FROM " + from), *opened).message,
                HasSubstr("a sample is drawn"));
  }
  EXPECT_THAT(
      error_of_describe(select_source("SELECT name user_id FROM pg_timezone_names()")).message,
      HasSubstr("at this moment"));
}

TEST(Select, TakesWhatOnlyLooksLikeTheClock) {
  const Folder folder;
  const std::string file =
      quote_text(folder.parquet("a.parquet", "SELECT 1 user_id, 1 AS now, 2 AS current_date"));
  EXPECT_THAT(
      scan(select_source("SELECT user_id, now, a.current_date AS \"current_date\", 'now()' AS s, "
                         "CASE WHEN user_id = 2 THEN error('two') ELSE 'one' END AS e, "
                         "age(DATE '2025-11-22', DATE '2025-11-21')::VARCHAR AS a FROM " +
                         file),
           {"now", "current_date", "s", "e", "a"}),
      ElementsAre(Pair("1", ElementsAre("1", "2", "'now()'", "'one'", "'1 day'"))));
}

TEST(Select, KeepsTheNamesThatItDefines) {
  EXPECT_THAT(scan(select_source("WITH RECURSIVE \"a.csv\" AS (SELECT 1 user_id UNION ALL SELECT "
                                 "user_id + 1 FROM 'A.csv' WHERE user_id < 2) FROM 'a.csv'"),
                   {}),
              ElementsAre(Pair("1", IsEmpty()), Pair("2", IsEmpty())));
}

TEST(Select, SaysThatAFileIsNotThere) {
  for (const char* file :
       {"/nowhere/x.csv", "/nowhere/x.jsonl", "/nowhere/*.csv", "/nowhere/x.parquet"}) {
    const base::Error error = error_of_describe(select_source("SELECT * FROM " + quote_text(file)));
    EXPECT_EQ(error.code, ErrorCode::kNotFound);
    EXPECT_EQ(error.symbol, "E_DATA_FILE");
    EXPECT_EQ(error.path, file);
  }
}

TEST(Select, ReachesNoNetwork) {
  const base::Error error = error_of_describe(
      select_source("SELECT user_id FROM read_parquet('http://127.0.0.1:1/x.parquet')"));
  EXPECT_THAT(error.message, HasSubstr("httpfs"));
}

TEST(Select, SaysWhatIsWrongWithIt) {
  const base::Error error = error_of_describe(select_source("SELECT 1 user_id FROM no_table"));
  EXPECT_EQ(error.symbol, "E_DATA_FILE");
  EXPECT_EQ(error.path, "t");
  EXPECT_THAT(error.message, HasSubstr("no_table does not exist"));
  const auto cast = try_scan({.source = select_source("SELECT 'a' user_id, CAST(s AS INT) n FROM "
                                                      "(VALUES ('x')) t(s)"),
                              .columns = {"n"}});
  ASSERT_FALSE(cast);
  EXPECT_EQ(cast.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(cast.error().symbol, "E_DATA_FILE");
}

TEST(Select, AdvisesWhateverIsWrong) {
  const Folder folder;
  const std::string csv = folder.put("a.csv", "user_id,name\n1,x\n");
  const std::string parquet = folder.put("bad.parquet", "PAR1 nothing PAR1");
  std::string deep = "{\"user_id\": 1, \"a\": ";
  deep += std::string(2000, '[') + std::string(2000, ']') + "}\n";
  struct Case {
    std::string select;
    std::string message;
    std::string hint;
  };
  for (const Case& c : std::vector<Case>{
           {"PIVOT " + quote_text(csv) + " ON name USING count(*)",
            "more than one SQL statement, or a PIVOT", "PIVOT ... ON column IN ('a', 'b')"},
           {"SELEC 1", "syntax error at or near \"SELEC\"", "mend the SELECT"},
           {"SELECT user_id, nam FROM " + quote_text(csv), "Referenced column \"nam\" not found",
            "Candidate bindings: \"name\""},
           {"SELECT user_id, sum(name) s FROM " + quote_text(csv) + " GROUP BY 1",
            "No function matches", "Candidate functions: "},
           {"FROM users", "Table with name users does not exist!", "in quotes: from '"},
           {"FROM '/nowhere/a.parquet'", "no file '/nowhere/a.parquet'", "paths are relative"},
           {"FROM 'http://x/a.parquet'", "File http://x/a.parquet requires the extension httpfs",
            "only local files"},
           {"FROM " + quote_text(parquet), "", "no Parquet file: write it anew"},
           {"FROM " + quote_text(folder.put("deep.jsonl", deep)),
            "column 'a' has values that are nested more than 100 times", "leave it out"},
       }) {
    SCOPED_TRACE(c.select);
    const auto scanned = try_scan({.source = select_source(c.select)});
    ASSERT_FALSE(scanned);
    EXPECT_EQ(scanned.error().symbol, "E_DATA_FILE");
    EXPECT_THAT(scanned.error().message, testing::StartsWith(c.message));
    EXPECT_THAT(scanned.error().message, testing::Not(HasSubstr(" Error: ")));
    EXPECT_LT(scanned.error().message.size(), 500u);
    EXPECT_THAT(scanned.error().hint, HasSubstr(c.hint));
  }
}

// --- The rest of the reader ---------------------------------------------------------------------

class Refuser final : public dataset::BatchConsumer {
 public:
  base::Status consume(const dataset::TableBatch&) override {
    return base::Error{.code = ErrorCode::kConflict, .message = "enough"};
  }
};

TEST(Reader, EndsAScanWithTheErrorOfItsConsumer) {
  const auto counts =
      reader()->scan({.source = select_source("SELECT i user_id FROM range(100000000) t(i)")},
                     [] { return std::make_unique<Refuser>(); });
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error(), (base::Error{.code = ErrorCode::kConflict, .message = "enough"}));
}

TEST(Reader, ServesSeveralThreadsAtOnce) {
  const Folder folder;
  const TableSource source = parquet_source(
      {folder.parquet("a.parquet", "SELECT i user_id, i % 10 n FROM range(20000) t(i)")});
  const auto shared = reader();
  std::vector<Rows> rows(4);
  {
    std::vector<std::jthread> threads;
    for (Rows& mine : rows) {
      threads.emplace_back([&] {
        const auto counts = shared->scan({.source = source, .columns = {"n"}},
                                         [&] { return std::make_unique<Collector>(mine); });
        EXPECT_TRUE(counts) << counts.error().message;
      });
    }
  }
  for (const Rows& mine : rows) {
    EXPECT_THAT(mine, SizeIs(20000));
    EXPECT_EQ(mine, rows.front());
  }
}

TEST(Reader, ProfilesEachColumn) {
  const Folder folder;
  const TableSource source = parquet_source({folder.parquet(
      "a.parquet",
      "SELECT * FROM (VALUES ('a', 'VIP', 1, {'x': 1}), ('b', 'VIP', 2, NULL), ('c', 'gold', NULL, "
      "NULL), ('d', 'basic', 2, NULL), (NULL, 'VIP', 9, NULL)) t(user_id, level, occurrences, "
      "st)")});
  for (const TableSource& each :
       {source, select_source("FROM " + quote_text(source.files.front()))}) {
    const auto profiles = reader()->profile(each, 2);
    ASSERT_TRUE(profiles) << profiles.error().message;
    ASSERT_THAT(*profiles, SizeIs(4));
    const dataset::ColumnProfile& key = (*profiles)[0];
    EXPECT_TRUE(key.is_key);
    EXPECT_EQ(key.name, "user_id");
    EXPECT_EQ(key.type.kind, TypeKind::kText);
    EXPECT_EQ(key.rows, 5u);
    EXPECT_EQ(key.nulls, 1u);
    EXPECT_EQ(key.distinct, 4u);
    EXPECT_THAT(key.samples, ElementsAre("a", "b"));
    const dataset::ColumnProfile& level = (*profiles)[1];
    EXPECT_FALSE(level.is_key);
    EXPECT_EQ(level.name, "level");
    EXPECT_EQ(level.rows, 4u);
    EXPECT_EQ(level.nulls, 0u);
    EXPECT_EQ(level.distinct, 3u);
    EXPECT_THAT(level.samples, ElementsAre("VIP", "basic"));
    const dataset::ColumnProfile& number = (*profiles)[2];
    EXPECT_EQ(number.nulls, 1u);
    EXPECT_EQ(number.distinct, 2u);
    EXPECT_THAT(number.samples, ElementsAre("2", "1"));
    EXPECT_EQ((*profiles)[3].type.kind, TypeKind::kUnusable);
    EXPECT_EQ((*profiles)[3].rows, 4u);
  }
}

TEST(Reader, ProfilesCellsThatHaveNoValue) {
  const auto profiles = reader()->profile(
      select_source("SELECT * FROM (VALUES (1, 'nan'::DOUBLE, 'infinity'::DATE, "
                    "100000000000000000000000000000000000000::HUGEINT, 1.5), (2, 'nan', NULL, 5, "
                    "2.5), (3, 1, '2025-01-01', NULL, NULL)) t(user_id, d, day, wide, e)"),
      1);
  ASSERT_TRUE(profiles) << profiles.error().message;
  EXPECT_EQ(profiles->front().type.kind, TypeKind::kInt) << "as the key is stored";
  std::vector<std::string> counts;
  for (const dataset::ColumnProfile& column : *profiles) {
    counts.push_back(
        fmt::format("{} {} {} {}", column.name, column.nulls, column.unreadable, column.nans));
  }
  EXPECT_THAT(counts,
              ElementsAre("user_id 0 0 0", "d 0 0 2", "day 1 1 0", "wide 1 1 0", "e 1 0 0"));
}

TEST(Reader, GivesTheRelationAsSqlThatStandsAlone) {
  const Folder folder;
  const TableSource source = parquet_source({folder.parquet(
      "a.parquet",
      "SELECT * FROM (VALUES (2, 7::TINYINT, {'a': 1}), (NULL, 8, NULL)) t(user_id, n, st)")});
  const auto database = Database::open().value();
  const auto sql = relation_sql(*database, source);
  ASSERT_TRUE(sql) << sql.error().message;
  EXPECT_EQ(database->query_text(*sql).value(), (std::vector<TextRow>{{"2", "7"}}));
  EXPECT_EQ(
      database->query_text("SELECT column_name, column_type FROM (DESCRIBE " + *sql + ")").value(),
      (std::vector<TextRow>{{"user_id", "VARCHAR"}, {"n", "BIGINT"}}));
}

// --- Database -----------------------------------------------------------------------------------

TEST(Database, MakesTablesWithExactlyTheCellsGiven) {
  using column::ColumnData;
  using column::TextList;
  ColumnData key({.kind = TypeKind::kText});
  ColumnData integer({.kind = TypeKind::kInt});
  ColumnData wide({.kind = TypeKind::kDecimal, .precision = 38, .scale = 0});
  ColumnData small({.kind = TypeKind::kDecimal, .precision = 4, .scale = 2});
  ColumnData real({.kind = TypeKind::kDouble});
  ColumnData single({.kind = TypeKind::kFloat});
  ColumnData flag({.kind = TypeKind::kBoolean});
  ColumnData day({.kind = TypeKind::kDate});
  ColumnData time({.kind = TypeKind::kTimestamp});
  ColumnData list({.kind = TypeKind::kTextList});
  constexpr int kRows = 5000;  // several chunks
  for (int i = 0; i < kRows; ++i) {
    key.append("u" + std::to_string(i));
    integer.append(std::numeric_limits<std::int64_t>::min() + i);
    wide.append(i == 4321 ? column::kUnreadableDecimal : column::Int128{i});
    small.append(column::Int128{-1});
    real.append(i % 2 == 0 ? -0.0 : std::numeric_limits<double>::infinity());
    single.append(std::numeric_limits<float>::quiet_NaN());
    flag.append(i % 2 == 0);
    day.append(column::days_from_civil(2024, 2, 29).value());
    time.append(std::int64_t{-1});
    list.append(TextList{"e" + std::to_string(i), std::nullopt});
  }
  for (ColumnData* column : {&integer, &wide, &small, &real, &single, &flag, &day, &time, &list}) {
    column->append({});
  }
  key.append(std::string("n\0l", 3));
  const auto database = Database::open().value();
  const std::vector<TableColumn> columns{{"user_id", key.view()}, {"i", integer.view()},
                                         {"wide", wide.view()},   {"small", small.view()},
                                         {"r", real.view()},      {"f", single.view()},
                                         {"b", flag.view()},      {"d", day.view()},
                                         {"t", time.view()},      {"l \"q\"", list.view()}};
  const base::Status made = database->create_table("odd \"name'", columns);
  ASSERT_TRUE(made) << made.error().message;

  EXPECT_EQ(
      database->query_text("SELECT * FROM \"odd \"\"name'\" WHERE user_id = 'u4321'").value(),
      (std::vector<TextRow>{
          {"u4321", "-9223372036854771487", "100000000000000000000000000000000000000", "-0.01",
           "inf", "nan", "false", "2024-02-29", "1969-12-31 23:59:59.999999", "[e4321, NULL]"}}));
  EXPECT_EQ(database->query_text("SELECT * FROM \"odd \"\"name'\" WHERE i IS NULL").value(),
            (std::vector<TextRow>{{std::string("n\0l", 3), {}, {}, {}, {}, {}, {}, {}, {}, {}}}));
  EXPECT_EQ(database->query_text("SELECT r, count(*) FROM \"odd \"\"name'\" GROUP BY r ORDER BY 2")
                .value(),
            (std::vector<TextRow>{{{}, "1"}, {"-0.0", "2500"}, {"inf", "2500"}}));
}

TEST(Database, Opens) {
  const auto database = Database::open();
  EXPECT_TRUE(database) << database.error().message;
}

TEST(Database, ReportsWhatIsWrongWithAStatement) {
  const auto database = Database::open().value();
  EXPECT_EQ(database->query_text("SELEC 1").error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(database->query_text("SELECT nothing").error().message, HasSubstr("nothing"));
  EXPECT_THAT(database->query_text("SET threads = 1").error().message, HasSubstr("locked"));
}

TEST(Database, SaysThatMemoryDoesNotSuffice) {
  const auto database = Database::open({.threads = 1, .memory_limit = "50MB"}).value();
  const auto rows = database->query_text(
      "SELECT list(i || 'a text that takes memory') FROM range(10000000) t(i)");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kUnavailable);
}

// The folder for temporary files is everybody's: a name that can be guessed could be taken, or be a
// link to somewhere else.
TEST(Database, SpillsIntoAFolderThatNobodyElseCanEnterOrGuess) {
  const Folder folder;
  const auto entries = [&] {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path(""))) {
      paths.push_back(entry.path());
    }
    return paths;
  };
  const DatabaseOptions options{
      .threads = 1, .memory_limit = "60MB", .spill_parent = folder.path("")};
  {
    const auto database = Database::open(options).value();
    const auto another = Database::open(options).value();
    ASSERT_THAT(entries(), SizeIs(2));
    const std::string configured =
        *database->query_text("SELECT current_setting('temp_directory')").value()[0][0];
    EXPECT_THAT(entries(), testing::Contains(std::filesystem::path(configured)));
    EXPECT_THAT(configured, testing::Not(HasSubstr(std::to_string(getpid()))));
    EXPECT_EQ(std::filesystem::status(configured).permissions(), std::filesystem::perms::owner_all);
    const base::Status sorted = database->query_text(
                                    "CREATE TABLE big AS SELECT i, hash(i) h FROM "
                                    "range(8000000) t(i) ORDER BY h")
                                    ? base::Status()
                                    : base::internal_error("no room");
    EXPECT_TRUE(sorted);
    EXPECT_FALSE(std::filesystem::is_empty(configured)) << "nothing was spilt";
  }
  EXPECT_THAT(entries(), IsEmpty());
}

TEST(Database, OpensWhereNoFolderForSpillingCanBeMade) {
  const auto database = Database::open({.spill_parent = "/nowhere"});
  ASSERT_TRUE(database) << database.error().message;
  EXPECT_TRUE((*database)->query_text("SELECT 1"));
}

TEST(Database, RefusesAnOptionThatIsNone) {
  for (const char* memory : {"much", "1"}) {
    const auto database = Database::open({.memory_limit = memory});
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(database.error().hint, "write the memory as 2GB or 512MB");
  }
}

// The flag stays for the rest of a process: each of these has its own.
[[noreturn]] void exit_with_code_of_interrupted(const std::function<base::Error()>& work) {
  base::catch_interrupts();
  std::chrono::steady_clock::time_point interrupted_at;
  std::jthread signal([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    interrupted_at = std::chrono::steady_clock::now();
    raise(SIGINT);
  });
  const base::Error error = work();
  const auto now = std::chrono::steady_clock::now();
  signal.join();
  const bool soon = now - interrupted_at < std::chrono::seconds(5);
  _exit(error.code == ErrorCode::kCancelled && soon ? 42 : 1);
}

TEST(InterruptDeathTest, EndsALongQuery) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      exit_with_code_of_interrupted([] {
        return Database::open()
            .value()
            ->query_text("SELECT sum(a.i * b.i) FROM range(100000000) a(i), range(100000) b(i)")
            .error();
      }),
      testing::ExitedWithCode(42), "");
}

TEST(InterruptDeathTest, EndsAScanThatFindsNothing) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(exit_with_code_of_interrupted([] {
                return try_scan({.source = select_source("SELECT i AS user_id FROM "
                                                         "range(1000000000000) t(i) WHERE i < 0")})
                    .error();
              }),
              testing::ExitedWithCode(42), "");
}

TEST(InterruptDeathTest, EndsTheWritingOfAFile) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(exit_with_code_of_interrupted([] {
                const Folder folder;
                const auto writer = make_parquet_writer(folder.path("x.parquet")).value();
                base::Status status;
                while (status) {
                  status = writer->append("somebody", std::vector{1, 2, 3});
                }
                return status.error();
              }),
              testing::ExitedWithCode(42), "");
}

// --- Parquet writer -----------------------------------------------------------------------------

TEST(ParquetWriter, WritesWhatItWasGivenInThatOrder) {
  const Folder folder;
  const std::string path = folder.path("it's.parquet");
  {
    const auto writer = make_parquet_writer(path).value();
    for (int i = 0; i < 300000; ++i) {
      std::vector<std::int32_t> tags;
      for (int tag = 1; tag <= i % 4; ++tag) {
        tags.push_back(i + tag);
      }
      const std::string number = std::to_string(i);
      ASSERT_TRUE(writer->append("u" + std::string(6 - number.size(), '0') + number, tags));
    }
    const base::Status finished = writer->finish();
    ASSERT_TRUE(finished) << finished.error().message;
  }
  const auto database = Database::open().value();
  const std::string from = " FROM read_parquet(" + quote_text(path) + ", file_row_number = true)";
  EXPECT_EQ(database->query_text("DESCRIBE SELECT * FROM " + quote_text(path)).value(),
            (std::vector<TextRow>{{"user_id", "VARCHAR", "YES", {}, {}, {}},
                                  {"tag_ids", "INTEGER[]", "YES", {}, {}, {}}}));
  EXPECT_EQ(database
                ->query_text("SELECT count(*), count(*) FILTER (user_id = 'u' || "
                             "lpad(file_row_number::VARCHAR, 6, '0') AND tag_ids = list_transform("
                             "range(1, file_row_number % 4 + 1), lambda t: file_row_number + t))" +
                             from)
                .value(),
            (std::vector<TextRow>{{"300000", "300000"}}));
}

TEST(ParquetWriter, WritesAnEmptyFile) {
  const Folder folder;
  const auto writer = make_parquet_writer(folder.path("x.parquet")).value();
  ASSERT_TRUE(writer->finish());
  EXPECT_THAT(scan(parquet_source({folder.path("x.parquet")}), {"tag_ids"}), IsEmpty());
}

TEST(ParquetWriter, RemovesWhatWasNotFinished) {
  const Folder folder;
  const std::string path = folder.path("x.parquet");
  {
    const auto writer = make_parquet_writer(path).value();
    for (int i = 0; i < 10000; ++i) {
      ASSERT_TRUE(writer->append("u", {}));
    }
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ParquetWriter, SaysThatTheDiskIsFull) {
  const auto writer = make_parquet_writer("/dev/full").value();
  base::Status status;
  for (int i = 0; i < 1000000 && status; ++i) {
    status = writer->append("user number " + std::to_string(i), std::vector{i, i + 1});
  }
  if (status) {
    status = writer->finish();
  }
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable) << status.error().message;
  EXPECT_EQ(status.error().path, "/dev/full");
}

}  // namespace
}  // namespace tagsmith::duckdb
