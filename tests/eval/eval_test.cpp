// The contract of `tagsmith eval`, on the built program and real files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "adapters/duckdb/database.h"
#include "base/json.h"
#include "scratch/folder.h"
#include "scratch/process.h"

namespace tagsmith {
namespace {

using scratch::Folder;
using scratch::Outcome;
using scratch::read_all;
using scratch::run;
using scratch::RunOptions;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kProgram = TAGSMITH_PROGRAM;

// A database of its own, closed at once: libduckdb keeps state of its threads, so one that is
// closed when the process exits finds it gone.
std::vector<duckdb::TextRow> query(const std::string& sql) {
  auto rows = duckdb::Database::open().value()->query_text(sql);
  EXPECT_TRUE(rows) << (rows ? "" : rows.error().message);
  return rows ? *rows : std::vector<duckdb::TextRow>();
}

// Writes the rows of a SELECT into a Parquet file of the folder.
void put_parquet(const Folder& folder, const std::string& name, const std::string& select) {
  folder.put(name, "");
  query("copy (" + select + ") to " + duckdb::quote_text(folder.path(name)) + " (format parquet)");
}

// `more` comes last and may replace nothing that stands before.
Outcome eval(const Folder& folder, const std::string& rules, std::vector<std::string> more,
             const RunOptions& options = {}) {
  const std::string file = folder.put("rules.json", rules);
  std::vector<std::string> command = {kProgram, "eval", "--rules", file, "--as-of", "2025-11-22"};
  command.insert(command.end(), more.begin(), more.end());
  return run(command, options);
}

// The lines of a text.
std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    out.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

// The members of every line of stderr that is a JSON object, joined by blanks.
std::vector<std::string> error_lines(const Outcome& outcome, const std::vector<std::string>& keys) {
  std::vector<std::string> out;
  for (const std::string& line : lines(outcome.err)) {
    const auto value = base::parse_json(line);
    EXPECT_TRUE(value) << line;
    std::string joined;
    for (const std::string& key : keys) {
      const base::Json* member = value ? value->find(key) : nullptr;
      EXPECT_NE(member, nullptr) << key << " in " << line;
      const bool is_text = member != nullptr && member->text() != nullptr;
      joined += (joined.empty() ? "" : " ") + (is_text             ? *member->text()
                                               : member == nullptr ? ""
                                                                   : base::to_text(*member));
    }
    out.push_back(joined);
  }
  return out;
}

// Two tables of one day: users ann, bob, eve; orders of bob and zed.
void put_warehouse(const Folder& folder) {
  put_parquet(folder, "data/users/dt=2025-11-22/a.parquet",
              "select * from (values ('bob', 30, 'VIP2', date '2025-11-20'), "
              "('ann', 17, null, date '2024-01-01')) t(user_id, age, level, seen)");
  put_parquet(folder, "data/users/dt=2025-11-22/b.parquet",
              "select * from (values ('eve', null::int, 'VIP3', null::date)) "
              "t(user_id, age, level, seen)");
  put_parquet(folder, "data/users/dt=2025-11-21/a.parquet",
              "select 'old' as user_id, 99 as age, 'VIP2' as level, date '2025-11-20' as seen");
  put_parquet(folder, "data/shop/orders/dt=2025-11-22/a.parquet",
              "select * from (values ('bob', 3), ('zed', 9)) t(user_id, orders)");
  folder.put("data/notes.txt", "not a table");
}

constexpr const char* kRules = R"json([
  {"tag_id": 5, "name": "vip", "rule": "level in ('VIP2', 'VIP3')"},
  {"tag_id": 7, "name": "young",
   "rule": {"logic": "AND", "conditions":
     [{"field": "age", "operator": "in_range", "value": [0, 18], "type": "number"}]}},
  {"tag_id": 3, "name": "buyer", "rule": {"logic": "AND", "conditions": [{"condition":
     {"logic": "NOT", "fields": [{"table": "shop.orders", "field": "orders", "operator": "<",
                                  "value": "3", "type": "number"}]}}]}},
  {"tag_id": 7, "name": "young", "is_active": 1, "rule":
    "{\"conditions\": [{\"field\": \"seen\", \"operator\": \"recent_days\", \"value\": 7}]}"},
  {"tag_id": 9, "name": "off", "rule": "nonsense", "is_active": false}])json";

