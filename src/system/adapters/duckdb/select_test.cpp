#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "adapters/duckdb/scan_test.h"

namespace tagsmith::duckdb {
namespace {

using base::ErrorCode;
using dataset::TableSource;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

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
    EXPECT_THAT(table->profile({.source = source, .samples_max = 1}).value()[2].samples,
                ElementsAre(day));
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

}  // namespace
}  // namespace tagsmith::duckdb
