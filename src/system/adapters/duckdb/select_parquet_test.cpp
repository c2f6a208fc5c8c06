#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "adapters/duckdb/scan_test.h"

namespace tagsmith::duckdb {
namespace {

using column::TypeKind;
using dataset::TableSource;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

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

}  // namespace
}  // namespace tagsmith::duckdb