TEST(Eval, WritesJsonLinesForEveryUserOfEveryTable) {
  const Folder folder;
  put_warehouse(folder);
  const Outcome outcome =
      eval(folder, kRules, {"--data", folder.path("data"), "--out", folder.path("tags.jsonl")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(folder.get("tags.jsonl"),
            "{\"user_id\":\"ann\",\"tag_ids\":[7]}\n"
            "{\"user_id\":\"bob\",\"tag_ids\":[3,5,7]}\n"
            "{\"user_id\":\"eve\",\"tag_ids\":[5]}\n"
            "{\"user_id\":\"zed\",\"tag_ids\":[3]}\n");
  EXPECT_THAT(folder.names(), ElementsAre("data", "rules.json", "tags.jsonl"));
}

TEST(Eval, WritesParquetAndCsvOfTheSameTags) {
  const Folder folder;
  put_warehouse(folder);
  const std::string parquet = folder.path("tags.parquet");
  const std::string csv = folder.path("tags.csv");
  folder.put("tags.csv", "what was there before");
  ASSERT_EQ(eval(folder, kRules, {"--data", folder.path("data"), "--out", parquet}).exit_code, 0);
  ASSERT_EQ(eval(folder, kRules, {"--data", folder.path("data"), "--out", csv}).exit_code, 0);
  EXPECT_EQ(read_all(csv), "user_id,tag_ids\nann,[7]\nbob,\"[3,5,7]\"\neve,[5]\nzed,[3]\n");
  const std::string from = " from " + duckdb::quote_text(parquet);
  EXPECT_THAT(query("select typeof(user_id), typeof(tag_ids)" + from + " limit 1"),
              ElementsAre(ElementsAre("VARCHAR", "INTEGER[]")));
  EXPECT_THAT(query("select user_id, tag_ids::varchar" + from),
              ElementsAre(ElementsAre("ann", "[7]"), ElementsAre("bob", "[3, 5, 7]"),
                          ElementsAre("eve", "[5]"), ElementsAre("zed", "[3]")));
  EXPECT_THAT(folder.names(), ElementsAre("data", "rules.json", "tags.csv", "tags.parquet"));
}

TEST(Eval, ReadsSelectsAndOtherPartitions) {
  const Folder folder;
  put_warehouse(folder);
  const std::string users = folder.put("u.csv", "id,age\n007,20\n8,10\n");
  const Outcome outcome =
      run({kProgram, "eval", "--rules", folder.put("r.json", R"json([{"tag_id": 1, "name": "adult",
                                                             "rule": "age >= 18"}])json"),
           "--table", "people=select * from " + duckdb::quote_text(users), "--key", "id", "--as-of",
           "2025-11-22", "--out", folder.path("o.jsonl")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(lines(folder.get("o.jsonl")).front(), HasSubstr("\"tag_ids\":[1]"));

  const Outcome other = eval(folder, R"json([{"tag_id": 1, "name": "a", "rule": "age > 90"}])json",
                             {"--data", folder.path("data/users"), "--dt", "2025-11-21", "--out",
                              folder.path("old.jsonl")});
  EXPECT_EQ(other.exit_code, 0) << other.err;
  EXPECT_EQ(folder.get("old.jsonl"), "{\"user_id\":\"old\",\"tag_ids\":[1]}\n");
}

TEST(Eval, ReadsCsvAndJsonLines) {
  const Folder folder;
  folder.put("u1.csv", "user_id,age\n007,20\n8,\n");
  folder.put("u2.csv", "user_id,age\n\"a,b\",15\n");
  folder.put("o.jsonl", "{\"user_id\":\"8\",\"seen\":\"2025-11-20\"}\n");
  const std::string out = folder.path("t.jsonl");
  const Outcome outcome = eval(folder, R"json([
      {"tag_id": 1, "name": "adult", "rule": "age >= 18"},
      {"tag_id": 2, "name": "lately", "rule": "seen >= today() - 7 days"}])json",
                               {"--table", "users=" + folder.path("u*.csv"), "--table",
                                "orders=" + folder.path("o.jsonl"), "--out", out});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(read_all(out),
            "{\"user_id\":\"007\",\"tag_ids\":[1]}\n{\"user_id\":\"8\",\"tag_ids\":[2]}\n"
            "{\"user_id\":\"a,b\",\"tag_ids\":[]}\n");
  folder.put("u2.csv", "user_id,age\nb,15,oops\n");
  const Outcome broken =
      eval(folder, "[]", {"--table", "users=" + folder.path("u*.csv"), "--out", out});
  EXPECT_EQ(broken.exit_code, 2);
  EXPECT_THAT(error_lines(broken, {"code", "path", "message"}),
              ElementsAre(AllOf(StartsWith("E_DATA_FILE " + folder.path("u2.csv")),
                                HasSubstr("line 2"), HasSubstr("oops"))));
}

