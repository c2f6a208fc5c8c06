#include "adapters/sqlite/database.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "adapters/sqlite/connection_internal.h"
#include "base/language.h"
#include "base/problem.h"

namespace tagsmith::sqlite {
namespace {

base::Error no_file(const std::string& path, const std::string& name) {
  return {.code = base::ErrorCode::kNotFound,
          .message = base::message("there is no store: {} does not exist", base::quote(path, 200)),
          .symbol = "E_STORE",
          .path = name,
          .hint = base::tr("the first run makes it")};
}

class Database final : public store::SqlDatabase {
 public:
  Database(std::string path, const DatabaseOptions& options)
      : path_(std::move(path)), name_("sqlite:" + path_), options_(options) {}

  [[nodiscard]] std::string name() const override { return name_; }

  base::Status create() override {
    // SQLite takes an empty file as an empty database, and gives its mode to the files beside it.
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) {
      ::close(file);
      return {};
    }
    if (errno == EEXIST) {
      return {};
    }
    return base::Error{.code = base::ErrorCode::kUnavailable,
                       .message = base::message("cannot make {}: {}", base::quote(path_, 200),
                                                std::strerror(errno)),  // NOLINT(concurrency-*)
                       .symbol = "E_STORE",
                       .path = name_,
                       .hint = base::tr("the folder must exist and be writable")};
  }

  base::Result<std::unique_ptr<store::SqlConnection>> connect() override {
    struct stat status{};
    if (::stat(path_.c_str(), &status) != 0 && errno == ENOENT) {
      return no_file(path_, name_);
    }
    return open_connection(path_, name_, options_);
  }

 private:
  std::string path_;
  std::string name_;
  DatabaseOptions options_;
};

}  // namespace

std::shared_ptr<store::SqlDatabase> database(std::string path, const DatabaseOptions& options) {
  return std::make_shared<Database>(std::move(path), options);
}

std::string library_version() { return sqlite3_libversion(); }

}  // namespace tagsmith::sqlite
