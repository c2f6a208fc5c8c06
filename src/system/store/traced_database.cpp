#include "store/traced_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/language.h"
#include "base/problem.h"
#include "membership/tag_store.h"

namespace tagsmith::store {
namespace {

constexpr size_t kTextBytes = 200;  // of a statement, which may be a long list of placeholders

// A process opens its store more than once, and all of it goes to one file.
std::atomic<int> connections_of_process{0};

// One file for all connections, from any thread: a line is one write at the end of the file.
class Trace {
 public:
  explicit Trace(int descriptor) : descriptor_(descriptor) {}
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;
  ~Trace() { ::close(descriptor_); }

  void write(int connection, char direction, std::string_view what) {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
    const std::string line = fmt::format("{:.6f} {} {} {}\n", passed.count(), connection, direction,
                                         what.substr(0, kTextBytes));
    // A trace that stops is no reason to stop a run.
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, line.data(), line.size());
  }

 private:
  const int descriptor_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class TracedConnection final : public SqlConnection {
 public:
  TracedConnection(std::unique_ptr<SqlConnection> real, std::shared_ptr<Trace> trace)
      : real_(std::move(real)), trace_(std::move(trace)), number_(++connections_of_process) {}

  [[nodiscard]] const Dialect& dialect() const override { return real_->dialect(); }

  base::Result<std::int64_t> execute(std::string_view sql,
                                     std::span<const SqlValue> parameters) override {
    return call(sql, [&] { return real_->execute(sql, parameters); });
  }
  base::Result<std::unique_ptr<SqlRows>> query(std::string_view sql,
                                               std::span<const SqlValue> parameters) override {
    return call(sql, [&] { return real_->query(sql, parameters); });
  }
  base::Status begin(bool write) override {
    return call("begin", [&] { return real_->begin(write); });
  }
  base::Status commit() override {
    return call("commit", [&] { return real_->commit(); });
  }
  void rollback() override {
    trace_->write(number_, '>', "rollback");
    real_->rollback();
    trace_->write(number_, '<', "ok");
  }

 private:
  template <typename Do>
  std::invoke_result_t<const Do&> call(std::string_view what, const Do& act) {
    trace_->write(number_, '>', what);
    auto result = act();
    trace_->write(number_, '<', result ? std::string_view("ok") : result.error().message);
    return result;
  }

  std::unique_ptr<SqlConnection> real_;
  std::shared_ptr<Trace> trace_;
  int number_;
};

class TracedDatabase final : public SqlDatabase {
 public:
  TracedDatabase(std::shared_ptr<SqlDatabase> real, std::shared_ptr<Trace> trace)
      : real_(std::move(real)), trace_(std::move(trace)) {}

  [[nodiscard]] std::string name() const override { return real_->name(); }
  base::Status create() override { return real_->create(); }
  base::Result<std::unique_ptr<SqlConnection>> connect() override {
    auto real = TAGSMITH_TRY(real_->connect());
    return std::unique_ptr<SqlConnection>(
        std::make_unique<TracedConnection>(std::move(real), trace_));
  }

 private:
  std::shared_ptr<SqlDatabase> real_;
  std::shared_ptr<Trace> trace_;
};

}  // namespace

base::Result<std::shared_ptr<SqlDatabase>> traced(std::shared_ptr<SqlDatabase> database,
                                                  const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return base::Error{
        .code = base::ErrorCode::kUnavailable,
        .message = base::message("cannot write the trace {}: {}", base::quote(path, path.size()),
                                 std::strerror(errno)),  // NOLINT(concurrency-*)
        .symbol = std::string(membership::kStoreFailed),
        .path = path,
        .hint = base::tr("TAGSMITH_TRACE_FILE names a file that can be written, or nothing")};
  }
  return std::shared_ptr<SqlDatabase>(
      std::make_shared<TracedDatabase>(std::move(database), std::make_shared<Trace>(descriptor)));
}

}  // namespace tagsmith::store