TEST(Eval, AReasonLetsNoCellSteerTheTerminal) {
  const Folder folder;
  const std::string users = folder.put("u.csv", "user_id,name\na,\x1b[2Jann\n");
  const Outcome outcome =
      eval(folder, R"([{"tag_id": 1, "name": "x\u001b[2J", "rule": "name is not null"}])",
           {"--table", "t=" + users, "--why", "a"});
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(outcome.out, HasSubstr("\\x1b[2J"));
}

TEST(Eval, AResultTakesThePlaceOfNoInput) {
  const Folder folder;
  put_warehouse(folder);
  const std::string users = folder.put("u.csv", "user_id,age\na,1\n");
  std::filesystem::create_symlink(users, folder.path("link.csv"));
  const std::string rules = R"([{"tag_id": 1, "name": "x", "rule": "age > 0"}])";
  const auto refusal = [&](const std::vector<std::string>& more) {
    const Outcome outcome = eval(folder, rules, more);
    EXPECT_EQ(outcome.exit_code, 2);
    return outcome.err;
  };
  const std::string dotted = folder.path("data/../u.csv");
  for (const std::string& table :
       {"t=" + users, "t=" + folder.path("*.csv"), "t=select user_id, age from '" + users + "'"}) {
    for (const std::string& out : {users, folder.path("link.csv"), dotted}) {
      SCOPED_TRACE(table);
      SCOPED_TRACE(out);
      EXPECT_THAT(refusal({"--table", table, "--out", out}), HasSubstr("is a file of --table"));
    }
  }
  EXPECT_THAT(refusal({"--table", "t=" + folder.path("*.csv"), "--out", folder.path("new.csv")}),
              HasSubstr("is a file of --table"));
  folder.put("rules.jsonl", rules);
  const Outcome own =
      run({kProgram, "eval", "--rules", folder.path("rules.jsonl"), "--table", "t=" + users,
           "--as-of", "2025-11-22", "--out", folder.path("rules.jsonl")});
  EXPECT_THAT(own.err, HasSubstr("is the file of --rules"));
  for (const std::string out : {"data/t.parquet", "data/users/t.parquet", "data/new/t.parquet"}) {
    EXPECT_THAT(refusal({"--data", folder.path("data"), "--out", folder.path(out)}),
                HasSubstr("is inside of --data"));
  }
  EXPECT_EQ(folder.get("u.csv"), "user_id,age\na,1\n");
  EXPECT_EQ(folder.get("rules.jsonl"), rules);
  EXPECT_EQ(eval(folder, rules, {"--table", "t=" + users, "--out", folder.path("o.csv")}).exit_code,
            0);
  for (const std::string out : {"data/t.csv", "data/users/t.jsonl"}) {
    EXPECT_EQ(eval(folder, rules, {"--data", folder.path("data"), "--out", folder.path(out)}).err,
              "");
    EXPECT_NE(folder.get(out), "");
  }
}

TEST(Eval, ARangeThatIsInvertedOnTheDayIsRefused) {
  const Folder folder;
  const std::string users = folder.put("u.csv", "user_id,day\na,2025-11-21\n");
  const std::string rules =
      R"([{"tag_id": 1, "name": "x", "rule": "day not between today() and '2025-11-20'"}])";
  const auto on = [&](const char* day) {
    return run({kProgram, "eval", "--rules", folder.put("r.json", rules), "--table", "u=" + users,
                "--as-of", day, "--out", folder.path("o.csv")});
  };
  const Outcome late = on("2025-11-22");
  EXPECT_EQ(late.exit_code, 2);
  EXPECT_THAT(late.err, AllOf(HasSubstr("E_RANGE_ORDER"), HasSubstr("on 2025-11-22")));
  EXPECT_EQ(on("2025-11-19").exit_code, 0);
  EXPECT_EQ(folder.get("o.csv"), "user_id,tag_ids\na,[1]\n");
}

TEST(Eval, ARefusedRuleWritesNothingAndTellsEveryProblem) {
  const Folder folder;
  put_warehouse(folder);
  folder.put("tags.jsonl", "before");
  const std::string rules = R"json([
    {"tag_id": 1, "name": "good", "rule": "age > 1"},
    {"tag_id": 2, "name": "two", "rule": {"logic": "AND", "conditions": [
       {"field": "agee", "operator": ">", "value": 1, "type": "number"},
       {"field": "age", "operator": "above", "value": 1, "type": "number"}]}},
    {"tag_id": "x", "name": "three", "rule": "age >"},
    {"tag_id": 4, "name": "four", "rule": "has_tag('two')"},
    {"tag_id": 5, "name": "five", "rule": {"conditions": [], "conditions": []}}])json";
  const Outcome outcome =
      eval(folder, rules, {"--data", folder.path("data"), "--out", folder.path("tags.jsonl")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(
      error_lines(outcome, {"tag_id", "code", "path"}),
      ElementsAre("2 E_COLUMN_UNKNOWN /conditions/0/field",
                  "2 E_OPERATOR_UNKNOWN /conditions/1/operator", "x E_TAG_ID /tag_id",
                  "x E_SYNTAX byte 5", "4 E_TAG_REFUSED byte 0", "5 E_DUPLICATE_KEY /conditions"));
  EXPECT_THAT(outcome.err, HasSubstr(R"("hint":"did you mean 'age'?"})"));
  EXPECT_EQ(folder.get("tags.jsonl"), "before");

  const Outcome skipped =
      eval(folder, rules,
           {"--data", folder.path("data"), "--out", folder.path("tags.jsonl"), "--skip-refused"});
  EXPECT_EQ(skipped.exit_code, 0);
  EXPECT_EQ(skipped.err, outcome.err);
  EXPECT_THAT(
      lines(folder.get("tags.jsonl")),
      ElementsAre(R"({"user_id":"ann","tag_ids":[1]})", R"({"user_id":"bob","tag_ids":[1]})",
                  R"({"user_id":"eve","tag_ids":[]})", R"({"user_id":"zed","tag_ids":[]})"));
}

TEST(Eval, ARuleFileThatIsNoListIsRefused) {
  const Folder folder;
  put_warehouse(folder);
  for (const std::string rules : {"", "{}", "[1,]", "not json"}) {
    SCOPED_TRACE(rules);
    const Outcome outcome =
        eval(folder, rules, {"--data", folder.path("data"), "--out", folder.path("t.csv")});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(error_lines(outcome, {"tag_id"}), ElementsAre("null"));
  }
  EXPECT_THAT(folder.names(), ElementsAre("data", "rules.json"));
}

TEST(Eval, BadDataIsOneLineWithItsCode) {
  const Folder folder;
  const auto code_of = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = more;
    all.insert(all.end(), {"--out", folder.path("tags.jsonl")});
    const Outcome outcome = eval(folder, "[]", all);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    const auto codes = error_lines(outcome, {"code", "path", "message", "hint"});
    EXPECT_EQ(codes.size(), 1u) << outcome.err;
    return codes.empty() ? "" : codes.front();
  };
  put_parquet(folder, "old/t/dt=2025-11-20/a.parquet", "select 'a' as user_id");
  EXPECT_THAT(code_of({"--data", folder.path("old")}),
              AllOf(StartsWith("E_DATA_PARTITION "), HasSubstr("2025-11-20")));
  folder.put("empty/t/dt=2025-11-22/_SUCCESS", "");
  EXPECT_THAT(code_of({"--data", folder.path("empty")}), StartsWith("E_DATA_PARTITION "));

  put_parquet(folder, "twice/t/a.parquet", "select unnest(['a', 'b', 'a']) as user_id");
  EXPECT_THAT(code_of({"--data", folder.path("twice")}),
              AllOf(StartsWith("E_DATA_DUPLICATE "), HasSubstr("'t'"), HasSubstr("'a'")));
  put_parquet(folder, "twice_apart/t/a.parquet", "select 'a' as user_id");
  put_parquet(folder, "twice_apart/t/b.parquet", "select 'a' as user_id");
  EXPECT_THAT(code_of({"--data", folder.path("twice_apart")}), StartsWith("E_DATA_DUPLICATE "));

  put_parquet(folder, "keys/ints/a.parquet", "select 1 as user_id");
  put_parquet(folder, "keys/texts/a.parquet", "select '1' as user_id");
  EXPECT_THAT(code_of({"--data", folder.path("keys")}),
              AllOf(StartsWith("E_DATA_KEY "), HasSubstr("'ints'"), HasSubstr("'texts'")));
  put_parquet(folder, "no_key/t/a.parquet", "select 1 as uid");
  EXPECT_THAT(code_of({"--data", folder.path("no_key")}), StartsWith("E_DATA_KEY "));

  put_parquet(folder, "link/t/a.parquet", "select 'a' as user_id");
  std::filesystem::create_symlink("nowhere", folder.path("link/t/b.parquet"));
  EXPECT_THAT(code_of({"--data", folder.path("link")}),
              AllOf(StartsWith("E_DATA_FILE "), HasSubstr("b.parquet")));
  folder.put("broken/t/a.parquet", "this is not Parquet");
  EXPECT_THAT(code_of({"--data", folder.path("broken")}),
              AllOf(StartsWith("E_DATA_FILE "), HasSubstr("a.parquet")));
  put_parquet(folder, "changed/t/a.parquet", "select 'a' as user_id, 1 as x");
  put_parquet(folder, "changed/t/b.parquet", "select 'b' as user_id, 'one' as x");
  EXPECT_THAT(code_of({"--data", folder.path("changed")}),
              AllOf(StartsWith("E_DATA_FILE "), HasSubstr("x")));
  const std::string csv = folder.put("broken.csv", "user_id,x\na,1\nb,2,3\n");
  EXPECT_THAT(code_of({"--table", "t=select * from " + duckdb::quote_text(csv)}),
              AllOf(StartsWith("E_DATA_FILE "), HasSubstr("b,2,3")));
  EXPECT_THAT(code_of({"--data", folder.path("nowhere")}), StartsWith("E_DATA_FILE "));
  EXPECT_THAT(code_of({"--table", "t=selekt 1"}), StartsWith("E_DATA_FILE "));
  EXPECT_THAT(folder.names(), Not(testing::Contains("tags.jsonl")));
}

