#pragma once

#include <memory>
#include <string>

#include "catalog/tag.h"
#include "lease/lease.h"
#include "membership/tag_store.h"
#include "run/run_store.h"
#include "store/sql_connection.h"

namespace tagsmith::store {

/// What all stores of one Store share: they outlive none of it.
struct Session {
  std::shared_ptr<SqlDatabase> database;
  std::string name;  // of the database
  std::unique_ptr<SqlConnection> connection;
};

std::unique_ptr<membership::TagStore> tag_store(Session& session);
std::unique_ptr<run::RunStore> run_store(Session& session);
std::unique_ptr<catalog::CatalogStore> catalog_store(Session& session);
std::unique_ptr<lease::LeaseStore> lease_store(Session& session);

/// RunStore::abandon().
base::Result<membership::PublishCounts> abandon(Session& session, const lease::Fence& fence,
                                                std::int64_t run_id, membership::Micros now);

/// Errors of runs.
base::Error unknown_run(std::int64_t run_id, const std::string& store_name);
base::Error wrong_state(std::int64_t run_id, const std::string& state, const std::string& wanted,
                        const std::string& store_name);

}  // namespace tagsmith::store
