#include "dataset/discover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "scratch/folder.h"

namespace tagsmith::dataset {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;

// A data folder with empty files at the given paths.
class DataFolder : public scratch::Folder {
 public:
  explicit DataFolder(const std::vector<std::string>& files) {
    for (const std::string& file : files) {
      put(file, "");
    }
  }

  // The tables found: "name: files below the folder", or the error as "symbol: message".
  [[nodiscard]] std::vector<std::string> tables(const std::string& day,
                                                const std::string& below = "") const {
    const auto found = discover(path() + below, {.day = day});
    if (!found) {
      return {found.error().symbol + ": " + found.error().message};
    }
    std::vector<std::string> out;
    for (const TableSource& source : *found) {
      std::string text = full_name(source) + ":";
      for (const std::string& file : source.files) {
        text += " " + file.substr(path().size() + 1);
      }
      out.push_back(text + (source.hidden.empty() ? "" : " (dt)"));
    }
    return out;
  }
};

TEST(Discover, FindsTablesAndDatabasesAndNothingDeeper) {
  const DataFolder folder({"plain/b.parquet", "plain/a.parquet", "plain/readme.txt",
                           "daily/dt=2025-11-22/p.parquet", "daily/dt=2025-11-21/old.parquet",
                           "dwd/orders/dt=2025-11-22/o.parquet", "dwd/loose/x.parquet",
                           "dwd/deeper/still/x.parquet", "empty/readme.md", "notes.txt"});
  EXPECT_THAT(
      folder.tables("2025-11-22"),
      ElementsAre("daily: daily/dt=2025-11-22/p.parquet (dt)", "dwd.loose: dwd/loose/x.parquet",
                  "dwd.orders: dwd/orders/dt=2025-11-22/o.parquet (dt)",
                  "plain: plain/a.parquet plain/b.parquet"));
}

TEST(Discover, IgnoresNamesThatStartWithAPointOrAnUnderscore) {
  const DataFolder folder({"t/dt=2025-11-22/p.parquet", "t/dt=2025-11-22/_SUCCESS",
                           "t/dt=2025-11-22/.p.parquet", "t/dt=2025-11-22/_p.parquet",
                           "_temporary/x.parquet", ".hidden/x.parquet"});
  EXPECT_THAT(folder.tables("2025-11-22"), ElementsAre("t: t/dt=2025-11-22/p.parquet (dt)"));
}

TEST(Discover, AFolderThatIsATableIsTheOneTable) {
  const DataFolder folder({"daily/dt=2025-11-22/p.parquet", "plain/a.parquet"});
  EXPECT_THAT(folder.tables("2025-11-22", "/daily"),
              ElementsAre("daily: daily/dt=2025-11-22/p.parquet (dt)"));
  EXPECT_THAT(folder.tables("2025-11-22", "/plain/"), ElementsAre("plain: plain/a.parquet"));
}

// Whichever of the two were read, the other would be lost without a word.
TEST(Discover, DataOfTwoKindsInOneFolderIsRefusedAndBothAreNamed) {
  struct Case {
    std::vector<std::string> files;
    std::string below;  // the folder that is given
    std::string refused;
    std::vector<std::string> named;
  };
  for (const Case& test :
       {Case{{"t/dt=2025-11-22/p.parquet", "t/loose.parquet"},
             "",
             "/t",
             {"/t/dt=2025-11-22/p.parquet", "/t/loose.parquet"}},
        Case{{"t/dt=2025-11-22/p.parquet", "t/loose.parquet"},
             "/t",
             "/t",
             {"/t/dt=2025-11-22/p.parquet", "/t/loose.parquet"}},
        Case{{"t/a.parquet", "result.parquet"}, "", "", {"/t/a.parquet", "/result.parquet"}},
        Case{{"d/t/a.parquet", "x.parquet"}, "", "", {"/d/t/a.parquet", "/x.parquet"}},
        Case{{"d/t/a.parquet", "d/x.parquet"}, "", "/d", {"/d/t/a.parquet", "/d/x.parquet"}},
        Case{{"d/t/dt=2025-11-22/p.parquet", "d/x.parquet"},
             "",
             "/d",
             {"/d/t/dt=2025-11-22", "/d/x.parquet"}},
        Case{{"t/dt=2025-11-22/p.parquet", "t/backup/x.parquet"},
             "/t",
             "/t",
             {"/t/dt=2025-11-22/p.parquet", "/t/backup/x.parquet"}},
        Case{{"t/dt=2025-11-22/p.parquet", "t/dt=2025-11-22/hour=01/q.parquet"},
             "",
             "/t/dt=2025-11-22",
             {"/t/dt=2025-11-22/p.parquet", "/t/dt=2025-11-22/hour=01/q.parquet"}}}) {
    SCOPED_TRACE(testing::PrintToString(test.files) + " in " + test.below);
    const DataFolder folder(test.files);
    const auto found = discover(folder.path() + test.below, {.day = "2025-11-22"});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().symbol, "E_DATA_FILE");
    EXPECT_EQ(found.error().path, folder.path() + test.refused);
    for (const std::string& path : test.named) {
      EXPECT_THAT(found.error().message, HasSubstr(folder.path() + path));
    }
    EXPECT_THAT(found.error().hint, HasSubstr("move the files"));
  }
}