TEST(Eval, IntegerKeysAreTheirDigits) {
  const Folder folder;
  put_parquet(folder, "data/a/a.parquet",
              "select * from (values (10::bigint, 1), (9, 2), (null, 3)) t(user_id, x)");
  put_parquet(folder, "data/b/a.parquet", "select 9::utinyint as user_id, 5 as y");
  const Outcome outcome =
      eval(folder, R"json([{"tag_id": 1, "name": "n", "rule": "user_id = '9' and y > x"}])json",
           {"--data", folder.path("data"), "--out", folder.path("t.jsonl"), "--summary"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(folder.get("t.jsonl"),
            "{\"user_id\":\"10\",\"tag_ids\":[]}\n{\"user_id\":\"9\",\"tag_ids\":[1]}\n");
  EXPECT_EQ(outcome.out,
            "tag  name  users   share\n  1  n         1  50.0 %\n2 users, 1 of them with a tag\n"
            "table a: 1 rows without a key were skipped\n");
}

// SEMANTICS 23: a cell that gives no value is UNKNOWN in silence, so the summary counts them.
TEST(Eval, TheSummaryCountsCellsThatRulesCannotRead) {
  const Folder folder;
  put_parquet(folder, "data/t/a.parquet",
              "select * from (values ('a', '7', 'nan'::double, 1), ('b', 'n/a', 1, 2), "
              "('c', null, null, 3), (null, '?', 'nan', 4)) t(user_id, age, rate, n)");
  put_parquet(folder, "data/u/a.parquet", "select 'a' as user_id, '?' as worth");
  const Outcome outcome =
      eval(folder, R"json([
      {"tag_id": 1, "name": "x", "rule": "number(age) > 5 and rate > 0.5 and n < 9"},
      {"tag_id": 2, "name": "y", "rule": {"fields": [
        {"table": "u", "field": "worth", "type": "number", "operator": "<", "value": "n"}]}}])json",
           {"--data", folder.path("data"), "--out", folder.path("t.csv"), "--summary"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("column   read as    null  unreadable  NaN\n"
                                     "t.age    number   33.3 %           1    0\n"
                                     "t.rate   double   33.3 %           0    1\n"
                                     "u.worth  number    0.0 %           1    0\n"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("t.n"))) << "all its cells gave a value";
}

TEST(Eval, TextInDataIsOnlyData) {
  const Folder folder;
  const std::string megabyte = "repeat('é', 500000) || '%'";
  put_parquet(folder, "data/t/a.parquet",
              "select * from (values ('a''; drop table t; --', 'x%_\\y'), ('b\n\"c\",d', '😀'), "
              "('m', " +
                  megabyte + "), ('n', '')) v(user_id, s)");
  const Outcome outcome = eval(folder, R"json([
      {"tag_id": 1, "name": "percent", "rule": "contains(s, '%')"},
      {"tag_id": 2, "name": "exact", "rule": {"fields": [{"field": "s", "operator": "=", "value": "x%_\\y"}]}},
      {"tag_id": 3, "name": "emoji", "rule": "starts_with(s, '😀')"},
      {"tag_id": 4, "name": "empty", "rule": "s = ''"},
      {"tag_id": 5, "name": "quote", "rule": "user_id = 'a''; drop table t; --'"}])json",
                               {"--data", folder.path("data"), "--out", folder.path("t.csv")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(folder.get("t.csv"),
            "user_id,tag_ids\na'; drop table t; --,\"[1,2,5]\"\n\"b\n\"\"c\"\",d\",[3]\nm,[1]\n"
            "n,[4]\n");
}

TEST(Eval, UsageErrorsComeWithAHint) {
  const Folder folder;
  put_warehouse(folder);
  const auto usage = [&](const std::vector<std::string>& more) {
    const Outcome outcome = eval(folder, "[]", more);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("hint: "));
    return outcome.err;
  };
  const std::string data = folder.path("data");
  const std::string out = folder.path("t.csv");
  EXPECT_THAT(usage({"--data", data}), HasSubstr("--out is missing"));
  EXPECT_THAT(usage({"--data", data, "--out", folder.path("t.txt")}), HasSubstr(".parquet, .csv"));
  EXPECT_THAT(usage({"--data", data, "--out", folder.path("no/t.csv")}), HasSubstr("no"));
  EXPECT_THAT(usage({"--out", out}), HasSubstr("--data"));
  EXPECT_THAT(usage({"--data", data, "--out", out, "--dt", "2025-02-30"}), HasSubstr("--dt"));
  EXPECT_THAT(usage({"--data", data, "--out", out, "--zone", "Asia/Shangai"}),
              HasSubstr("Asia/Shanghai"));
  EXPECT_THAT(usage({"--data", data, "--out", out, "--search", "userz"}), HasSubstr("users"));
  EXPECT_THAT(usage({"--table", "a.u=select 1 user_id", "--table", "b.u=select 1 user_id", "--out",
                     out, "--search", "u"}),
              AllOf(HasSubstr("table 'u' is in several databases: a.u, b.u"),
                    HasSubstr("write a.u or b.u")));
  EXPECT_THAT(usage({"--data", data, "--out", out, "--skip-refuse"}),
              HasSubstr("did you mean '--skip-refused'?"));
  EXPECT_THAT(usage({"--data", data, "--out", out, "--table", "select 1"}),
              HasSubstr("NAME=SELECT"));
  EXPECT_THAT(usage({"--data", data, "--out", out, "--table", "users=select 'a' as user_id"}),
              HasSubstr("two tables are named 'users'"));
  std::filesystem::create_directory(folder.path("folder.csv"));
  EXPECT_THAT(usage({"--data", data, "--out", folder.path("folder.csv")}), HasSubstr("folder"));
  EXPECT_EQ(run({kProgram, "evil"}).exit_code, 2);
  EXPECT_THAT(run({kProgram, "evall"}).err, HasSubstr("did you mean 'eval'?"));
  EXPECT_EQ(run({kProgram, "eval", "--rules", folder.path("none.json"), "--data", data, "--as-of",
                 "2025-11-22", "--out", out})
                .exit_code,
            2);
  EXPECT_THAT(folder.names(), ElementsAre("data", "folder.csv", "rules.json"));
}

