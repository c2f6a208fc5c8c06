#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "adapters/duckdb/parquet_writer.h"
#include "adapters/duckdb/scan_test.h"
#include "base/interrupt.h"
#include "column/days.h"
#include "column/decimal.h"

namespace tagsmith::duckdb {
namespace {

using base::ErrorCode;
using column::TypeKind;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Database, MakesTablesWithExactlyTheCellsGiven) {
  using column::ColumnData;
  using column::TextList;
  ColumnData key({.kind = TypeKind::kText});
  ColumnData integer({.kind = TypeKind::kInt});
  ColumnData wide({.kind = TypeKind::kDecimal, .precision = 38, .scale = 0});
  ColumnData small({.kind = TypeKind::kDecimal, .precision = 4, .scale = 2});
  ColumnData real({.kind = TypeKind::kDouble});
  ColumnData single({.kind = TypeKind::kFloat});
  ColumnData flag({.kind = TypeKind::kBoolean});
  ColumnData day({.kind = TypeKind::kDate});
  ColumnData time({.kind = TypeKind::kTimestamp});
  ColumnData list({.kind = TypeKind::kTextList});
  constexpr int kRows = 5000;  // several chunks
  for (int i = 0; i < kRows; ++i) {
    key.append("u" + std::to_string(i));
    integer.append(std::numeric_limits<std::int64_t>::min() + i);
    wide.append(i == 4321 ? column::kUnreadableDecimal : column::Int128{i});
    small.append(column::Int128{-1});
    real.append(i % 2 == 0 ? -0.0 : std::numeric_limits<double>::infinity());
    single.append(std::numeric_limits<float>::quiet_NaN());
    flag.append(i % 2 == 0);
    day.append(column::days_from_civil(2024, 2, 29).value());
    time.append(std::int64_t{-1});
    list.append(TextList{"e" + std::to_string(i), std::nullopt});
  }
  for (ColumnData* column : {&integer, &wide, &small, &real, &single, &flag, &day, &time, &list}) {
    column->append({});
  }
  key.append(std::string("n\0l", 3));
  const auto database = Database::open().value();
  const std::vector<TableColumn> columns{{"user_id", key.view()}, {"i", integer.view()},
                                         {"wide", wide.view()},   {"small", small.view()},
                                         {"r", real.view()},      {"f", single.view()},
                                         {"b", flag.view()},      {"d", day.view()},
                                         {"t", time.view()},      {"l \"q\"", list.view()}};
  const base::Status made = database->create_table("odd \"name'", columns);
  ASSERT_TRUE(made) << made.error().message;

  EXPECT_EQ(
      database->query_text("SELECT * FROM \"odd \"\"name'\" WHERE user_id = 'u4321'").value(),
      (std::vector<TextRow>{
          {"u4321", "-9223372036854771487", "100000000000000000000000000000000000000", "-0.01",
           "inf", "nan", "false", "2024-02-29", "1969-12-31 23:59:59.999999", "[e4321, NULL]"}}));
  EXPECT_EQ(database->query_text("SELECT * FROM \"odd \"\"name'\" WHERE i IS NULL").value(),
            (std::vector<TextRow>{{std::string("n\0l", 3), {}, {}, {}, {}, {}, {}, {}, {}, {}}}));
  EXPECT_EQ(database->query_text("SELECT r, count(*) FROM \"odd \"\"name'\" GROUP BY r ORDER BY 2")
                .value(),
            (std::vector<TextRow>{{{}, "1"}, {"-0.0", "2500"}, {"inf", "2500"}}));
}

TEST(Database, Opens) {
  const auto database = Database::open();
  EXPECT_TRUE(database) << database.error().message;
}

TEST(Database, ReportsWhatIsWrongWithAStatement) {
  const auto database = Database::open().value();
  EXPECT_EQ(database->query_text("SELEC 1").error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(database->query_text("SELECT nothing").error().message, HasSubstr("nothing"));
  EXPECT_THAT(database->query_text("SET threads = 1").error().message, HasSubstr("locked"));
}

TEST(Database, SaysThatMemoryDoesNotSuffice) {
  const auto database = Database::open({.threads = 1, .memory_limit = "50MB"}).value();
  const auto rows = database->query_text(
      "SELECT list(i || 'a text that takes memory') FROM range(10000000) t(i)");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kUnavailable);
}

// The folder for temporary files is everybody's: a name that can be guessed could be taken, or be a
// link to somewhere else.
TEST(Database, SpillsIntoAFolderThatNobodyElseCanEnterOrGuess) {
  const Folder folder;
  const auto entries = [&] {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path(""))) {
      paths.push_back(entry.path());
    }
    return paths;
  };
  const DatabaseOptions options{
      .threads = 1, .memory_limit = "60MB", .spill_parent = folder.path("")};
  {
    const auto database = Database::open(options).value();
    const auto another = Database::open(options).value();
    ASSERT_THAT(entries(), SizeIs(2));
    const std::string configured =
        *database->query_text("SELECT current_setting('temp_directory')").value()[0][0];
    EXPECT_THAT(entries(), testing::Contains(std::filesystem::path(configured)));
    EXPECT_THAT(configured, testing::Not(HasSubstr(std::to_string(getpid()))));
    EXPECT_EQ(std::filesystem::status(configured).permissions(), std::filesystem::perms::owner_all);
    const base::Status sorted = database->query_text(
                                    "CREATE TABLE big AS SELECT i, hash(i) h FROM "
                                    "range(8000000) t(i) ORDER BY h")
                                    ? base::Status()
                                    : base::internal_error("no room");
    EXPECT_TRUE(sorted);
    EXPECT_FALSE(std::filesystem::is_empty(configured)) << "nothing was spilt";
  }
  EXPECT_THAT(entries(), IsEmpty());
}

