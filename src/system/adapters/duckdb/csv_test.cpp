#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <fmt/format.h>

#include "adapters/duckdb/scan_test.h"

namespace tagsmith::duckdb {
namespace {

using base::ErrorCode;
using dataset::TableSource;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

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

TEST(Csv, PassesOverEmptyLinesAlsoOfOneColumn) {
  const Folder folder;
  const std::string file = folder.put("a.csv", "user_id\nann\n\nbob\n\n");
  const auto scanned = try_scan({.source = csv_source({file})});
  ASSERT_TRUE(scanned);
  EXPECT_THAT(scanned->rows, SizeIs(2));
  EXPECT_EQ(scanned->counts.null_keys, 0U);
}

}  // namespace
}  // namespace tagsmith::duckdb