// An option that would change nothing is a mistake of whoever wrote it.
TEST(Eval, OptionsThatDoNotGoTogetherAreRefused) {
  const Folder folder;
  put_warehouse(folder);
  const std::string data = folder.path("data");
  const std::string out = folder.path("t.csv");
  struct Case {
    std::vector<std::string> options;
    std::string message;
  };
  for (const Case& test : {Case{{"--out", out, "--why", "ann"}, "--out excludes --why"},
                           Case{{"--out", out, "--sql", "duckdb"}, "--out excludes --sql"},
                           Case{{"--why", "ann", "--sql", "duckdb"}, "--why excludes --sql"},
                           Case{{"--why", "ann", "--stages"}, "--why excludes --stages"},
                           Case{{"--sql", "duckdb", "--stages"}, "--sql excludes --stages"},
                           Case{{"--stages", "--summary"}, "--summary requires --out"},
                           Case{{"--why", "ann", "--summary"}, "--summary requires --out"},
                           Case{{"--out", out, "--tag", "5"}, "--tag requires --why"},
                           Case{{"--sql", "duckdb", "--json"}, "--json requires --why"},
                           Case{{"--out", out, "--search", ""}, "--search: must not be empty"},
                           Case{{"--stages", "--out", ""}, "--out: must not be empty"},
                           Case{{"--out", out, "columns", data}, " columns\n"}}) {
    SCOPED_TRACE(test.message);
    std::vector<std::string> options = {"--data", data};
    options.insert(options.end(), test.options.begin(), test.options.end());
    const Outcome outcome = eval(folder, kRules, options);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(test.message), HasSubstr("hint")));
  }
  const Outcome day = eval(
      folder, kRules, {"--table", "u=select 'a' as user_id", "--dt", "2025-11-22", "--stages"});
  EXPECT_EQ(day.exit_code, 2);
  EXPECT_THAT(day.err, HasSubstr("--dt: chooses partitions of --data"));
  const Outcome twice = run({kProgram, "columns", data, "--data", data});
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_THAT(twice.err, HasSubstr("excludes"));
  EXPECT_EQ(run({kProgram, "--version", "columns", data}).exit_code, 2);
  EXPECT_THAT(folder.names(), ElementsAre("data", "rules.json"));
}

