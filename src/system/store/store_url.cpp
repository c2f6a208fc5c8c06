#include "store/store_url.h"

#include <fmt/format.h>

#include "base/language.h"
#include "base/problem.h"

namespace tagsmith::store {

base::Result<StoreUrl> parse_store_url(std::string_view text) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (text.starts_with(kSqlite) && text.size() > kSqlite.size() &&
      text.find('\0') == std::string_view::npos) {
    return StoreUrl{.kind = StoreUrl::Kind::kSqlite,
                    .path = std::string(text.substr(kSqlite.size()))};
  }
  return base::Error{.code = base::ErrorCode::kInvalidArgument,
                     .message = base::message("{} names no store", base::quote(text)),
                     .symbol = "E_STORE_URL",
                     .hint = base::tr("write sqlite:FILE, for example sqlite:tags.db")};
}

}  // namespace tagsmith::store
