#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "failpoints.h"
#include "store/sql_connection.h"

namespace tagsmith::crash {

/// A database whose every call passes a failpoint: "begin", "commit", "rollback", or the text of a
/// statement.
class WatchedDatabase final : public store::SqlDatabase {
 public:
  WatchedDatabase(std::shared_ptr<SqlDatabase> real, Failpoints& points)
      : real_(std::move(real)), points_(points) {}

  [[nodiscard]] std::string name() const override { return real_->name(); }
  base::Status create() override { return real_->create(); }

  base::Result<std::unique_ptr<store::SqlConnection>> connect() override {
    points_.before("connect");
    auto real = real_->connect();
    points_.after();
    if (!real) {
      return real;
    }
    return std::unique_ptr<store::SqlConnection>(
        std::make_unique<Connection>(*std::move(real), points_));
  }

 private:
  class Connection final : public store::SqlConnection {
   public:
    Connection(std::unique_ptr<SqlConnection> real, Failpoints& points)
        : real_(std::move(real)), points_(points) {}

    [[nodiscard]] const store::Dialect& dialect() const override { return real_->dialect(); }

    base::Result<std::int64_t> execute(std::string_view sql,
                                       std::span<const store::SqlValue> parameters) override {
      points_.before(sql);
      auto result = real_->execute(sql, parameters);
      points_.after();
      return result;
    }
    base::Result<std::unique_ptr<store::SqlRows>> query(
        std::string_view sql, std::span<const store::SqlValue> parameters) override {
      points_.before(sql);
      auto result = real_->query(sql, parameters);
      points_.after();
      return result;
    }
    base::Status begin(bool write) override {
      points_.before("begin");
      base::Status status = real_->begin(write);
      points_.after();
      return status;
    }
    base::Status commit() override {
      points_.before("commit");
      base::Status status = real_->commit();
      points_.after();
      return status;
    }
    void rollback() override {
      points_.before("rollback");
      real_->rollback();
      points_.after();
    }

   private:
    std::unique_ptr<SqlConnection> real_;
    Failpoints& points_;
  };

  std::shared_ptr<SqlDatabase> real_;
  Failpoints& points_;
};

}  // namespace tagsmith::crash