TEST(Eval, AReaderThatIsGoneIsExitCode1AndLeavesNothing) {
  const Folder folder;
  put_warehouse(folder);
  const std::string out = folder.path("t.csv");
  const Outcome outcome =
      eval(folder, kRules, {"--data", folder.path("data"), "--stages", "--out", out},
           {.reader_of_stdout_is_gone = true});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("cannot write to stdout"));
  EXPECT_THAT(folder.names(), ElementsAre("data", "rules.json"));
}

TEST(Eval, WhatTheWorldRefusesIsExitCode1AndLeavesNothing) {
  const Folder folder;
  put_parquet(folder, "data/t/a.parquet", "select range::varchar as user_id from range(200000)");
  for (const std::string name : {"t.jsonl", "t.csv", "t.parquet"}) {
    SCOPED_TRACE(name);
    const Outcome outcome =
        eval(folder, "[]", {"--data", folder.path("data"), "--out", folder.path(name)},
             {.file_bytes_max = 1 << 16});
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(name));
  }
  EXPECT_THAT(folder.names(), ElementsAre("data", "rules.json"));
}

TEST(Eval, AnInterruptLeavesNothing) {
  const Folder folder;
  // Reading takes seconds: the interrupt meets the scan.
  const Outcome outcome =
      eval(folder, R"json([{"tag_id": 1, "name": "n", "rule": "x > 1"}])json",
           {"--table",
            "t=select range::varchar as user_id, length(sha256(range::varchar)) as x from "
            "range(20000000)",
            "--out", folder.path("t.parquet")},
           {.interrupt_after_ms = 2000});
  EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("interrupted"));
  EXPECT_THAT(folder.names(), ElementsAre("rules.json"));
}

