#include "dataset/survey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/day_format.h"
#include "scratch/folder.h"

namespace tagsmith::dataset {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What is found in a folder of empty files: "name: path (format of the days) newest files".
class Files : public scratch::Folder {
 public:
  explicit Files(const std::vector<std::string>& files) {
    for (const std::string& file : files) {
      put(file, "");
    }
  }

  [[nodiscard]] std::vector<std::string> tables(bool same_columns = true) const {
    const auto found =
        survey(path(), [&](const SurveyedTable&) { return base::Result<bool>(same_columns); });
    if (!found) {
      return {found.error().symbol};
    }
    std::vector<std::string> out;
    for (const SurveyedTable& table : found->tables) {
      const std::string name =
          table.database.empty() ? table.name : table.database + "/" + table.name;
      std::string text = name + ": " + below(table.path);
      if (table.days) {
        text += " (" + table.days->column + " " + table.days->format +
                (table.days->is_marked ? " marked)" : ")");
      }
      for (const std::string& file : table.newest) {
        text += " " + below(file);
      }
      out.push_back(text);
    }
    return out;
  }

  [[nodiscard]] std::vector<std::string> passed_over() const {
    const Survey found =
        survey(path(), [](const SurveyedTable&) { return base::Result<bool>(true); }).value();
    std::vector<std::string> out;
    for (const std::string& text : found.passed_over) {
      out.push_back(below(text));
    }
    return out;
  }

 private:
  [[nodiscard]] std::string below(const std::string& whole) const {
    return whole.starts_with(path() + "/") ? whole.substr(path().size() + 1) : whole;
  }
};

TEST(Survey, FilesFoldersAndPartitionsAreTables) {
  const Files files({"users.csv", "notes.md", ".hidden.csv", "_tmp/x.csv", "parts/p-0.parquet",
                     "parts/p-1.parquet", "days/ds=20251121/a.parquet",
                     "days/ds=20251122/a.parquet", "shop/orders/o.jsonl", "shop/orders/p.jsonl"});
  EXPECT_THAT(files.tables(), ElementsAre("days: days (ds %Y%m%d) days/ds=20251122/a.parquet",
                                          "parts: parts parts/p-0.parquet parts/p-1.parquet",
                                          "users: users.csv "
                                          "users.csv",
                                          "shop/orders: shop/orders/*.jsonl shop/orders/o.jsonl "
                                          "shop/orders/p.jsonl"));
  EXPECT_THAT(files.passed_over(), ElementsAre("notes.md: no kind of file that is read"));
}

TEST(Survey, FilesOfOneFolderWithOtherColumnsAreTablesEach) {
  const Files files({"shop/a.csv", "shop/b.csv", "c_1.csv", "c_2.csv"});
  EXPECT_THAT(files.tables(/*same_columns=*/true),
              ElementsAre("c: c_*.csv c_1.csv c_2.csv", "shop: shop/*.csv shop/a.csv shop/b.csv"));
  EXPECT_THAT(files.tables(/*same_columns=*/false),
              ElementsAre("c_1: c_1.csv c_1.csv", "c_2: c_2.csv c_2.csv",
                          "shop/a: shop/a.csv shop/a.csv", "shop/b: shop/b.csv shop/b.csv"));
}

TEST(Survey, ADayThatIsMarkedIsNewerThanAnyThatIsNot) {
  EXPECT_THAT(Files({"t/dt=2025-11-21/a.csv", "t/dt=2025-11-21/_SUCCESS", "t/dt=2025-11-22/a.csv"})
                  .tables(),
              ElementsAre("t: t (dt %Y-%m-%d marked) t/dt=2025-11-21/a.csv"));
  EXPECT_THAT(Files({"t/dt=2025-11-21/a.csv", "t/dt=2025-11-22/.a.csv"}).tables(),
              ElementsAre("t: t (dt %Y-%m-%d) t/dt=2025-11-21/a.csv"));
}

TEST(Survey, FoldersThatAreNoDaysAreReadTogetherAndPartsOfADayAlone) {
  EXPECT_THAT(Files({"t/land=de/a.csv", "t/land=fr/b.csv"}).tables(),
              ElementsAre("t: t/**/*.csv t/land=de/a.csv t/land=fr/b.csv"));
  EXPECT_THAT(Files({"t/year=2025/month=9/a.csv", "t/year=2025/month=10/a.csv",
                     "t/year=2024/month=12/a.csv"})
                  .tables(),
              ElementsAre("t: t/year=2025/month=10/**/*.csv t/year=2025/month=10/a.csv"));
  EXPECT_THAT(Files({"t/dt=2025-11-31/a.csv"}).tables(),
              ElementsAre("t: t/**/*.csv t/dt=2025-11-31/a.csv"))
      << "no day of the calendar";
}

TEST(Survey, NamesThatLookLikePatternsStandForThemselves) {
  EXPECT_THAT(Files({"[x]/a.csv", "[x]/b.csv", "a*.csv"}).tables(),
              ElementsAre("[x]: \\[x]/*.csv [x]/a.csv [x]/b.csv", "a*: a*.csv a*.csv"));
}

TEST(Survey, AFolderNamedAsAFileIsOneTable) {
  EXPECT_THAT(Files({"users.parquet/part-0.parquet"}).tables(),
              ElementsAre("users: users.parquet/*.parquet users.parquet/part-0.parquet"));
}

TEST(Survey, NothingToReadIsAnError) {
  EXPECT_THAT(Files({"a.txt"}).tables(), ElementsAre("E_DATA_FILE"));
  const auto missing =
      survey("/no/such", [](const SurveyedTable&) { return base::Result<bool>(true); });
  EXPECT_EQ(missing.error().symbol, "E_DATA_FILE");
  EXPECT_THAT(missing.error().message, HasSubstr("/no/such"));
}

TEST(DayFormat, ReadsDaysOfTheCalendarAndWritesThem) {
  EXPECT_EQ(day_of_text("%Y%m%d", "20251122"), "2025-11-22");
  EXPECT_EQ(day_of_text("%d.%m.%Y", "22.11.2025"), "2025-11-22");
  EXPECT_EQ(text_of_day("%d.%m.%Y", "2025-11-22"), "22.11.2025");
  for (const std::string_view text :
       {"2025112", "202511221", "20251131", "2025-11-22", "2025112x", ""}) {
    EXPECT_EQ(day_of_text("%Y%m%d", text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tagsmith::dataset
