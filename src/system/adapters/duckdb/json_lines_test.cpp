#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "adapters/duckdb/scan_test.h"

namespace tagsmith::duckdb {
namespace {

using base::ErrorCode;
using dataset::TableSource;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

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

// DuckDB takes a column for one of times only where all of it has one form.
TEST(JsonLines, FindsTimesOfAnyFormsBesideOneAnother) {
  const Folder folder;
  const auto type_of = [&](const std::vector<std::string>& values) {
    std::string lines;
    for (const std::string& value : values) {
      lines += "{\"user_id\": " + std::to_string(lines.size()) + ", \"t\": " + value + "}\n";
    }
    return described(json_source({folder.put("a.jsonl", lines)})).front();
  };
  const std::string second = R"("2025-11-22 10:00:00")";
  for (const char* other : {R"("2025-11-22 10:00:00.5")", R"("2025-11-22")",
                            R"("2025-11-22T10:00")", R"("2025-11-22T10:00:00.000001")"}) {
    SCOPED_TRACE(other);
    EXPECT_EQ(type_of({second, other}), "t timestamp");
    EXPECT_EQ(type_of({other, "null", second}), "t timestamp");
  }
  EXPECT_EQ(type_of({R"("2025-11-22 10:00")"}), "t timestamp");
  EXPECT_EQ(type_of({R"("2025-11-22T10:00:00.5")"}), "t timestamp");
  EXPECT_EQ(type_of({second, R"("soon")"}), "t text");
  EXPECT_EQ(type_of({second, "1"}), "t text");
  EXPECT_EQ(type_of({R"("1")", R"("2")"}), "t text") << "texts are no numbers";
  EXPECT_EQ(type_of({R"("true")"}), "t text");
}

TEST(JsonLines, ReadsIntegersOfAnySign) {
  const Folder folder;
  const TableSource source = json_source(
      {folder.put("a.jsonl",
                  "{\"user_id\": 1, \"a\": -1, \"w\": -1}\n"
                  "{\"user_id\": 2, \"a\": 9223372036854775807, \"w\": 18446744073709551615}\n")});
  EXPECT_THAT(described(source), ElementsAre("a int", "w decimal(38,0)"));
  EXPECT_THAT(scan(source, {"a", "w"}),
              ElementsAre(Pair("1", ElementsAre("-1", "-1")),
                          Pair("2", ElementsAre("9223372036854775807", "18446744073709551615"))));
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

}  // namespace
}  // namespace tagsmith::duckdb