TEST(Eval, ExplainsOneUser) {
  const Folder folder;
  put_warehouse(folder);
  const std::string data = folder.path("data");
  const Outcome text = eval(folder, kRules, {"--data", data, "--why", "ann"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("user 'ann' as of 2025-11-22\n"));
  EXPECT_THAT(text.out, HasSubstr("true    tag 7 young\n"));
  EXPECT_THAT(text.out, HasSubstr("nearest miss: level in ('VIP2', 'VIP3')"));
  const Outcome json =
      eval(folder, kRules, {"--data", data, "--why", "zed", "--tag", "3", "--json"});
  EXPECT_EQ(json.exit_code, 0) << json.err;
  EXPECT_THAT(json.out, StartsWith(R"({"user_id":"zed","as_of":"2025-11-22","tags":[{"tag_id":3)"));
  const Outcome nobody = eval(folder, kRules, {"--data", data, "--why", "no'body"});
  EXPECT_EQ(nobody.exit_code, 2);
  EXPECT_THAT(nobody.err, HasSubstr("no'body"));
  EXPECT_EQ(eval(folder, kRules, {"--data", data, "--why", "ann", "--tag", "4"}).exit_code, 2);
}

TEST(Eval, PrintsTheStages) {
  const Folder folder;
  put_warehouse(folder);
  const Outcome stages = eval(folder, kRules, {"--data", folder.path("data"), "--stages"});
  EXPECT_EQ(stages.exit_code, 0) << stages.err;
  EXPECT_THAT(stages.out, HasSubstr("level in ('VIP2', 'VIP3')"));
  EXPECT_THAT(stages.out, HasSubstr("program\n"));
}

// The rows of the last statement of a script, in a session of its own.
base::Result<std::vector<duckdb::TextRow>> run_script(const std::string& script) {
  const auto opened = TAGSMITH_TRY(duckdb::Database::open());
  std::vector<duckdb::TextRow> rows;
  for (size_t start = 0; start < script.size();) {
    const size_t end = std::min(script.find(";\n", start), script.size());
    std::string statement = script.substr(start, end - start);
    if (statement.starts_with("SET ")) {
      statement.insert(std::string_view("SET ").size(), "GLOBAL ");  // each call is a session
    }
    start = end + 2;
    if (statement.find_first_not_of(" \n") != std::string::npos) {
      rows = TAGSMITH_TRY(opened->query_text(statement));
    }
  }
  return rows;
}

// The script runs statement by statement and gives what the engine gives.
TEST(Eval, TheQueryGivesTheSameTags) {
  const Folder folder;
  put_warehouse(folder);
  const std::string out = folder.path("tags.parquet");
  const std::string data = folder.path("data");
  ASSERT_EQ(eval(folder, kRules, {"--data", data, "--out", out}).exit_code, 0);
  const Outcome sql = eval(folder, kRules, {"--data", data, "--sql", "duckdb"});
  EXPECT_EQ(sql.exit_code, 0) << sql.err;
  EXPECT_THAT(sql.out, HasSubstr("tag 5: vip: level in ('VIP2', 'VIP3')"));
  const auto rows = run_script(sql.out);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(*rows, query("select user_id, tag_ids from " + duckdb::quote_text(out)));
  EXPECT_EQ(rows->size(), 4u);
}

TEST(Eval, NamesTheRuleFileThatIsNoJson) {
  const Folder folder;
  const Outcome outcome = eval(folder, "[{", {"--table", "t=select 'a' user_id", "--stages"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(error_lines(outcome, {"code", "message"}),
              ElementsAre(StartsWith("E_JSON " + folder.path("rules.json") + ": ")));
}

// The zone of whoever runs the query says nothing: the database of this test is in UTC.
TEST(Eval, TheQuerySetsTheZoneOfItsSelects) {
  const Folder folder;
  const std::string out = folder.path("tags.parquet");
  const std::string rules = R"([{"tag_id": 5, "name": "day", "rule": "day = '2025-11-22'"}])";
  const std::string table =
      "t=select 'ann' as user_id, max(m)::date as day from (values (timestamptz '2025-11-21 "
      "20:00:00Z')) v(m)";
  const std::vector<std::string> options = {"--table", table, "--zone", "Asia/Shanghai"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), options.begin(), options.end());
    return eval(folder, rules, more);
  };
  ASSERT_EQ(with({"--out", out}).exit_code, 0);
  EXPECT_EQ(query("select tag_ids from " + duckdb::quote_text(out)).front().front(), "[5]");
  const Outcome sql = with({"--sql", "duckdb"});
  EXPECT_THAT(sql.out, StartsWith("SET TimeZone = 'Asia/Shanghai';\n"));
  const auto rows = run_script(sql.out);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(*rows, query("select user_id, tag_ids from " + duckdb::quote_text(out)));
}

TEST(Eval, TheQueryFailsWhereAUserStandsTwice) {
  const Folder folder;
  put_parquet(folder, "u.parquet", "select unnest(['ann', 'bob', 'bob']) as user_id, 1 as n");
  const std::vector<std::string> table = {"--table", "shop.u=" + folder.path("u.parquet")};
  const std::string rules = R"([{"tag_id": 5, "name": "one", "rule": "n = 1"}])";
  const Outcome sql = eval(folder, rules, {"--table", table[1], "--sql", "duckdb"});
  EXPECT_EQ(sql.exit_code, 0) << sql.err;
  const auto rows = run_script(sql.out);
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error().message,
              HasSubstr("E_DATA_DUPLICATE: table shop.u has more than one row of bob"));
}

