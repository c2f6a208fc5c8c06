#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "adapters/duckdb/parquet_writer.h"
#include "adapters/duckdb/scan_test.h"

namespace tagsmith::duckdb {
namespace {

using base::ErrorCode;
using testing::IsEmpty;

TEST(ParquetWriter, WritesWhatItWasGivenInThatOrder) {
  const Folder folder;
  const std::string path = folder.path("it's.parquet");
  {
    const auto writer = make_parquet_writer(path).value();
    for (int i = 0; i < 300000; ++i) {
      std::vector<std::int32_t> tags;
      for (int tag = 1; tag <= i % 4; ++tag) {
        tags.push_back(i + tag);
      }
      const std::string number = std::to_string(i);
      ASSERT_TRUE(writer->append("u" + std::string(6 - number.size(), '0') + number, tags));
    }
    const base::Status finished = writer->finish();
    ASSERT_TRUE(finished) << finished.error().message;
  }
  const auto database = Database::open().value();
  const std::string from = " FROM read_parquet(" + quote_text(path) + ", file_row_number = true)";
  EXPECT_EQ(database->query_text("DESCRIBE SELECT * FROM " + quote_text(path)).value(),
            (std::vector<TextRow>{{"user_id", "VARCHAR", "YES", {}, {}, {}},
                                  {"tag_ids", "INTEGER[]", "YES", {}, {}, {}}}));
  EXPECT_EQ(database
                ->query_text("SELECT count(*), count(*) FILTER (user_id = 'u' || "
                             "lpad(file_row_number::VARCHAR, 6, '0') AND tag_ids = list_transform("
                             "range(1, file_row_number % 4 + 1), lambda t: file_row_number + t))" +
                             from)
                .value(),
            (std::vector<TextRow>{{"300000", "300000"}}));
}

TEST(ParquetWriter, WritesAnEmptyFile) {
  const Folder folder;
  const auto writer = make_parquet_writer(folder.path("x.parquet")).value();
  ASSERT_TRUE(writer->finish());
  EXPECT_THAT(scan(parquet_source({folder.path("x.parquet")}), {"tag_ids"}), IsEmpty());
}

TEST(ParquetWriter, RemovesWhatWasNotFinished) {
  const Folder folder;
  const std::string path = folder.path("x.parquet");
  {
    const auto writer = make_parquet_writer(path).value();
    for (int i = 0; i < 10000; ++i) {
      ASSERT_TRUE(writer->append("u", {}));
    }
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ParquetWriter, SaysThatTheDiskIsFull) {
  const auto writer = make_parquet_writer("/dev/full").value();
  base::Status status;
  for (int i = 0; i < 1000000 && status; ++i) {
    status = writer->append("user number " + std::to_string(i), std::vector{i, i + 1});
  }
  if (status) {
    status = writer->finish();
  }
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable) << status.error().message;
  EXPECT_EQ(status.error().path, "/dev/full");
}

}  // namespace
}  // namespace tagsmith::duckdb
