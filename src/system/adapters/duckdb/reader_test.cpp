#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/duckdb/scan_test.h"

namespace tagsmith::duckdb {
namespace {

using base::ErrorCode;
using column::TypeKind;
using dataset::TableSource;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

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
    EXPECT_EQ(error.message, fmt::format("column 'n' is in {} and not in {}", a, b));
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
    const auto profiles = reader()->profile({.source = each, .samples_max = 2});
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
      {.source = select_source(
           "SELECT * FROM (VALUES (1, 'nan'::DOUBLE, 'infinity'::DATE, "
           "100000000000000000000000000000000000000::HUGEINT, 1.5), (2, 'nan', NULL, 5, "
           "2.5), (3, 1, '2025-01-01', NULL, NULL)) t(user_id, d, day, wide, e)"),
       .samples_max = 1});
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

TEST(Reader, ProfilesTheKeyAndTheColumnsThatAreAskedFor) {
  const TableSource source =
      select_source("SELECT * FROM (VALUES ('a', 1, 2), ('a', 3, 4)) t(user_id, x, y)");
  const auto profiles =
      reader()->profile({.source = source, .samples_max = 0, .columns = {{"y"}}}).value();
  ASSERT_THAT(profiles, SizeIs(2));
  EXPECT_EQ(profiles[0].distinct, 1u);
  EXPECT_EQ(profiles[1].name, "y");
  EXPECT_THAT(
      reader()->profile({.source = source, .columns = {std::vector<std::string>()}}).value(),
      SizeIs(1));
}

TEST(Reader, GivesTheColumnsOfATableWhoseKeyNobodyKnows) {
  const Folder folder;
  folder.put("a.csv", "id,customer,day\n7,ann,2025-11-22\n");
  TableSource source = csv_source({folder.path("a.csv")});
  source.hidden = {"day"};
  std::vector<std::string> columns;
  const std::vector<column::Column> found = reader()->columns(source).value();
  for (const column::Column& column : found) {
    columns.push_back(column.name + " " + column::to_string(column.type));
  }
  EXPECT_THAT(columns, ElementsAre("id int", "customer text"));
  source.files = {folder.path("none.csv")};
  EXPECT_EQ(reader()->columns(source).error().code, ErrorCode::kNotFound);
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

}  // namespace
}  // namespace tagsmith::duckdb
