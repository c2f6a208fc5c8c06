#include <utility>

#include <fmt/format.h>

#include "base/language.h"
#include "store/dialect_internal.h"
#include "store/stores_internal.h"
#include "store/user_rows_internal.h"

namespace tagsmith::store {
namespace {

using lease::Fence;
using lease::FenceRow;

class LeaseStore final : public lease::LeaseStore {
 public:
  explicit LeaseStore(Session& session) : session_(session) {}

  base::Result<FenceRow> read(const std::string& name) override {
    const SqlRow key{name};
    auto row = TAGSMITH_TRY(
        first_row(*session_.connection,
                  "select f.epoch, f.holder, h.beats from tagsmith_fences f "
                  "left join tagsmith_heartbeats h on h.name = f.name where f.name = ?",
                  key));
    if (!row) {
      return FenceRow{};
    }
    return FenceRow{
        .epoch = static_cast<std::uint64_t>(integer_of(row->at(0))),
        .holder = text_of(std::move(row->at(1))),
        .beats = static_cast<std::uint64_t>(optional_integer_of(row->at(2)).value_or(0))};
  }

  base::Result<Fence> take(const std::string& name, const std::string& holder,
                           std::uint64_t expected_epoch) override {
    SqlConnection& connection = *session_.connection;
    return in_transaction(connection, [&]() -> base::Result<Fence> {
      std::string sql = "select epoch, holder from tagsmith_fences where name = ?";
      sql += for_update(connection.dialect());
      const SqlRow key{name};
      auto row = TAGSMITH_TRY(first_row(connection, sql, key));
      const auto epoch = row ? static_cast<std::uint64_t>(integer_of(row->at(0))) : 0;
      if (epoch != expected_epoch) {
        return base::Error{.code = base::ErrorCode::kConflict,
                           .message = base::message("the lease {} is at epoch {}, not {}", name,
                                                    epoch, expected_epoch),
                           .symbol = std::string(membership::kStoreFenced),
                           .path = session_.name,
                           .hint = base::tr("wait until the other one has finished")};
      }
      const SqlRow values{static_cast<std::int64_t>(epoch) + 1, holder, name};
      if (row) {
        TAGSMITH_TRY(connection.execute(
            "update tagsmith_fences set epoch = ?, holder = ? where name = ?", values));
      } else {
        TAGSMITH_TRY(connection.execute(
            "insert into tagsmith_fences (epoch, holder, name) values (?, ?, ?)", values));
        TAGSMITH_TRY(
            connection.execute("insert into tagsmith_heartbeats (name, beats) values (?, 0)", key));
      }
      return Fence{.name = name, .epoch = epoch + 1};
    });
  }

  // On a connection that only this call uses, so that another thread may make it.
  base::Status beat(const Fence& fence) override {
    if (beating_ == nullptr) {
      beating_ = TAGSMITH_TRY(session_.database->connect());
    }
    const base::Status done = in_transaction(*beating_, [&]() -> base::Status {
      TAGSMITH_TRY(check_fence(*beating_, session_.name, fence));
      const SqlRow key{fence.name};
      TAGSMITH_TRY(beating_->execute(
          "update tagsmith_heartbeats set beats = beats + 1 where name = ?", key));
      return {};
    });
    if (!done && done.error().symbol != membership::kStoreFenced) {
      beating_.reset();  // it may be gone: the next beat gets a new one
    }
    return done;
  }

  base::Status release(const Fence& fence) override {
    SqlConnection& connection = *session_.connection;
    return in_transaction(connection, [&]() -> base::Status {
      const SqlRow key{fence.name, static_cast<std::int64_t>(fence.epoch)};
      TAGSMITH_TRY(connection.execute(
          "update tagsmith_fences set holder = '' where name = ? and epoch = ?", key));
      return {};
    });
  }

 private:
  Session& session_;
  std::unique_ptr<SqlConnection> beating_;
};

}  // namespace

std::unique_ptr<lease::LeaseStore> lease_store(Session& session) {
  return std::make_unique<LeaseStore>(session);
}

}  // namespace tagsmith::store