TEST(Database, RemovesTheSpillFolderThatNoProcessHolds) {
  const Folder folder;  // as a killed process left it: the kernel has dropped its lock
  folder.put("tagsmith-spill-killed/duckdb_temp_block-0.block", "gigabytes");
  const auto database = Database::open({.spill_parent = folder.path()}).value();
  EXPECT_THAT(folder.names(),
              testing::ElementsAre(testing::AllOf(testing::StartsWith("tagsmith-spill-"),
                                                  testing::Ne("tagsmith-spill-killed"))));
}

TEST(Database, LeavesOtherFoldersAndThoseOfTheLiving) {
  const Folder folder;
  folder.put("tagsmith-spill/a", "");
  folder.put("tagsmith-spill-abcdef", "a file");
  std::filesystem::create_directory_symlink("tagsmith-spill", folder.path("tagsmith-spill-linked"));
  const auto living = Database::open({.spill_parent = folder.path()}).value();
  const auto another = Database::open({.spill_parent = folder.path()}).value();
  EXPECT_THAT(folder.names(), SizeIs(5));
  EXPECT_THAT(folder.names("tagsmith-spill"), SizeIs(1));
}

TEST(Database, OpensWhereNoFolderForSpillingCanBeMade) {
  const auto database = Database::open({.spill_parent = "/nowhere"});
  ASSERT_TRUE(database) << database.error().message;
  EXPECT_TRUE((*database)->query_text("SELECT 1"));
}

TEST(Database, RefusesAnOptionThatIsNone) {
  for (const char* memory : {"much", "1", "-1"}) {
    const auto database = Database::open({.memory_limit = memory});
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(database.error().hint, "write the memory as 2GB or 512MB");
  }
}

// The flag stays for the rest of a process: each of these has its own.
template <typename Prepared, typename Work>
[[noreturn]] void exit_with_code_of_interrupted(Prepared prepared, const Work& work) {
  base::catch_interrupts();
  std::chrono::steady_clock::time_point interrupted_at;
  std::jthread signal([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    interrupted_at = std::chrono::steady_clock::now();
    raise(SIGINT);
  });
  const base::Error error = work(prepared);
  const auto now = std::chrono::steady_clock::now();
  signal.join();
  const bool soon = now - interrupted_at < std::chrono::seconds(5);
  _exit(error.code == ErrorCode::kCancelled && soon ? 42 : 1);
}

TEST(InterruptDeathTest, EndsALongQuery) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto work = [](const auto& database) {
    return database
        ->query_text("SELECT sum(a.i * b.i) FROM range(100000000) a(i), range(100000) b(i)")
        .error();
  };
  EXPECT_EXIT(exit_with_code_of_interrupted(Database::open().value(), work),
              testing::ExitedWithCode(42), "");
}

TEST(InterruptDeathTest, EndsAScanThatFindsNothing) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto work = [](const auto& opened) {
    Rows rows;
    return opened
        ->scan({.source = select_source("SELECT i AS user_id FROM "
                                        "range(1000000000000) t(i) WHERE i < 0")},
               [&rows] { return std::make_unique<Collector>(rows); })
        .error();
  };
  EXPECT_EXIT(exit_with_code_of_interrupted(reader(), work), testing::ExitedWithCode(42), "");
}

TEST(InterruptDeathTest, EndsTheWritingOfAFile) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto work = [](const auto& writer) {
    base::Status status;
    while (status) {
      status = writer->append("somebody", std::vector{1, 2, 3});
    }
    return status.error();
  };
  const Folder folder;
  EXPECT_EXIT(
      exit_with_code_of_interrupted(make_parquet_writer(folder.path("x.parquet")).value(), work),
      testing::ExitedWithCode(42), "");
}

}  // namespace
}  // namespace tagsmith::duckdb
