#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "catalog/tag.h"
#include "lease/lease.h"
#include "membership/tag_store.h"
#include "run/run_store.h"
#include "store/sql_connection.h"

namespace tagsmith::store {

/// Every store port over one database. Not thread-safe: one a thread; `beat` of the lease has a
/// connection of its own.
class Store {
 public:
  virtual ~Store() = default;
  virtual membership::TagStore& tags() = 0;
  virtual run::RunStore& runs() = 0;
  virtual catalog::CatalogStore& catalog() = 0;
  virtual lease::LeaseStore& leases() = 0;
  /// A new connection in the place of the old one: after an answer was lost.
  virtual base::Status reconnect() = 0;
};

/// Opens the store: an empty database gets our schema, an older one the missing migrations, one at
/// a time under a lock. Fails with E_STORE_VERSION when it is newer than this program knows, and
/// with E_STORE_FOREIGN when tables with our names are not ours; nothing is changed then.
/// `create` false: an empty database is kNotFound (for commands that only ask).
base::Result<std::unique_ptr<Store>> open(std::shared_ptr<SqlDatabase> database, bool create);

}  // namespace tagsmith::store