TEST(Columns, ShowsWhatTheTablesHold) {
  const Folder folder;
  put_warehouse(folder);
  const Outcome text = run({kProgram, "columns", folder.path("data"), "--only", "users"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("users: 3 rows\n"));
  EXPECT_THAT(text.out, HasSubstr("33.3 %"));
  const Outcome json = run({kProgram, "columns", "--data", folder.path("data"), "--json"});
  ASSERT_EQ(lines(json.out).size(), 2u);
  EXPECT_TRUE(base::parse_json(lines(json.out)[0]));
  EXPECT_EQ(run({kProgram, "columns", folder.path("data"), "--only", "user"}).exit_code, 2);
}

TEST(Columns, ShowsTheKeyAndSaysWhatNoRuleCanRead) {
  const Folder folder;
  const std::vector<std::string> command{
      kProgram, "columns", "--table",
      "t=select * from (values (7, {'x': 1}, 'nan'::double), (null, null, 1)) v(user_id, s, d)"};
  const Outcome text = run(command);
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("t: 1 rows\n"));
  EXPECT_THAT(text.out, HasSubstr("int, the key"));
  EXPECT_THAT(text.out, HasSubstr("-         -  no rule can read this type\n"));
  EXPECT_THAT(text.out, HasSubstr("(1 NaN)\n"));
  std::vector<std::string> with_json = command;
  with_json.emplace_back("--json");
  EXPECT_THAT(run(with_json).out,
              AllOf(HasSubstr(R"("key":true,"usable":true,"rows":2,"nulls":1,"distinct":1,)"),
                    HasSubstr(R"("usable":false,"rows":1,"nulls":null,"distinct":null,)"),
                    HasSubstr(R"("unreadable":0,"nans":1,)")));
}

TEST(Generate, MakesAFolderWholeOrNotAtAll) {
  const Folder folder;
  const std::string out = folder.path("warehouse");
  const auto generate = [&](const std::string& users, const RunOptions& options = {}) {
    return run({kProgram, "generate", "--users", users, "--out", out}, options);
  };
  // Some tables fit below the limit, some do not.
  const Outcome full = generate("20000", {.file_bytes_max = 200'000});
  EXPECT_EQ(full.exit_code, 1) << full.err;
  EXPECT_THAT(folder.names(), ElementsAre());
  const Outcome interrupted = generate("20000000", {.interrupt_after_ms = 1000});
  EXPECT_EQ(interrupted.exit_code, 130) << interrupted.err;
  EXPECT_THAT(folder.names(), ElementsAre());

  EXPECT_EQ(generate("10").exit_code, 0);
  EXPECT_THAT(folder.names("warehouse"), ElementsAre("v1", "v2", "v2_typed"));
  const Outcome again = generate("10");
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("is there already, and not empty"));
  EXPECT_THAT(folder.names(), ElementsAre("warehouse"));
  const std::string long_name = folder.path(std::string(300, 'x'));
  const Outcome too_long = run({kProgram, "generate", "--users", "1", "--out", long_name});
  EXPECT_EQ(too_long.exit_code, 2);  // an error, not an exception
  EXPECT_THAT(too_long.err, HasSubstr("File name too long"));
}

TEST(Program, SaysWhatItIs) {
  const Outcome version = run({kProgram, "--version"});
  EXPECT_EQ(version.exit_code, 0) << version.err;
  EXPECT_THAT(version.out, AllOf(StartsWith("tagsmith "), HasSubstr("DuckDB v1.5.5")));
  EXPECT_EQ(run({kProgram, "--help"}).exit_code, 0);
  EXPECT_THAT(run({kProgram, "eval", "--help"}).out, HasSubstr("Examples:"));
  EXPECT_EQ(run({kProgram}).exit_code, 2);
}

}  // namespace
}  // namespace tagsmith
