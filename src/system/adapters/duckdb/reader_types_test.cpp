#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "adapters/duckdb/scan_test.h"

namespace tagsmith::duckdb {
namespace {

using base::ErrorCode;
using column::TypeKind;
using dataset::TableSource;
using testing::ElementsAre;
using testing::Pair;
using testing::SizeIs;

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

}  // namespace
}  // namespace tagsmith::duckdb
