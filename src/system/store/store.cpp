#include "store/store.h"

#include <utility>

#include "store/schema_internal.h"
#include "store/stores_internal.h"

namespace tagsmith::store {
namespace {

class SqlStore final : public Store {
 public:
  explicit SqlStore(Session session)
      : session_(std::move(session)),
        tags_(tag_store(session_)),
        runs_(run_store(session_)),
        catalog_(catalog_store(session_)),
        leases_(lease_store(session_)) {}

  membership::TagStore& tags() override { return *tags_; }
  run::RunStore& runs() override { return *runs_; }
  catalog::CatalogStore& catalog() override { return *catalog_; }
  lease::LeaseStore& leases() override { return *leases_; }

  base::Status reconnect() override {
    session_.connection = TAGSMITH_TRY(session_.database->connect());
    return {};
  }

 private:
  Session session_;
  std::unique_ptr<membership::TagStore> tags_;
  std::unique_ptr<run::RunStore> runs_;
  std::unique_ptr<catalog::CatalogStore> catalog_;
  std::unique_ptr<lease::LeaseStore> leases_;
};

base::Result<std::unique_ptr<SqlConnection>> connect(SqlDatabase& database, bool create) {
  auto connection = database.connect();
  if (connection || connection.error().code != base::ErrorCode::kNotFound || !create) {
    return connection;
  }
  TAGSMITH_TRY(database.create());
  return database.connect();
}

}  // namespace

base::Result<std::unique_ptr<Store>> open(std::shared_ptr<SqlDatabase> database, bool create) {
  auto connection = TAGSMITH_TRY(connect(*database, create));
  std::string name = database->name();
  TAGSMITH_TRY(prepare_schema(*connection, name, create));
  return std::unique_ptr<Store>(std::make_unique<SqlStore>(
      Session{std::move(database), std::move(name), std::move(connection)}));
}

}  // namespace tagsmith::store
