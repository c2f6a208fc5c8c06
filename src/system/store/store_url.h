#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tagsmith::store {

/// Which store a project names: "sqlite:tags.db".
struct StoreUrl {
  enum class Kind { kSqlite };

  Kind kind = Kind::kSqlite;
  std::string path;  // of the file, as written

  bool operator==(const StoreUrl&) const = default;
};

/// E_STORE_URL for anything else.
base::Result<StoreUrl> parse_store_url(std::string_view text);

}  // namespace tagsmith::store