TEST(Discover, OnlyTheNamedPartitionOfAPartitionedTableIsRead) {
  const DataFolder folder({"t/dt=2025-11-22/p.parquet", "t/dt=2025-11-23/p.parquet",
                           "t/_old/x.parquet", "t/notes/readme.md", "t/schema.json"});
  EXPECT_THAT(folder.tables("2025-11-22"), ElementsAre("t: t/dt=2025-11-22/p.parquet (dt)"));
}

TEST(Discover, WithoutADayTheNewestPartitionIsRead) {
  const DataFolder folder(
      {"t/dt=2025-11-22/p.parquet", "t/dt=2025-02-01/p.parquet", "t/dt=later/p.parquet"});
  EXPECT_THAT(folder.tables(""), ElementsAre("t: t/dt=2025-11-22/p.parquet (dt)"));
}

// Only what can be read is worth naming: a day, with files in it.
TEST(Discover, AMissingPartitionIsAnErrorThatNamesReadableOnesTheNearestFirst) {
  const DataFolder folder({"t/dt=2025-11-30/_SUCCESS", "t/dt=2025-11-22/p.parquet",
                           "t/dt=2025-11-19/p.parquet", "t/dt=2025-11-21/notes.txt",
                           "t/dt=2025-11-28/p.parquet", "t/dt=2024-01-01/p.parquet",
                           "t/dt=later/p.parquet"});
  const auto missing = discover(folder.path(), {.day = "2025-11-24"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().symbol, "E_DATA_PARTITION");
  EXPECT_EQ(missing.error().path, folder.path() + "/t/dt=2025-11-24");
  EXPECT_EQ(missing.error().message,
            "table 't': there is no partition dt=2025-11-24; the newest partition with files is "
            "dt=2025-11-28");
  EXPECT_EQ(missing.error().hint,
            "wait until the partition is written, or name another with --dt; the nearest: "
            "dt=2025-11-22, dt=2025-11-28, dt=2025-11-19");
  for (const std::string_view day : {"2025-11-30", ""}) {
    SCOPED_TRACE(day);
    const auto empty = discover(folder.path(), {.day = std::string(day)});
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().message,
              "table 't': partition dt=2025-11-30 holds no *.parquet file; the newest partition "
              "with files is dt=2025-11-28");
    EXPECT_EQ(empty.error().path, folder.path() + "/t/dt=2025-11-30");
    EXPECT_THAT(empty.error().hint, HasSubstr("the nearest: dt=2025-11-28, dt=2025-11-22"));
  }
}

