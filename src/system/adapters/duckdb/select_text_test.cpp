#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "adapters/duckdb/scan_test.h"

namespace tagsmith::duckdb {
namespace {

using dataset::TableSource;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;

TEST(Select, ReadsACsvAsATableOfTheFileDoes) {
  const Folder folder;
  const std::string good = folder.put("good.csv", "user_id,a,day\n1,,2024-02-29\n2,\"\",\n");
  const std::string file = quote_text(good);
  const std::vector<std::string> selects = {
      "SELECT * FROM " + file,
      "FROM " + quote_name(good),
      "SELECT good.* FROM " + file,
      "SELECT 'é' || g.user_id user_id, a, day FROM " + file + " g",
      "WITH t AS (FROM " + file + ") SELECT t.* FROM t SEMI JOIN " + file + " USING (user_id)",
      "SELECT * FROM " + quote_text(folder.path("goo*.csv"))};
  for (const std::string& select : selects) {
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
  const std::vector<std::pair<std::string, std::string>> cases = {
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
      {"query(" + quote_text("FROM read_csv(" + csv + ")") + ")", "runs a text"}};
  for (const auto& [from, message] : cases) {
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

}  // namespace
}  // namespace tagsmith::duckdb
