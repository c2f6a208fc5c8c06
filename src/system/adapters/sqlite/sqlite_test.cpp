#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "adapters/sqlite/database.h"
#include "store/store_contract_runs_test.h"
#include "store/store_contract_test.h"

namespace tagsmith::sqlite {
namespace {

/// A folder that goes with its test; in memory where there is such a place, since every commit
/// waits for the disk.
class Folder {
 public:
  Folder() {
    const std::filesystem::path memory = "/dev/shm";
    const bool has_memory = ::access(memory.c_str(), W_OK) == 0;
    std::string path =
        (has_memory ? memory : std::filesystem::temp_directory_path()) / "tagsmith-sqlite-XXXXXX";
    path_ = ::mkdtemp(path.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

class TemporaryDatabase final : public store::SqlDatabase {
 public:
  [[nodiscard]] std::string name() const override { return real_->name(); }
  base::Status create() override { return real_->create(); }
  base::Result<std::unique_ptr<store::SqlConnection>> connect() override {
    return real_->connect();
  }

 private:
  Folder folder_;
  std::shared_ptr<store::SqlDatabase> real_ = database(folder_.file("tags.db"));
};

}  // namespace
}  // namespace tagsmith::sqlite

namespace tagsmith::store {

const ContractDatabase kSqlite{"InAFile",
                               [] { return std::make_shared<sqlite::TemporaryDatabase>(); }};
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, testing::Values(kSqlite), contract_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreFaults, testing::Values(kSqlite), contract_name);

}  // namespace tagsmith::store