TEST(Discover, WhereNoPartitionCanBeReadNoneIsNamed) {
  const DataFolder folder({"t/dt=2025-11-30/_SUCCESS", "t/dt=later/p.parquet"});
  const auto missing = discover(folder.path(), {.day = "2025-11-24"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "table 't': there is no partition dt=2025-11-24; no partition of a day holds a "
            "*.parquet file");
  EXPECT_EQ(missing.error().hint, "wait until the partition is written");
}

TEST(Discover, AFolderWithoutTablesIsAnError) {
  const DataFolder folder({"notes.txt", "a/b/c/d.parquet"});
  EXPECT_THAT(folder.tables("2025-11-22"), ElementsAre(HasSubstr("E_DATA_FILE: no table in ")));
  EXPECT_THAT(folder.tables("2025-11-22", "/none"), ElementsAre(HasSubstr("E_DATA_FILE: ")));
  EXPECT_THAT(folder.tables("2025-11-22", "/notes.txt"), ElementsAre(HasSubstr("E_DATA_FILE: ")));
}

TEST(Discover, ADefinitionIsANameAndASelect) {
  const TableSource table =
      table_of_definition(" shop.orders = select a = 1 from 'x.csv' ", {.key = "id"}).value();
  EXPECT_EQ(full_name(table), "shop.orders");
  EXPECT_EQ(table.database, "shop");
  EXPECT_EQ(table.select, "select a = 1 from 'x.csv'");
  EXPECT_EQ(table.key, "id");
  for (const std::string_view wrong :
       {"", "orders", "orders=", "=select 1", "a b=select 1", ".t=select 1", "d.=select 1",
        "a.b.c=select 1", "1t=select 1"}) {
    SCOPED_TRACE(wrong);
    const auto result = table_of_definition(wrong, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(Discover, WithoutADayAPartitionThatIsNamedAfterNoneIsRefused) {
  const DataFolder folder({"t/dt=20251122/p.parquet"});
  EXPECT_THAT(folder.tables(""), ElementsAre(HasSubstr("E_DATA_PARTITION: table 't': partition "
                                                       "dt=20251122 is named after no day")));
}

TEST(Discover, ALinkToATableGivesItItsName) {
  const DataFolder folder({"t/p.parquet"});
  std::filesystem::create_directory_symlink(folder.path("t"), folder.path("lnk"));
  for (const char* below : {"/lnk", "/lnk//", "/t/../lnk"}) {
    const auto found = discover(folder.path() + below, {});
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->front().name, "lnk");
  }
  EXPECT_EQ(discover(folder.path("lnk/."), {}).value().front().name, "t");
}

TEST(Discover, ASelectMayEndInTheNameOfAFile) {
  for (const char* select :
       {"select * from u.csv", "FROM\nu.csv", "with t as (select 1) from t.jsonl"}) {
    const TableSource source = table_of_definition(std::string("t=") + select, {}).value();
    EXPECT_EQ(source.format, TableSource::Format::kSelect);
    EXPECT_EQ(source.select, select);
  }
  const DataFolder folder({"from here.csv"});
  EXPECT_EQ(table_of_definition("t=" + folder.path("from here.csv"), {}).value().format,
            TableSource::Format::kCsv);
}

TEST(Discover, FilesWithoutAFolderAreTheirOwnPlace) {
  EXPECT_EQ(place_of({.name = "t", .files = {"u.csv"}}), "u.csv");
  EXPECT_EQ(place_of({.name = "t", .files = {"u.csv", "v.csv"}}), "u.csv, v.csv");
  EXPECT_EQ(place_of({.name = "t", .files = {"p/u.csv", "p/v.csv"}}), "p");
}

TEST(Discover, ADefinitionMayNameFiles) {
  const DataFolder folder({"a b.csv", "c.csv", "d.jsonl", "e.ndjson", "f.tsv"});
  const TableSource csv = table_of_definition("t=" + folder.path() + "/*.csv", {}).value();
  EXPECT_EQ(csv.format, TableSource::Format::kCsv);
  EXPECT_THAT(csv.files, ElementsAre(folder.path() + "/a b.csv", folder.path() + "/c.csv"));
  const TableSource lines = table_of_definition("t=" + folder.path() + "/d.jsonl", {}).value();
  EXPECT_EQ(lines.format, TableSource::Format::kJsonLines);
  EXPECT_EQ(table_of_definition("t=" + folder.path() + "/e.ndjson", {}).value().format,
            TableSource::Format::kJsonLines);
  EXPECT_EQ(table_of_definition("t=" + folder.path() + "/f.tsv", {}).value().format,
            TableSource::Format::kTsv);
  EXPECT_EQ(table_of_definition("t=select * from 'x.parquet'", {}).value().format,
            TableSource::Format::kSelect);
  EXPECT_EQ(table_of_definition("t=from'x.csv'", {}).value().format, TableSource::Format::kSelect);
  for (const char* none : {"/*.parquet", "/e.csv", "/nowhere/*.jsonl", "/c.tsv", "/c.txt", "/c"}) {
    SCOPED_TRACE(none);
    const auto table = table_of_definition("t=" + folder.path() + none, {});
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().symbol, "E_DATA_FILE");
    EXPECT_EQ(table.error().path, folder.path() + none);
    EXPECT_NE(table.error().hint, "");
  }
}

}  // namespace
}  // namespace tagsmith::dataset
