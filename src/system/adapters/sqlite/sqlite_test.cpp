#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/sqlite/connection_internal.h"
#include "adapters/sqlite/database.h"
#include "scratch/folder.h"
#include "store/store_contract_runs_test.h"
#include "store/store_contract_test.h"

namespace tagsmith::sqlite {
namespace {

using scratch::Folder;

class TemporaryDatabase final : public store::SqlDatabase {
 public:
  [[nodiscard]] std::string name() const override { return real_->name(); }
  base::Status create() override { return real_->create(); }
  base::Result<std::unique_ptr<store::SqlConnection>> connect() override {
    return real_->connect();
  }

 private:
  scratch::Folder folder_{scratch::Folder::Where::kMemory};
  std::shared_ptr<store::SqlDatabase> real_ = database(folder_.path("tags.db"));
};

// Opens and reads, as a command that only asks.
base::Result<std::unique_ptr<store::Store>> ask(const std::string& file) {
  return store::open(database(file), /*create=*/false);
}

std::string only_cell(store::SqlConnection& connection, const std::string& sql) {
  const auto rows = connection.query(sql, {}).value();
  const store::SqlValue cell = rows->next().value().value().at(0);
  const auto* number = std::get_if<std::int64_t>(&cell);
  return number != nullptr ? std::to_string(*number) : std::get<std::string>(cell);
}

TEST(Sqlite, AFileIsMadeForItsOwnerAloneAndEveryCommitIsSynced) {
  const Folder folder(Folder::Where::kMemory);
  const std::string file = folder.path("tags.db");
  ASSERT_TRUE(store::open(database(file), true));
  const auto connection = database(file)->connect().value();
  EXPECT_EQ(only_cell(*connection, "pragma journal_mode"), "wal");
  EXPECT_EQ(only_cell(*connection, "pragma synchronous"), "2") << "full";
  EXPECT_EQ(only_cell(*connection, "pragma foreign_keys"), "1");
  for (const char* name : {"tags.db", "tags.db-wal"}) {
    struct stat status{};
    ASSERT_EQ(::stat(folder.path(name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
  }
}

TEST(Sqlite, AskingMakesNoFile) {
  const Folder folder(Folder::Where::kMemory);
  const auto asked = ask(folder.path("tags.db"));
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(asked.error().path, "sqlite:" + folder.path("tags.db"));
  EXPECT_FALSE(std::filesystem::exists(folder.path("tags.db")));
}

TEST(Sqlite, AFolderThatIsMissingIsToldWithItsReason) {
  const Folder folder(Folder::Where::kMemory);
  const auto opened = store::open(database(folder.path("no/tags.db")), true);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(opened.error().message, testing::HasSubstr("No such file or directory"));
  EXPECT_NE(opened.error().hint, "");
}

TEST(Sqlite, AFileThatIsNoDatabaseStaysAsItIs) {
  const Folder folder(Folder::Where::kMemory);
  const std::string text(4096, 'x');
  const std::string file = folder.put("tags.db", text);
  for (const bool create : {false, true}) {
    const auto opened = store::open(database(file), create);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().symbol, membership::kStoreForeign);
    EXPECT_EQ(opened.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_THAT(opened.error().message, testing::HasSubstr("not an SQLite database"));
  }
  EXPECT_EQ(scratch::read_all(file), text);
}

TEST(Sqlite, ADatabaseOfOthersStaysAsItIsToTheByte) {
  const Folder folder(Folder::Where::kMemory);
  const std::string file = folder.path("tags.db");
  ASSERT_TRUE(database(file)->create());
  ASSERT_TRUE(
      database(file)->connect().value()->execute("create table user_tags (user_id text)", {}));
  const std::string before = scratch::read_all(file);
  EXPECT_EQ(store::open(database(file), true).error().symbol, membership::kStoreForeign);
  EXPECT_EQ(scratch::read_all(file), before);
  EXPECT_FALSE(std::filesystem::exists(file + "-wal"));
}

TEST(Sqlite, AFolderInThePlaceOfTheFileCannotBeOpened) {
  const Folder folder(Folder::Where::kMemory);
  std::filesystem::create_directory(folder.path("tags.db"));
  const auto opened = store::open(database(folder.path("tags.db")), true);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, base::ErrorCode::kUnavailable);
  EXPECT_EQ(opened.error().symbol, "E_STORE");
  EXPECT_NE(opened.error().hint, "");
}

TEST(Sqlite, AFileThatCannotBeWrittenIsTold) {
  const Folder folder(Folder::Where::kMemory);
  const std::string file = folder.path("tags.db");
  ASSERT_TRUE(store::open(database(file), true));
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  if (::access(file.c_str(), W_OK) == 0) {  // root may write everything
    const auto connection = database(file)->connect().value();
    ASSERT_TRUE(connection->execute("pragma query_only = on", {}));
    const auto begun = connection->begin(true);
    const auto written =
        begun ? connection->execute("delete from user_tags", {}).error() : begun.error();
    EXPECT_EQ(written.code, base::ErrorCode::kUnavailable);
    EXPECT_THAT(written.message, testing::HasSubstr("cannot be written"));
    return;
  }
  const auto store = ask(file).value();
  const auto edited =
      store->tags().edit({.set = {{.user_id = "u", .tag_id = 1}}, .remove = {}, .stamp = {}});
  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(edited.error().message, testing::HasSubstr("cannot be written"));
  EXPECT_NE(edited.error().hint, "");
}

TEST(Sqlite, ALockIsWaitedForAndThenTold) {
  const Folder folder(Folder::Where::kMemory);
  const std::string file = folder.path("tags.db");
  const auto store = store::open(database(file, {.lock_wait_ms = 60}), true).value();
  const auto other = database(file)->connect().value();
  ASSERT_TRUE(other->begin(/*write=*/true));
  const auto start = std::chrono::steady_clock::now();
  const auto refused = store->runs().begin({}, "ann");
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(50));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().symbol, membership::kStoreLocked);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("60 ms"));
  EXPECT_NE(refused.error().hint, "");
  EXPECT_TRUE(store->runs().runs(1)) << "who only reads does not wait";
  other->rollback();
  EXPECT_TRUE(store->runs().begin({}, "ann"));
}

TEST(Sqlite, ALockOnAFileThatIsMadeIsWaitedForToo) {
  const Folder folder(Folder::Where::kMemory);
  const std::string file = folder.path("tags.db");
  ASSERT_TRUE(database(file)->create());
  const auto other = database(file)->connect().value();
  ASSERT_TRUE(other->execute("create table t (a integer)", {}));  // not yet write-ahead
  ASSERT_TRUE(other->begin(false));
  ASSERT_TRUE(other->execute("insert into t values (1)", {}));
  const auto refused = store::open(database(file, {.lock_wait_ms = 60}), true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().symbol, membership::kStoreLocked);
  other->rollback();
  EXPECT_TRUE(store::open(database(file), true));
}

TEST(Sqlite, AFullDiskChangesNothingAndSaysSo) {
  const Folder folder(Folder::Where::kMemory);
  const std::string file = folder.path("tags.db");
  ASSERT_TRUE(store::open(database(file), true));
  const auto connection = database(file)->connect().value();
  ASSERT_TRUE(connection->query("pragma max_page_count = 60", {}).value()->next());
  ASSERT_TRUE(connection->begin(true));
  std::optional<base::Error> failure;
  for (int i = 0; i < 1000 && !failure; ++i) {
    const std::vector<store::SqlValue> row{std::int64_t{i}, std::string(5000, 'x')};
    const auto written = connection->execute(
        "insert into tagsmith_feed (seq, run_id, kind, detail, made_at) values (?, 0, 'x', ?, 0)",
        row);
    if (!written) {
      failure = written.error();
    }
  }
  connection->rollback();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, base::ErrorCode::kUnavailable);
  EXPECT_EQ(failure->message, "the disk is full");
  EXPECT_NE(failure->hint, "");
  EXPECT_EQ(only_cell(*connection, "select count(*) from tagsmith_feed"), "0");
}

TEST(Sqlite, NoRoomForTheSharedMemoryIsAFullDisk) {
  EXPECT_EQ(error_of(nullptr, SQLITE_IOERR_SHMSIZE, "sqlite:tags.db", {}).message,
            "the disk is full");
}

TEST(Sqlite, EachResultCodeIsOneOfOurErrors) {
  struct Case {
    int result;
    base::ErrorCode code;
    std::string_view symbol;
  };
  using base::ErrorCode;
  for (const Case& test :
       {Case{SQLITE_CONSTRAINT_UNIQUE, ErrorCode::kConflict, store::kStoreDuplicate},
        Case{SQLITE_CONSTRAINT_PRIMARYKEY, ErrorCode::kConflict, store::kStoreDuplicate},
        Case{SQLITE_CONSTRAINT_NOTNULL, ErrorCode::kInternal, "E_STORE"},
        Case{SQLITE_BUSY, ErrorCode::kUnavailable, membership::kStoreLocked},
        Case{SQLITE_BUSY_SNAPSHOT, ErrorCode::kConflict, "E_STORE"},
        Case{SQLITE_NOTADB, ErrorCode::kInvalidArgument, membership::kStoreForeign},
        Case{SQLITE_IOERR_FSYNC, ErrorCode::kUnavailable, "E_STORE"},
        Case{SQLITE_CORRUPT, ErrorCode::kUnavailable, "E_STORE"},
        Case{SQLITE_NOMEM, ErrorCode::kUnavailable, "E_STORE"},
        Case{SQLITE_PERM, ErrorCode::kUnavailable, "E_STORE"},
        Case{SQLITE_ERROR, ErrorCode::kInternal, "E_STORE"}}) {
    SCOPED_TRACE(test.result);
    const base::Error error = error_of(nullptr, test.result, "sqlite:tags.db", {});
    EXPECT_EQ(error.code, test.code);
    EXPECT_EQ(error.symbol, test.symbol);
    EXPECT_EQ(error.path, "sqlite:tags.db");
    EXPECT_NE(error.message, "");
    EXPECT_EQ(error.hint.empty(), error.code == ErrorCode::kInternal);
  }
}

}  // namespace
}  // namespace tagsmith::sqlite

namespace tagsmith::store {

const ContractDatabase kSqlite{"InAFile",
                               [] { return std::make_shared<sqlite::TemporaryDatabase>(); }};
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, testing::Values(kSqlite), contract_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreFaults, testing::Values(kSqlite), contract_name);

}  // namespace tagsmith::store
